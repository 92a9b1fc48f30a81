"""The other end of `ledger_child`: starts another process with a ledger, hears it, lets it go on, kills it."""

import contextlib
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parents[2]
LIMIT = 60


class Child:
    """Another process with the same ledger, as far as it has told."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def told(self) -> Any:
        """Return what it says next; the end of its output is a failure."""
        assert self.process.stdout
        return json.loads(self.process.stdout.readline())

    def go(self) -> None:
        """Let it go on."""
        assert self.process.stdin
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        assert self.process.wait(LIMIT) == -signal.SIGKILL


@contextlib.contextmanager
def child(action: str, root: Path, *arguments: object) -> Iterator[Child]:
    """Start another process and see that it is gone at the end."""
    command = [sys.executable, "-m", "tests.edges.ledger_child", action, str(root), *map(str, arguments)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=PROJECT, stdin=pipe, stdout=pipe, text=True) as process:
        try:
            yield Child(process)
        finally:
            process.kill()
