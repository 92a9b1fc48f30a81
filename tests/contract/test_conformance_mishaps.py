"""What can happen to a request on its way: pure changes of answers, and what a client then sees."""

import asyncio
import json
from typing import Any

import httpx
import pytest

from reconciler.testing.conformance import mishaps

DATA = {"items": [{"id": "a", "roles": ["x", "y"]}, {"id": "b", "roles": []}], "total": 2}


@pytest.mark.parametrize(
    ("path", "left"),
    [
        pytest.param(("items",), {"items": [{"id": "a", "roles": ["x", "y"]}], "total": 2}, id="rows"),
        pytest.param(
            ("items", "*", "roles"),
            {"items": [{"id": "a", "roles": ["x"]}, {"id": "b", "roles": []}], "total": 2},
            id="within-rows",
        ),
        pytest.param(("nothing",), DATA, id="no-such-list"),
    ],
)
def test_list_loses_its_last_entry(path: tuple[str, ...], left: Any) -> None:
    """Only the lists at the path are shorter, each by one; what stands beside them stays."""
    assert mishaps.shortened(path)(DATA) == left


def test_lists_and_members_are_found() -> None:
    """Every list that is not empty has a path, and every member of every object a name."""
    assert set(mishaps.lists_in(DATA)) == {("items",), ("items", "*", "roles")}
    assert set(mishaps.members_in(DATA)) == {"items", "total", "id", "roles"}
    assert list(mishaps.lists_in([1])) == [()]


def test_member_is_taken_out_everywhere() -> None:
    """A member that an answer lacks is lacking in each of its objects."""
    assert mishaps.without("roles")(DATA) == {"items": [{"id": "a"}, {"id": "b"}], "total": 2}


def test_unknown_member_fits_where_it_stands() -> None:
    """Every object gets a member that nobody knows; a table of numbers gets a number."""
    made = mishaps.more({"rows": [{"id": "a"}], "counts": {"x": 1}})
    assert made["xConformance"] == made["rows"][0]["xConformance"] == {"new": [1]}
    assert made["counts"] == {"x": 1, "xConformance": 0}


@pytest.mark.parametrize("name", mishaps.READ_FAILURES)
def test_failed_read_is_no_good_answer(name: str) -> None:
    """Each failure is an error of the connection, a status that is none of success, or a body that is no JSON."""
    assert not good(mishaps.READ_FAILURES[name])


def test_untouched_answer_is_good() -> None:
    """What tells good from failed reads can tell them apart."""
    assert good(mishaps.undisturbed)
    assert good(mishaps.bent(lambda data: data))


def good(mishap: mishaps.Mishap) -> bool:
    """Say whether a client gets readable data through a mishap."""

    async def forward() -> httpx.Response:
        return httpx.Response(200, json=DATA)

    async def read() -> bool:
        try:
            response = await mishap(httpx.Request("GET", "http://sim/"), forward)
            return response.is_success and json.loads(await response.aread()) == DATA
        except (httpx.TransportError, ValueError):
            return False

    return asyncio.run(read())
