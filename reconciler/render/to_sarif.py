"""Problems as SARIF 2.1.0, as code scanning reads it (OASIS, `sarif-schema-2.1.0.json`)."""

import hashlib
import urllib.parse
from collections import Counter
from collections.abc import Iterable

from reconciler import __version__
from reconciler.model import Json, JsonObject, Place, Problem, Severity
from reconciler.render import escape
from reconciler.render.findings import in_order

LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def text(problems: Iterable[Problem]) -> str:
    """Return one run with a result per problem."""
    found = in_order(problems)
    codes = sorted({problem.code for problem in found})
    seen: Counter[str] = Counter()
    rules: list[Json] = [{"id": code} for code in codes]
    driver: JsonObject = {"name": "reconciler", "version": __version__, "rules": rules}
    run: JsonObject = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(problem, codes.index(problem.code), seen) for problem in found],
    }
    return escape.json_text({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}) + "\n"


def _result(problem: Problem, rule: int, seen: Counter[str]) -> JsonObject:
    message = f"{problem.summary}; {problem.detail}" if problem.detail else problem.summary
    result: JsonObject = {
        "ruleId": problem.code,
        "ruleIndex": rule,
        "level": LEVELS[problem.severity],
        "message": {"text": escape.sarif(message)},
        "partialFingerprints": {"reconciler/v1": _fingerprint(problem, seen)},
    }
    if problem.place is not None and problem.place.file:
        result["locations"] = [{"physicalLocation": _location(problem.place)}]
    return result


def _fingerprint(problem: Problem, seen: Counter[str]) -> str:
    """Return what stays when lines move: rule, file, object and text, numbered among equals."""
    file = problem.place.file if problem.place else ""
    basis = "\0".join((problem.code, file, problem.address or "", problem.summary))
    digest = hashlib.sha256(basis.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    seen[digest] += 1
    return f"{digest}:{seen[digest]}"


def _location(place: Place) -> JsonObject:
    uri = urllib.parse.quote(place.file.lstrip("/"), errors="replace")
    location: JsonObject = {"artifactLocation": {"uri": uri, "uriBaseId": "%SRCROOT%"}}
    if place.range is None:
        return location
    region: JsonObject = {
        "startLine": place.range.start.line,
        "startColumn": place.range.start.column,
        "endLine": place.range.end.line,
        "endColumn": place.range.end.column,
    }
    if place.snippet:
        region["snippet"] = {"text": escape.visible(place.snippet)}
    location["region"] = region
    return location
