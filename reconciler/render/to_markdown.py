"""A report as GitHub-flavoured Markdown for a comment: foreign text only inside code spans, never above 60 kB.

Verdict and counts come first, so that nothing can push them out of sight. What does not fit is counted and named by
the digest.
"""

from collections.abc import Iterable

from reconciler.render import escape
from reconciler.render.report import Line, Piece, Report, Role, Row, Section, Table, Tone

LIMIT = 60_000
"""Bytes of UTF-8; forges cut or refuse comments a little above it."""

RESERVE = 1_000
"""Bytes kept for the closing lines and the note about what is hidden."""

Part = tuple[str, bool]
"""A line and whether it begins an item that is counted when hidden."""


def text(report: Report, *, limit: int = LIMIT) -> str:
    """Return the report in at most `limit` bytes."""
    closing = [f"\n{_line(line)}" for line in report.closing]
    reserve = RESERVE + sum(_size(line) for line in closing)
    lines: list[str] = []
    left = limit - reserve
    parts = list(_parts(report))
    for index, (line, _) in enumerate(parts):
        left -= _size(line)
        if left < 0:
            lines.append(_hidden(report, parts[index:]))
            break
        lines.append(line)
    return "".join(f"{line}\n" for line in (*lines, *closing))


def _size(line: str) -> int:
    return len(line.encode("utf-8", "replace")) + 1


def _hidden(report: Report, rest: Iterable[Part]) -> str:
    kept = list(rest)
    items = sum(1 for _, begins in kept if begins)
    digest = f" of {escape.markdown(report.digest)}" if report.digest else ""
    count = f"{items} more items ({len(kept)} lines){digest}"
    return f"\n**Cut here:** {count} are not shown; read the whole on the command line"


def _parts(report: Report) -> Iterable[Part]:
    yield f"### {report.verdict or report.title}", False
    if report.counts:
        yield "", False
        yield f"| {' | '.join(name for name, _ in report.counts)} |", False
        yield f"|{' ---: |' * len(report.counts)}", False
        yield f"| {' | '.join(str(number) for _, number in report.counts)} |", False
        yield "", False
    for fact in report.facts:
        yield f"- {_line(fact)}", False
    for section in report.sections:
        yield from _section(section)


def _section(section: Section) -> Iterable[Part]:
    if section.title:
        yield "", False
        yield f"#### {section.title}", False
    yield "", False
    if section.table:
        yield from _table(section.table)
    for row in section.rows:
        yield from _row(row)


def _row(row: Row) -> Iterable[Part]:
    mark = f"`{row.mark}` " if row.mark else ""
    yield f"- {mark}{_line(row.head)}", True
    for detail in row.details:
        if detail.role is not Role.CARET:
            yield f"  - {_line(detail)}", False


def _table(table: Table) -> Iterable[Part]:
    yield f"| {' | '.join(title.lower() for title in table.columns)} |", False
    yield f"|{' --- |' * len(table.columns)}", False
    for row in table.rows:
        yield f"| {' | '.join(_piece(piece, cell=True) for piece in row)} |", True


def _line(line: Line) -> str:
    text = ""
    for piece in line.pieces:
        shown = "" if line.role is Role.SNIPPET and not piece.foreign else _piece(piece)
        touching = text.endswith("`") and shown.startswith("`")  # two code spans would become one
        text += f" {shown}" if touching else shown
    return text


def _piece(piece: Piece, *, cell: bool = False) -> str:
    if piece.foreign:
        return escape.markdown(piece.text, cell=cell, limit=piece.limit)
    strong = piece.tone in {Tone.BAD, Tone.CAUTION} and piece.text == piece.text.strip() and piece.text
    return f"**{piece.text}**" if strong else piece.text
