"""From what is wanted and what was observed to a `Plan`. Pure: everything it needs is in `Material`.

One object is decided at a time (`_decide`); then the steps of all objects are put in order (`_arrange`).
"""

import dataclasses
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from reconciler import diff, graph
from reconciler.contract import (
    Case,
    ClaimState,
    Decision,
    Kind,
    Memory,
    ObjectType,
    Observation,
    Observed,
    Step,
    Vendor,
    Waiting,
    Wanted,
)
from reconciler.model import Address, Json, ManifestRef, Place, Position, Problem, Range, Severity
from reconciler.plan.value import UNREADABLE, Action, Plan, Revision


@dataclasses.dataclass(frozen=True)
class Material:
    """All a plan is made from. `known`: objects the ledger remembers; `doubts`: why an address is in doubt.

    `aged`: objects that were settled and were not read this time, with the time of their last complete reading.
    `asked`: since when a person is asked to do a step of an object by hand.

    `options_problems` checks vendor-described options (a JSON Schema made from their definitions) for one object.
    """

    project: str
    environment: str | None
    revision: Revision
    content: str
    tool: str
    now: datetime
    vendors: Mapping[str, Vendor]
    wanted: Mapping[Address, Wanted]
    observation: Observation
    memory: Mapping[Address, Memory]
    known: Mapping[Address, ManifestRef]
    protected: frozenset[Address]
    doubts: Mapping[Address, str]
    fingerprint: Callable[[Json], str]
    pinned: Mapping[str, Json] = dataclasses.field(default_factory=dict)
    check_options: Callable[[Wanted, Observed | None], Iterable[Problem]] = lambda _wanted, _observed: ()
    serial: int = 0
    problems: tuple[Problem, ...] = ()
    aged: Mapping[Address, datetime] = dataclasses.field(default_factory=dict)
    asked: Mapping[Address, datetime] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class _Decided:
    """What came out for one object; `stuck` says why dependants cannot go on, `stuck_for_good` if by a refusal."""

    steps: tuple[Step, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    problems: tuple[Problem, ...] = ()
    stuck: str = ""
    refused: bool = False

    @property
    def settled(self) -> bool:
        """Whether nothing is to be done or waited for."""
        return not (self.steps or self.waiting or self.stuck)


def build(material: Material) -> Plan:
    """Return the plan; never raises for what manifests or vendors contain."""
    decided = {address: _decide(material, address) for address in sorted(material.wanted)}
    actions = _arrange(material, decided)
    former = {old for wanted in material.wanted.values() for old in wanted.former}
    kept = former | material.wanted.keys()
    gone = [_forgotten(address, ref) for address, ref in sorted(material.known.items()) if address not in kept]
    problems = [*material.problems, *material.observation.problems]
    for address, one in decided.items():
        problems.extend(_placed(problem, material.wanted[address]) for problem in one.problems)
    return Plan(
        project=material.project,
        environment=material.environment,
        revision=material.revision,
        created_at=material.now,
        content=material.content,
        tool=material.tool,
        actions=(*actions, *gone),
        waiting=tuple(wait for one in decided.values() for wait in one.waiting),
        doubts=tuple(sorted(material.doubts)),
        unchanged=sum(1 for one in decided.values() if one.settled),
        complete=material.observation.complete,
        serial=material.serial,
        problems=tuple(sorted(problems, key=lambda problem: (problem.sort_key, problem.address or ""))),
    )


def memory_of(memory: Mapping[Address, Memory], wanted: Wanted) -> Memory:
    """Return what is remembered under the present and every former address, the present one first.

    The id of an earlier revision of an order is not the id of this one.
    """
    merged = Memory()
    for part in reversed([memory[address] for address in wanted.addresses if address in memory]):
        merged = Memory(
            vendor_id=_id_of(part, wanted.revision) or merged.vendor_id,
            applied={**_left(merged, since=part), **part.applied},
            claims={**merged.claims, **part.claims},
            frozen={**merged.frozen, **part.frozen},
            changed_at={**merged.changed_at, **part.changed_at},
            done_at={**merged.done_at, **part.done_at},
        )
    if _is_of_another(merged, wanted.revision):
        return dataclasses.replace(merged, vendor_id=None, applied={})
    return merged


def _is_of_another(memory: Memory, revision: int) -> bool:
    """Say whether something was done, and all of it for other revisions."""
    done = {one for (_, one), state in memory.claims.items() if state is ClaimState.DONE}
    return bool(done) and revision not in done


def _id_of(part: Memory, revision: int) -> str | None:
    return None if _is_of_another(part, revision) else part.vendor_id


def _left(earlier: Memory, *, since: Memory) -> dict[str, str]:
    """Return what an earlier name applied and a later one did not take back."""
    return {name: value for name, value in earlier.applied.items() if name not in since.changed_at}


def object_type(vendors: Mapping[str, Vendor], address: Address) -> ObjectType:
    """Return the type of an address from its vendor's catalogue."""
    return vendors[address.vendor].catalogue[f"{address.vendor}/{address.type}"]


def compare(material: Material, wanted: Wanted, observed: Observed | None) -> Case:
    """Return the case of one object: what is wanted, what is there, and exactly what differs."""
    memory = memory_of(material.memory, wanted)
    changed = diff.changes(
        wanted.fields,
        observed.fields if observed else None,
        fields=object_type(material.vendors, wanted.address).fields,
        applied=memory.applied,
        fingerprint=material.fingerprint,
    )
    return Case(
        wanted=wanted,
        observed=observed,
        changes=changed,
        memory=memory,
        fingerprint=material.fingerprint,
        related=material.observation.single,
        pinned=material.pinned,
        now=material.now,
    )


def _decide(material: Material, address: Address) -> _Decided:
    wanted = material.wanted[address]
    closed = _closed(material, wanted)
    if closed is not None:
        return closed
    matches = material.observation.objects.get(address, ())
    if len(matches) > 1:
        return _choose(material, wanted, matches)
    return _decide_one(material, wanted, matches[0] if matches else None)


def _closed(material: Material, wanted: Wanted) -> _Decided | None:
    """Return why nothing can be decided about an object, None when something can."""
    address = wanted.address
    if address in material.aged:
        text = f"{address} was not read again; it was settled at {material.aged[address].isoformat()}"
        return _Decided(problems=(_problem(wanted, "E605", text, "", severity=Severity.INFO),))
    if address in material.observation.unreadable:
        reason = material.observation.unreadable[address]
        problem = _problem(
            wanted, UNREADABLE, f"{address} could not be read: {reason}", "nothing is concluded from that"
        )
        return _Decided(problems=(problem,), stuck=f"{address} could not be read", refused=True)
    in_doubt = [material.doubts[name] for name in wanted.addresses if name in material.doubts]
    if in_doubt:
        detail = f"the next apply looks it up; or settle it with `reconciler resolve {address}`"
        problem = _problem(wanted, "E602", f"{address} is in doubt: {in_doubt[0]}", detail, severity=Severity.WARNING)
        return _Decided(problems=(problem,), stuck=f"{address} is in doubt", refused=True)
    if address in material.observation.obstacles:
        obstacle = material.observation.obstacles[address]
        return _Decided(problems=(obstacle,), stuck=f"{address} is refused", refused=True)
    return None


def _choose(material: Material, wanted: Wanted, matches: Sequence[Observed]) -> _Decided:
    """Go on with the match that the ledger knows; without one, a person must choose."""
    address, ours = wanted.address, memory_of(material.memory, wanted).vendor_id
    known = next((match for match in matches if match.vendor_id == ours), None)
    ids = ", ".join(sorted(match.vendor_id for match in matches))
    summary = f"{address} matches several objects at the vendor: {ids}"
    if known is not None:
        detail = f"{ours} is taken for ours and the others are left alone; look at them at the vendor"
        warning = _problem(wanted, "E603", summary, detail, severity=Severity.WARNING)
        decided = _decide_one(material, wanted, known)
        return dataclasses.replace(decided, problems=(*decided.problems, warning))
    detail = "nothing is done about either; keep one at the vendor, then `reconciler resolve` with --adopt its id"
    problem = _problem(wanted, "E603", summary, detail)
    return _Decided(problems=(problem,), stuck=f"{address} is ambiguous", refused=True)


def _decide_one(material: Material, wanted: Wanted, observed: Observed | None) -> _Decided:
    case = compare(material, wanted, observed)
    problems = [*_immutable(material, case), *_protection(material, wanted), *material.check_options(wanted, observed)]
    if any(problem.severity is Severity.ERROR for problem in problems):
        return _Decided(problems=tuple(problems), stuck=f"{wanted.address} is refused", refused=True)
    decision = material.vendors[wanted.address.vendor].steps(case)
    refused = any(problem.severity is Severity.ERROR for problem in decision.problems)
    steps = () if refused else tuple(_with_adoption(material, case, decision))
    open_manual = [step for step in steps if step.kind is Kind.MANUAL]
    stuck = ""
    if refused:
        stuck = f"{wanted.address} is refused"
    elif decision.waiting:
        stuck = f"{wanted.address} waits: {decision.waiting[0].detail}"
    elif open_manual:
        stuck = f"{wanted.address} waits for a person"
    reminders = _reminders(material, case) if open_manual else ()
    return _Decided(steps, decision.waiting, (*problems, *decision.problems, *reminders), stuck, refused)


def _reminders(material: Material, case: Case) -> Iterable[Problem]:
    """Yield since when a person is waited for; what was done meanwhile began another wait."""
    wanted = case.wanted
    asked = [material.asked[name] for name in wanted.addresses if name in material.asked]
    if asked:
        since = max((asked[0], *case.memory.done_at.values())).isoformat(timespec="seconds").replace("+00:00", "Z")
        text = f"{wanted.address} waits for a person since {since}"
        detail = f"do what the plan says, then answer with `reconciler resolve {wanted.address} --done`"
        yield _problem(wanted, "E607", text, detail, severity=Severity.INFO)


def _with_adoption(material: Material, case: Case, decision: Decision) -> Iterable[Step]:
    settled = {name for name, state in case.memory.claims.items() if state is ClaimState.DONE}
    steps = [s for s in decision.steps if s.kind is not Kind.MANUAL or (s.operation, s.revision) not in settled]
    adoptable = object_type(material.vendors, case.wanted.address).adoptable
    if case.observed is None or case.memory.known or not adoptable:
        return steps
    adopt = Step(
        address=case.wanted.address,
        operation="adopt",
        kind=Kind.ADOPT,
        reason=f"found at the vendor under our reference {case.observed.key}",
        target=case.observed.vendor_id,
        changes=case.changes,
        revision=case.wanted.revision,
        basis=case.observed.vendor_id,
    )
    return [adopt, *(dataclasses.replace(step, after=("adopt", *step.after)) for step in steps)]


def _immutable(material: Material, case: Case) -> Iterable[Problem]:
    if case.observed is None:
        return
    fields = object_type(material.vendors, case.wanted.address).fields
    for change in case.changes:
        field = fields.get(change.path.split("/")[1])
        if field is not None and field.immutable:
            before, after = (json.dumps(value, ensure_ascii=False) for value in (change.before, change.after))
            summary = f"{case.wanted.address} cannot change {change.path} from {before} to {after}"
            yield _problem(case.wanted, "E604", summary, field.advice or "revert it, or declare a new object")


def _protection(material: Material, wanted: Wanted) -> Iterable[Problem]:
    protected = wanted.protect or any(address in material.protected for address in wanted.addresses)
    if wanted.ensure == "absent" and protected:
        detail = "it was declared with `metadata.protect: true`; apply once with `protect: false` first"
        yield _problem(wanted, "E504", f"{wanted.address} is protected against `ensure: absent`", detail)


def _arrange(material: Material, decided: Mapping[Address, _Decided]) -> list[Action]:
    last: dict[Address, list[str]] = {
        address: [step.id for step in one.steps] for address, one in decided.items() if one.steps
    }
    by_id: dict[str, Action] = {}
    for address, one in decided.items():
        own = {step.operation: step.id for step in one.steps}
        for step in one.steps:
            before = [own[name] for name in step.after if name in own]
            before += [name for need in step.needs for name in last.get(need, ())]
            before += [one.id for pair in step.follows for one in _followed(decided, *pair)]
            held, refused = _held(material, decided, step)
            ref = material.wanted[address].manifest
            by_id[step.id] = Action(step, ref, tuple(sorted(set(before))), held, refused)
    ordered = graph.order(by_id, {name: action.depends_on for name, action in by_id.items()})
    return [by_id[name] for name in ordered]


def _followed(decided: Mapping[Address, _Decided], address: Address, operation: str) -> list[Step]:
    """Return the planned steps of an operation on another object."""
    return [one for one in decided[address].steps if one.operation == operation] if address in decided else []


def _bars(material: Material, decided: Mapping[Address, _Decided], address: Address) -> bool:
    """Say whether an object keeps back what follows it: it is refused, or it waits to be there at all."""
    one = decided[address]
    return one.refused or (bool(one.stuck) and address not in material.observation.single)


def _held(material: Material, decided: Mapping[Address, _Decided], step: Step) -> tuple[str, bool]:
    """Return why a step cannot go on because of another object, and whether for good.

    Whatever it needs must be settled; what its steps only follow must be there or come to be in this plan.
    """
    stuck = [decided[need] for need in step.needs if need in decided and decided[need].stuck]
    stuck += [decided[other] for other, _ in step.follows if other in decided and _bars(material, decided, other)]
    worst = sorted(stuck, key=lambda one: not one.refused)
    return (worst[0].stuck, worst[0].refused) if worst else ("", False)


def _forgotten(address: Address, ref: ManifestRef) -> Action:
    reason = "its manifest is gone; nothing happens at the vendor"
    return Action(Step(address, "forget", Kind.FORGET, reason), ref)


def _placed(problem: Problem, wanted: Wanted) -> Problem:
    """Return the problem with the place of the manifest, unless it has a closer one."""
    if problem.place is not None or not wanted.manifest.file:
        return problem
    start = Position(wanted.manifest.line, 1)
    return dataclasses.replace(problem, place=Place(wanted.manifest.file, Range(start, start)))


def _problem(wanted: Wanted, code: str, summary: str, detail: str, *, severity: Severity = Severity.ERROR) -> Problem:
    return Problem(code, summary, detail, None, severity, str(wanted.address))
