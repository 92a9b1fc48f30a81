"""Rows of the BSS as typed values: strict about what we rest on, deaf to the rest.

Member names are compared in lower case. A missing member stays missing (unknown), null is None, and empty text
counts as null. Licence keys and coupons become secrets here, at once. Pure; BadAnswer for a wrong type.
"""

import dataclasses
import decimal
from collections.abc import Mapping

from reconciler.contract import SyncStatus
from reconciler.errors import BadAnswer
from reconciler.model import Json, Money, Secret
from reconciler.vendors.interworks import wire

Row = Mapping[str, Json]
"""A JSON object with its member names in lower case."""


@dataclasses.dataclass(frozen=True)
class Account:
    """An account; `row` holds every member."""

    id: int
    code: str | None
    row: Row = dataclasses.field(repr=False)


@dataclasses.dataclass(frozen=True)
class Status:
    """How far an account is with one system, in the vendor's own word."""

    system: str
    word: str
    external_id: str | None
    comment: str

    @property
    def status(self) -> SyncStatus:
        """The public word; a word we do not know is never taken for a good one."""
        return SyncStatus(wire.SYNC_STATUSES.get(self.word.lower(), SyncStatus.UNKNOWN))


@dataclasses.dataclass(frozen=True)
class Option:
    """One synchronisation option of an account: its value and its definition."""

    id: str
    value: str | None
    required: bool
    read_only: bool
    choices: tuple[str, ...]
    definition: Mapping[str, Json] = dataclasses.field(repr=False)


@dataclasses.dataclass(frozen=True)
class Item:
    """One line of an order."""

    product: str
    quantity: int

    def to_json(self) -> dict[str, Json]:
        """Return it in manifest words."""
        return {"product": self.product, "quantity": self.quantity}


@dataclasses.dataclass(frozen=True)
class Order:
    """An order; `items` None when the answer does not show them."""

    id: str
    code: str | None
    name: str | None
    account: int | None
    payer: int | None
    status: str
    items: tuple[Item, ...] | None


@dataclasses.dataclass(frozen=True)
class AssetRow:
    """What an executed order line gave."""

    id: str
    order: str | None
    product: str
    quantity: int
    word: str
    comment: str
    external_id: str | None
    purchased_at: str | None
    expires_at: str | None
    secrets: Mapping[str, Secret] = dataclasses.field(default_factory=dict, repr=False)

    @property
    def status(self) -> SyncStatus:
        """The public word."""
        return SyncStatus(wire.SYNC_STATUSES.get(self.word.lower(), SyncStatus.UNKNOWN))


@dataclasses.dataclass(frozen=True)
class Product:
    """A product; `price` None when it is not shown."""

    code: str
    name: str
    system: str | None
    price: Money | None


def folded(value: Json, *, what: str) -> Row:
    """Return an object's members by lower-case name."""
    if not isinstance(value, Mapping):
        raise BadAnswer(f"{what} is no JSON object; the BSS may have changed, compare with its /apidocs")
    result = {name.lower(): member for name, member in value.items()}
    if len(result) != len(value):
        raise BadAnswer(f"{what} names a member twice; nothing was concluded from it")
    return result


def text(row: Row, name: str, *, what: str) -> str | None:
    """Return a text member; None when it is missing, null or empty."""
    value = row.get(name.lower())
    if value is None or isinstance(value, str):
        return value or None
    raise _wrong(what, name, "text")


def whole(row: Row, name: str, *, what: str) -> int | None:
    """Return a whole number; None when it is missing or null."""
    value = row.get(name.lower())
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    raise _wrong(what, name, "a whole number")


def flag(row: Row, name: str, *, what: str) -> bool | None:
    """Return a boolean; None when it is missing or null."""
    value = row.get(name.lower())
    if value is None or isinstance(value, bool):
        return value
    raise _wrong(what, name, "true or false")


def listed(value: Json, *, what: str) -> tuple[Json, ...]:
    """Return a JSON array."""
    if isinstance(value, list | tuple):
        return tuple(value)
    raise BadAnswer(f"{what} is no list; the BSS may have changed, compare with its /apidocs")


def account(row: Row) -> Account:
    """Read an account row."""
    number = whole(row, "id", what="account")
    if number is None:
        raise BadAnswer("account has no id; nothing was concluded from the answer")
    return Account(number, text(row, wire.REFERENCE, what=f"account {number}"), row)


def sync_status(row: Row) -> Status:
    """Read one row of a synchronisation status."""
    what = "sync status"
    system, word = text(row, "SystemCode", what=what), text(row, "Status", what=what)
    if system is None or word is None:
        raise BadAnswer("sync status has no SystemCode or no Status; nothing was concluded from it")
    return Status(system, word, text(row, "ExternalID", what=what), text(row, "Comments", what=what) or "")


def sync_option(row: Row) -> Option:
    """Read one synchronisation option; its definition is kept without the value."""
    name = text(row, "ID", what="sync option")
    if name is None:
        raise BadAnswer("sync option has no ID; nothing was concluded from it")
    what = f"sync option {name}"
    definition = folded(row.get("definition") or {}, what=f"definition of {what}")
    choices = tuple(_choice(item, what=what) for item in listed(definition.get("predefinedvalues") or [], what=what))
    required, read_only = (flag(definition, member, what=what) or False for member in ("IsRequired", "IsReadOnly"))
    value = row.get("value")
    if isinstance(value, bool | int) and value is not None:
        value = str(value).lower()
    shown: dict[str, Json] = {
        "ID": name,
        "Name": text(definition, "Name", what=what),
        "Kind": text(definition, "Kind", what=what),
        "DataType": text(definition, "DataType", what=what),
        "IsRequired": required,
        "IsReadOnly": read_only,
        "PredefinedValues": [{"ID": choice, "Name": choice} for choice in choices],
    }
    return Option(name, text({"value": value}, "Value", what=what), required, read_only, choices, shown)


def _choice(value: Json, *, what: str) -> str:
    found = value if isinstance(value, str) else text(folded(value, what=f"choice of {what}"), "ID", what=what)
    if found is None:
        raise BadAnswer(f"{what} has a choice without ID; nothing was concluded from it")
    return found


def order(row: Row) -> Order:
    """Read an order row; items that cannot be understood count as not shown."""
    number = text(row, "id", what="order")
    if number is None:
        raise BadAnswer("order has no id; nothing was concluded from the answer")
    what = f"order {number}"
    return Order(
        id=number,
        code=text(row, "code", what=what),
        name=text(row, wire.ORDER_NAME, what=what),
        account=whole(row, wire.ORDER_ACCOUNT, what=what),
        payer=whole(row, wire.ORDER_PAYER, what=what),
        status=text(row, "status", what=what) or "",
        items=_items(row.get(wire.ORDER_ITEMS), what=what),
    )


def _items(value: Json, *, what: str) -> tuple[Item, ...] | None:
    try:
        return tuple(_item(item, what=what) for item in listed(value, what=what))
    except BadAnswer:
        return None


def _item(value: Json, *, what: str) -> Item:
    row = folded(value, what=f"item of {what}")
    product, quantity = text(row, wire.ITEM_PRODUCT, what=what), whole(row, wire.ITEM_QUANTITY, what=what)
    if product is None or quantity is None:
        raise BadAnswer(f"{what} has an item without product or quantity; nothing was concluded from it")
    return Item(product, quantity)


def asset(row: Row) -> AssetRow:
    """Read an asset row; keys and coupons are secrets from here on."""
    number = text(row, "id", what="asset")
    if number is None:
        raise BadAnswer("asset has no id; nothing was concluded from the answer")
    what = f"asset {number}"
    found = {name: text(row, member, what=what) for name, member in wire.ASSET_SECRETS.items()}
    return AssetRow(
        id=number,
        order=text(row, wire.ASSET_ORDER, what=what),
        product=text(row, wire.ITEM_PRODUCT, what=what) or text(row, "productName", what=what) or "",
        quantity=whole(row, wire.ITEM_QUANTITY, what=what) or 0,
        word=text(row, "syncStatus", what=what) or "",
        comment=text(row, "syncComments", what=what) or "",
        external_id=text(row, "externalId", what=what),
        purchased_at=text(row, "purchaseDate", what=what),
        expires_at=text(row, "expirationDate", what=what),
        secrets={name: Secret(value) for name, value in found.items() if value},
    )


def product(row: Row) -> Product:
    """Read a product row."""
    code = text(row, "code", what="product")
    if code is None:
        raise BadAnswer("product has no code; nothing was concluded from the answer")
    what = f"product {code}"
    price, currency = _price(row, what=what), text(row, "currency", what=what)
    return Product(
        code=code,
        name=text(row, "name", what=what) or code,
        system=text(row, "systemCode", what=what),
        price=Money(price, currency) if price is not None and currency else None,
    )


def _price(row: Row, *, what: str) -> decimal.Decimal | None:
    value = row.get("unitprice")
    if value is None:
        return None
    if not isinstance(value, bool) and isinstance(value, int | float | str):
        try:
            price = decimal.Decimal(str(value))
        except decimal.InvalidOperation:
            price = decimal.Decimal("NaN")
        if price.is_finite() and price >= 0:
            return price
    raise _wrong(what, "unitPrice", "an amount")


def _wrong(what: str, name: str, kind: str) -> BadAnswer:
    return BadAnswer(f"{what} has a {name} that is not {kind}; nothing was concluded from it")
