"""The printer. Everything shown to people passes `render` first; secrets known to the run are masked once more."""

import os
import sys

import click

from reconciler.cli.options import globals_of

LONGEST_LINE = 2000
"""Characters of one line of a hint or an error."""


def emit(text: str) -> None:
    """Write a result to stdout."""
    sys.stdout.write(_masked(text))
    sys.stdout.flush()


def note(text: str) -> None:
    """Write a hint, an error or progress to stderr, line by line, made harmless."""
    from reconciler.render import escape

    for line in text.splitlines() or [""]:
        sys.stderr.write(escape.ci_line(escape.terminal(_masked(line), LONGEST_LINE)) + "\n")
    sys.stderr.flush()


def show(rendered: str) -> None:
    """Write to stderr what a renderer has made harmless already, such as the plan a person is asked about."""
    sys.stderr.write(_masked(rendered))
    sys.stderr.flush()


def bug(error: BaseException) -> None:
    """Report an error of ours; the traceback is for the log at level debug."""
    from reconciler import logs

    note(f"internal error: {type(error).__name__}; this is a bug, `--log-level debug` logs where it happened")
    logs.get("cli").error("internal error", cause=error)


def color() -> bool:
    """Say whether stdout is to be coloured."""
    choice = globals_of(click.get_current_context()).color
    if choice != "auto":
        return choice == "always"
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def width() -> int | None:
    """Return the width of the terminal, None when stdout is none."""
    import shutil

    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def _masked(text: str) -> str:
    logs = sys.modules.get("reconciler.logs")
    return logs.redact(text) if logs is not None else text
