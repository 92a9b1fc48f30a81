"""What is read from the database, as the values of the protocol. The first scope wins over former ones."""

import dataclasses
import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from reconciler.contract import ClaimState, Memory
from reconciler.ledger import rows, statements
from reconciler.ledger.protocol import AssetRecord, ObjectRecord, OpenClaim, Scope
from reconciler.model import Address


@dataclasses.dataclass
class _Drafts:
    """What is put together: arguments of `Memory` by address, and what claims applied, with the time.

    `ids`: what the vendor called an object, by address and revision, of all that was done.
    """

    memory: dict[str, dict[str, Any]] = dataclasses.field(default_factory=dict)
    recorded: dict[str, str] = dataclasses.field(default_factory=dict)
    applied: list[tuple[str, int, str, str]] = dataclasses.field(default_factory=list)
    ids: dict[str, dict[int, set[str]]] = dataclasses.field(default_factory=dict)


def read_memory(connection: sqlite3.Connection, scopes: Sequence[Scope]) -> dict[Address, Memory]:
    """Put together what is known of every object from objects and claims."""
    drafts = _Drafts()
    for scope in scopes:
        _recall_objects(connection, scope, drafts)
        _recall_claims(connection, scope, drafts)
    for address, ids in drafts.ids.items():
        _keep_newest(drafts.memory[address], ids)
    for moment, _, address, applied in sorted(drafts.applied, key=lambda one: one[:2]):
        if moment >= drafts.recorded.get(address, ""):
            _apply(drafts.memory[address], json.loads(applied), moment=moment)
    return {Address.parse(address): Memory(**draft) for address, draft in drafts.memory.items()}


def _keep_newest(draft: dict[str, Any], ids: Mapping[int, set[str]]) -> None:
    """Take back an id that only an earlier revision had: the newest one is another thing, perhaps without an id yet."""
    newest = max(ids)
    earlier = {one for revision, some in ids.items() if revision < newest for one in some}
    if draft.get("vendor_id") in earlier - ids[newest]:
        draft["vendor_id"] = min(ids[newest], default=None)


def _apply(draft: dict[str, Any], applied: Mapping[str, str | None], *, moment: str) -> None:
    """Add what a step applied or took back after the object was last recorded."""
    known = draft.setdefault("applied", {})
    for name, fingerprint in applied.items():
        draft.setdefault("changed_at", {})[name] = rows.read_time(moment)
        known.pop(name, None)
        if fingerprint is not None:
            known[name] = fingerprint


def _recall_objects(connection: sqlite3.Connection, scope: Scope, drafts: _Drafts) -> None:
    rows_of = connection.execute(statements.OBJECT_IDS, {"scope": str(scope)})
    for address, vendor_id, applied, recorded_at, changed in rows_of:
        draft = drafts.memory.setdefault(address, {})
        if address not in drafts.recorded:
            drafts.recorded[address] = recorded_at
            draft["vendor_id"] = vendor_id
            draft["applied"] = json.loads(applied)
            draft["changed_at"] = rows.read_times(changed)


def _recall_claims(connection: sqlite3.Connection, scope: Scope, drafts: _Drafts) -> None:
    frozen_here: dict[tuple[str, int], dict[str, str]] = {}
    rows_of = connection.execute(statements.CLAIMS, {"scope": str(scope)})
    for address, operation, revision, state, frozen, vendor_id, applied, updated_at in rows_of:
        draft = drafts.memory.setdefault(address, {})
        known = ClaimState(state)
        if known is ClaimState.DONE and vendor_id and draft.get("vendor_id") is None:
            # A run that died has written what it did, but not yet the object.
            draft["vendor_id"] = vendor_id
        if known is ClaimState.DONE:
            drafts.ids.setdefault(address, {}).setdefault(revision, set()).update([vendor_id] if vendor_id else ())
        claims = draft.setdefault("claims", {})
        if known is ClaimState.DONE and (operation, revision) not in claims:
            draft.setdefault("done_at", {})[operation, revision] = rows.read_time(updated_at)
            drafts.applied.append((updated_at, revision, address, applied))
        claims.setdefault((operation, revision), known)
        if frozen != "{}" and (known.open or known is ClaimState.DONE):
            frozen_here.setdefault((address, revision), {}).update(json.loads(frozen))
    for (address, revision), fields in frozen_here.items():
        drafts.memory[address].setdefault("frozen", {}).setdefault(revision, fields)


def read_open_claims(connection: sqlite3.Connection, scopes: Sequence[Scope]) -> list[OpenClaim]:
    """Return the claims of which it is unknown whether the vendor did them."""
    found = [
        rows.read_open_claim(scope, row)
        for scope in scopes
        for row in connection.execute(statements.OPEN_CLAIMS, {"scope": str(scope)})
    ]
    return sorted(found, key=lambda claim: (claim.key.address, claim.key.operation, claim.key.revision))


def read_objects(connection: sqlite3.Connection, scopes: Sequence[Scope]) -> dict[Address, ObjectRecord]:
    """Return the remembered objects by address."""
    found: dict[Address, ObjectRecord] = {}
    for scope in scopes:
        for row in connection.execute(statements.OBJECTS, {"scope": str(scope)}):
            record = rows.read_object(row)
            found.setdefault(record.address, record)
    return found


def read_assets(connection: sqlite3.Connection, scopes: Sequence[Scope]) -> list[AssetRecord]:
    """Return the remembered assets by order and id."""
    found: dict[tuple[Address, str], AssetRecord] = {}
    for scope in scopes:
        for row in connection.execute(statements.ASSETS, {"scope": str(scope)}):
            record = rows.read_asset(row)
            found.setdefault((record.order, record.asset_id), record)
    return [found[key] for key in sorted(found)]
