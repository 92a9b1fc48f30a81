"""Collecting the problems of one file, with snippets, up to a limit."""

import dataclasses

from reconciler.model import Place, Position, Problem, Range

_SNIPPET = 200


@dataclasses.dataclass(slots=True)
class _Finding:
    code: str
    summary: str
    detail: str
    range: Range


class Report:
    """The problems of one file. Text that `mask` names is shown in no snippet."""

    def __init__(self, file: str, text: str, *, limit: int) -> None:
        self.file = file
        self.text = text
        self.count = 0
        self._limit = limit
        self._findings: list[_Finding] = []
        self._masks: list[Range] = []

    def add(self, code: str, summary: str, detail: str = "", *, where: Range) -> None:
        """Note one problem."""
        self.count += 1
        if len(self._findings) < self._limit:
            self._findings.append(_Finding(code, summary, detail, where))

    @property
    def full(self) -> bool:
        """Whether more problems would only be counted, so that none need be described or suggested for."""
        return self.count >= self._limit

    def mask(self, secret: Range) -> None:
        """Keep the text of a range out of every snippet and out of what a mask covers."""
        self._masks.append(secret)

    def problems(self) -> list[Problem]:
        """Return what was noted, in order, with a last entry when more was found than is listed."""
        if not self._findings:
            return []
        lines = self.text.split("\n")
        found = [
            Problem(
                one.code, one.summary, one.detail, Place(self.file, one.range, self._snippet(lines, one.range.start))
            )
            for one in self._findings
        ]
        found.sort(key=lambda problem: problem.sort_key)
        if self.count > len(found):
            more = self.count - len(found)
            found.append(
                Problem(
                    "E127",
                    f"at least {more} more problems in {self.file}",
                    "correct those listed and run again",
                    found[-1].place,
                )
            )
        return found

    def _snippet(self, lines: list[str], start: Position) -> str | None:
        if not 0 < start.line <= len(lines):
            return None
        line = lines[start.line - 1]
        for masked in self._masks:
            if masked.start.line <= start.line <= masked.end.line:
                first = masked.start.column - 1 if masked.start.line == start.line else 0
                last = masked.end.column - 1 if masked.end.line == start.line else len(line)
                line = line[:first] + "(secret)".ljust(last - first)[: max(last - first, 8)] + line[last:]
        return line[:_SNIPPET]


def span(line: int, column: int, length: int = 1) -> Range:
    """Return the range of `length` characters from a 1-based place."""
    return Range(Position(line, column), Position(line, column + length))
