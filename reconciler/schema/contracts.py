"""JSON Schemas of the documents the program prints, after the public interface.

Written by hand: they are promises to other programs. The top level may gain keys in a minor version; below it
only what is listed here occurs.
"""

from typing import Any

DIALECT = "https://json-schema.org/draft/2020-12/schema"
SchemaDocument = dict[str, Any]

OPERATIONS = (
    "create", "update", "sync", "execute", "submit", "request",
    "enable", "disable", "delete", "adopt", "manual", "forget",
)  # fmt: skip
EFFECTS = ("costs", "notifies", "disrupts", "irreversible")
OUTCOMES = ("done", "adopted", "failed", "blocked", "in_doubt", "parked", "waiting", "manual", "not_started")
SYNC_STATUSES = ("UnSynchronized", "InProgress", "Synchronized", "Failed", "Unknown")
CONDITIONS = (
    "Ready", "Reconciling", "Stalled", "AwaitingVendor", "ActionRequired", "InDoubt", "Drifted", "AssetsDelivered",
)  # fmt: skip
_PLAN_COUNTS = (
    "create", "update", "sync", "execute", "delete", "adopt", "manual", "forget", "waiting", "in_doubt", "unchanged",
)  # fmt: skip

_TEXT: SchemaDocument = {"type": "string"}
_COUNT: SchemaDocument = {"type": "integer", "minimum": 0}
_LINE: SchemaDocument = {"type": "integer", "minimum": 1}
_TIME: SchemaDocument = {"type": "string", "format": "date-time", "description": "RFC 3339, UTC."}
_DIGEST: SchemaDocument = {"type": "string", "pattern": "^sha256:[0-9a-f]+$"}
_ADDRESS: SchemaDocument = {
    "type": "string",
    "pattern": "^[^/]+/[^/]+/[^/]+$",
    "description": "<vendor>/<type>/<name>: one thing at one vendor.",
}
_COMMIT: SchemaDocument = {"anyOf": [{"type": "string", "pattern": "^[0-9a-f]{40,64}$"}, {"type": "null"}]}


def plan() -> SchemaDocument:
    """Return the schema of `plan -o json` and of a saved plan."""
    revision = _object({"commit": _COMMIT, "dirty": {"type": "boolean"}})
    return _document(
        "Plan",
        "What would be done, in the order it would be done; a value that can be saved and applied once.",
        {
            "project": _TEXT,
            "environment": _nullable(_TEXT),
            "revision": revision,
            "created_at": _TIME,
            "digest": _DIGEST,
            "complete": {"type": "boolean", "description": "false: a vendor could not be read whole."},
            "summary": _object(dict.fromkeys(_PLAN_COUNTS, _COUNT)),
            "actions": _list(_action()),
            "waiting": _list(_waiting()),
            "diagnostics": _list(_diagnostic()),
        },
    )


def apply_report() -> SchemaDocument:
    """Return the schema of `apply -o json`."""
    result = {
        "action": _TEXT,
        "address": _ADDRESS,
        "operation": {"enum": list(OPERATIONS)},
        "outcome": {"enum": list(OUTCOMES)},
        "vendor_id": _nullable(_TEXT),
        "attempts": _COUNT,
        "requests": _COUNT,
        "error": _nullable(_TEXT),
    }
    return _document(
        "ApplyReport",
        "What became of each action of a plan.",
        {
            "run": _TEXT,
            "project": _TEXT,
            "plan_digest": _DIGEST,
            "started_at": _TIME,
            "finished_at": _TIME,
            "summary": _object(dict.fromkeys((*OUTCOMES, "requests"), _COUNT)),
            "results": _list(_object(result)),
            "diagnostics": _list(_diagnostic()),
        },
        optional={"waiting": _list(_waiting())},
    )


def status() -> SchemaDocument:
    """Return the schema of `status -o json`."""
    condition = {
        "type": {"enum": list(CONDITIONS)},
        "status": {"enum": ["True", "False", "Unknown"]},
        "reason": _TEXT,
        "message": _TEXT,
        "last_transition_time": _nullable(_TIME),
    }
    one = {
        "address": _ADDRESS,
        "manifest": _object({"kind": _TEXT, "name": _TEXT}),
        "vendor_id": _nullable(_TEXT),
        "sync_status": {"enum": list(SYNC_STATUSES)},
        "observed_at": _nullable(_TIME),
        "observed_revision": _nullable(_DIGEST),
        "facts": {"type": "object", "description": "What the vendor assigned; never a secret."},
        "conditions": _list(_object(condition)),
    }
    content = {"project": _TEXT, "generated_at": _TIME, "objects": _list(_object(one))}
    return _document("Status", "The last known conditions, from the ledger.", content)


def assets() -> SchemaDocument:
    """Return the schema of `assets list -o json`."""
    secret = {
        "present": {"type": "boolean"},
        "fingerprint": _nullable({"type": "string", "pattern": "^hmac:[0-9a-f]{8,64}$"}),
    }
    asset = {
        "order": _TEXT,
        "vendor": _TEXT,
        "asset_id": _TEXT,
        "product": _TEXT,
        "quantity": _COUNT,
        "sync_status": {"enum": list(SYNC_STATUSES)},
        "purchased_at": _nullable(_TEXT),
        "expires_at": _nullable(_TEXT),
        "secrets": {"type": "object", "additionalProperties": _object(secret)},
    }
    return _document(
        "AssetList", "What orders brought; secrets only as fingerprints.", {"assets": _list(_object(asset))}
    )


def diagnostics() -> SchemaDocument:
    """Return the schema of `validate -o json`."""
    content = {"valid": {"type": "boolean"}, "diagnostics": _list(_diagnostic())}
    return _document("Diagnostics", "Every problem of the manifests, by place.", content)


def _action() -> SchemaDocument:
    manifest = _object({"kind": _TEXT, "name": _TEXT, "file": _TEXT, "line": _COUNT})
    change = _object({"path": _TEXT, "before": True, "after": True})
    required = {
        "id": _TEXT,
        "address": _ADDRESS,
        "operation": {"enum": list(OPERATIONS)},
        "vendor": _TEXT,
        "manifest": manifest,
        "changes": _list(change),
        "effects": {"type": "array", "items": {"enum": list(EFFECTS)}, "uniqueItems": True},
        "depends_on": _list(_TEXT),
        "reason": _TEXT,
    }
    optional = {
        "step": {"type": "string", "description": "The vendor's own word for the operation."},
        "waits_for": _nullable(_TEXT),
        "revision": _LINE,
        "cost": _nullable(_money()),
        "max_price": _nullable(_money()),
        "instructions": _nullable({"type": "string", "description": "What a person must do, for `manual`."}),
    }
    return _object(required, optional)


def _waiting() -> SchemaDocument:
    return _object({"address": _ADDRESS, "for": _TEXT, "since": _nullable(_TEXT), "detail": _nullable(_TEXT)})


def _money() -> SchemaDocument:
    return _object({"amount": {"type": "string", "pattern": r"^-?\d+\.\d{2,}$"}, "currency": {"pattern": "^[A-Z]{3}$"}})


def _diagnostic() -> SchemaDocument:
    position = _object({"line": _LINE, "column": _LINE})
    required = {
        "severity": {"enum": ["error", "warning", "info"]},
        "code": {"type": "string", "pattern": r"^[A-Z]\d{3}$", "description": "`reconciler explain CODE` says more."},
        "summary": _TEXT,
        "detail": _TEXT,
        "file": _nullable(_TEXT),
        "range": _nullable(_object({"start": position, "end": position})),
        "snippet": _nullable(_TEXT),
    }
    return _object(required, {"address": _ADDRESS})


def _document(
    kind: str, description: str, content: SchemaDocument, *, optional: SchemaDocument | None = None
) -> SchemaDocument:
    version = {"type": "string", "pattern": r"^1\.\d+$", "description": "Minor versions only add."}
    properties = {"format_version": version, "kind": {"const": kind}, **content}
    return {
        "$schema": DIALECT,
        "title": kind,
        "description": description,
        "type": "object",
        "properties": {**properties, **(optional or {})},
        "required": sorted(properties),
    }


def _object(required: SchemaDocument, optional: SchemaDocument | None = None) -> SchemaDocument:
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": sorted(required),
        "additionalProperties": False,
    }


def _list(items: SchemaDocument) -> SchemaDocument:
    return {"type": "array", "items": items}


def _nullable(schema: SchemaDocument) -> SchemaDocument:
    return {"anyOf": [schema, {"type": "null"}]}
