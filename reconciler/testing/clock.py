"""A clock in virtual time: waits cost no real time and happen in a fixed order.

When every task has had its turn, time jumps to the earliest sleeper. It suits programs that run in one
event loop and in one process; it knows nothing of data still on its way through a socket.
"""

import asyncio
import heapq
import itertools
from datetime import UTC, datetime, timedelta

# Turns of the event loop that ready tasks get before time jumps: more than any in-process request needs.
TURNS = 60

START = datetime(2026, 1, 1, tzinfo=UTC)


class VirtualClock:
    """A clock whose `sleep` advances virtual time; `sleeps` lists every wait asked for, in seconds."""

    def __init__(self, start: datetime = START) -> None:
        self.sleeps: list[float] = []
        self._start = start
        self._elapsed = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = itertools.count()
        self._moving_in: asyncio.AbstractEventLoop | None = None

    def now(self) -> datetime:
        """Return the virtual moment, aware, in UTC."""
        return self._start + timedelta(seconds=self._elapsed)

    def monotonic(self) -> float:
        """Return the virtual seconds since the start."""
        return self._elapsed

    def advance(self, seconds: float) -> None:
        """Let time pass at once; sleepers that are due wake when their turn comes."""
        if seconds < 0:
            raise ValueError("seconds is negative; the clock only moves forward")
        self._elapsed += seconds

    async def sleep(self, seconds: float) -> None:
        """Wait in virtual time; zero or less only lets others run."""
        self.sleeps.append(seconds)
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        loop = asyncio.get_running_loop()
        if self._moving_in is not loop:
            self._sleepers.clear()  # those of a loop that has ended
            self._moving_in = loop
        woken: asyncio.Future[None] = loop.create_future()
        heapq.heappush(self._sleepers, (self._elapsed + seconds, next(self._numbers), woken))
        if len(self._sleepers) == 1:
            loop.call_soon(self._turn, loop, TURNS)
        await woken

    def _turn(self, loop: asyncio.AbstractEventLoop, left: int) -> None:
        if left:
            loop.call_soon(self._turn, loop, left - 1)
            return
        moment, _, woken = self._sleepers[0]
        if not woken.done():  # done: the sleeper was cancelled, time stays
            self._elapsed = max(self._elapsed, moment)
            woken.set_result(None)
        heapq.heappop(self._sleepers)
        if self._sleepers:
            loop.call_soon(self._turn, loop, TURNS)
