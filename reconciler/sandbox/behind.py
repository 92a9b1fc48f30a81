"""What is behind every simulated vendor's API in the same way: its books, its mails, its switches.

A vendor's own office adds what its staff does by hand, and what a look settles first.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, Protocol

from reconciler.sandbox import switches
from reconciler.sandbox.bookkeeping import Bookkeeping
from reconciler.sandbox.messages import JsonObject
from reconciler.sandbox.simulator import Action
from reconciler.sandbox.tables import to_json


class Workplace(Protocol):
    """What every call of a simulator works with: the books (with a table of mails) and the present settings."""

    books: Any
    settings: Any


class Behind:
    """Books, mails and switches of a simulated vendor; see `BackOffice` for the methods."""

    BOOKS: ClassVar[type[Bookkeeping]]
    SETTINGS: ClassVar[type[Any]]
    NOT_SHOWN: ClassVar[tuple[str, ...]] = ("tokens", "mails")
    """Tables that a look into the books leaves out."""

    def __init__(self, workplace: Workplace) -> None:
        self._workplace = workplace

    def actions(self) -> Mapping[str, Action]:
        """Return nothing: its people do no more than the control plane offers for all."""
        return {}

    def settle(self, now: datetime) -> None:
        """Do what has come due by now; nothing, unless a vendor does something by itself."""

    def shown(self, row: Any) -> JsonObject:
        """Return a row as people see it."""
        return to_json(row)

    def books(self, now: datetime) -> JsonObject:
        """Return all rows but those of `NOT_SHOWN`, settled up to now."""
        self.settle(now)
        tables = self._workplace.books.tables().items()
        return {name: [self.shown(row) for row in table] for name, (_, table) in tables if name not in self.NOT_SHOWN}

    def outbox(self) -> list[JsonObject]:
        """Return the mails sent so far."""
        return [self.shown(mail) for mail in self._workplace.books.mails]

    def clear_outbox(self) -> None:
        """Forget the mails."""
        self._workplace.books.mails.clear()

    def read_settings(self) -> JsonObject:
        """Return the switches."""
        return switches.read(self._workplace.settings)

    def change_settings(self, changes: Mapping[str, object]) -> None:
        """Set some switches; ValueError when one is unknown or of the wrong type."""
        self._workplace.settings = switches.merged(self._workplace.settings, changes)

    def reset(self) -> None:
        """Return to the seeded beginning, settings included."""
        self._workplace.books = self.BOOKS()
        self._workplace.settings = self.SETTINGS()

    def dump(self) -> JsonObject:
        """Return books, counters, tokens and settings."""
        return {"books": self._workplace.books.dump(), "settings": self.read_settings()}

    def load(self, data: Mapping[str, object]) -> None:
        """Take over what `dump` returned."""
        books, settings = data.get("books"), data.get("settings")
        if isinstance(books, dict) and isinstance(settings, dict):
            self._workplace.books.load(books)
            self._workplace.settings = switches.merged(self._workplace.settings, settings)
