"""The books of the BSS and the counters its ids come from.

Ids, keys and coupons are derived from counters, so that the same requests in the same order always give
the same answers.
"""

import dataclasses
from types import MappingProxyType

from reconciler.sandbox.bookkeeping import Bookkeeping
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
)
from reconciler.sandbox.interworks.settings import Settings
from reconciler.sandbox.tables import Table

_FIRST_ACCOUNT = 100


class Books(Bookkeeping):
    """Everything the BSS remembers."""

    KINDS = MappingProxyType(
        {
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
    )

    def __init__(self) -> None:
        super().__init__()
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
        for product in seeded_products():
            self.products.put(product)

    def account_id(self) -> int:
        """Return a new account id."""
        return _FIRST_ACCOUNT + self.count("account")


@dataclasses.dataclass
class Desk:
    """What every call works with: the books and the present settings."""

    books: Books
    settings: Settings
