"""`resolve` and `resend`: what only a person can decide."""

import click

from reconciler.apply import protocol
from reconciler.apply.desk import Desk
from reconciler.cli import interrupting, output, session
from reconciler.cli.interrupting import Signals
from reconciler.cli.options import global_flags
from reconciler.cli.reporting import require_one
from reconciler.contract import ClaimState
from reconciler.errors import Exit, ReconcilerError, UsageError
from reconciler.model import Address
from reconciler.plan.report import Outcome
from reconciler.reconcile import deciding
from reconciler.reconcile.deciding import Answer


@click.command()
@click.argument("address")
@click.option("--adopt", metavar="ID", help="The vendor did it; its object has this id.")
@click.option("--not-executed", is_flag=True, help="The vendor did not do it: it may be done again.")
@click.option("--done", is_flag=True, help="I did it by hand.")
@click.option("--as", "done_as", metavar="ID", help="With --done: the id or number the vendor gave.")
@global_flags
def resolve(*, address: str, adopt: str | None, not_executed: bool, done: bool, done_as: str | None) -> int:
    """Answer for an action that is in doubt, parked or manual."""
    try:
        target = Address.parse(address)
    except ValueError as error:
        raise UsageError(str(error)) from error
    made = require_one(adopt=adopt, not_executed=not_executed, done=done)
    if done_as is not None and made != "done":
        raise UsageError("--as goes with --done; with --adopt the id is the value itself")
    answers = {
        "adopt": Answer(ClaimState.DONE, adopt),
        "not_executed": Answer(ClaimState.RELEASED, None),
        "done": Answer(ClaimState.DONE, done_as),
    }
    session.configure_logs()
    project = session.open_project()
    settled = interrupting.run(lambda _: _resolve(project, target, answer=answers[made]))
    output.note(f"{address}: {', '.join(settled)} recorded; the next plan takes it into account")
    return Exit.DONE


async def _resolve(project: session.Project, target: Address, *, answer: Answer) -> list[str]:
    async with session.online(project, writing=True) as context:
        return await deciding.resolve(context, target, answer=answer)


@click.command()
@click.argument("order")
@click.option("--asset", metavar="ID", help="Which asset, when the order has several.")
@global_flags
def resend(*, order: str, asset: str | None) -> int:
    """Have the vendor send an order's licence key again: one mail, on purpose, never part of a plan."""
    session.configure_logs()
    project = session.open_project()
    session.require_valid(project)
    end, stopped = interrupting.run(lambda signals: _resend(project, order, asset=asset, signals=signals))
    if end.outcome is Outcome.DONE:
        output.note(f"{order}: the vendor was asked to send it again")
        return Exit.INTERRUPTED if stopped else Exit.DONE
    output.note(f"error: {end.error or f'{order}: nothing was sent'}")
    if stopped:
        return Exit.INTERRUPTED
    return Exit.DOUBT if end.outcome in {Outcome.IN_DOUBT, Outcome.PARKED} else Exit.ERROR


async def _resend(
    project: session.Project, order: str, *, asset: str | None, signals: Signals
) -> tuple[protocol.End, bool]:
    async with session.online(project, writing=True) as context:
        target = next((a for a in context.estate.wanted if a.type == "order" and a.name == order), None)
        if target is None:
            raise ReconcilerError(f"order {order} is not declared; check the name")
        run = await context.ledger.begin_run("resend", now=context.clock.now())
        try:
            step = await deciding.resend_step(context, target, asset=asset)
            desk = Desk(
                accounts=context.accounts,
                ledger=context.ledger,
                run=run,
                clock=context.clock,
                random=context.random,
                plan="resend",
                wanted=context.estate.wanted,
            )
            with signals.instead(lambda: setattr(desk, "stopping", True)):
                return await protocol.carry_out(desk, step), signals.heard > 0
        finally:
            await context.ledger.end_run(run, now=context.clock.now(), settled=False)
