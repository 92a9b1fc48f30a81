"""What a measurement needs around it: a vendor's process, a project on disk that is in step with it."""

import contextlib
import dataclasses
import json
import subprocess
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.estates import Estate
from benchmarks.measuring import PYTHON, environment, run

PROGRAM = ("-m", "reconciler")


@dataclasses.dataclass(frozen=True)
class Scene:
    """A project at `root` and the address of its vendor."""

    root: Path
    url: str

    @property
    def program(self) -> tuple[str, ...]:
        """The command line up to the command."""
        return (*PROGRAM, "-C", str(self.root))

    @property
    def plan(self) -> tuple[str, ...]:
        """A plan that fails when there is any change."""
        return (*self.program, "plan", "--detailed-exitcode")

    @property
    def floor(self) -> tuple[str, ...]:
        """The floor of a plan."""
        return ("-m", "benchmarks.floor", str(self.root), self.url)

    def delay(self, milliseconds: float) -> None:
        """Have the vendor take so long for each request from now on."""
        self._tell(f"/_bench/latency/{milliseconds}")

    def window(self) -> dict[str, Any]:
        """Return how fast accounts were created since the last time, as the vendor saw it."""
        found: dict[str, Any] = json.loads(self._tell("/_bench/window"))
        return found

    def _tell(self, path: str) -> bytes:
        with urllib.request.urlopen(self.url + path) as answer:  # noqa: S310 - our own loopback address
            told: bytes = answer.read()
        return told


@contextlib.contextmanager
def serving(size: int, *, mixed: bool = False, latency: float = 0.0) -> Iterator[str]:
    """Serve a vendor that holds an estate; milliseconds of latency are added to each request. Yields its address."""
    command = [PYTHON, "-m", "benchmarks.vendor", str(size), "--latency", str(latency), *["--mixed"][: int(mixed)]]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment()) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.kill()


@contextlib.contextmanager
def settled(size: int, *, mixed: bool = False) -> Iterator[Scene]:
    """Yield a project in step with its vendor, adopted already, so that a plan finds no change."""
    with tempfile.TemporaryDirectory() as directory, serving(size, mixed=mixed) as url:
        root = Path(directory)
        Estate(size, mixed=mixed).write(root, url=url)
        run(*PROGRAM, "-C", str(root), "apply", "--yes", "-o", "json")
        yield Scene(root, url)


@contextlib.contextmanager
def empty(size: int, *, latency: float, concurrency: int) -> Iterator[Scene]:
    """Yield a project of accounts that the vendor does not have yet."""
    with tempfile.TemporaryDirectory() as directory, serving(0, latency=latency) as url:
        root = Path(directory)
        Estate(size).write(root, url=url, concurrency=concurrency)
        yield Scene(root, url)
