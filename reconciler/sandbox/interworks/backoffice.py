"""Behind the API of the BSS: its books, its mails, its switches, and a person's changes past all rules."""

from collections.abc import Mapping
from datetime import datetime

from reconciler.sandbox.behind import Behind
from reconciler.sandbox.interworks import assets, synchronizing
from reconciler.sandbox.interworks.calls import written
from reconciler.sandbox.interworks.settings import Settings
from reconciler.sandbox.interworks.store import Books, Desk
from reconciler.sandbox.messages import JsonObject
from reconciler.sandbox.tables import revived, to_json

_EDITABLE = ("accounts", "sync", "products", "orders", "assets")


class Office(Behind):
    """The BSS as its staff uses it."""

    BOOKS, SETTINGS = Books, Settings

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk

    def settle(self, now: datetime) -> None:
        """Finish the provisioning work that is over by now."""
        settle(self._desk, now)

    def edit(self, change: Mapping[str, object], now: datetime) -> JsonObject:
        """Set fields of one row: `{"what": "accounts", "id": 101, "set": {...}}`; return the row."""
        what, changes = str(change.get("what")), change.get("set")
        if not isinstance(changes, dict):
            raise TypeError("set is missing; give an object of fields")
        key = _key(what, str(change.get("id")))
        kind, table = self._desk.books.tables()[what]
        row = table.get(key)
        if row is None:
            raise LookupError(f"{what} {key} does not exist")
        values = {**to_json(row), "updatedAt": written(now), **changes}
        edited = revived(kind, values)
        if table.key_of(edited) != key:
            raise ValueError(f"{what} {key} cannot take another id; delete it instead")
        return to_json(table.put(edited))

    def delete(self, what: str, key: str) -> None:
        """Delete one row; an account goes with its synchronisations."""
        number = _key(what, key)
        books = self._desk.books
        if books.tables()[what][1].remove(number) is None:
            raise LookupError(f"{what} {key} does not exist")
        if what == "accounts":
            for row in books.sync.find("account_id", number):
                books.sync.remove(row.key)


def settle(desk: Desk, now: datetime) -> None:
    """Finish the provisioning work that is over by now."""
    synchronizing.settle(desk, now)
    assets.settle(desk, now)


def _key(what: str, key: str) -> int | str:
    if what not in _EDITABLE:
        raise ValueError(f"what is {what}; known are {', '.join(_EDITABLE)}")
    if what != "accounts":
        return key
    if not key.isdecimal():
        raise ValueError(f"id {key} is no account id; give a whole number")
    return int(key)
