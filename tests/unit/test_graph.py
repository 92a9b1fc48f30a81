"""Rules of ordering what depends on each other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler import graph


def test_order_is_as_given_without_dependencies() -> None:
    """What depends on nothing keeps its place."""
    assert graph.order(["c", "a", "b"], {}) == ["c", "a", "b"]


def test_dependencies_come_first() -> None:
    """A key comes after everything it depends on, directly or not."""
    assert graph.order(["order", "sync", "account"], {"order": ["sync"], "sync": ["account"]}) == [
        "account",
        "sync",
        "order",
    ]


def test_ring_names_its_members() -> None:
    """A ring is an error that names who is in it, and nobody else."""
    with pytest.raises(graph.Ring) as caught:
        graph.order(["a", "b", "c"], {"a": ["b"], "b": ["a"], "c": []})
    assert caught.value.members == ["a", "b"]


def test_unknown_dependency_is_ignored() -> None:
    """A dependency on what is not there does not hold anything up."""
    assert graph.order(["a"], {"a": ["z"]}) == ["a"]


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)).filter(lambda pair: pair[0] > pair[1]), max_size=80))
def test_any_acyclic_graph_is_ordered(pairs: list[tuple[int, int]]) -> None:
    """Every key appears once, after what it depends on."""
    before: dict[int, list[int]] = {}
    for key, other in pairs:
        before.setdefault(key, []).append(other)
    ordered = graph.order(range(30, -1, -1), before)
    place = {key: number for number, key in enumerate(ordered)}
    assert sorted(ordered) == list(range(31))
    assert all(place[other] < place[key] for key, other in pairs)
