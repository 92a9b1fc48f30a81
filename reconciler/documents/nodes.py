"""The tree of one YAML document: raw text and exact places, nothing typed yet.

Scalars are the parser's own events, kept as they come: `value` is the text, `style` is empty when it is plain.
"""

from typing import Any, TypeAlias

from yaml.events import ScalarEvent

from reconciler.model import Position, Range

Scalar: TypeAlias = ScalarEvent


class MappingNode:
    """A mapping: `entries` holds key text -> (key, value) in the order written; `pending` is for the reader."""

    __slots__ = ("end", "entries", "flow", "pending", "start")

    def __init__(self, start: Any, flow: bool | None) -> None:
        self.entries: dict[str, tuple[Scalar, Node]] = {}
        self.pending: Any = None
        self.flow = flow
        self.start = start
        self.end = start


class SequenceNode:
    """A list."""

    __slots__ = ("end", "flow", "items", "start")

    def __init__(self, start: Any, flow: bool | None) -> None:
        self.items: list[Node] = []
        self.flow = flow
        self.start = start
        self.end = start


class RefusedNode:
    """Something that was refused and reported; nothing more is said about it."""

    __slots__ = ("end_mark", "start_mark")

    def __init__(self, start: Any, end: Any) -> None:
        self.start_mark = start
        self.end_mark = end


Node: TypeAlias = ScalarEvent | MappingNode | SequenceNode | RefusedNode


def is_plain(node: Node) -> bool:
    """Say whether a node is a scalar without quotes."""
    return isinstance(node, ScalarEvent) and not node.style


def start_of(node: Node) -> Any:
    """Return the mark where a node begins."""
    return node.start if isinstance(node, MappingNode | SequenceNode) else node.start_mark


def end_of(node: Node) -> Any:
    """Return the mark where a node ends: after its last character, or that of its last part."""
    while isinstance(node, MappingNode | SequenceNode) and not node.flow:
        last = _last(node)
        if last is None:
            return node.end
        node = last
    return node.end if isinstance(node, MappingNode | SequenceNode) else node.end_mark


def _last(node: MappingNode | SequenceNode) -> Node | None:
    if isinstance(node, SequenceNode):
        return node.items[-1] if node.items else None
    if not node.entries:
        return None
    key, value = next(reversed(node.entries.values()))
    empty = isinstance(value, ScalarEvent) and not value.style and not value.value
    return key if empty else value


def range_of(node: Node, offset: int) -> Range:
    """Return the range of a node in a file whose document begins `offset` lines down."""
    start, end = start_of(node), end_of(node)
    return Range(Position(start.line + offset + 1, start.column + 1), Position(end.line + offset + 1, end.column + 1))


def head_of(node: Node, key: Scalar | None, offset: int) -> Range:
    """Return where a mapping or list is named: its own key, else its first key, else its first character."""
    if key is not None:
        return range_of(key, offset)
    if isinstance(node, MappingNode) and node.entries:
        return range_of(next(iter(node.entries.values()))[0], offset)
    start = range_of(node, offset).start
    return Range(start, Position(start.line, start.column + 1))


def value_range(node: Node, key: Scalar | None, offset: int) -> Range:
    """Return the range of a value; that of its key when it takes no room."""
    place = range_of(node, offset)
    return range_of(key, offset) if place.start == place.end and key is not None else place


def lookup(tree: Node, name: str) -> Node | None:
    """Return the value of a key, None when the node is no mapping or lacks it."""
    if not isinstance(tree, MappingNode):
        return None
    found = tree.entries.get(name)
    return found[1] if found else None


def text_at(tree: Node, *names: str) -> str | None:
    """Return the text of a scalar below `tree`, None when there is none."""
    node: Node | None = tree
    for name in names:
        node = lookup(node, name) if node is not None else None
    return node.value if isinstance(node, ScalarEvent) else None
