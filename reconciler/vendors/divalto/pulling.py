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
    """Read the catalogue; return its revision, and when the key expires if that is soon."""
    watch = KeyWatch(read)
    found = await Client(watch).fetch_catalogue()
    told = f"key accepted; catalogue {str(found.get('revision') or 'without revision')[:100]}"
    return f"{told}; the key expires {watch.expires[:40]}" if watch.expires else told
