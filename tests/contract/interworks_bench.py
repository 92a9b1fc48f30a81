"""The interworks adapter on a bench: its simulator, the real HTTP client and a virtual clock around it.

Manifests are written as YAML and loaded by the product, so that tests use what people write.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from reconciler import contract, diff
from reconciler.contract import Case, Decision, Memory, Observation, Scope, Situation, Step, Wanted
from reconciler.model import Address, Json, Secret
from reconciler.sandbox import create_interworks_app
from reconciler.testing.clock import VirtualClock
from reconciler.vendors.interworks.kinds import kinds
from reconciler.vendors.interworks.plugin import PLUGIN, Interworks
from tests.contract.adapter_bench import AdapterBench, Sent, expanded, fingerprint, manifests_of

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


def make_vendor(systems: Sequence[str] = ("avg", "panda", "bittitan"), **options: Any) -> Interworks:
    """Return the adapter with the named systems."""
    chosen = {name: dict(PLUGIN.systems[name]) for name in systems}
    return Interworks(contract.Setup("interworks", CREDENTIALS, options, chosen))


def world_of(*texts: str, owners: tuple[str, ...] = OWNERS) -> contract.World:
    """Load manifests; an assertion fails when one does not fit its model."""
    return contract.World(manifests_of(kinds(), *texts), owners)


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


class Bench(AdapterBench[Interworks]):
    """A fresh simulator with the adapter in front of it."""

    def __init__(self, *texts: str, vendor: Interworks | None = None) -> None:
        super().__init__(vendor or make_vendor(), create_interworks_app)
        self.ids: dict[Address, str] = {}
        self.declare(*texts)

    def declare(self, *texts: str) -> None:
        """Say what is wanted from now on."""
        self.wanted = expanded(self.vendor, world_of(*texts)) if texts else {}

    def delete(self, what: str, row: str) -> None:
        """Delete a row as a person at the vendor does."""
        self.ask("POST", "delete", {"what": what, "id": row})

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

    def send(self, step: Step) -> Sent:
        """Prepare and send a step; remember the id it gave."""
        sent = self.exchange(step)
        if sent.vendor_id:
            self.ids[step.address] = sent.vendor_id
        return sent

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
