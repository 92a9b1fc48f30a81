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


@pytest.mark.parametrize("kind", [Kind.CREATE, Kind.UPDATE, Kind.SYNC, Kind.ENABLE, Kind.REQUEST, Kind.EXECUTE])
def test_a_step_that_notifies_is_one_notification(kind: Kind) -> None:
    """Whatever else a step is, it is one notification."""
    loud = [action(kind, name, effects=frozenset({Effect.NOTIFIES, Effect.DISRUPTS})) for name in "ab"]
    assert policy.counted(loud)["notifications"] == 2


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


@pytest.mark.parametrize("budget", [None, {"EUR": Decimal(5)}], ids=["no-budget", "budget"])
def test_unpriced_is_refused_only_when_asked(budget: dict[str, Decimal] | None) -> None:
    """`unpriced: refuse` holds with a budget and without; a price, a maxPrice or its own waiver lets a step pass."""
    unknown, rules = buying("a", None), Rules(budget=budget, refuse_unpriced=True)
    assert codes(Rules(budget=budget), unknown) == []
    assert codes(rules, unknown) == ["E503"]
    assert codes(rules, buying("a", "1"), buying("b", None, most="1")) == []
    assert codes(dataclasses.replace(rules, waived=frozenset({("unpriced", "avg/order/a")})), unknown) == []
    assert codes(dataclasses.replace(rules, waived=frozenset({("unpriced", "avg/order/b")})), unknown) == ["E503"]


@pytest.mark.parametrize(
    ("kind", "offers_max_price"),
    [pytest.param("Order", True, id="order"), pytest.param("User", False, id="licensed-role")],
)
def test_cure_of_an_unknown_price_fits_the_object(kind: str, *, offers_max_price: bool) -> None:
    """Only an order can state `maxPrice`; a waiver or counting cures both."""
    step = Step(Address("pbx", "user", "lea"), "licence", Kind.UPDATE, "", effects=frozenset({Effect.COSTS}))
    plan = Plan("p", None, Revision(), NOW, "c", "0", (Action(step, ManifestRef(kind, "lea", "specs/a.yaml", 1)),))
    [problem] = policy.violations(plan, Rules(refuse_unpriced=True), now=NOW)
    assert problem.address == "pbx/user/lea"
    assert ("maxPrice" in problem.detail) is offers_max_price
    assert "waiver of rule unpriced" in problem.detail
    assert "policy.unpriced: count" in problem.detail


@pytest.mark.parametrize("kind", [Kind.CREATE, Kind.UPDATE, Kind.ENABLE, Kind.SYNC, Kind.EXECUTE, Kind.DELETE])
def test_whatever_costs_counts_as_an_execute(kind: Kind) -> None:
    """With no executes allowed every step that costs is refused, of whatever kind, once and as nothing else."""
    costing = action(kind, effects=frozenset({Effect.COSTS}), cost=Money(Decimal(1), "EUR"))
    assert policy.counted([costing]) == {"executes": 1}
    assert codes(Rules(limits={"executes": 0}), costing) == ["E501"]


def test_freeze_holds_from_start_to_end() -> None:
    """Inside a freeze nothing changes; at its end everything may again."""
    rules = Rules(freezes=(Freeze(NOW, NOW + timedelta(days=1), "holidays"),))
    assert codes(rules, action(Kind.CREATE)) == ["E505"]
    assert codes(rules, action(Kind.CREATE), now=NOW + timedelta(days=1)) == []
    assert codes(rules, action(Kind.FORGET)) == []
