"""The Dimensions adapter on a bench: its simulator, the real HTTP client and a virtual clock around it.

Manifests are written as YAML and loaded by the product. What the ledger does between two looks (what was applied,
since when an operation is done) is played by two dictionaries.
"""

import contextlib
import dataclasses
import hashlib
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any, TypeVar

from reconciler import contract, diff, graph
from reconciler.contract import (
    Case,
    ClaimState,
    Decision,
    Kind,
    Memory,
    Observation,
    Observed,
    Scope,
    Situation,
    Step,
    SyncStatus,
    Wanted,
)
from reconciler.model import Address, Json, Secret, canonical
from reconciler.sandbox import create_dimensions_app
from reconciler.testing.clock import VirtualClock
from reconciler.vendors.dimensions.kinds import kinds
from reconciler.vendors.dimensions.plugin import PLUGIN, Dimensions
from reconciler.vendors.http.keeping import Newest
from tests.contract.adapter_bench import AdapterBench, Sent, manifests_of, observed
from tests.contract.dimensions_manifests import DIRECTORY

RESELLER_TENANT = "a0000000-0000-4000-8000-000000000001"
CREDENTIALS = {"clientId": Secret("demo-client"), "clientSecret": Secret("demo-client-secret")}
TOKENS = {"reseller": "demo-refresh-token", "enterprise": "demo-enterprise-refresh-token"}
ORIGIN = "http://127.0.0.1"
T = TypeVar("T")


def fingerprint(value: object) -> str:
    """Return a stand-in for the ledger's keyed fingerprint."""
    return hashlib.sha256(value.reveal().encode() if isinstance(value, Secret) else canonical(value)).hexdigest()  # type: ignore[arg-type]  # JSON otherwise


def make_vendor(level: str = "reseller", **options: Any) -> Dimensions:
    """Return the adapter with the credentials of a level."""
    own = {"accountTenantId": RESELLER_TENANT} if level == "enterprise" else {}
    given = {**PLUGIN.options, "level": level, "loginUrl": ORIGIN, **own, **options}
    credentials = {**CREDENTIALS, "refreshToken": Secret(TOKENS[level])}
    return Dimensions(contract.Setup("dimensions", credentials, given))


def world_of(*texts: str) -> contract.World:
    """Load manifests; an assertion fails when one does not fit its model."""
    return contract.World(manifests_of(kinds(), *texts), ("acme-infra",))


def expanded(vendor: Dimensions, world: contract.World) -> dict[Address, Wanted]:
    """Return all wanted objects by address, with secrets in place of their references, as online."""
    found = [wanted for one in world.manifests for wanted in vendor.expand(one, world)]
    return {wanted.address: dataclasses.replace(wanted, fields=_opened(wanted.fields)) for wanted in found}


def _opened(fields: Mapping[str, Json]) -> dict[str, Any]:
    return {
        name: Secret(f"value-of-{value['env']}") if isinstance(value, Mapping) and "env" in value else value
        for name, value in fields.items()
    }


def make_case(
    vendor: Dimensions,
    wanted: Wanted,
    observation: Observation | None = None,
    *,
    memory: Memory | None = None,
    now: datetime | None = None,
) -> Case:
    """Return the case of one object, compared as the engine does."""
    seen = observation or Observation(VirtualClock().now(), {})
    observed = seen.single.get(wanted.address)
    known = memory or Memory()
    changes = diff.changes(
        wanted.fields,
        observed.fields if observed else None,
        fields=vendor.catalogue[f"{wanted.address.vendor}/{wanted.address.type}"].fields,
        applied=known.applied,
        fingerprint=fingerprint,
    )
    return Case(wanted, observed, changes, known, fingerprint, seen.single, {}, now or seen.began_at)


class Keeping:
    """Keeps the newest refresh token, as the ledger does."""

    def __init__(self, secret: Secret) -> None:
        self.secret = secret

    @contextlib.asynccontextmanager
    async def holding(self) -> AsyncIterator[None]:
        """Hold it; nobody else wants it here."""
        yield

    async def newest(self) -> Newest:
        """Return it."""
        return Newest(self.secret, configured=False)

    async def prove(self) -> None:
        """Do nothing; it can always be replaced."""

    async def keep(self, secret: Secret) -> None:
        """Replace it."""
        self.secret = secret


class Bench(AdapterBench[Dimensions]):
    """A fresh simulator with the adapter in front of it."""

    def __init__(self, *texts: str, level: str = "reseller", vendor: Dimensions | None = None) -> None:
        keeping = Keeping(Secret(TOKENS[level]))
        super().__init__(vendor or make_vendor(level), create_dimensions_app, keeper=keeping)
        self.ids: dict[Address, str] = {}
        self.applied: dict[Address, dict[str, str]] = {}
        self.done_at: dict[tuple[Address, str], datetime] = {}
        self.declare(*texts)
        self.edit("directories", "kazoo-acme", users=DIRECTORY)

    def declare(self, *texts: str) -> None:
        """Say what is wanted from now on."""
        self.wanted = expanded(self.vendor, world_of(*texts)) if texts else {}

    def observe(self, *focus: Address) -> Observation:
        """Look at everything, or at some addresses."""
        scope = Scope(
            self.wanted, dict(self.ids), frozenset(focus) if focus else None, self.clock.now(), dict(self.done_at)
        )
        return self.run(lambda client: self.vendor.observe(scope, client.reader))

    def memory(self, address: Address) -> Memory:
        """Return what the ledger would know of an object."""
        done = {(name, 1): ClaimState.DONE for one, name in self.done_at if one == address}
        return Memory(self.ids.get(address), self.applied.get(address, {}), done)

    def decide(self, address: Address, observation: Observation | None = None) -> Decision:
        """Decide about one object, after a look at everything."""
        seen = observation or self.observe()
        case = make_case(self.vendor, self.wanted[address], seen, memory=self.memory(address), now=self.clock.now())
        return self.vendor.steps(case)

    def plan(self) -> list[Step]:
        """Return every step there is to do, each after what it comes after; remember what was seen."""
        seen = self.observe()
        assert not seen.unreadable, seen.unreadable
        self.ids.update({address: one.vendor_id for address, one in seen.single.items()})
        steps = [step for one in sorted(self.wanted) for step in self.decide(one, seen).steps]
        by_id = {step.id: step for step in steps if step.kind is not Kind.MANUAL}
        return [by_id[name] for name in graph.order(by_id, {one.id: _before(one, steps) for one in by_id.values()})]

    @property
    def situation(self) -> Situation:
        """Where things stand."""
        return Situation(dict(self.ids), self.wanted, self.clock.now())

    def send(self, step: Step) -> Sent:
        """Prepare and send a step; remember the id it gave and what it applied."""
        for need in step.needs:
            self.await_settled(need)
        sent = self.exchange(step)
        if sent.vendor_id is not None:
            self._remember(step, sent.vendor_id)
        return sent

    def _remember(self, step: Step, vendor_id: str) -> None:
        self.done_at[step.address, step.operation] = self.clock.now()
        if vendor_id:
            self.ids[step.address] = vendor_id
        applied, wanted = self.applied.setdefault(step.address, {}), self.wanted[step.address].fields
        for change in step.changes:
            parts = change.path[1:].split("/")
            name = "/".join(parts) if parts[0] in {"roles", "devices"} else parts[0]
            if name in wanted:
                applied[name] = fingerprint(wanted[name])
            else:
                applied.pop(name, None)

    def await_settled(self, address: Address) -> Observed:
        """Poll an object until the vendor has finished with it, as the engine does."""
        for _ in range(20):
            found = observed(self.observe(address), address)
            if found.status is SyncStatus.SYNCHRONIZED:
                return found
            self.pass_time(seconds=1)
        raise AssertionError(f"{address} does not settle")

    def settle(self) -> list[Sent]:
        """Carry out the plan, and look at what came of it."""
        sent = [self.send(step) for step in self.plan()]
        self.ids.update({address: one.vendor_id for address, one in self.observe().single.items()})
        return sent


def _before(step: Step, steps: list[Step]) -> list[str]:
    own = [one.id for one in steps if one.address == step.address and one.operation in step.after]
    followed = [one.id for one in steps if (one.address, one.operation) in step.follows]
    return [*own, *followed, *(one.id for one in steps if one.address in step.needs)]
