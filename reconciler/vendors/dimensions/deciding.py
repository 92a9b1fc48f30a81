"""What brings a reseller account or a customer closer to what is declared. Pure.

A customer is created disabled; what must be there before its users are invited comes between that and enabling it.
"""

import dataclasses
from collections.abc import Iterable, Mapping

from reconciler.contract import Case, Change, Decision, Effect, Kind, Operation, Step, Waiting
from reconciler.model import Address, Json, Problem, Severity
from reconciler.vendors.dimensions import catalogue, codes
from reconciler.vendors.dimensions.expanding import customer_address, pbx_address, user_address
from reconciler.vendors.dimensions.options import Options

Follows = tuple[tuple[Address, str], ...]
SECRET = "(secret)"  # noqa: S105 - what stands for one in a step


def make_step(
    case: Case,
    operation: Operation,
    *,
    reason: str,
    changes: tuple[Change, ...] = (),
    body: Mapping[str, Json] | None = None,
    basis: Json = None,
    after: tuple[str, ...] = (),
    follows: Follows = (),
) -> Step:
    """Return a step of an operation for the object of a case."""
    address, manual = case.wanted.address, operation.kind is Kind.MANUAL
    return Step(
        address=address,
        operation=operation.name,
        kind=operation.kind,
        reason=reason,
        target=case.observed.vendor_id if case.observed is not None else None,
        changes=changes,
        body=body or {},
        after=after,
        needs=case.wanted.needs,
        effects=operation.effects,
        revision=case.wanted.revision,
        basis=basis,
        instructions=operation.instructions.replace("{name}", address.name) if manual else "",
        follows=follows,
    )


def problem(case: Case, code: str, summary: str, *, severity: Severity = Severity.ERROR) -> Problem:
    """Return a problem with an object; the cure is that of its code."""
    return Problem(code, summary, codes.CODES[code].cure, severity=severity, address=str(case.wanted.address))


def words_of(changes: Iterable[Change]) -> list[str]:
    """Return the fields that changes are about, each once, sorted."""
    return sorted({change.path.split("/")[1] for change in changes})


def before_of(case: Case, words: Iterable[str]) -> dict[str, Json]:
    """Return what a step that sets some fields rests on: their values as observed, as far as they are known."""
    seen = case.observed.fields if case.observed is not None else {}
    return {word: seen[word] for word in words if word in seen}


def named(case: Case, option: str) -> list[str]:
    """Return the names of neighbours that the options of an object list."""
    found = case.wanted.options.get(option)
    return [str(name) for name in found] if isinstance(found, list | tuple) else []


def turning(words: Iterable[str], *, on: Json) -> str:
    """Return the operation of a patch: what it does to `enabled` when it touches that, else an update."""
    if "enabled" not in words:
        return catalogue.UPDATE
    return catalogue.ENABLE if on is True else catalogue.DISABLE


def decide_reseller(case: Case, operations: Mapping[str, Operation], settings: Options) -> Decision:
    """Create or patch a reseller account; without the level for it, ask a person to open it."""
    wanted, observed = case.wanted, case.observed
    if not settings.enterprise:
        absent = wanted.ensure == "absent"
        step = make_step(case, operations[catalogue.OPEN], reason="a reseller's credentials cannot open accounts")
        return Decision(() if absent else (step,))
    if wanted.ensure == "absent":
        customers = [(customer_address(name), catalogue.DELETE) for name in named(case, "endingCustomers")]
        ended = make_step(case, operations[catalogue.DELETE], reason=_ENDED, follows=(*customers,))
        return Decision(() if observed is None else (ended,))
    if observed is None:
        step = make_step(
            case,
            operations[catalogue.CREATE],
            reason="not at the vendor",
            changes=case.changes,
            body=dict(wanted.fields),
        )
        return Decision((step,))
    return Decision(tuple(_patches(case, operations)))


_ENDED = "declared absent"


def decide_customer(case: Case, operations: Mapping[str, Operation], settings: Options) -> Decision:
    """Create a customer and enable it, patch it in one call, or end it."""
    wanted, observed = case.wanted, case.observed
    if observed is None and wanted.options.get("reseller") and not settings.enterprise and wanted.ensure != "absent":
        detail = (
            f"customers of {wanted.options['reseller']} are made with that reseller's own credentials; if these are "
            "them, say `reseller` in reconciler.yaml"
        )
        return Decision(waiting=(Waiting(wanted.address, "person", detail),))
    if wanted.ensure == "absent":
        return Decision(() if observed is None else (_ending(case, operations),))
    problems = [*_fixed_type(case, settings), *_warnings(case)]
    steps = _from_nothing(case, operations) if observed is None else _patches(case, operations)
    if wanted.options.get("internalSystem") is True and wanted.ensure == "present":
        after = tuple(step.operation for step in steps)
        steps.append(make_step(case, operations[catalogue.INTERNAL], reason="declared as internal system", after=after))
    return Decision(tuple(steps), problems=tuple(problems))


def _from_nothing(case: Case, operations: Mapping[str, Operation]) -> list[Step]:
    if case.wanted.fields.get("enabled") is not True:
        return [_creation(case, operations)]
    on = tuple(change for change in case.changes if change.path == "/enabled")
    return [_creation(case, operations), _enabling(case, operations, changes=on, after=(catalogue.CREATE,))]


def _creation(case: Case, operations: Mapping[str, Operation]) -> Step:
    off = case.wanted.fields.get("enabled") is not True
    changes = tuple(change for change in case.changes if off or change.path != "/enabled")
    body = {word: value for word, value in case.wanted.fields.items() if word != "enabled" and value is not None}
    return make_step(case, operations[catalogue.CREATE], reason="not at the vendor", changes=changes, body=body)


def _enabling(
    case: Case, operations: Mapping[str, Operation], *, changes: tuple[Change, ...], after: tuple[str, ...] = ()
) -> Step:
    words = words_of(changes) or ["enabled"]
    return make_step(
        case,
        operations[catalogue.ENABLE],
        reason="disabled at the vendor" if case.observed is not None else "created disabled, so that nothing is early",
        changes=changes,
        body={word: case.wanted.fields[word] for word in words},
        basis=before_of(case, words) if case.observed is not None else None,
        after=after,
        follows=_inhabited(case),
    )


def _inhabited(case: Case) -> Follows:
    """Return what has to be there before the users of a customer are invited."""
    pbxs = [(pbx_address(name), catalogue.CREATE) for name in named(case, "pbxs")]
    return (*pbxs, *((user_address(name), catalogue.CREATE) for name in named(case, "primary")))


def _ending(case: Case, operations: Mapping[str, Operation]) -> Step:
    pbxs = [(pbx_address(name), catalogue.DELETE) for name in named(case, "endingPbxs")]
    users = [(user_address(name), catalogue.DELETE) for name in named(case, "endingUsers")]
    step = make_step(case, operations[catalogue.DELETE], reason=_ENDED, follows=(*pbxs, *users))
    # It must be gone before its reseller, not after it.
    return dataclasses.replace(step, needs=())


def _patches(case: Case, operations: Mapping[str, Operation]) -> list[Step]:
    """Return the one patch of all that differs; none when nothing does."""
    return [_patch(case, operations, case.changes)] if case.changes else []


def _patch(case: Case, operations: Mapping[str, Operation], changes: tuple[Change, ...]) -> Step:
    words = words_of(changes)
    name = turning(words, on=case.wanted.fields.get("enabled"))
    if name == catalogue.ENABLE and case.wanted.address.type == catalogue.CUSTOMER:
        return _enabling(case, operations, changes=changes)
    step = make_step(
        case,
        operations[name],
        reason="enabled at the vendor" if name == catalogue.DISABLE else "differs from the manifest",
        changes=changes,
        body={word: case.wanted.fields[word] for word in words},
        basis=before_of(case, words),
    )
    return with_effects(step, [Effect.COSTS] if _costs(changes) else [])


def with_effects(step: Step, more: Iterable[Effect]) -> Step:
    """Return a step that has effects besides those its operation always has."""
    return dataclasses.replace(step, effects=step.effects | frozenset(more))


def _costs(changes: Iterable[Change]) -> bool:
    """Say whether changes of a customer may cost: another product type, or more of a feature."""
    return any(
        change.path == "/productType" or (change.path.startswith("/features") and _rises(change.before, change.after))
        for change in changes
    )


def _rises(before: Json, after: Json) -> bool:
    """Say whether an amount, or one in a mapping, gets larger; from what is not known, any amount may be."""
    if isinstance(after, Mapping):
        seen = before if isinstance(before, Mapping) else {}
        return any(_rises(seen.get(name), amount) for name, amount in after.items())
    if not isinstance(after, int):
        return False
    return after > (before if isinstance(before, int) else 0)


def _fixed_type(case: Case, settings: Options) -> Iterable[Problem]:
    """Find a product type that cannot be left: as shown, or as last applied when it is not shown."""
    if case.observed is None or not any(change.path == "/productType" for change in case.changes):
        return
    applied = case.memory.applied.get("productType")
    known = case.observed.fields.get("productType")
    fixed = [
        name
        for name, kind in settings.product_types.items()
        if kind.immutable and (name == known if known is not None else case.fingerprint(name) == applied)
    ]
    if fixed:
        text = f"{case.wanted.address} cannot leave product type {fixed[0]} once it has it"
        yield problem(case, codes.PRODUCT_TYPE_FIXED, text)


def _warnings(case: Case) -> Iterable[Problem]:
    """Warn of what enabling a customer may bring about, and of an administrator that no manifest declares."""
    enabling = any(change.path == "/enabled" and change.after is True for change in case.changes)
    if enabling and (idle := named(case, "disabledPbxs")):
        text = f"enabling {case.wanted.address} may start its disabled connections: {', '.join(idle)}"
        yield problem(case, codes.CONNECTION_MAY_START, text, severity=Severity.WARNING)
    found = case.observed.extra.get("administrator") if case.observed is not None else None
    if found:
        text = f"{found} administers {case.wanted.address} at the vendor, and no manifest declares that user"
        yield problem(case, codes.ADMINISTRATOR_UNDECLARED, text, severity=Severity.WARNING)
