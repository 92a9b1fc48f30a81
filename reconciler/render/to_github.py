"""Problems as GitHub workflow commands, which the runner turns into annotations on the files."""

from collections.abc import Iterable

from reconciler.model import Problem, Range, Severity
from reconciler.render import escape
from reconciler.render.findings import in_order

COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def text(problems: Iterable[Problem]) -> str:
    """Return one command a line."""
    return "".join(f"{_command(problem)}\n" for problem in in_order(problems))


def _command(problem: Problem) -> str:
    properties: list[tuple[str, str]] = []
    if problem.place is not None and problem.place.file:
        properties.append(("file", problem.place.file))
        properties += _range(problem.place.range) if problem.place.range else []
    properties.append(("title", problem.code))
    subject = f"{problem.address}: " if problem.address else ""
    message = escape.github_message(subject + problem.summary)
    if problem.detail:
        message += "%0A" + escape.github_message(problem.detail)
    written = ",".join(f"{name}={escape.github_property(value)}" for name, value in properties)
    return f"::{COMMANDS[problem.severity]} {written}::{message}"


def _range(found: Range) -> list[tuple[str, str]]:
    places = [("line", found.start.line), ("col", found.start.column), ("endLine", found.end.line)]
    if found.end.line == found.start.line:
        places.append(("endColumn", max(found.start.column, found.end.column - 1)))  # the runner's end is inclusive
    return [(name, str(number)) for name, number in places]
