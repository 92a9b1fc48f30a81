# ruff: noqa: ARG002 - the signatures are the contract's
"""A small vendor in memory, for what the real ones do not show yet: steps that disrupt, invitations, ends.

`Toy` is the adapter, `Books` the vendor with its one connection, `Bench` what survives between passes. Lines are
created, then enabled, which disrupts; users are created, can be invited again, and go when they are declared absent.
"""

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from reconciler import contract
from reconciler.apply.desk import Account
from reconciler.contract import (
    Absent,
    Answer,
    ByLookup,
    ByReadback,
    Call,
    Case,
    Decision,
    Described,
    Done,
    Effect,
    Endpoint,
    Found,
    Kind,
    NoRecovery,
    ObjectType,
    Observation,
    Observed,
    Operation,
    Outcome,
    Reader,
    Satisfied,
    Scope,
    Situation,
    Step,
    Unknown,
    Verdict,
    Wanted,
    Wire,
    World,
)
from reconciler.errors import NoAnswer, StepRefused
from reconciler.ledger import protocol as ledger
from reconciler.ledger.protocol import Ledger
from reconciler.model import Address, JsonObject, Manifest, ManifestRef, Problem
from reconciler.plan import policy
from reconciler.plan.policy import Rules
from reconciler.plan.value import Plan, Revision
from reconciler.reconcile import applying, estate, planning
from reconciler.reconcile.applying import Applied, Orders
from reconciler.reconcile.planning import Context
from reconciler.testing.clock import START, VirtualClock
from reconciler.testing.ledger import memory_ledger

T = TypeVar("T")
READ = Endpoint("read", "GET", "/{id}")
WRITES = {name: Endpoint(name, "POST", f"/{{id}}/{name}", mutates=True) for name in ("create", "enable", "end", "mail")}
LINE = Address("pbx", "line", "hq")
USER = Address("pbx", "user", "lea")
KINDS = {"line": "PBXConnection", "user": "User"}


def _operation(name: str, kind: Kind, recovery: contract.Recovery, *effects: Effect) -> Operation:
    return Operation(name, kind, WRITES[name], recovery, frozenset(effects))


_CREATE = _operation("create", Kind.CREATE, ByLookup(("name",)))
_ENABLE = _operation("enable", Kind.ENABLE, ByReadback(("enabled",)), Effect.DISRUPTS)
_END = _operation("end", Kind.DELETE, ByLookup(("name",)))
_MAIL = _operation("mail", Kind.REQUEST, NoRecovery(), Effect.NOTIFIES)

_WIRE = Wire(
    endpoints=(READ, *WRITES.values()),
    judge=lambda answer: Verdict.CLEAR if answer.ok else Verdict.REFUSED,
    explain=lambda answer: f"status {answer.status}",
)


@dataclasses.dataclass
class Books:
    """The vendor: what there is by name, what it mailed, each mutating call; `on_send` is told before one is done.

    `lose`: answers of that many calls get lost after they were done.
    """

    rows: dict[str, dict[str, Any]] = dataclasses.field(default_factory=dict)
    mails: list[str] = dataclasses.field(default_factory=list)
    sent: list[str] = dataclasses.field(default_factory=list)
    lose: int = 0
    on_send: Callable[[str], None] = lambda _path: None
    requests: int = 0

    @property
    def reader(self) -> Reader:
        """The half that cannot write."""
        return self

    def signed_out(self) -> None:
        """Do nothing: there is no sign-in."""

    async def fetch(self, call: Call, *, missing_ok: bool = False) -> Answer:
        """Return a row; 404 when there is none."""
        assert not call.endpoint.mutates
        self.requests += 1
        row = self.rows.get(call.path[1:])
        return Answer(404) if row is None else Answer(200, dict(row))

    async def send(self, call: Call) -> Answer:
        """Do what a mutating call asks for."""
        self.requests += 1
        self.on_send(call.path)
        _, name, verb = call.path.split("/")
        self.sent.append(f"{name}:{verb}")
        if verb == "create":
            self.rows[name] = {"id": f"id-{name}", "enabled": False}
        elif verb == "enable":
            self.rows[name]["enabled"] = True
        elif verb == "end":
            del self.rows[name]
        else:
            self.mails.append(name)
        if self.lose:
            self.lose -= 1
            raise NoAnswer(f"{call}: no answer came back")
        return Answer(200, {"id": f"id-{name}"})


@dataclasses.dataclass
class Toy:
    """The adapter; `mails` False: it has nothing to send again. `on_prepare` is told of each step being prepared."""

    mails: bool = True
    on_prepare: Callable[[Step], None] = lambda _step: None
    name: str = "pbx"
    serves: tuple[str, ...] = ("pbx",)
    catalogue: Mapping[str, ObjectType] = dataclasses.field(
        default_factory=lambda: {
            "pbx/line": ObjectType("pbx/line", {}, {"create": _CREATE, "enable": _ENABLE}),
            "pbx/user": ObjectType("pbx/user", {}, {"create": _CREATE, "mail": _MAIL, "end": _END}),
        }
    )
    wire: Wire = _WIRE

    def check(self, world: World) -> Iterable[Problem]:
        """Return no problems."""
        return ()

    def expand(self, manifest: Manifest, world: World) -> Iterable[Wanted]:
        """Return nothing: the bench says what is wanted."""
        return ()

    async def observe(self, scope: Scope, read: Reader) -> Observation:
        """Read each object by its name."""
        objects: dict[Address, tuple[Observed, ...]] = {}
        for address in scope.focus if scope.focus is not None else scope.wanted:
            answer = await read.fetch(READ.call({"id": address.name}), missing_ok=True)
            row: Any = answer.data
            seen = () if answer.status == 404 else (Observed(row["id"], address.name, {}, extra=row),)
            objects[address] = seen
        return Observation(scope.now or START, objects)

    def steps(self, case: Case) -> Decision:
        """Create what is missing, enable lines, end what is declared absent."""
        wanted, seen = case.wanted, case.observed
        if wanted.ensure == "absent":
            return Decision((self._step(wanted, _END),) if seen else ())
        steps = [] if seen else [self._step(wanted, _CREATE)]
        if wanted.address.type == "line" and not (seen and seen.extra["enabled"]):
            steps.append(dataclasses.replace(self._step(wanted, _ENABLE), after=("create",)))
        return Decision(tuple(steps))

    def described_options(
        self, wanted: Wanted, observed: Observed | None, pinned: Mapping[str, Any]
    ) -> Described | None:
        """Return None: no options are described at run time."""
        return None

    async def prepare(self, step: Step, situation: Situation, read: Reader) -> Call | Satisfied:
        """Make the request; a mail goes to what is known to be there."""
        self.on_prepare(step)
        if step.operation == "mail":
            assert step.target == situation.ids[step.address]
        return WRITES[step.operation].call({"id": step.address.name})

    def interpret(self, step: Step, answer: Answer) -> Outcome:
        """Read the id."""
        data: Any = answer.data
        return Done(data["id"])

    async def recover(self, step: Step, situation: Situation, read: Reader) -> contract.Found | Absent | Unknown:
        """Look the object up; nothing tells of a mail."""
        if step.operation == "mail":
            return Unknown("nobody counts mails")
        row: Any = (await read.fetch(READ.call({"id": step.address.name}), missing_ok=True)).data
        shown = row is not None and (step.operation != "enable" or row["enabled"])
        return Found(f"id-{step.address.name}") if shown != (step.operation == "end") else Absent()

    async def pull_catalogue(self, read: Reader) -> JsonObject:
        """Return an empty catalogue."""
        return {}

    async def probe(self, read: Reader) -> str:
        """Prove nothing."""
        return "pbx"

    def resend(self, target: str, asset_id: str | None) -> Step:
        """Return the step that mails a user again."""
        address = Address.parse(target)
        if not self.mails or asset_id is not None:
            raise StepRefused(f"{target} cannot be sent anything again; pbx has no such call")
        return Step(address, "mail", Kind.REQUEST, "asked for by a person", effects=_MAIL.effects)

    def _step(self, wanted: Wanted, operation: Operation) -> Step:
        return Step(wanted.address, operation.name, operation.kind, "", effects=operation.effects, needs=wanted.needs)


@dataclasses.dataclass
class Bench:
    """What outlives a pass: the vendor's books, the ledger, the clock; and what is wanted, by address."""

    books: Books = dataclasses.field(default_factory=Books)
    toy: Toy = dataclasses.field(default_factory=Toy)
    rules: Rules = dataclasses.field(default_factory=lambda: Rules(limits={"deletes": 9}))
    clock: VirtualClock = dataclasses.field(default_factory=VirtualClock)
    ledger: Ledger = dataclasses.field(default_factory=memory_ledger)
    wanted: dict[Address, Wanted] = dataclasses.field(default_factory=dict)

    def want(self, address: Address, *, ensure: str = "present", needs: Sequence[Address] = ()) -> None:
        """Declare an object."""
        ref = ManifestRef(KINDS[address.type], address.name, "specs/a.yaml", 1)
        self.wanted[address] = Wanted(address, ref, (address.name,), {}, ensure=ensure, needs=tuple(needs))

    def plan(self) -> Plan:
        """Plan once, as `plan` shows it."""
        made = self.do(planning.plan).plan
        return policy.with_holds(made, self.rules, now=made.created_at)

    def apply(self, *, approved: Plan | None = None) -> Applied:
        """Apply once."""
        return self.do(lambda context: applying.apply(context, Orders("apply", self.rules, 60.0, (), approved)))

    def do(self, action: Callable[[Context], Awaitable[T]]) -> T:
        """Run anything with a context."""

        async def run() -> T:
            return await action(self.context())

        return asyncio.run(run())

    def context(self) -> Context:
        """Return what a pass works with."""
        account = Account(self.toy, self.books, ledger.Scope("acme", None, "pbx"), lag=1.0)
        return Context(
            project="acme",
            environment=None,
            tool="test",
            revision=Revision(),
            estate=estate.Estate((), dict(self.wanted), (), f"content of {sorted(map(str, self.wanted))}"),
            accounts={"pbx": account},
            ledger=self.ledger,
            clock=self.clock,
            random=lambda: 0.0,
        )
