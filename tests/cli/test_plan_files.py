"""Rules of saved plans: they serve once, for what they were made from, unchanged, and never for more."""

import json
from typing import Any

import pytest

from tests.cli.repository import CONFIGURATION, CUSTOMER, DIRECT, Repository
from tests.cli.server import Vendor


@pytest.fixture
def saved(repository: Repository) -> Repository:
    """Return a repository with a saved plan of the main job."""
    assert repository.run("plan", "--out", "plan.json").code == 0
    return repository


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory, bss: Vendor) -> Repository:
    """Return a repository with a saved plan, for tests that leave both as they are."""
    bss.sim("POST", "/reset")
    repository = Repository(tmp_path_factory.mktemp("kept") / "repository", bss)
    assert repository.run("plan", "--out", "plan.json").code == 0
    return repository


def test_saved_plan_is_what_is_done(saved: Repository) -> None:
    """What was shown, saved and shown again is what is carried out, without asking."""
    shown = saved.run("show", "plan.json", "-o", "json").document
    done = saved.run("apply", "plan.json", "-o", "json")
    assert done.code == 0
    assert sorted(one["id"] for one in shown["actions"]) == sorted(one["action"] for one in done.document["results"])
    assert done.document["plan_digest"] == shown["digest"]


@pytest.mark.parametrize("form", ["text", "json", "markdown", "html", "gitlab"])
def test_show_is_plan(kept: Repository, vendor: Vendor, form: str) -> None:
    """A saved plan shows as it did when it was made, offline and without credentials."""
    made = kept.run("plan", "-o", form)
    env = dict.fromkeys(("BSS_CLIENT_KEY", "BSS_CLIENT_SECRET", "BSS_USERNAME", "BSS_PASSWORD"))
    vendor.sim("DELETE", "/log")
    shown = kept.run("show", "plan.json", "-o", form, env=env)
    assert (shown.code, shown.err) == (0, "")
    assert len(shown.out.splitlines()) == len(made.out.splitlines())
    assert vendor.sim("GET", "/log") == []


def test_plan_file_is_private_and_valid(saved: Repository) -> None:
    """The file is the JSON contract with what carrying out needs beside it."""
    document = json.loads((saved.root / "plan.json").read_text(encoding="utf-8"))
    assert document["kind"] == "Plan"
    assert document["saved"]["digest"] == document["digest"]


def test_refused_plan_can_be_saved_and_shown(repository: Repository) -> None:
    """A plan over policy is saved and shown as any other, with what costs; applying it is refused and sends nothing."""
    repository.configure(CONFIGURATION + "policy: {limits: {executes: 0}, unpriced: refuse}\n")
    assert repository.run("plan", "--out", "plan.json").code == 3
    shown = repository.run("show", "plan.json", "-o", "json")
    assert shown.code == 0
    assert [one["effects"] for one in shown.document["actions"] if one["operation"] == "execute"]
    assert repository.run("apply", "plan.json").code == 3
    assert repository.vendor.mutations() == []


def test_used_twice_is_4(saved: Repository) -> None:
    """A plan is burned by its first use, also as a copy under another name."""
    saved.run("apply", "plan.json")
    (saved.root / "copy.json").write_bytes((saved.root / "plan.json").read_bytes())
    before = saved.vendor.books()
    for name in ("plan.json", "copy.json"):
        ended = saved.run("apply", name)
        assert ended.code == 4
        assert "applied before" in ended.err
    assert saved.vendor.books() == before


def test_other_content_is_4(saved: Repository) -> None:
    """Manifests or configuration that changed since make a plan worthless; put back, it is good again."""
    changed = saved.write("acme", CUSTOMER.replace("Acme Dental", "Acme Dentists"))
    assert saved.run("apply", "plan.json").code == 4
    saved.write("acme", CUSTOMER)
    saved.configure(CONFIGURATION + "policy: {limits: {creates: 99}}\n")
    assert saved.run("apply", "plan.json").code == 4
    assert saved.vendor.mutations() == []
    saved.configure(CONFIGURATION)
    assert changed.exists()
    assert saved.run("apply", "plan.json").code == 0


def test_other_commit_of_the_same_content_still_applies(saved: Repository) -> None:
    """A merge or rebase of the same content is no reason to plan again."""
    saved.commit()
    assert saved.run("apply", "plan.json").code == 0


def test_other_environment_is_4(repository: Repository) -> None:
    """A plan for one environment is not applied to another."""
    repository.configure(CONFIGURATION + "environments: {staging: {vendors: {interworks: {lookupLag: 1s}}}}\n")
    repository.run("plan", "--out", "plan.json")
    ended = repository.run("apply", "plan.json", "--env", "staging")
    assert ended.code == 4
    assert "environment" in ended.err


def inner(document: Any, name: str, value: Any) -> None:
    """Change the first action of the part that is carried out."""
    document["saved"]["actions"][0][name] = value


TAMPERED = {
    "more-money": lambda d: inner(d, "max_price", {"amount": "1.00", "currency": "EUR"}),
    "other-body": lambda d: inner(d, "body", {**d["saved"]["actions"][0]["body"], "name": "Evil"}),
    "other-target": lambda d: inner(d, "target", "999"),
    "one-less": lambda d: d["saved"]["actions"].pop(),
    "other-content": lambda d: d["saved"].update(content="sha256:" + "0" * 64),
    "other-project": lambda d: d["saved"].update(project="other"),
    "other-version": lambda d: d["saved"].update(tool="9.9.9"),
    "no-plan-inside": lambda d: d.pop("saved"),
    "actions-are-text": lambda d: d["saved"].update(actions="all"),
    "no-digest": lambda d: d["saved"].pop("digest"),
}


@pytest.mark.parametrize("change", TAMPERED.values(), ids=TAMPERED)
def test_tampered_plan_is_4(kept: Repository, vendor: Vendor, change: Any) -> None:
    """A file that was edited is refused before anything is sent, and is not shown either."""
    document = json.loads((kept.root / "plan.json").read_text(encoding="utf-8"))
    change(document)
    (kept.root / "tampered.json").write_text(json.dumps(document), encoding="utf-8")
    assert kept.run("apply", "tampered.json").code == 4
    assert kept.run("show", "tampered.json").code == 4
    assert vendor.mutations() == []


@pytest.mark.parametrize("text", ["", "{}", "[1]", "null", "kind: Plan", "[" * 100_000], ids=range(6))
def test_no_plan_at_all_is_4(kept: Repository, text: str) -> None:
    """Any other file is no plan; nothing in it makes the program fail otherwise."""
    (kept.root / "other.json").write_text(text, encoding="utf-8")
    assert kept.run("apply", "other.json").code == 4


def test_drift_since_is_4_for_that_action_only(repository: Repository) -> None:
    """What changed at the vendor since the plan stops that action; the rest is done; the next plan repairs it."""
    repository.apply()
    repository.write("acme", CUSTOMER.replace("Acme Dental", "Acme Dentists"))
    repository.write("direct", DIRECT)
    repository.run("plan", "--out", "plan.json")
    number = repository.vendor.row("accounts", code="acme")["id"]
    repository.vendor.edit("accounts", number, name="By hand")
    ended = repository.run("apply", "plan.json", "-o", "json")
    assert ended.code == 4
    outcomes = {one["address"]: one["outcome"] for one in ended.document["results"]}
    assert outcomes == {"interworks/account/acme": "failed", "interworks/account/harbour": "done"}
    assert repository.vendor.row("accounts", code="acme")["name"] == "By hand"
    planned = repository.run("plan", "-o", "json").document["actions"]
    assert planned[0]["changes"] == [{"path": "/displayName", "before": "By hand", "after": "Acme Dentists"}]
    repository.apply()
    assert repository.vendor.row("accounts", code="acme")["name"] == "Acme Dentists"


def test_satisfied_since_is_skipped(repository: Repository) -> None:
    """What somebody did by hand meanwhile is not done again."""
    repository.apply()
    repository.write("acme", CUSTOMER.replace("Acme Dental", "Acme Dentists"))
    repository.run("plan", "--out", "plan.json")
    repository.vendor.edit("accounts", repository.vendor.row("accounts", code="acme")["id"], name="Acme Dentists")
    repository.vendor.mutations()
    assert repository.run("apply", "plan.json").code == 0
    assert repository.vendor.mutations() == []


def test_policy_holds_for_saved_plans(repository: Repository) -> None:
    """A plan over a limit can be saved and shown, but not carried out without `--allow`."""
    repository.configure(CONFIGURATION + "policy: {limits: {creates: 1}}\n")
    assert repository.run("plan", "--out", "plan.json").code == 3
    assert repository.run("show", "plan.json").code == 0
    assert repository.run("apply", "plan.json").code == 3
    assert repository.vendor.mutations() == []
    assert repository.run("apply", "plan.json", "--allow", "creates=5").code == 0


def test_failed_write_keeps_the_old_plan(saved: Repository) -> None:
    """`--out` replaces a file whole or not at all."""
    before = (saved.root / "plan.json").read_bytes()
    saved.vendor.fault("status_before", "/oauth/token", status=400, count=None)
    saved.run("plan", "--out", "plan.json")
    after = (saved.root / "plan.json").read_bytes()
    assert after == before or json.loads(after)["complete"] is False
