"""Status and assets as JSON documents and as reports: what the ledger remembers, no vendor asked."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from reconciler.contract import SyncStatus
from reconciler.model import JsonObject
from reconciler.render.records import AssetRow, ObjectRow, asset_order, condition, secret_names
from reconciler.render.report import (
    Piece,
    Report,
    Row,
    Section,
    Table,
    Tone,
    foreign,
    lasting,
    line,
    own,
    plural,
    prose,
    section,
    timestamp,
)
from reconciler.render.to_json import FORMAT_VERSION

TONES = {
    SyncStatus.SYNCHRONIZED: Tone.GOOD,
    SyncStatus.IN_PROGRESS: Tone.CHANGE,
    SyncStatus.UNSYNCHRONIZED: Tone.CAUTION,
    SyncStatus.FAILED: Tone.BAD,
    SyncStatus.UNKNOWN: Tone.FAINT,
}
QUIET = frozenset({("Ready", "True"), ("AssetsDelivered", "True")})
"""Conditions that need nobody's eye."""


def status_document(objects: Iterable[ObjectRow], *, project: str, generated_at: datetime) -> JsonObject:
    """Return the `Status` document."""
    return {
        "format_version": FORMAT_VERSION,
        "kind": "Status",
        "project": project,
        "generated_at": timestamp(generated_at),
        "objects": [_object(record) for record in sorted(objects, key=lambda record: record.address)],
    }


def asset_document(assets: Iterable[AssetRow]) -> JsonObject:
    """Return the `AssetList` document."""
    return {
        "format_version": FORMAT_VERSION,
        "kind": "AssetList",
        "assets": [_asset(asset) for asset in sorted(assets, key=asset_order)],
    }


def status_report(objects: Sequence[ObjectRow], *, project: str, generated_at: datetime) -> Report:
    """Return the status as a table, with every condition that needs an eye below it, and how long it has been so."""
    records = sorted(objects, key=lambda record: record.address)
    counts = Counter(record.sync_status for record in records)
    rows = [row for record in records for row in _attention(record, now=generated_at)]
    settled = counts[SyncStatus.SYNCHRONIZED] == len(records)
    return Report(
        title="Status",
        verdict=f"Status: {plural(len(records), 'object')}, {counts[SyncStatus.SYNCHRONIZED]} synchronized",
        tone=Tone.GOOD if settled and not rows else Tone.CAUTION,
        counts=tuple((status.value, counts[status]) for status in SyncStatus),
        facts=(line("project ", foreign(project)),),
        sections=(
            *((Section("Objects", table=_object_table(records)),) if records else ()),
            *section("Conditions", rows, Tone.CAUTION),
        ),
    )


def asset_report(assets: Sequence[AssetRow]) -> Report:
    """Return the assets as a table; secrets as fingerprints."""
    kept = sorted(assets, key=asset_order)
    table = Table(
        ("ORDER", "VENDOR", "ASSET", "PRODUCT", "QUANTITY", "STATUS", "PURCHASED", "EXPIRES", "SECRETS"),
        tuple(_asset_cells(asset) for asset in kept),
    )
    return Report(
        title="Assets",
        verdict=f"Assets: {len(kept)}",
        tone=Tone.PLAIN,
        sections=(Section("Assets", table=table),) if kept else (),
    )


def _object(record: ObjectRow) -> JsonObject:
    conditions = sorted(record.conditions, key=lambda entry: entry.get("type", ""))
    return {
        "address": str(record.address),
        "manifest": {"kind": record.kind, "name": record.name},
        "vendor_id": record.vendor_id,
        "sync_status": record.sync_status.value,
        "observed_at": timestamp(record.observed_at) if record.observed_at else None,
        "observed_revision": record.manifest_revision or None,
        "facts": {name: record.facts[name] for name in sorted(record.facts)},
        "conditions": [condition(entry, time_key="last_transition_time") for entry in conditions],
    }


def _asset(asset: AssetRow) -> JsonObject:
    return {
        "order": asset.order.name,
        "vendor": asset.order.vendor,
        "asset_id": asset.asset_id,
        "product": asset.product,
        "quantity": asset.quantity,
        "sync_status": asset.sync_status.value,
        "purchased_at": asset.purchased_at,
        "expires_at": asset.expires_at,
        "secrets": {
            name: {"present": name in asset.sealed, "fingerprint": asset.fingerprints.get(name)}
            for name in secret_names(asset)
        },
    }


def _object_table(records: Iterable[ObjectRow]) -> Table:
    return Table(("ADDRESS", "STATUS", "VENDOR ID", "OBSERVED"), tuple(_object_cells(record) for record in records))


def _object_cells(record: ObjectRow) -> tuple[Piece, ...]:
    return (
        foreign(str(record.address)),
        own(record.sync_status.value, TONES[record.sync_status]),
        foreign(record.vendor_id) if record.vendor_id else own("-", Tone.FAINT),
        own(timestamp(record.observed_at)) if record.observed_at else own("never", Tone.FAINT),
    )


def _attention(record: ObjectRow, *, now: datetime) -> Iterable[Row]:
    for entry in sorted(record.conditions, key=lambda entry: entry.get("type", "")):
        shown = (entry.get("type", ""), entry.get("status", ""))
        if shown in QUIET or (shown[0] not in {"Ready", "AssetsDelivered"} and shown[1] == "False"):
            continue
        message = entry.get("message")
        moment = condition(entry, time_key="since")["since"]
        head = line(
            foreign(str(record.address), Tone.STRONG),
            ": ",
            foreign(shown[0], Tone.CAUTION),
            " is ",
            foreign(shown[1]),
            own(", "),
            foreign(entry.get("reason", "")),
            *(lasting(moment, now) if moment else ()),
            *((own(": "), prose(message)) if message else ()),
        )
        yield Row(head, mark="!", tone=Tone.CAUTION)


def _asset_cells(asset: AssetRow) -> tuple[Piece, ...]:
    secrets = ", ".join(f"{name} {asset.fingerprints.get(name, '(sealed)')}" for name in secret_names(asset))
    return (
        foreign(asset.order.name),
        foreign(asset.order.vendor),
        foreign(asset.asset_id),
        foreign(asset.product),
        own(str(asset.quantity)),
        own(asset.sync_status.value, TONES[asset.sync_status]),
        _maybe(asset.purchased_at),
        _maybe(asset.expires_at),
        _maybe(secrets),
    )


def _maybe(text: str | None) -> Piece:
    return foreign(text) if text else own("-", Tone.FAINT)
