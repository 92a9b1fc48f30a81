"""A report as lines for a terminal or a CI log; colour and width only when the caller says so."""

from collections.abc import Iterable, Sequence

from reconciler.render import escape
from reconciler.render.findings import columns
from reconciler.render.report import Line, Piece, Report, Role, Row, Section, Table, Tone

COLORS = {
    Tone.STRONG: "1",
    Tone.FAINT: "2",
    Tone.GOOD: "32",
    Tone.CHANGE: "36",
    Tone.CAUTION: "33",
    Tone.BAD: "31",
}
DETAIL = "      "


def text(report: Report, *, color: bool = False, width: int | None = None) -> str:
    """Return the report, each line ended; wrapped to `width` columns when that is given."""
    lines: list[str] = []
    if report.verdict:
        lines.append(_paint(report.verdict, report.tone, color))
    if report.counts:
        lines += _counts(report.counts, width)
    for fact in report.facts:
        lines += _lines(fact, "  ", "    ", color=color, width=width)
    for section in report.sections:
        lines += _section(section, color=color, width=width)
    if report.closing and lines:
        lines.append("")
    for closing in report.closing:
        lines += _lines(closing, "", "  ", color=color, width=width)
    return "".join(f"{line}\n" for line in lines)


def _counts(counts: Iterable[tuple[str, int]], width: int | None) -> list[str]:
    lines = [""]
    for name, number in counts:
        entry = f"  {name} {number}"
        if width is not None and lines[-1] and len(lines[-1]) + len(entry) > width:
            lines.append("")
        lines[-1] += entry
    return lines


def _section(section: Section, *, color: bool, width: int | None) -> Iterable[str]:
    if section.title:
        yield ""
        yield _paint(section.title, section.tone, color)
    if section.table:
        yield from _table(section.table, color=color)
    for row in section.rows:
        yield from _row(row, "  " if section.title else "", color=color, width=width)


def _row(row: Row, margin: str, *, color: bool, width: int | None) -> Iterable[str]:
    mark = _paint(row.mark, row.tone, color) + " " if row.mark else ""
    yield from _lines(row.head, margin + mark, margin + "    ", color=color, width=width)
    indent = DETAIL if margin else "    "
    for detail in row.details:
        yield from _lines(detail, indent, indent + "  ", color=color, width=width)


def _lines(line: Line, first: str, later: str, *, color: bool, width: int | None) -> Iterable[str]:
    limit = None if line.role is not Role.TEXT else width
    for index, words in enumerate(_wrapped(_words(line.pieces), limit, indent=len(later))):
        indent = later if index else first
        plain = "".join(shown for shown, _ in words)
        painted = "".join(_paint(shown, tone, color) for shown, tone in words)
        guard = "\\" if escape.ci_line(indent + plain) != indent + plain else ""
        yield indent + guard + painted


Word = tuple[str, Tone]


def _words(pieces: Iterable[Piece]) -> list[Word]:
    return [(_shown(piece), piece.tone) for piece in pieces if piece.text]


def _wrapped(words: Sequence[Word], width: int | None, *, indent: int) -> list[list[Word]]:
    if width is None or sum(columns(shown) for shown, _ in words) + indent <= width:
        return [list(words)]
    room = max(width - indent, 20)
    lines: list[list[Word]] = [[]]
    used = 0
    for chunk in _chunks(words):
        size = sum(columns(shown) for shown, _ in chunk)
        if used and used + 1 + size > room:
            lines.append([])
            used = 0
        lines[-1] += [(" ", Tone.PLAIN), *chunk] if used else chunk
        used += size + (1 if used else 0)
    return lines


def _chunks(words: Iterable[Word]) -> Iterable[list[Word]]:
    """Group what stands between spaces, whichever pieces it comes from."""
    chunk: list[Word] = []
    for shown, tone in words:
        for index, part in enumerate(shown.split(" ")):
            if index and chunk:
                yield chunk
                chunk = []
            if part:
                chunk.append((part, tone))
    if chunk:
        yield chunk


def _table(table: Table, *, color: bool) -> Iterable[str]:
    cells = [[_shown(piece) for piece in row] for row in table.rows]
    widths = [
        max(columns(title), *(columns(row[index]) for row in cells)) if cells else columns(title)
        for index, title in enumerate(table.columns)
    ]
    header = "  ".join(title.ljust(width) for title, width in zip(table.columns, widths, strict=True))
    yield _paint(header.rstrip(), Tone.STRONG, color)
    widths[-1] = 0  # nothing stands after the last column
    for row, pieces in zip(cells, table.rows, strict=True):
        plain = "".join(row)
        guard = "\\" if escape.ci_line(plain) != plain else ""
        yield guard + "  ".join(
            _paint(shown, piece.tone, color) + " " * (width - columns(shown))
            for shown, piece, width in zip(row, pieces, widths, strict=True)
        )


def _shown(piece: Piece) -> str:
    return escape.terminal(piece.text, piece.limit) if piece.foreign else piece.text


def _paint(shown: str, tone: Tone, color: bool) -> str:
    code = COLORS.get(tone)
    return f"\x1b[{code}m{shown}\x1b[0m" if color and code and shown else shown
