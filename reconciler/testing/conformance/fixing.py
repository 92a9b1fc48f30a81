"""Fields declared immutable: an edit is refused with advice, a change behind our back is found, neither is sent."""

from collections.abc import Iterator

from reconciler.model import Address
from reconciler.testing.conformance.bench import Fixed
from reconciler.testing.conformance.declared import misdeclared
from reconciler.testing.conformance.finding import Finding
from reconciler.testing.conformance.suite import IMMUTABLE, Suite
from reconciler.testing.conformance.trial import Trial


def immutable(suite: Suite) -> Iterator[Finding]:
    """Demand that an immutable field does not change: not by us, not by the vendor, not unnoticed by anybody."""
    if misdeclared(suite):
        return
    for told in suite.told:
        for address, text in told.fixed:
            kind = address.rpartition("/")[0]
            what = text.partition(" cannot change /")[2].partition(" ")[0]
            yield Finding("immutable", kind, what, f"the vendor changed it by itself, in {told.chapter.title}: {text}")
    if not suite.ready:
        return
    for key, declared in suite.vendor.catalogue.items():
        for name, field in declared.fields.items():
            if field.immutable:
                yield from _attacked(suite, key, name)


def _attacked(suite: Suite, key: str, name: str) -> Iterator[Finding]:
    fixed = next((one for one in suite.bench.fixed if (_kind(one), one.field) == (key, name)), None)
    if fixed is None:
        yield Finding("immutable", key, name, "is not attacked; give the bench a Fixed for it, or excuse it")
        return
    trial = suite.at_first()
    before, after = fixed.edit
    text = suite.bench.story[0].manifests
    if before not in text:
        yield Finding("immutable", key, name, f"{before!r} is not in the first chapter, so that nothing is edited")
        return
    seen = _refused(trial.declare(text.replace(before, after)), fixed)
    if seen:
        yield Finding("immutable", key, name, f"edited in the manifest, {seen}")
    if fixed.at_vendor is not None:
        trial = suite.at_first()
        fixed.at_vendor(trial.app, trial.vendor.ids[Address.parse(fixed.address)])
        seen = _refused(trial, fixed)
        if seen:
            yield Finding("immutable", key, name, f"changed at the vendor, {seen}")


def _refused(trial: Trial, fixed: Fixed) -> str:
    """Return what happened instead of a refusal, empty when it was refused and nothing was sent."""
    plan = trial.plan()
    steps = [action.id for action in plan.actions if str(action.address) == fixed.address]
    sent = len(trial.stage.sent)
    trial.apply()
    changed = [one.step.id for one in trial.stage.sent[sent:] if str(one.step.address) == fixed.address]
    if steps or changed:
        return f"it is changed by {', '.join(sorted({*steps, *changed}))}"
    found = [one for one in plan.errors if one.address == fixed.address]
    if not found:
        return "nothing is said of it"
    if not any(one.code == IMMUTABLE or one.detail for one in found):
        return "it is refused without advice"
    return ""


def _kind(fixed: Fixed) -> str:
    return fixed.address.rpartition("/")[0]
