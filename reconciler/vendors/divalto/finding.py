"""How a broken rule is reported: at its place, in a row's worth of words. Pure."""

import difflib
from collections.abc import Iterable

from reconciler.model import Manifest, Problem, Severity


def error(manifest: Manifest, pointer: str, code: str, *, says: str, do: str) -> Problem:
    """Return a problem that keeps everything from being planned."""
    return Problem(code, says, do, manifest.place(pointer))


def warning(manifest: Manifest, pointer: str, code: str, *, says: str, do: str) -> Problem:
    """Return a problem that is shown only."""
    return Problem(code, says, do, manifest.place(pointer), Severity.WARNING)


def likely(given: str, known: Iterable[str]) -> str:
    """Return "did you mean X?", else the list of what is known."""
    names = sorted(known)
    near = difflib.get_close_matches(given, names, n=1)
    return f"did you mean {near[0]!r}?" if near else f"use one of {', '.join(names)}"
