"""Rules of drift: what people change at the vendor is shown exactly and corrected."""

from typing import Any

import pytest

from reconciler.errors import Exit
from tests.passes.harness import SMALL, Estate, actions


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
