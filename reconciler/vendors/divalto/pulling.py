"""The catalogue as it is kept in git, and the cheap read that proves the key."""

from collections.abc import Mapping

from reconciler.contract import Reader
from reconciler.model import Json, JsonObject, canonical
from reconciler.vendors.divalto.client import Client, KeyWatch


async def pull_catalogue(client: Client) -> JsonObject:
    """Return the vendor's catalogue with its lists in a stable order."""
    found = await client.fetch_catalogue()
    return {name: _sorted(value) for name, value in sorted(found.items())}


def _sorted(value: Json) -> Json:
    if isinstance(value, list | tuple) and all(isinstance(one, Mapping) for one in value):
        return sorted(value, key=canonical)
    return value


async def probe(read: Reader) -> str:
    """Count the orders, which needs the right to them; tell when the key expires if that is soon."""
    watch = KeyWatch(read)
    count = await Client(watch).fetch_order_count()
    told = f"key accepted; {count} orders are visible" if count else "key accepted; no order is visible"
    return f"{told}; the key expires {watch.expires[:40]}" if watch.expires else told
