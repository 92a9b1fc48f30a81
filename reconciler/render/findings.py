"""Problems as rows and as a report of their own: `file:line:column: CODE: message`, then the line with a caret."""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

from reconciler.model import Place, Problem, Severity
from reconciler.render import escape
from reconciler.render.report import (
    Line,
    Piece,
    Report,
    Role,
    Row,
    Section,
    Tone,
    foreign,
    line,
    own,
    plural,
    prose,
)

TONES = {Severity.ERROR: Tone.BAD, Severity.WARNING: Tone.CAUTION, Severity.INFO: Tone.FAINT}
SNIPPET_WIDTH = 100
"""Characters of a source line that are quoted, around the place."""


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Return problems by file, position, code and text."""
    return sorted(problems, key=lambda problem: (*problem.sort_key, problem.address or "", problem.detail))


def report(problems: Sequence[Problem], *, checked: int | None = None) -> Report:
    """Return what `validate` says: every problem, then how many; `checked` is the number of manifests read."""
    rows = tuple(row(problem) for problem in in_order(problems))
    text = summary(problems, checked=checked)
    bad = any(problem.severity is Severity.ERROR for problem in problems)
    tone = Tone.BAD if bad else Tone.GOOD
    return Report(
        title="Validation",
        verdict="",
        tone=tone,
        sections=(Section("", rows),) if rows else (),
        closing=(line(own(text, tone)),),
    )


def summary(problems: Sequence[Problem], *, checked: int | None = None) -> str:
    """Return how many problems of which severity there are, from typed data only."""
    counts = Counter(problem.severity for problem in problems)
    files = len({problem.place.file for problem in problems if problem.place})
    words = [plural(counts[severity], _NOUNS[severity]) for severity in Severity if counts[severity]]
    where = f" in {plural(files, 'file')}" if words and files else ""
    what = (", ".join(words) or "no problems") + where
    return what if checked is None else f"{plural(checked, 'manifest')} checked: {what}"


def row(problem: Problem) -> Row:
    """Return one problem with its advice and the source line."""
    severity = "" if problem.severity is Severity.ERROR else f"{problem.severity.value}: "
    subject = where(problem)
    head = line(
        *((foreign(subject, Tone.STRONG), own(": ")) if subject else ()),
        foreign(problem.code, TONES[problem.severity]),
        own(f": {severity}"),
        prose(problem.summary),
    )
    details = [line(prose(problem.detail))] if problem.detail else []
    if problem.place and problem.place.file and problem.address:
        details.append(line("object: ", foreign(problem.address)))
    return Row(head, (*details, *_snippet(problem.place)), tone=TONES[problem.severity])


def where(problem: Problem) -> str:
    """Return `file:line:column`, the file, the address or nothing."""
    place = problem.place
    if place is None or not place.file:
        return problem.address or ""
    if place.range is None:
        return place.file
    return f"{place.file}:{place.range.start.line}:{place.range.start.column}"


_NOUNS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def _snippet(place: Place | None) -> tuple[Line, ...]:
    if place is None or not place.snippet:
        return ()
    text = place.snippet.removesuffix("\n").removesuffix("\r")
    if place.range is None:
        return (_quote(text[:SNIPPET_WIDTH]),)
    start, end = place.range.start, place.range.end
    column = min(max(start.column - 1, 0), len(text))
    first = max(0, column - SNIPPET_WIDTH // 2)
    shown = text[first : first + SNIPPET_WIDTH]
    stop = end.column - 1 if end.line == start.line else len(text)
    marked = text[column : min(max(stop, column + 1), first + SNIPPET_WIDTH)]
    caret = " " * _width(text[first:column]) + "^" * max(1, _width(marked))
    return _quote(shown), Line((own("| " + caret, Tone.BAD),), Role.CARET)


def _quote(text: str) -> Line:
    return Line((own("| ", Tone.FAINT), Piece(text, limit=SNIPPET_WIDTH * 10)), Role.SNIPPET)


def _width(text: str) -> int:
    """Return how many columns a terminal needs for the text once escaped."""
    return columns(escape.terminal(text, None))


def columns(shown: str) -> int:
    """Return how many terminal columns an escaped text takes."""
    if shown.isascii():
        return len(shown)
    return sum(
        0 if unicodedata.combining(character) else 1 + (unicodedata.east_asian_width(character) in "WF")
        for character in shown
    )
