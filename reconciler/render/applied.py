"""An apply as a report: what needs a person first, then what failed, waits and is done; last, what to do next."""

from collections.abc import Iterable

from reconciler.plan.report import ApplyReport, Outcome, Result
from reconciler.render import findings, planned
from reconciler.render.report import Line, Report, Row, Tone, foreign, line, own, plural, prose, section, timestamp

MARKS = {
    Outcome.DONE: ("+", Tone.GOOD),
    Outcome.ADOPTED: ("=", Tone.GOOD),
    Outcome.FAILED: ("x", Tone.BAD),
    Outcome.BLOCKED: ("x", Tone.CAUTION),
    Outcome.IN_DOUBT: ("?", Tone.BAD),
    Outcome.PARKED: ("?", Tone.BAD),
    Outcome.WAITING: ("*", Tone.CHANGE),
    Outcome.MANUAL: ("!", Tone.CAUTION),
    Outcome.NOT_STARTED: (".", Tone.FAINT),
}
GROUPS = (
    ("In doubt", (Outcome.IN_DOUBT, Outcome.PARKED)),
    ("Failed or blocked", (Outcome.FAILED, Outcome.BLOCKED)),
    ("Not started", (Outcome.NOT_STARTED,)),
    ("For a person to do", (Outcome.MANUAL,)),
    ("Waiting", (Outcome.WAITING,)),
    ("Done", (Outcome.DONE, Outcome.ADOPTED)),
)


def report(applied: ApplyReport) -> Report:
    """Return the apply as people read it."""
    results = applied.results
    return Report(
        title="Apply",
        verdict=verdict(applied),
        tone=_tone(applied),
        counts=tuple((key.replace("_", " "), number) for key, number in applied.summary.items()),
        facts=_origin(applied),
        sections=(
            *(
                part
                for title, outcomes in GROUPS
                for part in section(title, (_row(result) for result in results if result.outcome in outcomes))
            ),
            *section(
                "Waiting for someone else",
                (planned.waiting_row(item, now=applied.finished_at) for item in applied.waiting),
            ),
            *section("Diagnostics", map(findings.row, findings.in_order(applied.problems))),
        ),
        closing=tuple(_next_steps(applied)),
        digest=applied.plan_digest,
    )


def verdict(applied: ApplyReport) -> str:
    """Return the apply in one line, from typed data only."""
    words = [f"{number} {key.replace('_', ' ')}" for key, number in applied.summary.items() if number]
    words = [word for word in words if not word.endswith(" requests")]
    words = words or ([] if applied.errors else ["nothing to do"])
    words += [f"{len(applied.waiting)} still waiting"] if applied.waiting else []
    words += [plural(len(applied.errors), "error")] if applied.errors else []
    end = ", interrupted" if applied.interrupted else ""
    return f"Apply: {', '.join(words)}{end}"


def _tone(applied: ApplyReport) -> Tone:
    found = {result.outcome for result in applied.results}
    bad = {Outcome.IN_DOUBT, Outcome.PARKED, Outcome.FAILED, Outcome.BLOCKED}
    if applied.interrupted or applied.errors or found & bad:
        return Tone.BAD
    return Tone.GOOD if found <= {Outcome.DONE, Outcome.ADOPTED} and not applied.waiting else Tone.CAUTION


def _origin(applied: ApplyReport) -> tuple[Line, ...]:
    where = [own("project "), foreign(applied.project)]
    if applied.environment is not None:
        where += [own(", environment "), foreign(applied.environment)]
    times = f"from {timestamp(applied.started_at)} to {timestamp(applied.finished_at)}"
    return (
        line(*where, ", run ", foreign(applied.run)),
        line(times, f", {plural(applied.requests, 'request')}"),
        line("plan ", foreign(applied.plan_digest)),
    )


def _row(result: Result) -> Row:
    mark, tone = MARKS[result.outcome]
    known = [own(" as "), foreign(result.vendor_id)] if result.vendor_id else []
    tried = f", {plural(result.attempts, 'attempt')}" if result.attempts else ""
    error = [own(": "), prose(result.error)] if result.error else []
    head = line(
        own(result.outcome.value.replace("_", " "), tone),
        own(" " if result.outcome is Outcome.MANUAL else f" {result.operation.value} "),
        foreign(str(result.address), Tone.STRONG),
        *known,
        own(tried),
        *error,
    )
    return Row(head, tuple(_answers(result)), mark=mark, tone=tone)


def _answers(result: Result) -> Iterable[Line]:
    if result.outcome in {Outcome.IN_DOUBT, Outcome.PARKED}:
        command = planned.resolve_command(result.address)
        yield line("look at the vendor, then run ", foreign(command), planned.RESOLVE_CHOICES)
    if result.outcome is Outcome.MANUAL and planned.RESOLVE not in (result.error or ""):
        yield line("when it is done, run ", foreign(planned.resolve_command(result.address, " --done")))


def _next_steps(applied: ApplyReport) -> Iterable[Line]:
    found = {result.outcome for result in applied.results}
    if applied.interrupted:
        yield line(own("interrupted: what was in flight is recorded; apply again to go on", Tone.CAUTION))
    if found & {Outcome.IN_DOUBT, Outcome.PARKED}:
        yield line(own("in doubt: nothing is sent again before a look-up or a person has settled it", Tone.BAD))
    if any(result.stale for result in applied.results):
        yield line(own("stale: something changed since the plan was made; plan again", Tone.CAUTION))
    if any(result.refused for result in applied.results):
        yield line(own("refused: policy forbids part of the plan; see the errors above", Tone.CAUTION))
    if found & {Outcome.FAILED, Outcome.BLOCKED}:
        yield line(own("applied in part: repair what failed and apply again; nothing done is repeated", Tone.BAD))
    if found & {Outcome.WAITING, Outcome.MANUAL} or applied.waiting:
        yield line(
            own("converging: waiting for a vendor, a person or a maintenance window; apply again to look", Tone.CAUTION)
        )
    if Outcome.NOT_STARTED in found:
        yield line(own("not started: apply again to go on", Tone.CAUTION))
    if applied.errors:
        yield line(own("not everything: repair what the errors above name and apply again", Tone.BAD))
    elif found <= {Outcome.DONE, Outcome.ADOPTED} and not (applied.interrupted or applied.waiting):
        yield line(own("all done", Tone.GOOD))
