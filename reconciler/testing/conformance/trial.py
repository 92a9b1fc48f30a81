"""One vendor from nothing with the real engine, client and ledger, in virtual time; passes as the program makes them.

Findings rest on what happens here, so nothing of the engine is replaced: only what is around it is in memory.
"""

import asyncio
import functools
import math
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import TypeVar

from reconciler import contract, schema, sealing
from reconciler.apply.desk import Account
from reconciler.contract import ClaimState, NoRecovery, Operation, Step
from reconciler.files import Limits, SourceFile
from reconciler.ledger.protocol import Scope
from reconciler.model import Address, Problem, Secret, Severity
from reconciler.plan.policy import Rules
from reconciler.plan.report import Outcome
from reconciler.plan.value import Plan, Revision
from reconciler.reconcile import applying, deciding, estate, planning
from reconciler.reconcile.applying import Applied, Orders
from reconciler.reconcile.credentials import Keeper
from reconciler.reconcile.planning import Context
from reconciler.schema.options import check_options
from reconciler.testing.clock import VirtualClock
from reconciler.testing.conformance.bench import Bench, Chapter
from reconciler.testing.conformance.watching import Stage, WatchedClient, WatchedVendor
from reconciler.testing.ledger import memory_ledger
from reconciler.vendors.http import Client, Connection

T = TypeVar("T")
PROJECT, URL = "conformance", "http://127.0.0.1"
PASSES = 8
"""Runs that a state may take to be reached."""
PAUSE = 30.0
"""Seconds between two runs."""
_RULES = Rules(limits=dict.fromkeys(("creates", "updates", "executes", "deletes", "notifications"), 999))


@functools.cache
def sealing_key() -> tuple[Secret, str]:
    """Return an identity for this process, and its public half."""
    with tempfile.TemporaryDirectory() as folder:
        recipient = sealing.create_identity(Path(folder) / "identity.txt")
        return sealing.read_identity(Path(folder) / "identity.txt"), recipient


class Trial:
    """What outlives a pass: simulator, ledger, clock; and everything that happened."""

    def __init__(self, bench: Bench, *, lag: float | None = None) -> None:
        self.bench = bench
        self.lag = bench.lag if lag is None else lag
        self.clock = VirtualClock()
        self.app = bench.app(self.clock.now)
        self.stage = Stage(self.app)
        self.ledger = memory_ledger()
        self.vendor = WatchedVendor(make_vendor(bench))
        self.said: list[str] = []
        self.plans: list[Plan] = []
        self._losses = 0
        self._estate: estate.Estate | None = None

    def counts(self) -> Counter[str]:
        """Return how many rows each table of the books has."""
        return Counter({table: len(rows) for table, rows in self.bench.books(self.app).items() if rows})

    def declare(self, text: str) -> "Trial":
        """Say what is wanted from now on; an AssertionError when it is not valid."""
        found = load(self.bench, self.vendor, text)
        assert found.valid, [str(one.summary) for one in found.problems if one.severity is Severity.ERROR]
        self._estate = found
        return self

    def live(self, chapter: Chapter) -> "Trial":
        """Let a chapter begin."""
        chapter.before(self.app)
        return self.declare(chapter.manifests)

    @property
    def wanted(self) -> Mapping[Address, contract.Wanted]:
        """What is wanted now."""
        assert self._estate is not None
        return self._estate.wanted

    def forget(self) -> None:
        """Lose what the ledger knows of the vendor's objects, but not a credential that changes with each use."""
        self._losses += 1

    def plan(self) -> Plan:
        """Plan once."""
        made = self.do(planning.plan).plan
        self.plans.append(made)
        self._hear(made.problems)
        return made

    def apply(self) -> Applied:
        """Apply once."""
        orders = Orders("apply", _RULES, 60.0, (sealing_key()[1],))
        done = self.do(lambda context: applying.apply(context, orders))
        assert done.report is not None
        self._hear(done.report.problems)
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
                if result.outcome is Outcome.PARKED and not self._answered(result.address):
                    return f"needs a person: {result.error}"
            self.clock.advance(PAUSE)
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

    def _answered(self, address: Address) -> bool:
        """Say of the last change that was sent what became of it, if only a person can; False when it is not so."""
        sent = next((one for one in reversed(self.stage.sent) if one.step.address == address), None)
        if sent is None or not isinstance(self.operation(sent.step).recovery, NoRecovery):
            return False
        known = {one.key: one.vendor_id for one in self.vendor.observed}
        number = next((known[key] for key in self.wanted[address].keys if key in known), sent.step.target or "by-hand")
        state = ClaimState.DONE if sent.arrived else ClaimState.RELEASED
        answer = deciding.Answer(state, number if sent.arrived else None)
        self.do(lambda context: deciding.resolve(context, address, answer=answer))
        return True

    def operation(self, step: Step) -> Operation:
        """Return what is declared of a step."""
        return self.vendor.catalogue[type_of(step)].operation(step.operation)

    def do(self, action: Callable[[Context], Awaitable[T]]) -> T:
        """Run anything with what a pass works with."""
        found: list[T] = []

        async def work() -> None:
            found.append(await self._do(action))  # no result of the task: asyncio would print it, which is slow

        asyncio.run(work())
        return found[0]

    async def _do(self, action: Callable[[Context], Awaitable[T]]) -> T:
        assert self._estate is not None
        connection = Connection(self.vendor.name, URL, self.vendor.wire, concurrency=1, per_second=math.inf)
        scope = Scope(f"{PROJECT}-{self._losses}", None, URL)
        async with Client(
            connection, clock=self.clock, random=lambda: 0.0, transport=self.stage, keeper=self._keeper()
        ) as client:
            watched = WatchedClient(client, self.vendor.prepared)
            account = Account(self.vendor, watched, scope, lag=self.lag)
            context = Context(
                project=PROJECT,
                environment=None,
                tool="conformance",
                revision=Revision(),
                estate=self._estate,
                accounts=dict.fromkeys(self.vendor.serves, account),
                ledger=self.ledger,
                clock=self.clock,
                check_options=self._check_options,
                random=lambda: 0.0,
            )
            return await action(context)

    def _keeper(self) -> Keeper | None:
        sign_in = self.vendor.wire.sign_in
        if sign_in is None or sign_in.rotation is None:
            return None
        start, (key, _) = sign_in.rotation.start, sealing_key()
        return Keeper(
            self.ledger, self.vendor.name, (Scope(PROJECT, None, URL),), sign_in.url or URL, start, key, self.clock
        )

    def _check_options(self, wanted: contract.Wanted, observed: contract.Observed | None) -> list[Problem]:
        described = self.vendor.described_options(wanted, observed, {})
        found = check_options(described.definitions, described.values, described.current) if described else []
        return [Problem("E420", f"{wanted.address}: {text}", address=str(wanted.address)) for text in found]

    def _hear(self, problems: tuple[Problem, ...]) -> None:
        self.said += [f"{one.summary} {one.detail}" for one in problems]


def type_of(step: Step) -> str:
    """Return the key of a step's object type in the catalogue."""
    return f"{step.address.vendor}/{step.address.type}"


def make_vendor(bench: Bench) -> contract.Vendor:
    """Return the vendor as its settings make it, with all of its systems."""
    plugin = bench.plugin
    return plugin.create(
        contract.Setup(
            name=plugin.name,
            credentials={name: Secret(value) for name, value in bench.credentials.items()},
            options={**plugin.options, **bench.options},
            systems={name: dict(options) for name, options in plugin.systems.items()},
        )
    )


def load(bench: Bench, vendor: contract.Vendor, text: str) -> estate.Estate:
    """Return what manifests want of the vendor, with the bench's secrets in it; problems are in it."""
    source = SourceFile("specs/all.yaml", text.encode())
    loaded = schema.load([source], registry(bench.plugin, vendor.serves), Limits())
    found = estate.expand(loaded.manifests, owners=(PROJECT,), vendors=[vendor], problems=loaded.problems)
    sources = estate.secret_sources(found, [vendor])
    return estate.with_secrets(found, {key: Secret(bench.environ[one.name]) for key, one in sources.items()})


_registries: dict[int, tuple[contract.Plugin, schema.Registry]] = {}


def registry(plugin: contract.Plugin, serves: tuple[str, ...]) -> schema.Registry:
    """Return the manifest language with a plug-in's additions; made once, since making it is slow."""
    known = _registries.get(id(plugin))
    if known is None or known[0] is not plugin:
        known = (plugin, schema.Registry([plugin.kinds()], set(serves)))
        _registries[id(plugin)] = known
    return known[1]
