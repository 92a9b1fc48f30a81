"""How fast requests may start, and how many may be under way.

Starts are spaced evenly; a start that came late is made up for by at most half a space, so that any one
second sees at most one more than the limit. A vendor that says "wait" holds all requests of the account.
"""

import asyncio

from reconciler.clock import Clock


class Pacing:
    """One account's pace: `wait` returns when the next request may start, first come first served."""

    def __init__(self, per_second: float, *, clock: Clock) -> None:
        self._space = 1.0 / per_second
        self._clock = clock
        self._next = clock.monotonic()
        self._turn = asyncio.Lock()

    async def wait(self) -> None:
        """Wait for one's turn and take it; a waiter that is cancelled takes none."""
        async with self._turn:
            while (left := self._next - self._clock.monotonic()) > 0:
                await self._clock.sleep(left)
            self._next = max(self._next, self._clock.monotonic() - self._space / 2) + self._space

    def hold(self, seconds: float) -> None:
        """Start nothing for some time."""
        self._next = max(self._next, self._clock.monotonic() + seconds)
