"""What is known of the vendor's catalogue: the one kept in git, else the working table that is shipped. Pure.

A catalogue comes from the vendor, so nothing in it is taken to have the right shape; what has not is left out.
"""

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.contract import World
from reconciler.model import Json
from reconciler.vendors.divalto import normal, shipped

_LISTS = ("orderTypes", "origins", "generations", "solutions", "documentTypes")


@dataclasses.dataclass(frozen=True)
class Product:
    """One product reference; `level` tells ODATA levels apart, None for any other product."""

    reference: str
    side: str
    level: int | None = None
    order_type: str | None = None
    origin: str | None = None


@dataclasses.dataclass(frozen=True)
class Generation:
    """One generation: its solutions, and the only order types and origins it may be used with (None: any)."""

    solutions: tuple[str, ...]
    order_types: tuple[str, ...] | None = None
    origins: tuple[str, ...] | None = None


@dataclasses.dataclass(frozen=True)
class Known:
    """A catalogue as a value; `pulled` says whether it is the vendor's own."""

    revision: str
    pulled: bool
    order_types: Mapping[str, tuple[str, ...]]
    origins: tuple[str, ...]
    generations: Mapping[str, Generation]
    sides: Mapping[str, frozenset[str]]
    document_types: Mapping[str, tuple[int, int | None]]
    products: Mapping[str, Product]
    limits: Mapping[str, int]
    labels: Mapping[str, Json]

    @classmethod
    def of(cls, world: World) -> "Known":
        """Return what judges a run's manifests."""
        pinned = world.pinned.get("divalto")
        return read(pinned, pulled=True) if pinned else read(shipped.catalogue(), pulled=False)

    def or_pull(self, advice: str) -> str:
        """Return what to do, and how to get a newer catalogue when it is that which is wrong."""
        why = "the catalogue is refreshed" if self.pulled else "a working table is used until the vendor's is pulled"
        return f"{advice} ({why} with `reconciler catalogue pull divalto`)"


def read(data: Any, *, pulled: bool) -> Known:
    """Read a catalogue; total."""
    shown = data if isinstance(data, Mapping) else {}
    sections = {name: dict(_coded(shown.get(name))) for name in _LISTS}
    return Known(
        revision=str(shown.get("revision") or ""),
        pulled=pulled,
        order_types={code: _texts(row.get("origins")) for code, row in sections["orderTypes"].items()},
        origins=tuple(sections["origins"]),
        generations={code: _generation(row) for code, row in sections["generations"].items()},
        sides={code: _sides(code, row) for code, row in sections["solutions"].items()},
        document_types={code: _bounds(row) for code, row in sections["documentTypes"].items()},
        products={one.reference: one for one in _products(shown.get("products"))},
        limits={
            name: value for name, value in _mapping(shown.get("limits")).items() if type(value) is int and value >= 0
        },
        labels={
            code: str(row["label"]) for rows in sections.values() for code, row in rows.items() if row.get("label")
        },
    )


def _coded(rows: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for row in rows if isinstance(rows, list | tuple) else ():
        if isinstance(row, Mapping) and isinstance(row.get("code"), str):
            yield row["code"], row


def _generation(row: Mapping[str, Any]) -> Generation:
    limited = _mapping(row.get("restrictedTo"))
    return Generation(
        _texts(row.get("solutions")),
        _texts(limited["orderTypes"]) if limited.get("orderTypes") is not None else None,
        _texts(limited["origins"]) if limited.get("origins") is not None else None,
    )


def _sides(code: str, row: Mapping[str, Any]) -> frozenset[str]:
    """Return the product sides a solution has: as said, else those in its code (PROPOSED)."""
    return frozenset(_texts(row.get("sides")) or (side for side in ("ERP", "CRM") if side in code.split("_")))


def _bounds(row: Mapping[str, Any]) -> tuple[int, int | None]:
    least, most = row.get("min"), row.get("max")
    return (least if type(least) is int else 0, most if type(most) is int else None)


def _products(rows: Any) -> Iterator[Product]:
    for row in rows if isinstance(rows, list | tuple) else ():
        if isinstance(row, Mapping) and isinstance(row.get("reference"), str):
            needed = _mapping(row.get("requires"))
            yield Product(
                normal.product(row["reference"]),
                str(row.get("side") or ""),
                _level(row),
                _text(needed.get("orderType")),
                _text(needed.get("origin")),
            )


def _level(row: Mapping[str, Any]) -> int | None:
    if not str(row.get("family") or "").startswith("ODATA"):
        return None
    return 2 if row.get("quota") == "extended" else 1


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list | tuple) else ()


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
