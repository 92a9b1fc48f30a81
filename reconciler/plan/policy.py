"""What a plan may do in one run: limits, budget, freezes, maintenance. Pure; the one place where a plan is refused.

Refusals are problems with the rule, the numbers and what would satisfy it, so that a refused plan can be shown. Outside
a maintenance window nothing is refused: a step that disrupts is held, and everything else is done.
"""

import dataclasses
import decimal
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from reconciler.contract import Effect, Kind, Step, Waiting
from reconciler.model import Money, Problem
from reconciler.model.money import total
from reconciler.plan import maintenance
from reconciler.plan.maintenance import Window
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
_UNSENT = {Kind.ADOPT, Kind.FORGET, Kind.MANUAL}
"""Kinds that call no vendor."""
RULES = ("unpriced", "freeze", "maintenance")
"""What a waiver can name."""
DEFAULT_LIMITS: Mapping[str, int] = {"creates": 100, "updates": 100, "executes": 20, "deletes": 0, "notifications": 50}


@dataclasses.dataclass(frozen=True)
class Freeze:
    """A span in which nothing may be changed."""

    start: datetime
    end: datetime
    reason: str


@dataclasses.dataclass(frozen=True)
class Rules:
    """The policy of a project; `budget` by currency, None shows money without limiting it; `windows` by vendor name."""

    limits: Mapping[str, int] = dataclasses.field(default_factory=lambda: dict(DEFAULT_LIMITS))
    budget: Mapping[str, decimal.Decimal] | None = None
    refuse_unpriced: bool = False
    freezes: Sequence[Freeze] = ()
    windows: Mapping[str, Sequence[Window]] = dataclasses.field(default_factory=dict)
    waived: frozenset[tuple[str, str]] = frozenset()
    """(rule, address) pairs with a waiver that has not expired; the rules are `RULES`."""


def violations(plan: Plan, rules: Rules, *, now: datetime) -> tuple[Problem, ...]:
    """Return every rule the plan breaks; what waits counts too, since the wait may end within the run."""
    acting = [action for action in plan.actions if not action.blocked]
    return (*_limits(acting, rules), *_money(acting, rules), *_frozen(acting, rules, now=now))


def held(step: Step, rules: Rules, *, now: datetime) -> str:
    """Return why a step waits for a maintenance window, and until when; empty when it may be carried out."""
    if Effect.DISRUPTS not in step.effects or step.kind in _UNSENT:
        return ""
    if ("maintenance", str(step.address)) in rules.waived:
        return ""
    opens = maintenance.next_opening(rules.windows.get(step.address.vendor, ()), now)
    if opens is None:
        return ""
    moment = opens.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return (
        f"{step.id} disrupts and waits for a maintenance window until {moment} ({opens:%Y-%m-%d %H:%M} {opens.tzinfo})"
    )


def with_holds(plan: Plan, rules: Rules, *, now: datetime) -> Plan:
    """Return the plan with what waits for maintenance among `waiting`; its actions and digest stay the same."""
    waits = [
        Waiting(action.address, "maintenance", reason)
        for action in plan.actions
        if not action.blocked and (reason := held(action.step, rules, now=now))
    ]
    return dataclasses.replace(plan, waiting=(*plan.waiting, *waits))


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
    if rules.refuse_unpriced:
        yield from _unpriced(spending, rules)
    if rules.budget is None:
        return
    for currency, money in sorted(total(price for a in spending if (price := price_of(a))).items()):
        allowed = rules.budget.get(currency, decimal.Decimal(0))
        if money.amount > allowed:
            limit = Money(allowed, currency)
            cure = f"raise policy.budget.{currency}, or execute fewer orders"
            yield Problem("E502", f"the plan spends {money}, the budget of one run is {limit}", cure)


def _unpriced(spending: Sequence[Action], rules: Rules) -> Iterator[Problem]:
    """Refuse what has no price; only an order can state the most it may cost."""
    waive = "add a waiver of rule unpriced for this address (with reason and expiry), or set policy.unpriced: count"
    for action in spending:
        if price_of(action) is None and ("unpriced", str(action.address)) not in rules.waived:
            summary = f"{action.id} has no known price and policy.unpriced is refuse"
            cure = f"state maxPrice in its manifest, {waive}" if action.manifest.kind == "Order" else waive
            yield Problem("E503", summary, cure, None, address=str(action.address))


def _frozen(actions: Sequence[Action], rules: Rules, *, now: datetime) -> Iterator[Problem]:
    for freeze in rules.freezes:
        if not freeze.start <= now < freeze.end:
            continue
        changing = [
            action
            for action in actions
            if action.kind not in _UNSENT and ("freeze", str(action.address)) not in rules.waived
        ]
        if changing:
            summary = f"changes are frozen until {freeze.end.isoformat()}: {freeze.reason}"
            yield Problem("E505", summary, f"{len(changing)} actions wait; apply after that, or waive rule freeze")
