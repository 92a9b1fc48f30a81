"""One vendor from nothing: what is wanted of it, pass by pass, and everything that happened.

Findings rest on what happens here, so nothing of the engine is replaced: only what is around it is in memory.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from reconciler.contract import ClaimState, NoRecovery, Operation, Step
from reconciler.ledger.protocol import Ledger
from reconciler.model import Address, Problem, Severity
from reconciler.plan.policy import Rules
from reconciler.plan.report import Outcome
from reconciler.plan.value import Plan
from reconciler.reconcile import applying, deciding, planning
from reconciler.reconcile.applying import Applied, Orders
from reconciler.reconcile.estate import Estate
from reconciler.reconcile.planning import Context
from reconciler.testing.clock import VirtualClock
from reconciler.testing.conformance.bench import Bench, Chapter
from reconciler.testing.conformance.engine import Engine, sealing_key
from reconciler.testing.conformance.loading import load, make_vendor
from reconciler.testing.conformance.watching import Stage, WatchedVendor
from reconciler.testing.ledger import memory_ledger

T = TypeVar("T")
PASSES = 8
"""Runs that a state may take to be reached."""
PAUSE = 30.0
"""Seconds between two runs."""
_RULES = Rules(limits=dict.fromkeys(("creates", "updates", "executes", "deletes", "notifications"), 999))


class Trial:
    """What outlives a pass; `lag` None: as the bench declares."""

    def __init__(self, bench: Bench, *, lag: float | None = None, ledger: Ledger | None = None) -> None:
        clock = VirtualClock()
        self.bench = bench
        self.app = bench.app(clock.now)
        self.stage = Stage(self.app)
        self.vendor = WatchedVendor(make_vendor(bench))
        self.said: list[str] = []
        self.plans: list[Plan] = []
        self.estate = Estate((), {}, (), "")
        patience = bench.lag if lag is None else lag
        self._engine = Engine(self.vendor, self.stage, clock, ledger or memory_ledger(), patience)

    def counts(self) -> Counter[str]:
        """Return how many rows each table of the books has."""
        return Counter({table: len(rows) for table, rows in self.bench.books(self.app).items() if rows})

    def declare(self, text: str) -> "Trial":
        """Say what is wanted from now on; an AssertionError when it is not valid."""
        found = load(self.bench, self.vendor, text)
        assert found.valid, [str(one.summary) for one in found.problems if one.severity is Severity.ERROR]
        self.estate = found
        return self

    def live(self, chapter: Chapter) -> "Trial":
        """Let a chapter begin."""
        chapter.before(self.app)
        return self.declare(chapter.manifests)

    def forget(self) -> None:
        """Lose what the ledger knows of the vendor's objects, but not a credential that changes with each use."""
        self._engine.losses += 1

    def plan(self) -> Plan:
        """Plan once."""
        made = self.do(planning.plan).plan
        self.plans.append(made)
        self.said += texts(made.problems)
        return made

    def apply(self) -> Applied:
        """Apply once."""
        orders = Orders("apply", _RULES, 60.0, (sealing_key()[1],))
        done = self.do(lambda context: applying.apply(context, orders))
        assert done.report is not None
        self.said += texts(done.report.problems)
        self.said += [one.error for one in done.report.results if one.error]
        return done

    def settle(self) -> str:
        """Apply until nothing is left to do; return why that did not come to be, empty when it did.

        A person answers for what is parked, if the operation is declared to have no recovery.
        """
        for _ in range(PASSES):
            report = self.apply().report
            assert report is not None
            for result in report.results:
                if result.outcome is Outcome.PARKED and not self.answered(result.address):
                    return f"needs a person: {result.error}"
            self._engine.clock.advance(PAUSE)
            left = self.plan()
            if not (left.actions or left.waiting or left.doubts or left.errors):
                return ""
        return f"not settled after {PASSES} runs: {self.left()}"

    def left(self) -> str:
        """Say what a plan shows, shortly."""
        plan = self.plan()
        actions = [action.id for action in plan.actions]
        problems = [one.summary for one in plan.errors]
        waiting = [f"{one.address} waits: {one.detail}" for one in plan.waiting]
        return "; ".join([*actions, *problems, *waiting]) or "nothing is left"

    def answered(self, address: Address) -> bool:
        """Say of the last change that was sent what became of it, if only a person can; False when it is not so."""
        sent = next((one for one in reversed(self.stage.sent) if one.step.address == address), None)
        if sent is None or not isinstance(self.operation(sent.step).recovery, NoRecovery):
            return False
        number = self.vendor.ids.get(address) or sent.step.target or "by-hand"
        state = ClaimState.DONE if sent.arrived else ClaimState.RELEASED
        answer = deciding.Answer(state, number if sent.arrived else None)
        self.do(lambda context: deciding.resolve(context, address, answer=answer))
        return True

    def operation(self, step: Step) -> Operation:
        """Return what is declared of a step."""
        return self.vendor.catalogue[type_of(step)].operation(step.operation)

    def do(self, action: Callable[[Context], Awaitable[T]]) -> T:
        """Run anything with what a pass works with."""
        return self._engine.run(self.estate, action)


def texts(problems: Iterable[Problem]) -> list[str]:
    """Return what problems say."""
    return [f"{one.summary} {one.detail}" for one in problems]


def type_of(step: Step) -> str:
    """Return the key of a step's object type in the catalogue."""
    return f"{step.address.vendor}/{step.address.type}"
