"""What an apply did, as a value; the twin of the plan for renderers and exit codes."""

import dataclasses
import enum
from collections import Counter
from datetime import datetime

from reconciler.contract import Kind, Waiting
from reconciler.model import Address, Problem, Severity

OUTCOMES = ("done", "adopted", "failed", "blocked", "in_doubt", "parked", "waiting", "manual", "not_started")


class Outcome(enum.StrEnum):
    """How an action ended, in the public words."""

    DONE = "done"
    ADOPTED = "adopted"
    FAILED = "failed"
    BLOCKED = "blocked"
    IN_DOUBT = "in_doubt"
    PARKED = "parked"
    WAITING = "waiting"
    MANUAL = "manual"
    NOT_STARTED = "not_started"


@dataclasses.dataclass(frozen=True)
class Result:
    """One action's end. `error` says what failed and what to do; `stale` and `refused` steer the exit code."""

    action: str
    address: Address
    operation: Kind
    outcome: Outcome
    vendor_id: str | None = None
    attempts: int = 0
    requests: int = 0
    error: str | None = None
    stale: bool = False
    refused: bool = False


@dataclasses.dataclass(frozen=True)
class ApplyReport:
    """Everything one apply did, in plan order; `requests` counts all HTTP requests of the run.

    `waiting`: what nothing was done for in this run, since others still have to act.
    """

    run: str
    project: str
    environment: str | None
    plan_digest: str
    started_at: datetime
    finished_at: datetime
    results: tuple[Result, ...]
    requests: int = 0
    problems: tuple[Problem, ...] = ()
    interrupted: bool = False
    waiting: tuple[Waiting, ...] = ()

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that kept something from being planned or done."""
        return tuple(problem for problem in self.problems if problem.severity is Severity.ERROR)

    @property
    def summary(self) -> dict[str, int]:
        """Counts by outcome, every key of the contract present, and all requests."""
        counts = Counter(result.outcome.value for result in self.results)
        return {**{key: counts.get(key, 0) for key in OUTCOMES}, "requests": self.requests}
