"""The loop: a pass at the start, then whenever files change or the interval is over. Owner of watchfiles.

Knows nothing of passes: it is handed one to run, and tells when. A vendor that failed is left alone for a while
(`Backoff`), so that one that is down neither hides the others nor is hammered.
"""

import asyncio
import contextlib
import dataclasses
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

LONGEST = 3600.0


@dataclasses.dataclass
class Backoff:
    """Until when each vendor is left alone; `interval` in seconds is the first span, doubled with each failure."""

    interval: float
    _failures: dict[str, int] = dataclasses.field(default_factory=dict)
    _until: dict[str, float] = dataclasses.field(default_factory=dict)

    def resting(self, now: float) -> dict[str, float]:
        """Return the vendors to leave alone with the seconds that are left."""
        return {name: until - now for name, until in self._until.items() if until > now}

    def told(self, results: Mapping[str, bool], *, now: float) -> None:
        """Take in which vendors could be read (True) in a pass that asked them."""
        for name, good in results.items():
            if good:
                self._failures.pop(name, None)
                self._until.pop(name, None)
            else:
                count = self._failures[name] = self._failures.get(name, 0) + 1
                self._until[name] = now + min(LONGEST, self.interval * 2.0**count)


async def moments(paths: Sequence[Path], *, interval: float, stop: asyncio.Event) -> AsyncIterator[str]:
    """Yield why a pass is due: `start`, then `files` or `timer`, until `stop` is set.

    Changes that come during a pass are not lost; many at once are one.
    """
    # Late: only the loop needs it.
    from watchfiles import awatch

    changed = asyncio.Event()

    async def follow() -> None:
        async for _ in awatch(*paths, stop_event=stop, ignore_permission_denied=True):
            changed.set()

    follower = asyncio.create_task(follow())
    try:
        yield "start"
        while not stop.is_set():
            reason = await _next(changed, stop, interval=interval)
            if reason is not None:
                changed.clear()
                yield reason
    finally:
        follower.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await follower


async def _next(changed: asyncio.Event, stop: asyncio.Event, *, interval: float) -> str | None:
    waits = [asyncio.create_task(changed.wait()), asyncio.create_task(stop.wait())]
    try:
        await asyncio.wait(waits, timeout=interval, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waits:
            task.cancel()
    if stop.is_set():
        return None
    return "files" if changed.is_set() else "timer"
