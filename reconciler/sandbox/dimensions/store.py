"""The books of Dimensions, and what every call works with."""

import dataclasses
from types import MappingProxyType

from reconciler.sandbox.bookkeeping import Bookkeeping
from reconciler.sandbox.dimensions import seeds
from reconciler.sandbox.dimensions.records import (
    Account,
    Charge,
    Customer,
    Deletion,
    Device,
    Directory,
    Grant,
    Guest,
    Mail,
    Pbx,
    Template,
    Token,
    User,
)
from reconciler.sandbox.dimensions.settings import Settings
from reconciler.sandbox.tables import Table


class Books(Bookkeeping):
    """Everything Dimensions remembers."""

    KINDS = MappingProxyType(
        {
            "accounts": Account,
            "customers": Customer,
            "pbxs": Pbx,
            "users": User,
            "guests": Guest,
            "devices": Device,
            "templates": Template,
            "directories": Directory,
            "charges": Charge,
            "deletions": Deletion,
            "mails": Mail,
            "tokens": Token,
            "grants": Grant,
        }
    )

    def __init__(self) -> None:
        super().__init__()
        self.accounts: Table[str, Account] = Table(
            lambda row: row.id, indexes={"parent": lambda row: row.parent_tenant_id}
        )
        self.customers: Table[str, Customer] = Table(
            lambda row: row.id, indexes={"parent": lambda row: row.parent_tenant_id}
        )
        self.pbxs: Table[str, Pbx] = Table(
            lambda row: row.id,
            indexes={
                "tenant": lambda row: row.tenant_id,
                "instance": lambda row: row.instance_id,
                "due": lambda row: row.import_at is not None,
            },
        )
        self.users: Table[str, User] = Table(
            lambda row: row.id,
            indexes={"tenant": lambda row: row.primary_tenant, "email": lambda row: row.email.lower()},
        )
        self.guests: Table[str, Guest] = Table(
            lambda row: row.key, indexes={"tenant": lambda row: row.tenant_id, "user": lambda row: row.user_id}
        )
        self.devices: Table[str, Device] = Table(lambda row: row.key, indexes={"user": lambda row: row.user_id})
        self.templates: Table[str, Template] = Table(lambda row: row.id, indexes={"tenant": lambda row: row.tenant_id})
        self.directories: Table[str, Directory] = Table(lambda row: row.id)
        self.charges: Table[int, Charge] = Table(lambda row: row.id)
        self.deletions: Table[int, Deletion] = Table(lambda row: row.id)
        self.mails: Table[int, Mail] = Table(lambda row: row.id)
        self.tokens: Table[str, Token] = Table(lambda row: row.text)
        self.grants: Table[str, Grant] = Table(lambda row: row.text, indexes={"family": lambda row: row.family})
        self._seed()

    def _seed(self) -> None:
        for account in seeds.accounts():
            self.accounts.put(account)
        for customer in seeds.customers():
            self.customers.put(customer)
        for pbx in seeds.pbxs():
            self.pbxs.put(pbx)
        for template in seeds.templates():
            self.templates.put(template)
        for directory in seeds.directories():
            self.directories.put(directory)
        for grant in seeds.grants():
            self.grants.put(grant)


@dataclasses.dataclass
class Desk:
    """What every call works with: the books and the present settings."""

    books: Books
    settings: Settings
