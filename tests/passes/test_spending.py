"""Rules of policy in a run: limits, money and freezes, at the plan and right before an execution."""

import functools
from datetime import timedelta
from decimal import Decimal

import pytest

from reconciler.errors import Exit, PolicyRefused
from reconciler.plan.policy import Freeze, Rules
from reconciler.reconcile import applying
from tests.passes.harness import ENTERED, ORDER, RULES, SECOND, SMALL, Estate, outcomes, through_a_file
from tests.passes.interference import Meanwhile


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


@pytest.mark.parametrize(
    ("limit", "code"), [("", Exit.STALE), ("800.00", Exit.REFUSED)], ids=["planned-price", "max-price"]
)
def test_price_raised_within_the_run(estate: Estate, limit: str, code: Exit) -> None:
    """A price raised after the plan of the same run stops the execution: 4 by the plan's price, 3 by `maxPrice`."""
    most = f'  maxPrice: {{amount: "{limit}", currency: EUR}}\n' if limit else ""
    estate.manifests = (*SMALL[:2], ORDER.replace("  items:", most + "  items:"))
    change = {"what": "products", "id": estate.row("products", code="AVG-IS-BE")["id"], "set": {"unitPrice": 99.0}}
    by = Meanwhile("POST /api/orders", functools.partial(estate.ask, "POST", "/edit", change), late=True)
    applied = estate.apply(by=by)
    assert outcomes(applied)["avg/order/acme-avg:execute"] == "failed"
    assert applying.exit_code(applied, detailed=False) is code
    assert estate.books()["charges"] == []


def test_max_price_refuses_the_plan(estate: Estate) -> None:
    """An order that costs more than its `maxPrice` is refused before anything is sent."""
    estate.manifests = (*SMALL[:2], ORDER.replace("  items:", '  maxPrice: {amount: "10", currency: EUR}\n  items:'))
    with pytest.raises(PolicyRefused, match="maxPrice"):
        estate.apply()
    assert not estate.mutations()


@pytest.mark.parametrize(
    "rules",
    [
        pytest.param(Rules(limits={**RULES.limits, "executes": 0}), id="executes"),
        pytest.param(Rules(limits=RULES.limits, budget={"EUR": Decimal("0")}), id="budget"),
    ],
)
def test_what_waits_counts_against_policy(estate: Estate, rules: Rules) -> None:
    """An order behind a synchronisation at work may be executed when that ends within the run: it counts."""
    estate.sim("POST", "/settings", {"syncSeconds": 20})
    estate.manifests = SMALL[:1]
    estate.apply()
    estate.manifests = SMALL[:2]
    estate.apply(wait=0)
    estate.manifests, estate.rules = SMALL, rules
    assert estate.plan().actions[-1].waits_for
    with pytest.raises(PolicyRefused):
        estate.apply()
    assert estate.books()["charges"] == []


@pytest.mark.parametrize("budget", [None, {"EUR": Decimal("100")}], ids=["no-budget", "budget"])
def test_unpriced_order_is_refused_when_the_policy_says_so(estate: Estate, budget: dict[str, Decimal] | None) -> None:
    """An order without a known price is refused, unless it states the most it may cost."""
    unpriced = SECOND.replace("BT-MAILBOX", "BT-UMB")
    estate.manifests = (*SMALL[:2], unpriced)
    estate.rules = Rules(limits=RULES.limits, budget=budget, refuse_unpriced=True)
    with pytest.raises(PolicyRefused, match="no known price"):
        estate.apply()
    estate.manifests = (*SMALL[:2], unpriced.replace("items:", 'maxPrice: {amount: "99", currency: EUR}, items:'))
    assert estate.until_quiet() == [Exit.DONE]
    assert estate.books()["charges"] == ["acme-infra/acme-boxes#1"]


def test_nothing_changes_in_a_freeze(estate: Estate) -> None:
    """While changes are frozen nothing is sent; afterwards everything is."""
    now = estate.clock.now()
    freeze = Freeze(now - timedelta(hours=1), now + timedelta(hours=1), "year end")
    estate.rules = Rules(limits=RULES.limits, freezes=[freeze])
    with pytest.raises(PolicyRefused, match="year end"):
        estate.apply()
    assert not estate.mutations()
    estate.clock.advance(3601)
    assert estate.until_quiet() == [Exit.DONE]
