"""What brings an account or its synchronisation closer to what is declared. Pure."""

import dataclasses
from collections.abc import Mapping

from reconciler.contract import Case, Change, Decision, Kind, Operation, Step, SyncStatus, Waiting
from reconciler.model import Address, Json, Problem, Severity
from reconciler.vendors.interworks import catalogue, codes
from reconciler.vendors.interworks.catalogue import ACCOUNT
from reconciler.vendors.interworks.systems import System

Capabilities = Mapping[str, bool]


def make_step(
    case: Case,
    operation: Operation,
    *,
    reason: str,
    capabilities: Capabilities,
    changes: tuple[Change, ...] = (),
    body: Mapping[str, Json] | None = None,
    basis: Json = None,
    after: tuple[str, ...] = (),
) -> Step:
    """Return a step of an operation for the object of a case."""
    step = bare_step(
        operation,
        case.wanted.address,
        reason=reason,
        target=case.observed.vendor_id if case.observed is not None else None,
        capabilities=capabilities,
    )
    return dataclasses.replace(
        step,
        changes=changes,
        body=body or {},
        after=after,
        needs=case.wanted.needs,
        revision=case.wanted.revision,
        basis=basis,
    )


def bare_step(
    operation: Operation, address: Address, *, reason: str, target: str | None, capabilities: Capabilities
) -> Step:
    """Return a step of an operation; a manual one where the vendor is said to lack the capability."""
    able = operation.capability is None or capabilities.get(operation.capability, True)
    manual = not able or operation.kind is Kind.MANUAL
    return Step(
        address=address,
        operation=operation.name,
        kind=Kind.MANUAL if manual else operation.kind,
        reason=reason,
        target=target,
        effects=operation.effects,
        instructions=operation.instructions.replace("{name}", address.name) if manual else "",
    )


def problem(case: Case, code: str, summary: str, *, severity: Severity = Severity.ERROR) -> Problem:
    """Return a problem with an object; the cure is that of its code."""
    return Problem(code, summary, codes.CODES[code].cure, severity=severity, address=str(case.wanted.address))


def changed_words(case: Case) -> list[str]:
    """Return the fields that differ, each once, sorted."""
    return sorted({change.path.split("/")[1] for change in case.changes})


def decide_account(case: Case, capabilities: Capabilities) -> Decision:
    """Create, patch in one call, or ask a person to end an account."""
    wanted, observed = case.wanted, case.observed
    if wanted.ensure == "absent":
        if observed is None:
            return Decision()
        operation = ACCOUNT.operations[catalogue.REMOVE]
        return Decision((make_step(case, operation, reason="declared absent", capabilities=capabilities),))
    if observed is None:
        body: dict[str, Json] = {**wanted.fields, "reference": wanted.keys[0]}
        operation = ACCOUNT.operations[catalogue.CREATE]
        step = make_step(
            case, operation, reason="not in the BSS", capabilities=capabilities, changes=case.changes, body=body
        )
        return Decision((step,))
    words = changed_words(case)
    if not words:
        return Decision()
    name, reason = catalogue.UPDATE, "differs from the manifest"
    if words == ["ordering"]:
        on = bool(wanted.fields["ordering"])
        name, reason = (catalogue.ENABLE, "ordering is off") if on else (catalogue.DISABLE, "ordering is on")
    step = make_step(
        case,
        ACCOUNT.operations[name],
        reason=reason,
        capabilities=capabilities,
        changes=case.changes,
        body={word: wanted.fields[word] for word in words},
        basis={word: observed.fields.get(word) for word in words},
    )
    return Decision((step,))


def decide_sync(case: Case, system: System, capabilities: Capabilities) -> Decision:
    """Set options and synchronise; wait while the vendor works; never undo or change what is fixed."""
    wanted, observed = case.wanted, case.observed
    status = SyncStatus.UNSYNCHRONIZED if observed is None else observed.status
    words = changed_words(case)
    if wanted.ensure != "present":
        return Decision()
    if status is SyncStatus.IN_PROGRESS:
        return Decision(waiting=(Waiting(wanted.address, "vendor", f"{system.title} is synchronising"),))
    if status is SyncStatus.UNKNOWN:
        text = f"synchronisation with {system.title} is in a status that is not known"
        warning = problem(case, codes.UNKNOWN_STATUS, text, severity=Severity.WARNING)
        return Decision(waiting=(Waiting(wanted.address, "person", text),), problems=(warning,))
    if status is SyncStatus.SYNCHRONIZED:
        if not words and not _unsent(case):
            return Decision()
        fixed = [word for word in words if word in system.fixed]
        if fixed:
            text = f"{', '.join(fixed)} cannot change at {system.title} once the account is synchronised"
            return Decision(problems=(problem(case, codes.FIXED_ONCE_SYNCHRONISED, text),))
    return Decision(_sync_steps(case, system, words=words, capabilities=capabilities))


def _unsent(case: Case) -> tuple[Change, ...]:
    """Return the options that a run stored before it ended, and did not synchronise."""
    applied = case.memory.applied
    return tuple(
        Change(f"/{word}", None, value)
        for word, value in sorted(case.wanted.fields.items())
        if word in applied and applied[word] != case.fingerprint(value)
    )


def _sync_steps(case: Case, system: System, *, words: list[str], capabilities: Capabilities) -> tuple[Step, ...]:
    observed, operations = case.observed, catalogue.sync_type(system).operations
    steps: list[Step] = []
    status = SyncStatus.UNSYNCHRONIZED if observed is None else observed.status
    fields = {} if observed is None else observed.fields
    if words and system.options:
        steps.append(
            make_step(
                case,
                operations[catalogue.SET_OPTIONS],
                reason=f"options for {system.title} differ",
                capabilities=capabilities,
                changes=case.changes,
                body=dict(case.wanted.fields),
                basis=None if observed is None else {"options": {word: fields.get(word) for word in words}},
            )
        )
    again = status is SyncStatus.SYNCHRONIZED
    steps.append(
        make_step(
            case,
            operations[catalogue.RESYNCHRONIZE if again else catalogue.SYNCHRONIZE],
            reason=_why(case, system, status),
            capabilities=capabilities,
            changes=case.changes or _unsent(case),
            basis=None if observed is None else {"status": str(status)},
            after=tuple(step.operation for step in steps),
        )
    )
    return tuple(steps)


def _why(case: Case, system: System, status: SyncStatus) -> str:
    if status is SyncStatus.SYNCHRONIZED:
        return "options changed"
    if status is SyncStatus.FAILED and case.observed is not None:
        return f"failed earlier: {case.observed.detail or 'no comment'}"
    return f"not synchronised with {system.title}"
