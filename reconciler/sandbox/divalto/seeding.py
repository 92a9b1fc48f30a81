"""Fixtures from outside: catalogue, sites, opportunities and keys of a test's own (`divalto.md` section 9)."""

from collections.abc import Mapping

from reconciler.sandbox.divalto.store import Desk
from reconciler.sandbox.divalto.wire import inward
from reconciler.sandbox.messages import JsonObject
from reconciler.sandbox.tables import revived, to_json

_ROWS = ("sites", "opportunities", "keys")


def seed(desk: Desk, body: Mapping[str, object]) -> JsonObject:
    """Replace the named parts of the catalogue, and add rows or replace those of the same id; say how many."""
    unknown = sorted(set(body) - {"catalog", *_ROWS})
    if unknown:
        raise ValueError(f"{', '.join(unknown)} cannot be seeded; known are catalog, {', '.join(_ROWS)}")
    catalog, tables, counts = body.get("catalog"), desk.books.tables(), dict[str, object]()
    if isinstance(catalog, dict):
        kind, table = tables["catalog"]
        table.put(revived(kind, {**to_json(desk.catalog), **catalog}))
    for name in _ROWS:
        kind, table = tables[name]
        given = body.get(name, [])
        if not isinstance(given, list) or not all(isinstance(item, dict) for item in given):
            raise TypeError(f"{name} is not a list of objects")
        for row in [revived(kind, inward(item)) for item in given]:
            table.put(row)
        counts[name] = len(given)
    return counts
