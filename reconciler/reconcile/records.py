"""After the work: read again what was touched, derive every status, write it down.

`Synchronized` rests on a complete read that began after the last mutation of the object: objects that were touched
are read anew, the others were read when the plan was made.
"""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from reconciler import status
from reconciler.apply.desk import Desk
from reconciler.contract import Case, ClaimState, Decision, Kind, Memory, Observation, Wanted
from reconciler.ledger.protocol import AssetRecord, ClaimKey, ObjectRecord
from reconciler.model import Address, Severity
from reconciler.plan import build
from reconciler.plan.report import Outcome, Result
from reconciler.reconcile import assets, planning
from reconciler.reconcile.planning import Context, Planned

MANY = 50
"""With more touched objects than this the lists are read again; with fewer, each object by its id."""
FINGERPRINT = len("hmac:") + 8
"""An asset's fingerprint tells secrets apart for people; it need not be longer."""
_GOOD = {Outcome.DONE, Outcome.ADOPTED}
_UNTOUCHED = {Outcome.NOT_STARTED, Outcome.BLOCKED, Outcome.MANUAL}


@dataclasses.dataclass(frozen=True)
class _Ending:
    """What is known at the end of the pass."""

    material: build.Material
    results: Mapping[Address, Sequence[Result]]
    doubts: frozenset[Address]
    before: Mapping[Address, ObjectRecord]
    assets: Sequence[AssetRecord]
    now: datetime


async def write(
    context: Context, desk: Desk, *, planned: Planned, results: Sequence[Result], recipients: Sequence[str]
) -> list[ObjectRecord]:
    """Record every object's status and assets; return the records by address."""
    observation = await _final(context, desk, planned=planned, results=results)
    before: dict[Address, ObjectRecord] = {}
    for account in context.distinct:
        before.update(await context.ledger.read_objects(account.scopes))
    memory: dict[Address, Memory] = {}
    for account in context.distinct:
        memory.update(await context.ledger.read_memory(account.scopes))
    material = dataclasses.replace(planned.material, observation=observation, memory=memory)
    ending = _Ending(
        material=material,
        results=_by_address(results),
        doubts=frozenset([claim.key.address for claim in await planning.open_claims(context)]),
        before=before,
        assets=await context.ledger.read_assets(context.scopes),
        now=context.clock.now(),
    )
    records = [_record(ending, wanted) for _, wanted in sorted(context.estate.wanted.items())]
    for record in records:
        wanted = context.estate.wanted[record.address]
        scope = desk.account(record.address).scope
        context.ledger.record_object(desk.run, scope, record, now=ending.now, replaces=wanted.former)
        _record_assets(desk, ending, wanted, recipients=recipients)
        _remember_done(desk, ending, wanted)
    for result in results:
        if result.operation is Kind.FORGET and result.outcome is Outcome.DONE:
            for scope in desk.account(result.address).scopes:
                context.ledger.forget(desk.run, scope, result.address)
    await context.ledger.flush()
    return records


async def _final(context: Context, desk: Desk, *, planned: Planned, results: Sequence[Result]) -> Observation:
    wanted = context.estate.wanted
    touched = frozenset(
        result.address
        for result in results
        if result.address in wanted and result.outcome not in _UNTOUCHED and result.operation is not Kind.ADOPT
    ) | frozenset(one.address for one in planned.plan.waiting if one.party == "vendor")
    first = planned.material.observation
    if not touched:
        return first
    if desk.stopping:
        # Stopping takes no more time than what is in flight; the next run reads them.
        unread = dict.fromkeys(touched, "the run was interrupted before it could be read again")
        kept = {address: matches for address, matches in first.objects.items() if address not in touched}
        return Observation(first.began_at, kept, {**first.unreadable, **unread}, first.problems, first.obstacles)
    focus = touched if len(touched) <= MANY else None
    again = await planning.observe(context, ids=desk.ids, done_at=desk.done_at, focus=focus)
    fresh = {address: matches for address, matches in again.objects.items() if address in touched}
    gone = {address: reason for address, reason in again.unreadable.items() if address in touched}
    return Observation(
        began_at=again.began_at,
        objects={**{a: m for a, m in first.objects.items() if a not in gone}, **fresh},
        unreadable={**{a: r for a, r in first.unreadable.items() if a not in fresh}, **gone},
        problems=tuple(dict.fromkeys((*first.problems, *again.problems))),
        obstacles={**first.obstacles, **again.obstacles},
    )


def _record_assets(desk: Desk, ending: _Ending, wanted: Wanted, *, recipients: Sequence[str]) -> None:
    observed = ending.material.observation.single.get(wanted.address)
    if observed is None or not observed.assets:
        return
    scope = desk.account(wanted.address).scope
    rows = assets.rows_of(observed, wanted, known=ending.assets, scope=scope, recipients=recipients, ledger=desk.ledger)
    desk.ledger.record_assets(desk.run, scope, wanted.address, rows)


def _remember_done(desk: Desk, ending: _Ending, wanted: Wanted) -> None:
    """Claim what the vendor shows as done and the ledger did not know: it must never be done again."""
    observed = ending.material.observation.single.get(wanted.address)
    claims = build.memory_of(ending.material.memory, wanted).claims
    for operation in observed.done if observed else ():
        if claims.get((operation, wanted.revision), ClaimState.RELEASED) in {ClaimState.RELEASED, ClaimState.REFUSED}:
            assert observed is not None
            key = ClaimKey(desk.account(wanted.address).scope, wanted.address, operation, wanted.revision)
            desk.ledger.adopt(desk.run, key, vendor_id=observed.vendor_id, frozen={}, now=ending.now)


def _record(ending: _Ending, wanted: Wanted) -> ObjectRecord:
    material, address = ending.material, wanted.address
    matches = material.observation.objects.get(address, ())
    observed = matches[0] if len(matches) == 1 else None
    obstacle = address in material.observation.obstacles
    readable = (address in material.observation.objects and len(matches) <= 1) or obstacle
    case = build.compare(material, wanted, observed)
    old = next((ending.before[one] for one in wanted.addresses if one in ending.before), None)
    decision = _decision(ending, case) if readable and not obstacle else None
    standing = _standing(ending, case, readable=readable, decision=decision)
    settled = readable and not standing.pending and standing.doubt is None
    done = observed is not None and settled and not case.changes
    record = ObjectRecord(
        address=address,
        kind=wanted.manifest.kind,
        name=wanted.manifest.name,
        vendor_id=observed.vendor_id if observed else case.memory.vendor_id,
        applied=_applied(material, wanted, decision) if done else dict(case.memory.applied),
        changed_at=case.memory.changed_at,
        sync_status=status.sync_status(standing),
        observed_at=material.observation.began_at if readable else (old.observed_at if old else None),
        manifest_revision=wanted.manifest_revision,
        conditions=status.conditions(standing, before=old.conditions if old else (), now=ending.now),
        facts=dict(observed.facts) if observed else (dict(old.facts) if old else {}),
        protect=wanted.protect,
    )
    # What is gone has no id and no values: a new object of that name is another one.
    return dataclasses.replace(record, vendor_id=None, applied={}, facts={}) if standing.gone else record


def _applied(material: build.Material, wanted: Wanted, decision: Decision | None) -> dict[str, str]:
    """Return the fingerprints of what stands as wanted; not of attached files that are refused."""
    refused = decision is not None and any(one.severity is Severity.ERROR for one in decision.problems)
    wishes = {**wanted.fields, **({} if refused else planning.attached_to(wanted))}
    return {name: material.fingerprint(value) for name, value in wishes.items()}


def _decision(ending: _Ending, case: Case) -> Decision | None:
    """Return what is to be done now, None while that cannot be said."""
    if any(name in ending.doubts for name in case.wanted.addresses):
        return None
    return ending.material.vendors[case.wanted.address.vendor].steps(case)


def _standing(ending: _Ending, case: Case, *, readable: bool, decision: Decision | None) -> status.Standing:
    address = case.wanted.address
    results = ending.results.get(address, ())
    failed = next((one for one in results if one.outcome in {Outcome.FAILED, Outcome.BLOCKED}), None)
    manual = next((one for one in results if one.outcome is Outcome.MANUAL), None)
    doubt = next((name for name in case.wanted.addresses if name in ending.doubts), None)
    states = [state for state in case.memory.claims.values() if state.open]
    obstacle = ending.material.observation.obstacles.get(address)
    problem = obstacle or next((p for p in ending.material.problems if p.address == str(address)), None)
    return status.Standing(
        observed=case.observed,
        readable=readable,
        changes=case.changes if case.observed else (),
        waiting=decision.waiting if decision else (),
        doubt=states[0] if doubt is not None and states else None,
        error=(failed.error or "") if failed else (problem.summary if problem else ""),
        manual=(manual.error or "") if manual else "",
        pending=bool(decision and decision.steps and not manual),
        order=case.wanted.manifest.kind == "Order",
        ensure=case.wanted.ensure,
    )


def _by_address(results: Iterable[Result]) -> dict[Address, list[Result]]:
    found: dict[Address, list[Result]] = {}
    for result in results:
        found.setdefault(result.address, []).append(result)
    return found
