"""Rules of what commands print: JSON to the contract, stdout clean, files as promised."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from reconciler import codes, schema
from reconciler.vendors.interworks.plugin import PLUGIN
from tests.processes.harness import ACCOUNTS, ORDERS, Project, until


@pytest.fixture
def applied(project: Project) -> Project:
    """Return a project whose estate is applied."""
    project.write(a=ACCOUNTS, b=ORDERS)
    assert project.run("apply", "--yes").code == 0
    return project


def test_json_documents_fit_their_schemas(project: Project) -> None:
    """Each JSON document is alone on stdout and fits its published schema."""
    project.write(a=ACCOUNTS, b=ORDERS)
    documents = {
        "plan": project.run("plan", "-o", "json").json,
        "apply-report": project.run("apply", "--yes", "-o", "json").json,
        "status": project.run("status", "-o", "json").json,
        "assets": project.run("assets", "list", "-o", "json").json,
        "diagnostics": project.run("validate", "-o", "json").json,
    }
    found = {name: schema.validate(name, document) for name, document in documents.items()}
    assert found == {name: [] for name in documents}
    assert documents["plan"]["summary"]["execute"] == 2
    assert documents["apply-report"]["summary"]["done"] == len(documents["plan"]["actions"])
    assert {one["sync_status"] for one in documents["status"]["objects"]} == {"Synchronized"}
    assert [one["order"] for one in documents["assets"]["assets"]] == ["acme-avg", "acme-boxes"]


def test_two_plans_of_the_same_differ_in_time_only(project: Project) -> None:
    """A plan is deterministic."""
    project.write(a=ACCOUNTS, b=ORDERS)
    one, two = (project.run("plan", "-o", "json").json for _ in range(2))
    one.pop("created_at")
    two.pop("created_at")
    assert one == two


def test_flags_work_before_and_after_the_command(project: Project) -> None:
    """Global flags may stand on either side; a flag wins over the environment."""
    project.write(a=ACCOUNTS)
    root = str(project.root)
    for arguments in (["-C", root, "validate"], ["validate", "-C", root]):
        assert project.run(*arguments).code == 0
    bad = {"RECONCILER_CONFIG": "nowhere.yaml"}
    assert project.run("validate", env=bad).code == 1
    for arguments in (["--config", "reconciler.yaml", "validate"], ["validate", "--config", "reconciler.yaml"]):
        assert project.run(*arguments, env=bad).code == 0


def test_select_plans_a_part_with_what_it_needs(project: Project) -> None:
    """A selection brings its dependencies along and forgets nothing."""
    project.write(a=ACCOUNTS, b=ORDERS)
    plan = project.run("plan", "--select", "name=acme-boxes", "-o", "json").json
    addresses = {action["address"] for action in plan["actions"]}
    assert "bittitan/order/acme-boxes" in addresses
    assert "interworks/account/acme" in addresses
    assert "avg/order/acme-avg" not in addresses


def test_environment_is_merged_over(project: Project) -> None:
    """`--env` changes what it says and the references of orders; an unknown one is an error with a hint."""
    project.write(a=ACCOUNTS, b=ORDERS)
    project.configure("metadata:", "environments: {staging: {policy: {limits: {executes: 0}}}}\nmetadata:")
    assert project.run("plan", "--env", "staging").code == 3
    wrong = project.run("plan", "--env", "stagign")
    assert wrong.code == 1
    assert "staging" in wrong.err
    project.run("apply", "--yes", "--env", "staging", "--allow", "executes=2")
    assert project.server.charges() == ["acme-infra.staging/acme-avg#1", "acme-infra.staging/acme-boxes#1"]


def test_status_files_change_only_when_something_did(applied: Project) -> None:
    """One file per manifest, without secrets, untouched by a run that changed nothing; a forgotten one goes."""
    path = applied.root / "status" / "Order" / "acme-avg.yaml"
    before = (path.read_text(encoding="utf-8"), path.stat().st_mtime_ns)
    assert applied.run("apply", "--yes").code == 0
    assert (path.read_text(encoding="utf-8"), path.stat().st_mtime_ns) == before
    assert 'syncStatus: "Synchronized"' in before[0]
    assert 'fingerprint: "hmac:' in before[0]
    (applied.root / "specs" / "b.yaml").unlink()
    assert "forget" in applied.run("apply", "--yes").out
    assert not path.exists()


def test_assets_are_masked_until_revealed(applied: Project) -> None:
    """Secrets show as fingerprints; `--reveal` opens them, and fails without the identity."""
    key = applied.server.row("assets", productCode="AVG-IS-BE")["licenseKey"]
    assert key not in applied.run("assets", "show", "acme-avg").out
    assert key in applied.run("assets", "show", "acme-avg", "--reveal").out
    (applied.root / ".reconciler" / "identity.txt").unlink()
    assert applied.run("assets", "show", "acme-avg", "--reveal").code == 1
    assert applied.run("assets", "show", "nothing").code == 1


def test_no_identity_is_made_in_ci(project: Project) -> None:
    """In CI a key made on the spot would be lost: the first run refuses and says what to set."""
    project.write(a=ACCOUNTS)
    ended = project.run("apply", "--yes", env={"CI": "true"})
    assert ended.code == 1
    assert "sealing.recipients" in ended.err
    assert project.server.mutations() == 0


def test_resend_sends_one_mail(applied: Project) -> None:
    """`resend` is one mail on purpose, for an order that has a licence key."""
    applied.server.sim("DELETE", "/outbox")
    assert applied.run("resend", "acme-avg").code == 0
    assert len(applied.server.sim("GET", "/outbox")) == 1
    assert applied.run("resend", "acme-boxes").code == 1
    assert applied.run("resend", "unknown").code == 1
    assert len(applied.server.sim("GET", "/outbox")) == 1


def test_catalogue_is_stable(applied: Project) -> None:
    """What is kept in git changes only when the vendor's catalogue does; options are then checked for new accounts."""
    assert "written" in applied.run("catalogue", "pull", "avg").err
    assert "up to date" in applied.run("catalogue", "pull", "interworks").err
    assert applied.run("plan", "--detailed-exitcode").code == 0


def test_pinned_definitions_check_what_does_not_exist_yet(applied: Project) -> None:
    """Options of a new account are checked at plan time against the definitions last pulled."""
    applied.run("catalogue", "pull", "interworks")
    path = applied.root / "catalogue" / "interworks.json"
    pinned = json.loads(path.read_text(encoding="utf-8"))
    role = next(one for one in pinned["systems"]["AVG"]["options"] if one["ID"] == "role")
    role["PredefinedValues"] = [{"ID": "Reseller", "Name": "Reseller"}]
    path.write_text(json.dumps(pinned), encoding="utf-8")
    applied.write(c=ACCOUNTS.split("---")[1].replace("acme", "newcomer"))
    plan = applied.run("plan", "-o", "json")
    assert plan.code == 1
    assert [(one["code"], one["address"]) for one in plan.json["diagnostics"]] == [("E420", "avg/sync/newcomer")]


def test_check_says_what_it_saw(applied: Project) -> None:
    """`check` reads once per vendor and says what the look-up lag rests on."""
    ended = applied.run("check")
    assert ended.code == 0
    assert "2 accounts visible" in ended.out
    assert "assumed" in ended.out


@pytest.mark.parametrize("form", ["text", "json", "sarif", "github", "junit"])
def test_validate_in_every_form(project: Project, form: str) -> None:
    """Every form names the code and the file, and gives 1 for an error."""
    project.write(a="apiVersion: reconciler/v1\nkind: Account\nmetadata: {name: a}\nspec: {displayName: 1, nope: 2}\n")
    ended = project.run("validate", "-o", form)
    assert ended.code == 1
    assert "E204" in ended.out
    assert "a.yaml" in ended.out


@pytest.mark.parametrize("form", ["text", "json", "markdown", "html", "gitlab"])
def test_plan_in_every_form(project: Project, form: str) -> None:
    """Every form of a plan is made from the same value, saved or not."""
    project.write(a=ACCOUNTS)
    ended = project.run("plan", "--out", "p.json", "-o", form)
    assert ended.code == 0
    assert ended.out == project.run("show", "p.json", "-o", form).out


def test_every_code_is_explained(project: Project) -> None:
    """`explain` knows every code, plug-ins' included, in any case."""
    for code in ("E204", "e306", "E501", *PLUGIN.codes):
        assert "Cure:" in project.run("explain", code).out
    assert codes.explain("E601") is not None


def test_schemas_are_what_is_checked_in(project: Project) -> None:
    """`schema --write` gives byte for byte what the repository holds."""
    assert project.run("schema", "--write", "out").code == 0
    kept = Path(__file__).parents[2] / "schemas"
    written = {path.name: path.read_bytes() for path in (project.root / "out").iterdir()}
    assert written == {path.name: path.read_bytes() for path in kept.iterdir()}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(project: Project, shell: str) -> None:
    """A completion script is printed for each shell."""
    assert "_RECONCILER_COMPLETE" in project.run("completion", shell).out


def test_status_of_some(applied: Project) -> None:
    """`status NAME` shows what belongs to these manifests; an unknown name is an error."""
    found = applied.run("status", "acme-avg", "-o", "json").json["objects"]
    assert [one["address"] for one in found] == ["avg/order/acme-avg"]
    assert applied.run("status", "unknown").code == 1


def git(project: Project, *arguments: str) -> None:
    """Run git in the project."""
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
    subprocess.run(["git", *identity, *arguments], cwd=project.root, check=True, capture_output=True)


def test_watch_apply_acts_on_head_only(applied: Project) -> None:
    """Uncommitted changes are named and ignored; committed ones are applied."""
    (applied.root / ".gitignore").write_text(".reconciler/\n", encoding="utf-8")
    git(applied, "init", "-q")
    git(applied, "add", "-A")
    git(applied, "commit", "-qm", "one")
    before = applied.server.mutations()
    applied.write(a=ACCOUNTS.replace("Acme Dental", "Acme AS"))
    ended = applied.run("watch", "--apply", "--once")
    assert ended.code == 0
    assert "uncommitted" in ended.err
    assert applied.server.mutations() == before
    git(applied, "commit", "-qam", "two")
    assert applied.run("watch", "--apply", "--once").code == 0
    assert applied.server.row("accounts", code="acme")["name"] == "Acme AS"


def test_watch_reports_drift_when_a_file_changes(applied: Project) -> None:
    """The loop reports again when a manifest changes, long before the interval is over, and ends with 130."""
    process = applied.start("watch", "--interval", "1h", "--log-level", "info")
    assert process.stdout is not None
    while "no changes" not in process.stdout.readline():
        pass
    requests = len(applied.server.sim("GET", "/log"))
    os.set_blocking(process.stdout.fileno(), True)
    until(lambda: bool(_rewritten(applied)) and len(applied.server.sim("GET", "/log")) > requests)
    while "Acme AS" not in process.stdout.readline():
        pass
    process.terminate()
    _, err = process.communicate(timeout=20)
    assert process.returncode == 130
    runs = {part for line in err.splitlines() for part in line.split() if part.startswith("run=")}
    assert len(runs) == 1


def _rewritten(project: Project) -> bool:
    project.write(a=ACCOUNTS.replace("Acme Dental", "Acme AS"))
    return True
