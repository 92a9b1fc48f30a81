"""The Divalto adapter on a bench: its simulator, the real HTTP client and a virtual clock around it.

Manifests are written as YAML and loaded by the product. What the ledger does between two looks (which operations are
done, what a submission has frozen) is played by dictionaries.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

from reconciler import contract, diff, graph
from reconciler.contract import (
    Attached,
    Case,
    ClaimState,
    Decision,
    Effect,
    Kind,
    Memory,
    Observation,
    Scope,
    Situation,
    Step,
    World,
)
from reconciler.model import Address, Json, Secret
from reconciler.sandbox import create_divalto_app
from reconciler.vendors.divalto.kinds import kinds
from reconciler.vendors.divalto.plugin import PLUGIN, Divalto
from tests.contract.adapter_bench import AdapterBench, Sent, expanded, fingerprint, manifests_of
from tests.contract.divalto_caller import KEY

T = TypeVar("T")
FILES = {
    "documents/bc.pdf": b"%PDF-1.7 bon de commande\n",
    "documents/other.pdf": b"%PDF-1.7 another one\n",
    "documents/signed.pdf": b"%PDF-1.7 signed\n",
}


def make_vendor(**options: Any) -> Divalto:
    """Return the adapter with the demo key."""
    return Divalto(contract.Setup("divalto", {"apiKey": Secret(KEY)}, {**PLUGIN.options, "partner": "P001", **options}))


def world_of(*texts: str, files: Mapping[str, bytes] = FILES) -> World:
    """Load manifests; an assertion fails when one does not fit its model."""
    attached = {
        path: Attached(path, len(data), hashlib.sha256(data).hexdigest(), data[:16]) for path, data in files.items()
    }
    return World(manifests_of(kinds(), *texts), ("acme-infra",), attached)


class Bench(AdapterBench[Divalto]):
    """A fresh simulator with the adapter in front of it."""

    def __init__(self, *texts: str, vendor: Divalto | None = None) -> None:
        super().__init__(vendor or make_vendor(), create_divalto_app)
        self.ids: dict[tuple[Address, int], str] = {}
        self.done: dict[tuple[Address, str, int], datetime] = {}
        self.frozen: dict[tuple[Address, int], dict[str, str]] = {}
        self.pinned: dict[str, Json] = {}
        self.kept: frozenset[str] = frozenset()
        self.reveal = False
        self.files = dict(FILES)
        self.declare(*texts)

    def declare(self, *texts: str) -> None:
        """Say what is wanted from now on."""
        self.wanted = expanded(self.vendor, world_of(*texts, files=self.files)) if texts else {}

    def decide_there(self, decision: str, *, number: str | None = None, **details: str) -> None:
        """Decide about an order as the sales administration does."""
        chosen = number or str(self.books("orders")[-1]["orderNumber"])
        self.ask("POST", f"orders/{chosen}/decide", {"decision": decision, **details})

    def decide_change(self, decision: str, **details: Any) -> None:
        """Decide about the newest change request as the sales administration does."""
        number = self.books("changeRequests")[-1]["id"]
        self.ask("POST", f"siteChangeRequests/{number}/decide", {"decision": decision, **details})

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

    def send(self, step: Step) -> Sent:
        """Prepare and send a step; remember what the ledger would."""
        sent = self.exchange(step)
        if sent.vendor_id is not None:
            self.remember(step, sent.vendor_id)
        return sent

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
