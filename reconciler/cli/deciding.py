"""`resolve` and `resend`: what only a person can decide."""

import click

from reconciler.apply import protocol
from reconciler.apply.desk import Desk
from reconciler.cli import interrupting, output, session
from reconciler.cli.interrupting import Signals
from reconciler.cli.options import global_flags
from reconciler.cli.reporting import require_one
from reconciler.contract import ClaimState
from reconciler.errors import Exit, UsageError
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
@click.argument("target", metavar="ORDER")
@click.option("--asset", metavar="ID", help="Which asset, when the order has several.")
@global_flags
def resend(*, target: str, asset: str | None) -> int:
    """Have the vendor send an order's licence key again, or with User/NAME an invitation: one mail, on purpose."""
    if asset is not None and target.startswith("User/"):
        raise UsageError("--asset goes with an order; an invitation has none")
    session.configure_logs()
    project = session.open_project()
    session.require_valid(project)
    end, stopped = interrupting.run(lambda signals: _resend(project, target, asset=asset, signals=signals))
    if end.outcome is Outcome.DONE:
        output.note(f"{target}: the vendor was asked to send it again")
        return Exit.INTERRUPTED if stopped else Exit.DONE
    output.note(f"error: {end.error or f'{target}: nothing was sent'}")
    if stopped:
        return Exit.INTERRUPTED
    return Exit.DOUBT if end.outcome in {Outcome.IN_DOUBT, Outcome.PARKED} else Exit.ERROR


async def _resend(
    project: session.Project, target: str, *, asset: str | None, signals: Signals
) -> tuple[protocol.End, bool]:
    desks: list[Desk] = []

    def stop() -> None:
        for desk in desks:
            desk.stopping = True

    def started(desk: Desk) -> None:
        desks.append(desk)
        desk.stopping = signals.heard > 0

    async with session.online(project, writing=True) as context:
        with signals.instead(stop):
            return await deciding.resend(context, target, asset=asset, started=started), signals.heard > 0
