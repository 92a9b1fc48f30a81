"""Behind the API of Divalto: its books, its mails, its switches, and what its staff does by hand."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from reconciler.sandbox.behind import Behind
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


class Office(Behind):
    """Divalto as its staff uses it."""

    BOOKS, SETTINGS = Books, Settings
    NOT_SHOWN = ("tokens", "mails", "contents", "editions")

    def __init__(self, desk: Desk, *, standing: Mapping[str, object]) -> None:
        super().__init__(desk)
        self._desk = desk
        self._standing = dict(standing)
        self.change_settings(self._standing)

    def actions(self) -> Mapping[str, Action]:
        """Return what the staff decides and how: orders, change requests, their policy, and the fixtures."""
        return staffing.actions(self._desk)

    def settle(self, now: datetime) -> None:
        """Let the staff decide what it has had time for by now."""
        automatic.settle(self._desk, now)

    def shown(self, row: Any) -> JsonObject:
        """Return a row as people see it."""
        return seen(row)

    def change_settings(self, changes: Mapping[str, object]) -> None:
        """Set some switches; ValueError when one is unknown or of the wrong type."""
        super().change_settings(changes)
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
        super().reset()
        self.change_settings(self._standing)

    def load(self, data: Mapping[str, object]) -> None:
        """Take over what `dump` returned, but for the standing settings."""
        settings = data.get("settings")
        if isinstance(settings, dict):
            super().load({**data, "settings": {**settings, **self._standing}})


def _what(what: object) -> str:
    if what not in _EDITABLE:
        raise ValueError(f"what is {what}; known are {', '.join(_EDITABLE)}")
    return str(what)
