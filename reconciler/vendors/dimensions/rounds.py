"""One reading of Dimensions under way: what is asked for, what was found, and the customers everything hangs on."""

import dataclasses
from collections.abc import Mapping

from reconciler.contract import Observed, Scope, Wanted
from reconciler.errors import VendorError
from reconciler.model import Address, Problem
from reconciler.vendors.dimensions.catalogue import CUSTOMER, RESELLER
from reconciler.vendors.dimensions.client import Client, Place, reason_of
from reconciler.vendors.dimensions.expanding import customer_address, reseller_address
from reconciler.vendors.dimensions.options import Options
from reconciler.vendors.dimensions.rows import CustomerMetrics, Tenant, User

MOST_VANISHED = 20
"""More known ids than this gone at once is a fault of the vendor or of a right, not of many objects."""
GONE_AT_ONCE = "a whole collection gone at once; look at the rights of the credentials before anything is concluded"


@dataclasses.dataclass(frozen=True)
class Located:
    """The rows of one tenant: no (proved absent), one, several; or why that cannot be said.

    `whole`: read by id, so that nothing more can be learnt by asking again.
    """

    rows: tuple[Tenant, ...] = ()
    reason: str = ""
    whole: bool = False

    @property
    def only(self) -> Tenant | None:
        """The one row."""
        return self.rows[0] if len(self.rows) == 1 and not self.reason else None


@dataclasses.dataclass
class Round:
    """`wanted` is the part of the scope to read; the rest fills up in the order resellers, customers, parts."""

    scope: Scope
    client: Client
    settings: Options
    wanted: Mapping[Address, Wanted]
    accounts: dict[str, Located | str] = dataclasses.field(default_factory=dict)
    """Reseller name -> its rows, or its id when it need not be read."""
    customers: dict[str, Located | str] = dataclasses.field(default_factory=dict)
    metrics: dict[str, Mapping[str, CustomerMetrics]] = dataclasses.field(default_factory=dict)
    unmeasured: dict[str, VendorError] = dataclasses.field(default_factory=dict)
    """Reseller account -> why its metrics could not be read: what only they show cannot be told then."""
    listed: dict[str, tuple[User, ...] | VendorError] = dataclasses.field(default_factory=dict)
    """Customer name -> its users, as listed."""
    detailed: dict[tuple[str, str], User | None] = dataclasses.field(default_factory=dict)
    """Customer name and user id -> the user with roles; None when it is gone."""
    objects: dict[Address, tuple[Observed, ...]] = dataclasses.field(default_factory=dict)
    unreadable: dict[Address, str] = dataclasses.field(default_factory=dict)
    obstacles: dict[Address, Problem] = dataclasses.field(default_factory=dict)
    problems: list[Problem] = dataclasses.field(default_factory=list)

    @property
    def focused(self) -> bool:
        """Whether only some addresses are read, by id."""
        return self.scope.focus is not None

    def of_type(self, name: str) -> dict[Address, Wanted]:
        """Return the wanted objects of a type."""
        return {address: wanted for address, wanted in self.wanted.items() if address.type == name}

    def customer_names(self) -> list[str]:
        """Return every customer that is asked for or that something asked for belongs to."""
        return list(dict.fromkeys(customer_of(one) for one in self.wanted.values() if one.address.type != RESELLER))

    def reseller_of(self, customer: str) -> str | None:
        """Return the declared reseller of a customer, None for the credentials' own."""
        name = next((one.options.get("reseller") for one in self._about(customer)), None)
        return str(name) if name else None

    def _about(self, customer: str) -> list[Wanted]:
        own = self.scope.wanted.get(customer_address(customer))
        return [own] if own is not None else [one for one in self.wanted.values() if customer_of(one) == customer]

    def account_id(self, customer: str) -> str | None:
        """Return the id of the reseller account that a customer is under; None when there is none to be found."""
        name = self.reseller_of(customer)
        if not self.settings.enterprise:
            return ""
        if name is None:
            return self.settings.account_tenant_id
        found = self.accounts.get(name, "")
        if isinstance(found, str):
            return found or None
        return None if found.only is None else found.only.id

    def place(self, customer: str) -> Place | None:
        """Return where a customer is, None when it is not there or cannot be told."""
        account, found = self.account_id(customer), self.customers.get(customer, "")
        number = found if isinstance(found, str) else found.only.id if found.only is not None else ""
        return Place(account, number) if account is not None and number else None

    def reason(self, customer: str) -> str:
        """Return why it cannot be told where a customer is; empty when it can, or when it is proved absent."""
        found = self.customers.get(customer, "")
        if isinstance(found, str):
            return ""
        if len(found.rows) > 1 and not found.reason:
            return f"{len(found.rows)} customers carry the reference of {customer}; a person must choose with resolve"
        return found.reason

    def unmeasured_reason(self, customer: str) -> str:
        """Return why the metrics that show a customer could not be read; empty when they could, or are not asked."""
        place = self.place(customer)
        failed = self.unmeasured.get(place.account) if place is not None else None
        return reason_of(failed) if failed is not None else ""

    def customer_metrics(self, customer: str) -> CustomerMetrics | None:
        """Return what the metrics show of a customer, when they were read."""
        place = self.place(customer)
        found = None if place is None else self.metrics.get(place.account)
        return None if place is None or found is None else found.get(place.customer.lower())

    def known_id(self, address: Address) -> str | None:
        """Return the vendor id known for an object, under its present or a former address."""
        wanted = self.scope.wanted.get(address)
        names = wanted.addresses if wanted is not None else (address,)
        return next((self.scope.ids[name] for name in names if self.scope.ids.get(name)), None)

    def reseller_id(self, name: str) -> str | None:
        """Return the id known for a reseller account."""
        return self.known_id(reseller_address(name))


def customer_of(wanted: Wanted) -> str:
    """Return the name of the customer that an object is or belongs to."""
    return wanted.address.name if wanted.address.type == CUSTOMER else str(wanted.options["customer"])
