"""Lists read whole, or an error: a list that may be cut is never taken for a complete one.

Pages are asked for by `offset` and `count`, and each says how many rows there are in all. Where one does not, the list
ends with an empty page.
"""

import dataclasses
from collections.abc import Mapping

from reconciler.contract import Endpoint, Reader
from reconciler.errors import BadAnswer, IncompleteRead
from reconciler.model import Json
from reconciler.vendors.divalto import failures, wire
from reconciler.vendors.divalto.rows import Row, counted, folded, needed

RESTARTS = 3
MOST_PAGES = 10_000


@dataclasses.dataclass(frozen=True)
class Listing:
    """A list to read: its endpoint, path arguments, filter, page size, and the member that tells rows apart.

    `short`: what belongs to one order; such a list may come whole, as a bare array or without being counted.
    """

    endpoint: Endpoint
    identity: str | None
    size: int
    query: Mapping[str, str] = dataclasses.field(default_factory=dict)
    arguments: Mapping[str, str] = dataclasses.field(default_factory=dict)
    short: bool = False

    @property
    def title(self) -> str:
        """What error texts call it."""
        return f"list {self.endpoint.path}"


class _Moved(IncompleteRead):
    """The list changed while it was read."""


async def read_rows(read: Reader, listing: Listing) -> tuple[Row, ...]:
    """Return every row once; IncompleteRead when that cannot be shown, BadAnswer for a wrong shape."""
    for attempt in range(RESTARTS + 1):
        try:
            return await _read_once(read, listing)
        except _Moved:
            if attempt == RESTARTS:
                raise
    raise AssertionError("unreachable")


async def _read_once(read: Reader, listing: Listing) -> tuple[Row, ...]:
    found: list[Row] = []
    total: int | None = None
    for number in range(MOST_PAGES):
        page, count = await _page(read, listing, offset=len(found))
        if number and count != total:
            raise _Moved(f"{listing.title} kept changing while it was read; try again later")
        if page and found[-len(page) :] == page:
            raise IncompleteRead(f"{listing.title} gives the same page again; try again later")
        total = count
        found += page
        if _ended(len(found), total, page):
            return _once(tuple(found), listing, total=len(found) if total is None else total)
        if not page:
            raise IncompleteRead(f"{listing.title} gave {len(found)} of {total} rows; try again later")
    raise IncompleteRead(f"{listing.title} does not end; that is more than can be read")


def _ended(read: int, total: int | None, page: list[Row]) -> bool:
    """Say whether all rows are there; of a list that is not counted, when a page is empty."""
    return not page if total is None else read >= total


def _once(found: tuple[Row, ...], listing: Listing, *, total: int) -> tuple[Row, ...]:
    if len(found) != total:
        raise IncompleteRead(f"{listing.title} gave {len(found)} rows for {total}; try again later")
    if listing.identity is not None:
        ids = {_identity(row, listing.identity, what=f"row of {listing.title}") for row in found}
        if len(ids) != len(found):
            raise _Moved(f"{listing.title} shows a row twice; its pages overlap, try again later")
    return found


def _identity(row: Row, name: str, *, what: str) -> Json:
    given = row.get(name.lower())
    return given if type(given) is int else needed(row, name, what=what)


async def _page(read: Reader, listing: Listing, *, offset: int) -> tuple[list[Row], int | None]:
    what = listing.title
    query = {**listing.query, wire.OFFSET: str(offset), wire.COUNT: str(listing.size)}
    answer = await read.fetch(listing.endpoint.call(listing.arguments, query=query))
    failures.require_success(answer, what=what)
    if listing.short and isinstance(answer.data, list | tuple):
        return [folded(one, what=f"row of {what}") for one in answer.data], offset + len(answer.data)
    body = folded(answer.data, what=what)
    records = body.get(wire.RECORDS)
    if not isinstance(records, list | tuple):
        raise BadAnswer(f"{what} has no array of records; nothing was concluded from it")
    told = _told(body, wire.TOTAL, listing)
    total = offset + len(records) if told is None and listing.short else told
    _check_numbers(body, records, offset=offset, listing=listing)
    return [folded(one, what=f"row of {what}") for one in records], total


def _told(body: Row, name: str, listing: Listing) -> int | None:
    return None if body.get(name) is None else counted(body, name, what=listing.title)


def _check_numbers(body: Row, records: Json, *, offset: int, listing: Listing) -> None:
    shown = len(records) if isinstance(records, list | tuple) else 0
    if _told(body, wire.OFFSET, listing) not in {None, offset}:
        raise IncompleteRead(f"{listing.title} gave another page than was asked for; try again later")
    if _told(body, wire.NBRECORD, listing) not in {None, shown} or shown > listing.size:
        raise IncompleteRead(f"{listing.title} gave {shown} rows and counts others; try again later")
