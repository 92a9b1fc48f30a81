"""Facts of an installation that are kept in git: option definitions and products. Sorted, never secret."""

from collections.abc import Mapping

from reconciler.contract import Reader
from reconciler.model import Json, JsonObject
from reconciler.vendors.interworks.client import Client
from reconciler.vendors.interworks.systems import System


async def pull_catalogue(read: Reader, *, systems: Mapping[str, System], size: int) -> JsonObject:
    """Return option definitions by system code, as an existing account has them, and all products."""
    client = Client(read, size)
    accounts, _ = await client.fetch_first_accounts()
    options: dict[str, Json] = {}
    for system in systems.values():
        if accounts and system.options:
            found = await client.fetch_options(accounts[0].id, system.code)
            options[system.code] = {"options": [found[name].definition for name in sorted(found)]}
    products: list[Json] = [
        {
            "code": product.code,
            "name": product.name,
            "systemCode": product.system,
            "unitPrice": None if product.price is None else product.price.plain_amount,
            "currency": None if product.price is None else product.price.currency,
        }
        for product in sorted(await client.fetch_products(), key=lambda row: row.code)
    ]
    return {"systems": dict(sorted(options.items())), "products": products}


async def probe(read: Reader) -> str:
    """Prove the credentials with one cheap read."""
    accounts, total = await Client(read).fetch_first_accounts()
    if total is not None:
        return f"{total} accounts visible"
    return "accounts visible" if accounts else "no accounts visible"
