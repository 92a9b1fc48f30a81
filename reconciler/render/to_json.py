"""The public JSON documents, from the values themselves; `text` prints any of them.

Keys are the contract's. Nothing is shortened here; secrets are already absent from the values.
"""

from collections.abc import Iterable, Sequence

from reconciler.contract import Kind, Waiting
from reconciler.model import Json, JsonObject, Problem, Severity
from reconciler.plan.report import ApplyReport, Result
from reconciler.plan.value import Action, Plan
from reconciler.plan.value import costs as costs_money
from reconciler.render import escape
from reconciler.render.findings import in_order
from reconciler.render.report import timestamp

FORMAT_VERSION = "1.0"


def text(document: JsonObject) -> str:
    """Return the document as indented ASCII JSON with a final newline."""
    return escape.json_text(document) + "\n"


def plan(value: Plan) -> JsonObject:
    """Return the `Plan` document; actions stand in the order of the plan."""
    return {
        "format_version": FORMAT_VERSION,
        "kind": "Plan",
        "project": value.project,
        "environment": value.environment,
        "revision": {"commit": value.revision.commit, "dirty": value.revision.dirty},
        "created_at": timestamp(value.created_at),
        "digest": value.digest,
        "content": value.content,
        "tool": value.tool,
        "complete": value.complete,
        "summary": dict(value.summary),
        "actions": [_action(action) for action in value.actions],
        "waiting": [_waiting(item) for item in sorted(value.waiting, key=lambda item: (item.address, item.party))],
        "in_doubt": [str(address) for address in sorted(value.doubts)],
        "diagnostics": problems(value.problems),
    }


def apply_report(value: ApplyReport) -> JsonObject:
    """Return the `ApplyReport` document; results stand in the order of the plan."""
    return {
        "format_version": FORMAT_VERSION,
        "kind": "ApplyReport",
        "run": value.run,
        "project": value.project,
        "plan_digest": value.plan_digest,
        "started_at": timestamp(value.started_at),
        "finished_at": timestamp(value.finished_at),
        "summary": dict(value.summary),
        "results": [_result(result) for result in value.results],
        "waiting": [_waiting(item) for item in value.waiting],
        "diagnostics": problems(value.problems),
    }


def diagnostics(found: Sequence[Problem]) -> JsonObject:
    """Return the `Diagnostics` document of `validate`."""
    return {
        "format_version": FORMAT_VERSION,
        "kind": "Diagnostics",
        "valid": all(problem.severity is not Severity.ERROR for problem in found),
        "diagnostics": problems(found),
    }


def problems(found: Iterable[Problem]) -> list[Json]:
    """Return problems as every document lists them, by place; `address` only where there is one."""
    return [_problem(problem) for problem in in_order(found)]


def _action(action: Action) -> JsonObject:
    step, manifest = action.step, action.manifest
    document: JsonObject = {
        "id": action.id,
        "address": str(action.address),
        "operation": action.kind.value,
        "step": step.operation,
        "vendor": action.address.vendor,
        "manifest": {"kind": manifest.kind, "name": manifest.name, "file": manifest.file, "line": manifest.line},
        "changes": [
            {"path": change.path, "before": change.before, "after": change.after}
            for change in sorted(step.changes, key=lambda change: change.path)
        ],
        "effects": sorted(effect.value for effect in step.effects),
        "depends_on": sorted(action.depends_on),
        "waits_for": action.waits_for or None,
        "reason": step.reason,
    }
    if manifest.kind == "Order":
        document["revision"] = step.revision
    if costs_money(action):
        document["cost"] = dict(step.cost.to_json()) if step.cost else None
        document["max_price"] = dict(step.max_price.to_json()) if step.max_price else None
    if action.kind is Kind.MANUAL:
        document["instructions"] = step.instructions
    return document


def _waiting(item: Waiting) -> JsonObject:
    return {"address": str(item.address), "for": item.party, "since": item.since, "detail": item.detail}


def _result(result: Result) -> JsonObject:
    return {
        "action": result.action,
        "address": str(result.address),
        "operation": result.operation.value,
        "outcome": result.outcome.value,
        "vendor_id": result.vendor_id,
        "attempts": result.attempts,
        "requests": result.requests,
        "error": result.error,
    }


def _problem(problem: Problem) -> JsonObject:
    place = problem.place
    found = place.range if place else None
    document: JsonObject = {
        "severity": problem.severity.value,
        "code": problem.code,
        "summary": problem.summary,
        "detail": problem.detail,
        "file": place.file if place else None,
        "range": {
            "start": {"line": found.start.line, "column": found.start.column},
            "end": {"line": found.end.line, "column": found.end.column},
        }
        if found
        else None,
        "snippet": place.snippet if place else None,
    }
    if problem.address is not None:
        document["address"] = problem.address
    return document
