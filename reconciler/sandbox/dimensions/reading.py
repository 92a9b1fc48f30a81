"""What a read shows of a row, in full or as sparse as the vendor's examples (`dimensions.md` 4.4, 5.2), and lists."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from reconciler.sandbox.dimensions.calls import Call
from reconciler.sandbox.dimensions.errors import invalid_value
from reconciler.sandbox.dimensions.records import Account, Customer, Pbx
from reconciler.sandbox.dimensions.store import Desk
from reconciler.sandbox.messages import JsonObject
from reconciler.sandbox.tables import to_json

MOST_ROWS = 1000
SPARSE_TENANT = ("id", "name", "description", "enabled", "parentTenantId", "reference", "dateCreated")
_SPARSE_PBX = ("id", "name", "_type", "tenantId")
_SECRETS = ("apiKey", "password")
T = TypeVar("T", Account, Customer)


def shown_account(desk: Desk, account: Account) -> JsonObject:
    """Return a reseller as a read shows it."""
    return _cut(desk, to_json(account, hidden=False), SPARSE_TENANT)


def shown_customer(desk: Desk, customer: Customer) -> JsonObject:
    """Return a customer as a read shows it."""
    pbxs = [shown_pbx(desk, pbx) for pbx in desk.books.pbxs.find("tenant", customer.id)]
    return _cut(desk, {**to_json(customer, hidden=False), "pbxConnectionProfiles": pbxs}, SPARSE_TENANT)


def shown_pbx(desk: Desk, pbx: Pbx) -> JsonObject:
    """Return a PBX as a read shows it: never its secrets."""
    whole = {name: value for name, value in whole_pbx(pbx).items() if name not in _SECRETS}
    return _cut(desk, whole, _SPARSE_PBX)


def whole_pbx(pbx: Pbx) -> JsonObject:
    """Return all that a PBX of its type has, secrets included: what the answer to its creation shows."""
    row = to_json(pbx, hidden=False)
    return {"_type": row.pop("type"), **{name: value for name, value in row.items() if value is not None}}


def answer_data(tenant: Account | Customer) -> JsonObject:
    """Return what the answer to a creation shows of a tenant."""
    row = to_json(tenant)
    return {name: row[name] for name in ("id", "name", "description", "enabled", "parentTenantId")}


def visible(desk: Desk, rows: Iterable[T], *, now: datetime) -> list[T]:
    """Return the rows that are not deleted and old enough to be listed, by name, then id."""
    present = [row for row in rows if row.date_deleted is None and settled(desk, row.date_created, now=now)]
    return sorted(present, key=lambda row: (row.name, row.id))


def settled(desk: Desk, date_created: str, *, now: datetime) -> bool:
    """Say whether a row of this age shows up in lists yet."""
    if not desk.settings.lag:
        return True
    return datetime.fromisoformat(date_created).replace(tzinfo=UTC) + timedelta(seconds=desk.settings.lag) <= now


def page_of(call: Call, rows: Sequence[T]) -> tuple[int, Sequence[T]]:
    """Return the number of the page that is asked for and its rows."""
    index, size = _number(call, "pageIndex", 0), _number(call, "pageSize", MOST_ROWS, least=1)
    start = index * min(size, MOST_ROWS)
    return index, rows[start : start + min(size, MOST_ROWS)]


def _number(call: Call, name: str, default: int, *, least: int = 0) -> int:
    text = call.query.get(name.lower(), "")
    if not text:
        return default
    if not text.isdecimal() or len(text) > 9 or int(text) < least:
        raise invalid_value(text)
    return int(text)


def _cut(desk: Desk, row: JsonObject, names: Sequence[str]) -> JsonObject:
    return {name: row[name] for name in names} if desk.settings.read_mode == "sparse" else row
