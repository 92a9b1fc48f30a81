"""Lists read whole, or an error: a list that may be cut is never taken for a complete one.

Pages are asked for by `offset` and `count`, and each says how many rows there are in all.
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
    """A list to read: its endpoint, path arguments, filter, page size, and the member that tells rows apart."""

    endpoint: Endpoint
    identity: str | None
    size: int
    query: Mapping[str, str] = dataclasses.field(default_factory=dict)
    arguments: Mapping[str, str] = dataclasses.field(default_factory=dict)

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
    for _ in range(MOST_PAGES):
        page, count = await _page(read, listing, offset=len(found))
        if total is not None and count != total:
            raise _Moved(f"{listing.title} kept changing while it was read; try again later")
        total = count
        found += page
        if len(found) >= total:
            return _once(tuple(found), listing, total=total)
        if not page:
            raise IncompleteRead(f"{listing.title} gave {len(found)} of {total} rows; try again later")
    raise IncompleteRead(f"{listing.title} does not end; that is more than can be read")


def _once(found: tuple[Row, ...], listing: Listing, *, total: int) -> tuple[Row, ...]:
    if len(found) != total:
        raise IncompleteRead(f"{listing.title} gave {len(found)} rows for {total}; try again later")
    if listing.identity is not None:
        ids = {needed(row, listing.identity, what=f"row of {listing.title}") for row in found}
        if len(ids) != len(found):
            raise _Moved(f"{listing.title} shows a row twice; its pages overlap, try again later")
    return found


async def _page(read: Reader, listing: Listing, *, offset: int) -> tuple[list[Row], int]:
    what = listing.title
    query = {**listing.query, wire.OFFSET: str(offset), wire.COUNT: str(listing.size)}
    answer = await read.fetch(listing.endpoint.call(listing.arguments, query=query))
    failures.require_success(answer, what=what)
    body = folded(answer.data, what=what)
    records = body.get(wire.RECORDS)
    if not isinstance(records, list | tuple):
        raise BadAnswer(f"{what} has no array of records; nothing was concluded from it")
    total = counted(body, wire.TOTAL, what=what)
    _check_numbers(body, records, offset=offset, listing=listing)
    return [folded(one, what=f"row of {what}") for one in records], total


def _check_numbers(body: Row, records: Json, *, offset: int, listing: Listing) -> None:
    shown = len(records) if isinstance(records, list | tuple) else 0
    if counted(body, wire.OFFSET, what=listing.title) != offset:
        raise IncompleteRead(f"{listing.title} gave another page than was asked for; try again later")
    if counted(body, wire.NBRECORD, what=listing.title) != shown or shown > listing.size:
        raise IncompleteRead(f"{listing.title} gave {shown} rows and counts others; try again later")
