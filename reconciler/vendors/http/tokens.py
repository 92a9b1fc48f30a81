"""The access token of one account: got once for all who wait, renewed before it ends, dropped when refused."""

import asyncio
from collections.abc import Awaitable, Callable

from reconciler import contract
from reconciler.clock import Clock
from reconciler.errors import Locked, NotSent, SealingError, SignInFailed
from reconciler.model import Secret

# Renewed this many seconds, or this part of the lifetime if that is less, before the end.
_MARGIN_SECONDS = 30.0
_MARGIN_PART = 0.1


class Tokens:
    """Hands out the current token; `sign_in` gets a new one and raises NotSent or SignInFailed.

    Of a credential that is kept also Locked and SealingError: what ends a run before anything is done. Once there was a
    token they are NotSent: a call fails, and what is in flight goes on.
    """

    def __init__(self, sign_in: Callable[[], Awaitable[contract.Token]], *, clock: Clock) -> None:
        self._sign_in = sign_in
        self._clock = clock
        self._current: Secret | None = None
        self._ends = 0.0
        self._given = False
        self._renewal: asyncio.Task[Secret] | None = None
        self._refusal: SignInFailed | None = None

    async def current(self) -> Secret:
        """Return a token that is good for a while.

        Waiters share one sign-in, which goes on when one of them is cancelled. Refused credentials stay
        refused for the life of this object: hammering locks accounts.
        """
        if self._refusal is not None:
            raise SignInFailed(str(self._refusal)) from self._refusal
        if self._current is not None and self._clock.monotonic() < self._ends:
            return self._current
        if self._renewal is None:
            self._renewal = asyncio.create_task(self._renew())
            self._renewal.add_done_callback(self._settle)
        return await asyncio.shield(self._renewal)

    def drop(self, refused: Secret | None = None) -> None:
        """Forget the token, or only the one that was refused if another has come since."""
        if refused is None or refused == self._current:
            self._current = None

    async def aclose(self) -> None:
        """Wait for a sign-in under way."""
        if self._renewal is not None:
            await asyncio.wait({self._renewal})

    async def _renew(self) -> Secret:
        began = self._clock.monotonic()
        try:
            token = await self._sign_in()
        except SignInFailed as refusal:
            self._refusal = refusal
            raise
        except (Locked, SealingError) as error:
            if not self._given:
                raise
            raise NotSent(str(error)) from error
        self._current, self._given = token.value, True
        self._ends = began + token.lifetime - min(_MARGIN_SECONDS, _MARGIN_PART * token.lifetime)
        return token.value

    def _settle(self, renewal: "asyncio.Task[Secret]") -> None:
        self._renewal = None
        if not renewal.cancelled():
            renewal.exception()  # looked at, in case every waiter has gone
