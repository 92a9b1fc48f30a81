"""Sign-in: the form POST that gets a token, with a credential that changes with each use when the wire has one.

Such a credential is used under its lock, and its successor is durable before the token is handed out: the one that was
sent is dead from the moment the vendor takes it.
"""

import dataclasses
from collections.abc import Mapping

import httpx

from reconciler import contract
from reconciler.clock import Clock
from reconciler.contract import Answer, Consent, Rotation, SignIn, Token, Verdict
from reconciler.errors import BadAnswer, ConfigurationError, NoAnswer, NotSent, SignInFailed
from reconciler.model import Secret
from reconciler.vendors.http import bodies, failures, outgoing, retry_after
from reconciler.vendors.http.connection import Connection
from reconciler.vendors.http.exchange import Exchange
from reconciler.vendors.http.keeping import Keeper, Newest
from reconciler.vendors.http.origins import Origin, parse_origin
from reconciler.vendors.http.pacing import Pacing
from reconciler.vendors.http.transport import DirectTransport

LONGEST_TEXT = 200
"""Characters of a vendor's own text that are shown."""
HOLD_SECONDS = 1.0
"""For how long nothing is sent after a rate limit that names no time."""
_DEAD = "invalid_grant"  # RFC 6749, 5.2: the refresh token or code is invalid, ended, revoked or used up

Form = Mapping[str, str | Secret]


def sign_in_origin(connection: Connection) -> Origin:
    """Return where a vendor is signed in to: its own origin, or the identity host's. ConfigurationError."""
    sign_in = connection.wire.sign_in
    if sign_in is None or sign_in.url is None:
        return parse_origin(connection.url)
    try:
        return parse_origin(sign_in.url)
    except ConfigurationError as error:
        raise ConfigurationError(f"vendors.{connection.name}.loginUrl: {error}") from error


class SigningIn:
    """Gets the tokens of one vendor account. Whoever calls it sees to it that one sign-in is under way at a time.

    `transport` is the one of the vendor's API; the identity host, when it is another, gets one of its own unless the
    network is replaced (`direct` False).
    """

    def __init__(
        self,
        connection: Connection,
        sign_in: SignIn,
        *,
        exchange: Exchange,
        pacing: Pacing,
        clock: Clock,
        transport: httpx.AsyncBaseTransport,
        direct: bool,
        keeper: Keeper | None,
    ) -> None:
        self._connection = connection
        self._sign_in = sign_in
        self._exchange = exchange
        self._pacing = pacing
        self._clock = clock
        self._origin = sign_in_origin(connection)
        elsewhere = self._origin != parse_origin(connection.url)
        self._own = _transport_to(connection, sign_in) if elsewhere and direct else None
        self._transport = self._own or transport
        self._headers = {} if elsewhere else connection.wire.headers
        self._keeper = keeper
        self._lost = False

    async def token(self) -> Token:
        """Return a new token.

        NotSent when there was none to be had this time, SignInFailed when the vendor does not accept the credentials;
        of a credential that is kept also Locked, SealingError, StateError.
        """
        if self._sign_in.rotation is None:
            answer = await self._post(self._sign_in.form)
            self._require(answer)
            return self._read_token(answer)
        if self._keeper is None:
            raise SignInFailed(f"{self._connection.name} has a credential that changes, and nobody keeps it here")
        async with self._keeper.holding():
            return await self._rotate(self._sign_in.rotation, self._keeper)

    async def redeem(self, consent: Consent, code: Secret, *, redirect: str) -> None:
        """Exchange the code that a person's consent gave for a first credential, and keep it; errors as of `token`."""
        rotation, keeper = self._sign_in.rotation, self._keeper
        assert rotation is not None
        assert keeper is not None
        form = {"grant_type": "authorization_code", **consent.form, "code": code, "redirect_uri": redirect}
        async with keeper.holding():
            answer = await self._post(form)
            if _is_dead(answer):
                name = self._connection.name
                raise SignInFailed(f"{name} does not accept the code of this consent; {self._cure}")
            self._require(answer)
            secret = rotation.read(answer.data)
            if secret is None:
                raise SignInFailed(
                    f"{self._connection.name} gave no lasting credential for this consent; allow offline access for"
                    f" the client there, then {self._cure}"
                )
            await keeper.keep(secret)

    async def aclose(self) -> None:
        """Close the connections to the identity host."""
        if self._own is not None:
            await self._own.aclose()

    @property
    def _cure(self) -> str:
        return f"run `reconciler login {self._connection.name}`"

    async def _rotate(self, rotation: Rotation, keeper: Keeper) -> Token:
        name = self._connection.name
        newest = await keeper.newest()
        if newest is None:
            raise SignInFailed(f"{name} has no {rotation.field} yet, neither configured nor kept; {self._cure}")
        # A ledger that cannot be written must be found out while the present one still lives.
        await keeper.prove()
        answer = await self._post({**self._sign_in.form, rotation.field: newest.secret})
        if _is_dead(answer):
            raise SignInFailed(self._ended(newest))
        self._require(answer)
        successor = rotation.read(answer.data)
        if successor is not None:
            await keeper.keep(successor)
        self._lost = False
        return self._read_token(answer)

    def _ended(self, newest: Newest) -> str:
        name, lost = self._connection.name, ""
        if self._lost:
            lost = " (the answer to an earlier sign-in of this run was lost, which may have used it up)"
        if newest.configured:
            return f"{name} does not accept the configured starting value any more{lost}; {self._cure}"
        return f"{name} has ended the consent that this project signs in with{lost}; {self._cure}"

    async def _post(self, form: Form) -> Answer:
        what, progress = f"{self._connection.name}: sign-in", failures.Progress()
        sign_in = dataclasses.replace(self._sign_in, form=form)
        request = outgoing.build_sign_in(
            sign_in, what=what, origin=self._origin, headers=self._headers, progress=progress
        )
        await self._pacing.wait()
        try:
            raw = await self._exchange.send(request, what, over=self._transport, progress=progress)
        except (NoAnswer, BadAnswer) as error:
            # No business call depends on this one: the call that waits for the token has not been sent.
            self._lost = True
            raise NotSent(str(error)) from error
        answer, complaint = bodies.read(raw, max_bytes=self._connection.max_bytes)
        if not answer.ok:
            return dataclasses.replace(answer, data=outgoing.hide_in(answer.data, _secrets(sign_in)))
        if complaint:
            self._lost = True
            raise NotSent(f"{what} was answered {answer.status} {complaint}; try again later")
        return answer

    def _require(self, answer: Answer) -> None:
        """Raise unless the answer is the one that was asked for."""
        name, wire = self._connection.name, self._connection.wire
        if wire.judge(answer) is Verdict.RATE_LIMITED:
            advised = retry_after.seconds(answer.headers, now=self._clock.now())
            self._pacing.hold(HOLD_SECONDS if advised is None else advised)
            raise NotSent(f"{name}: sign-in was held back by the vendor's rate limit; try again later")
        if answer.status in {400, 401, 403}:
            text = wire.explain(answer)[:LONGEST_TEXT]
            raise SignInFailed(f"{name} does not accept the credentials: {text}; check vendors.{name}.credentials")
        if not answer.ok:
            raise NotSent(f"{name}: sign-in was answered {answer.status}; try again later")

    def _read_token(self, answer: Answer) -> Token:
        try:
            return self._sign_in.read(answer.data)
        except ValueError as error:
            name = self._connection.name
            raise NotSent(f"{name}: sign-in was answered without a token; check the vendor's url") from error


def _transport_to(connection: Connection, sign_in: SignIn) -> DirectTransport:
    assert sign_in.url is not None
    return DirectTransport(dataclasses.replace(connection, url=sign_in.url))


def _is_dead(answer: contract.Answer) -> bool:
    data = answer.data
    return not answer.ok and isinstance(data, Mapping) and data.get("error") == _DEAD


def _secrets(sign_in: SignIn) -> frozenset[Secret]:
    sent = (*sign_in.form.values(), *(sign_in.basic or ()))
    return frozenset(value for value in sent if isinstance(value, Secret))
