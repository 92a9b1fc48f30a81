"""The client of one vendor account: a reader that cannot write, and a way to send one change once."""

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Self

import httpx

from reconciler import contract
from reconciler.clock import Clock
from reconciler.contract import Verdict
from reconciler.errors import BadAnswer, Locked, NoAnswer, NotSent
from reconciler.model import Secret
from reconciler.vendors.http.allowed import Endpoints
from reconciler.vendors.http.connection import Connection
from reconciler.vendors.http.keeping import Keeper
from reconciler.vendors.http.line import Admission, Attempt, Line
from reconciler.vendors.http.reading import RetryingReader
from reconciler.vendors.http.transport import DirectTransport


class Client:
    """One vendor account during one run; an async context manager.

    `transport` replaces the network (tests); `mutation_transport` replaces it for changes alone. `random`
    returns numbers from 0 up to 1 and spreads the waits. `keeper` keeps a credential that changes with each use.
    ConfigurationError when a URL or the CA file cannot be used.
    """

    reader: contract.Reader
    """Reads; refuses everything else before a socket opens."""

    def __init__(
        self,
        connection: Connection,
        *,
        clock: Clock,
        random: Callable[[], float],
        transport: httpx.AsyncBaseTransport | None = None,
        mutation_transport: httpx.AsyncBaseTransport | None = None,
        keeper: Keeper | None = None,
    ) -> None:
        self._own = DirectTransport(connection) if transport is None else None
        network = transport or self._own
        assert network is not None
        self._changes = mutation_transport or network
        self._line = Line(connection, clock=clock, transport=network, direct=transport is None, keeper=keeper)
        self._endpoints = Endpoints(connection.wire.endpoints)
        self._flying: set[asyncio.Task[Attempt]] = set()
        self._suspect: Secret | None = None
        self.reader = RetryingReader(self._line, random=random)

    @property
    def requests(self) -> int:
        """The number of requests sent so far, sign-in and repeated reads included."""
        return self._line.requests

    async def send(self, call: contract.Call) -> contract.Answer:
        """Send a change: exactly one attempt, on a connection of its own, never repeated or redirected.

        Returns the answer whatever its status. Raises WriteRefused for what is no listed change, NotSent and
        SignInFailed when nothing was sent, NoAnswer when it may have arrived. Cancelling the caller while it
        waits its turn sends nothing; later it leaves the request to finish (`aclose` waits for it). After a rate
        limit the client itself holds all requests for as long as the vendor says.
        """
        self._endpoints.require_mutating(call)
        attempt = await asyncio.shield(await self._launch(call))
        verdict = self._line.wire.judge(attempt.answer)
        if verdict is Verdict.RATE_LIMITED:
            self._line.hold(self._line.advised(attempt.answer))
        if verdict is Verdict.SIGNED_OUT:
            self._suspect = attempt.token
        return attempt.answer

    def signed_out(self) -> None:
        """Sign in anew before the next request: the last answer said that the token is not accepted."""
        self._line.drop_token(self._suspect)

    async def aclose(self) -> None:
        """Wait for what is in flight, then close the connections."""
        while self._flying:
            await asyncio.wait(self._flying)
        await self._line.aclose()
        if self._own is not None:
            await self._own.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def _launch(self, call: contract.Call) -> "asyncio.Task[Attempt]":
        await self._line.slots.acquire()
        try:
            admission = await self._line.admit()
        except Locked as error:
            self._line.slots.release()
            raise NotSent(str(error)) from error
        except BaseException:
            self._line.slots.release()
            raise
        flight = asyncio.create_task(self._fly(call, admission))
        self._flying.add(flight)
        flight.add_done_callback(self._land)
        return flight

    async def _fly(self, call: contract.Call, admission: Admission) -> Attempt:
        try:
            return await self._line.attempt(call, admission, alone_over=self._changes)
        except BadAnswer as error:
            raise NoAnswer(str(error)) from error

    def _land(self, flight: "asyncio.Task[Attempt]") -> None:
        self._flying.discard(flight)
        self._line.slots.release()
        if not flight.cancelled():
            flight.exception()  # looked at, in case the caller has gone
