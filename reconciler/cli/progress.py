"""Progress on stderr: one live line on a terminal, plain lines in CI, nothing when it would not be read."""

import contextlib
import sys
from collections.abc import Iterator
from typing import Any, Self

from reconciler.cli import output
from reconciler.plan.report import Outcome
from reconciler.plan.value import Action


class Progress:
    """Told of each action as it starts and ends."""

    def __init__(self, *, quiet: bool) -> None:
        self._live = sys.stderr.isatty() and not quiet
        self._quiet = quiet
        self._stack = contextlib.ExitStack()
        self._status: Any = None
        self._running: dict[str, None] = {}
        self._ended = 0

    def __enter__(self) -> Self:
        if self._live:
            # Late: rich is heavy, and pipelines never need it.
            from rich.console import Console

            console = Console(stderr=True)
            self._status = self._stack.enter_context(console.status("reading the vendors"))
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @contextlib.contextmanager
    def paused(self) -> Iterator[None]:
        """Leave the terminal to a question."""
        if self._status is None:
            yield
            return
        self._status.stop()
        try:
            yield
        finally:
            self._status.start()

    def step(self, action: Action, outcome: Outcome | None) -> None:
        """Show that an action started (None) or how it ended."""
        if outcome is None:
            self._running[action.id] = None
        else:
            self._running.pop(action.id, None)
            self._ended += 1
            if not self._quiet:
                output.note(f"{outcome.value:<11} {action.kind.value:<8} {action.address}")
        if self._status is not None:
            from rich.text import Text

            from reconciler.render import escape

            names = ", ".join(escape.terminal(name) for name in list(self._running)[:3])
            self._status.update(Text(f"{self._ended} ended, {len(self._running)} running {names}"))
