"""The rows of the BSS: accounts, synchronisations, products, orders, assets and the books beside them.

Field names in camel case are the wire names of `interworks.md` sections 3 to 6; fields marked `own` are
the simulator's and never go out. Moments are ISO texts with an offset.
"""

import dataclasses
from collections.abc import Mapping

from reconciler.sandbox.messages import JsonObject
from reconciler.sandbox.tables import own, rows_of

UNSYNCHRONIZED, IN_PROGRESS, SYNCHRONIZED, FAILED = "UnSynchronized", "InProgress", "Synchronized", "Failed"
DRAFT, SUBMITTED, EXECUTED, CANCELED = "Draft", "Submitted", "Executed", "Canceled"


@dataclasses.dataclass(frozen=True)
class Account:
    """A customer or reseller; the BSS has one kind for both."""

    id: int
    name: str
    code: str
    created_at: str
    updated_at: str
    email: str | None = None
    phone: str | None = None
    fax: str | None = None
    website: str | None = None
    folder: str | None = None
    description: str | None = None
    currency: str | None = "EUR"
    transaction_currency: str | None = None
    payment_method: str | None = None
    registration_number: str | None = None
    trading_name: str | None = None
    business_activity: str | None = None
    ordering_enabled: bool = False
    reselling_enabled: bool = False
    separate_invoices: bool = False
    auto_invoice_notification: bool = False
    taxable: bool = False
    is_back_ordering: bool = False
    is_network_reseller: bool = False
    bill_to_account_id: int | None = None
    parent_account_id: int | None = None
    type_id: int | None = None
    industry_id: int | None = None
    lead_source_id: int | None = None
    credit_limit: float = 0.0
    billing_frequency_markup: float = 0.0
    custom_fields: tuple[JsonObject, ...] = ()


@dataclasses.dataclass(frozen=True)
class Sync:
    """One account at one provisioning system: its options and how far it is.

    `polls` and `ready_at` hold an InProgress one back; `fate` is the comment it will fail with.
    """

    account_id: int
    system_code: str
    status: str = UNSYNCHRONIZED
    external_id: str | None = None
    comments: str | None = None
    updated_at: str | None = None
    options: Mapping[str, str] = dataclasses.field(default_factory=dict)
    polls: int = 0
    ready_at: str | None = None
    fate: str | None = None

    @property
    def key(self) -> str:
        """Return the row's key: `<account id>:<system code>`."""
        return f"{self.account_id}:{self.system_code}"


@dataclasses.dataclass(frozen=True)
class Product:
    """A product of the catalogue; `billed_price` is what the price list charges, shown or not."""

    id: str
    code: str
    name: str
    product_type_id: int
    product_type_name: str
    system_code: str
    currency: str
    unit_price: float | None
    updated_at: str
    billed_price: float = dataclasses.field(default=0.0, metadata=own())
    quantity_limit: int = dataclasses.field(default=1000, metadata=own())


@dataclasses.dataclass(frozen=True)
class Item:
    """One line of an order."""

    id: str
    product_id: str
    product_code: str
    quantity: int
    unit_id: int = 1
    unit_price: float | None = None
    discount: float = 0.0
    start_date: str | None = None
    asset_name: str | None = None
    attributes: tuple[JsonObject, ...] = ()


@dataclasses.dataclass(frozen=True)
class Order:
    """An order; `executions` counts how often it was executed."""

    id: str
    code: str
    name: str
    account_id: int
    bill_to_account_id: int
    status: str
    order_date: str
    created_at: str
    updated_at: str
    currency: str | None = "EUR"
    payment_method: str | None = None
    description: str | None = None
    custom_fields: tuple[JsonObject, ...] = ()
    items: tuple[Item, ...] = dataclasses.field(default=(), metadata=rows_of(Item))
    executions: int = dataclasses.field(default=0, metadata=own())


@dataclasses.dataclass(frozen=True)
class Asset:
    """What an executed order item gave; fields as in `interworks.md` 6.1."""

    id: str
    name: str
    sync_status: str
    customer_id: int
    customer_name: str
    billing_to_id: int
    billing_to_name: str
    product_id: str
    product_name: str
    product_code: str
    product_type_name: str
    quantity: int
    order_id: str
    order_item_id: str
    purchase_date: str
    created_at: str
    updated_at: str
    status: str = "Active"
    sync_comments: str | None = None
    external_id: str | None = None
    serial_number: str | None = None
    license_key: str | None = None
    coupon_code: str | None = None
    expiration_date: str | None = None
    characteristics: tuple[JsonObject, ...] = ()
    system_code: str = dataclasses.field(default="", metadata=own())
    polls: int = dataclasses.field(default=0, metadata=own())
    ready_at: str | None = dataclasses.field(default=None, metadata=own())
    fate: str | None = dataclasses.field(default=None, metadata=own())


@dataclasses.dataclass(frozen=True)
class Charge:
    """Money billed for one execution of an order."""

    id: int
    order_id: str
    order_name: str
    account_id: int
    amount: float
    currency: str
    at: str
    execution: int


@dataclasses.dataclass(frozen=True)
class Execution:
    """One execution of an order."""

    id: int
    order_id: str
    execution: int
    invoice_option: int
    start_date: str | None
    asset_ids: tuple[str, ...]
    at: str


@dataclasses.dataclass(frozen=True)
class Mail:
    """A mail that the BSS or a vendor sent."""

    id: int
    to: str | None
    template: str
    subject: str
    body: str
    at: str


@dataclasses.dataclass(frozen=True)
class Token:
    """An access token; kept out of everything but the snapshot."""

    text: str
    user: str
    expires_at: str
