"""Before the plan: look up every operation that an earlier run left open; park what a ledger may have forgotten."""

import dataclasses
from collections.abc import Mapping

from reconciler.apply import protocol
from reconciler.apply.desk import Desk
from reconciler.contract import ClaimState, Kind, Observation, Observed, Step, action_id
from reconciler.ledger.protocol import ClaimKey, OpenClaim, Verdict
from reconciler.model import Address, Json
from reconciler.plan import saved
from reconciler.plan.report import Outcome, Result
from reconciler.reconcile import planning
from reconciler.reconcile.planning import Context, Planned

_OLD_STEP: Mapping[str, Json] = {"follows": []}
"""What a step lacks that a program of schema 1 has sent."""


async def settle_open(context: Context, desk: Desk) -> list[Result]:
    """Look up what is open, after the vendors' lag, and record what is proved."""
    claims = planning.of_selection(context, await planning.open_claims(context))
    if not claims:
        return []
    await protocol.await_lag(desk, claims)
    # A run that died may not have written down the ids that a look-up needs.
    observation = await planning.observe(context, ids=desk.ids, done_at=desk.done_at)
    learn(desk, observation)
    seen = observation.single
    results = [await _settle(desk, claim, seen=seen.get(_renamed(desk, claim.key.address))) for claim in claims]
    await context.ledger.flush()
    return [result for result in results if result is not None]


def learn(desk: Desk, observation: Observation) -> None:
    """Take in the ids of what was seen exactly once."""
    desk.ids.update({address: seen.vendor_id for address, seen in observation.single.items() if address in desk.wanted})


def park_lost(desk: Desk, planned: Planned) -> list[Result]:
    """Park what the ledger may have forgotten, so that it stays in doubt when the ledger is up to date again."""
    results = []
    for address in planned.lost:
        revision = desk.wanted[address].revision
        for name, operation in desk.type_of(address).operations.items():
            if operation.once:
                key = ClaimKey(desk.account(address).scope, address, name, revision)
                desk.ledger.settle(desk.run, key, Verdict(ClaimState.PARKED, reason=planning.LOST), now=desk.now())
                results.append(_parked(key, operation.kind, planning.LOST))
    return results


async def _settle(desk: Desk, claim: OpenClaim, *, seen: Observed | None) -> Result | None:
    step = _meant(desk, claim)
    if step is None and seen is not None and _shows(desk, claim.key, seen):
        desk.ledger.settle(desk.run, claim.key, Verdict(ClaimState.DONE, seen.vendor_id), now=desk.now())
        return Result(_id(claim.key), claim.key.address, Kind.ADOPT, Outcome.ADOPTED, seen.vendor_id)
    if step is None or claim.key.address.vendor not in desk.accounts:
        return _parked(claim.key, Kind.MANUAL, claim.reason or "it cannot be looked up")
    before = desk.account(step.address).client.requests
    verdict = await protocol.settle_earlier(desk, claim, step)
    spent = desk.account(step.address).client.requests - before
    if verdict.state is ClaimState.DONE:
        if verdict.vendor_id and _present(desk, claim.key):
            desk.ids[step.address] = verdict.vendor_id
        return Result(step.id, step.address, step.kind, Outcome.ADOPTED, verdict.vendor_id, requests=spent)
    if verdict.state is ClaimState.RELEASED:
        return None
    outcome = Outcome.PARKED if verdict.state is ClaimState.PARKED else Outcome.IN_DOUBT
    error = f"{step.id}: {verdict.reason or claim.reason}; `reconciler resolve {step.address}` settles it"
    return Result(step.id, step.address, step.kind, outcome, requests=spent, error=error)


def _shows(desk: Desk, key: ClaimKey, seen: Observed) -> bool:
    return _present(desk, key) and key.operation in seen.done


def _present(desk: Desk, key: ClaimKey) -> bool:
    """Say whether a claim is about the revision that is wanted now."""
    wanted = desk.wanted.get(_renamed(desk, key.address))
    return wanted is not None and wanted.revision == key.revision


def _parked(key: ClaimKey, kind: Kind, reason: str) -> Result:
    error = f"{key.address} is in doubt: {reason}; `reconciler resolve {key.address}` settles it"
    return Result(_id(key), key.address, kind, Outcome.PARKED, error=error)


def _id(key: ClaimKey) -> str:
    return action_id(key.address, key.operation, key.revision)


def _meant(desk: Desk, claim: OpenClaim) -> Step | None:
    """Return the step that was sent, at the address its object has now."""
    if not isinstance(claim.payload, Mapping):
        return None
    try:
        step = saved.step_from_json({**_OLD_STEP, **claim.payload})
    except (KeyError, TypeError, ValueError):
        return None
    return dataclasses.replace(step, address=_renamed(desk, step.address))


def _renamed(desk: Desk, address: Address) -> Address:
    return next((one.address for one in desk.wanted.values() if address in one.former), address)
