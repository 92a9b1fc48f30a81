"""From arguments to an exit code: runs a command and turns every ending into the contract's code."""

import contextlib
import gc
import io
import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType

import click

from reconciler.cli import output
from reconciler.cli.commands import cli
from reconciler.errors import Exit, ReconcilerError

COLLECT_AFTER = (5_000, 20, 20)
"""Estates are large and hold no rings: Python's own (700, 10, 10) walks them again and again, a quarter of a plan."""


def run(arguments: Sequence[str]) -> int:
    """Run one command; never raises, never shows a traceback (`--log-level debug` logs it)."""
    gc.set_threshold(*COLLECT_AFTER)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    with contextlib.suppress(ValueError):  # not in the main thread
        signal.signal(signal.SIGTERM, _interrupt)
    try:
        return _run(arguments)
    except BrokenPipeError:
        # The reader of stdout went away; keep the interpreter from failing again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.ERROR


def _run(arguments: Sequence[str]) -> int:
    try:
        code = cli.main(args=list(arguments), prog_name="reconciler", standalone_mode=False)
    except click.exceptions.Exit as ending:
        return ending.exit_code
    except BrokenPipeError:
        raise
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the last line before a traceback
        return _report(error)
    return int(code or 0)


def _report(error: BaseException) -> int:
    """Say what went wrong and return the exit code for it."""
    if isinstance(error, click.Abort | KeyboardInterrupt):
        output.note("interrupted")
        return Exit.INTERRUPTED
    if isinstance(error, ReconcilerError):
        output.note(f"error: {error}")
        return error.exit_code
    if isinstance(error, click.UsageError):
        hint = f"; see `{error.ctx.command_path} --help`" if error.ctx else ""
        output.note(f"error: {error.format_message()}{hint}")
        return Exit.USAGE
    if isinstance(error, click.ClickException):
        output.note(f"error: {error.format_message()}")
        return Exit.ERROR
    output.bug(error)
    return Exit.ERROR


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
