"""An adapter on a bench: its simulator, the real HTTP client and a virtual clock around it.

Manifests are written as YAML and loaded by the product, so that tests use what people write. What each vendor's bench
remembers between two steps, as the ledger does, is its own affair.
"""

import abc
import asyncio
import dataclasses
import hashlib
import math
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any, Generic, TypeVar

import httpx

from reconciler import contract, schema
from reconciler.contract import Observation, Observed, Situation, Step, Vendor, Wanted
from reconciler.files import Limits, SourceFile
from reconciler.model import Address, Json, Manifest, canonical
from reconciler.sandbox import Sandbox
from reconciler.testing.clock import VirtualClock
from reconciler.testing.transport import SandboxTransport
from reconciler.vendors.http import Client, Connection
from reconciler.vendors.http.keeping import Keeper

T = TypeVar("T")
V = TypeVar("V", bound=Vendor)


def fingerprint(value: Json) -> str:
    """Return a stand-in for the ledger's keyed fingerprint."""
    return hashlib.sha256(canonical(value)).hexdigest()


def manifests_of(kinds: Any, *texts: str) -> Sequence[Manifest]:
    """Load manifests; an assertion fails when one does not fit its model."""
    source = SourceFile("specs/all.yaml", "---".join(texts).encode())
    loaded = schema.load([source], schema.Registry([kinds]), Limits())
    assert not loaded.problems, loaded.problems
    return loaded.manifests


def expanded(vendor: Vendor, world: contract.World) -> dict[Address, Wanted]:
    """Return all wanted objects by address."""
    return {wanted.address: wanted for one in world.manifests for wanted in vendor.expand(one, world)}


def observed(observation: Observation, address: Address) -> Observed:
    """Return the one object at an address."""
    assert address not in observation.unreadable, observation.unreadable
    (only,) = observation.objects[address]
    return only


@dataclasses.dataclass
class Sent:
    """A step that was sent: its call, the answer, what the adapter read from it."""

    step: Step
    call: contract.Call | contract.Satisfied
    answer: contract.Answer | None = None
    outcome: contract.Outcome | None = None

    @property
    def vendor_id(self) -> str | None:
        """What the vendor calls the object, None when the step is not done."""
        done = self.call if isinstance(self.call, contract.Satisfied) else self.outcome
        return done.vendor_id if isinstance(done, contract.Satisfied | contract.Done) else None


class AdapterBench(abc.ABC, Generic[V]):
    """A fresh simulator with the adapter in front of it."""

    def __init__(self, vendor: V, app: Callable[..., Sandbox], *, keeper: Keeper | None = None) -> None:
        self.clock = VirtualClock()
        self.app = app(clock=self.clock.now)
        self.vendor = vendor
        self.keeper = keeper
        self.wanted: dict[Address, Wanted] = {}

    @property
    @abc.abstractmethod
    def situation(self) -> Situation:
        """Where things stand."""

    def run(self, work: Callable[[Client], Awaitable[T]]) -> T:
        """Do something with a client of this run."""

        async def main() -> T:
            wire = Connection(self.vendor.name, "http://127.0.0.1", self.vendor.wire, per_second=math.inf)
            transport = SandboxTransport(self.app)
            async with Client(
                wire, clock=self.clock, random=lambda: 0.5, transport=transport, keeper=self.keeper
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

    def prepare(self, step: Step) -> contract.Call | contract.Satisfied:
        """Prepare a step."""
        return self.run(lambda client: self.vendor.prepare(step, self.situation, client.reader))

    def recover(self, step: Step) -> object:
        """Look for a step whose answer was lost."""
        return self.run(lambda client: self.vendor.recover(step, self.situation, client.reader))

    def exchange(self, step: Step) -> Sent:
        """Prepare and send a step; nothing of it is remembered."""

        async def work(client: Client) -> Sent:
            call = await self.vendor.prepare(step, self.situation, client.reader)
            if isinstance(call, contract.Satisfied):
                return Sent(step, call)
            answer = await client.send(call)
            return Sent(step, call, answer, self.vendor.interpret(step, answer))

        return self.run(work)

    def send_call(self, step: Step, call: contract.Call | contract.Satisfied) -> contract.Outcome:
        """Send a prepared call as it is and read the answer."""
        assert isinstance(call, contract.Call)
        answer = self.run(lambda client: client.send(call))
        return self.vendor.interpret(step, answer)
