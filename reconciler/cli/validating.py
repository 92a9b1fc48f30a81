"""`validate`: the offline check, in the form that people, editors or CI systems read."""

import click

from reconciler.cli import output, session
from reconciler.cli.options import global_flags
from reconciler.errors import Exit
from reconciler.model import Problem


@click.command()
@click.option(
    "-o",
    "--output",
    "form",
    type=click.Choice(["text", "json", "sarif", "github", "junit"]),
    default="text",
    help="Form of the result.",
)
@global_flags
def validate(form: str) -> int:
    """Check every manifest offline: no credentials, no network."""
    session.configure_logs()
    project = session.open_project()
    problems = list(project.estate.problems)
    output.emit(_render(form, project, problems))
    return Exit.DONE if project.estate.valid else Exit.ERROR


def _render(form: str, project: session.Project, problems: list[Problem]) -> str:
    from reconciler.render import findings, to_github, to_json, to_junit, to_sarif, to_text

    if form == "json":
        return to_json.text(to_json.diagnostics(problems))
    if form == "sarif":
        return to_sarif.text(problems)
    if form == "github":
        return to_github.text(problems)
    if form == "junit":
        files = sorted({manifest.file for manifest in project.estate.manifests})
        return to_junit.text(problems, files=files)
    report = findings.report(problems, checked=len(project.estate.manifests))
    return to_text.text(report, color=output.color(), width=output.width())
