"""From rows of Dimensions to observed objects in manifest words. Pure; BadAnswer for a row that is wrong.

A member that a row lacks is unknown and stays out. Of nested values only what the manifest manages is shown.
"""

import dataclasses
from collections.abc import Callable, Mapping
from typing import TypeAlias

from reconciler.contract import Observed, SyncStatus, Wanted
from reconciler.model import Json
from reconciler.vendors.dimensions import rows, wire

Make: TypeAlias = Callable[[rows.Tenant, Wanted], Observed]
"""How the row of a tenant becomes an observed object."""

_NEVER_SHOWN = frozenset({"apiKey", "licenseKey", "password", "trialDays"})
_TYPES = {spelt.lower(): name for name, spelt in wire.PBX_TYPES.items()}


def account_fields(found: rows.Tenant) -> dict[str, Json]:
    """Return a reseller account in manifest words."""
    return _fields(found.row, wire.ACCOUNT_FIELDS, what=f"account {found.id}")


def customer_fields(found: rows.Tenant, wanted: Wanted, metrics: rows.CustomerMetrics | None = None) -> dict[str, Json]:
    """Return a customer in manifest words; what its row does not show, the metrics may."""
    fields = _fields(found.row, wire.CUSTOMER_FIELDS, what=f"customer {found.id}")
    features = _features(found, wanted.fields.get("features"))
    if features is not None:
        fields["features"] = features
    if fields.get("productType") is None and metrics is not None and metrics.product_type is not None:
        fields["productType"] = metrics.product_type
    return fields


def _features(found: rows.Tenant, wanted: Json) -> dict[str, Json] | None:
    """Return the managed features; None when not all of them are known."""
    shown = found.row.get("features")
    if shown is None or not isinstance(wanted, Mapping):
        return None
    row = rows.folded(shown, what=f"features of customer {found.id}")
    amounts = {name: rows.whole(row, name, what=f"features of customer {found.id}") for name in wanted}
    known: dict[str, Json] = {name: amount for name, amount in amounts.items() if amount is not None}
    return known if len(known) == len(amounts) else None


def reseller(found: rows.Tenant) -> Observed:
    """Return a reseller account as observed."""
    return Observed(found.id, found.reference or "", account_fields(found))


def customer(found: rows.Tenant, wanted: Wanted, metrics: rows.CustomerMetrics | None = None) -> Observed:
    """Return a customer as observed."""
    return Observed(found.id, found.reference or "", customer_fields(found, wanted, metrics))


def pbx_fields(found: rows.Pbx, metrics: rows.Row | None = None) -> dict[str, Json]:
    """Return a PBX connection in manifest words; what its row does not show, the metrics may."""
    what = f"PBX {found.id}"
    fields = _fields(found.row, wire.PBX_FIELDS, what=what)
    spelt = rows.text(found.row, "_type", what=what)
    if spelt is not None:
        fields["type"] = _TYPES.get(spelt.lower(), spelt)
    for word, value in _metrics_fields(metrics).items():
        fields.setdefault(word, value)
    return fields


def _metrics_fields(row: rows.Row | None) -> dict[str, Json]:
    if row is None:
        return {}
    what = "PBX in metrics"
    fields = _fields(row, {word: wire.PBX_FIELDS[word] for word in ("displayName", *_METRICS_FLAGS)}, what=what)
    kind = wire.METRICS_TYPES.get((rows.text(row, "pbxType", what=what) or "").lower())
    if kind is not None:
        fields["type"] = kind
    # The instance of a 3CX is its licence key, which is secret.
    if kind == "Kazoo" and rows.text(row, wire.INSTANCE, what=what) is not None:
        fields["accountId"] = rows.text(row, wire.INSTANCE, what=what)
    return fields


_METRICS_FLAGS = ("enabled", "monitorSubAccounts")


def pbx(found: rows.Pbx, metrics: rows.Row | None = None, *, instance: str | None = None) -> Observed:
    """Return a PBX connection as observed; `instance` is the Kazoo account by which it was found."""
    fields = pbx_fields(found, metrics)
    if instance is not None:
        fields.setdefault("accountId", instance)
    shown = fields.get("accountId")
    return Observed(found.id, str(shown) if isinstance(shown, str) else "", fields)


def awaiting(observed: Observed, detail: str) -> Observed:
    """Return a connection whose users are still being imported."""
    return dataclasses.replace(observed, status=SyncStatus.IN_PROGRESS, detail=detail)


def user(found: rows.User, wanted: Wanted) -> Observed:
    """Return a user as observed: every role it has, and each wanted one that it lacks."""
    has = found.roles or ()
    fields: dict[str, Json] = {"email": found.email, "displayName": found.display_name}
    # Both are required by the vendor: one that is missing is not shown.
    fields = {name: value for name, value in fields.items() if value}
    fields |= {name: False for name in wanted.fields if name.startswith("roles/")}
    fields |= {f"roles/{role}": True for role in has}
    return Observed(found.id, found.email, fields, extra={"roles": [*has], "isParent": found.is_parent})


def _fields(row: rows.Row, names: Mapping[str, str], *, what: str) -> dict[str, Json]:
    fields: dict[str, Json] = {}
    for word, member in names.items():
        if member.lower() not in row or word in _NEVER_SHOWN or word in {"features", "type"}:
            continue
        value = rows.flag(row, member, what=what) if word in wire.FLAGS else rows.text(row, member, what=what)
        # A flag that is null says nothing.
        if value is not None or word not in wire.FLAGS:
            fields[word] = value
    return fields
