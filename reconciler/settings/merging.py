"""Merging an environment over the rest of the configuration, with the place of every winning value kept.

Works on the tree of nodes, before anything is typed, so that a problem in a merged document points at the line
that holds the value. Pure.
"""

from reconciler.documents import MappingNode, Node


def overlay(below: Node, above: Node) -> Node:
    """Return `above` over `below`: mappings are merged key by key, anything else is replaced."""
    if not (isinstance(below, MappingNode) and isinstance(above, MappingNode)):
        return above
    merged = _copy(below)
    for name, (key, value) in above.entries.items():
        before = below.entries.get(name)
        merged.entries[name] = (key, overlay(before[1], value) if before else value)
    return merged


def without(tree: MappingNode, *names: str) -> MappingNode:
    """Return the mapping without some of its keys."""
    rest = _copy(tree)
    for name in names:
        rest.entries.pop(name, None)
    return rest


def _copy(tree: MappingNode) -> MappingNode:
    copy = MappingNode(tree.start, tree.flow)
    copy.end = tree.end
    copy.entries = dict(tree.entries)
    return copy
