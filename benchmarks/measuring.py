"""Whole processes, measured from outside: CPU of the process and what it waited for, wall time, peak memory."""

import dataclasses
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.estates import CREDENTIALS

PYTHON = sys.executable
HERE = Path(__file__).parents[1]
KEPT = ("PATH", "LANG", "HOME", "TMPDIR")


@dataclasses.dataclass(frozen=True)
class Ran:
    """One finished process: seconds of CPU and of wall time, peak MiB, what it printed."""

    cpu: float
    wall: float
    peak: float
    out: str


@dataclasses.dataclass(frozen=True)
class Spread:
    """A figure over rounds: median, least, most."""

    middle: float
    least: float
    most: float

    @classmethod
    def of(cls, figures: Sequence[float]) -> "Spread":
        """Return the spread of some figures."""
        return cls(statistics.median(figures), min(figures), max(figures))


@dataclasses.dataclass(frozen=True)
class Pair:
    """Two programs run in turn, A B A B."""

    ours: tuple[Ran, ...]
    floor: tuple[Ran, ...]

    def ratio(self, field: str = "cpu") -> Spread:
        """Return ours over the floor, round by round."""
        return Spread.of(
            [getattr(a, field) / getattr(b, field) for a, b in zip(self.ours, self.floor, strict=True)],
        )


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return what a measured process sees of the environment."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return {**kept, "PYTHONPATH": str(HERE), **CREDENTIALS, **(extra or {})}


def run(*arguments: str, accepted: Sequence[int] = (0,)) -> Ran:
    """Run Python with arguments to its end; RuntimeError when it ends otherwise than accepted."""
    command = [PYTHON, *arguments]
    began = time.perf_counter()
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=quiet, env=environment()) as process:
        assert process.stdout is not None
        out = process.stdout.read()
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in accepted:
        raise RuntimeError(f"{' '.join(arguments)} ended with {process.returncode}; run it by hand to see why")
    return Ran(used.ru_utime + used.ru_stime, wall, used.ru_maxrss / 1024, out.decode())


def in_turn(ours: Sequence[str], floor: Sequence[str], *, rounds: int) -> Pair:
    """Run two programs in turn, once each for nothing, then so many rounds."""
    run(*ours)
    run(*floor)
    ran = [(run(*ours), run(*floor)) for _ in range(rounds)]
    return Pair(tuple(a for a, _ in ran), tuple(b for _, b in ran))
