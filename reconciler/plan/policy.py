"""What a plan may do in one run: limits, budget, freezes. Pure; the one place where a plan is refused.

Refusals are problems with the rule, the numbers and what would satisfy it, so that a refused plan can be shown.
"""

import dataclasses
import decimal
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from reconciler.contract import Effect, Kind
from reconciler.model import Money, Problem
from reconciler.model.money import total
from reconciler.plan.value import Action, Plan

_LIMIT_OF = {
    Kind.CREATE: "creates",
    Kind.UPDATE: "updates",
    Kind.SYNC: "updates",
    Kind.ENABLE: "updates",
    Kind.DISABLE: "updates",
    Kind.REQUEST: "updates",
    Kind.EXECUTE: "executes",
    Kind.SUBMIT: "executes",
    Kind.DELETE: "deletes",
}
DEFAULT_LIMITS: Mapping[str, int] = {"creates": 100, "updates": 100, "executes": 20, "deletes": 0, "notifications": 50}


@dataclasses.dataclass(frozen=True)
class Freeze:
    """A span in which nothing may be changed."""

    start: datetime
    end: datetime
    reason: str


@dataclasses.dataclass(frozen=True)
class Rules:
    """The policy of a project; `budget` by currency, None shows money without limiting it."""

    limits: Mapping[str, int] = dataclasses.field(default_factory=lambda: dict(DEFAULT_LIMITS))
    budget: Mapping[str, decimal.Decimal] | None = None
    refuse_unpriced: bool = False
    freezes: Sequence[Freeze] = ()
    waived: frozenset[tuple[str, str]] = frozenset()
    """(rule, address) pairs with a waiver that has not expired; rules: `unpriced`, `freeze`."""


def violations(plan: Plan, rules: Rules, *, now: datetime) -> tuple[Problem, ...]:
    """Return every rule the plan breaks; what waits counts too, since the wait may end within the run."""
    acting = [action for action in plan.actions if not action.blocked]
    return (*_limits(acting, rules), *_money(acting, rules), *_frozen(acting, rules, now=now))


def counted(actions: Sequence[Action]) -> dict[str, int]:
    """Count actions against each limit; a step that costs counts as an execute, one that notifies also as such."""
    counts: Counter[str] = Counter()
    for action in actions:
        limit = "executes" if Effect.COSTS in action.step.effects else _LIMIT_OF.get(action.kind)
        if limit is not None:
            counts[limit] += 1
        if Effect.NOTIFIES in action.step.effects and limit is not None:
            counts["notifications"] += 1
    return dict(counts)


def price_of(action: Action) -> Money | None:
    """Return what the action costs: the known price, else the most the manifest allows."""
    return action.step.cost or action.step.max_price


def _limits(actions: Sequence[Action], rules: Rules) -> Iterator[Problem]:
    for name, count in sorted(counted(actions).items()):
        limit = rules.limits.get(name, DEFAULT_LIMITS[name])
        if count > limit:
            cure = (
                f"split the change, raise policy.limits.{name}, or allow exactly this run with --allow {name}={count}"
            )
            yield Problem("E501", f"{count} {name} planned, {limit} allowed in one run", cure)


def _money(actions: Sequence[Action], rules: Rules) -> Iterator[Problem]:
    spending = [action for action in actions if Effect.COSTS in action.step.effects]
    for action in spending:
        cost, most = action.step.cost, action.step.max_price
        if cost and most and (cost.currency != most.currency or cost.amount > most.amount):
            summary = f"{action.address} would cost {cost}, its maxPrice is {most}"
            yield Problem("E502", summary, "raise maxPrice, or order less", None, address=str(action.address))
    if rules.budget is None:
        return
    for currency, money in sorted(total(price for a in spending if (price := price_of(a))).items()):
        allowed = rules.budget.get(currency, decimal.Decimal(0))
        if money.amount > allowed:
            limit = Money(allowed, currency)
            cure = f"raise policy.budget.{currency}, or execute fewer orders"
            yield Problem("E502", f"the plan spends {money}, the budget of one run is {limit}", cure)
    for action in spending if rules.refuse_unpriced else ():
        if price_of(action) is None and ("unpriced", str(action.address)) not in rules.waived:
            summary = f"{action.address} has no known price and policy.unpriced is refuse"
            yield Problem("E503", summary, "state maxPrice in its manifest", None, address=str(action.address))


def _frozen(actions: Sequence[Action], rules: Rules, *, now: datetime) -> Iterator[Problem]:
    for freeze in rules.freezes:
        if not freeze.start <= now < freeze.end:
            continue
        changing = [
            action
            for action in actions
            if action.kind not in {Kind.ADOPT, Kind.FORGET, Kind.MANUAL}
            and ("freeze", str(action.address)) not in rules.waived
        ]
        if changing:
            summary = f"changes are frozen until {freeze.end.isoformat()}: {freeze.reason}"
            yield Problem("E505", summary, f"{len(changing)} actions wait; apply after that, or waive rule freeze")
