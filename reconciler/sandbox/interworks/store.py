"""The books of the BSS and the counters its ids come from.

Ids, keys and coupons are derived from counters, so that the same requests in the same order always give
the same answers.
"""

import dataclasses
import hashlib
import uuid
from collections.abc import Mapping

from reconciler.sandbox.interworks.catalogue import seeded_products
from reconciler.sandbox.interworks.records import (
    Account,
    Asset,
    Charge,
    Execution,
    Mail,
    Order,
    Product,
    Sync,
    Token,
    revived,
)
from reconciler.sandbox.interworks.settings import Settings
from reconciler.sandbox.messages import JsonObject
from reconciler.sandbox.tables import Table, to_json

_NAMESPACE = uuid.UUID("00000000-0000-4000-8000-000000000000")
_FIRST_ACCOUNT = 100


class Books:
    """Everything the BSS remembers."""

    def __init__(self) -> None:
        self.accounts: Table[int, Account] = Table(
            lambda row: row.id, indexes={"code": lambda row: row.code, "name": lambda row: row.name}
        )
        self.sync: Table[str, Sync] = Table(
            lambda row: row.key,
            indexes={
                "account_id": lambda row: row.account_id,
                "status": lambda row: row.status,
                "username": lambda row: row.options.get("username", "").lower(),
            },
        )
        self.products: Table[str, Product] = Table(lambda row: row.id, indexes={"code": lambda row: row.code})
        self.orders: Table[str, Order] = Table(
            lambda row: row.id,
            indexes={"name": lambda row: row.name, "account_id": lambda row: row.account_id},
        )
        self.assets: Table[str, Asset] = Table(
            lambda row: row.id,
            indexes={"order_id": lambda row: row.order_id, "sync_status": lambda row: row.sync_status},
        )
        self.charges: Table[int, Charge] = Table(lambda row: row.id)
        self.executions: Table[int, Execution] = Table(lambda row: row.id)
        self.mails: Table[int, Mail] = Table(lambda row: row.id)
        self.tokens: Table[str, Token] = Table(lambda row: row.text)
        self.counters: dict[str, int] = {}
        for product in seeded_products():
            self.products.put(product)

    def tables(self) -> dict[str, tuple[type[object], Table[object, Account]]]:
        """Return every table by name with the kind of its rows (typed as one kind for the generic code)."""
        kinds = {
            "accounts": Account,
            "sync": Sync,
            "products": Product,
            "orders": Order,
            "assets": Asset,
            "charges": Charge,
            "executions": Execution,
            "mails": Mail,
            "tokens": Token,
        }
        return {name: (kind, getattr(self, name)) for name, kind in kinds.items()}

    @property
    def changes(self) -> int:
        """Count the changes to all tables."""
        return sum(table.changes for _, table in self.tables().values())

    def count(self, what: str) -> int:
        """Return the next number of a kind, from 1."""
        self.counters[what] = self.counters.get(what, 0) + 1
        return self.counters[what]

    def account_id(self) -> int:
        """Return a new account id."""
        return _FIRST_ACCOUNT + self.count("account")

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
        self.counters = (
            {str(key): int(value) for key, value in dict(counters).items()} if isinstance(counters, dict) else {}
        )


@dataclasses.dataclass
class Desk:
    """What every call works with: the books and the present settings."""

    books: Books
    settings: Settings
