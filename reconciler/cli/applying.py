"""`apply`: plan, ask, carry out, write back."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from reconciler.apply.desk import Desk
from reconciler.cli import interrupting, output, planning, session
from reconciler.cli.interrupting import Signals
from reconciler.cli.options import global_flags
from reconciler.cli.progress import Progress
from reconciler.cli.rules import allowances, rules_of
from reconciler.cli.sealing import recipients_of
from reconciler.cli.writing import write_papers, write_status
from reconciler.errors import Exit, UsageError
from reconciler.plan.report import ApplyReport
from reconciler.plan.value import Plan
from reconciler.reconcile import applying
from reconciler.reconcile.applying import Applied
from reconciler.reconcile.planning import Context
from reconciler.settings import durations

FORMS = ["text", "json", "markdown"]


@click.command()
@click.argument("planfile", required=False, type=click.Path(dir_okay=False))
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--allow", metavar="NAME=N,...", help="Allow this many of a limit, for this run.")
@click.option("--wait", default="60s", help="How long vendors at work are polled; 0: once.")
@click.option("-o", "--output", "form", type=click.Choice(FORMS), default="text", help="Form of the result.")
@click.option("--detailed-exitcode", is_flag=True, help="8 while a vendor or a person there is still at work.")
@global_flags
def apply(*, planfile: str | None, yes: bool, allow: str | None, wait: str, form: str, detailed_exitcode: bool) -> int:
    """Plan (or load a saved plan) and carry it out, each action at most once."""
    seconds = read_span(wait, "--wait")
    allowed = allowances(allow)
    if not yes and planfile is None and not sys.stdin.isatty():
        raise UsageError("apply has no terminal to ask on; give --yes or a saved plan")
    session.configure_logs()
    approved = planning.read_plan(Path(planfile)) if planfile else None
    project = session.open_project()
    session.require_valid(project, form=form)
    caller = Caller(project, form=form, ask=not yes and approved is None)
    return interrupting.run(
        lambda signals: caller.apply(signals, approved, allowed=allowed, wait=seconds, detailed=detailed_exitcode)
    )


def read_span(text: str, flag: str) -> float:
    """Return a span of time in seconds; UsageError that names the flag when it cannot be read."""
    try:
        return 0.0 if text.strip() == "0" else durations.parse(text)
    except ValueError as error:
        raise UsageError(f"{flag} {text!r} cannot be read; write a span such as 60s or 5m") from error


class Caller:
    """One apply as people and pipelines see it."""

    def __init__(self, project: session.Project, *, form: str, ask: bool, resting: Sequence[str] = ()) -> None:
        self.applied: Applied | None = None
        self.context: Context | None = None
        self._resting = resting
        self._project = project
        self._form = form
        self._ask = ask
        self._desk: Desk | None = None

    async def apply(
        self, signals: Signals, approved: Plan | None, *, allowed: Mapping[str, int], wait: float, detailed: bool
    ) -> int:
        """Carry out and return the exit code."""
        settings = self._project.settings
        progress = Progress(quiet=self._form == "json")
        async with session.online(self._project, writing=True, resting=self._resting) as context:
            self.context = context
            orders = applying.Orders(
                command="apply",
                rules=rules_of(settings, allowed, now=context.clock.now()),
                wait=wait,
                recipients=recipients_of(settings),
                approved=approved,
                confirm=lambda plan: self._confirm(plan, signals, progress),
                progress=progress.step,
                started=lambda desk: self._take_desk(desk, signals),
            )
            with signals.instead(self._stop):
                with progress:
                    done = await applying.apply(context, orders)
                self.applied = done
                if done.report is None:
                    output.note("nothing was done")
                    return Exit.ERROR
                write_status(settings, done, await context.ledger.read_assets(context.scopes))
                write_papers(context, settings.root, done)
        output.emit(self._render(done.report))
        return Exit.INTERRUPTED if signals.heard else applying.exit_code(done, detailed=detailed)

    def _confirm(self, plan: Plan, signals: Signals, progress: Progress) -> bool:
        if not self._ask:
            return True
        with progress.paused(), signals.raising():
            output.show(planning.render(plan, "text"))
            return not plan.actions or click.confirm("Carry this out?", err=True)

    def _take_desk(self, desk: Desk, signals: Signals) -> None:
        self._desk = desk
        desk.stopping = signals.heard > 0

    def _stop(self) -> None:
        if self._desk is not None:
            self._desk.stopping = True

    def _render(self, report: ApplyReport) -> str:
        from reconciler.render import applied, to_json, to_markdown, to_text

        if self._form == "json":
            return to_json.text(to_json.apply_report(report))
        shown = applied.report(report)
        if self._form == "markdown":
            return to_markdown.text(shown)
        return to_text.text(shown, color=output.color(), width=output.width())
