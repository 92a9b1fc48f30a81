"""Lists read whole, or an error: a list that may be cut is never taken for a complete one.

Pages are numbered from 0; a page that is shorter than was asked for is the last. What the vendor calls `page_size` is
the number of rows in the answer, as its examples show, or else the size asked for.
"""

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from reconciler.contract import Call, Endpoint, Reader
from reconciler.errors import BadAnswer, IncompleteRead
from reconciler.model import Json
from reconciler.vendors.dimensions import wire
from reconciler.vendors.dimensions.rows import Row, data, folded, identity, listed, whole

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
        page = members(answer.data, what=what, asked=listing.size)
        shown = _number(answer.data, wire.PAGE_SHOWN, what=what)
        if shown is not None and shown != number:
            raise IncompleteRead(f"{what} gave page {shown} for page {number}; try again later")
        if len(page) > listing.size:
            raise IncompleteRead(f"{what} gave {len(page)} rows for {listing.size}; nothing was concluded from it")
        before = len(found)
        found.update({identity(row, what=f"row of {what}").lower(): row for row in page})
        if len(found) != before + len(page):
            raise IncompleteRead(f"{what} shows a row twice; its pages overlap, try again later")
        if len(page) < listing.size:
            return tuple(found.values())
    raise IncompleteRead(f"{what} does not end; that is more than can be read")


def members(answer: Json, *, what: str, asked: int = wire.MOST_ROWS) -> tuple[Row, ...]:
    """Return the rows of an envelope; IncompleteRead when it has not as many as it says."""
    found = tuple(folded(one, what=f"row of {what}") for one in listed(data(answer, what=what), what=what))
    count = _number(answer, wire.SIZE_SHOWN, what=what)
    if count is not None and count not in {len(found), asked}:
        raise IncompleteRead(
            f"{what} gave {len(found)} rows and says {count}; if the vendor allows no larger pages, set `pageSize` to "
            "what it allows"
        )
    return found


def once(found: Iterable[T], name: Callable[[T], str], *, what: str) -> tuple[T, ...]:
    """Return rows of which none comes twice; IncompleteRead otherwise."""
    rows = tuple(found)
    if len({name(row).lower() for row in rows}) != len(rows):
        raise IncompleteRead(f"{what} shows a row twice; try again later")
    return rows


def _number(answer: Json, name: str, *, what: str) -> int | None:
    """Return a number of the envelope, which the vendor writes as a number or as text."""
    value = whole(folded(answer, what=what), name, what=what)
    if value is not None and value < 0:
        raise BadAnswer(f"{what} has a negative {name}; nothing was concluded from it")
    return value
