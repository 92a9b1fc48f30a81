"""Reading the documents of one file."""

import dataclasses
from collections.abc import Iterator, Mapping

from reconciler.documents.nodes import MappingNode, Node, SequenceNode, range_of, start_of
from reconciler.documents.report import Report, span
from reconciler.documents.text import Chunk, Decoded, decode, split
from reconciler.documents.walk import build
from reconciler.files import Limits, SourceFile
from reconciler.model import Place


@dataclasses.dataclass(frozen=True, slots=True)
class Document:
    """One document: its tree (None: unreadable, and reported), and its text for places asked for later."""

    file: str
    tree: Node | None
    chunk: Chunk
    problems: int = 0
    """How many problems its text and structure have; it is not to be used when there are any."""

    @property
    def offset(self) -> int:
        """Lines before the document's text."""
        return self.chunk.line

    @property
    def line(self) -> int:
        """The line where the document's content begins, counted from 1."""
        if self.tree is None:
            return self.chunk.line + 1
        return int(start_of(self.tree).line) + self.chunk.line + 1


@dataclasses.dataclass(frozen=True, slots=True)
class Reading:
    """The report of one file, to be added to, and its documents, parsed one by one as they are asked for."""

    report: Report
    documents: Iterator[Document]


def read(source: SourceFile, limits: Limits) -> Reading:
    """Read a file; empty documents are left out."""
    decoded = decode(source, limits)
    return Reading(decoded.report, _documents(decoded, limits))


def _documents(decoded: Decoded, limits: Limits) -> Iterator[Document]:
    report = decoded.report
    events, before = 0, report.count
    for chunk in split(decoded, limits):
        tree, count = build(chunk, report, limits)
        if tree is not None or report.count > before:
            yield Document(report.file, tree, chunk, report.count - before)
        before = report.count
        events += count
        if events > limits.file_events:
            summary = f"file holds more than {limits.file_events} keys and values"
            report.add("E122", summary, "split it into several files", where=span(chunk.line + 1, 1))
            return


class LazyPlaces(Mapping[str, Place]):
    """Where each value of a document stands, by JSON pointer; the text is read again when first asked."""

    __slots__ = ("_chunk", "_file", "_found", "_limits")

    def __init__(self, document: Document, limits: Limits) -> None:
        self._file = document.file
        self._chunk = document.chunk
        self._limits = limits
        self._found: dict[str, Place] | None = None

    def __getitem__(self, pointer: str) -> Place:
        return self._places()[pointer]

    def __iter__(self) -> Iterator[str]:
        return iter(self._places())

    def __len__(self) -> int:
        return len(self._places())

    def _places(self) -> dict[str, Place]:
        if self._found is None:
            report = Report(self._file, self._chunk.text, limit=0)
            tree, _ = build(self._chunk, report, self._limits)
            self._found = {}
            if tree is not None:
                self._fill(tree, "", self._chunk.text.split("\n"))
        return self._found

    def _fill(self, node: Node, pointer: str, lines: list[str]) -> None:
        where = range_of(node, self._chunk.line)
        local = where.start.line - self._chunk.line - 1
        found = self._found
        assert found is not None
        found[pointer] = Place(self._file, where, lines[local][:200] if local < len(lines) else None)
        if isinstance(node, MappingNode):
            for name, (_, value) in node.entries.items():
                self._fill(value, f"{pointer}/{escape(name)}", lines)
        elif isinstance(node, SequenceNode):
            for index, value in enumerate(node.items):
                self._fill(value, f"{pointer}/{index}", lines)


def escape(name: str) -> str:
    """Return a key as a segment of a JSON pointer."""
    return name.replace("~", "~0").replace("/", "~1")
