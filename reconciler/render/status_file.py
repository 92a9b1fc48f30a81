"""The files under `status/`: one YAML document per manifest, the same bytes as long as nothing changed.

No time in it moves with a run, no secret is in it. The emitter writes plain block YAML and quotes every string.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeGuard

from reconciler.model import Json, JsonObject
from reconciler.render import escape
from reconciler.render.records import AssetRow, ObjectRow, asset_order, condition, secret_names

API_VERSION = "reconciler/v1"

_PLAIN_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,99}\Z")
_SIMPLE_KEY = 1000
"""YAML 1.2 section 7.4.2: a key of more than 1024 characters must be marked as one."""

_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})


def status_document(
    kind: str, name: str, *, objects: Iterable[ObjectRow], assets: Iterable[AssetRow] = ()
) -> JsonObject:
    """Return what is written back for one manifest, keys in the contract's order.

    `observedRevision` is null while its objects were not all compared with the same revision.
    """
    kept = sorted(objects, key=lambda record: record.address)
    revisions = {record.manifest_revision for record in kept}
    revision = revisions.pop() if len(revisions) == 1 else ""
    return {
        "apiVersion": API_VERSION,
        "kind": kind,
        "metadata": {"name": name},
        "status": {
            "observedRevision": revision or None,
            "objects": [_object(record) for record in kept],
            "assets": [_asset(asset) for asset in sorted(assets, key=asset_order)],
        },
    }


def to_yaml(data: JsonObject) -> str:
    """Return a mapping as block YAML, keys in the order given."""
    return "\n".join(_mapping(data, "")) + "\n"


def _object(record: ObjectRow) -> JsonObject:
    conditions = sorted(record.conditions, key=lambda entry: entry.get("type", ""))
    return {
        "address": str(record.address),
        "vendorId": record.vendor_id,
        "syncStatus": record.sync_status.value,
        "conditions": [condition(entry, time_key="lastTransitionTime") for entry in conditions],
    }


def _asset(asset: AssetRow) -> JsonObject:
    return {
        "assetId": asset.asset_id,
        "product": asset.product,
        "quantity": asset.quantity,
        "syncStatus": asset.sync_status.value,
        "purchasedAt": asset.purchased_at,
        "expiresAt": asset.expires_at,
        "secrets": {name: {"fingerprint": asset.fingerprints.get(name)} for name in secret_names(asset)},
    }


def _mapping(data: Mapping[str, Json], indent: str) -> Iterable[str]:
    for key, value in data.items():
        head = f"{indent}{_key(key, indent)}:"
        if isinstance(value, Mapping) and value:
            yield head
            yield from _mapping(value, indent + "  ")
        elif _is_list(value) and value:
            yield head
            yield from _sequence(value, indent + "  ")
        else:
            yield f"{head} {_scalar(value)}"


def _sequence(items: Sequence[Json], indent: str) -> Iterable[str]:
    for item in items:
        if isinstance(item, Mapping) and item:
            first, *rest = _mapping(item, indent + "  ")
            yield f"{indent}- {first.lstrip(' ')}"
            yield from rest
        elif _is_list(item) and item:
            yield f"{indent}-"
            yield from _sequence(item, indent + "  ")
        else:
            yield f"{indent}- {_scalar(item)}"


def _key(key: str, indent: str) -> str:
    if _PLAIN_KEY.match(key) and key.lower() not in _WORDS:
        return key
    quoted = escape.yaml(key)
    return quoted if len(quoted) <= _SIMPLE_KEY else f"? {quoted}\n{indent}"


def _scalar(value: Json) -> str:
    if isinstance(value, str):
        return escape.yaml(value)
    if isinstance(value, Mapping):
        return "{}"
    if _is_list(value):
        return "[]"
    return escape.json_text(value)


def _is_list(value: Json) -> TypeGuard[Sequence[Json]]:
    return isinstance(value, Sequence) and not isinstance(value, str)
