"""Lists of the BSS read whole, or an error: a list that may be cut is never taken for a complete one.

Pages come as an object with `data` and perhaps `metadata`, or as a bare array. With totals, everything is
counted against them; without, reading goes on until a page is empty or comes again.
"""

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import TypeVar

from reconciler.contract import Endpoint, Reader
from reconciler.errors import BadAnswer, IncompleteRead
from reconciler.model import Json
from reconciler.vendors.interworks import wire
from reconciler.vendors.interworks.rows import Row, folded, listed, whole

RESTARTS = 3
MOST_PAGES = 100_000
T = TypeVar("T")


class _Moved(IncompleteRead):
    """The list changed while it was read."""


@dataclasses.dataclass(frozen=True)
class Listing:
    """A list to read: its endpoint, the page size to ask for, an optional filter, the member with the row's id."""

    endpoint: Endpoint
    size: int
    condition: str = ""
    identity: str = "id"

    @property
    def title(self) -> str:
        """What error texts call it."""
        return f"list {self.endpoint.path}"


@dataclasses.dataclass(frozen=True)
class Page:
    """One page; numbers are None when the answer does not tell them."""

    rows: tuple[Row, ...]
    ids: tuple[str, ...]
    number: int | None = None
    size: int | None = None
    pages: int | None = None
    records: int | None = None

    @property
    def totals(self) -> tuple[int | None, int | None]:
        """What must not change from page to page."""
        return (self.pages, self.records)


async def read_rows(read: Reader, listing: Listing) -> tuple[Row, ...]:
    """Return every row once; IncompleteRead when that cannot be shown, BadAnswer for a wrong shape."""
    for attempt in range(RESTARTS + 1):
        try:
            return await _read_once(read, listing)
        except _Moved:
            if attempt == RESTARTS:
                raise
    raise AssertionError("unreachable")


async def together(calls: Iterable[Awaitable[T]]) -> list[T]:
    """Wait for all, then raise the first error or return all results; nothing is left running."""
    results = await asyncio.gather(*calls, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return [result for result in results if not isinstance(result, BaseException)]


async def _read_once(read: Reader, listing: Listing) -> tuple[Row, ...]:
    async def fetch(number: int) -> Page:
        query = {wire.PAGE: str(number), wire.SIZE: str(listing.size)}
        if listing.condition:
            query[wire.FILTER] = listing.condition
        elif listing.endpoint.name in wire.SORTED_BY:
            query[wire.ORDER_BY] = wire.SORTED_BY[listing.endpoint.name]
        answer = await read.fetch(listing.endpoint.call(query=query))
        return _page(answer.data, listing, asked=number)

    first = await fetch(1)
    if first.totals == (None, None):
        pages = await _follow(first, fetch, listing)
    else:
        pages = await _counted(first, fetch, listing)
    ids = [number for page in pages for number in page.ids]
    if len(set(ids)) != len(ids):
        raise IncompleteRead(f"{listing.title} shows a row twice; its pages overlap, try again later")
    return tuple(row for page in pages for row in page.rows)


async def _counted(first: Page, fetch: Callable[[int], Awaitable[Page]], listing: Listing) -> list[Page]:
    size = first.size or listing.size
    count = first.pages if first.pages is not None else -(-(first.records or 0) // size)
    if count > MOST_PAGES:
        raise IncompleteRead(f"{listing.title} claims {count} pages; that is more than can be read")
    pages = [first, *await together(fetch(number) for number in range(2, count + 1))]
    if any((page.totals, page.size) != (first.totals, first.size) for page in pages):
        raise _Moved(f"{listing.title} kept changing while it was read; try again later")
    empty_end = count > 0 and not pages[-1].rows and first.records != 0
    if empty_end or any(len(page.rows) != size for page in pages[:-1]):
        raise IncompleteRead(f"{listing.title} has a page with too few or too many rows; try again later")
    found = sum(len(page.rows) for page in pages)
    if first.records is not None and found != first.records:
        raise IncompleteRead(f"{listing.title} gave {found} of {first.records} rows; try again later")
    return pages


async def _follow(first: Page, fetch: Callable[[int], Awaitable[Page]], listing: Listing) -> list[Page]:
    pages, seen = [first], set(first.ids)
    while pages[-1].rows:
        if len(pages) >= MOST_PAGES:
            raise IncompleteRead(f"{listing.title} does not end; that is more than can be read")
        page = await fetch(len(pages) + 1)
        if not page.rows:
            break
        if page.ids[0] in seen:
            if len(pages[-1].rows) == listing.size:
                raise IncompleteRead(f"{listing.title} gives the same full page again; it may be cut there")
            break
        if len(pages[-1].rows) != listing.size:
            raise IncompleteRead(
                f"{listing.title} gave {len(pages[-1].rows)} of {listing.size} rows on a page that is not the last; "
                "if the BSS allows no larger pages, set `pageSize` to what it allows"
            )
        pages.append(page)
        seen.update(page.ids)
    return pages


def _page(data: Json, listing: Listing, *, asked: int) -> Page:
    if isinstance(data, list | tuple):
        return _rows(data, listing)
    body = folded(data, what=listing.title)
    if wire.DATA not in body:
        raise BadAnswer(f"{listing.title} has no `data`; the BSS may have changed, compare with its /apidocs")
    page = _rows(body[wire.DATA], listing)
    if body.get(wire.METADATA) is None:
        return page
    metadata = folded(body[wire.METADATA], what=f"metadata of {listing.title}")
    number, size, pages, records = (_count(metadata, name, listing) for name in _METADATA)
    if number is not None and number != asked:
        raise IncompleteRead(f"{listing.title} gave page {number} for page {asked}; try again later")
    return dataclasses.replace(page, number=number, size=size or None, pages=pages, records=records)


_METADATA = (wire.PAGE_NUMBER, wire.PAGE_SIZE, wire.TOTAL_PAGES, wire.TOTAL_RECORDS)


def _count(metadata: Row, name: str, listing: Listing) -> int | None:
    value = whole(metadata, name, what=f"metadata of {listing.title}")
    if value is not None and value < 0:
        raise BadAnswer(f"{listing.title} has a negative {name}; nothing was concluded from it")
    return value


def _rows(data: Json, listing: Listing) -> Page:
    rows = tuple(folded(item, what=f"row of {listing.title}") for item in listed(data, what=listing.title))
    return Page(rows, tuple(_identity(row, listing) for row in rows))


def _identity(row: Mapping[str, Json], listing: Listing) -> str:
    value = row.get(listing.identity)
    if isinstance(value, bool) or not isinstance(value, int | str) or value == "":
        raise BadAnswer(f"{listing.title} has a row without {listing.identity}; nothing was concluded from it")
    return str(value)
