"""The pace of requests, measured in virtual time, and the virtual clock itself."""

import asyncio
import itertools

import pytest

from reconciler.testing.clock import START, VirtualClock
from reconciler.vendors.http.pacing import Pacing


def starts(count: int, per_second: float, *, late: float = 0.0) -> list[float]:
    """Return when `count` requests that all wait at once may start; each wake comes `late` seconds late."""
    clock = VirtualClock()
    times: list[float] = []

    async def one(pacing: Pacing) -> None:
        await pacing.wait()
        times.append(clock.monotonic())
        clock.advance(late)

    async def main() -> None:
        pacing = Pacing(per_second, clock=clock)
        await asyncio.gather(*(one(pacing) for _ in range(count)))

    asyncio.run(main())
    return times


@pytest.mark.parametrize("late", [0.0, 0.01, 0.15, 0.3], ids=lambda late: f"late {late}")
@pytest.mark.parametrize("per_second", [2, 5, 50])
def test_no_second_sees_more_than_one_above_the_limit(per_second: int, late: float) -> None:
    """However late the machine is, requests are not made up for in a burst."""
    times = starts(60, per_second, late=late)

    busiest = max(sum(1 for time in times if first <= time < first + 1) for first in times)
    assert len(times) == 60
    assert busiest <= per_second + 1


def test_idle_time_is_not_saved_up() -> None:
    """After a long silence the pace is the same: no burst makes up for it."""
    clock = VirtualClock()
    times: list[float] = []

    async def one(pacing: Pacing) -> None:
        await pacing.wait()
        times.append(clock.monotonic())

    async def main() -> None:
        pacing = Pacing(5, clock=clock)
        await pacing.wait()
        clock.advance(100)
        await asyncio.gather(*(one(pacing) for _ in range(20)))

    asyncio.run(main())

    assert sum(1 for time in times if time < 101) <= 6


def test_small_delays_do_not_slow_the_pace() -> None:
    """A start that was a little late does not push all later ones back."""
    times = starts(51, 5, late=0.05)

    assert times[-1] == pytest.approx(10, abs=0.2)


def test_without_a_limit_nothing_waits() -> None:
    """An infinite rate has no pace."""
    assert starts(100, float("inf"))[-1] == 0


def test_a_hold_stops_everybody() -> None:
    """After a hold the next start is when it ends, then the pace goes on."""
    clock = VirtualClock()

    async def main() -> list[float]:
        pacing = Pacing(10, clock=clock)
        pacing.hold(7)
        times = []
        for _ in range(2):
            await pacing.wait()
            times.append(clock.monotonic())
        return times

    assert asyncio.run(main()) == [7, pytest.approx(7.1)]


def test_a_waiter_that_goes_takes_no_turn() -> None:
    """A cancelled waiter leaves its place to the next."""
    clock = VirtualClock()

    async def main() -> float:
        pacing = Pacing(1, clock=clock)
        await pacing.wait()
        gone = asyncio.create_task(pacing.wait())
        next_one = asyncio.create_task(pacing.wait())
        await asyncio.sleep(0)
        gone.cancel()
        await next_one
        return clock.monotonic()

    assert asyncio.run(main()) == 1


def test_virtual_sleepers_wake_in_the_order_of_their_time() -> None:
    """Time jumps from sleeper to sleeper; equal times wake in the order they were asked for."""
    clock = VirtualClock()
    woken: list[tuple[str, float]] = []

    async def one(name: str, seconds: float) -> None:
        await clock.sleep(seconds)
        woken.append((name, clock.monotonic()))

    async def main() -> None:
        await asyncio.gather(one("c", 3), one("a", 1), one("b", 1), one("z", 0))

    asyncio.run(main())

    assert woken == [("z", 0), ("a", 1), ("b", 1), ("c", 3)]
    assert (clock.now() - START).total_seconds() == 3


def test_a_cancelled_virtual_sleeper_costs_no_time() -> None:
    """Time does not jump to a moment that nobody waits for, and the clock serves the next event loop too."""
    clock = VirtualClock()

    async def main() -> None:
        long = asyncio.create_task(clock.sleep(1000))
        await clock.sleep(1)
        long.cancel()
        await clock.sleep(1)

    asyncio.run(main())
    asyncio.run(main())

    assert clock.monotonic() == 4


def test_virtual_time_only_moves_forward() -> None:
    """A clock that goes back is refused."""
    with pytest.raises(ValueError, match="forward"):
        VirtualClock().advance(-1)


def test_requests_are_evenly_spaced() -> None:
    """Without delays each start is one space after the last."""
    times = starts(10, 5)

    assert [later - earlier for earlier, later in itertools.pairwise(times)] == pytest.approx([0.2] * 9, abs=0.11)
    assert times[-1] >= 1.6
