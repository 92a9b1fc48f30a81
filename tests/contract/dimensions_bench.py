"""The Dimensions adapter on a bench: its simulator, the real HTTP client and a virtual clock around it.

Manifests are written as YAML and loaded by the product. What the ledger does between two looks (what was applied,
since when an operation is done) is played by two dictionaries.
"""

import asyncio
import contextlib
import dataclasses
import hashlib
import math
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

import httpx

from reconciler import contract, diff, graph, schema
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
from reconciler.files import Limits, SourceFile
from reconciler.model import Address, Json, Secret, canonical
from reconciler.sandbox import create_dimensions_app
from reconciler.testing.clock import VirtualClock
from reconciler.testing.transport import SandboxTransport
from reconciler.vendors.dimensions.kinds import kinds
from reconciler.vendors.dimensions.plugin import PLUGIN, Dimensions
from reconciler.vendors.http import Client, Connection
from reconciler.vendors.http.keeping import Newest
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
    source = SourceFile("specs/all.yaml", "---".join(texts).encode())
    loaded = schema.load([source], schema.Registry([kinds()]), Limits())
    assert not loaded.problems, loaded.problems
    return contract.World(loaded.manifests, ("acme-infra",))


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


@dataclasses.dataclass
class Sent:
    """A step that was sent: its call, the answer, what the adapter read from it."""

    step: Step
    call: contract.Call | contract.Satisfied
    answer: contract.Answer | None = None
    outcome: contract.Outcome | None = None


class Bench:
    """A fresh simulator with the adapter in front of it."""

    def __init__(self, *texts: str, level: str = "reseller", vendor: Dimensions | None = None) -> None:
        self.clock = VirtualClock()
        self.app = create_dimensions_app(clock=self.clock.now)
        self.vendor = vendor or make_vendor(level)
        self.keeping = Keeping(Secret(TOKENS[level]))
        self.ids: dict[Address, str] = {}
        self.applied: dict[Address, dict[str, str]] = {}
        self.done_at: dict[tuple[Address, str], datetime] = {}
        self.wanted: dict[Address, Wanted] = {}
        self.declare(*texts)
        self.edit("directories", "kazoo-acme", users=DIRECTORY)

    def declare(self, *texts: str) -> None:
        """Say what is wanted from now on."""
        self.wanted = expanded(self.vendor, world_of(*texts)) if texts else {}

    def run(self, work: Callable[[Client], Awaitable[T]]) -> T:
        """Do something with a client of this run."""

        async def main() -> T:
            wire = Connection("dimensions", ORIGIN, self.vendor.wire, per_second=math.inf)
            transport = SandboxTransport(self.app)
            async with Client(
                wire, clock=self.clock, random=lambda: 0.5, transport=transport, keeper=self.keeping
            ) as client:
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

    def prepare(self, step: Step) -> contract.Call | contract.Satisfied:
        """Prepare a step."""
        return self.run(lambda client: self.vendor.prepare(step, self.situation, client.reader))

    def recover(self, step: Step) -> object:
        """Look for a step whose answer was lost."""
        return self.run(lambda client: self.vendor.recover(step, self.situation, client.reader))

    def send(self, step: Step) -> Sent:
        """Prepare and send a step; remember the id it gave and what it applied."""

        async def work(client: Client) -> Sent:
            call = await self.vendor.prepare(step, self.situation, client.reader)
            if isinstance(call, contract.Satisfied):
                return Sent(step, call)
            answer = await client.send(call)
            return Sent(step, call, answer, self.vendor.interpret(step, answer))

        for need in step.needs:
            self.await_settled(need)
        sent = self.run(work)
        done = sent.call if isinstance(sent.call, contract.Satisfied) else sent.outcome
        if isinstance(done, contract.Satisfied | contract.Done):
            self._remember(step, done.vendor_id)
        return sent

    def send_call(self, step: Step, call: contract.Call) -> contract.Outcome:
        """Send a prepared call as it is and read the answer."""
        return self.vendor.interpret(step, self.run(lambda client: client.send(call)))

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


def observed(observation: Observation, address: Address) -> Observed:
    """Return the one object at an address."""
    assert address not in observation.unreadable, observation.unreadable
    (only,) = observation.objects[address]
    return only
