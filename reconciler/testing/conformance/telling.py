"""What the undisturbed story shows: it settles, reaches everything, does nothing twice, hides nothing it does."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

from reconciler.contract import ByKey, Call, Kind, Situation, Step
from reconciler.ledger.opening import open_ledger
from reconciler.plan.value import step_to_json
from reconciler.reconcile import planning
from reconciler.reconcile.planning import Context
from reconciler.render import to_json
from reconciler.testing.conformance import mishaps
from reconciler.testing.conformance.declared import misdeclared
from reconciler.testing.conformance.finding import Finding
from reconciler.testing.conformance.suite import Suite, Told, key_of
from reconciler.testing.conformance.trial import Trial
from reconciler.testing.conformance.watching import About

SHORTEST_SECRET = 6
"""A shorter value cannot be told from an ordinary word in a text."""


def settles(suite: Suite) -> Iterator[Finding]:
    """Demand that each state of the repository is reached; then the plan is empty and a further run changes nothing."""
    if misdeclared(suite):
        return
    for told in suite.told:
        if told.complaint and not told.fixed:
            yield Finding("settles", suite.vendor.name, told.chapter.title, told.complaint)
        for sent in told.again:
            kind, operation = key_of(sent.step)
            yield Finding("settles", kind, operation, f"is sent again in a further run, after {told.chapter.title}")


def reached(suite: Suite) -> Iterator[Finding]:
    """Demand that the story reaches every operation that has an endpoint, so that every declaration is attacked."""
    if misdeclared(suite) or not suite.ready:
        return
    for key, kind in suite.vendor.catalogue.items():
        for name, operation in kind.operations.items():
            if operation.endpoint is not None and (key, name) not in suite.reached:
                yield Finding("reached", key, name, "is never sent in the story; add a chapter, or excuse it")


def effects(suite: Suite) -> Iterator[Finding]:
    """Demand that what the books show beyond the record (mails, charges) was said in the plan."""
    if misdeclared(suite) or not suite.ready:
        return
    for told in suite.told:
        yield from _late(suite, told)
        for sent in told.sent:
            kind, operation = key_of(sent.step)
            for effect in sorted(sent.effects - sent.step.effects):
                yield Finding("effects", kind, operation, f"{effect.value} by what the books show, and does not say so")
            for effect in sorted(suite.operation(sent.step).effects - sent.step.effects):
                yield Finding("effects", kind, operation, f"is declared with {effect.value}, its step is without")


def _late(suite: Suite, told: Told) -> Iterator[Finding]:
    """Yield the effects that came while the vendor was being read and that no step which settles later has said."""
    said = {effect for sent in told.sent if suite.operation(sent.step).settles for effect in sent.step.effects}
    for effect in sorted(told.late - said):
        yield Finding("effects", suite.vendor.name, told.chapter.title, f"{effect.value} later, and no step says so")


def found_again(suite: Suite) -> Iterator[Finding]:
    """Demand that what was made is found by our references alone: without a ledger nothing is made twice."""
    if misdeclared(suite) or not suite.ready:
        return
    trial = suite.at_first()
    yield from _prepared_again(suite, trial)
    counts, before = trial.counts(), len(trial.stage.sent)
    trial.forget()
    for action in trial.plan().actions:
        if action.kind is Kind.CREATE or (action.kind not in _QUIET and trial.operation(action.step).once):
            kind, operation = key_of(action.step)
            yield Finding("found-again", kind, operation, "is planned again when the ledger is lost")
    complaint = trial.settle()
    if complaint:
        yield Finding("found-again", suite.vendor.name, "", f"without a ledger: {complaint}")
    again = ", ".join(sorted({" ".join(key_of(sent.step)) for sent in trial.stage.sent[before:]}))
    for table, count in sorted((trial.counts() - counts).items()):
        yield Finding("found-again", suite.vendor.name, table, f"{count} more without a ledger, by {again}")


_QUIET = {Kind.ADOPT, Kind.MANUAL, Kind.FORGET}


def _prepared_again(suite: Suite, trial: Trial) -> Iterator[Finding]:
    """Prepare each creation once more: the last look must see that it is there."""
    made = [sent.step for sent in trial.stage.sent if sent.step.kind is Kind.CREATE]

    async def prepare(context: Context) -> list[Step]:
        single = (await planning.plan(context)).material.observation.single
        ids = {address: one.vendor_id for address, one in single.items()}
        situation = Situation(ids, context.estate.wanted, context.clock.now())
        reader = next(iter(context.accounts.values())).client.reader
        return [step for step in made if isinstance(await trial.vendor.prepare(step, situation, reader), Call)]

    for step in trial.do(prepare):
        kind, operation = key_of(step)
        if not isinstance(suite.operation(step).recovery, ByKey):
            yield Finding("found-again", kind, operation, "is prepared although it is there; look before sending")


def secrets(suite: Suite) -> Iterator[Finding]:
    """Demand that no secret is in a step, a plan, a text or the ledger, also when every answer is lost once."""
    if misdeclared(suite) or not suite.ready:
        return
    with tempfile.TemporaryDirectory() as folder:
        trial = Trial(suite.bench, ledger=open_ledger("sqlite:///state.db", root=Path(folder)))
        seen: set[tuple[str, str]] = set()

        def choose(about: About) -> mishaps.Mishap:
            if about.step is None or key_of(about.step) in seen:
                return mishaps.undisturbed
            seen.add(key_of(about.step))
            return mishaps.lost_after

        trial.stage.choose = choose
        for chapter in suite.bench.story:
            trial.live(chapter).settle()
        files = [path.read_bytes().decode("utf-8", "replace") for path in Path(folder).rglob("*") if path.is_file()]
        trial.do(lambda context: context.ledger.aclose())
        places = {
            "a step": _steps(trial),
            "an observation": _observed(trial),
            "a text": trial.said,
            "the ledger": files,
        }
        places["a plan"] = [json.dumps(to_json.plan(plan), default=str, ensure_ascii=False) for plan in trial.plans]
    known = [*suite.bench.credentials.items(), *suite.bench.environ.items()]
    known += [("what the vendor issued", value) for value in suite.bench.issued(trial.app)]
    for place, texts in places.items():
        for name, value in known:
            if len(value) >= SHORTEST_SECRET and any(value in text for text in texts):
                yield Finding("secrets", suite.vendor.name, name, f"stands in {place}")


def _steps(trial: Trial) -> list[str]:
    return [json.dumps(step_to_json(step), default=str, ensure_ascii=False) for step in trial.vendor.decided]


def _observed(trial: Trial) -> list[str]:
    return [str((one.fields, one.facts, one.extra, one.detail, one.key)) for one in trial.vendor.observed]
