"""Problems as JUnit XML: a case per problem, and a passing one per file without any."""

from collections.abc import Iterable

from reconciler.model import Problem, Severity
from reconciler.render import escape
from reconciler.render.findings import in_order, where


def text(problems: Iterable[Problem], *, files: Iterable[str] = ()) -> str:
    """Return one suite; `files` are all files read. Only errors fail."""
    found = in_order(problems)
    named = {problem.place.file for problem in found if problem.place}
    clean = sorted(set(files) - named)
    cases = [line for problem in found for line in _case(problem)]
    cases += [f"    {_open(file, 'valid')}/>" for file in clean]
    failures = sum(1 for problem in found if problem.severity is Severity.ERROR)
    counts = f'tests="{len(found) + len(clean)}" failures="{failures}" errors="0" skipped="0"'
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f"<testsuites {counts}>",
        f'  <testsuite name="reconciler validate" {counts}>',
        *cases,
        "  </testsuite>",
        "</testsuites>",
    ]
    return "".join(f"{line}\n" for line in lines)


def _open(file: str, name: str) -> str:
    return f'<testcase classname="{escape.xml(file)}" name="{escape.xml(name)}"'


def _case(problem: Problem) -> Iterable[str]:
    place = where(problem)
    file = problem.place.file if problem.place else problem.address or "reconciler"
    message = escape.xml(problem.summary)
    body = escape.xml("; ".join(part for part in (place, problem.summary, problem.detail) if part))
    yield f"    {_open(file, f'{problem.code} {place}'.strip())}>"
    if problem.severity is Severity.ERROR:
        yield f'      <failure type="{escape.xml(problem.code)}" message="{message}">{body}</failure>'
    else:
        yield f"      <system-out>{problem.severity.value}: {body}</system-out>"
    yield "    </testcase>"
