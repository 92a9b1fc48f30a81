"""The ledger's cost: CPU an action beyond the same work without it, commits a record, waits an action."""

import inspect
import json
import tempfile
from collections.abc import Iterator

from benchmarks.measuring import Spread, run
from benchmarks.table import Row
from reconciler.ledger.protocol import Ledger

COUNT = 2_000
ROUNDS = {0: 3, 50: 2}
CPU_TARGETS = {16: 120.0, 64: 80.0}
COMMIT_TARGETS = {(64, 0): 0.02, (64, 50): 0.1}


def measure() -> Iterator[Row]:
    """Yield the rows."""
    waits = sum(map(inspect.iscoroutinefunction, (Ledger.begin_attempt, Ledger.conclude)))
    yield Row("d1", "durable waits an action", Spread.of([waits]), "", target=1)
    for workers, bound in CPU_TARGETS.items():
        for latency in ROUNDS:
            yield from _case(workers, latency, bound=bound)


def _case(workers: int, latency: int, *, bound: float) -> Iterator[Row]:
    costs, commits = zip(*(_round(workers, latency) for _ in range(ROUNDS[latency])), strict=True)
    setting = f"{workers} workers, {latency} ms"
    yield Row("d2", f"ledger CPU an action, {setting}", Spread.of(costs), "us", target=bound)
    target = COMMIT_TARGETS.get((workers, latency))
    yield Row("d3", f"commits a record, {setting}", Spread.of(commits), "", target=target)


def _round(workers: int, latency: int) -> tuple[float, float]:
    """Return microseconds an action and commits a record; start-up is in both programs and falls out."""
    more = (str(workers), str(latency))
    with tempfile.TemporaryDirectory() as root:
        kept = run("-m", "benchmarks.journal", root, str(COUNT), *more)
    bare = run("-m", "benchmarks.journal", "bare", str(COUNT), *more)
    counted = json.loads(kept.out)
    return 1e6 * (kept.cpu - bare.cpu) / COUNT, counted["commits"] / counted["records"]
