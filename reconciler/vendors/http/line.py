"""One attempt: admission, credentials, the request, the whole answer. Repeats nothing."""

import asyncio
import dataclasses
from collections.abc import Mapping

import httpx

from reconciler import contract
from reconciler.clock import Clock
from reconciler.model import Secret
from reconciler.vendors.http import bodies, failures, outgoing, retry_after
from reconciler.vendors.http.connection import Connection
from reconciler.vendors.http.exchange import Exchange
from reconciler.vendors.http.keeping import Keeper
from reconciler.vendors.http.origins import parse_origin
from reconciler.vendors.http.pacing import Pacing
from reconciler.vendors.http.signing_in import HOLD_SECONDS, LONGEST_TEXT, SigningIn
from reconciler.vendors.http.tokens import Tokens


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

    `slots` are the requests that may be in flight; whoever calls `admit` holds one. `direct`: the transport is the
    network, and an identity host elsewhere may be reached over one of its own.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        clock: Clock,
        transport: httpx.AsyncBaseTransport,
        direct: bool,
        keeper: Keeper | None,
    ) -> None:
        self.clock = clock
        self.wire = connection.wire
        self.slots = asyncio.Semaphore(connection.concurrency)
        self._connection = connection
        self._origin = parse_origin(connection.url)
        self._transport = transport
        self._pacing = Pacing(connection.per_second, clock=clock)
        self._exchange = Exchange(connection)
        self._signing_in = None
        if self.wire.sign_in is not None:
            self._signing_in = SigningIn(
                connection,
                self.wire.sign_in,
                exchange=self._exchange,
                pacing=self._pacing,
                clock=clock,
                transport=transport,
                direct=direct,
                keeper=keeper,
            )
            self._tokens = Tokens(self._signing_in.token, clock=clock)
        self._headers = {name.lower(): value for name, value in self.wire.headers.items()}

    @property
    def requests(self) -> int:
        """The number of requests sent so far."""
        return self._exchange.requests

    async def admit(self) -> Admission:
        """Wait for a token and for the pace; NotSent or SignInFailed when there is no token."""
        token = None
        credentials = dict(self._headers)
        if self._signing_in is not None:
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
        raw = await self._exchange.send(request, what, over=alone_over or self._transport, progress=progress)
        answer, complaint = bodies.read(raw, max_bytes=self._connection.max_bytes)
        if not answer.ok:  # its text goes to people and into the ledger
            secrets = self._secrets(admission.token).union(outgoing.secrets_of(call))
            answer = dataclasses.replace(answer, data=outgoing.hide_in(answer.data, secrets))
        return Attempt(answer, complaint, admission.token)

    def naming(self, call: contract.Call) -> str:
        """Return how errors name a call: vendor, method, path."""
        return f"{self._connection.name}: {call}"

    def explain(self, answer: contract.Answer, *, token: Secret | None) -> str:
        """Return the vendor's own text about a failure: short, without the secrets it was sent."""
        return outgoing.hide(self.wire.explain(answer), self._secrets(token))[:LONGEST_TEXT]

    def advised(self, answer: contract.Answer) -> float | None:
        """Return the seconds the vendor asks us to wait; None when it does not say."""
        return retry_after.seconds(answer.headers, now=self.clock.now())

    def hold(self, seconds: float | None) -> None:
        """Start no request of this account for some time; a second when None."""
        self._pacing.hold(HOLD_SECONDS if seconds is None else seconds)

    def drop_token(self, refused: Secret | None = None) -> None:
        """Sign in anew before the next request, unless that has been done since the token was refused."""
        if self._signing_in is not None:
            self._tokens.drop(refused)

    async def aclose(self) -> None:
        """Wait for a sign-in under way, then close the connections to the identity host."""
        if self._signing_in is not None:
            await self._tokens.aclose()
            await self._signing_in.aclose()

    def _secrets(self, token: Secret | None) -> frozenset[Secret]:
        sign_in, key = self.wire.sign_in, self.wire.key_header
        form = sign_in.form.values() if sign_in is not None else ()
        basic = (sign_in.basic or ()) if sign_in is not None else ()
        sent = (token, *form, *basic, key[1] if key is not None else None)
        return self._connection.hidden.union(value for value in sent if isinstance(value, Secret))
