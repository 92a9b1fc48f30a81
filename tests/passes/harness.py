"""A whole pass in one process: real adapter, real HTTP client, real ledger file, simulated vendor, virtual time.

`Estate` is what survives between passes: the vendor's books, the ledger file, the clock. Each pass opens the ledger
anew, as each run of the program does.
"""

import asyncio
import dataclasses
import json
import math
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import httpx

from reconciler import contract, files, schema, sealing
from reconciler.apply.desk import Account
from reconciler.cli.selecting import select
from reconciler.errors import Exit
from reconciler.files import Limits, SourceFile
from reconciler.ledger.opening import open_ledger
from reconciler.ledger.protocol import Ledger, Scope
from reconciler.model import Secret, Severity
from reconciler.plan.policy import Rules
from reconciler.plan.report import Outcome
from reconciler.plan.value import Plan, Revision
from reconciler.reconcile import applying, estate, planning
from reconciler.reconcile.applying import Applied, Orders
from reconciler.reconcile.credentials import Keeper
from reconciler.reconcile.planning import Context
from reconciler.sandbox import Sandbox, create_interworks_app
from reconciler.schema import attachments
from reconciler.testing.clock import VirtualClock
from reconciler.testing.transport import SandboxTransport
from reconciler.vendors.http import Client, Connection
from reconciler.vendors.interworks.kinds import kinds
from reconciler.vendors.interworks.plugin import PLUGIN, Interworks
from tests.passes.interference import Crash, Death, DisturbedClient, Interference, Undisturbed

T = TypeVar("T")
CREDENTIALS = {
    "clientKey": Secret("demo-key"),
    "clientSecret": Secret("demo-secret"),
    "username": Secret("demo"),
    "password": Secret("demo-password"),
}
RULES = Rules(limits={"creates": 99, "updates": 99, "executes": 99, "notifications": 99})

RESELLER = """
apiVersion: reconciler/v1
kind: Account
metadata: {name: nordwind}
spec:
  displayName: Nordwind
  role: Reseller
  email: it@nordwind.example
  vendors: {avg: {email: keys@nordwind.example}, panda: {username: nordwind}}
"""
CUSTOMER = """
apiVersion: reconciler/v1
kind: Account
metadata: {name: acme}
spec:
  displayName: Acme Dental
  parent: nordwind
  email: it@acme.example
  vendors: {avg: {email: keys@acme.example}, panda: {username: acme}, bittitan: {}}
"""
ORDER = """
apiVersion: reconciler/v1
kind: Order
metadata: {name: acme-avg}
spec:
  vendor: avg
  account: acme
  execute: true
  items: [{product: AVG-IS-BE, quantity: 25}, {product: AVG-AV-BE, quantity: 2}]
"""
SECOND = """
apiVersion: reconciler/v1
kind: Order
metadata: {name: acme-boxes}
spec: {vendor: bittitan, account: acme, execute: true, items: [{product: BT-MAILBOX, quantity: 3}]}
"""
ENTERED = ORDER.replace("execute: true", "execute: false")
REVISED = ORDER.replace("  items:", "  revision: 2\n  items:")
SMALL = (RESELLER, CUSTOMER, ORDER)


@dataclasses.dataclass
class Estate:
    """Everything that outlives a pass; the BSS is its vendor, subclasses have others."""

    root: Path
    project: str = "acme-infra"
    former: tuple[str, ...] = ()
    selection: str = ""
    timeout: float = 30.0
    lag: float = 5.0
    window: float = 900.0
    rules: Rules = RULES
    options: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    pinned: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    secrets: Mapping[str, str] = dataclasses.field(default_factory=dict)
    clock: VirtualClock = dataclasses.field(default_factory=VirtualClock)

    def __post_init__(self) -> None:
        self.app = self.make_app()
        self.manifests: Sequence[str] = SMALL
        self.identity = self.root / "identity.txt"
        self.recipient = sealing.create_identity(self.identity)

    # what is its vendor's own

    def make_app(self) -> Sandbox:
        """Return the simulator."""
        return create_interworks_app(clock=self.clock.now)

    def vendor(self) -> contract.Vendor:
        """Return the adapter."""
        systems = {name: dict(options) for name, options in PLUGIN.systems.items()}
        return Interworks(contract.Setup("interworks", CREDENTIALS, self.options, systems))

    def kinds(self) -> Any:
        """Return what the adapter adds to the manifest language."""
        return kinds()

    def keeper(self, _vendor: contract.Vendor, _ledger: Ledger) -> Keeper | None:
        """Return who keeps the credential that changes with each use; the BSS has none."""
        return None

    # the vendor, from behind

    def sim(self, method: str, path: str, body: Any = None) -> Any:
        """Use the control plane."""
        return asyncio.run(self.ask(method, path, body))

    async def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Use the control plane while a pass is under way."""
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            answer = await client.request(method, "/_sim" + path, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def fault(self, kind: str, path: str, *, method: str = "", **more: Any) -> None:
        """Arm a fault for the next request that matches; `nth`, `count` and `query` belong to the match."""
        match: dict[str, Any] = {"path": path, **({"method": method} if method else {})}
        match.update({name: more.pop(name) for name in ("nth", "count", "query") if name in more})
        self.sim("POST", "/faults", {"kind": kind, "match": match, **more})

    def books(self) -> dict[str, Any]:
        """Return what the vendor's books say, by things that do not depend on ids or times."""
        state = self.sim("GET", "/state")
        names = {row["id"]: row["name"] for row in state["orders"]}
        return {
            "accounts": sorted(row["code"] for row in state["accounts"]),
            "orders": sorted((row["name"], row["status"]) for row in state["orders"]),
            "assets": sorted(
                (names.get(row["orderId"]), row["productCode"], row["quantity"]) for row in state["assets"]
            ),
            "charges": sorted(row["orderName"] for row in state["charges"]),
            "sync": sorted((row["accountId"], row["systemCode"], row["status"]) for row in state["sync"]),
        }

    def mutations(self) -> Counter[str]:
        """Count the mutating requests by method and last part of the path, and forget them."""
        lines = [line for line in self.sim("GET", "/log") if line["mutating"] and "oauth" not in line["path"]]
        self.sim("DELETE", "/log")
        return Counter(f"{line['method']} {line['path'].rsplit('/', 1)[-1]}" for line in lines)

    def row(self, what: str, **wanted: Any) -> dict[str, Any]:
        """Return the one row of the vendor's books with these values."""
        return self.row_in(self.sim("GET", "/state"), what, **wanted)

    @staticmethod
    def row_in(state: Mapping[str, Any], what: str, **wanted: Any) -> dict[str, Any]:
        """Return the one row of some books with these values."""
        rows = [row for row in state[what] if all(row[k] == v for k, v in wanted.items())]
        assert len(rows) == 1, rows
        found: dict[str, Any] = rows[0]
        return found

    def edit(self, what: str, number: Any, **values: Any) -> None:
        """Change a row by hand."""
        self.sim("POST", "/edit", {"what": what, "id": number, "set": values})

    # passes

    def plan(self, **more: Any) -> Plan:
        """Plan once."""
        return self.do(lambda context: planning.plan(context, **more)).plan

    def apply(self, *, by: Interference | None = None, **more: Any) -> Applied:
        """Apply once; `by` interferes."""
        return asyncio.run(self.applying(by=by, **more))

    async def applying(self, *, by: Interference | None = None, wait: float = 60.0, **more: Any) -> Applied:
        """Apply once, possibly beside another pass."""

        async def carry_out(context: Context) -> Applied:
            orders = Orders("apply", self.rules, wait, (self.recipient,), **more)
            return await applying.apply(context, orders)

        return await self.passing(carry_out, by=by)

    def crash(self, call: str = "", *, after: bool = False, nth: int = 1) -> bool:
        """Apply and die at a call; the ledger is left as the disk had it. False when the pass ended before."""
        death = Death(self.root, call, nth, late=after)
        try:
            self.apply(by=death)
        except Crash:
            death.restore()
        return death.dead

    def until_quiet(self, limit: int = 12) -> list[Exit]:
        """Apply until the exit code is 0, with the detailed codes of each run."""
        codes: list[Exit] = []
        while not codes or codes[-1] is not Exit.DONE:
            assert len(codes) < limit, codes
            codes.append(applying.exit_code(self.apply(), detailed=True))
        return codes

    def do(self, action: Callable[[Context], Awaitable[T]]) -> T:
        """Run anything with an open context."""
        return asyncio.run(self.passing(action))

    async def passing(self, action: Callable[[Context], Awaitable[T]], *, by: Interference | None = None) -> T:
        """Open what a pass needs, as the program does, and close it again."""
        vendor = self.vendor()
        connection = Connection(
            name=vendor.name,
            url="http://127.0.0.1",
            wire=vendor.wire,
            timeout=self.timeout,
            concurrency=8,
            per_second=math.inf,
        )
        transport = SandboxTransport(self.app)
        ledger = open_ledger("sqlite:///state.db", root=self.root)
        async with Client(
            connection,
            clock=self.clock,
            random=lambda: 0.0,
            transport=transport,
            keeper=self.keeper(vendor, ledger),
        ) as client:
            sending = DisturbedClient(client, by or Undisturbed())
            account = Account(
                vendor=vendor,
                client=sending,
                scope=Scope(self.project, None, "http://127.0.0.1"),
                former=tuple(Scope(name, None, "http://127.0.0.1") for name in self.former),
                lag=self.lag,
                window=self.window,
            )
            try:
                return await action(
                    Context(
                        project=self.project,
                        environment=None,
                        tool="test",
                        revision=Revision(),
                        estate=self.load(vendor),
                        accounts=dict.fromkeys(vendor.serves, account),
                        ledger=ledger,
                        clock=self.clock,
                        pinned=self.pinned,
                        reveal=True,
                        attached=lambda path: (self.root / path).read_bytes(),
                        random=lambda: 0.0,
                    )
                )
            finally:
                await ledger.aclose()

    def load(self, vendor: contract.Vendor) -> estate.Estate:
        """Return the manifests, read and expanded by the product."""
        text = "\n---\n".join(self.manifests)
        loaded = schema.load([SourceFile("specs/all.yaml", text.encode())], schema.Registry([self.kinds()]), Limits())
        owners = (self.project, *self.former)
        found = estate.expand(
            loaded.manifests,
            owners=owners,
            vendors=[vendor],
            problems=loaded.problems,
            pinned=self.pinned,
            files=files.read_attached(self.root, attachments.paths(loaded.manifests), Limits()),
            now=self.clock.now(),
        )
        found = select(found, self.selection) if self.selection else found
        assert found.valid, [p.summary for p in found.problems if p.severity is Severity.ERROR]
        sources = estate.secret_sources(found, [vendor])
        return estate.with_secrets(found, {key: Secret(self.secrets[one.name]) for key, one in sources.items()})


def outcomes(applied: Applied) -> dict[str, str]:
    """Return the outcome by action id."""
    assert applied.report is not None
    return {result.action: result.outcome.value for result in applied.report.results}


def errors(applied: Applied) -> dict[str, str]:
    """Return the error texts by action id."""
    assert applied.report is not None
    return {result.action: result.error for result in applied.report.results if result.error}


def done(applied: Applied) -> bool:
    """Say whether everything that was planned is done or adopted."""
    assert applied.report is not None
    return all(result.outcome in {Outcome.DONE, Outcome.ADOPTED} for result in applied.report.results)


def codes(plan: Plan) -> list[str]:
    """Return the codes of a plan's errors."""
    return sorted(problem.code for problem in plan.errors)


def actions(plan: Plan) -> list[str]:
    """Return the ids of a plan's actions, in order."""
    return [action.id for action in plan.actions]


def through_a_file(plan: Plan) -> Plan:
    """Return a plan as it comes back from a plan file."""
    from reconciler.plan import saved

    return saved.unpack(json.loads(json.dumps(saved.pack(plan))))
