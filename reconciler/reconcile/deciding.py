"""A person's answers: claims settled by word, manual steps reported done, a mail asked for on purpose."""

import dataclasses
from collections.abc import Callable

from reconciler.apply import protocol
from reconciler.apply.desk import Desk, frozen
from reconciler.apply.protocol import End
from reconciler.contract import ClaimState, Kind, Step, SyncStatus
from reconciler.errors import ReconcilerError, UsageError
from reconciler.ledger.protocol import ClaimKey, ObjectRecord, Run, Verdict
from reconciler.model import Address
from reconciler.reconcile import planning
from reconciler.reconcile.planning import Context

_SENT_TO = ("Order", "User")
"""Kinds of manifests whose object is sent something that can be asked for again."""


@dataclasses.dataclass(frozen=True)
class Answer:
    """What a person says became of an operation: done (with the vendor's id, if known) or not executed."""

    state: ClaimState
    vendor_id: str | None


async def resolve(context: Context, target: Address, *, answer: Answer) -> list[str]:
    """Record the answer for everything that is open at an address; return what was settled.

    Raises ReconcilerError when nothing there waits for an answer.
    """
    if target.vendor not in context.accounts:
        raise ReconcilerError(f"{target}: no vendor {target.vendor} is configured; check the address")
    run = await context.ledger.begin_run("resolve", now=context.clock.now())
    try:
        settled = await _settle_claims(context, run, target, answer=answer)
        if not settled and answer.state is ClaimState.DONE:
            settled = await _settle_manual(context, run, target, answer=answer)
        if not settled and answer.state is ClaimState.RELEASED:
            settled = await _withdraw(context, run, target)
        if not settled and answer.vendor_id is not None:
            settled = await _choose(context, run, target, vendor_id=answer.vendor_id)
        if not settled:
            raise ReconcilerError(f"nothing at {target} waits for an answer; `reconciler plan` shows what does")
        await context.ledger.flush()
        return settled
    finally:
        await context.ledger.end_run(run, now=context.clock.now(), settled=False)


async def resend(
    context: Context, named: str, *, asset: str | None, started: Callable[[Desk], None] = lambda _desk: None
) -> End:
    """Have a vendor send something again, once: an order's key (by its name), an invitation (`User/<name>`).

    `started` is told of the desk before anything is sent. Raises ReconcilerError when there is nothing to send.
    """
    target = find(context, named)
    run = await context.ledger.begin_run("resend", now=context.clock.now())
    try:
        memory = await context.ledger.read_memory(context.accounts[target.vendor].scopes)
        ids = planning.ids_of(context.estate.wanted, memory)
        desk = Desk(
            accounts=context.accounts,
            ledger=context.ledger,
            run=run,
            clock=context.clock,
            random=context.random,
            plan="resend",
            wanted=context.estate.wanted,
            ids=ids,
        )
        if target.type == "order":
            step = await _asset_step(context, target, asset=asset)
        else:
            step = _invitation(context, target, vendor_id=ids.get(target))
        started(desk)
        return await protocol.carry_out(desk, step)
    finally:
        await context.ledger.end_run(run, now=context.clock.now(), settled=False)


def find(context: Context, named: str) -> Address:
    """Return the wanted object that a person names to have something sent again: `<order>` or `<Kind>/<name>`."""
    written, _, name = named.rpartition("/")
    kind = written or "Order"
    if kind not in _SENT_TO:
        known = " or ".join(f"{one}/NAME" for one in _SENT_TO)
        raise UsageError(f"nothing is ever sent to {named}; write {known}, or the name of an Order alone")
    for address, wanted in sorted(context.estate.wanted.items()):
        if wanted.manifest.kind == kind and address.type == kind.lower() and address.name == name:
            return address
    raise ReconcilerError(f"{kind} {name} is not declared; check the name")


async def _asset_step(context: Context, target: Address, *, asset: str | None) -> Step:
    """Return the step that has the vendor send the secret of an order's asset again."""
    account = context.accounts[target.vendor]
    found = [one for one in await context.ledger.read_assets(account.scopes) if one.order == target]
    chosen = [one for one in found if asset is None or one.asset_id == asset]
    if not chosen:
        raise ReconcilerError(f"{target} has no such asset in the ledger; `reconciler assets list` shows them")
    if len(chosen) > 1:
        ids = ", ".join(one.asset_id for one in chosen)
        raise ReconcilerError(f"{target} has several assets; choose one with --asset: {ids}")
    return account.vendor.resend(str(target), chosen[0].asset_id)


def _invitation(context: Context, target: Address, *, vendor_id: str | None) -> Step:
    """Return the step that has the vendor send again what an object itself is sent."""
    step = context.accounts[target.vendor].vendor.resend(str(target), None)
    if vendor_id is None:
        raise ReconcilerError(
            f"{target} is not at the vendor yet, as far as the ledger knows; `reconciler apply` first"
        )
    return dataclasses.replace(step, target=step.target or vendor_id)


async def _settle_claims(context: Context, run: Run, target: Address, *, answer: Answer) -> list[str]:
    wanted = context.estate.wanted.get(target)
    names = wanted.addresses if wanted else (target,)
    settled = []
    for claim in await planning.open_claims(context):
        if claim.key.address in names:
            verdict = Verdict(answer.state, answer.vendor_id, "a person's word")
            context.ledger.settle(run, claim.key, verdict, now=context.clock.now())
            settled.append(claim.key.operation)
    return settled


async def _settle_manual(context: Context, run: Run, target: Address, *, answer: Answer) -> list[str]:
    plan = (await planning.plan(context)).plan
    settled = []
    for action in plan.actions:
        if action.address == target and action.kind is Kind.MANUAL:
            account = context.accounts[target.vendor]
            operation = account.vendor.catalogue[f"{target.vendor}/{target.type}"].operation(action.step.operation)
            key = ClaimKey(account.scope, target, action.step.operation, action.step.revision)
            context.ledger.adopt(
                run,
                key,
                vendor_id=answer.vendor_id or action.step.target or "",
                frozen=frozen(context.ledger, operation, action.step),
                now=context.clock.now(),
            )
            settled.append(action.step.operation)
    return settled


async def _withdraw(context: Context, run: Run, target: Address) -> list[str]:
    """Take back claims that are done, since a person says that the vendor never did it."""
    wanted = context.estate.wanted.get(target)
    done: list[ClaimKey] = []
    for scope in context.accounts[target.vendor].scopes:
        memory = await context.ledger.read_memory([scope])
        for address in wanted.addresses if wanted else (target,):
            claims = memory[address].claims if address in memory else {}
            done += [ClaimKey(scope, address, *name) for name, state in claims.items() if state is ClaimState.DONE]
    latest = max((key.revision for key in done), default=0)
    taken = [key for key in done if key.revision == latest]
    for key in taken:
        context.ledger.withdraw(run, key, reason="a person's word", now=context.clock.now())
    return sorted({key.operation for key in taken})


async def _choose(context: Context, run: Run, target: Address, *, vendor_id: str) -> list[str]:
    """Remember which of several matches is ours; nothing when there are not several, or it is none of them."""
    wanted = context.estate.wanted.get(target)
    matches = (await planning.plan(context)).material.observation.objects.get(target, ())
    if wanted is None or len(matches) < 2 or vendor_id not in {one.vendor_id for one in matches}:
        return []
    record = ObjectRecord(
        address=target,
        kind=wanted.manifest.kind,
        name=wanted.manifest.name,
        vendor_id=vendor_id,
        applied={},
        sync_status=SyncStatus.UNKNOWN,
        observed_at=None,
        manifest_revision="",
    )
    context.ledger.record_object(run, context.accounts[target.vendor].scope, record, now=context.clock.now())
    return ["adopt"]
