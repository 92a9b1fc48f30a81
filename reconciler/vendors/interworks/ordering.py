"""What brings an order closer to what is declared: entered once, executed once, never ordered again. Pure."""

import dataclasses

from reconciler.contract import Case, ClaimState, Decision, Observed, Step, SyncStatus, Waiting
from reconciler.model import Json, Money, Problem, Severity
from reconciler.vendors.interworks import catalogue, codes, wire
from reconciler.vendors.interworks.deciding import Capabilities, changed_words, make_step, problem
from reconciler.vendors.interworks.expanding import account_address
from reconciler.vendors.interworks.pricing import max_price, products_of, total_price, unknown_products
from reconciler.vendors.interworks.systems import System


def facts(case: Case) -> dict[str, Json]:
    """Return what an executed order stands for; the body of its execute step, and so what the ledger freezes."""
    wanted = case.wanted
    return {
        "account": wanted.fields["account"],
        "items": wanted.fields["items"],
        wire.INVOICE_OPTION: wanted.options.get("invoiceOption", wire.DEFAULT_INVOICE_OPTION),
        wire.START_DATE: wanted.options.get("startDate"),
    }


def decide_order(case: Case, system: System, capabilities: Capabilities) -> Decision:
    """Enter and execute, or say what keeps the order from it."""
    lowered = _lowered(case)
    if lowered is not None:
        return Decision(problems=(lowered,))
    observed = case.observed
    if observed is None:
        return _not_there(case, system, capabilities)
    status = str(observed.extra.get("status", ""))
    if status == wire.EXECUTED:
        return _executed(case, observed)
    if status == wire.SUBMITTED:
        return _submitted(case, observed, system=system, capabilities=capabilities)
    return _stopped(case, observed, status)


def _stopped(case: Case, observed: Observed, status: str) -> Decision:
    """Leave an order in any other status to a person; it is never ordered again by itself."""
    if status == wire.DRAFT:
        return Decision(waiting=(_person(case, "the order is a draft in the BSS; submit or delete it there"),))
    code, text = codes.UNKNOWN_STATUS, f"order is in status {status!r}"
    if status == wire.CANCELED:
        code, text = codes.ORDER_CANCELED, f"order {observed.key} is canceled in the BSS"
    warning = problem(case, code, text, severity=Severity.WARNING)
    return Decision(waiting=(_person(case, text),), problems=(warning,))


def _lowered(case: Case) -> Problem | None:
    used = [revision for (_, revision), state in case.memory.claims.items() if _counts(state)]
    highest = max([*used, *case.memory.frozen], default=0)
    if highest <= case.wanted.revision:
        return None
    text = f"revision {case.wanted.revision} is lower than {highest}, which was ordered earlier"
    return problem(case, codes.REVISION_LOWERED, text)


def _counts(state: ClaimState) -> bool:
    return state is ClaimState.DONE or state.open


def _done(case: Case, operation: str) -> bool:
    return case.memory.claims.get((operation, case.wanted.revision)) is ClaimState.DONE


def _not_there(case: Case, system: System, capabilities: Capabilities) -> Decision:
    if _done(case, catalogue.CREATE) or _done(case, catalogue.EXECUTE):
        word = "executed" if _done(case, catalogue.EXECUTE) else "entered"
        text = f"order {case.wanted.keys[0]} was {word} earlier and is gone at the vendor"
        return Decision(problems=(problem(case, codes.ORDER_GONE, text),))
    blocked = [*_ended(case), *_unknown(case, system)]
    if blocked:
        return Decision(problems=tuple(blocked))
    create = make_step(
        case,
        catalogue.order_type(system).operations[catalogue.CREATE],
        reason="not in the BSS",
        capabilities=capabilities,
        changes=case.changes,
        body={**facts(case), "reference": case.wanted.keys[0], "billTo": case.wanted.options.get("billTo")},
    )
    steps = [create]
    if case.wanted.options.get("execute"):
        steps.append(_execute(case, system, capabilities=capabilities, after=(create.operation,)))
    return Decision(tuple(steps))


def _submitted(case: Case, observed: Observed, *, system: System, capabilities: Capabilities) -> Decision:
    if _done(case, catalogue.EXECUTE):
        text = f"order {observed.key} was executed earlier, but the BSS shows it as {wire.SUBMITTED}"
        return Decision(problems=(problem(case, codes.ORDER_GONE, text),))
    if changed_words(case):
        step = make_step(
            case,
            catalogue.order_type(system).operations[catalogue.CORRECT],
            reason="entered order differs; correct it in the BSS or raise `revision`",
            capabilities=capabilities,
            changes=case.changes,
            basis=_basis(observed),
        )
        return Decision((step,))
    if not case.wanted.options.get("execute"):
        return Decision()
    blocked = [*_ended(case), *_unknown(case, system)]
    if blocked:
        return Decision(problems=tuple(blocked))
    return Decision((_execute(case, system, capabilities=capabilities, basis=_basis(observed)),))


def _execute(
    case: Case,
    system: System,
    *,
    capabilities: Capabilities,
    basis: Json = None,
    after: tuple[str, ...] = (),
) -> Step:
    step = make_step(
        case,
        catalogue.order_type(system).operations[catalogue.EXECUTE],
        reason="to be executed",
        capabilities=capabilities,
        body=facts(case),
        basis=basis,
        after=after,
    )
    return dataclasses.replace(step, cost=_cost(case), max_price=max_price(case.wanted))


def _basis(observed: Observed) -> Json:
    return {
        "status": observed.extra.get("status"),
        "accountId": observed.extra.get("accountId"),
        "billTo": observed.extra.get("billTo"),
        "items": observed.fields.get("items"),
    }


def _executed(case: Case, observed: Observed) -> Decision:
    changed = _thawed(case)
    if changed:
        text = f"{', '.join(changed)} of an executed order changed; executed orders are frozen"
        return Decision(problems=(problem(case, codes.ORDER_FROZEN, text),))
    problems: list[Problem] = []
    if not case.wanted.options.get("execute"):
        text = "the order is executed in the BSS, the manifest says `execute: false`"
        problems.append(problem(case, codes.EXECUTED_ANYWAY, text, severity=Severity.INFO))
    lines = observed.extra.get("lines")
    if isinstance(lines, int) and len(observed.assets) > lines:
        text = f"the order has {len(observed.assets)} assets for {lines} lines"
        problems.append(problem(case, codes.TOO_MANY_ASSETS, text, severity=Severity.WARNING))
    return Decision(waiting=_waiting(case, observed), problems=tuple(problems))


def _waiting(case: Case, observed: Observed) -> tuple[Waiting, ...]:
    if observed.status is SyncStatus.IN_PROGRESS:
        return (Waiting(case.wanted.address, "vendor", observed.detail),)
    if observed.status is SyncStatus.FAILED:
        return (_person(case, f"an asset failed: {observed.detail or 'no comment'}; settle it in the BSS"),)
    if observed.status is SyncStatus.UNKNOWN:
        return (_person(case, f"an asset is in status {observed.detail!r}, which is not known"),)
    return ()


def _thawed(case: Case) -> list[str]:
    """Return what differs from what was executed: by the ledger if it knows, else by what the BSS shows."""
    frozen = case.memory.frozen.get(case.wanted.revision)
    if not frozen:
        return changed_words(case)
    now = facts(case)
    return [name for name in sorted(now) if name in frozen and not _same(case, name, now[name], frozen=frozen[name])]


def _same(case: Case, name: str, value: Json, *, frozen: str) -> bool:
    values = [value]
    if name == "account":
        # A renamed account is the same one; the id of an account never changes.
        names = case.wanted.options.get("accountNames")
        values += names if isinstance(names, list) else []
        account = case.related.get(account_address(str(value)))
        values += [] if account is None else [account.vendor_id]
    return any(case.fingerprint(item) == frozen for item in values)


def _ended(case: Case) -> list[Problem]:
    ensure = case.wanted.options.get("accountEnsure", "present")
    if ensure == "present":
        return []
    return [problem(case, codes.ACCOUNT_ENDED, f"account {case.wanted.fields['account']} is declared {ensure}")]


def _unknown(case: Case, system: System) -> list[Problem]:
    found = unknown_products(case, system)
    return [problem(case, codes.PRODUCT_UNKNOWN, f"the BSS has no product {code} of {system.title}") for code in found]


def _cost(case: Case) -> Money | None:
    return total_price(case.wanted, products_of(case))


def _person(case: Case, detail: str) -> Waiting:
    return Waiting(case.wanted.address, "person", detail)
