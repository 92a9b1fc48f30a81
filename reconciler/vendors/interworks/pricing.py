"""What an order costs by the prices the BSS shows; exact, and unknown rather than guessed. Pure."""

import decimal
from collections.abc import Mapping

from reconciler.contract import Case, Wanted
from reconciler.model import Json, Money
from reconciler.vendors.interworks.catalogue import OWN
from reconciler.vendors.interworks.expanding import product_address
from reconciler.vendors.interworks.systems import System


def lines_of(wanted: Wanted) -> list[tuple[str, int]]:
    """Return product and quantity of each line."""
    items = wanted.fields.get("items")
    found = items if isinstance(items, list) else []
    return [(str(item["product"]), int(item["quantity"])) for item in found if isinstance(item, Mapping)]


def products_of(case: Case) -> dict[str, Money | None]:
    """Return the unit price by product code, as observed now, else as pinned by `catalogue pull`."""
    prices = {code: _price(row.get("unitPrice"), row.get("currency")) for code, row in _pinned(case).items()}
    for code, _ in lines_of(case.wanted):
        seen = case.related.get(product_address(case.wanted.address.vendor, code))
        if seen is not None:
            price = seen.fields.get("price")
            pair = price if isinstance(price, Mapping) else {}
            prices[code] = _price(pair.get("amount"), pair.get("currency"))
    return prices


def total_price(wanted: Wanted, prices: Mapping[str, Money | None]) -> Money | None:
    """Return what all lines cost together; None when a price is unknown or currencies differ."""
    total: Money | None = None
    for code, quantity in lines_of(wanted):
        price = prices.get(code)
        if price is None or (total is not None and total.currency != price.currency):
            return None
        line = price.times(quantity)
        total = line if total is None else Money(total.amount + line.amount, total.currency)
    return total


def max_price(wanted: Wanted) -> Money | None:
    """Return the most the order may cost, as the manifest says."""
    price = wanted.options.get("maxPrice")
    return _price(price.get("amount"), price.get("currency")) if isinstance(price, Mapping) else None


def unknown_products(case: Case, system: System) -> list[str]:
    """Return the product codes that the BSS does not have, or has for another system."""
    unknown: list[str] = []
    for code in dict.fromkeys(code for code, _ in lines_of(case.wanted)):
        seen = case.related.get(product_address(case.wanted.address.vendor, code))
        if seen is None:
            continue
        owner = seen.fields.get("systemCode")
        foreign = isinstance(owner, str) and owner.lower() != system.code.lower()
        if foreign or seen.extra.get("known") is False:
            unknown.append(code)
    return unknown


def _pinned(case: Case) -> dict[str, Mapping[str, Json]]:
    own = case.pinned.get(OWN)
    products = own.get("products") if isinstance(own, Mapping) else None
    found = products if isinstance(products, list) else []
    return {str(row.get("code")): row for row in found if isinstance(row, Mapping)}


def _price(amount: Json, currency: Json) -> Money | None:
    if isinstance(amount, str) and isinstance(currency, str):
        return Money(decimal.Decimal(amount), currency)
    return None
