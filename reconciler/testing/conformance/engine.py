"""The engine over one simulator: real client, real ledger, virtual time. A pass is made as the program makes it."""

import asyncio
import dataclasses
import functools
import math
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from reconciler import contract, sealing
from reconciler.apply.desk import Account
from reconciler.ledger.protocol import Ledger, Scope
from reconciler.model import Problem, Secret
from reconciler.plan.value import Revision
from reconciler.reconcile.credentials import Keeper
from reconciler.reconcile.estate import Estate
from reconciler.reconcile.planning import Context
from reconciler.schema.options import check_options
from reconciler.testing.clock import VirtualClock
from reconciler.testing.conformance.loading import PROJECT
from reconciler.testing.conformance.watching import Stage, WatchedClient, WatchedVendor
from reconciler.vendors.http import Client, Connection

T = TypeVar("T")
URL = "http://127.0.0.1"


@functools.cache
def sealing_key() -> tuple[Secret, str]:
    """Return an identity for this process, and its public half."""
    with tempfile.TemporaryDirectory() as folder:
        recipient = sealing.create_identity(Path(folder) / "identity.txt")
        return sealing.read_identity(Path(folder) / "identity.txt"), recipient


@dataclasses.dataclass
class Engine:
    """What passes work with. `lag`: how long look-ups are taken to be blind; `losses`: how often memory was lost."""

    vendor: WatchedVendor
    stage: Stage
    clock: VirtualClock
    ledger: Ledger
    lag: float
    losses: int = 0

    def run(self, wanted: Estate, action: Callable[[Context], Awaitable[T]]) -> T:
        """Run anything with what a pass works with."""
        found: list[T] = []

        async def work() -> None:
            found.append(await self._run(wanted, action))  # not the task's result: asyncio would print it, slowly

        asyncio.run(work())
        return found[0]

    async def _run(self, wanted: Estate, action: Callable[[Context], Awaitable[T]]) -> T:
        connection = Connection(self.vendor.name, URL, self.vendor.wire, concurrency=1, per_second=math.inf)
        scope = Scope(f"{PROJECT}-{self.losses}", None, URL)
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
                estate=wanted,
                accounts=dict.fromkeys(self.vendor.serves, account),
                ledger=self.ledger,
                clock=self.clock,
                check_options=self._check_options,
                random=lambda: 0.0,
            )
            return await action(context)

    def _keeper(self) -> Keeper | None:
        """Return who keeps a credential that changes; it is not lost with the memory of objects."""
        sign_in = self.vendor.wire.sign_in
        if sign_in is None or sign_in.rotation is None:
            return None
        start, (key, _) = sign_in.rotation.start, sealing_key()
        scopes = (Scope(PROJECT, None, URL),)
        return Keeper(self.ledger, self.vendor.name, scopes, sign_in.url or URL, start, key, self.clock)

    def _check_options(self, wanted: contract.Wanted, observed: contract.Observed | None) -> list[Problem]:
        described = self.vendor.described_options(wanted, observed, {})
        found = check_options(described.definitions, described.values, described.current) if described else []
        return [Problem("E420", f"{wanted.address}: {text}", address=str(wanted.address)) for text in found]
