"""Rules of the exit codes: each one produced for real, and which wins when several apply."""

import pytest

from tests.cli.repository import CONFIGURATION, DIRECT, KEYS, Repository

FROZEN = 'policy: {freeze: [{from: "2020-01-01T00:00:00Z", to: "2099-01-01T00:00:00Z", reason: year end}]}\n'
ASKS_TOO_LATE = CONFIGURATION.replace("timeout: 20s", "timeout: 300ms")


def test_changes_are_2_only_in_detail(repository: Repository) -> None:
    """A plan with changes is 0, in detail 2; once they are applied both are 0."""
    assert repository.run("plan").code == 0
    assert repository.run("plan", "--detailed-exitcode").code == 2
    repository.apply()
    assert repository.run("plan", "--detailed-exitcode").code == 0


def test_bad_manifest_is_1_everywhere(repository: Repository) -> None:
    """No command goes on from manifests with problems; each shows all of them and asks no vendor."""
    repository.write("bad", DIRECT.replace("displayName", "displayNme").replace("kind: Account", "kind: Acount"))
    repository.write("worse", DIRECT.replace("email: it@", "email: it"))
    for command in (["validate"], ["plan"], ["apply", "--yes"], ["resend", "acme-avg"], ["watch", "--once"]):
        ended = repository.run(*command)
        assert ended.code == 1
        assert "specs/bad.yaml:2:" in ended.said
        assert "specs/worse.yaml:4:" in ended.said
    assert repository.vendor.sim("GET", "/log") == []


def test_unreadable_vendor_is_1(repository: Repository) -> None:
    """A vendor that cannot be read is an error of plan and apply, and nothing is concluded from it."""
    repository.vendor.fault("status_before", "/api/accounts", count=None, status=403)
    assert repository.run("plan", "--detailed-exitcode").code == 1
    assert repository.run("apply", "--yes").code == 1
    assert repository.vendor.mutations() == []


@pytest.mark.parametrize(
    ("policy", "flags", "rule"),
    [
        ("policy: {limits: {creates: 2}}\n", ["--allow", "creates=5"], "E501"),
        ('policy: {budget: {EUR: "10"}}\n', None, "E502"),
        ('policy: {budget: {EUR: "5000"}, unpriced: refuse}\n', None, None),
        (FROZEN, None, "E505"),
    ],
    ids=["limit", "budget", "within", "freeze"],
)
def test_policy_is_3_and_plan_is_shown(
    repository: Repository, policy: str, flags: list[str] | None, rule: str | None
) -> None:
    """What policy forbids is still shown, is 3 for plan and apply, and is not sent; `--allow` lets a count through."""
    repository.configure(CONFIGURATION + policy)
    planned = repository.run("plan", "--detailed-exitcode")
    assert planned.code == (3 if rule else 2)
    assert "create avg/order/acme-avg" in planned.out
    applied = repository.run("apply", "--yes")
    assert applied.code == (3 if rule else 0)
    assert bool(repository.vendor.mutations()) is (rule is None)
    if rule:
        assert rule in planned.err
        assert rule in applied.err
    if flags:
        assert repository.run("plan", *flags).code == 0
        repository.apply(*flags)


def test_plan_applied_twice_is_4(repository: Repository) -> None:
    """A saved plan serves once."""
    repository.run("plan", "--out", "plan.json")
    assert repository.run("apply", "plan.json").code == 0
    assert repository.run("apply", "plan.json").code == 4


def test_partly_applied_is_5(repository: Repository) -> None:
    """One service fails: what depends on it is blocked, the rest is done; the next run finishes."""
    repository.vendor.fault("status_before", "/synchronize/AVG$", status=400, count=None)
    ended = repository.run("apply", "--yes", "-o", "json")
    assert ended.code == 5
    assert ended.document["summary"]["failed"] == 1
    assert ended.document["summary"]["blocked"] > 0
    assert repository.vendor.books()["charges"] == ["acme-infra/acme-boxes#1", "acme-infra/acme-seats#1"]
    repository.vendor.sim("DELETE", "/faults")
    assert repository.until_quiet() == [0]


def test_doubt_is_6_until_proved(repository: Repository) -> None:
    """An execution whose answer came too late is 6, for a plan only in detail, and is found when it is there."""
    repository.configure(ASKS_TOO_LATE)
    repository.vendor.fault("late", "/execute$", seconds=3600)
    assert repository.run("apply", "--yes").code == 6
    assert repository.run("plan").code == 0
    assert repository.run("plan", "--detailed-exitcode").code == 6
    assert repository.run("apply", "--yes").code == 6
    repository.vendor.sim("POST", "/clock", {"advance": 3601})
    assert repository.run("apply", "--yes").code == 0
    assert len(repository.vendor.books()["charges"]) == 3


def test_doubt_wins_over_partly_and_refused(repository: Repository) -> None:
    """6 is said although other actions failed in the same run."""
    repository.configure(ASKS_TOO_LATE)
    repository.vendor.fault("late", "/synchronize/Panda", seconds=3600)
    repository.vendor.fault("status_before", "/synchronize/AVG$", status=400, count=None)
    ended = repository.run("apply", "--yes", "-o", "json")
    assert ended.document["summary"]["failed"] > 0
    assert ended.document["summary"]["in_doubt"] == 1
    assert ended.code == 6


def test_policy_wins_over_changes(repository: Repository) -> None:
    """A plan with changes over a limit is 3, not 2."""
    repository.configure(CONFIGURATION + "policy: {limits: {creates: 0}}\n")
    assert repository.run("plan", "--detailed-exitcode").code == 3


def test_policy_wins_over_an_error(repository: Repository) -> None:
    """A frozen order that was edited is an error; with a broken limit beside it the answer is 3."""
    repository.apply()
    repository.write("keys", KEYS.replace("25", "26"))
    assert repository.run("plan").code == 1
    repository.configure(CONFIGURATION + "policy: {limits: {creates: 0}}\n")
    repository.write("direct", DIRECT)
    assert repository.run("plan").code == 3


def test_changes_win_over_waiting(repository: Repository) -> None:
    """Something to do and something to wait for is 2; when only the waiting is left it is 8."""
    repository.vendor.settings(assetSeconds=3600)
    assert repository.run("apply", "--yes", "--wait", "0").code == 0
    assert repository.run("plan", "--detailed-exitcode").code == 8
    repository.write("direct", DIRECT)
    assert repository.run("plan", "--detailed-exitcode").code == 2


def test_converging_is_8_only_in_detail(repository: Repository) -> None:
    """A vendor that is still at work is 0, in detail 8; it is asked nothing twice."""
    repository.vendor.settings(assetSeconds=3600)
    assert repository.run("apply", "--yes", "--wait", "0", "--detailed-exitcode").code == 8
    repository.vendor.mutations()
    assert repository.run("apply", "--yes", "--wait", "0").code == 0
    assert repository.run("plan").code == 0
    assert repository.vendor.mutations() == []
    repository.vendor.sim("POST", "/clock", {"advance": 3601})
    assert repository.until_quiet() == [0]


def test_edited_executed_order_names_revision(repository: Repository) -> None:
    """Editing an executed order is 1 and says what to do; reformatting it is nothing; raising revision orders anew."""
    repository.apply()
    repository.write("keys", KEYS.replace("quantity: 25", "quantity:   25").replace("spec:", "# a comment\nspec:"))
    assert repository.run("plan", "--detailed-exitcode").code == 0
    repository.write("keys", KEYS.replace("25", "26"))
    ended = repository.run("plan", "--detailed-exitcode")
    assert ended.code == 1
    assert "revision" in ended.said
    repository.write("keys", KEYS.replace("25", "26").replace("execute:", "revision: 2, execute:"))
    repository.apply()
    assert repository.vendor.books()["charges"].count("acme-infra/acme-avg#2") == 1
    assert len(repository.vendor.books()["charges"]) == 4
