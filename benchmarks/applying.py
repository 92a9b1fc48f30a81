"""Creating accounts: how fast the vendor sees them come, against a bare client at the same concurrency.

Each creation of ours is a look-up and a POST, so actions a second cannot exceed half of what a bare client POSTs.
Both are shown: actions a second against the bare client's, and requests a second against the bare client's.
"""

import dataclasses
from collections.abc import Iterator

from benchmarks import scenes
from benchmarks.measuring import Spread, run
from benchmarks.scenes import Scene
from benchmarks.table import Row

BARE = 1_000_000
"""Numbers of the accounts of the bare client begin here."""


@dataclasses.dataclass(frozen=True)
class Case:
    """One setting: how many are created, workers, milliseconds of latency, rounds, and the row's number and target."""

    number: str
    count: int
    workers: int
    latency: float
    target: float
    rounds: int = 3


CASES = (
    Case("c1", 320, 16, 50, 0.97),
    Case("c1", 640, 64, 50, 0.97, rounds=2),
    Case("c2", 640, 64, 5, 0.9, rounds=2),
    Case("c3", 640, 64, 0, 0.8, rounds=2),
)


@dataclasses.dataclass(frozen=True)
class Rate:
    """Actions and requests a second."""

    actions: float
    requests: float


def measure() -> Iterator[Row]:
    """Yield two rows for each case."""
    for case in CASES:
        pairs = [_round(case) for _ in range(case.rounds)]
        actions = Spread.of([ours.actions / bare.actions for ours, bare in pairs])
        requests = Spread.of([ours.requests / bare.requests for ours, bare in pairs])
        setting = f"{case.workers} workers, {case.latency:g} ms"
        ours, bare = pairs[len(pairs) // 2]
        note = f"{ours.actions:,.0f}/s against {bare.actions:,.0f}/s"
        yield Row(case.number, f"creates, {setting} / bare POSTs", actions, target=case.target, least=True, note=note)
        note = f"{ours.requests:,.0f}/s against {bare.requests:,.0f}/s"
        yield Row("", f"the same in requests, {setting}", requests, note=note)


def _round(case: Case) -> tuple[Rate, Rate]:
    with scenes.empty(case.count, latency=case.latency, concurrency=case.workers) as scene:
        posting = ("-m", "benchmarks.posting", scene.url, str(BARE), str(case.count), str(case.workers))
        run(*posting)
        bare = _rate(scene, case)
    with scenes.empty(case.count, latency=case.latency, concurrency=case.workers) as scene:
        run(*scene.program, "apply", "--yes", "-o", "json")
        return _rate(scene, case), bare


def _rate(scene: Scene, case: Case) -> Rate:
    window = scene.window()
    if window["creations"] != case.count:
        raise RuntimeError(f"vendor saw {window['creations']} of {case.count} creations; the figures mean nothing")
    return Rate(window["creations"] / window["seconds"], window["requests"] / window["seconds"])
