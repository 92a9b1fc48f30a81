"""One attempt: admission, credentials, the request, the whole answer. Repeats nothing."""

import asyncio
import contextlib
import dataclasses
from collections.abc import Mapping

import httpx

from reconciler import contract
from reconciler.clock import Clock
from reconciler.errors import BadAnswer, NoAnswer, NotSent, SignInFailed
from reconciler.model import Secret
from reconciler.vendors.http import bodies, failures, outgoing, retry_after, tally
from reconciler.vendors.http.connection import Connection
from reconciler.vendors.http.origins import parse_origin
from reconciler.vendors.http.pacing import Pacing
from reconciler.vendors.http.tokens import Tokens

_LONGEST_TEXT = 200
# After a rate limit that names no time.
_HOLD_SECONDS = 1.0


@dataclasses.dataclass(frozen=True)
class Admission:
    """The right to make one attempt now, with the credentials to make it with."""

    token: Secret | None
    headers: Mapping[str, str] = dataclasses.field(repr=False)


@dataclasses.dataclass(frozen=True)
class Attempt:
    """An answer, what its body lacks (empty: nothing), and the token the request carried."""

    answer: contract.Answer
    complaint: str
    token: Secret | None


class Line:
    """The way to one vendor account: limits, token and transport shared by its reads and its changes.

    `slots` are the requests that may be in flight; whoever calls `admit` holds one.
    """

    def __init__(self, connection: Connection, *, clock: Clock, transport: httpx.AsyncBaseTransport) -> None:
        self.requests = 0
        self.clock = clock
        self.wire = connection.wire
        self.slots = asyncio.Semaphore(connection.concurrency)
        self._connection = connection
        self._origin = parse_origin(connection.url)
        self._transport = transport
        self._pacing = Pacing(connection.per_second, clock=clock)
        self._tokens = Tokens(self._get_token, clock=clock)
        self._headers = {name.lower(): value for name, value in self.wire.headers.items()}

    async def admit(self) -> Admission:
        """Wait for a token and for the pace; NotSent or SignInFailed when there is no token."""
        token = None
        credentials = dict(self._headers)
        if self.wire.sign_in is not None:
            token = await self._tokens.current()
            credentials["authorization"] = outgoing.bearer(token)
        if self.wire.key_header is not None:
            name, key = self.wire.key_header
            credentials[name.lower()] = key.reveal()
        await self._pacing.wait()
        return Admission(token, credentials)

    async def attempt(
        self, call: contract.Call, admission: Admission, *, alone_over: httpx.AsyncBaseTransport | None = None
    ) -> Attempt:
        """Send one request and read the whole answer, whatever its status.

        `alone_over` is the transport of a request that must have a connection of its own. Raises NotSent,
        NoAnswer, or BadAnswer for an answer over the limit.
        """
        what, progress = self.naming(call), failures.Progress()
        request = outgoing.build(
            call,
            what=what,
            origin=self._origin,
            credentials=admission.headers,
            fresh=alone_over is not None,
            progress=progress,
        )
        raw = await self._exchange(request, what, over=alone_over or self._transport, progress=progress)
        answer, complaint = bodies.read(raw, max_bytes=self._connection.max_bytes)
        if not answer.ok:  # its text goes to people and into the ledger
            secrets = self._secrets(admission.token).union(outgoing.secrets_in(call.body))
            answer = dataclasses.replace(answer, data=outgoing.hide_in(answer.data, secrets))
        return Attempt(answer, complaint, admission.token)

    def naming(self, call: contract.Call) -> str:
        """Return how errors name a call: vendor, method, path."""
        return f"{self._connection.name}: {call}"

    def explain(self, answer: contract.Answer, *, token: Secret | None) -> str:
        """Return the vendor's own text about a failure: short, without the secrets it was sent."""
        return outgoing.hide(self.wire.explain(answer), self._secrets(token))[:_LONGEST_TEXT]

    def advised(self, answer: contract.Answer) -> float | None:
        """Return the seconds the vendor asks us to wait; None when it does not say."""
        return retry_after.seconds(answer.headers, now=self.clock.now())

    def hold(self, seconds: float | None) -> None:
        """Start no request of this account for some time; a second when None."""
        self._pacing.hold(_HOLD_SECONDS if seconds is None else seconds)

    def drop_token(self, refused: Secret | None = None) -> None:
        """Sign in anew before the next request, unless that has been done since the token was refused."""
        self._tokens.drop(refused)

    async def aclose(self) -> None:
        """Wait for a sign-in under way."""
        await self._tokens.aclose()

    def _secrets(self, token: Secret | None) -> frozenset[Secret]:
        sign_in, key = self.wire.sign_in, self.wire.key_header
        form = sign_in.form.values() if sign_in is not None else ()
        basic = (sign_in.basic or ()) if sign_in is not None else ()
        sent = (token, *form, *basic, key[1] if key is not None else None)
        return frozenset(value for value in sent if isinstance(value, Secret))

    async def _exchange(
        self, request: httpx.Request, what: str, *, over: httpx.AsyncBaseTransport, progress: failures.Progress
    ) -> bodies.Raw:
        self.requests += 1
        tally.add_one()
        limit, scope = self._connection.timeout, asyncio.timeout(self._connection.timeout)
        try:
            async with scope:
                return await self._round_trip(request, over)
        except bodies.Cut as error:
            raise NoAnswer(f"{what}: the answer was cut short") from error
        except BadAnswer as error:
            raise BadAnswer(f"{what}: {error}; lower the vendor's pageSize if it is meant to be so large") from error
        except Exception as error:  # total: what we do not know may come after the first byte
            if scope.expired():  # whatever a library made of the cancellation, the cause is our deadline
                raise failures.overdue(what=what, seconds=limit, progress=progress) from error
            raise failures.translate(error, what=what, progress=progress) from error

    async def _round_trip(self, request: httpx.Request, over: httpx.AsyncBaseTransport) -> bodies.Raw:
        response = await over.handle_async_request(request)
        try:
            return await bodies.receive(response, max_bytes=self._connection.max_bytes)
        finally:
            with contextlib.suppress(httpx.HTTPError, OSError):  # the answer stands, however the line closes
                await response.aclose()

    async def _get_token(self) -> contract.Token:
        sign_in = self.wire.sign_in
        assert sign_in is not None
        what, progress = f"{self._connection.name}: sign-in", failures.Progress()
        request = outgoing.build_sign_in(
            sign_in, what=what, origin=self._origin, headers=self._headers, progress=progress
        )
        await self._pacing.wait()
        try:
            raw = await self._exchange(request, what, over=self._transport, progress=progress)
            answer, complaint = bodies.read(raw, max_bytes=self._connection.max_bytes)
            return self._token_in(answer, complaint, sign_in)
        except (NoAnswer, BadAnswer) as error:
            # No business call depends on this one: the call that waits for the token has not been sent.
            raise NotSent(str(error)) from error

    def _token_in(self, answer: contract.Answer, complaint: str, sign_in: contract.SignIn) -> contract.Token:
        name = self._connection.name
        if self.wire.judge(answer) is contract.Verdict.RATE_LIMITED:
            self.hold(self.advised(answer))
            raise NotSent(f"{name}: sign-in was held back by the vendor's rate limit; try again later")
        if answer.status in {400, 401, 403}:
            text = self.explain(answer, token=None)
            raise SignInFailed(f"{name} does not accept the credentials: {text}; check vendors.{name}.credentials")
        if not answer.ok or complaint:
            raise NotSent(f"{name}: sign-in was answered {answer.status} {complaint}".rstrip() + "; try again later")
        try:
            return sign_in.read(answer.data)
        except ValueError as error:
            raise NotSent(f"{name}: sign-in was answered without a token; check the vendor's url") from error
