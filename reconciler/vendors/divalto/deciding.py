"""What brings an order closer to what is declared: entered once, submitted once, then watched. Pure.

An order is an event. While it is a draft it follows the manifest; once submitted it is the vendor's, and nothing is
sent but what a person declares in answer to a request. It is never submitted or entered a second time by itself.
"""

import dataclasses
import decimal
from collections.abc import Mapping
from typing import Any

from reconciler.contract import Case, Change, ClaimState, Decision, Observed, Step
from reconciler.model import Address, Json, Money, Problem, Severity
from reconciler.vendors.divalto import catalogue, codes, comparing, moments, wire
from reconciler.vendors.divalto.expanding import site_address
from reconciler.vendors.divalto.judging import catalogue_problems, opportunity_problems
from reconciler.vendors.divalto.steps import Bench, attach_step
from reconciler.vendors.divalto.submitted import decide_submitted, frozen_problem


def decide_order(bench: Bench) -> Decision:
    """Enter, correct, attach, submit, answer, or say what keeps the order from it."""
    lowered = _lowered(bench)
    if lowered is not None:
        return Decision(problems=(lowered,))
    case = bench.case
    if case.observed is None:
        return _not_there(bench)
    if "placed" in case.observed.extra:
        return _placed(bench, case.observed)
    if case.observed.extra.get("status") == wire.BROUILLON:
        return _draft(bench, case.observed)
    return decide_submitted(bench, case.observed)


def _lowered(bench: Bench) -> Problem | None:
    memory, wanted = bench.case.memory, bench.case.wanted
    used = [revision for (_, revision), state in memory.claims.items() if state is ClaimState.DONE or state.open]
    highest = max([*used, *memory.frozen], default=0)
    if highest <= wanted.revision:
        return None
    text = f"revision {wanted.revision} is lower than {highest}, which was ordered earlier"
    return bench.problem(codes.REVISION_LOWERED, text)


def _done(case: Case, operation: str) -> bool:
    return case.memory.claims.get((operation, case.wanted.revision)) is ClaimState.DONE


def _placed(bench: Bench, observed: Observed) -> Decision:
    """Leave an order that a person placed alone; nothing about it can be read."""
    changed = frozen_problem(bench)
    if changed is not None:
        return Decision(problems=(changed,))
    number = observed.vendor_id or "without a number"
    how = "placed by a person" if catalogue.PLACE in observed.done else "submitted by an earlier run"
    text = f"order {number} was {how} at {observed.extra['placed']}"
    return Decision(problems=(bench.problem(codes.OUT_OF_SIGHT, text, severity=Severity.INFO),))


def _not_there(bench: Bench) -> Decision:
    case = bench.case
    if _done(case, catalogue.PLACE):
        text = f"order {case.wanted.keys[0]} was placed by a person and is not found at the vendor by its reference"
        return Decision(problems=(bench.warning(codes.OUT_OF_SIGHT, text),))
    if bench.settings.placed_by_hand:
        return _by_hand(bench)
    if _done(case, catalogue.CREATE) or _done(case, catalogue.SUBMIT):
        word = "submitted" if _done(case, catalogue.SUBMIT) else "entered"
        text = f"order {case.wanted.keys[0]} was {word} earlier and is gone at the vendor"
        return Decision(problems=(bench.problem(codes.ORDER_GONE, text),))
    problems = [*opportunity_problems(bench), *_late(bench), *catalogue_problems(bench)]
    if any(one.severity is Severity.ERROR for one in problems):
        return Decision(problems=tuple(problems))
    full = comparing.whole(case.wanted, comparing.prospect_of(case))
    create = bench.step(
        catalogue.CREATE,
        reason="not at Divalto",
        changes=_changes(case, full.fields),
        body={**full.fields, "reference": case.wanted.keys[0]},
    )
    return Decision((create, *_filling(bench, after=(create.operation,))), problems=tuple(problems))


def _by_hand(bench: Bench) -> Decision:
    """Have a person enter and submit the whole order, once it is to be executed."""
    case = bench.case
    if not case.wanted.options.get("execute"):
        return Decision()
    late = _late(bench)
    if late:
        return Decision(problems=late)
    step = bench.step(
        catalogue.PLACE, reason="to be placed by a person", changes=case.changes, body=comparing.facts(case.wanted)
    )
    return Decision((_submission(step, bench),))


def _draft(bench: Bench, observed: Observed) -> Decision:
    case = bench.case
    if _done(case, catalogue.SUBMIT) or _done(case, catalogue.PLACE):
        word = "submitted earlier" if _done(case, catalogue.SUBMIT) else "placed by a person"
        text = f"order {observed.vendor_id} was {word}, but the vendor shows it as {wire.BROUILLON}"
        return Decision(problems=(bench.problem(codes.ORDER_GONE, text),))
    problems = [*opportunity_problems(bench), *_late(bench), *catalogue_problems(bench), *_undeclared(bench, observed)]
    if any(one.severity is Severity.ERROR for one in problems):
        return Decision(problems=tuple(problems))
    full = comparing.whole(case.wanted, comparing.prospect_of(case))
    shown = comparing.shown_fields(observed)
    words = comparing.differing({word: value for word, value in full.fields.items() if word in shown}, shown)
    steps: list[Step] = []
    if words:
        correct = bench.step(
            catalogue.CORRECT,
            reason="the draft differs from the manifest",
            changes=tuple(one for one in _changes(case, full.fields, words) if one.before != one.after),
            body={word: full.fields[word] for word in words},
            basis={word: shown.get(word) for word in words},
        )
        steps.append(correct)
    steps += _filling(bench, after=tuple(step.operation for step in steps))
    if not words:
        problems += _findings(bench, observed)
    refused = any(one.severity is Severity.ERROR for one in problems)
    return Decision(() if refused else tuple(steps), problems=tuple(problems))


def _undeclared(bench: Bench, observed: Observed) -> tuple[Problem, ...]:
    """Return that a draft to be submitted has lines, and its manifest none."""
    wanted = bench.case.wanted
    if not wanted.options.get("execute") or not comparing.undeclared(wanted, observed.fields):
        return ()
    text = (
        f"order {observed.vendor_id} has lines that the manifest has not; declare `items`, or `items: []` to clear them"
    )
    return (bench.problem(codes.NOT_ACCEPTABLE, text),)


def _findings(bench: Bench, observed: Observed) -> list[Problem]:
    """Return what the vendor's dry run says of a draft that is as declared, with its documents.

    Errors keep it from being submitted; of a draft that is not to be submitted they are told.
    """
    found: Any = observed.extra.get("findings")
    wanted = bench.case.wanted
    if comparing.lacking(comparing.wanted_documents(wanted), comparing.shown_documents(bench.case)):
        return []
    serious = bool(wanted.options.get("execute"))
    problems = []
    for one in found if isinstance(found, list) else ():
        severity = Severity.ERROR if serious and one["severity"] == "error" else Severity.WARNING
        text = f"the vendor says of {one['field']}: {one['code']}: {one['message']}"
        problems.append(bench.problem(codes.NOT_ACCEPTABLE, text, severity=severity))
    return problems


def _filling(bench: Bench, *, after: tuple[str, ...]) -> list[Step]:
    """Return the steps that give a draft its documents, and submit it where it is declared."""
    case = bench.case
    wanted, shown = comparing.wanted_documents(case.wanted), comparing.shown_documents(case)
    steps = [
        bench.step(
            catalogue.DETACH,
            part=str(one["documentId"]),
            reason=f"document {one['fileName']} is not in the manifest",
            changes=(Change("/documents", one["fileName"], None),),
            body={"documentId": one["documentId"]},
            after=after,
        )
        for one in comparing.surplus(wanted, shown)
    ]
    steps += [attach_step(bench, one, after=after) for one in comparing.lacking(wanted, shown)]
    if case.wanted.options.get("execute"):
        before = (*after, *(step.operation for step in steps))
        submit = bench.step(
            catalogue.SUBMIT,
            reason="to be submitted",
            body=comparing.facts(case.wanted),
            basis=None if case.observed is None else {"status": case.observed.extra.get("status")},
            after=before,
        )
        steps.append(_submission(submit, bench))
    return steps


def _submission(step: Step, bench: Bench) -> Step:
    """Return a submission with what it must wait for and the most it may cost; the price is nowhere to be read."""
    site = bench.case.wanted.options.get("siteObject")
    needs: tuple[Address, ...] = (site_address(str(site)),) if site else ()
    return dataclasses.replace(step, needs=(*step.needs, *needs), max_price=_most(bench.case.wanted.options))


def _most(options: Mapping[str, Any]) -> Money | None:
    given = options.get("maxPrice")
    if not isinstance(given, Mapping):
        return None
    return Money(decimal.Decimal(str(given["amount"])), str(given["currency"]))


def _late(bench: Bench) -> tuple[Problem, ...]:
    """Return that the delivery date of an order still to be submitted is over."""
    wanted = bench.case.wanted
    certificate: Any = wanted.fields.get("certificate") or {}
    day = certificate.get("deliveryDate")
    if not wanted.options.get("execute") or not moments.is_past(day, bench.case.now):
        return ()
    text = f"deliveryDate {day} is in the past (in Paris), so the order cannot be submitted; set a later one"
    return (bench.problem(codes.NOT_ACCEPTABLE, text),)


def _changes(case: Case, fields: Mapping[str, Json], words: list[str] | None = None) -> tuple[Change, ...]:
    """Return the changes of a case, with what the opportunity pre-fills in them."""
    kept = [one for one in case.changes if not one.path.startswith("/newSite")]
    before = case.observed.extra.get("newSite") if case.observed is not None else None
    own = fields.get("newSite")
    if own is not None and (words is None or "newSite" in words):
        kept.append(Change("/newSite", before, own))
    return tuple(sorted(kept, key=lambda one: one.path))
