"""Rows of a simulated vendor: frozen dataclasses in insertion order, with indexes for quick look-ups.

Every vendor simulator keeps its books in these tables. Rows are replaced, never changed in place, so
that indexes and the change counter stay true.
"""

import dataclasses
from collections.abc import Callable, Hashable, Iterator, Mapping
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from reconciler.sandbox.messages import JsonObject


class Row(Protocol):
    """Any dataclass instance."""

    __dataclass_fields__: ClassVar[dict[str, dataclasses.Field[object]]]


K = TypeVar("K", bound=Hashable)
R = TypeVar("R", bound=Row)


class Table(Generic[K, R]):
    """Rows by key, plus named indexes from a value to the rows that have it."""

    def __init__(self, key: Callable[[R], K], *, indexes: Mapping[str, Callable[[R], Hashable]] | None = None) -> None:
        self._key = key
        self._getters = dict(indexes or {})
        self._rows: dict[K, R] = {}
        self._indexes: dict[str, dict[Hashable, dict[K, R]]] = {name: {} for name in self._getters}
        self.changes = 0

    def __iter__(self) -> Iterator[R]:
        return iter(list(self._rows.values()))

    def __len__(self) -> int:
        return len(self._rows)

    def key_of(self, row: R) -> K:
        """Return the row's key."""
        return self._key(row)

    def get(self, key: K) -> R | None:
        """Return the row with this key, or None."""
        return self._rows.get(key)

    def put(self, row: R) -> R:
        """Add a row or replace the one with its key."""
        key = self._key(row)
        self._unindex(key)
        self._rows[key] = row
        for name, getter in self._getters.items():
            self._indexes[name].setdefault(getter(row), {})[key] = row
        self.changes += 1
        return row

    def remove(self, key: K) -> R | None:
        """Drop a row; return it, or None when there was none."""
        self._unindex(key)
        self.changes += 1
        return self._rows.pop(key, None)

    def clear(self) -> None:
        """Drop all rows."""
        self._rows.clear()
        for index in self._indexes.values():
            index.clear()
        self.changes += 1

    def has_index(self, name: str) -> bool:
        """Say whether look-ups by this name need no scan."""
        return name in self._indexes

    def find(self, name: str, value: Hashable) -> list[R]:
        """Return the rows whose indexed value is `value`."""
        return list(self._indexes[name].get(value, {}).values())

    def _unindex(self, key: K) -> None:
        old = self._rows.get(key)
        if old is None:
            return
        for name, getter in self._getters.items():
            self._indexes[name][getter(old)].pop(key)


def camel(name: str) -> str:
    """Turn a field name into its JSON name: `bill_to_account_id` into `billToAccountId`."""
    head, *tail = name.split("_")
    return head + "".join(part.capitalize() for part in tail)


def snake(name: str) -> str:
    """Turn a JSON name into its field name, the inverse of `camel`."""
    return "".join("_" + letter.lower() if letter.isupper() else letter for letter in name)


def to_json(row: Row, *, hidden: bool = True) -> JsonObject:
    """Return the row as a JSON object; `hidden=False` leaves out fields marked as the simulator's own."""
    return {
        camel(field.name): _plain(getattr(row, field.name))
        for field in dataclasses.fields(row)
        if hidden or not field.metadata.get("hidden")
    }


def with_values(row: R, values: Mapping[str, Any]) -> R:
    """Return the row with some fields set, given by JSON name."""
    return dataclasses.replace(row, **{snake(name): value for name, value in values.items()})


def own() -> Mapping[str, object]:
    """Mark a dataclass field as the simulator's own: kept in the books, never on the wire."""
    return {"hidden": True}


def rows_of(kind: type[Row]) -> Mapping[str, object]:
    """Mark a dataclass field as a tuple of rows of a kind, for `revived`."""
    return {"rows": kind}


def revived(kind: type[R], data: Mapping[str, object]) -> R:
    """Build a row from its JSON object, the inverse of `to_json`; ValueError names an unknown or missing field."""
    known = {camel(field.name): field for field in dataclasses.fields(kind)}
    unknown = sorted(set(data) - set(known))
    if unknown:
        raise ValueError(f"{', '.join(unknown)} unknown; {kind.__name__} has {', '.join(sorted(known))}")
    values = {known[name].name: _revived(value, known[name].metadata.get("rows")) for name, value in data.items()}
    try:
        return kind(**values)
    except TypeError as error:
        raise ValueError(f"{kind.__name__} is incomplete; {error}") from error


def _revived(value: object, kind: type[Row] | None) -> object:
    if not isinstance(value, list | tuple):
        return value
    return tuple(value) if kind is None else tuple(revived(kind, dict(item)) for item in value)


def _plain(value: object) -> object:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return to_json(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value
