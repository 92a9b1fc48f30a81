"""Rules of what a plan may do in one run."""

import dataclasses
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from reconciler.contract import Effect, Kind, Step
from reconciler.model import Address, ManifestRef, Money
from reconciler.plan import policy
from reconciler.plan.policy import Freeze, Rules
from reconciler.plan.value import Action, Plan, Revision

NOW = datetime(2026, 3, 1, tzinfo=UTC)
REF = ManifestRef("Order", "a", "specs/a.yaml", 1)


def action(
    kind: Kind, name: str = "a", *, effects: frozenset[Effect] = frozenset(), cost: Money | None = None
) -> Action:
    """Return one action."""
    step = Step(Address("avg", "order", name), kind.value, kind, "", effects=effects, cost=cost)
    return Action(step, REF)


def buying(name: str, amount: str | None, *, most: str | None = None) -> Action:
    """Return an execution with a price, or without a known one."""
    cost = Money(Decimal(amount), "EUR") if amount else None
    found = action(Kind.EXECUTE, name, effects=frozenset({Effect.COSTS}), cost=cost)
    limit = Money(Decimal(most), "EUR") if most else None
    return dataclasses.replace(found, step=dataclasses.replace(found.step, max_price=limit))


def codes(rules: Rules, *actions: Action, now: datetime = NOW) -> list[str]:
    """Return the codes of the rules that a plan of these actions breaks."""
    plan = Plan("p", None, Revision(), NOW, "c", "0", tuple(actions))
    return [problem.code for problem in policy.violations(plan, rules, now=now)]


@pytest.mark.parametrize(
    ("kind", "limit"),
    [
        (Kind.CREATE, "creates"),
        (Kind.UPDATE, "updates"),
        (Kind.SYNC, "updates"),
        (Kind.ENABLE, "updates"),
        (Kind.DISABLE, "updates"),
        (Kind.REQUEST, "updates"),
        (Kind.EXECUTE, "executes"),
        (Kind.SUBMIT, "executes"),
        (Kind.DELETE, "deletes"),
    ],
)
def test_each_kind_counts_against_its_limit(kind: Kind, limit: str) -> None:
    """One more than the limit is refused, the limit itself is not."""
    assert codes(Rules(limits={limit: 1}), action(kind), action(kind, "b")) == ["E501"]
    assert codes(Rules(limits={limit: 2}), action(kind), action(kind, "b")) == []


@pytest.mark.parametrize("kind", [Kind.ADOPT, Kind.FORGET, Kind.MANUAL])
def test_what_calls_no_vendor_is_not_limited(kind: Kind) -> None:
    """Adopting, forgetting and manual steps count against nothing."""
    assert codes(Rules(limits=dict.fromkeys(policy.DEFAULT_LIMITS, 0)), action(kind)) == []


def test_deletes_are_refused_by_default() -> None:
    """Nothing is deleted unless a limit says so."""
    assert codes(Rules(), action(Kind.DELETE)) == ["E501"]


def test_notifications_count_beside_their_kind() -> None:
    """A step that mails people counts twice: as what it is and as a notification."""
    loud = action(Kind.SYNC, effects=frozenset({Effect.NOTIFIES}))
    assert codes(Rules(limits={"notifications": 0}), loud) == ["E501"]


def test_budget_adds_up_by_currency() -> None:
    """Prices add up; the budget itself may be spent, a cent more may not."""
    rules = Rules(budget={"EUR": Decimal("10.00")})
    assert codes(rules, buying("a", "4.00"), buying("b", "6.00")) == []
    assert codes(rules, buying("a", "4.00"), buying("b", "6.01")) == ["E502"]


def test_currency_without_budget_may_not_be_spent() -> None:
    """A budget names what may be spent; everything else is zero."""
    assert codes(Rules(budget={}), buying("a", "0.01")) == ["E502"]


def test_max_price_stands_for_an_unknown_price() -> None:
    """Without a price the most that the manifest allows counts."""
    assert codes(Rules(budget={"EUR": Decimal(5)}), buying("a", None, most="6")) == ["E502"]


def test_max_price_is_the_most_an_order_may_cost() -> None:
    """A known price above the manifest's is refused even without a budget."""
    assert codes(Rules(), buying("a", "7", most="6")) == ["E502"]


def test_unpriced_is_refused_only_when_asked_and_budgeted() -> None:
    """`unpriced: refuse` matters while a budget is set; a waiver names the one order it lets through."""
    free = buying("a", None)
    assert codes(Rules(budget={"EUR": Decimal(5)}), free) == []
    assert codes(Rules(refuse_unpriced=True), free) == []
    rules = Rules(budget={"EUR": Decimal(5)}, refuse_unpriced=True)
    assert codes(rules, free) == ["E503"]
    assert codes(dataclasses.replace(rules, waived=frozenset({("unpriced", "avg/order/a")})), free) == []


def test_freeze_holds_from_start_to_end() -> None:
    """Inside a freeze nothing changes; at its end everything may again."""
    rules = Rules(freezes=(Freeze(NOW, NOW + timedelta(days=1), "holidays"),))
    assert codes(rules, action(Kind.CREATE)) == ["E505"]
    assert codes(rules, action(Kind.CREATE), now=NOW + timedelta(days=1)) == []
    assert codes(rules, action(Kind.FORGET)) == []
