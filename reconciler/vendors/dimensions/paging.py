"""Paged lists read whole, or an error: a list that may be cut is never taken for a complete one.

Pages are numbered from 0; a page that is shorter than was asked for is the last.
"""

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from reconciler.contract import Call, Endpoint, Reader
from reconciler.errors import BadAnswer, IncompleteRead
from reconciler.model import Json
from reconciler.vendors.dimensions import wire
from reconciler.vendors.dimensions.rows import Row, data, folded, identity, listed

MOST_PAGES = 10_000
T = TypeVar("T")


@dataclasses.dataclass(frozen=True)
class Listing:
    """A paged list to read: its endpoint and path arguments, the page size to ask for, an optional filter."""

    endpoint: Endpoint
    arguments: Mapping[str, str]
    size: int
    filter: str = ""

    def call(self, number: int) -> Call:
        """Return the request of a page."""
        query = {wire.PAGE: str(number), wire.SIZE: str(self.size)}
        if self.filter:
            query[wire.FILTER] = self.filter
        return self.endpoint.call(self.arguments, query=query)


async def read_pages(read: Reader, listing: Listing) -> tuple[Row, ...]:
    """Return every row once; IncompleteRead when that cannot be shown, BadAnswer for a wrong shape."""
    what = f"list {listing.endpoint.path}"
    found: dict[str, Row] = {}
    for number in range(MOST_PAGES):
        answer = await read.fetch(listing.call(number))
        page = members(answer.data, what=what)
        _check_number(answer.data, asked=number, what=what)
        if len(page) > listing.size:
            raise IncompleteRead(f"{what} gave {len(page)} rows for {listing.size}; nothing was concluded from it")
        before = len(found)
        found.update({identity(row, what=f"row of {what}").lower(): row for row in page})
        if len(found) != before + len(page):
            raise IncompleteRead(f"{what} shows a row twice; its pages overlap, try again later")
        if len(page) < listing.size:
            return tuple(found.values())
    raise IncompleteRead(f"{what} does not end; that is more than can be read")


def members(answer: Json, *, what: str) -> tuple[Row, ...]:
    """Return the rows of an envelope."""
    return tuple(folded(one, what=f"row of {what}") for one in listed(data(answer, what=what), what=what))


def once(found: Iterable[T], name: Callable[[T], str], *, what: str) -> tuple[T, ...]:
    """Return rows of which none comes twice; IncompleteRead otherwise."""
    rows = tuple(found)
    if len({name(row).lower() for row in rows}) != len(rows):
        raise IncompleteRead(f"{what} shows a row twice; try again later")
    return rows


def _check_number(answer: Json, *, asked: int, what: str) -> None:
    shown = folded(answer, what=what).get("page_index")
    if isinstance(shown, str) and shown.isdecimal() and len(shown) < 10:
        shown = int(shown)
    if shown is not None and (isinstance(shown, bool) or not isinstance(shown, int)):
        raise BadAnswer(f"{what} has a page_index that is no number; nothing was concluded from it")
    if shown is not None and shown != asked:
        raise IncompleteRead(f"{what} gave page {shown} for page {asked}; try again later")
