"""One applying pass: settle what earlier runs left open, plan, check, carry out, record.

Raises Locked, StalePlan, PolicyRefused, StateError. Whatever happens, the lock is released and what was done is
recorded.
"""

import dataclasses
from collections.abc import Callable, Sequence
from datetime import datetime

from reconciler.apply.desk import Desk
from reconciler.apply.run import Performance, Progress
from reconciler.contract import Waiting
from reconciler.errors import Exit, PolicyRefused, StalePlan, worst
from reconciler.ledger.protocol import ObjectRecord, Run
from reconciler.model import Address, Problem, Severity
from reconciler.plan import policy, saved
from reconciler.plan.report import ApplyReport, Outcome, Result
from reconciler.plan.value import Action, Plan
from reconciler.reconcile import planning, records, settling
from reconciler.reconcile.planning import Context, Planned

Confirm = Callable[[Plan], bool]


@dataclasses.dataclass(frozen=True)
class Orders:
    """What the caller wants of an apply. `confirm` is asked with the plan before anything is sent."""

    command: str
    rules: policy.Rules
    wait: float
    recipients: Sequence[str]
    approved: Plan | None = None
    confirm: Confirm = lambda _plan: True
    progress: Progress = lambda _action, _outcome: None
    started: Callable[[Desk], None] = lambda _desk: None
    """Told of the desk before anything is sent, so that a signal can set `stopping`."""


@dataclasses.dataclass(frozen=True)
class Applied:
    """What came of it; `report` None when the person said no."""

    plan: Plan
    report: ApplyReport | None
    statuses: Sequence[ObjectRecord] = ()


async def apply(context: Context, orders: Orders) -> Applied:
    """Carry out what is to be done, at most once each."""
    began = context.clock.now()
    run = await context.ledger.begin_run(orders.command, now=began)
    desk: Desk | None = None
    try:
        desk = await _desk(context, run)
        return await _apply(context, orders, desk=desk, began=began)
    finally:
        caught_up = desk is not None and desk.caught_up
        await context.ledger.end_run(run, now=context.clock.now(), settled=caught_up)


async def _apply(context: Context, orders: Orders, *, desk: Desk, began: datetime) -> Applied:
    run = desk.run
    orders.started(desk)
    settled = await settling.settle_open(context, desk)
    planned = await planning.plan(context)
    planned = dataclasses.replace(planned, plan=policy.with_holds(planned.plan, orders.rules, now=context.clock.now()))
    desk.held = lambda step: policy.held(step, orders.rules, now=desk.now())
    settled += settling.park_lost(desk, planned)
    # A ledger that went back in time has caught up only when everything was read and looked at.
    desk.caught_up = planned.plan.complete and not context.estate.partial
    plan = orders.approved or planned.plan
    desk.plan = plan.digest
    fresh = saved.Freshness({}, frozenset(), ())
    if orders.approved is not None:
        saved.bound(orders.approved, planned.plan)
        fresh = saved.freshness(orders.approved, planned.plan)
    broken = policy.violations(plan, orders.rules, now=context.clock.now())
    if broken:
        raise PolicyRefused("\n".join(f"{one.code}: {one.summary}; {one.detail}" for one in broken))
    if orders.approved is None and not orders.confirm(plan):
        return Applied(plan, None)
    if plan.actions and not await context.ledger.use_plan(run, plan.digest, now=context.clock.now()):
        raise StalePlan("this plan was applied before; plan again")
    results = await _perform(desk, orders, planned=planned, plan=plan, fresh=fresh)
    finished = await records.write(context, desk, planned=planned, results=results, recipients=orders.recipients)
    report = ApplyReport(
        run=run.id,
        project=context.project,
        environment=context.environment,
        plan_digest=plan.digest,
        started_at=began,
        finished_at=context.clock.now(),
        results=(*settled, *results),
        requests=sum(account.client.requests for account in context.distinct),
        problems=(*planned.plan.problems, *_grown(fresh)),
        interrupted=desk.stopping and any(one.outcome is Outcome.NOT_STARTED for one in results),
        waiting=_still_waiting(finished, results),
    )
    return Applied(plan, report, finished)


async def _desk(context: Context, run: Run) -> Desk:
    ids: dict[Address, str] = {}
    done_at: dict[tuple[Address, str], datetime] = {}
    for account in context.distinct:
        memory = await context.ledger.read_memory(account.scopes)
        ids.update(planning.ids_of(context.estate.wanted, memory))
        done_at.update(planning.done_at_of(context.estate.wanted, memory))
        ids.update(
            {
                address: one.vendor_id
                for address, one in memory.items()
                if one.vendor_id and address not in context.estate.wanted
            }
        )
    return Desk(
        accounts=context.accounts,
        ledger=context.ledger,
        run=run,
        clock=context.clock,
        random=context.random,
        plan="",
        wanted=context.estate.wanted,
        ids=ids,
        done_at=done_at,
        attached=context.attached,
    )


async def _perform(desk: Desk, orders: Orders, *, planned: Planned, plan: Plan, fresh: saved.Freshness) -> list[Result]:
    today = {action.id: action for action in planned.plan.actions}
    actions: list[Action] = [today.get(action.id, action) for action in plan.actions]
    settling.learn(desk, planned.material.observation)
    performance = Performance(
        desk,
        actions,
        orders.wait,
        orders.progress,
        stale=fresh.stale,
        skipped=fresh.satisfied,
        awaited=planned.at_work,
        unpolled=planned.with_people,
    )
    return await performance.play()


def _grown(fresh: saved.Freshness) -> list[Problem]:
    return [
        Problem("E606", f"{name} was not in the approved plan and was not done", "plan again", None, Severity.WARNING)
        for name in fresh.grown
    ]


def exit_code(applied: Applied, *, detailed: bool) -> Exit:
    """Return the exit code of an apply."""
    report = applied.report
    if report is None:
        return Exit.ERROR
    codes = [_code_of(result) for result in report.results]
    if any(problem.severity is Severity.ERROR for problem in report.problems):
        codes.append(Exit.ERROR)
    if any(problem.code == "E606" for problem in report.problems):
        codes.append(Exit.STALE)
    waits = any(result.outcome in _WAITS for result in report.results) or any(map(_waits, applied.statuses))
    if waits and detailed:
        codes.append(Exit.CONVERGING)
    if report.interrupted:
        codes.append(Exit.INTERRUPTED)
    return worst(codes)


_WAITS = {Outcome.WAITING, Outcome.MANUAL}


def _waits(record: ObjectRecord) -> bool:
    return any(one["type"] in _PARTIES for one in record.conditions)


_PARTIES = {"AwaitingVendor": "vendor", "ActionRequired": "person"}


def _still_waiting(finished: Sequence[ObjectRecord], results: Sequence[Result]) -> tuple[Waiting, ...]:
    """Return what others have to act on and no result of this run says; what was done says nothing of that."""
    told = {result.address for result in results if result.outcome not in {Outcome.DONE, Outcome.ADOPTED}}
    return tuple(
        Waiting(record.address, _PARTIES[one["type"]], one["message"], one["lastTransitionTime"])
        for record in finished
        if record.address not in told
        for one in record.conditions
        if one["type"] in _PARTIES
    )


def _code_of(result: Result) -> Exit:
    if result.outcome in {Outcome.IN_DOUBT, Outcome.PARKED}:
        return Exit.DOUBT
    if result.stale:
        return Exit.STALE
    if result.refused:
        return Exit.REFUSED
    if result.outcome in {Outcome.FAILED, Outcome.BLOCKED}:
        return Exit.PARTIAL
    return Exit.DONE
