"""`plan` and `show`: what would change, now or in a saved plan. Neither can write to a vendor."""

import json
from collections.abc import Mapping
from pathlib import Path

import click

from reconciler.cli import interrupting, output, session
from reconciler.cli.options import global_flags
from reconciler.cli.rules import allowances, rules_of
from reconciler.errors import Exit, StalePlan, UsageError, worst
from reconciler.model import JsonObject
from reconciler.plan.value import Plan

FORMS = ["text", "json", "markdown", "html", "gitlab"]


@click.command()
@click.option("--out", type=click.Path(dir_okay=False), help="Save the plan for `apply PLANFILE`.")
@click.option("-o", "--output", "form", type=click.Choice(FORMS), default="text", help="Form of the result.")
@click.option("--detailed-exitcode", is_flag=True, help="2 for changes, 6 for doubt, 8 for waiting.")
@click.option("--refresh", type=click.Choice(["all", "changed"]), default="all", help="What is read anew.")
@click.option("--allow", metavar="NAME=N,...", help="Allow this many of a limit, for this plan.")
@global_flags
def plan(*, out: str | None, form: str, detailed_exitcode: bool, refresh: str, allow: str | None) -> int:
    """Read the vendors and say what would change; makes no mutating request."""
    allowed = allowances(allow)
    session.configure_logs()
    project = session.open_project()
    session.require_valid(project, form=form)
    made = interrupting.run(lambda _: _plan(project, only_changed=refresh == "changed"))
    if out is not None:
        write_plan(Path(out), made)
    output.emit(render(made, form))
    return exit_code(project, made, allowed=allowed, detailed=detailed_exitcode)


def exit_code(project: session.Project, made: Plan, *, allowed: Mapping[str, int], detailed: bool) -> Exit:
    """Show what policy forbids and return the exit code of a plan."""
    from reconciler.plan import policy

    now = made.created_at
    broken = policy.violations(made, rules_of(project.settings, allowed, now=now), now=now)
    if broken:
        output.note(session.problem_lines(broken))
    codes = [Exit.REFUSED] if broken else []
    if made.errors or not made.complete:
        codes.append(Exit.ERROR)
    if detailed:
        codes += [Exit.CHANGES] if made.changes else []
        codes += [Exit.DOUBT] if made.doubts else []
        codes += [Exit.CONVERGING] if made.waiting else []
    return worst(codes)


@click.command()
@click.argument("planfile", type=click.Path(dir_okay=False))
@click.option("-o", "--output", "form", type=click.Choice(FORMS), default="text", help="Form of the result.")
@global_flags
def show(planfile: str, form: str) -> int:
    """Show a saved plan, offline."""
    session.configure_logs()
    output.emit(render(read_plan(Path(planfile)), form))
    return Exit.DONE


async def _plan(project: session.Project, *, only_changed: bool) -> Plan:
    from reconciler.reconcile import planning

    async with session.online(project, writing=False) as context:
        made = (await planning.plan(context, only_changed=only_changed)).plan
    return with_holds(project, made)


def with_holds(project: session.Project, made: Plan) -> Plan:
    """Return the plan with what waits for a maintenance window."""
    from reconciler.plan import policy

    now = made.created_at
    return policy.with_holds(made, rules_of(project.settings, {}, now=now), now=now)


def render(made: Plan, form: str) -> str:
    """Return the plan in one of its forms."""
    from reconciler.render import planned, to_gitlab, to_html, to_json, to_markdown, to_text

    if form == "json":
        return to_json.text(to_json.plan(made))
    if form == "gitlab":
        return to_gitlab.text(made)
    report = planned.report(made)
    if form == "markdown":
        return to_markdown.text(report)
    if form == "html":
        return to_html.text(report)
    return to_text.text(report, color=output.color(), width=output.width())


def write_plan(path: Path, made: Plan) -> None:
    """Save a plan: its JSON document with what is needed to carry it out."""
    from reconciler import files
    from reconciler.plan import saved
    from reconciler.render import to_json

    document: JsonObject = {**to_json.plan(made), "saved": saved.pack(made)}
    try:
        files.write_file(path, to_json.text(document).encode())
    except OSError as error:
        raise UsageError(f"{path} cannot be written ({error.strerror}); name another file with --out") from error


def read_plan(path: Path) -> Plan:
    """Read a saved plan; UsageError when there is no such file, StalePlan when it is no (unchanged) plan."""
    from reconciler.plan import saved

    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"plan file {path} cannot be read; make one with `reconciler plan --out {path}`") from error
    try:
        document = json.loads(text)
        packed = document["saved"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise StalePlan(f"{path} is no saved plan; make one with `reconciler plan --out {path}`") from error
    return saved.unpack(packed)
