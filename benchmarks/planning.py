"""Manifests and plans: what reading, and a plan that finds no change, cost over their floors."""

import math
from collections.abc import Iterator, Sequence

from benchmarks import scenes
from benchmarks.measuring import Pair, Ran, Spread, in_turn, run
from benchmarks.scenes import Scene
from benchmarks.table import Row

ROUNDS = {1_000: 5, 10_000: 3, 100_000: 1}
PLAN_TARGETS = {1_000: ("a1", 1.1), 10_000: ("a2", 0.8), 100_000: ("a3", 0.7)}
AT_ONCE = 8
PAGE = 100
LATENCY = 0.05


def measure(sizes: Sequence[int]) -> Iterator[Row]:
    """Yield the rows of all sizes, which begin with ten manifests."""
    with scenes.settled(10) as scene:
        small = [run(*scene.plan) for _ in range(5)]
        parsed = in_turn(reading(scene, "ours"), reading(scene, "floor"), rounds=5)
        started = in_turn(scene.plan, ("-c", "pass"), rounds=5)
    yield Row("f3", "plan of 10 manifests / python -c pass", started.ratio(), target=16)
    middle: dict[int, float] = {}
    for size in sizes:
        with scenes.settled(size) as scene:
            yield from manifests(scene, size, started=parsed)
            pair = in_turn(scene.plan, scene.floor, rounds=ROUNDS[size])
            if size == 10_000:
                yield slow(scene, size)
        yield from plans(pair, size, small=small)
        middle[size] = cpu(pair.ours) - cpu(small)
    if len(middle) > 1:
        low, high = min(middle), max(middle)
        exponent = math.log(middle[high] / middle[low], high / low)
        yield Row("g4", f"growth {low:,} to {high:,}, start-up left out", one(exponent), unit="exp", target=1.05)


def reading(scene: Scene, kind: str) -> tuple[str, ...]:
    """Return the command that reads manifests our way, or the floor's."""
    return ("-m", "benchmarks.reading", kind, str(scene.root))


def manifests(scene: Scene, size: int, *, started: Pair) -> Iterator[Row]:
    """Yield reading and validating against CSafeLoader on the same files."""
    pair = in_turn(reading(scene, "ours"), reading(scene, "floor"), rounds=ROUNDS[size])
    each = [1e6 * (cpu(some) - cpu(base)) / size for some, base in zip(*_sides(pair, started), strict=True)]
    note = f"{each[0]:.0f} us against {each[1]:.0f} us a manifest, start-up left out"
    yield Row("", f"read and validate {size:,} / CSafeLoader", pair.ratio(), note=note)
    yield Row("", f"the same {size:,}, start-up left out", one(each[0] / each[1]))


def _sides(pair: Pair, started: Pair) -> tuple[Sequence[Sequence[Ran]], Sequence[Sequence[Ran]]]:
    return (pair.ours, pair.floor), (started.ours, started.floor)


def plans(pair: Pair, size: int, *, small: Sequence[Ran]) -> Iterator[Row]:
    """Yield CPU and peak memory of a plan without changes."""
    number, target = PLAN_TARGETS[size]
    note = f"{cpu(pair.ours):.2f} s against {cpu(pair.floor):.2f} s; wall {pair.ratio('wall').middle:.2f} x"
    yield Row(number, f"plan without change, {size:,} / floor, CPU", pair.ratio(), target=target, note=note)
    peak = Spread.of([ran.peak for ran in pair.ours])
    large = size == 100_000
    yield Row("e1" if large else "", f"peak of that plan, {size:,}", peak, "MiB", target=150 if large else None)
    base = Spread.of([ran.peak for ran in small]).middle
    above = Spread.of([(ran.peak - base) * 1024 / size for ran in pair.ours])
    target_above = 1.2 if large else None
    yield Row("e1" if large else "", f"the same a manifest, above 10, {size:,}", above, "KiB", target=target_above)


def slow(scene: Scene, size: int) -> Row:
    """Measure a plan whose pages take 50 ms each against pages x latency / 8."""
    scene.delay(1000 * LATENCY)
    ran = [run(*scene.plan).wall for _ in range(3)]
    bound = size / PAGE * LATENCY / AT_ONCE
    measure = f"plan of {size:,}, 50 ms a page / pages x 50 ms / 8"
    return Row("a4", measure, Spread.of([wall / bound for wall in ran]), target=2.0)


def cpu(ran: Sequence[Ran]) -> float:
    """Return the median CPU seconds."""
    return Spread.of([one.cpu for one in ran]).middle


def one(figure: float) -> Spread:
    """Return a figure that has no spread."""
    return Spread(figure, figure, figure)
