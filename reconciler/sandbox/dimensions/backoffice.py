"""Behind the API of Dimensions: its books, its mails, its switches, and a person's changes past all rules."""

from collections.abc import Mapping
from datetime import datetime

from reconciler.sandbox.behind import Behind
from reconciler.sandbox.dimensions import collecting
from reconciler.sandbox.dimensions.customers import drop_contents
from reconciler.sandbox.dimensions.records import Customer, Directory, Guest, Pbx
from reconciler.sandbox.dimensions.settings import Settings
from reconciler.sandbox.dimensions.store import Books, Desk
from reconciler.sandbox.messages import JsonObject
from reconciler.sandbox.tables import revived, to_json

_EDITABLE = ("accounts", "customers", "pbxs", "users", "guests", "devices", "templates", "directories")


class Office(Behind):
    """Dimensions as its staff and the staff of the telephone systems use it."""

    BOOKS, SETTINGS = Books, Settings
    NOT_SHOWN = ("tokens", "grants", "mails")

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk

    def settle(self, now: datetime) -> None:
        """Do the imports that have come due by now."""
        settle(self._desk, now)

    def edit(self, change: Mapping[str, object], now: datetime) -> JsonObject:
        """Set fields of one row: `{"what": "users", "id": "...", "set": {...}}`; return the row.

        A directory or guest that does not exist is made.
        """
        settle(self._desk, now)
        what, key, changes = _what(change.get("what")), str(change.get("id")), change.get("set")
        if not isinstance(changes, dict):
            raise TypeError("set is missing; give an object of fields")
        kind, table = self._desk.books.tables()[what]
        row = table.get(key) or _made(what, key)
        if row is None:
            raise LookupError(f"{what} {key} does not exist")
        edited = revived(kind, {**to_json(row), **changes})
        if table.key_of(edited) != key:
            raise ValueError(f"{what} {key} cannot take another id; delete it instead")
        return to_json(table.put(edited))

    def delete(self, what: str, key: str) -> None:
        """Delete one row; a customer goes with its PBX connections and users, a PBX with what it gave to users."""
        books = self._desk.books
        row = books.tables()[_what(what)][1].remove(key)
        if row is None:
            raise LookupError(f"{what} {key} does not exist")
        if isinstance(row, Customer):
            drop_contents(books, row)
        if isinstance(row, Pbx):
            collecting.leave(books, row)


def settle(desk: Desk, now: datetime) -> None:
    """Do the imports that have come due by now."""
    collecting.settle(desk, now)


def _what(what: object) -> str:
    if what not in _EDITABLE:
        raise ValueError(f"what is {what}; known are {', '.join(_EDITABLE)}")
    return str(what)


def _made(what: str, key: str) -> Directory | Guest | None:
    if what == "directories":
        return Directory(key)
    tenant, _, user = key.partition(":")
    return Guest(user, tenant) if what == "guests" and user else None
