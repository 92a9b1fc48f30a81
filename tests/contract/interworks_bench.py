"""The interworks adapter on a bench: its simulator, the real HTTP client and a virtual clock around it.

Manifests are written as YAML and loaded by the product, so that tests use what people write.
"""

import asyncio
import dataclasses
import hashlib
import math
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar

import httpx

from reconciler import contract, diff, schema
from reconciler.contract import Case, Decision, Memory, Observation, Observed, Scope, Situation, Step, Wanted
from reconciler.files import Limits, SourceFile
from reconciler.model import Address, Json, Secret, canonical
from reconciler.sandbox import create_interworks_app
from reconciler.testing.clock import VirtualClock
from reconciler.testing.transport import SandboxTransport
from reconciler.vendors.http import Client, Connection
from reconciler.vendors.interworks.kinds import kinds
from reconciler.vendors.interworks.plugin import PLUGIN, Interworks

CREDENTIALS = {
    "clientKey": Secret("demo-key"),
    "clientSecret": Secret("demo-secret"),
    "username": Secret("demo"),
    "password": Secret("demo-password"),
}
OWNERS = ("acme-infra",)
T = TypeVar("T")

RESELLER = """
apiVersion: reconciler/v1
kind: Account
metadata: {name: res}
spec:
  displayName: Res SA
  role: Reseller
  email: res@example.com
  vendors: {avg: {email: res-keys@example.com}, panda: {username: res-panda}, bittitan: {}}
"""
CUSTOMER = """
apiVersion: reconciler/v1
kind: Account
metadata: {name: acme}
spec:
  displayName: Acme Dental
  parent: res
  email: it@acme.example
  vendors: {avg: {email: keys@acme.example}, panda: {username: acme-panda}, bittitan: {}}
"""
ORDER = """
apiVersion: reconciler/v1
kind: Order
metadata: {name: acme-avg}
spec:
  vendor: avg
  account: acme
  execute: true
  items: [{product: AVG-IS-BE, quantity: 25}]
"""
ACCOUNT, SYNC = Address("interworks", "account", "acme"), Address("avg", "sync", "acme")
PANDA, BITTITAN = Address("panda", "sync", "acme"), Address("bittitan", "sync", "acme")
AVG_ORDER = Address("avg", "order", "acme-avg")


def fingerprint(value: Json) -> str:
    """Return a stand-in for the ledger's keyed fingerprint."""
    return hashlib.sha256(canonical(value)).hexdigest()


def make_vendor(systems: Sequence[str] = ("avg", "panda", "bittitan"), **options: Any) -> Interworks:
    """Return the adapter with the named systems."""
    chosen = {name: dict(PLUGIN.systems[name]) for name in systems}
    return Interworks(contract.Setup("interworks", CREDENTIALS, options, chosen))


def world_of(*texts: str, owners: tuple[str, ...] = OWNERS) -> contract.World:
    """Load manifests; an assertion fails when one does not fit its model."""
    source = SourceFile("specs/all.yaml", "---".join(texts).encode())
    loaded = schema.load([source], schema.Registry([kinds()]), Limits())
    assert not loaded.problems, loaded.problems
    return contract.World(loaded.manifests, owners)


def expanded(vendor: Interworks, world: contract.World) -> dict[Address, Wanted]:
    """Return all wanted objects by address."""
    return {wanted.address: wanted for one in world.manifests for wanted in vendor.expand(one, world)}


def make_case(
    vendor: Interworks,
    wanted: Wanted,
    observation: Observation | None = None,
    *,
    memory: Memory | None = None,
    pinned: Mapping[str, Json] | None = None,
) -> Case:
    """Return the case of one object, compared as the engine does."""
    seen = observation or Observation(VirtualClock().now(), {})
    observed = seen.single.get(wanted.address)
    known = memory or Memory()
    kind = vendor.catalogue[f"{wanted.address.vendor}/{wanted.address.type}"]
    changes = diff.changes(
        wanted.fields,
        observed.fields if observed else None,
        fields=kind.fields,
        applied=known.applied,
        fingerprint=fingerprint,
    )
    return Case(wanted, observed, changes, known, fingerprint, seen.single, pinned or {})


@dataclasses.dataclass
class Sent:
    """A step that was sent: its call, the answer, what the adapter read from it."""

    step: Step
    call: contract.Call | contract.Satisfied
    answer: contract.Answer | None = None
    outcome: contract.Outcome | None = None


class Bench:
    """A fresh simulator with the adapter in front of it."""

    def __init__(self, *texts: str, vendor: Interworks | None = None) -> None:
        self.clock = VirtualClock()
        self.app = create_interworks_app(clock=self.clock.now)
        self.vendor = vendor or make_vendor()
        self.ids: dict[Address, str] = {}
        self.wanted: dict[Address, Wanted] = {}
        self.declare(*texts)

    def declare(self, *texts: str) -> None:
        """Say what is wanted from now on."""
        self.wanted = expanded(self.vendor, world_of(*texts)) if texts else {}

    def run(self, work: Callable[[Client], Awaitable[T]]) -> T:
        """Do something with a client of this run."""

        async def main() -> T:
            wire = Connection("interworks", "http://127.0.0.1", self.vendor.wire, per_second=math.inf)
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

    def heal(self) -> None:
        """Drop all faults."""
        self.ask("DELETE", "faults")

    def edit(self, what: str, row: str, **changes: Any) -> None:
        """Change a row as a person at the vendor does."""
        self.ask("POST", "edit", {"what": what, "id": row, "set": changes})

    def delete(self, what: str, row: str) -> None:
        """Delete a row as a person at the vendor does."""
        self.ask("POST", "delete", {"what": what, "id": row})

    def books(self, what: str) -> list[dict[str, Any]]:
        """Return rows of the vendor's books."""
        rows: list[dict[str, Any]] = self.ask("GET", "state")[what]
        return rows

    def mutations(self) -> int:
        """Count the changing requests that reached the vendor."""
        return sum(1 for line in self.ask("GET", "log") if line["mutating"])

    def observe(self, *focus: Address) -> Observation:
        """Look at everything, or at some addresses."""
        scope = Scope(self.wanted, dict(self.ids), frozenset(focus) if focus else None)
        return self.run(lambda client: self.vendor.observe(scope, client.reader))

    def decide(self, address: Address, *, memory: Memory | None = None, **pinned: Json) -> Decision:
        """Look at everything and decide about one object."""
        case = make_case(self.vendor, self.wanted[address], self.observe(), memory=memory, pinned=pinned)
        return self.vendor.steps(case)

    def step(self, address: Address, operation: str) -> Step:
        """Return the named step of an object."""
        return next(step for step in self.decide(address).steps if step.operation == operation)

    @property
    def situation(self) -> Situation:
        """Where things stand."""
        return Situation(dict(self.ids), self.wanted, self.clock.now())

    def prepare(self, step: Step) -> contract.Call | contract.Satisfied:
        """Prepare a step."""
        return self.run(lambda client: self.vendor.prepare(step, self.situation, client.reader))

    def recover(self, step: Step) -> object:
        """Look for a step whose answer was lost."""
        return self.run(lambda client: self.vendor.recover(step, self.situation, client.reader))

    def send(self, step: Step) -> Sent:
        """Prepare and send a step; remember the id it gave."""

        async def work(client: Client) -> Sent:
            call = await self.vendor.prepare(step, self.situation, client.reader)
            if isinstance(call, contract.Satisfied):
                self.ids[step.address] = call.vendor_id
                return Sent(step, call)
            answer = await client.send(call)
            outcome = self.vendor.interpret(step, answer)
            if isinstance(outcome, contract.Done) and outcome.vendor_id:
                self.ids[step.address] = outcome.vendor_id
            return Sent(step, call, answer, outcome)

        return self.run(work)

    def send_call(self, step: Step, call: contract.Call | contract.Satisfied) -> contract.Outcome:
        """Send a prepared call as it is and read the answer."""
        assert isinstance(call, contract.Call)
        answer = self.run(lambda client: client.send(call))
        return self.vendor.interpret(step, answer)

    def in_order(self) -> list[Address]:
        """Return what is wanted, each after what it needs."""
        rank = {"account": 0, "sync": 1, "order": 2}
        return sorted(self.wanted, key=lambda one: (rank[one.type], one.name != "res", one))

    def settle(self, *only: str) -> list[Sent]:
        """Carry out everything that is decided for all objects, twice; `only` limits it by type."""
        chosen = [address for address in self.in_order() if not only or address.type in only]
        return [
            self.send(step)
            for address in chosen * 2
            for step in self.decide(address).steps
            if step.kind is not contract.Kind.MANUAL
        ]

    def settle_until(self, address: Address, operation: str) -> None:
        """Carry out everything that comes before a step."""
        for one in self.in_order():
            for step in self.decide(one).steps:
                if (one, step.operation) == (address, operation):
                    return
                self.send(step)


def observed(observation: Observation, address: Address) -> Observed:
    """Return the one object at an address."""
    assert address not in observation.unreadable, observation.unreadable
    (only,) = observation.objects[address]
    return only
