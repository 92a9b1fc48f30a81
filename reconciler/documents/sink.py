"""Where plans report: what is refused leaves a hole, and nothing is said twice about one value."""

from typing import Any, Final, Protocol

from yaml.events import ScalarEvent

from reconciler.documents.nodes import MappingNode, Node, RefusedNode, Scalar, SequenceNode, value_range
from reconciler.documents.report import Report
from reconciler.model import Range

HOLE: Final = object()
"""Stands where a value was refused; the problem is reported."""

NULLS = frozenset({"", "~", "null"})
"""Plain texts that mean: no value."""
_NULL_LIKE = frozenset({"Null", "NULL"})
NO_TEXT = NULLS | _NULL_LIKE
"""Plain texts that are never taken as text."""

_EMPTY = {
    "text": "give it a value or remove the line; to mean the text itself, put it in quotes",
    "a mapping": "write its fields, {} when it has none, or remove the line",
    "a list": "write its items, [] when it has none, or remove the line",
}


class Sink:
    """Where plans report, and what they know of one document.

    `bad`: nodes already reported. `variants`: the sort chosen for a node. `meant`: missing fields that a misspelt
    key probably stands for.
    """

    __slots__ = ("bad", "meant", "offset", "report", "variants")

    def __init__(self, report: Report, offset: int) -> None:
        self.report = report
        self.offset = offset
        self.bad: set[int] = set()
        self.variants: dict[int, str] = {}
        self.meant: set[tuple[int, str | None]] = set()

    def where(self, node: Node, key: Scalar | None) -> Range:
        """Return the range of a value, that of its key when the value takes no room."""
        return value_range(node, key, self.offset)

    def refuse(self, node: Node, key: Scalar | None, *, code: str, summary: str, detail: str = "") -> object:
        """Report a value once and return the hole it leaves."""
        if id(node) not in self.bad:
            self.bad.add(id(node))
            if not isinstance(node, RefusedNode):
                self.report.add(code, summary, detail, where=self.where(node, key))
        return HOLE


class Plan(Protocol):
    """Reads a node into a value; `key` is the key it stands under."""

    nullable: bool

    def read(self, node: Node, key: Scalar | None, sink: Sink) -> Any:
        """Return the value, or HOLE after reporting."""
        ...


def label(key: Scalar | None) -> str:
    """Return how a message names the field."""
    return str(key.value) if key is not None else "value"


def misfit(plan: Plan, node: Node, key: Scalar | None, *, sink: Sink, wants: str) -> Any:
    """Answer for a node of another shape: null where that is allowed, else a problem."""
    if isinstance(node, ScalarEvent) and not node.style:
        if node.value in NULLS:
            if plan.nullable:
                return None
            detail = _EMPTY.get(wants, "give it a value or remove the line")
            return sink.refuse(node, key, code="E209", summary=f"{label(key)} has no value", detail=detail)
        if node.value in _NULL_LIKE:
            detail = f'write null to clear the field, or "{node.value}" to mean the text'
            summary = f"{label(key)} is ambiguous: {node.value}"
            return sink.refuse(node, key, code="E209", summary=summary, detail=detail)
    shape = {MappingNode: "a mapping", SequenceNode: "a list"}.get(type(node), "a single value")
    return sink.refuse(node, key, code="E206", summary=f"{label(key)} is {shape}; it must be {wants}")
