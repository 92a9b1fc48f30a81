"""Rules of what is kept: status, its files in git, assets sealed until a person asks to see them."""

import os
import re
import stat
from pathlib import Path

import pytest
import yaml

from tests.cli.repository import CONFIGURATION, DIRECT, KEYS, Repository

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)")


def files(repository: Repository) -> dict[str, Path]:
    """Return the status files by kind and name."""
    folder = repository.root / "status"
    return {str(path.relative_to(folder)): path for path in sorted(folder.rglob("*")) if path.is_file()}


def test_a_file_for_each_manifest(applied: Repository) -> None:
    """`status/<Kind>/<name>.yaml`, one for each manifest and none besides."""
    names = ["Account/acme", "Account/nordwind", "Order/acme-avg", "Order/acme-boxes", "Order/acme-seats"]
    assert list(files(applied)) == [f"{name}.yaml" for name in names]


@pytest.mark.parametrize("name", ["Account/acme", "Order/acme-avg", "Order/acme-boxes"])
def test_status_file_has_the_contract_s_form(applied: Repository, name: str) -> None:
    """Exactly the keys of the contract, in its order, secrets as fingerprints, the revision as in the JSON."""
    document = yaml.safe_load(files(applied)[f"{name}.yaml"].read_text(encoding="utf-8"))
    kind, _, own = name.partition("/")
    assert list(document) == ["apiVersion", "kind", "metadata", "status"]
    assert (document["apiVersion"], document["kind"], document["metadata"]) == ("reconciler/v1", kind, {"name": own})
    status = document["status"]
    assert list(status) == ["observedRevision", "objects", "assets"]
    for one in status["objects"]:
        assert list(one) == ["address", "vendorId", "syncStatus", "conditions"]
        for condition in one["conditions"]:
            assert list(condition) == ["type", "status", "reason", "message", "lastTransitionTime"]
            assert TIME.fullmatch(condition["lastTransitionTime"])
    for asset in status["assets"]:
        keys = ["assetId", "product", "quantity", "syncStatus", "purchasedAt", "expiresAt", "secrets"]
        assert list(asset) == keys
        for secret in asset["secrets"].values():
            assert re.fullmatch(r"hmac:[0-9a-f]{8}", secret["fingerprint"])
    shown = {one["address"]: one for one in applied.run("status", "-o", "json").document["objects"]}
    for one in status["objects"]:
        assert shown[one["address"]]["observed_revision"] == status["observedRevision"]
        assert shown[one["address"]]["sync_status"] == one["syncStatus"] == "Synchronized"


def test_files_are_written_only_when_something_changed(repository: Repository) -> None:
    """A run that changes nothing touches no file; one that changes an account touches that account's file."""
    repository.apply()
    before = {name: path.stat().st_mtime_ns for name, path in files(repository).items()}
    repository.apply()
    assert {name: path.stat().st_mtime_ns for name, path in files(repository).items()} == before
    repository.write("direct", DIRECT)
    repository.apply()
    after = {name: path.stat().st_mtime_ns for name, path in files(repository).items()}
    assert after.pop("Account/harbour.yaml")
    assert after == before


def test_status_does_not_make_the_tree_dirty(repository: Repository) -> None:
    """What apply writes back is no uncommitted change; the ledger's directory is ignored by git itself."""
    repository.commit()
    repository.apply()
    assert repository.run("plan", "-o", "json").document["revision"]["dirty"] is False
    assert ".reconciler" not in repository.git("status", "--porcelain")
    repository.write("direct", DIRECT)
    revision = repository.run("plan", "-o", "json").document["revision"]
    assert revision == {"commit": repository.git("rev-parse", "HEAD").strip(), "dirty": True}


def test_forgetting_removes_the_file(repository: Repository) -> None:
    """A manifest that is gone takes its status file along, and nothing at the vendor."""
    repository.apply()
    before = repository.vendor.books()
    repository.remove("seats")
    planned = repository.run("plan", "-o", "json").document
    assert [(one["operation"], one["address"]) for one in planned["actions"]] == [("forget", "panda/order/acme-seats")]
    repository.vendor.mutations()
    repository.apply()
    assert "Order/acme-seats.yaml" not in files(repository)
    assert repository.vendor.books() == before
    assert repository.vendor.mutations() == []


def test_no_status_directory(repository: Repository) -> None:
    """`status: null` writes nothing back."""
    repository.configure(CONFIGURATION + "status: null\n")
    repository.apply()
    assert not (repository.root / "status").exists()


def test_status_by_name(applied: Repository) -> None:
    """Status of some manifests, by name or address; a name that is not known is an error that says it."""
    ended = applied.run("status", "acme-avg", "avg/sync/nordwind", "-o", "json")
    assert [one["address"] for one in ended.document["objects"]] == ["avg/order/acme-avg", "avg/sync/nordwind"]
    unknown = applied.run("status", "acme-avg", "nobody")
    assert (unknown.code, unknown.out) == (1, "")
    assert "nobody" in unknown.err


def test_status_of_a_new_project(repository: Repository) -> None:
    """Before the first apply there is nothing to show, which is no error, and nothing is created."""
    ended = repository.run("status", "-o", "json")
    assert (ended.code, ended.document["objects"]) == (0, [])
    assert not (repository.root / ".reconciler").exists()


def test_assets_are_masked_until_revealed(applied: Repository) -> None:
    """A list and a show have fingerprints; with --reveal the key that the vendor issued is printed, and only it."""
    row = next(row for row in applied.vendor.rows("assets") if row["licenseKey"])
    listed = applied.run("assets", "list").out
    shown = applied.run("assets", "show", "acme-avg").out
    revealed = applied.run("assets", "show", "acme-avg", "--reveal")
    assert row["licenseKey"] not in listed + shown
    assert re.search(r"hmac:[0-9a-f]{8}", shown)
    assert revealed.out == f"acme-avg {row['id']} license_key {row['licenseKey']}\n"
    assert revealed.err == ""


def test_reveal_needs_the_identity(repository: Repository) -> None:
    """Whoever lacks the key file sees nothing; another key opens nothing."""
    repository.apply()
    identity = repository.root / ".reconciler" / "identity.txt"
    assert stat.S_IMODE(identity.stat().st_mode) == 0o600
    kept = identity.read_bytes()
    identity.unlink()
    assert repository.run("assets", "show", "acme-avg", "--reveal").code == 1
    assert repository.run("assets", "show", "acme-avg").code == 0
    other = Repository(repository.root.parent / "other", repository.vendor, {"direct": DIRECT})
    other.apply()
    identity.write_bytes((other.root / ".reconciler" / "identity.txt").read_bytes())
    identity.chmod(0o600)
    ended = repository.run("assets", "show", "acme-avg", "--reveal")
    assert (ended.code, ended.out) == (1, "")
    identity.write_bytes(kept)
    identity.chmod(0o644)
    assert repository.run("assets", "show", "acme-avg", "--reveal").code == 1
    os.chmod(identity, 0o600)  # noqa: PTH101 - the mode is the point
    assert repository.run("assets", "show", "acme-avg", "--reveal").code == 0


def test_assets_of_an_unknown_order(applied: Repository) -> None:
    """An order without assets is an error that names it."""
    ended = applied.run("assets", "show", "nothing")
    assert (ended.code, ended.out) == (1, "")
    assert "nothing" in ended.err


def test_lost_ledger_orders_nothing_again(repository: Repository) -> None:
    """Without its ledger a project finds everything again by reference; assets come back, no order is sent."""
    repository.apply()
    before = repository.vendor.books()
    repository.forget()
    planned = repository.run("plan", "-o", "json").document
    assert {one["operation"] for one in planned["actions"]} <= {"adopt"}
    assert repository.until_quiet()[-1] == 0
    assert repository.vendor.books() == before
    assert len(repository.run("assets", "list", "-o", "json").document["assets"]) == 3


def test_raised_revision_lists_both_assets(repository: Repository) -> None:
    """Ordering again adds an asset and drops none: the first one was paid for."""
    repository.apply()
    first = repository.run("assets", "list", "-o", "json").document["assets"][0]["asset_id"]
    repository.write("keys", KEYS.replace("execute:", "revision: 2, execute:"))
    repository.apply()
    listed = [one["asset_id"] for one in repository.run("assets", "list", "-o", "json").document["assets"]]
    there = [row["id"] for row in repository.vendor.rows("assets")]
    assert len(there) == 4
    assert first in listed
    assert sorted(listed) == sorted(there)
