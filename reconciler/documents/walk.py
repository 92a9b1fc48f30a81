"""From the parser's events to the tree of one document, within limits, refusing what is more than plain data.

The depth is counted as events come: the C library keeps its own stack on the heap, so 100,000 brackets are
refused at the limit within milliseconds instead of ending the process, which `compose` and `load` would do.
"""

from collections.abc import Callable
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)

from reconciler.documents.nodes import MappingNode, Node, RefusedNode, SequenceNode, range_of
from reconciler.documents.report import Report, span
from reconciler.documents.text import FORBIDDEN, Chunk, describe
from reconciler.errors import ReconcilerError
from reconciler.files import Limits

_DROPPED = object()
_ODD_KEYS = {"", "<<"}
_HINTS = (
    ("could not find expected ':'", "write `name: value` with a space after the colon, or close the quote before it"),
    ("mapping values are not allowed", "put a value that holds `: ` in quotes, or correct the indentation"),
    ("did not find expected key", "correct the indentation; a field stands in the column of its neighbours"),
    ("did not find expected '-'", "correct the indentation; each item begins with `- ` in the same column"),
    ("found unexpected end of stream", "close the quote or bracket"),
    ("did not find expected ',' or", "close the bracket, or put a comma before the next entry"),
    ("cannot start any token", "put a value that begins with a special character in quotes"),
    ("unknown escape character", "write a backslash twice, or use single quotes"),
)


class _Stopped(Exception):
    """The document is beyond a limit; the problem is reported."""


def parser_class() -> Any:
    """Return the C parser; ReconcilerError when PyYAML was built without libyaml."""
    if not yaml.__with_libyaml__:
        raise ReconcilerError("PyYAML has no libyaml; install a wheel of pyyaml, or build it with libyaml")
    from yaml._yaml import CParser  # exists only with libyaml

    return CParser


def build(chunk: Chunk, report: Report, limits: Limits) -> tuple[Node | None, int]:
    """Return the tree of a document (None when it is empty or unreadable) and how many events it took."""
    walker = _Walker(chunk, report, limits)
    try:
        walker.run(parser_class()(chunk.text).get_event)
    except _Stopped:
        return None, walker.count
    except yaml.YAMLError as error:
        _report_syntax(error, chunk, report)
        return None, walker.count
    root = walker.root.items[0] if walker.root.items else None
    empty = isinstance(root, ScalarEvent) and not root.style and not root.value
    return None if empty or isinstance(root, RefusedNode) else root, walker.count


class _Walker:
    """The state of one document while its events come in."""

    def __init__(self, chunk: Chunk, report: Report, limits: Limits) -> None:
        self.line = chunk.line
        self.text = chunk.text
        self.lines: list[str] | None = None
        self.check_all = chunk.tainted or len(chunk.text) > limits.scalar
        self.careful = self.check_all or "&" in chunk.text or "!" in chunk.text or "\\" in chunk.text
        self.report = report
        self.limits = limits
        self.count = 0
        self.root = SequenceNode(None, None)
        self.frame: MappingNode | SequenceNode = self.root
        self.stack: list[MappingNode | SequenceNode] = []
        self.refused: set[int] = set()

    def run(self, get_event: Callable[[], Any]) -> None:
        """Take events until the stream ends."""
        count, most = 0, self.limits.document_events
        attach, inspect = self.attach, self.inspect if self.careful else None
        # Not kept in self: that would be a ring, and the collector is off while trees are made.
        handlers: dict[type, Callable[[Any], None]] = {
            MappingStartEvent: self.open,
            SequenceStartEvent: self.open,
            MappingEndEvent: self.end,
            SequenceEndEvent: self.end,
            AliasEvent: self.refuse_alias,
            DocumentStartEvent: _ignore,
            DocumentEndEvent: _ignore,
            StreamStartEvent: _ignore,
        }
        while True:
            event = get_event()
            count += 1
            if event.__class__ is ScalarEvent:
                attach(event if inspect is None else inspect(event))
                continue
            self.count = count
            if event.__class__ is StreamEndEvent:
                return
            if count > most:
                self.stop("E122", f"document holds more than {most} keys and values", event, "split it")
            handlers[event.__class__](event)

    def attach(self, node: Node) -> None:
        """Put a finished node where it belongs: as item, as key, or as value of the key before it."""
        frame = self.frame
        if isinstance(frame, SequenceNode):
            frame.items.append(node)
            return
        key = frame.pending
        if key is None:
            if node.__class__ is ScalarEvent and node.value not in _ODD_KEYS and node.value not in frame.entries:
                frame.pending = node
            else:
                self.refuse_key(frame, node)
            return
        frame.pending = None
        if key is not _DROPPED:
            frame.entries[key.value] = (key, node)

    def refuse_key(self, frame: MappingNode, node: Node) -> None:
        """Report why a key is not taken, and drop the value that follows."""
        frame.pending = _DROPPED
        if isinstance(node, RefusedNode):
            return
        if not isinstance(node, ScalarEvent):
            self.problem("E120", "key is a list or a mapping", node, "use a field name")
        elif node.value in frame.entries:
            first = range_of(frame.entries[node.value][0], self.line).start.line
            summary = f"key {_short(node.value)} stands twice in this mapping; first on line {first}"
            self.problem("E119", summary, node, "keep one of them")
        elif node.value == "<<" and not node.style:
            self.problem("E117", "merge key << is not allowed", node, "write the fields out")
        elif node.value:
            frame.pending = node
        else:
            self.problem("E120", "key is empty", node, "use a field name")

    def inspect(self, event: Any) -> Node:
        """Check a scalar of a text in which anchors, tags, escapes, long values or bad characters may be."""
        if not self.check_all and event.anchor is event.tag is None and event.style != '"':
            return event  # type: ignore[no-any-return]  # a scalar
        refused = self.refuse_properties(event)
        if len(event.value) > self.limits.scalar:
            self.problem("E124", f"value is longer than {self.limits.scalar} characters", event, "shorten it")
            refused = True
        found = FORBIDDEN.search(event.value)
        if found is not None:
            self.refuse_character(event, found[0])
            refused = True
        return RefusedNode(event.start_mark, event.end_mark) if refused else event

    def refuse_character(self, event: Any, character: str) -> None:
        """Report an escape; a character written as such was reported with the text."""
        if self.report.full:
            self.report.count += 1
            return
        if self.lines is None:
            self.lines = self.text.split("\n")
        raw = self.lines[event.start_mark.line : event.end_mark.line + 1]
        if event.style == '"' and not any(FORBIDDEN.search(line) for line in raw):
            code, summary, detail = describe(character)
            self.problem(code, summary, event, detail)

    def refuse_properties(self, event: Any) -> bool:
        """Report an anchor or a tag; True when the tag makes the value another one."""
        if event.anchor is not None:
            where = span(self.line + event.start_mark.line + 1, event.start_mark.column + 1, len(event.anchor) + 1)
            self.report.add(
                "E116", f"anchor &{_short(event.anchor)} is not allowed", "write the value out", where=where
            )
        if event.tag is not None:
            summary = f"tag {_short(event.tag.replace('tag:yaml.org,2002:', '!!'))} is not allowed"
            self.problem("E118", summary, event, "remove it; the field decides the type")
        return event.tag is not None

    def open(self, event: Any) -> None:
        """Go one level down, unless that is too deep."""
        mapping = event.__class__ is MappingStartEvent
        node = (MappingNode if mapping else SequenceNode)(event.start_mark, event.flow_style)
        self.stack.append(self.frame)
        if len(self.stack) > self.limits.depth:
            self.stop("E121", f"document is nested deeper than {self.limits.depth} levels", event, "flatten it")
        if (event.anchor is not None or event.tag is not None) and self.refuse_properties(event):
            self.refused.add(id(node))
        self.frame = node

    def end(self, event: Any) -> None:
        """Close a mapping or list."""
        node = self.frame
        node.end = event.end_mark
        self.frame = self.stack.pop()
        self.attach(RefusedNode(node.start, node.end) if id(node) in self.refused else node)

    def refuse_alias(self, event: Any) -> None:
        """Report an alias."""
        node = RefusedNode(event.start_mark, event.end_mark)
        self.problem("E116", f"alias *{_short(event.anchor)} is not allowed", node, "write the value out")
        self.attach(node)

    def problem(self, code: str, summary: str, node: Any, detail: str) -> None:
        """Report at a node."""
        self.report.add(code, summary, detail, where=range_of(node, self.line))

    def stop(self, code: str, summary: str, event: Any, detail: str) -> None:
        """Report and give the document up."""
        mark = event.start_mark
        self.report.add(code, summary, detail, where=span(self.line + mark.line + 1, mark.column + 1))
        raise _Stopped


def _ignore(event: Any) -> None:
    """Documents and streams begin and end; nothing to do."""


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."


def _report_syntax(error: yaml.YAMLError, chunk: Chunk, report: Report) -> None:
    problem = str(getattr(error, "problem", None) or "text is not YAML")
    mark = getattr(error, "problem_mark", None)
    lines = chunk.text.split("\n")
    line, column = (mark.line, mark.column) if mark else (0, 0)
    if line >= len(lines) or (line == len(lines) - 1 and not lines[line]):
        while len(lines) > 1 and not lines[-1].strip():
            lines.pop()
        line, column = len(lines) - 1, len(lines[-1])
    context = str(getattr(error, "context", None) or "")
    hint = next((cure for part, cure in _HINTS if part in problem), "")
    where = span(chunk.line + line + 1, column + 1)
    if "nesting depth" in problem:  # newer libyaml has a limit of its own while it looks ahead
        report.add("E121", "document is nested too deep", "flatten it", where=where)
        return
    summary = f"text is not YAML: {problem}" + (f" {context}" if context else "")
    report.add("E125", summary, hint, where=where)
