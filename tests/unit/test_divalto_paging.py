"""Lists of Divalto are read whole or not at all."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from reconciler.contract import Answer, Call
from reconciler.errors import VendorError
from reconciler.vendors.divalto import paging, wire

Page = dict[str, Any]


class Lists:
    """A reader that answers every page from a function of offset and count."""

    def __init__(self, page: Callable[[int, int], Any]) -> None:
        self.page = page
        self.asked: list[int] = []

    async def fetch(self, call: Call, *, missing_ok: bool = False) -> Answer:
        """Answer a page."""
        assert not missing_ok
        offset, count = (int(str(call.query[name])) for name in ("offset", "count"))
        self.asked.append(offset)
        return Answer(200, self.page(offset, count))


def page(names: list[str], offset: int, count: int, **changes: Any) -> Page:
    """Return a page of rows."""
    some = [{"orderNumber": name} for name in names[offset : offset + count]]
    return {"offset": offset, "count": count, "nbrecord": len(some), "total": len(names), "records": some, **changes}


def read(reader: Lists) -> list[Any]:
    """Read a list in pages of two."""
    found = asyncio.run(paging.read_rows(reader, paging.Listing(wire.LIST_ORDERS, "orderNumber", 2)))
    return [row["ordernumber"] for row in found]


@pytest.mark.parametrize("names", [[], ["a"], ["a", "b"], ["a", "b", "c"], ["a", "b", "c", "d", "e"]], ids=len)
def test_every_row_comes_once(names: list[str]) -> None:
    """Pages are read until all rows that the list counts are there."""
    reader = Lists(lambda offset, count: page(names, offset, count))

    assert read(reader) == names
    assert reader.asked == list(range(0, max(len(names), 1), 2))


def test_a_server_may_give_smaller_pages() -> None:
    """The next page begins after the rows that came."""
    assert read(Lists(lambda offset, _: page(["a", "b", "c"], offset, 1))) == ["a", "b", "c"]


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(lambda offset, count: page(["a", "b"], offset, count, total=3), id="fewer-than-counted"),
        pytest.param(lambda offset, count: page(["a", "b"], offset, count, total=1), id="more-than-counted"),
        pytest.param(lambda offset, count: page(["a", "b"], offset, count, nbrecord=1), id="miscounted-page"),
        pytest.param(lambda _, count: page(["a", "b", "c"], 0, count), id="same-page-again"),
        pytest.param(lambda offset, count: page(["a", "a"], offset, count), id="row-twice"),
        pytest.param(lambda *_: {"records": [{"orderNumber": "a"}]}, id="uncounted-page-again"),
        pytest.param(lambda offset, count: page(["a"], offset, count, total=0), id="counts-none"),
        pytest.param(lambda offset, count: page(["a"], offset, count, total=None if offset else 2), id="count-is-lost"),
        pytest.param(lambda offset, count: page(["a"], offset, count, records={}), id="records-no-array"),
        pytest.param(lambda offset, count: page(["a"], offset, count, records=["a"]), id="row-no-object"),
        pytest.param(lambda offset, count: page([""], offset, count), id="row-without-id"),
        pytest.param(lambda *_: [], id="bare-array"),
        pytest.param(lambda *_: {"error": 503, "txterr": "Plus tard"}, id="failure-inside"),
        pytest.param(lambda offset, _: page(["a", "b", "c"], offset, 9), id="larger-page-than-asked"),
    ],
)
def test_a_list_that_may_be_cut_is_an_error(broken: Callable[[int, int], Any]) -> None:
    """Nothing is concluded from a list whose completeness cannot be shown."""
    with pytest.raises(VendorError):
        read(Lists(broken))


def test_a_list_that_moves_is_read_again() -> None:
    """A row made between two pages does not end the reading."""
    names = ["a", "b", "c"]

    def growing(offset: int, count: int) -> Page:
        if offset == 2 and len(names) == 3:
            names.append("d")
        return page(names, offset, count)

    assert read(Lists(growing)) == ["a", "b", "c", "d"]


def test_a_list_that_is_not_counted_ends_with_an_empty_page() -> None:
    """A short page may be a cap of the server, so that it ends nothing."""
    names = ["a", "b", "c"]
    reader = Lists(lambda offset, _: {"records": [{"orderNumber": name} for name in names[offset : offset + 1]]})

    assert read(reader) == names
    assert reader.asked == [0, 1, 2, 3]


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param([{"to": "A_TRAITER"}, {"to": "EN_COURS"}], id="array"),
        pytest.param({"records": [{"to": "A_TRAITER"}, {"to": "EN_COURS"}]}, id="not-counted"),
        pytest.param({"records": [{"to": "A_TRAITER"}, {"to": "EN_COURS"}], "total": 2}, id="counted"),
    ],
)
def test_a_list_of_one_order_may_come_whole(answer: Any) -> None:
    """Only the great lists are said to come in pages."""
    listing = paging.Listing(wire.READ_HISTORY, None, 2, arguments={"order": "CDE-1"}, short=True)
    reader = Lists(lambda *_: answer)

    found = asyncio.run(paging.read_rows(reader, listing))

    assert ([row["to"] for row in found], reader.asked) == (["A_TRAITER", "EN_COURS"], [0])
