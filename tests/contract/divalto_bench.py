"""The Divalto adapter on a bench: its simulator, the real HTTP client and a virtual clock around it.

Manifests are written as YAML and loaded by the product. What the ledger does between two looks (which operations are
done, what a submission has frozen) is played by dictionaries.
"""

import asyncio
import dataclasses
import hashlib
import math
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

import httpx

from reconciler import contract, diff, graph, schema
from reconciler.contract import (
    Attached,
    Case,
    ClaimState,
    Decision,
    Effect,
    Kind,
    Memory,
    Observation,
    Observed,
    Scope,
    Situation,
    Step,
    Wanted,
    World,
)
from reconciler.files import Limits, SourceFile
from reconciler.model import Address, Json, Secret, canonical
from reconciler.sandbox import create_divalto_app
from reconciler.testing.clock import VirtualClock
from reconciler.testing.transport import SandboxTransport
from reconciler.vendors.divalto.kinds import kinds
from reconciler.vendors.divalto.plugin import PLUGIN, Divalto
from reconciler.vendors.http import Client, Connection
from tests.contract.divalto_caller import KEY

T = TypeVar("T")
FILES = {
    "documents/bc.pdf": b"%PDF-1.7 bon de commande\n",
    "documents/other.pdf": b"%PDF-1.7 another one\n",
    "documents/signed.pdf": b"%PDF-1.7 signed\n",
}


def fingerprint(value: Json) -> str:
    """Return a stand-in for the ledger's keyed fingerprint."""
    return hashlib.sha256(canonical(value)).hexdigest()


def make_vendor(**options: Any) -> Divalto:
    """Return the adapter with the demo key."""
    return Divalto(contract.Setup("divalto", {"apiKey": Secret(KEY)}, {**PLUGIN.options, "partner": "P001", **options}))


def world_of(*texts: str, files: Mapping[str, bytes] = FILES) -> World:
    """Load manifests; an assertion fails when one does not fit its model."""
    source = SourceFile("specs/all.yaml", "---".join(texts).encode())
    loaded = schema.load([source], schema.Registry([kinds()]), Limits())
    assert not loaded.problems, loaded.problems
    attached = {
        path: Attached(path, len(data), hashlib.sha256(data).hexdigest(), data[:16]) for path, data in files.items()
    }
    return World(loaded.manifests, ("acme-infra",), attached)


def expanded(vendor: Divalto, world: World) -> dict[Address, Wanted]:
    """Return all wanted objects by address."""
    return {wanted.address: wanted for one in world.manifests for wanted in vendor.expand(one, world)}


@dataclasses.dataclass
class Sent:
    """A step that was sent: its call, the answer, what the adapter read from it."""

    step: Step
    call: contract.Call | contract.Satisfied
    answer: contract.Answer | None = None
    outcome: contract.Outcome | None = None


class Bench:
    """A fresh simulator with the adapter in front of it."""

    def __init__(self, *texts: str, vendor: Divalto | None = None) -> None:
        self.clock = VirtualClock()
        self.app = create_divalto_app(clock=self.clock.now)
        self.vendor = vendor or make_vendor()
        self.ids: dict[tuple[Address, int], str] = {}
        self.done: dict[tuple[Address, str, int], datetime] = {}
        self.frozen: dict[tuple[Address, int], dict[str, str]] = {}
        self.pinned: dict[str, Json] = {}
        self.kept: frozenset[str] = frozenset()
        self.reveal = False
        self.files = dict(FILES)
        self.wanted: dict[Address, Wanted] = {}
        self.declare(*texts)

    def declare(self, *texts: str) -> None:
        """Say what is wanted from now on."""
        self.wanted = expanded(self.vendor, world_of(*texts, files=self.files)) if texts else {}

    def run(self, work: Callable[[Client], Awaitable[T]]) -> T:
        """Do something with a client of this run."""

        async def main() -> T:
            wire = Connection("divalto", "http://127.0.0.1", self.vendor.wire, per_second=math.inf)
            transport = SandboxTransport(self.app)
            async with Client(wire, clock=self.clock, random=lambda: 0.5, transport=transport) as client:
                return await work(client)

        return asyncio.run(main())

    def ask(self, method: str, path: str, body: Json = None) -> Any:
        """Ask the simulator's control plane."""

        async def main() -> Any:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://sim") as client:
                answer = await client.request(method, "/_sim/" + path, json=body)
                return answer.raise_for_status().json()

        return asyncio.run(main())

    def set(self, **settings: Any) -> None:
        """Change settings of the simulator."""
        self.ask("POST", "settings", settings)

    def fault(self, kind: str, **fault: Any) -> None:
        """Plant a fault."""
        self.ask("POST", "faults", {"kind": kind, **fault})

    def edit(self, what: str, row: str, **changes: Any) -> None:
        """Change a row as a person at the vendor does."""
        self.ask("POST", "edit", {"what": what, "id": row, "set": changes})

    def decide_there(self, decision: str, *, number: str | None = None, **details: str) -> None:
        """Decide about an order as the sales administration does."""
        chosen = number or str(self.books("orders")[-1]["orderNumber"])
        self.ask("POST", f"orders/{chosen}/decide", {"decision": decision, **details})

    def decide_change(self, decision: str, **details: Any) -> None:
        """Decide about the newest change request as the sales administration does."""
        number = self.books("changeRequests")[-1]["id"]
        self.ask("POST", f"siteChangeRequests/{number}/decide", {"decision": decision, **details})

    def books(self, what: str) -> list[dict[str, Any]]:
        """Return rows of the vendor's books."""
        rows: list[dict[str, Any]] = self.ask("GET", "state")[what]
        return rows

    def log(self) -> list[dict[str, Any]]:
        """Return the requests that reached the vendor."""
        lines: list[dict[str, Any]] = self.ask("GET", "log")
        return lines

    def mutations(self) -> int:
        """Count the changing requests that reached the vendor."""
        return sum(1 for line in self.log() if line["mutating"])

    def pass_time(self, **span: float) -> None:
        """Let time pass."""
        asyncio.run(self.clock.sleep(timedelta(**span).total_seconds()))

    def known_ids(self) -> dict[Address, str]:
        """Return the ids that the ledger would know of what is wanted now."""
        pairs = {address: self.ids.get((address, one.revision)) for address, one in self.wanted.items()}
        return {address: number for address, number in pairs.items() if number}

    def observe(self, *focus: Address) -> Observation:
        """Look at everything, or at some addresses."""
        done_at = {
            (address, name): at
            for (address, name, revision), at in self.done.items()
            if address in self.wanted and self.wanted[address].revision == revision
        }
        near = frozenset(focus) if focus else None
        scope = Scope(self.wanted, self.known_ids(), near, self.clock.now(), done_at, self.reveal, self.kept)
        return self.run(lambda client: self.vendor.observe(scope, client.reader))

    def memory(self, address: Address) -> Memory:
        """Return what the ledger would know of an object."""
        done = {(name, revision): ClaimState.DONE for one, name, revision in self.done if one == address}
        frozen = {revision: fields for (one, revision), fields in self.frozen.items() if one == address}
        return Memory(self.known_ids().get(address), {}, done, frozen)

    def case(self, address: Address, observation: Observation) -> Case:
        """Return the case of one object, compared as the engine does."""
        wanted, memory = self.wanted[address], self.memory(address)
        seen = observation.single.get(address)
        changes = diff.changes(
            wanted.fields,
            seen.fields if seen else None,
            fields=self.vendor.catalogue[f"divalto/{address.type}"].fields,
            applied=memory.applied,
            fingerprint=fingerprint,
        )
        return Case(wanted, seen, changes, memory, fingerprint, observation.single, self.pinned, self.clock.now())

    def decide(self, address: Address, observation: Observation | None = None) -> Decision:
        """Decide about one object, after a look at everything."""
        return self.vendor.steps(self.case(address, observation or self.observe()))

    def plan(self) -> list[Step]:
        """Return every step there is to do, each after what it comes after; remember what was seen."""
        seen = self.observe()
        assert not seen.unreadable, seen.unreadable
        for address, one in seen.single.items():
            if address in self.wanted:
                self.ids[address, self.wanted[address].revision] = one.vendor_id
        steps = [step for one in sorted(self.wanted) for step in self.decide(one, seen).steps]
        by_id = {step.id: step for step in steps if step.kind is not Kind.MANUAL}
        before = {one.id: [other.id for other in steps if other.operation in one.after] for one in by_id.values()}
        return [by_id[name] for name in graph.order(by_id, before)]

    def step(self, address: Address, operation: str) -> Step:
        """Return the step of an operation that is to be done now."""
        return next(one for one in self.decide(address).steps if one.operation.partition(":")[0] == operation)

    @property
    def situation(self) -> Situation:
        """Where things stand."""
        return Situation(self.known_ids(), self.wanted, self.clock.now(), self.files.__getitem__)

    def prepare(self, step: Step) -> contract.Call | contract.Satisfied:
        """Prepare a step."""
        return self.run(lambda client: self.vendor.prepare(step, self.situation, client.reader))

    def recover(self, step: Step) -> object:
        """Look for a step whose answer was lost."""
        return self.run(lambda client: self.vendor.recover(step, self.situation, client.reader))

    def send(self, step: Step) -> Sent:
        """Prepare and send a step; remember what the ledger would."""

        async def work(client: Client) -> Sent:
            call = await self.vendor.prepare(step, self.situation, client.reader)
            if isinstance(call, contract.Satisfied):
                return Sent(step, call)
            answer = await client.send(call)
            return Sent(step, call, answer, self.vendor.interpret(step, answer))

        sent = self.run(work)
        done = sent.call if isinstance(sent.call, contract.Satisfied) else sent.outcome
        if isinstance(done, contract.Satisfied | contract.Done):
            self.remember(step, done.vendor_id)
        return sent

    def send_call(self, step: Step, call: contract.Call | contract.Satisfied) -> contract.Outcome:
        """Send a prepared call as it is and read the answer."""
        assert isinstance(call, contract.Call)
        answer = self.run(lambda client: client.send(call))
        return self.vendor.interpret(step, answer)

    def remember(self, step: Step, vendor_id: str) -> None:
        """Write down that a step is done, as the ledger does."""
        self.done[step.address, step.operation, step.revision] = self.clock.now()
        if vendor_id:
            self.ids[step.address, step.revision] = vendor_id
        if Effect.IRREVERSIBLE in step.effects:
            body = {name: fingerprint(value) for name, value in step.body.items()}
            self.frozen.setdefault((step.address, step.revision), {}).update(body)

    def settle(self) -> list[Sent]:
        """Carry out the plan."""
        return [self.send(step) for step in self.plan()]


def observed(observation: Observation, address: Address) -> Observed:
    """Return the one object at an address."""
    assert address not in observation.unreadable, observation.unreadable
    (only,) = observation.objects[address]
    return only
