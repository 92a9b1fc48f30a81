"""Reads of the mail host as typed calls; every one raises VendorError when it proves nothing."""

from collections.abc import Mapping
from typing import Any

from reconciler.contract import Observed, Reader
from reconciler.errors import BadAnswer, IncompleteRead
from toy_vendor import mapping, wire


async def fetch_all(read: Reader, kind: str, *, reference: str = "") -> list[Observed]:
    """Return every object of a type, or those with a reference; IncompleteRead when some are missing."""
    query = {wire.REFERENCE: reference} if reference else {}
    data = (await read.fetch(wire.FIND[kind].call(query=query))).data
    rows = data.get(wire.ITEMS) if isinstance(data, Mapping) else None
    if not isinstance(data, Mapping) or not isinstance(rows, list):
        raise BadAnswer(f"{kind} list is no list; nothing was concluded from it")
    if data.get(wire.TOTAL) != len(rows):
        raise IncompleteRead(f"{kind} list has {len(rows)} of {data.get(wire.TOTAL)} rows; run again later")
    return [_row(kind, row) for row in rows]


async def fetch_one(read: Reader, kind: str, number: str) -> Observed | None:
    """Return one object, None when the vendor says that there is none."""
    answer = await read.fetch(wire.READ[kind].call({"id": number}), missing_ok=True)
    return None if answer.status == 404 else _row(kind, answer.data)


def _row(kind: str, row: Any) -> Observed:
    if not isinstance(row, Mapping):
        raise BadAnswer(f"{kind} is no object; nothing was concluded from it")
    return mapping.observed(kind, row)
