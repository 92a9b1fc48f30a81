"""The sandbox's only clock: a time source plus an offset that the control plane can advance.

Simulators are handed moments and never read a clock themselves. Waits are measured on this clock, so
advancing it ends them early.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

TimeSource = Callable[[], datetime]

# A wait looks at the clock again after at most this many real seconds, so an advance is noticed.
LONGEST_NAP = 0.1


def real_time() -> datetime:
    """Return the machine's time in UTC."""
    return datetime.now(UTC)


class Clock:
    """A time source that may be moved forward."""

    def __init__(self, source: TimeSource | None = None) -> None:
        self._source = source or real_time
        self.offset = timedelta()

    def now(self) -> datetime:
        """Return the simulated moment (timezone-aware)."""
        return self._source() + self.offset

    def advance(self, seconds: float) -> None:
        """Move the clock forward; the past is not reachable."""
        if seconds < 0:
            raise ValueError("seconds is negative; the clock only moves forward")
        self.offset += timedelta(seconds=seconds)

    async def nap_until(self, moment: datetime) -> bool:
        """Sleep a little towards `moment`; return True once it has come."""
        left = (moment - self.now()).total_seconds()
        if left <= 0:
            return True
        await asyncio.sleep(min(left, LONGEST_NAP))
        return self.now() >= moment
