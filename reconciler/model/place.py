"""Where something stands in a file, and what is wrong there."""

import dataclasses
import enum


@dataclasses.dataclass(frozen=True, order=True, slots=True)
class Position:
    """A place in a text; line and column count from 1, columns in characters."""

    line: int
    column: int


@dataclasses.dataclass(frozen=True, order=True, slots=True)
class Range:
    """From `start` up to, not including, `end`."""

    start: Position
    end: Position


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """A range in a file; `file` is relative to the project, with forward slashes."""

    file: str
    range: Range | None = None
    snippet: str | None = None


class Severity(enum.StrEnum):
    """How bad a problem is; only errors make a run fail."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclasses.dataclass(frozen=True, slots=True)
class Problem:
    """One finding: what rule (`code`), what is wrong (`summary`), what to do (`detail`), where.

    Texts may quote manifest or vendor text; renderers neutralise it.
    """

    code: str
    summary: str
    detail: str = ""
    place: Place | None = None
    severity: Severity = Severity.ERROR
    address: str | None = None

    @property
    def sort_key(self) -> tuple[str, Position, str, str]:
        """Order by file, position, code, text."""
        place = self.place or Place("")
        start = place.range.start if place.range else Position(0, 0)
        return (place.file, start, self.code, self.summary)
