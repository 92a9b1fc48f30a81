"""Every exit code of the contract, produced for real."""

import multiprocessing
import os
import signal
from pathlib import Path

import pytest

from reconciler.cli import running
from tests.processes.harness import ACCOUNTS, ORDERS, Project, until


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["plam"], id="unknown-command"),
        pytest.param(["plan", "--nope"], id="unknown-flag"),
        pytest.param(["plan", "-o", "xml"], id="unknown-value"),
        pytest.param(["show"], id="missing-argument"),
        pytest.param(["explain", "E999"], id="unknown-code"),
        pytest.param(["apply"], id="no-terminal-no-yes-no-plan"),
        pytest.param(["apply", "--yes", "--wait", "soon"], id="bad-span"),
        pytest.param(["apply", "--yes", "--allow", "deletes=some"], id="bad-allowance"),
        pytest.param(["resolve", "nonsense", "--done"], id="no-address"),
        pytest.param(["resolve", "avg/order/a"], id="no-answer"),
        pytest.param(["resolve", "avg/order/a", "--done", "--not-executed"], id="two-answers"),
        pytest.param(["apply", "missing.plan"], id="missing-plan-file"),
        pytest.param(["plan", "--select", "kind=Nothing"], id="selects-nothing"),
        pytest.param(["check", "nobody"], id="unknown-vendor"),
        pytest.param(["watch", "--apply", "--once"], id="watch-apply-outside-git"),
    ],
)
def test_wrong_usage_is_64(project: Project, arguments: list[str]) -> None:
    """Wrong usage is 64, never 2, says what is wrong on stderr, and asks no vendor."""
    project.write(a=ACCOUNTS)
    ended = project.run(*arguments)
    assert ended.code == 64
    assert ended.out == ""
    assert ended.err.startswith("error: ")
    assert project.server.sim("GET", "/log") == []


def test_story_of_codes(project: Project) -> None:
    """Changes are 2 with --detailed-exitcode and 0 without; after applying both are 0."""
    project.write(a=ACCOUNTS, b=ORDERS)
    assert project.run("plan").code == 0
    assert project.run("plan", "--detailed-exitcode").code == 2
    assert project.run("apply", "--yes").code == 0
    assert project.run("plan", "--detailed-exitcode").code == 0
    assert project.server.charges() == ["acme-infra/acme-avg#1", "acme-infra/acme-boxes#1"]


def test_invalid_manifest_is_1(project: Project) -> None:
    """A wrong manifest is 1 for every command that needs manifests, with its place, and asks no vendor."""
    project.write(a="apiVersion: reconciler/v1\nkind: Account\nmetadata: {name: a}\nspec: {displayNam: A}\n")
    for arguments in (["validate"], ["plan"], ["apply", "--yes"]):
        ended = project.run(*arguments)
        assert ended.code == 1
        assert "specs/a.yaml:4:8: E204" in ended.out + ended.err
    assert project.server.sim("GET", "/log") == []


def test_vendor_failure_is_1(project: Project) -> None:
    """A vendor that cannot be read is 1 and the plan says so."""
    project.write(a=ACCOUNTS)
    project.server.fault("status_before", "/accounts", method="GET", count=None, status=403)
    ended = project.run("plan", "-o", "json")
    assert ended.code == 1
    assert ended.json["complete"] is False
    assert ended.json["actions"] == []


def test_missing_credentials_are_1_and_named(project: Project) -> None:
    """All missing variables are named at once, before anything is asked."""
    project.write(a=ACCOUNTS)
    ended = project.run("plan", env={"BSS_PASSWORD": "", "BSS_USERNAME": ""})
    assert ended.code == 1
    assert "BSS_PASSWORD" in ended.err
    assert "BSS_USERNAME" in ended.err


def test_wrong_credentials_are_1(project: Project) -> None:
    """Credentials that the vendor refuses are 1, named by vendor, without the secret."""
    project.write(a=ACCOUNTS)
    ended = project.run("check", env={"BSS_PASSWORD": "wrong-canary-password"})
    assert ended.code == 1
    assert "interworks" in ended.err
    assert "canary" not in ended.err


def test_policy_is_3_and_the_plan_is_shown(project: Project) -> None:
    """A plan over a limit is shown and gives 3; apply does nothing; --allow lets exactly this through."""
    project.write(a=ACCOUNTS)
    project.configure("metadata:", "policy: {limits: {creates: 1}}\nmetadata:")
    ended = project.run("plan")
    assert ended.code == 3
    assert "create interworks/account/acme" in ended.out
    assert "creates" in ended.err
    assert project.run("apply", "--yes").code == 3
    assert project.server.mutations() == 0
    assert project.run("apply", "--yes", "--allow", "creates=2").code == 0


def test_stale_used_and_changed_plans_are_4(project: Project) -> None:
    """A saved plan works once, for the content it was made from, unchanged."""
    project.write(a=ACCOUNTS)
    assert project.run("plan", "--out", "p.json").code == 0
    assert "create interworks/account/acme" in project.run("show", "p.json").out
    project.write(b=ORDERS)
    assert project.run("apply", "p.json").code == 4
    assert project.server.mutations() == 0
    (project.root / "specs" / "b.yaml").unlink()
    assert project.run("apply", "p.json").code == 0
    again = project.run("apply", "p.json")
    assert again.code == 4
    assert "applied before" in again.err
    text = (project.root / "p.json").read_text(encoding="utf-8").replace("it@acme.example", "evil@acme.example")
    (project.root / "q.json").write_text(text, encoding="utf-8")
    assert project.run("apply", "q.json").code == 4
    (project.root / "r.json").write_text("{}", encoding="utf-8")
    assert project.run("apply", "r.json").code == 4
    assert project.run("show", "r.json").code == 4


def test_failed_action_is_5(project: Project) -> None:
    """One action refused by the vendor: the rest is done, dependants are blocked, 5."""
    project.write(a=ACCOUNTS, b=ORDERS)
    project.server.fault("status_before", "/synchronize/AVG$", status=400, count=None)
    ended = project.run("apply", "--yes", "-o", "json")
    assert ended.code == 5
    assert ended.json["summary"]["failed"] == 1
    assert ended.json["summary"]["blocked"] >= 1
    assert project.server.charges() == ["acme-infra/acme-boxes#1"]


def test_doubt_is_6(project: Project) -> None:
    """An execution that our own deadline cut off is 6 until it is found; it is never sent twice."""
    project.write(a=ACCOUNTS, b=ORDERS)
    project.configure("lookupLag: 100ms", "lookupLag: 100ms\n    timeout: 500ms")
    project.server.fault("late", "/execute$", seconds=3600)
    ended = project.run("apply", "--yes", "-o", "json")
    assert ended.code == 6
    assert ended.json["summary"]["in_doubt"] == 1
    plan = project.run("plan", "--detailed-exitcode", "-o", "json")
    assert plan.code == 6
    assert plan.json["summary"]["in_doubt"] == 1
    assert project.run("plan").code == 0
    project.server.sim("POST", "/clock", {"advance": 3601})
    assert project.run("apply", "--yes").code == 0
    assert project.server.charges() == ["acme-infra/acme-avg#1", "acme-infra/acme-boxes#1"]


def test_waiting_is_8_only_when_asked(project: Project) -> None:
    """A vendor still at work is 8 with --detailed-exitcode, else 0; nothing is asked twice."""
    project.write(a=ACCOUNTS, b=ORDERS)
    project.server.sim("POST", "/settings", {"assetSeconds": 3600})
    ended = project.run("apply", "--yes", "--wait", "0", "--detailed-exitcode")
    assert ended.code == 8
    before = project.server.mutations()
    assert project.run("apply", "--yes", "--wait", "0").code == 0
    assert project.run("plan", "--detailed-exitcode").code == 8
    assert project.run("plan").code == 0
    assert project.server.mutations() == before


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT])
def test_signal_is_130_and_everything_is_recorded(project: Project, name: signal.Signals) -> None:
    """Told to stop, a run finishes what is in flight, starts nothing new, and leaves the lock free."""
    project.write(a=ACCOUNTS, b=ORDERS)
    project.server.fault("pause_before", "/accounts$", method="POST", proceed=True)
    process = project.start("apply", "--yes", "-o", "json")
    until(lambda: bool(project.server.sim("GET", "/faults")["paused"]))
    process.send_signal(name)
    assert process.stderr is not None
    while "stopping" not in process.stderr.readline():
        pass
    project.server.sim("POST", "/release", {})
    out, _ = process.communicate(timeout=30)
    assert process.returncode == 130
    assert '"outcome": "done"' in out
    assert '"outcome": "not_started"' in out
    assert project.server.counts()["accounts"] == 1
    assert project.run("apply", "--yes").code == 0
    assert project.server.counts() == {"accounts": 2, "orders": 2, "assets": 2, "charges": 2}


def test_second_signal_stops_at_once(project: Project) -> None:
    """A second signal does not wait for the vendor; the next run settles what was in flight."""
    project.write(a=ACCOUNTS)
    project.server.fault("pause_before", "/accounts$", method="POST")
    process = project.start("apply", "--yes")
    until(lambda: bool(project.server.sim("GET", "/faults")["paused"]))
    process.send_signal(signal.SIGTERM)
    assert process.stderr is not None
    while "stopping" not in process.stderr.readline():
        pass
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=10)
    assert process.returncode == 130
    project.server.sim("POST", "/release", {"drop": True})
    assert project.run("apply", "--yes").code == 0
    assert project.server.counts()["accounts"] == 2


def test_signal_during_a_plan_is_130(project: Project) -> None:
    """A plan can be stopped at any time; it has nothing to finish."""
    project.write(a=ACCOUNTS)
    project.server.fault("pause_before", "/accounts$", method="GET")
    process = project.start("plan")
    until(lambda: bool(project.server.sim("GET", "/faults")["paused"]))
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=10)
    assert process.returncode == 130


def test_second_run_at_once_is_7(project: Project) -> None:
    """While one apply works, another is told who holds the lock; after a kill the lock is free at once."""
    project.write(a=ACCOUNTS)
    project.server.fault("pause_before", "/accounts$", method="POST")
    process = project.start("apply", "--yes")
    until(lambda: bool(project.server.sim("GET", "/faults")["paused"]))
    other = project.run("apply", "--yes")
    assert other.code == 7
    assert str(process.pid) in other.err
    assert project.run("plan").code == 0
    process.kill()
    process.communicate(timeout=10)
    project.server.sim("POST", "/release", {"drop": True})
    assert project.run("apply", "--yes").code == 0
    assert project.server.counts()["accounts"] == 2


def test_corrupt_state_is_9(project: Project) -> None:
    """A ledger that cannot be read is 9, names the file, and nothing is sent."""
    project.write(a=ACCOUNTS)
    (project.root / ".reconciler").mkdir()
    (project.root / ".reconciler" / "state.db").write_bytes(b"this is no database at all" * 100)
    ended = project.run("apply", "--yes")
    assert ended.code == 9
    assert "state.db" in ended.err
    assert project.server.mutations() == 0


def test_state_that_cannot_be_written_is_9(project: Project) -> None:
    """A directory that may not be written to is 9 for apply, and no reason for a plan to fail."""
    project.write(a=ACCOUNTS)
    for parent in (project.root, *project.root.parents):
        if parent != Path("/"):
            parent.chmod(parent.stat().st_mode | 0o055)
    with multiprocessing.get_context("fork").Pool(1) as pool:
        codes = pool.apply(run_unprivileged, (project.root, project.environment()))
    assert codes == [0, 9]
    assert project.server.mutations() == 0


def run_unprivileged(root: Path, environment: dict[str, str]) -> list[int]:
    """Plan and apply in this process as nobody; everything is imported before, for what nobody may not read."""
    os.environ.clear()
    os.environ.update(environment)
    assert running.run(["-C", str(root), "plan"]) == 0
    from reconciler import sealing, watch
    from reconciler.cli import applying, deciding, planning, progress, writing
    from reconciler.render import applied, findings, planned, to_json, to_text
    from reconciler.vendors.interworks import kinds

    assert all((sealing, watch, applying, deciding, planning, progress, writing, applied, findings, planned))
    assert all((to_json, to_text, kinds))
    os.setgid(65534)
    os.setuid(65534)
    return [running.run(["-C", str(root), "plan"]), running.run(["-C", str(root), "apply", "--yes"])]
