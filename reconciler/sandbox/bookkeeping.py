"""Books of a simulated vendor: its tables by name and its counters, saved and loaded as JSON.

Ids and texts come from the counters, so that the same requests in the same order give the same answers.
"""

import hashlib
import uuid
from collections.abc import Mapping
from typing import Any, ClassVar

from reconciler.sandbox.messages import JsonObject
from reconciler.sandbox.tables import Table, revived, snake, to_json

_NAMESPACE = uuid.UUID("00000000-0000-4000-8000-000000000000")


class Bookkeeping:
    """What a vendor remembers. A subclass has a table for each name in `KINDS`, with rows of that kind."""

    KINDS: ClassVar[Mapping[str, type[Any]]] = {}

    def __init__(self) -> None:
        self.counters: dict[str, int] = {}

    def tables(self) -> dict[str, tuple[type[Any], Table[Any, Any]]]:
        """Return every table by name with the kind of its rows."""
        return {name: (kind, getattr(self, snake(name))) for name, kind in self.KINDS.items()}

    @property
    def changes(self) -> int:
        """Count the changes to all tables."""
        return sum(table.changes for _, table in self.tables().values())

    def count(self, what: str) -> int:
        """Return the next number of a kind, from 1."""
        self.counters[what] = self.counters.get(what, 0) + 1
        return self.counters[what]

    def guid(self, what: str) -> str:
        """Return a new GUID of a kind."""
        return str(uuid.uuid5(_NAMESPACE, f"{what}-{self.count(what)}"))

    def fake_text(self, what: str, *, length: int) -> str:
        """Return new upper-case hex text of a kind, for fake keys and coupons."""
        digest = hashlib.sha256(f"{what}-{self.count(what)}".encode()).hexdigest()
        return digest[:length].upper()

    def dump(self) -> JsonObject:
        """Return all rows and counters as JSON."""
        rows = {name: [to_json(row) for row in table] for name, (_, table) in self.tables().items()}
        return {**rows, "counters": dict(self.counters)}

    def load(self, data: Mapping[str, object]) -> None:
        """Replace all rows and counters by what `dump` returned."""
        for name, (kind, table) in self.tables().items():
            table.clear()
            rows = data.get(name)
            for item in rows if isinstance(rows, list) else ():
                table.put(revived(kind, item))
        counters = data.get("counters")
        named = counters if isinstance(counters, dict) else {}
        self.counters = {str(key): int(value) for key, value in named.items()}
