"""The execution protocol: how one step is sent, and how it can never be done twice.

    planned -> claimed + intent + sent(n), durable in one commit -> answer -> done | refused | in doubt
    in doubt -> (after the vendor's lag, by a complete look-up) -> done | sent(n + 1) | stays in doubt | parked

Rules kept here and nowhere else:
- nothing leaves before its `sent(n)` is on disk; the ledger denies a claim that is open, or done and once-only;
- only a proof lets an attempt be repeated: the request never left, the vendor said so, or a complete look-up after
  the lag shows nothing. An attempt that our own deadline cut off can be proved done, never absent;
- doubt does not expire: it ends by proof or by a person;
- a step that has to wait for a maintenance window is not sent, however late in its preparation the window closes.
"""

import dataclasses
from collections.abc import Iterable
from datetime import timedelta

from reconciler.apply.desk import Account, Desk, request_fingerprint
from reconciler.contract import (
    Absent,
    Answer,
    ByReadback,
    Call,
    ClaimState,
    Done,
    Found,
    NoRecovery,
    Refused,
    Satisfied,
    Several,
    Step,
    Verdict,
)
from reconciler.errors import NoAnswer, NotSent, SignInFailed, StepRefused, VendorError
from reconciler.ledger import protocol as ledger
from reconciler.plan.report import Outcome
from reconciler.plan.value import step_to_json

SENDS = 3
"""Attempts of one step in one run that may follow a proof of absence or a request that never left."""
WAITS = 6
"""Times one step waits in one run because the vendor limits its rate."""


@dataclasses.dataclass(frozen=True)
class End:
    """How a step ended: the public outcome, the vendor's id, what a person should know."""

    outcome: Outcome
    vendor_id: str | None = None
    attempts: int = 0
    error: str | None = None
    stale: bool = False
    refused: bool = False


@dataclasses.dataclass(frozen=True)
class _Again:
    """It was proved that nothing was done: it may be sent again after `pause` seconds."""

    reason: str
    pause: float = 0.0
    limited: bool = False
    exists: bool = False
    """The vendor said that it is there already, and so it is."""


async def carry_out(desk: Desk, step: Step) -> End:
    """Bring one step to an end. Raises StateError when the ledger cannot be written: nothing more may be sent."""
    attempts, waits, sends, exists = 0, 0, 0, False
    while True:
        if (held := desk.held(step)) and not desk.stopping:
            return End(Outcome.WAITING, attempts=attempts, error=held)
        end, tried = await _once(desk, step)
        attempts += tried
        if isinstance(end, End):
            adopted = exists and not tried and end.outcome is Outcome.DONE
            return dataclasses.replace(end, attempts=attempts, outcome=Outcome.ADOPTED if adopted else end.outcome)
        exists = exists or end.exists
        waits, sends = (waits + 1, sends) if end.limited else (waits, sends + 1)
        if sends >= SENDS or waits >= WAITS or desk.stopping:
            return End(Outcome.FAILED, attempts=attempts, error=f"{end.reason}; nothing was done, run again later")
        await desk.clock.sleep(end.pause)


async def _once(desk: Desk, step: Step) -> tuple[End | _Again, int]:
    account = desk.account(step.address)
    try:
        call = await account.vendor.prepare(step, desk.situation(), account.client.reader)
    except StepRefused as refusal:
        end = End(Outcome.FAILED, error=str(refusal), stale=refusal.stale, refused=refusal.policy)
        return end, 0
    except VendorError as error:
        return End(Outcome.FAILED, error=f"{error}; nothing was sent"), 0
    if isinstance(call, Satisfied):
        desk.ledger.adopt(desk.run, desk.key(step), vendor_id=call.vendor_id, frozen=desk.frozen(step), now=desk.now())
        return End(Outcome.DONE, call.vendor_id), 0
    held = desk.held(step)
    if desk.stopping or held:
        return End(Outcome.NOT_STARTED) if desk.stopping else End(Outcome.WAITING, error=held), 0
    claimed = await desk.ledger.begin_attempt(
        desk.run, _intent(desk, step, call), now=desk.now(), payload=step_to_json(step)
    )
    if isinstance(claimed, ledger.Denied):
        return _denied(step, claimed), 0
    return await _attempt(desk, step, call=call, attempt=claimed), 1


def _intent(desk: Desk, step: Step, call: Call) -> ledger.Intent:
    return ledger.Intent(
        key=desk.key(step),
        fingerprint=request_fingerprint(desk, call),
        plan=desk.plan,
        once=desk.operation(step).once,
        aliases=desk.aliases(step),
        frozen=desk.frozen(step),
        applied=desk.applied(step),
    )


def _denied(step: Step, denied: ledger.Denied) -> End:
    if denied.state is ClaimState.DONE:
        error = (
            f"{step.id} was done earlier and is never repeated; raise `revision`, or, if the vendor never did it, "
            f"`reconciler resolve {step.address} --not-executed`"
        )
        return End(Outcome.FAILED, denied.vendor_id, error=error)
    outcome = Outcome.PARKED if denied.state is ClaimState.PARKED else Outcome.IN_DOUBT
    return End(outcome, denied.vendor_id, error=_advice(step, "an earlier attempt has no clear end"))


async def _attempt(desk: Desk, step: Step, *, call: Call, attempt: ledger.Attempt) -> End | _Again:
    account = desk.account(step.address)
    try:
        answer = await account.client.send(call)
    except (NotSent, SignInFailed) as error:
        _conclude(desk, attempt, ledger.Verdict(ClaimState.RELEASED, reason=str(error)))
        if isinstance(error, SignInFailed):
            return End(Outcome.FAILED, error=str(error))
        return _Again(str(error), pause=1.0 + desk.random())
    except NoAnswer as error:
        return await _doubt(desk, step, attempt=attempt, reason=str(error), deadline=error.deadline)
    return await _judge(desk, step, attempt=attempt, answer=answer)


async def _judge(desk: Desk, step: Step, *, attempt: ledger.Attempt, answer: Answer) -> End | _Again:
    account = desk.account(step.address)
    wire = account.vendor.wire
    verdict = wire.judge(answer)
    if verdict in {Verdict.RATE_LIMITED, Verdict.SIGNED_OUT}:
        reason = f"{step.id}: {wire.explain(answer)}"
        _conclude(desk, attempt, ledger.Verdict(ClaimState.RELEASED, reason=reason))
        if verdict is Verdict.SIGNED_OUT:
            account.client.signed_out()
            return _Again(reason)
        # The client holds every request of the account for as long as the vendor says.
        return _Again(reason, limited=True)
    if verdict is Verdict.UNCLEAR:
        reason = f"the vendor answered {answer.status}, which proves nothing"
        return await _doubt(desk, step, attempt=attempt, reason=reason)
    outcome = account.vendor.interpret(step, answer)
    if isinstance(outcome, Done):
        _conclude(desk, attempt, ledger.Verdict(ClaimState.DONE, outcome.vendor_id))
        return End(Outcome.DONE, outcome.vendor_id)
    if isinstance(outcome, Refused):
        return await _refused(desk, step, attempt=attempt, refusal=outcome)
    return await _doubt(desk, step, attempt=attempt, reason=outcome.reason)


async def _refused(desk: Desk, step: Step, *, attempt: ledger.Attempt, refusal: Refused) -> End | _Again:
    """Record a clear refusal; when the vendor says that it exists already and it does, prepare the step anew."""
    _conclude(desk, attempt, ledger.Verdict(ClaimState.REFUSED, reason=refusal.reason))
    error = f"the vendor refused {step.id}: {refusal.reason}"
    if refusal.conflict and await _exists(desk, step):
        return _Again(error, exists=True)
    return End(Outcome.FAILED, error=error)


async def _exists(desk: Desk, step: Step) -> bool:
    """Say whether what the vendor calls there is found there: at once, or after its lag."""
    account = desk.account(step.address)
    for pause in (0.0, account.lag):
        await desk.clock.sleep(pause)
        found = await account.vendor.recover(step, desk.situation(), account.client.reader)
        if not isinstance(found, Absent):
            return isinstance(found, Found)
    return False


async def _doubt(
    desk: Desk, step: Step, *, attempt: ledger.Attempt, reason: str, deadline: bool = False
) -> End | _Again:
    _conclude(desk, attempt, ledger.Verdict(ClaimState.DOUBT, reason=reason, deadline=deadline))
    await desk.ledger.flush()
    if desk.stopping:
        return End(Outcome.IN_DOUBT, error=_advice(step, reason))
    account = desk.account(step.address)
    await desk.clock.sleep(account.lag)
    verdict = await _look_up(desk, step, account=account, deadline=deadline)
    desk.ledger.settle(desk.run, desk.key(step), dataclasses.replace(verdict, deadline=deadline), now=desk.now())
    return _after(step, verdict, reason=reason)


def _after(step: Step, verdict: ledger.Verdict, *, reason: str) -> End | _Again:
    if verdict.state is ClaimState.DONE:
        return End(Outcome.DONE, verdict.vendor_id)
    if verdict.state is ClaimState.RELEASED:
        return _Again(reason, pause=0.5)
    outcome = Outcome.PARKED if verdict.state is ClaimState.PARKED else Outcome.IN_DOUBT
    return End(outcome, error=_advice(step, f"{reason}; {verdict.reason}"))


async def _look_up(desk: Desk, step: Step, *, account: Account, deadline: bool) -> ledger.Verdict:
    """Find out what became of an attempt; the caller has waited for the lag."""
    recovery = desk.operation(step).recovery
    if isinstance(recovery, NoRecovery):
        return ledger.Verdict(ClaimState.PARKED, reason="the vendor offers no way to find out")
    found = await account.vendor.recover(step, desk.situation(), account.client.reader)
    if isinstance(found, Found):
        return _found(found)
    if isinstance(found, Several):
        return ledger.Verdict(ClaimState.PARKED, reason=f"several match: {', '.join(found.vendor_ids)}")
    if isinstance(found, Absent) and (isinstance(recovery, ByReadback) or not deadline):
        return ledger.Verdict(ClaimState.RELEASED, reason="a complete look-up shows that nothing was done")
    if isinstance(found, Absent):
        reason = "not there yet, but the vendor may still be working on it"
        return ledger.Verdict(ClaimState.DOUBT, reason=reason)
    return ledger.Verdict(ClaimState.DOUBT, reason=f"the look-up proves nothing: {found.reason}")


def _found(found: Found) -> ledger.Verdict:
    if found.whole:
        return ledger.Verdict(ClaimState.DONE, found.vendor_id)
    return ledger.Verdict(ClaimState.RELEASED, reason="it is there, but not all that the step was to bring")


async def await_lag(desk: Desk, claims: Iterable[ledger.OpenClaim]) -> None:
    """Wait until look-ups show what earlier runs left open.

    The lag counts from the attempt's end; from this run's start when the process died before it could write that.
    """
    known = [claim for claim in claims if claim.key.address.vendor in desk.accounts]
    await desk.clock.sleep(max((_left_of_lag(desk, claim) for claim in known), default=0.0))


def _left_of_lag(desk: Desk, claim: ledger.OpenClaim) -> float:
    lag = desk.account(claim.key.address).lag
    due = (claim.last_ended_at or desk.run.started_at) + timedelta(seconds=lag)
    return min(lag, (due - desk.now()).total_seconds())


async def settle_earlier(desk: Desk, claim: ledger.OpenClaim, step: Step) -> ledger.Verdict:
    """Look up an operation that an earlier run left open, after the lag, and record what is proved."""
    account = desk.account(step.address)
    verdict = await _look_up(desk, step, account=account, deadline=claim.deadline)
    parked = claim.state is ClaimState.PARKED and verdict.state is not ClaimState.DONE
    late = claim.deadline and desk.now() - claim.doubt_since >= timedelta(seconds=account.window)
    if verdict.state is ClaimState.DOUBT and (parked or late):
        verdict = dataclasses.replace(verdict, state=ClaimState.PARKED)
    elif parked:
        verdict = ledger.Verdict(ClaimState.PARKED, reason=claim.reason)
    verdict = dataclasses.replace(verdict, deadline=claim.deadline)
    desk.ledger.settle(desk.run, claim.key, verdict, now=desk.now())
    return verdict


def _conclude(desk: Desk, attempt: ledger.Attempt, verdict: ledger.Verdict) -> None:
    desk.ledger.conclude(desk.run, attempt, verdict, now=desk.now())


def _advice(step: Step, reason: str) -> str:
    return (
        f"{step.id} is in doubt: {reason}; look at the vendor, then `reconciler resolve {step.address}` with "
        "--adopt ID or --not-executed"
    )
