"""Between the ledger's values and its rows: times, JSON, keys, records. Pure."""

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

from reconciler.contract import ClaimState, SyncStatus
from reconciler.ledger.protocol import AssetRecord, ClaimKey, Intent, ObjectRecord, OpenClaim, Run, Scope, Verdict
from reconciler.model import Address, Json, canonical

Row: TypeAlias = Mapping[str, Json]
"""Named parameters of a statement; JSON, so that it can be spilled."""


def time_text(moment: datetime) -> str:
    """Return RFC 3339 UTC with microseconds; ValueError for a time without a zone."""
    if moment.tzinfo is None:
        raise ValueError("a time without a zone cannot be recorded; pass an aware datetime")
    return moment.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def read_time(text: str) -> datetime:
    """Return the time a text of `time_text` stands for."""
    return datetime.fromisoformat(text)


def read_times(text: str) -> dict[str, datetime]:
    """Return times by name from their JSON text."""
    return {name: read_time(moment) for name, moment in json.loads(text).items()}


def json_text(value: Json) -> str:
    """Return the canonical JSON text; TypeError for anything else, such as a secret."""
    return canonical(value).decode("ascii")


def key_row(key: ClaimKey) -> dict[str, Json]:
    """Return the parameters that name a claim."""
    return {
        "scope": str(key.scope),
        "address": str(key.address),
        "operation": key.operation,
        "revision": key.revision,
    }


def intent_row(run: Run, intent: Intent, *, now: datetime, payload: Json) -> dict[str, Json]:
    """Return the parameters of a claim to take."""
    return key_row(intent.key) | {
        "run": run.id,
        "fence": run.fence,
        "fingerprint": intent.fingerprint,
        "plan": intent.plan,
        "once": intent.once,
        "frozen": json_text(intent.frozen),
        "applied": json_text(intent.applied),
        "payload": json_text(payload),
        "now": time_text(now),
    }


def verdict_row(key: ClaimKey, verdict: Verdict, *, now: datetime) -> dict[str, Json]:
    """Return the parameters of a claim's move."""
    return key_row(key) | {
        "state": verdict.state.value,
        "open": verdict.state.open,
        "vendor_id": verdict.vendor_id,
        "reason": verdict.reason,
        "deadline": verdict.deadline,
        "now": time_text(now),
    }


def object_row(scope: Scope, record: ObjectRecord, *, now: datetime) -> dict[str, Json]:
    """Return the parameters of a remembered object."""
    return {
        "scope": str(scope),
        "address": str(record.address),
        "kind": record.kind,
        "name": record.name,
        "vendor_id": record.vendor_id,
        "applied": json_text(record.applied),
        "sync_status": record.sync_status.value,
        "observed_at": None if record.observed_at is None else time_text(record.observed_at),
        "manifest_revision": record.manifest_revision,
        "conditions": json_text(record.conditions),
        "facts": json_text(record.facts),
        "protect": record.protect,
        "changed": json_text({name: time_text(moment) for name, moment in record.changed_at.items()}),
        "now": time_text(now),
    }


def asset_row(scope: Scope, order: Address, asset: AssetRecord) -> dict[str, Json]:
    """Return the parameters of a remembered asset."""
    return {
        "scope": str(scope),
        "order": str(order),
        "asset_id": asset.asset_id,
        "product": asset.product,
        "quantity": asset.quantity,
        "sync_status": asset.sync_status.value,
        "purchased_at": asset.purchased_at,
        "expires_at": asset.expires_at,
        "fingerprints": json_text(asset.fingerprints),
        "sealed": json_text({name: base64.b64encode(blob).decode("ascii") for name, blob in asset.sealed.items()}),
    }


def read_object(row: tuple[Any, ...]) -> ObjectRecord:
    """Return the object a row of OBJECTS holds."""
    address, kind, name, vendor_id, applied, status, observed_at, revision, conditions, facts, protect, changed = row
    return ObjectRecord(
        address=Address.parse(address),
        kind=kind,
        name=name,
        vendor_id=vendor_id,
        applied=json.loads(applied),
        sync_status=SyncStatus(status),
        observed_at=None if observed_at is None else read_time(observed_at),
        manifest_revision=revision,
        conditions=tuple(json.loads(conditions)),
        facts=json.loads(facts),
        protect=bool(protect),
        changed_at=read_times(changed),
    )


def read_asset(row: tuple[Any, ...]) -> AssetRecord:
    """Return the asset a row of ASSETS holds."""
    order, asset_id, product, quantity, status, purchased_at, expires_at, fingerprints, sealed = row
    return AssetRecord(
        order=Address.parse(order),
        asset_id=asset_id,
        product=product,
        quantity=quantity,
        sync_status=SyncStatus(status),
        purchased_at=purchased_at,
        expires_at=expires_at,
        fingerprints=json.loads(fingerprints),
        sealed={name: base64.b64decode(text) for name, text in json.loads(sealed).items()},
    )


def read_open_claim(scope: Scope, row: tuple[Any, ...]) -> OpenClaim:
    """Return the claim a row of OPEN_CLAIMS holds."""
    address, operation, revision, state, attempts, sent_at, ended_at, deadline, since, reason, once, payload = row
    return OpenClaim(
        key=ClaimKey(scope, Address.parse(address), operation, revision),
        state=ClaimState(state),
        attempts=attempts,
        last_sent_at=read_time(sent_at),
        last_ended_at=None if ended_at is None else read_time(ended_at),
        deadline=bool(deadline),
        doubt_since=read_time(since),
        reason=reason,
        once=bool(once),
        payload=json.loads(payload),
    )
