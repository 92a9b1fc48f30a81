"""A person's consent: the address to open, and the exchange of the code that comes back for a first credential."""

from types import TracebackType
from typing import Self

from reconciler.clock import Clock
from reconciler.errors import ConfigurationError
from reconciler.model import Secret
from reconciler.vendors.http import outgoing
from reconciler.vendors.http.connection import Connection
from reconciler.vendors.http.exchange import Exchange
from reconciler.vendors.http.keeping import Keeper
from reconciler.vendors.http.pacing import Pacing
from reconciler.vendors.http.signing_in import SigningIn, sign_in_origin
from reconciler.vendors.http.transport import DirectTransport


class Consenting:
    """One consent to one vendor account; an async context manager. ConfigurationError when there is no such thing."""

    def __init__(self, connection: Connection, *, clock: Clock, keeper: Keeper) -> None:
        sign_in = connection.wire.sign_in
        if sign_in is None or sign_in.consent is None or sign_in.rotation is None:
            raise ConfigurationError(f"{connection.name} needs no login; check vendors.{connection.name}.credentials")
        self._name = connection.name
        self._consent = sign_in.consent
        self._origin = sign_in_origin(connection)
        self._transport = DirectTransport(connection)
        self._signing_in = SigningIn(
            connection,
            sign_in,
            exchange=Exchange(connection),
            pacing=Pacing(connection.per_second, clock=clock),
            clock=clock,
            transport=self._transport,
            direct=True,
            keeper=keeper,
        )

    def url(self, *, state: str, redirect: str) -> str:
        """Return the address that the person opens; `redirect` is where the browser is sent back to."""
        return outgoing.consent_url(
            self._consent, what=f"{self._name}: consent", origin=self._origin, state=state, redirect=redirect
        )

    async def redeem(self, code: Secret, *, redirect: str) -> None:
        """Exchange the code and keep what it gives, durable on return; VendorError, Locked, StateError."""
        await self._signing_in.redeem(self._consent, code, redirect=redirect)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._signing_in.aclose()
        await self._transport.aclose()
