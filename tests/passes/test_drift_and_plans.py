"""Rules of drift and of saved plans: shown exactly, corrected, and stale for what changed in between."""

import dataclasses
from decimal import Decimal
from typing import Any

import pytest

from reconciler.errors import Exit, PolicyRefused, StalePlan
from reconciler.plan import saved
from reconciler.plan.policy import Rules
from reconciler.reconcile import applying
from tests.passes.harness import ORDER, RULES, SMALL, Estate, actions, outcomes, through_a_file

ENTERED = ORDER.replace("execute: true", "execute: false")


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


def test_entered_order_is_not_executed(estate: Estate) -> None:
    """`execute: false` enters the order and stops there."""
    estate.manifests = (*SMALL[:2], ENTERED)
    estate.until_quiet()
    assert estate.books()["orders"] == [("acme-infra/acme-avg#1", "Submitted")]
    estate.manifests = SMALL
    assert actions(estate.plan()) == ["avg/order/acme-avg:execute"]
    assert estate.until_quiet() == [Exit.DONE]


def test_entered_order_edited_in_git_is_a_persons_work(estate: Estate) -> None:
    """Other lines in git than at the vendor: nothing is executed, a person corrects it or raises `revision`."""
    estate.manifests = (*SMALL[:2], ENTERED)
    estate.until_quiet()
    estate.manifests = (*SMALL[:2], ORDER.replace("quantity: 25", "quantity: 26"))
    assert actions(estate.plan()) == ["avg/order/acme-avg:correct"]
    applied = estate.apply()
    assert outcomes(applied) == {"avg/order/acme-avg:correct": "manual"}
    assert applying.exit_code(applied, detailed=True) is Exit.CONVERGING
    assert estate.books()["charges"] == []


def test_order_changed_at_the_vendor_is_not_executed(estate: Estate) -> None:
    """Lines changed at the vendor between plan and execution stop the execution."""
    estate.manifests = (*SMALL[:2], ENTERED)
    estate.until_quiet()
    estate.manifests = SMALL
    plan = through_a_file(estate.plan())
    row = estate.row("orders", name="acme-infra/acme-avg#1")
    items = [{**item, "quantity": 999} for item in row["items"]]
    estate.edit("orders", row["id"], items=items)
    applied = estate.apply(approved=plan)
    assert applying.exit_code(applied, detailed=False) is Exit.STALE
    assert estate.books()["charges"] == []


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
    estate.edit("accounts", estate.row("accounts", code="acme")["id"], email="x@y.example")
    plan = through_a_file(estate.plan())
    estate.edit("accounts", estate.row("accounts", code="nordwind")["id"], email="x@y.example")
    applied = estate.apply(approved=plan)
    assert outcomes(applied) == {"interworks/account/acme:update": "done"}
    assert applying.exit_code(applied, detailed=False) is Exit.STALE


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


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(ORDER.replace("quantity: 25", "quantity: 26"), id="quantity"),
        pytest.param(ORDER.replace("AVG-IS-BE", "AVG-X"), id="product"),
        pytest.param(ORDER.replace("account: acme", "account: nordwind"), id="account"),
        pytest.param(ORDER.replace("  items:", "  invoiceOption: 1\n  items:"), id="invoice-option"),
        pytest.param(ORDER.replace("  items:", "  startDate: 2026-09-01\n  items:"), id="start-date"),
    ],
)
def test_edit_of_an_executed_order_is_refused(estate: Estate, text: str) -> None:
    """An executed order is frozen; the refusal names `revision`."""
    estate.apply()
    estate.mutations()
    estate.manifests = (*SMALL[:2], text)
    plan = estate.plan()
    assert [problem.code for problem in plan.errors] == ["E411"]
    assert "revision" in plan.errors[0].detail
    estate.apply()
    assert not estate.mutations()


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("# a comment\n" + ORDER, id="comment"),
        pytest.param(
            ORDER.replace(
                "[{product: AVG-IS-BE, quantity: 25}, {product: AVG-AV-BE, quantity: 2}]",
                "\n  - quantity: 2\n    product: 'AVG-AV-BE'\n  - product: AVG-IS-BE\n    quantity: 25",
            ),
            id="reordered-and-reformatted",
        ),
        pytest.param(ORDER.replace("  items:", "  revision: 1\n  invoiceOption: 3\n  items:"), id="defaults-written"),
    ],
)
def test_reformatting_is_no_edit(estate: Estate, text: str) -> None:
    """What means the same is the same order."""
    estate.apply()
    estate.manifests = (*SMALL[:2], text)
    assert actions(estate.plan()) == []
    assert estate.plan().errors == ()


def test_raising_revision_orders_once_more(estate: Estate) -> None:
    """A person raises `revision`: exactly one more order, with its own reference; lowering it is refused."""
    estate.apply()
    estate.manifests = (*SMALL[:2], ORDER.replace("  items:", "  revision: 2\n  items:").replace("25", "30"))
    estate.until_quiet()
    estate.until_quiet()
    assert estate.books()["charges"] == ["acme-infra/acme-avg#1", "acme-infra/acme-avg#2"]
    estate.manifests = SMALL
    assert [problem.code for problem in estate.plan().errors] == ["E414"]
    estate.apply()
    assert len(estate.books()["charges"]) == 2


@pytest.mark.parametrize(
    "rules",
    [
        pytest.param(Rules(limits={**RULES.limits, "creates": 2}), id="creates"),
        pytest.param(Rules(limits={**RULES.limits, "executes": 0}), id="executes"),
        pytest.param(Rules(limits={**RULES.limits, "notifications": 1}), id="notifications"),
        pytest.param(Rules(limits=RULES.limits, budget={"EUR": Decimal("100")}), id="budget"),
    ],
)
def test_plan_over_policy_does_nothing(estate: Estate, rules: Rules) -> None:
    """A plan that breaks a rule is refused whole, before the first request that changes anything."""
    estate.rules = rules
    with pytest.raises(PolicyRefused):
        estate.apply()
    assert not estate.mutations()


def test_price_is_checked_again_right_before_execution(estate: Estate) -> None:
    """A price raised at the vendor after the plan stops the execution, however the plan was approved."""
    estate.manifests = (*SMALL[:2], ENTERED)
    estate.until_quiet()
    estate.manifests = SMALL
    plan = through_a_file(estate.plan())
    estate.edit("products", estate.row("products", code="AVG-IS-BE")["id"], unitPrice=99.0)
    applied = estate.apply(approved=plan)
    assert applying.exit_code(applied, detailed=False) is Exit.STALE
    assert estate.books()["charges"] == []


def test_max_price_holds_right_before_execution(estate: Estate) -> None:
    """`maxPrice` is looked at once more before the order is executed: over it, exit 3 and no order."""
    limited = ORDER.replace("  items:", '  maxPrice: {amount: "800.00", currency: EUR}\n  items:')
    estate.manifests = (*SMALL[:2], limited)
    number = estate.row("products", code="AVG-IS-BE")["id"]
    estate.fault("pause_before", "/orders$", method="POST", seconds=0)
    plan = estate.plan()
    assert plan.actions
    estate.edit("products", number, unitPrice=99.0)
    with pytest.raises(PolicyRefused):
        estate.apply()
    assert estate.books()["charges"] == []
