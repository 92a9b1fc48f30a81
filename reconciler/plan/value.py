"""`Plan` and `Action`: what would be done, as data that can be shown, saved, compared and refused."""

import dataclasses
from collections import Counter
from datetime import datetime

from reconciler.contract import Effect, Kind, Step, Waiting
from reconciler.model import Address, Json, ManifestRef, Problem, Severity, digest

UNREADABLE = "E601"
"""The code of the problem that names an object which could not be read."""

SUMMARY_KEYS = (
    "create",
    "update",
    "sync",
    "execute",
    "delete",
    "adopt",
    "manual",
    "forget",
    "waiting",
    "in_doubt",
    "unchanged",
)
COUNTED_AS = {
    Kind.SUBMIT: "execute",
    Kind.REQUEST: "update",
    Kind.ENABLE: "update",
    Kind.DISABLE: "update",
}
"""Kinds that the summary counts under another word."""


@dataclasses.dataclass(frozen=True)
class Revision:
    """Where the manifests come from: git commit (None outside git) and whether the tree differs from it."""

    commit: str | None = None
    dirty: bool = False


@dataclasses.dataclass(frozen=True)
class Action:
    """One step in its place: which manifest asked for it, which actions come before.

    `waits_for` is empty for an action that can be carried out; otherwise it says what another object waits for. The
    action then counts as waiting, or as blocked when `blocked` says that the other object is refused or in doubt.
    """

    step: Step
    manifest: ManifestRef
    depends_on: tuple[str, ...] = ()
    waits_for: str = ""
    blocked: bool = False

    @property
    def id(self) -> str:
        """Stable over runs: address, operation and, for orders, revision."""
        return self.step.id

    @property
    def address(self) -> Address:
        """What it acts on."""
        return self.step.address

    @property
    def kind(self) -> Kind:
        """The public word for what it does."""
        return self.step.kind


@dataclasses.dataclass(frozen=True)
class Plan:
    """Everything one pass would do, in an order that respects dependencies.

    `content` is the digest of what it was made from: manifests, documents and effective configuration.
    `doubts`: addresses with an operation in doubt.
    """

    project: str
    environment: str | None
    revision: Revision
    created_at: datetime
    content: str
    tool: str
    actions: tuple[Action, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    doubts: tuple[Address, ...] = ()
    unchanged: int = 0
    complete: bool = True
    serial: int = 0
    problems: tuple[Problem, ...] = ()

    @property
    def summary(self) -> dict[str, int]:
        """Counts by public word, every key of the contract present."""
        counts = Counter(COUNTED_AS.get(action.kind, action.kind.value) for action in self.actions)
        counts["waiting"] = len(self.waiting)
        counts["in_doubt"] = len(self.doubts)
        counts["unchanged"] = self.unchanged
        return {key: counts.get(key, 0) for key in SUMMARY_KEYS}

    @property
    def digest(self) -> str:
        """`sha256:` over what would be done and what it rests on; not over times or the commit."""
        return digest(
            {
                "project": self.project,
                "environment": self.environment,
                "content": self.content,
                "tool": self.tool,
                "serial": self.serial,
                "complete": self.complete,
                "actions": [action_to_json(action) for action in self.actions],
            }
        )

    @property
    def changes(self) -> bool:
        """Whether anything would be done or must be done by a person."""
        return bool(self.actions)

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that keep something from being planned."""
        return tuple(problem for problem in self.problems if problem.severity is Severity.ERROR)

    @property
    def unreadable_vendors(self) -> frozenset[str]:
        """The vendors (first part of an address) with objects that could not be read."""
        return frozenset(one.address.split("/")[0] for one in self.problems if one.code == UNREADABLE and one.address)


def step_to_json(step: Step) -> dict[str, Json]:
    """Return the whole step as JSON, enough to compare and to resume it."""
    return {
        "address": str(step.address),
        "step": step.operation,
        "operation": step.kind.value,
        "reason": step.reason,
        "target": step.target,
        "changes": [{"path": c.path, "before": c.before, "after": c.after} for c in step.changes],
        "body": dict(step.body),
        "after": list(step.after),
        "needs": [str(address) for address in step.needs],
        "follows": [[str(address), operation] for address, operation in step.follows],
        "effects": sorted(effect.value for effect in step.effects),
        "revision": step.revision,
        "basis": step.basis,
        "cost": dict(step.cost.to_json()) if step.cost else None,
        "max_price": dict(step.max_price.to_json()) if step.max_price else None,
        "instructions": step.instructions,
    }


def action_to_json(action: Action) -> dict[str, Json]:
    """Return the whole action as JSON: the step, its manifest's identity and its dependencies."""
    return {
        "id": action.id,
        **step_to_json(action.step),
        "manifest": {"kind": action.manifest.kind, "name": action.manifest.name},
        "depends_on": list(action.depends_on),
        "waits_for": action.waits_for,
        "blocked": action.blocked,
    }


def costs(action: Action) -> bool:
    """Say whether carrying the action out costs money."""
    return Effect.COSTS in action.step.effects
