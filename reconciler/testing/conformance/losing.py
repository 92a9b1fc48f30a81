"""Every change loses its answer once, before and after the vendor has done it; the declared recovery has to hold."""

from collections.abc import Iterator, Mapping, Sequence

from reconciler.contract import ByKey, ByLookup, Call
from reconciler.testing.conformance import mishaps
from reconciler.testing.conformance.declared import misdeclared
from reconciler.testing.conformance.finding import Finding
from reconciler.testing.conformance.mishaps import Mishap
from reconciler.testing.conformance.suite import Suite, Told, key_of, tell
from reconciler.testing.conformance.trial import Trial
from reconciler.testing.conformance.watching import About, Sent

Key = tuple[str, str]
LOSSES: Mapping[str, Mishap] = {
    "an answer lost before it was done": mishaps.lost_before,
    "an answer lost after it was done": mishaps.lost_after,
    "an error page after it was done": mishaps.failed_after,
}
LONG = 3600.0
"""Seconds of lag with which a look-up surely shows what was done."""
SHORTLY = 0.9
"""The part of the declared lag after which a look-up may still be blind."""


def disturbed(
    suite: Suite, mishap: Mishap, *, only: Key | None = None, lag: float | None = None, delay: float = 0.0
) -> tuple[Told, ...]:
    """Tell the story while the first sending of each operation, or of `only` one, meets a mishap."""
    trial, met = Trial(suite.bench, lag=lag), set[Key]()
    if suite.bench.delay is not None and delay:
        suite.bench.delay(trial.app, delay)

    def choose(about: About) -> Mishap:
        key = None if about.step is None else key_of(about.step)
        if key is None or key in met or only not in {None, key}:
            return mishaps.undisturbed
        met.add(key)
        return mishap

    trial.stage.choose = choose
    found: list[Told] = []
    for chapter in suite.bench.story[: _length(suite, only)]:
        found.append(tell(trial, chapter))
        if found[-1].complaint:
            break
    return tuple(found)


def _length(suite: Suite, only: Key | None) -> int:
    return len(suite.bench.story) if only is None else suite.reached[only][0] + 1


def stories(suite: Suite) -> Mapping[str, tuple[Told, ...]]:
    """Return how the story goes with each loss."""
    return {name: disturbed(suite, mishap) for name, mishap in LOSSES.items()}


def recovery(suite: Suite) -> Iterator[Finding]:
    """Demand that after a lost answer an operation has exactly one effect, in the way that it declares."""
    if not misdeclared(suite) and suite.ready:
        yield from (one for one in suite.recall(_losses) if one.rule == "recovery")


def lag(suite: Suite) -> Iterator[Finding]:
    """Demand that look-ups show what was done after the declared lag, and that nothing rests on them before it."""
    if misdeclared(suite) or not suite.ready:
        return
    known = suite.recall(_losses)
    yield from (one for one in known if one.rule == "lag")
    looked_up = [key for key, (_, one) in suite.reached.items() if isinstance(one.recovery, ByLookup)]
    if suite.bench.delay is None:
        for kind, operation in looked_up:
            yield Finding("lag", kind, operation, "look-ups cannot be made to lag; give the bench a delay")
        return
    name, delay = "an answer lost after it was done", suite.bench.lag * SHORTLY
    for one in _compared(suite, name, disturbed(suite, LOSSES[name], delay=delay), delay=delay):
        if (one.subject, one.what) not in {(other.subject, other.what) for other in known}:
            yield Finding("lag", one.subject, one.what, f"with look-ups that lag {delay:g} s, {one.seen}")


def once(suite: Suite) -> Iterator[Finding]:
    """Demand that what is declared to be done once reaches the vendor once, whatever is lost on the way."""
    if misdeclared(suite) or not suite.ready:
        return
    for story in (suite.told, *suite.recall(stories).values()):
        arrived: dict[tuple[str, Key], int] = {}
        for sent in (sent for told in story for sent in told.sent):
            if sent.arrived and suite.operation(sent.step).once:
                key = (sent.step.id, key_of(sent.step))
                arrived[key] = arrived.get(key, 0) + 1
        for (step, (kind, operation)), times in arrived.items():
            if times > 1:
                yield Finding("once", kind, operation, f"{step} reached the vendor {times} times")


def _losses(suite: Suite) -> Sequence[Finding]:
    found: list[Finding] = []
    for name, story in suite.recall(stories).items():
        found += _compared(suite, name, story)
        found += _other_bytes(suite, [sent for told in story for sent in told.sent])
    return found


def _compared(suite: Suite, name: str, story: Sequence[Told], *, delay: float = 0.0) -> Iterator[Finding]:
    """Hold a disturbed story against the undisturbed one; look at each operation alone where they part."""
    number = next((at for at, told in enumerate(story) if _wrong(told, suite.told[at])), None)
    if number is None:
        return
    alone = False
    for key, (chapter, _) in suite.reached.items():
        if chapter <= number:
            for one in _alone(suite, name, key, delay=delay):
                alone = True
                yield one
    if not alone:
        yield Finding("recovery", suite.vendor.name, "", f"{name}: {_wrong(story[number], suite.told[number])}")


def _alone(suite: Suite, name: str, key: Key, *, delay: float) -> Iterator[Finding]:
    story = disturbed(suite, LOSSES[name], only=key, delay=delay)
    wrong = _wrong(story[-1], suite.told[len(story) - 1])
    if not wrong:
        return
    patient = disturbed(suite, LOSSES[name], only=key, lag=LONG, delay=delay)
    looked_up = isinstance(suite.reached[key][1].recovery, ByLookup)
    blind = looked_up and not _wrong(patient[-1], suite.told[len(patient) - 1])
    text = f"{name}: {wrong}"
    if blind:
        text += f"; with more than the declared {suite.bench.lag:g} s of lag it does not happen"
    yield Finding("lag" if blind else "recovery", *key, text)


def _wrong(told: Told, undisturbed: Told) -> str:
    """Return how a disturbed chapter ended otherwise than the undisturbed one, empty when it did not."""
    if told.complaint:
        return told.complaint
    extra, missing = told.counts - undisturbed.counts, undisturbed.counts - told.counts
    if not extra and not missing:
        return ""
    return ", ".join(
        [f"{count} more in {table}" for table, count in sorted(extra.items())]
        + [f"{count} fewer in {table}" for table, count in sorted(missing.items())]
    )


def _other_bytes(suite: Suite, sent: Sequence[Sent]) -> Iterator[Finding]:
    first: dict[str, Call] = {}
    for one in sent:
        if (
            isinstance(suite.operation(one.step).recovery, ByKey)
            and first.setdefault(one.step.id, one.call) != one.call
        ):
            yield Finding("recovery", *key_of(one.step), "is sent again with other bytes under its key")
