"""Plans and steps as stored data, and what a saved plan is still good for. Pure.

A stored plan carries its digest; what comes back from a file must give the same digest, or it was changed.
"""

import dataclasses
import decimal
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from reconciler.contract import Change, Effect, Kind, Step
from reconciler.errors import StalePlan
from reconciler.model import Address, Json, JsonObject, ManifestRef, Money
from reconciler.plan.value import Action, Plan, Revision, action_to_json, step_to_json


def pack(plan: Plan) -> JsonObject:
    """Return what `unpack` needs."""
    actions: list[Json] = [
        {**action_to_json(action), "file": action.manifest.file, "line": action.manifest.line}
        for action in plan.actions
    ]
    return {
        "project": plan.project,
        "environment": plan.environment,
        "commit": plan.revision.commit,
        "dirty": plan.revision.dirty,
        "created_at": plan.created_at.isoformat(),
        "content": plan.content,
        "tool": plan.tool,
        "serial": plan.serial,
        "complete": plan.complete,
        "unchanged": plan.unchanged,
        "actions": actions,
        "digest": plan.digest,
    }


def unpack(data: Mapping[str, Any]) -> Plan:
    """Return the stored plan; StalePlan when it is not one or was changed after it was made."""
    try:
        plan = Plan(
            project=data["project"],
            environment=data["environment"],
            revision=Revision(data["commit"], data["dirty"]),
            created_at=datetime.fromisoformat(data["created_at"]),
            content=data["content"],
            tool=data["tool"],
            actions=tuple(_action(item) for item in data["actions"]),
            unchanged=data["unchanged"],
            complete=data["complete"],
            serial=data["serial"],
        )
        stored = data["digest"]
    except (KeyError, TypeError, ValueError, AttributeError, decimal.InvalidOperation) as error:
        raise StalePlan(f"this is no plan that this version saved ({type(error).__name__}); plan again") from error
    if plan.digest != stored:
        raise StalePlan("the plan file was changed after it was made; plan again")
    return plan


def step_from_json(data: Mapping[str, Any]) -> Step:
    """Return the step that `step_to_json` wrote; KeyError, TypeError or ValueError when it is none."""
    return Step(
        address=Address.parse(data["address"]),
        operation=data["step"],
        kind=Kind(data["operation"]),
        reason=data["reason"],
        target=data["target"],
        changes=tuple(Change(item["path"], item["before"], item["after"]) for item in data["changes"]),
        body=data["body"],
        after=tuple(data["after"]),
        needs=tuple(Address.parse(text) for text in data["needs"]),
        effects=frozenset(Effect(text) for text in data["effects"]),
        revision=data["revision"],
        basis=data["basis"],
        cost=_money(data["cost"]),
        max_price=_money(data["max_price"]),
        instructions=data["instructions"],
        follows=tuple((Address.parse(text), operation) for text, operation in data["follows"]),
    )


@dataclasses.dataclass(frozen=True)
class Freshness:
    """What is left of a saved plan: `stale` action id -> why it must not be done, `satisfied` ids, `grown` ids."""

    stale: Mapping[str, str]
    satisfied: frozenset[str]
    grown: tuple[str, ...]


def bound(saved: Plan, now: Plan) -> None:
    """Raise StalePlan when the saved plan belongs to other content, project, environment or version."""
    pairs = {
        "project": (saved.project, now.project),
        "environment": (saved.environment, now.environment),
        "version": (saved.tool, now.tool),
        "content": (saved.content, now.content),
    }
    for name, (then, today) in pairs.items():
        if then != today:
            raise StalePlan(f"the plan was made for another {name} ({then}, now {today}); plan again")


def freshness(saved: Plan, now: Plan) -> Freshness:
    """Compare a saved plan with one made now, action by action."""
    today = {action.id: action for action in now.actions}
    planned = {action.id for action in saved.actions}
    troubled = {problem.address for problem in now.errors if problem.address} | {str(one) for one in now.doubts}
    stale: dict[str, str] = {}
    satisfied = set()
    for action in saved.actions:
        fresh = today.get(action.id)
        if fresh is None and str(action.address) in troubled:
            stale[action.id] = f"{action.id} cannot be checked or is refused now; plan again"
        elif fresh is None:
            satisfied.add(action.id)
        elif _core(fresh.step) != _core(action.step):
            names = sorted(name for name, value in _core(fresh.step).items() if _core(action.step)[name] != value)
            stale[action.id] = f"{action.id} is not what was planned any more ({', '.join(names)}); plan again"
        elif new := [name for name in fresh.depends_on if name not in planned]:
            stale[action.id] = f"{action.id} needs {', '.join(new)} first, which was not planned; plan again"
    return Freshness(stale, frozenset(satisfied), tuple(name for name in today if name not in planned))


def _core(step: Step) -> JsonObject:
    return {name: value for name, value in step_to_json(step).items() if name not in {"reason", "instructions"}}


def _action(item: Mapping[str, Any]) -> Action:
    manifest = ManifestRef(item["manifest"]["kind"], item["manifest"]["name"], item["file"], item["line"])
    return Action(step_from_json(item), manifest, tuple(item["depends_on"]), item["waits_for"], item["blocked"])


def _money(data: Mapping[str, str] | None) -> Money | None:
    return Money(decimal.Decimal(data["amount"]), data["currency"]) if data else None
