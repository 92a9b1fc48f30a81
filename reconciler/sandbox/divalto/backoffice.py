"""Behind the API of Divalto: its books, its mails, its switches, and what its staff does by hand."""

from collections.abc import Mapping
from datetime import datetime

from reconciler.sandbox import switches
from reconciler.sandbox.divalto import automatic, keys, staffing
from reconciler.sandbox.divalto.keeping import keep
from reconciler.sandbox.divalto.records import Order, Site
from reconciler.sandbox.divalto.settings import Settings
from reconciler.sandbox.divalto.store import Books, Desk
from reconciler.sandbox.divalto.wire import inward, seen
from reconciler.sandbox.messages import JsonObject
from reconciler.sandbox.simulator import Action
from reconciler.sandbox.tables import revived, to_json

_EDITABLE = ("catalog", "sites", "opportunities", "orders", "documents", "certificates", "changeRequests", "keys")
_NOT_SHOWN = ("tokens", "mails", "contents", "editions")


class Office:
    """Divalto as its staff uses it."""

    def __init__(self, desk: Desk, *, standing: Mapping[str, object]) -> None:
        self._desk = desk
        self._standing = dict(standing)
        self.change_settings(self._standing)

    def actions(self) -> Mapping[str, Action]:
        """Return what the staff decides and how: orders, change requests, their policy, and the fixtures."""
        return staffing.actions(self._desk)

    def books(self, now: datetime) -> JsonObject:
        """Return all rows but mails, tokens and contents, settled up to now."""
        automatic.settle(self._desk, now)
        tables = self._desk.books.tables().items()
        return {name: [seen(row) for row in table] for name, (_, table) in tables if name not in _NOT_SHOWN}

    def outbox(self) -> list[JsonObject]:
        """Return the mails sent so far."""
        return [seen(mail) for mail in self._desk.books.mails]

    def clear_outbox(self) -> None:
        """Forget the mails."""
        self._desk.books.mails.clear()

    def read_settings(self) -> JsonObject:
        """Return the switches."""
        return switches.read(self._desk.settings)

    def change_settings(self, changes: Mapping[str, object]) -> None:
        """Set some switches; ValueError when one is unknown or of the wrong type."""
        self._desk.settings = switches.merged(self._desk.settings, changes)
        if "keyExpiresInDays" in changes:
            keys.forget_ends(self._desk)

    def edit(self, change: Mapping[str, object], now: datetime) -> JsonObject:
        """Set fields of one row: `{"what": "sites", "id": "...", "set": {...}}`; return the row.

        Orders and sites get their next version, unless `set` names one.
        """
        automatic.settle(self._desk, now)
        what, key, changes = _what(change.get("what")), str(change.get("id")), change.get("set")
        if not isinstance(changes, dict):
            raise TypeError("set is missing; give an object of fields")
        kind, table = self._desk.books.tables()[what]
        row = table.get(key)
        if row is None:
            raise LookupError(f"{what} {key} does not exist")
        next_version = {"version": row.version + 1} if isinstance(row, Site) else {}
        edited = revived(kind, {**to_json(row), **next_version, **inward(changes)})
        if table.key_of(edited) != key:
            raise ValueError(f"{what} {key} cannot take another id; delete it instead")
        if isinstance(edited, Order) and "version" not in changes:
            return seen(keep(self._desk, edited, now=now))
        return seen(table.put(edited))

    def delete(self, what: str, key: str) -> None:
        """Delete one row."""
        if self._desk.books.tables()[_what(what)][1].remove(key) is None:
            raise LookupError(f"{what} {key} does not exist")

    def reset(self) -> None:
        """Return to the seeded beginning, settings included, but for the standing ones."""
        self._desk.books = Books()
        self._desk.settings = Settings()
        self.change_settings(self._standing)

    def dump(self) -> JsonObject:
        """Return books, counters, tokens and settings."""
        return {"books": self._desk.books.dump(), "settings": self.read_settings()}

    def load(self, data: Mapping[str, object]) -> None:
        """Take over what `dump` returned, but for the standing settings."""
        books, settings = data.get("books"), data.get("settings")
        if isinstance(books, dict) and isinstance(settings, dict):
            self._desk.books.load(books)
            self._desk.settings = switches.merged(self._desk.settings, {**settings, **self._standing})


def _what(what: object) -> str:
    if what not in _EDITABLE:
        raise ValueError(f"what is {what}; known are {', '.join(_EDITABLE)}")
    return str(what)
