"""The JSON documents have exactly the keys of the contract."""

import json

import pytest

from reconciler.model import Json, Problem, Severity
from reconciler.render import escape, standing, to_gitlab, to_json
from tests.unit import render_samples
from tests.unit.render_samples import NOON

PLAN = {
    "format_version", "kind", "project", "environment", "revision", "created_at", "digest", "content", "tool",
    "complete", "summary", "actions", "waiting", "in_doubt", "diagnostics",
}  # fmt: skip
ACTION = {
    "id", "address", "operation", "step", "vendor", "manifest", "changes", "effects", "depends_on", "waits_for",
    "reason",
}  # fmt: skip
SUMMARY = [
    "create", "update", "sync", "execute", "delete", "adopt", "manual", "forget", "waiting", "in_doubt", "unchanged",
]  # fmt: skip


def test_plan_has_the_keys_of_the_contract() -> None:
    """Pipelines read these keys; none is missing, none has another name."""
    document = json.loads(to_json.text(to_json.plan(render_samples.plan())))

    assert set(document) == PLAN
    assert list(document["summary"]) == SUMMARY


def test_action_has_the_keys_of_the_contract() -> None:
    """Price keys stand on steps that cost, the revision on orders, instructions on manual steps; nowhere else."""
    actions = json.loads(to_json.text(to_json.plan(render_samples.plan())))["actions"]

    extra = {action["operation"]: set(action) - ACTION for action in actions}
    assert all(set(action) >= ACTION for action in actions)
    assert extra.pop("manual") == {"instructions"}
    assert extra.pop("execute") == {"revision", "cost", "max_price"}
    assert extra.pop("submit") == {"revision", "cost", "max_price"}
    assert set.union(*extra.values()) == set()


def test_action_carries_its_values() -> None:
    """Money is text with two decimals, lists are sorted, the manifest names its place."""
    actions = json.loads(to_json.text(to_json.plan(render_samples.plan())))["actions"]
    execute = next(action for action in actions if action["operation"] == "execute")

    assert execute == {
        "id": "avg/order/acme-avg-2026:execute@2",
        "address": "avg/order/acme-avg-2026",
        "operation": "execute",
        "step": "execute",
        "vendor": "avg",
        "manifest": {"kind": "Order", "name": "acme-avg-2026", "file": "specs/orders.yaml", "line": 1},
        "changes": [],
        "effects": ["costs", "irreversible"],
        "depends_on": ["avg/order/acme-avg-2026:create@2", "avg/sync/acme-dental:sync"],
        "waits_for": None,
        "reason": "entered, not executed",
        "revision": 2,
        "cost": {"amount": "125.50", "currency": "EUR"},
        "max_price": {"amount": "150.00", "currency": "EUR"},
    }


def test_unknown_price_is_null() -> None:
    """A step that costs says so even when nobody knows how much."""
    actions = json.loads(to_json.text(to_json.plan(render_samples.plan())))["actions"]
    submit = next(action for action in actions if action["operation"] == "submit")

    assert submit["cost"] is None


def test_actions_keep_the_order_of_the_plan() -> None:
    """The order in JSON is the order in which dependencies allow the actions."""
    plan = render_samples.plan()

    actions = json.loads(to_json.text(to_json.plan(plan)))["actions"]

    assert [action["id"] for action in actions] == [action.id for action in plan.actions]


def test_apply_report_has_the_keys_of_the_contract() -> None:
    """Pipelines read these keys; none is missing, none has another name."""
    document = json.loads(to_json.text(to_json.apply_report(render_samples.apply_report())))

    assert set(document) == {
        "format_version", "kind", "run", "project", "plan_digest", "started_at", "finished_at", "summary", "results",
        "waiting", "diagnostics",
    }  # fmt: skip
    assert document["results"][2] == {
        "action": "avg/sync/acme-dental:sync",
        "address": "avg/sync/acme-dental",
        "operation": "sync",
        "outcome": "failed",
        "vendor_id": None,
        "attempts": 3,
        "requests": 6,
        "error": "username is taken; choose another",
    }
    assert (document["started_at"], document["finished_at"]) == ("2026-03-04T12:00:00Z", "2026-03-04T12:03:00Z")


def test_diagnostics_have_the_keys_of_the_contract() -> None:
    """A problem carries rule, texts, file, range and snippet, in the order of files and places."""
    document = json.loads(to_json.text(to_json.diagnostics(render_samples.problems())))

    assert {key: document[key] for key in ("format_version", "kind", "valid")} == {
        "format_version": "1.0",
        "kind": "Diagnostics",
        "valid": False,
    }
    assert document["diagnostics"][1] == {
        "severity": "error",
        "code": "E204",
        "summary": "unknown field emial",
        "detail": "did you mean email?",
        "file": "specs/acme.yaml",
        "range": {"start": {"line": 4, "column": 3}, "end": {"line": 4, "column": 8}},
        "snippet": "  emial: it@acme.example",
    }


def test_warnings_leave_manifests_valid() -> None:
    """Only errors make `valid` false."""
    warning = Problem("W401", "in the past", severity=Severity.WARNING)

    assert to_json.diagnostics([warning])["valid"] is True


def test_status_has_the_keys_of_the_contract() -> None:
    """An object says what it is, how far it is, when that was seen and what the vendor assigned."""
    document = standing.status_document(render_samples.objects(), project="acme-infra", generated_at=NOON)
    document = json.loads(to_json.text(document))

    assert set(document) == {"format_version", "kind", "project", "generated_at", "objects"}
    assert document["objects"][1] == {
        "address": "interworks/account/acme-dental",
        "manifest": {"kind": "Account", "name": "acme-dental"},
        "vendor_id": "4711",
        "sync_status": "Synchronized",
        "observed_at": "2026-03-04T12:00:00Z",
        "observed_revision": "sha256:abcd",
        "facts": {"code": "C-4711"},
        "conditions": [
            {
                "type": "Ready",
                "status": "True",
                "reason": "Synchronized",
                "message": "",
                "last_transition_time": "2026-03-04T11:00:00Z",
            }
        ],
    }


def test_assets_have_the_keys_of_the_contract() -> None:
    """An asset shows that a secret is there and its fingerprint, never the secret or its sealed bytes."""
    text = to_json.text(standing.asset_document(render_samples.assets()))

    assert json.loads(text)["assets"][0] == {
        "order": "acme-avg-2026",
        "vendor": "avg",
        "asset_id": "A-1",
        "product": "AVG-BE",
        "quantity": 25,
        "sync_status": "Synchronized",
        "purchased_at": "2026-03-04T10:00:00Z",
        "expires_at": "2027-03-04T10:00:00Z",
        "secrets": {"license_key": {"present": True, "fingerprint": "hmac:1a2b3c4d"}},
    }
    assert "age-encryption" not in text


def test_gitlab_counts_every_call_to_a_vendor() -> None:
    """The widget has three numbers; synchronisations and orders count as updates."""
    assert json.loads(to_gitlab.text(render_samples.plan())) == {"create": 1, "update": 4, "delete": 1}


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")], ids=["nan", "infinity", "minus"])
def test_json_has_no_number_that_is_none(number: float) -> None:
    """NaN and infinities, which JSON does not have, show as text."""
    data: Json = {"a": [number, 1.5]}

    assert json.loads(escape.json_text(data)) == {"a": [str(number), 1.5]}
