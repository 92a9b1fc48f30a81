"""What is to be said or done about an order that was submitted: mostly to wait. Pure."""

from collections.abc import Callable, Mapping

from reconciler.contract import Case, ClaimState, Decision, Observed
from reconciler.model import Problem, Severity
from reconciler.vendors.divalto import catalogue, codes, comparing, wire
from reconciler.vendors.divalto.steps import Bench, attach_step


def decide_submitted(bench: Bench, observed: Observed) -> Decision:
    """Wait for whoever has to act; answer a request where a person declared the answer."""
    status = str(observed.extra.get("status", ""))
    decide = _BY_STATUS.get(status)
    if decide is None:
        return _unknown(bench, observed)
    changed = frozen_problem(bench)
    if changed is not None:
        return Decision(problems=(changed,))
    return decide(bench, observed)


def frozen_problem(bench: Bench) -> Problem | None:
    """Return that the spec of a submitted order was edited, None when it was not."""
    words = _edited(bench.case)
    if not words:
        return None
    text = f"{', '.join(words)} of a submitted order changed; raise `revision` to order again, or revert"
    return bench.problem(codes.ORDER_FROZEN, text)


def _edited(case: Case) -> list[str]:
    """Return what differs from what was submitted: by the ledger if it knows, else by what the vendor shows."""
    frozen = case.memory.frozen.get(case.wanted.revision)
    if frozen:
        now = comparing.facts(case.wanted)
        return [word for word in sorted(now) if word in frozen and case.fingerprint(now[word]) != frozen[word]]
    shown = case.observed.fields if case.observed is not None else {}
    words = {word for change in case.changes if (word := change.path.split("/")[1]) in shown}
    if case.observed is not None and "documents" in case.observed.extra:
        lacking = comparing.lacking(comparing.wanted_documents(case.wanted), comparing.shown_documents(case))
        words |= {"documents"} if lacking else set()
    return sorted(words)


def _unknown(bench: Bench, observed: Observed) -> Decision:
    status = str(observed.extra.get("status", ""))[:100]
    warning = bench.warning(
        codes.UNKNOWN_STATUS, f"order {observed.vendor_id} is in status {status!r}, which is not known"
    )
    return Decision(waiting=(bench.vendor(status, since=_since(observed)),), problems=(warning,))


def _since(observed: Observed) -> str | None:
    at = observed.extra.get("submittedAt")
    return at if isinstance(at, str) else None


def _at_work(bench: Bench, observed: Observed) -> Decision:
    detail = str(observed.extra.get("status"))
    return Decision(waiting=(bench.vendor(detail, since=_since(observed)),), problems=_unasked(bench))


def _unasked(bench: Bench) -> tuple[Problem, ...]:
    if bench.case.wanted.options.get("execute"):
        return ()
    text = "the order is submitted at the vendor, the manifest says `execute: false`"
    return (bench.problem(codes.SUBMITTED_ANYWAY, text, severity=Severity.INFO),)


def _ended_badly(bench: Bench, observed: Observed) -> Decision:
    advice = f"raise `revision` and say `replaces: {observed.vendor_id}`"
    return Decision(waiting=(bench.person(f"{observed.detail}; {advice}", since=_since(observed)),))


def _asked(bench: Bench, observed: Observed) -> Decision:
    """Send the answer that a person declared for this request, with its documents, once; else ask for one."""
    answer, wanted = comparing.complement_of(bench.case.wanted), bench.case.wanted
    number = answer.get("number") if answer is not None else None
    due = _due(bench.case, observed)
    if answer is None or not isinstance(number, int) or number != due:
        advice = f"answer with `complement: {{number: {due}, answer: ...}}` in the manifest"
        at = observed.extra.get("askedAt")
        since = at if isinstance(at, str) else _since(observed)
        return Decision(waiting=(bench.person(f"{observed.detail}; {advice}", since=since),))
    lacking = comparing.lacking(comparing.complement_documents(wanted), comparing.shown_documents(bench.case))
    attach = [attach_step(bench, one) for one in lacking]
    step = bench.step(
        catalogue.COMPLEMENT,
        part=str(number),
        reason=f"answers: {observed.extra.get('asked') or observed.extra.get('reason') or 'a request'}",
        body={"answer": answer.get("answer")},
        basis={"askedAt": observed.extra.get("askedAt")},
        after=tuple(one.operation for one in attach),
    )
    return Decision((*attach, step))


def _due(case: Case, observed: Observed) -> int:
    """Return the number of the next answer: after all that were sent, for earlier revisions too, and all that show.

    An answer that is left in the manifest, or numbered ahead, is for another request than the one that is open.
    """
    answered = observed.extra.get("answered")
    done = [name.partition(":") for (name, _), state in case.memory.claims.items() if state is ClaimState.DONE]
    sent = [int(number) for name, _, number in done if name == catalogue.COMPLEMENT]
    return max([answered if isinstance(answered, int) else 0, *sent]) + 1


_BY_STATUS: Mapping[str, Callable[[Bench, Observed], Decision]] = {
    **dict.fromkeys(wire.AT_WORK, _at_work),
    wire.EN_ATTENTE: _asked,
    wire.TRAITEE: lambda bench, _: Decision(problems=_unasked(bench)),
    **dict.fromkeys(wire.ENDED_BADLY, _ended_badly),
}
