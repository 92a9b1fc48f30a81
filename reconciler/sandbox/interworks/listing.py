"""Lists of the BSS: visibility lag, `$filter`, `$orderby` and pages (`interworks.md` 1.9 to 1.11)."""

import dataclasses
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Generic

from reconciler.sandbox.interworks.calls import Call
from reconciler.sandbox.interworks.errors import invalid
from reconciler.sandbox.interworks.filters import Filter, Property, parse_filter, parse_order
from reconciler.sandbox.interworks.store import Desk
from reconciler.sandbox.messages import JsonObject, Reply, json_reply
from reconciler.sandbox.tables import K, R, Table, camel, snake


@dataclasses.dataclass(frozen=True)
class Listing(Generic[K, R]):
    """How one kind of row is listed."""

    name: str
    table: Table[K, R]
    properties: Mapping[str, Property]
    sortable: Sequence[str]
    show: Callable[[R], JsonObject]
    shown: Callable[[R], object] | None = None


def fields(**kinds: str) -> dict[str, Property]:
    """Describe filterable properties by field name and kind; keys of the result are lower-case wire names."""
    return {camel(name).lower(): Property(camel(name), kind, operator.attrgetter(name)) for name, kind in kinds.items()}


def answer_list(desk: Desk, call: Call, *, listing: Listing[K, R]) -> Reply:
    """Answer a list request: the rows of one page, in the shape the settings choose."""
    rows = _visible(desk, call, listing)
    rows = _sorted(rows, call.query.get("$orderby", ""), listing.sortable)
    page = _number(call, "page", 1)
    size = min(_number(call, "size", desk.settings.page_size), desk.settings.page_max)
    picked = rows[(page - 1) * size : page * size]
    data = [listing.show(row) for row in picked]
    for row in picked:
        if listing.shown is not None:
            listing.shown(row)
    if desk.settings.page_mode == "bare":
        return json_reply(200, data)
    if desk.settings.page_mode == "noMetadata":
        return json_reply(200, {"data": data})
    metadata = {"page": page, "size": size, "totalPages": -(-len(rows) // size), "totalRecords": len(rows)}
    return json_reply(200, {"data": data, "metadata": metadata})


def _visible(desk: Desk, call: Call, listing: Listing[K, R]) -> list[R]:
    text = call.query.get("$filter", "")
    chosen = parse_filter(text, listing.properties) if text.strip() else None
    rows = [row for row in _candidates(listing.table, chosen) if chosen is None or chosen.test(row)]
    if not desk.settings.lag or listing.name not in desk.settings.lag_on:
        return rows
    newest = call.now - timedelta(seconds=desk.settings.lag)
    return [row for row in rows if datetime.fromisoformat(str(getattr(row, "created_at", ""))) <= newest]


def _candidates(table: Table[K, R], chosen: Filter | None) -> Iterable[R]:
    for name, value in (chosen.fixed if chosen else {}).items():
        if table.has_index(snake(name)) and isinstance(value, str | int):
            return table.find(snake(name), value)
    return table


def _sorted(rows: list[R], text: str, allowed: Sequence[str]) -> list[R]:
    for name, descending in reversed(parse_order(text, allowed)) if text.strip() else ():
        rows = sorted(rows, key=_ranker(snake(name)), reverse=descending)
    return rows


def _ranker(field: str) -> Callable[[object], tuple[bool, str | float]]:
    def rank(row: object) -> tuple[bool, str | float]:
        value = getattr(row, field)
        return (value is not None, "" if value is None else value)

    return rank


def _number(call: Call, name: str, default: int) -> int:
    text = call.query.get(name, "")
    if not text:
        return default
    if not text.isdecimal() or len(text) > 9 or int(text) < 1:
        raise invalid(f"{name} must be a whole number from 1", field=name)
    return int(text)
