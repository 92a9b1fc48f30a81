"""Behind the API of Dimensions: its books, its mails, its switches, and a person's changes past all rules."""

from collections.abc import Mapping
from datetime import datetime

from reconciler.sandbox import switches
from reconciler.sandbox.dimensions import collecting
from reconciler.sandbox.dimensions.customers import drop_contents
from reconciler.sandbox.dimensions.records import Customer, Directory, Guest, Pbx
from reconciler.sandbox.dimensions.settings import Settings
from reconciler.sandbox.dimensions.store import Books, Desk
from reconciler.sandbox.messages import JsonObject
from reconciler.sandbox.simulator import Action
from reconciler.sandbox.tables import revived, to_json

_EDITABLE = ("accounts", "customers", "pbxs", "users", "guests", "devices", "templates", "directories")
_NOT_SHOWN = ("tokens", "grants", "mails")


class Office:
    """Dimensions as its staff and the staff of the telephone systems use it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def actions(self) -> Mapping[str, Action]:
        """Return nothing: its people do no more than the control plane offers for all."""
        return {}

    def books(self, now: datetime) -> JsonObject:
        """Return all rows but tokens and mails, settled up to now."""
        settle(self._desk, now)
        tables = self._desk.books.tables().items()
        return {name: [to_json(row) for row in table] for name, (_, table) in tables if name not in _NOT_SHOWN}

    def outbox(self) -> list[JsonObject]:
        """Return the mails sent so far."""
        return [to_json(mail) for mail in self._desk.books.mails]

    def clear_outbox(self) -> None:
        """Forget the mails."""
        self._desk.books.mails.clear()

    def read_settings(self) -> JsonObject:
        """Return the switches."""
        return switches.read(self._desk.settings)

    def change_settings(self, changes: Mapping[str, object]) -> None:
        """Set some switches; ValueError when one is unknown or of the wrong type."""
        self._desk.settings = switches.merged(self._desk.settings, changes)

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

    def reset(self) -> None:
        """Return to the seeded beginning, settings included."""
        self._desk.books = Books()
        self._desk.settings = Settings()

    def dump(self) -> JsonObject:
        """Return books, counters, tokens and settings."""
        return {"books": self._desk.books.dump(), "settings": self.read_settings()}

    def load(self, data: Mapping[str, object]) -> None:
        """Take over what `dump` returned."""
        books, settings = data.get("books"), data.get("settings")
        if isinstance(books, dict) and isinstance(settings, dict):
            self._desk.books.load(books)
            self.change_settings(settings)


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
