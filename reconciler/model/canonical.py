"""The one canonical form of data: what digests, fingerprints and comparisons rest on."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import TypeAlias

Json: TypeAlias = None | bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"]
JsonObject: TypeAlias = dict[str, Json]


def canonical(value: Json) -> bytes:
    """Return sorted, compact ASCII JSON; ValueError for NaN and infinities."""
    return _ENCODER.encode(value).encode()


def digest(value: Json) -> str:
    """Return `sha256:<hex>` of the canonical form."""
    return "sha256:" + hashlib.sha256(canonical(value)).hexdigest()


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} has no canonical form")


_ENCODER = json.JSONEncoder(
    ensure_ascii=True, allow_nan=False, sort_keys=True, separators=(",", ":"), default=_plain
)  # made once: making it costs more than most values do
