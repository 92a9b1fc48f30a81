"""Reading that fails, that is cut, that shows more or less than before: nothing is concluded from any of it."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.contract import Endpoint
from reconciler.plan.value import Plan
from reconciler.testing.conformance import mishaps
from reconciler.testing.conformance.declared import misdeclared
from reconciler.testing.conformance.finding import Finding
from reconciler.testing.conformance.mishaps import Mishap
from reconciler.testing.conformance.suite import Suite, actions
from reconciler.testing.conformance.trial import Trial
from reconciler.testing.conformance.watching import About


def absence(suite: Suite) -> Iterator[Finding]:
    """Demand that a failed read is not absence: no step follows that would not follow otherwise."""
    if misdeclared(suite) or not suite.ready:
        return
    for trial, read in _both(suite):
        usual = actions(trial.plan())
        for endpoint in read:
            for name, mishap in mishaps.READ_FAILURES.items():
                more = actions(_planned(trial, mishap, endpoint)) - usual
                if more:
                    yield Finding("absence", suite.vendor.name, endpoint.name, f"{name}: {_some(more)}")


def whole_lists(suite: Suite) -> Iterator[Finding]:
    """Demand that a list without its last entry is noticed: by a count beside it, or by asking for what is known."""
    if misdeclared(suite) or not suite.ready:
        return
    for trial, read in _both(suite):
        usual = actions(trial.plan())
        for endpoint, answers in read.items():
            for path in sorted({path for data in answers for path in mishaps.lists_in(data)}):
                more = actions(_planned(trial, mishaps.bent(mishaps.shortened(path)), endpoint)) - usual
                if more:
                    what = f"{endpoint.name} {'/'.join(path)}".strip()
                    yield Finding("whole-lists", suite.vendor.name, what, f"without its last entry: {_some(more)}")


def missing_members(suite: Suite) -> Iterator[Finding]:
    """Demand that a member that an answer lacks is unknown: nothing that was applied is taken for different."""
    if misdeclared(suite) or not suite.ready:
        return
    trial = suite.at_first()
    read = _reads(trial)
    names = {name for answers in read.values() for data in answers for name in mishaps.members_in(data)}
    for name in sorted(names):
        bend = mishaps.bent(mishaps.without(name))
        if actions(_planned(trial, bend)):  # which answer lacks it matters only then
            for endpoint in read:
                more = actions(_planned(trial, bend, endpoint))
                if more:
                    yield Finding("missing-members", suite.vendor.name, f"{endpoint.name} {name}", f"{_some(more)}")


def unknown_members(suite: Suite) -> Iterator[Finding]:
    """Demand that a member that nobody knows is ignored, wherever it appears."""
    if misdeclared(suite) or not suite.ready:
        return
    trial = suite.at_first()
    for endpoint in _reads(trial):
        plan = _planned(trial, mishaps.bent(mishaps.more), endpoint)
        if plan.actions or plan.errors:
            texts = [*actions(plan), *(one.summary for one in plan.errors)]
            yield Finding("unknown-members", suite.vendor.name, endpoint.name, f"something new: {_some(texts)}")


def _both(suite: Suite) -> Iterator[tuple[Trial, Mapping[Endpoint, list[Any]]]]:
    """Yield a settled trial with its ledger, and one without, each with what it reads for a plan."""
    for lost in (False, True):
        trial = suite.at_first()
        if lost:
            trial.forget()
        yield trial, _reads(trial)


def _reads(trial: Trial) -> dict[Endpoint, list[Any]]:
    """Return what a plan reads, by endpoint."""
    trial.stage.read.clear()
    trial.plan()
    found: dict[Endpoint, list[Any]] = {}
    for endpoint, bodies in trial.stage.read.items():
        found[endpoint] = [json.loads(body) for body in bodies if body.startswith((b"{", b"["))]
    return found


def _planned(trial: Trial, mishap: Mishap, endpoint: Endpoint | None = None) -> Plan:
    """Plan while every read, or those of one endpoint, meet a mishap."""

    def choose(about: About) -> Mishap:
        return mishap if endpoint in {None, about.call.endpoint} else mishaps.undisturbed

    trial.stage.choose = choose
    try:
        return trial.plan()
    finally:
        trial.stage.choose = lambda _about: mishaps.undisturbed


def _some(texts: set[str] | list[str]) -> str:
    return ", ".join(sorted(texts)[:3])
