"""The neutral report: a verdict, counts, sections of rows or a table, closing lines.

Builders make it from values; `to_text`, `to_markdown` and `to_html` print it. It says for every piece of text
whether it is ours or foreign; printers escape the foreign ones. Holds no format's syntax.
"""

import dataclasses
import enum
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from reconciler.model import Json, age
from reconciler.render import escape

PROSE_LIMIT = 600
"""Characters of a sentence (reason, detail, error, instructions) that people are shown."""


class Tone(enum.StrEnum):
    """How a piece should strike the reader; printers choose the colour."""

    PLAIN = "plain"
    STRONG = "strong"
    FAINT = "faint"
    GOOD = "good"
    CHANGE = "change"
    CAUTION = "caution"
    BAD = "bad"


@dataclasses.dataclass(frozen=True, slots=True)
class Piece:
    """A piece of text; `foreign` when any of it comes from a manifest, a file name or a vendor."""

    text: str
    foreign: bool = True
    tone: Tone = Tone.PLAIN
    limit: int = escape.VALUE_LIMIT


class Role(enum.StrEnum):
    """What a line is: running text, a quoted source line, or the marker below one."""

    TEXT = "text"
    SNIPPET = "snippet"
    CARET = "caret"


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """One line of pieces."""

    pieces: tuple[Piece, ...] = ()
    role: Role = Role.TEXT


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """One item of a section: a mark of one character, the line itself, lines of detail."""

    head: Line
    details: tuple[Line, ...] = ()
    mark: str = ""
    tone: Tone = Tone.PLAIN


@dataclasses.dataclass(frozen=True, slots=True)
class Table:
    """Columns and rows of one piece per cell."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Piece, ...], ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Section:
    """A heading with rows or a table; without a title its rows stand on the margin."""

    title: str
    rows: tuple[Row, ...] = ()
    table: Table | None = None
    tone: Tone = Tone.STRONG


@dataclasses.dataclass(frozen=True, slots=True)
class Report:
    """Everything to be said, most important first.

    `verdict` and `counts` are made from typed data only and come before any foreign text. `digest` identifies the whole
    when a printer has to cut it.
    """

    title: str
    verdict: str
    tone: Tone
    counts: tuple[tuple[str, int], ...] = ()
    facts: tuple[Line, ...] = ()
    sections: tuple[Section, ...] = ()
    closing: tuple[Line, ...] = ()
    digest: str = ""


def own(text: str, tone: Tone = Tone.PLAIN) -> Piece:
    """Return a piece of our own words; never pass anything else."""
    return Piece(text, foreign=False, tone=tone)


def foreign(text: str, tone: Tone = Tone.PLAIN) -> Piece:
    """Return a piece with a name or value from outside."""
    return Piece(text, tone=tone)


def prose(text: str, tone: Tone = Tone.PLAIN) -> Piece:
    """Return a piece with a sentence from outside."""
    return Piece(text, tone=tone, limit=PROSE_LIMIT)


def value(data: Json, tone: Tone = Tone.PLAIN) -> Piece:
    """Return a piece with a value as JSON; a hidden secret stays the word it is."""
    text = data if data == "(secret)" else json.dumps(data, ensure_ascii=False, sort_keys=True, default=_shape)
    return Piece(str(text), tone=tone)


def line(*pieces: Piece | str) -> Line:
    """Return a line; plain strings are our own words."""
    return Line(tuple(own(piece) if isinstance(piece, str) else piece for piece in pieces))


def section(title: str, rows: Iterable[Row], tone: Tone = Tone.STRONG) -> tuple[Section, ...]:
    """Return the section, or nothing when it has no rows."""
    kept = tuple(rows)
    return (Section(title, kept, tone=tone),) if kept else ()


def plural(number: int, noun: str) -> str:
    """Return `1 action`, `2 actions`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def lasting(since: str, now: datetime) -> tuple[Piece, ...]:
    """Return since when something is so, and for how long at the time of the report."""
    spent = age(since, now)
    return (own(" since "), foreign(since), *((own(f" ({spent})"),) if spent else ()))


def timestamp(moment: datetime) -> str:
    """Return RFC 3339 in UTC with `Z`; ValueError for a time without zone."""
    if moment.tzinfo is None:
        raise ValueError("time has no zone; pass an aware datetime")
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _shape(data: object) -> object:
    return dict(data) if isinstance(data, Mapping) else str(data)
