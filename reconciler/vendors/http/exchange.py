"""One request over a transport and its whole answer: counted, within the time limit, errors translated."""

import asyncio
import contextlib

import httpx

from reconciler.errors import BadAnswer, NoAnswer
from reconciler.vendors.http import bodies, failures, tally
from reconciler.vendors.http.connection import Connection


class Exchange:
    """Makes the requests of one vendor account. Repeats nothing; `requests` are those sent so far."""

    def __init__(self, connection: Connection) -> None:
        self.requests = 0
        self._timeout = connection.timeout
        self._max_bytes = connection.max_bytes

    async def send(
        self, request: httpx.Request, what: str, *, over: httpx.AsyncBaseTransport, progress: failures.Progress
    ) -> bodies.Raw:
        """Send a request; NotSent, NoAnswer, or BadAnswer for an answer over the limit. `what` names it in texts."""
        self.requests += 1
        tally.add_one()
        scope = asyncio.timeout(self._timeout)
        try:
            async with scope:
                return await self._round_trip(request, over)
        except bodies.Cut as error:
            raise NoAnswer(f"{what}: the answer was cut short") from error
        except BadAnswer as error:
            raise BadAnswer(f"{what}: {error}; lower the vendor's pageSize if it is meant to be so large") from error
        except Exception as error:  # total: what we do not know may come after the first byte
            if scope.expired():  # whatever a library made of the cancellation, the cause is our deadline
                raise failures.overdue(what=what, seconds=self._timeout, progress=progress) from error
            raise failures.translate(error, what=what, progress=progress) from error

    async def _round_trip(self, request: httpx.Request, over: httpx.AsyncBaseTransport) -> bodies.Raw:
        response = await over.handle_async_request(request)
        try:
            return await bodies.receive(response, max_bytes=self._max_bytes)
        finally:
            with contextlib.suppress(httpx.HTTPError, OSError):  # the answer stands, however the line closes
                await response.aclose()
