"""Rules of saved plans: each is used once, for what it was made from, and only as far as the world is the same."""

import dataclasses
from typing import Any

import pytest

from reconciler.errors import Exit, StalePlan
from reconciler.plan import saved
from reconciler.reconcile import applying
from tests.passes.harness import ENTERED, SMALL, Estate, outcomes, through_a_file


def test_plan_saved_before_a_change_is_stale_for_it_alone(estate: Estate) -> None:
    """The action whose object changed is not done and gives 4; the rest of the plan is done."""
    estate.apply()
    numbers = {code: estate.row("accounts", code=code)["id"] for code in ("acme", "nordwind")}
    for number in numbers.values():
        estate.edit("accounts", number, email="x@y.example")
    plan = through_a_file(estate.plan())
    estate.edit("accounts", numbers["acme"], email="z@y.example")
    applied = estate.apply(approved=plan)
    assert outcomes(applied) == {
        "interworks/account/acme:update": "failed",
        "interworks/account/nordwind:update": "done",
    }
    assert applying.exit_code(applied, detailed=False) is Exit.STALE


def test_what_is_satisfied_meanwhile_is_skipped(estate: Estate) -> None:
    """Somebody did it by hand after the plan: nothing is left to do, and that is fine."""
    estate.apply()
    number = estate.row("accounts", code="acme")["id"]
    estate.edit("accounts", number, email="x@y.example")
    plan = through_a_file(estate.plan())
    estate.edit("accounts", number, email="it@acme.example")
    estate.mutations()
    assert applying.exit_code(estate.apply(approved=plan), detailed=True) is Exit.DONE
    assert not estate.mutations()


def test_growth_is_not_done(estate: Estate) -> None:
    """What was not in the approved plan is not done with it, and gives 4."""
    estate.apply()
    estate.edit("accounts", estate.row("accounts", code="nordwind")["id"], email="x@y.example")
    plan = through_a_file(estate.plan())
    estate.edit("accounts", estate.row("accounts", code="acme")["id"], email="x@y.example")
    applied = estate.apply(approved=plan)
    assert outcomes(applied) == {"interworks/account/nordwind:update": "done"}
    assert applying.exit_code(applied, detailed=False) is Exit.STALE


def test_action_that_needs_growth_is_not_done(estate: Estate) -> None:
    """An approved action whose ground has gone needs an action that nobody approved: it is stale, nothing is sent."""
    estate.manifests = (*SMALL[:2], ENTERED)
    estate.until_quiet()
    estate.manifests = SMALL
    plan = through_a_file(estate.plan())
    estate.edit("sync", f"{estate.row('accounts', code='acme')['id']}:AVG", status="UnSynchronized")
    estate.mutations()
    applied = estate.apply(approved=plan)
    assert outcomes(applied) == {"avg/order/acme-avg:execute": "failed"}
    assert applying.exit_code(applied, detailed=False) is Exit.STALE
    assert not estate.mutations()


def test_what_cannot_be_read_now_is_stale(estate: Estate) -> None:
    """A plan whose objects cannot be read any more is not carried out blindly."""
    estate.manifests = (*SMALL[:2], ENTERED)
    estate.until_quiet()
    estate.manifests = SMALL
    plan = through_a_file(estate.plan())
    estate.mutations()
    estate.fault("status_before", "/orders", method="GET", count=None, status=500)
    assert applying.exit_code(estate.apply(approved=plan), detailed=False) is Exit.STALE
    assert not estate.mutations()


def test_what_waits_counts_beside_a_saved_plan(estate: Estate) -> None:
    """A saved plan that is carried out while a vendor is still at work on something else ends as converging."""
    estate.sim("POST", "/settings", {"assetSeconds": 1000})
    estate.apply(wait=10)
    estate.edit("accounts", estate.row("accounts", code="acme")["id"], email="x@y.example")
    plan = through_a_file(estate.plan())
    assert applying.exit_code(estate.apply(approved=plan, wait=0), detailed=True) is Exit.CONVERGING


def test_plan_is_used_once(estate: Estate) -> None:
    """The same plan a second time is refused before anything is sent."""
    plan = through_a_file(estate.plan())
    estate.apply(approved=plan)
    estate.mutations()
    with pytest.raises(StalePlan, match="applied before"):
        estate.apply(approved=plan)
    assert not estate.mutations()


@pytest.mark.parametrize("field", ["project", "environment", "tool", "content"])
def test_plan_of_something_else_is_refused(estate: Estate, field: str) -> None:
    """A plan belongs to its project, environment, version and content."""
    other: dict[str, Any] = {field: "other"}
    plan = dataclasses.replace(estate.plan(), **other)
    with pytest.raises(StalePlan, match="plan again"):
        estate.apply(approved=plan)
    assert not estate.mutations()


def test_changed_plan_file_is_refused(estate: Estate) -> None:
    """A plan file that was edited does not give its own digest any more."""
    packed: Any = saved.pack(estate.plan())
    packed["actions"][0]["body"]["email"] = "attacker@evil.example"
    with pytest.raises(StalePlan, match="changed after it was made"):
        saved.unpack(packed)
