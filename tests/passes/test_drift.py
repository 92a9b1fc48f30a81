"""Rules of drift: what people change at the vendor is shown exactly and corrected."""

import functools
from typing import Any

import pytest

from reconciler.errors import Exit
from reconciler.reconcile import applying
from tests.passes.harness import SMALL, Estate, actions, outcomes
from tests.passes.interference import Meanwhile


def changes(estate: Estate) -> dict[str, tuple[Any, Any]]:
    """Return before and after by address and path, over all actions."""
    return {
        f"{action.address}{change.path}": (change.before, change.after)
        for action in estate.plan().actions
        for change in action.step.changes
    }


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("name", "Evil", {"interworks/account/acme/displayName": ("Evil", "Acme Dental")}),
        ("email", "x@y.example", {"interworks/account/acme/email": ("x@y.example", "it@acme.example")}),
        ("orderingEnabled", False, {"interworks/account/acme/ordering": (False, True)}),
    ],
)
def test_drift_of_an_account(estate: Estate, field: str, value: object, shown: dict[str, Any]) -> None:
    """A field changed by hand is shown with both values and corrected in one patch."""
    estate.apply()
    estate.mutations()
    estate.edit("accounts", estate.row("accounts", code="acme")["id"], **{field: value})
    assert changes(estate) == shown
    assert estate.until_quiet() == [Exit.DONE]
    assert sum(estate.mutations().values()) == 1
    assert actions(estate.plan()) == []


def test_unmanaged_field_is_left_alone(estate: Estate) -> None:
    """What the manifest does not mention is nobody's business."""
    estate.apply()
    estate.edit("accounts", estate.row("accounts", code="acme")["id"], phone="+1", creditLimit=5.0)
    assert actions(estate.plan()) == []


def test_drift_of_an_option_is_set_and_synchronised(estate: Estate) -> None:
    """An option changed by hand is set again and synchronised, since AVG must hear of it."""
    estate.apply()
    estate.mutations()
    number = estate.row("accounts", code="acme")["id"]
    estate.edit("sync", f"{number}:AVG", options={"email": "x@y.example", "role": "User", "parentAccount": "101"})
    assert estate.until_quiet()[-1] is Exit.DONE
    assert estate.mutations() == {"PUT AVG": 1, "POST AVG": 1}


def test_options_stored_before_a_crash_are_synchronised(estate: Estate) -> None:
    """A run that died between storing options and synchronising them leaves the rest to the next run."""
    estate.apply()
    estate.manifests = (SMALL[0], SMALL[1].replace("keys@acme.example", "new@acme.example"), SMALL[2])
    assert estate.crash("/synchronize/AVG", after=False)
    estate.mutations()
    estate.until_quiet()
    assert estate.mutations()["POST AVG"] == 1
    assert actions(estate.plan()) == []


def test_drift_of_what_is_fixed_is_an_error(estate: Estate) -> None:
    """What the vendor fixes at synchronisation is not changed back and forth: an error, and nothing is sent."""
    estate.apply()
    number = estate.row("accounts", code="acme")["id"]
    old = estate.row("sync", accountId=number, systemCode="PandaAntivirus")["options"]
    estate.edit("sync", f"{number}:PandaAntivirus", options={**old, "username": "somebody"})
    estate.mutations()
    plan = estate.plan()
    assert plan.errors
    assert applying.exit_code(estate.apply(), detailed=False) is Exit.ERROR
    assert not estate.mutations()


def test_drift_while_applying_is_not_overwritten_unseen(estate: Estate) -> None:
    """A field that somebody changes after the plan of the same run is not patched over: the step is stale."""
    estate.apply()
    number = estate.row("accounts", code="acme")["id"]
    estate.edit("accounts", number, email="x@y.example")
    change = {"what": "accounts", "id": number, "set": {"email": "z@y.example"}}
    by = Meanwhile(f"GET /api/accounts/{number}", functools.partial(estate.ask, "POST", "/edit", change))
    estate.mutations()
    assert applying.exit_code(estate.apply(by=by), detailed=False) is Exit.STALE
    assert "PATCH" not in str(estate.mutations())
    assert estate.until_quiet() == [Exit.DONE]


@pytest.mark.parametrize("kind", ["status_after", "drop_after", "status_before", "drop_before", "html", "twice"])
def test_fault_at_a_patch(estate: Estate, kind: str) -> None:
    """A patch whose answer is lost is read back, and repeated only when it does not show."""
    estate.apply()
    estate.edit("accounts", estate.row("accounts", code="acme")["id"], email="x@y.example")
    estate.fault(kind, "/accounts/", method="PATCH")
    assert estate.until_quiet() == [Exit.DONE]
    assert estate.row("accounts", code="acme")["email"] == "it@acme.example"
    assert actions(estate.plan()) == []


def test_ordering_is_switched_off_and_on(estate: Estate) -> None:
    """`ensure: disabled` switches ordering off, `present` on again; nothing is deleted."""
    estate.manifests = SMALL[:2]
    estate.apply()
    estate.manifests = (SMALL[0], SMALL[1].replace("spec:", "spec:\n  ensure: disabled"))
    assert actions(estate.plan()) == ["interworks/account/acme:disable"]
    assert estate.until_quiet() == [Exit.DONE]
    assert estate.row("accounts", code="acme")["orderingEnabled"] is False
    estate.manifests = SMALL[:2]
    assert actions(estate.plan()) == ["interworks/account/acme:enable"]
    assert estate.until_quiet() == [Exit.DONE]


def test_absent_is_a_persons_work(estate: Estate) -> None:
    """`ensure: absent` deletes nothing: a person is told what to do, and nothing is sent."""
    estate.manifests = SMALL[:2]
    estate.apply()
    estate.mutations()
    estate.manifests = (SMALL[0], SMALL[1].replace("spec:", "spec:\n  ensure: absent"))
    assert set(outcomes(estate.apply()).values()) == {"manual"}
    assert not estate.mutations()


NEW_KEYS = (SMALL[0], SMALL[1].replace("keys@acme.example", "new@acme.example"), SMALL[2])


def synchronised(estate: Estate) -> int:
    """Return how often AVG was synchronised in the vendor's log."""
    return sum("synchronize/AVG" in line["path"] and line["performed"] == 200 for line in estate.sim("GET", "/log"))


@pytest.mark.parametrize("kind", ["drop_before", "status_before", "drop_after", "status_after", "html", "truncate"])
def test_fault_while_synchronising_again(estate: Estate, kind: str) -> None:
    """An account that was synchronised before shows as such, which proves nothing: it is asked until it is answered."""
    estate.apply()
    estate.sim("DELETE", "/log")
    estate.manifests = NEW_KEYS
    estate.fault(kind, "/synchronize/AVG", method="POST")
    assert estate.until_quiet() == [Exit.DONE]
    assert 1 <= synchronised(estate) <= 2
    assert actions(estate.plan()) == []


@pytest.mark.parametrize("after", [False, True], ids=["before-commit", "after-commit"])
def test_dying_while_synchronising_again(estate: Estate, after: bool) -> None:
    """The next run does not take the synchronisation of before for this one."""
    estate.apply()
    estate.sim("DELETE", "/log")
    estate.manifests = NEW_KEYS
    assert estate.crash("/synchronize/AVG", after=after)
    assert estate.until_quiet() == [Exit.DONE]
    assert 1 <= synchronised(estate) <= 2
    assert actions(estate.plan()) == []


def test_deadline_while_synchronising_again(estate: Estate) -> None:
    """Our own deadline leaves no doubt either: it is asked again in the same run."""
    estate.apply()
    estate.sim("DELETE", "/log")
    estate.manifests, estate.timeout = NEW_KEYS, 0.2
    estate.fault("hang", "/synchronize/AVG", method="POST", seconds=3600)
    assert estate.until_quiet() == [Exit.DONE]
    assert synchronised(estate) == 1
