"""Rules of the JSON documents: one document on stdout, as its schema says, the same for the same state."""

import json
from pathlib import Path
from typing import Any

import pytest

from reconciler import schema
from tests.cli.repository import DIRECT, Ended, Repository

SCHEMAS = Path(__file__).parents[2] / "schemas"


def document(ended: Ended, name: str) -> Any:
    """Return the JSON on stdout after holding it to its published schema."""
    published = json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))
    found = ended.document
    assert found["format_version"] == "1.0"
    assert schema.violations(published, found) == []
    return found


def test_plan_from_empty_is_valid(repository: Repository) -> None:
    """A plan with every kind of first action fits its schema and goes to stdout alone."""
    ended = repository.run("plan", "-o", "json", "--log-level", "debug", "--log-format", "json")
    found = document(ended, "plan")
    assert (ended.code, ended.err) == (0, "")
    assert found["summary"]["create"] == 5
    assert found["summary"]["execute"] == 3


def test_plan_is_deterministic(repository: Repository) -> None:
    """Two plans of the same state differ in the time they were made only."""
    first, second = (repository.run("plan", "-o", "json").document for _ in range(2))
    assert first.pop("created_at") <= second.pop("created_at")
    assert first == second


def test_apply_report_is_valid(repository: Repository) -> None:
    """The report of an apply fits its schema; progress keeps off stdout."""
    ended = repository.apply("-o", "json")
    found = document(ended, "apply-report")
    assert found["summary"]["done"] == len(found["results"]) == 17


@pytest.mark.parametrize(
    ("command", "name"),
    [
        (["plan"], "plan"),
        (["status"], "status"),
        (["assets", "list"], "assets"),
        (["validate"], "diagnostics"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_document_after_apply_is_valid(applied: Repository, command: list[str], name: str) -> None:
    """What is shown of a finished project fits its schema, with not a byte beside it on either stream."""
    ended = applied.run(*command, "-o", "json", "--log-level", "debug")
    document(ended, name)
    assert (ended.code, ended.err) == (0, "")


def test_lists_are_sorted(applied: Repository) -> None:
    """Objects and assets come in the order of their names, so that documents can be compared."""
    objects = [one["address"] for one in applied.run("status", "-o", "json").document["objects"]]
    assets = [one["order"] for one in applied.run("assets", "list", "-o", "json").document["assets"]]
    assert objects == sorted(objects) != []
    assert assets == ["acme-avg", "acme-boxes", "acme-seats"]


def test_incomplete_plan_is_valid(repository: Repository) -> None:
    """A plan over a vendor that cannot be read says so in its document, not beside it."""
    repository.vendor.fault("status_before", "/api/accounts", count=None, status=403)
    ended = repository.run("plan", "-o", "json")
    found = document(ended, "plan")
    assert ended.code == 1
    assert (found["complete"], found["actions"]) == (False, [])
    assert found["diagnostics"]


def test_plan_with_vendor_at_work_is_valid(repository: Repository) -> None:
    """What is waited for stands in the document with since when."""
    repository.vendor.settings(syncPolls=1000)
    repository.run("apply", "--yes", "--wait", "0")
    found = document(repository.run("plan", "-o", "json"), "plan")
    assert found["waiting"]
    assert found["summary"]["waiting"] == len(found["waiting"])


def test_invalid_manifests_are_one_document(repository: Repository) -> None:
    """Asked for JSON, a command that stops at the manifests prints their problems as JSON."""
    repository.write("bad", DIRECT.replace("displayName", "displayNme"))
    for command in (["validate"], ["plan"], ["apply", "--yes"]):
        ended = repository.run(*command, "-o", "json")
        found = document(ended, "diagnostics")
        assert (ended.code, ended.err) == (1, "")
        assert not found["valid"]
