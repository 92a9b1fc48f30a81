"""Lists of the BSS are read whole or not at all, whatever a vendor does with its pages."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from reconciler.contract import Answer, Call
from reconciler.errors import BadAnswer, IncompleteRead
from reconciler.model import Json
from reconciler.vendors.interworks import wire
from reconciler.vendors.interworks.paging import Listing, read_rows

SIZE = 3
Pages = Callable[[int], Json]


class Scripted:
    """A reader that answers page by page."""

    def __init__(self, pages: Pages) -> None:
        self.pages = pages
        self.calls: list[Call] = []

    async def fetch(self, call: Call, *, missing_ok: bool = False) -> Answer:
        """Answer with the asked page."""
        assert not missing_ok
        self.calls.append(call)
        return Answer(200, self.pages(int(str(call.query["page"]))))


def read(pages: Pages, *, condition: str = "") -> list[Json]:
    """Return the ids that were read."""
    listing = Listing(wire.LIST_ACCOUNTS, SIZE, condition)
    return [row["id"] for row in asyncio.run(read_rows(Scripted(pages), listing))]


def rows(*ids: Any) -> list[Json]:
    """Return rows with these ids."""
    return [{"Id": number} for number in ids]


def counted(*pages: Sequence[int], **claims: Any) -> Pages:
    """Return wrapped pages with totals; `claims` replace members of the metadata."""
    total = sum(len(page) for page in pages)

    def page(number: int) -> Json:
        metadata = {"page": number, "size": SIZE, "totalPages": len(pages), "totalRecords": total, **claims}
        data = pages[number - 1] if number <= len(pages) else ()
        return {"data": rows(*data), "metadata": metadata}

    return page


def bare(*pages: Sequence[int], again: bool = False) -> Pages:
    """Return bare pages; past the end nothing, or the last one `again`."""

    def page(number: int) -> Json:
        if number <= len(pages):
            return rows(*pages[number - 1])
        return rows(*pages[-1]) if again else []

    return page


@pytest.mark.parametrize(
    ("pages", "ids"),
    [
        pytest.param(counted((1, 2, 3), (4,)), [1, 2, 3, 4], id="totals"),
        pytest.param(counted(()), [], id="empty-with-totals"),
        pytest.param(counted((1, 2, 3), (4,), totalRecords=None), [1, 2, 3, 4], id="pages-only"),
        pytest.param(counted((1, 2, 3), (4,), totalPages=None), [1, 2, 3, 4], id="records-only"),
        pytest.param(bare((1, 2, 3), (4,)), [1, 2, 3, 4], id="bare"),
        pytest.param(bare((1, 2, 3), (4, 5, 6)), [1, 2, 3, 4, 5, 6], id="bare-full-last-page"),
        pytest.param(bare(()), [], id="bare-empty"),
        pytest.param(bare((1, 2), again=True), [1, 2], id="page-number-ignored"),
        pytest.param(bare((1, 2, 3, 4, 5), again=True), [1, 2, 3, 4, 5], id="size-ignored-too"),
        pytest.param(bare((1, 2, 3), (4,), again=True), [1, 2, 3, 4], id="last-page-again"),
        pytest.param(lambda n: {"DATA": rows(1) if n == 1 else [], "Metadata": None}, [1], id="names-in-any-case"),
    ],
)
def test_a_whole_list_is_read_once(pages: Pages, ids: list[int]) -> None:
    """Every row comes out once, in order."""
    assert read(pages) == ids


@pytest.mark.parametrize(
    ("pages", "text"),
    [
        pytest.param(counted((1, 2, 3), (4,), totalRecords=9), "4 of 9 rows", id="fewer-rows-than-counted"),
        pytest.param(counted((), totalRecords=5, totalPages=1), "too few", id="emptied-data"),
        pytest.param(counted((), totalRecords=5, totalPages=None), "too few", id="emptied-data-no-pages"),
        pytest.param(counted((), totalRecords=None), "too few", id="a-page-without-rows"),
        pytest.param(counted((), totalRecords=5, totalPages=0), "0 of 5 rows", id="no-pages-but-rows"),
        pytest.param(counted((1, 2, 3), totalRecords=3, totalPages=2), "too few", id="missing-last-page"),
        pytest.param(counted((1, 2), (3, 4)), "too few", id="short-middle-page"),
        pytest.param(counted((1, 2, 3), (1, 2, 3)), "row twice", id="page-repeated"),
        pytest.param(counted((1, 2, 3), (3,)), "row twice", id="pages-overlap"),
        pytest.param(counted((1, 2, 3), (4,), page=1), "page 1 for page 2", id="other-page-than-asked"),
        pytest.param(counted((1,), totalPages=10**9), "claims", id="absurd-total"),
        pytest.param(bare((1, 2, 3), again=True), "same full page", id="bare-may-be-cut"),
        pytest.param(bare((1, 2), (3, 4)), "not the last", id="bare-short-middle-page"),
        pytest.param(bare((1, 2, 3), (4, 4)), "row twice", id="bare-row-twice"),
    ],
)
def test_a_list_that_may_be_cut_is_incomplete(pages: Pages, text: str) -> None:
    """What cannot be shown to be whole is an error, never a shorter list."""
    with pytest.raises(IncompleteRead, match=text):
        read(pages)


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(None, id="null"),
        pytest.param("text", id="text"),
        pytest.param({}, id="no-data"),
        pytest.param({"data": None}, id="data-null"),
        pytest.param({"data": {"id": 1}}, id="data-object"),
        pytest.param({"data": [1]}, id="row-no-object"),
        pytest.param({"data": [{"name": "x"}]}, id="row-without-id"),
        pytest.param({"data": [{"id": None}]}, id="id-null"),
        pytest.param({"data": [{"id": ""}]}, id="id-empty"),
        pytest.param({"data": [{"id": True}]}, id="id-boolean"),
        pytest.param({"data": [{"id": 1, "ID": 2}]}, id="member-in-two-cases"),
        pytest.param({"data": [], "metadata": []}, id="metadata-list"),
        pytest.param({"data": [], "metadata": {"totalRecords": "0"}}, id="total-text"),
        pytest.param({"data": [], "metadata": {"totalRecords": -1}}, id="total-negative"),
        pytest.param({"Type": "ServerError", "Message": "x"}, id="error-inside-200"),
    ],
)
def test_another_shape_is_a_bad_answer(page: Json) -> None:
    """A list in any other shape proves nothing."""
    with pytest.raises(BadAnswer):
        read(lambda _: page)


def moving(changes: int) -> Pages:
    """Return a list that gains a row after its first page was read, `changes` times."""
    grown = [0]

    def page(number: int) -> Json:
        total = 4 + grown[0]
        ids = list(range(total))[(number - 1) * SIZE : number * SIZE]
        if number == 1 and grown[0] < changes:
            grown[0] += 1
        metadata = {"page": number, "size": SIZE, "totalPages": -(-total // SIZE), "totalRecords": total}
        return {"data": rows(*ids), "metadata": metadata}

    return page


@pytest.mark.parametrize("changes", [1, 3])
def test_a_list_that_moved_is_read_again(changes: int) -> None:
    """Totals that change while pages are read start the reading anew."""
    assert read(moving(changes)) == list(range(4 + changes))


def test_a_list_that_never_rests_is_given_up() -> None:
    """After three restarts the list is incomplete."""
    with pytest.raises(IncompleteRead, match="kept changing"):
        read(moving(99))


def test_the_query_asks_for_a_stable_order() -> None:
    """A whole list is asked for in the order of creation, a filtered one by its filter."""
    reader = Scripted(bare((1,)))
    asyncio.run(read_rows(reader, Listing(wire.LIST_ACCOUNTS, SIZE)))
    asyncio.run(read_rows(reader, Listing(wire.LIST_ACCOUNTS, SIZE, wire.equals("code", "o'neil"))))

    assert reader.calls[0].query == {"page": "1", "size": "3", "$orderby": "createdAt"}
    assert reader.calls[-1].query == {"page": "2", "size": "3", "$filter": "code eq 'o''neil'"}


def test_numbers_are_compared_bare() -> None:
    """A number in a filter has no quotes."""
    assert wire.equals("accountId", 101) == "accountId eq 101"
