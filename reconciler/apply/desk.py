"""What carrying out needs at hand: clients, vendors, ledger, clock. Values and ports only."""

import dataclasses
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol

from reconciler import contract
from reconciler.clock import Clock
from reconciler.contract import Answer, Call, Effect, ObjectType, Operation, Reader, Situation, Step, Vendor, Wanted
from reconciler.ledger.protocol import ClaimKey, Ledger, Run, Scope
from reconciler.model import Address, Json


class Client(Protocol):
    """One vendor account's connection, the only thing that can write."""

    @property
    def reader(self) -> Reader:
        """The half that cannot write."""
        ...

    @property
    def requests(self) -> int:
        """Requests sent so far, sign-in and repeats included."""
        ...

    async def send(self, call: Call) -> Answer:
        """Make exactly one attempt; NotSent or NoAnswer when there is no answer."""
        ...

    def signed_out(self) -> None:
        """Sign in anew before the next request."""
        ...


@dataclasses.dataclass(frozen=True)
class Account:
    """One vendor account of a run: its adapter, its client, whose memory it has, how it settles doubt.

    `lag`: seconds until the vendor's look-ups show what was done. `window`: seconds after which an operation that
    our own deadline cut off is parked. `former`: scopes of earlier project names.
    """

    vendor: Vendor
    client: Client
    scope: Scope
    former: tuple[Scope, ...] = ()
    lag: float = 5.0
    window: float = 900.0

    @property
    def scopes(self) -> tuple[Scope, ...]:
        """The present scope, then those of former project names."""
        return (self.scope, *self.former)


@dataclasses.dataclass
class Desk:
    """Everything a run works with. `ids` grows as objects come to exist; `stopping` ends the starting of steps."""

    accounts: Mapping[str, Account]
    """By the first part of an address; several names may share one account."""
    ledger: Ledger
    run: Run
    clock: Clock
    random: Callable[[], float]
    plan: str
    wanted: Mapping[Address, Wanted]
    ids: dict[Address, str] = dataclasses.field(default_factory=dict)
    done_at: dict[tuple[Address, str], datetime] = dataclasses.field(default_factory=dict)
    """Since when an operation is done: how long a vendor has had for what it does by itself."""
    attached: Callable[[str], bytes] | None = None
    """Returns the bytes of a file that a manifest attaches."""
    stopping: bool = False
    caught_up: bool = False
    """Whether everything that a ledger from an earlier time may have forgotten was looked for."""
    held: Callable[[Step], str] = lambda _step: ""
    """Why a step must not be sent now, although it may be later: asked right before each attempt; empty to go on."""

    def account(self, address: Address) -> Account:
        """Return the vendor account an address belongs to."""
        return self.accounts[address.vendor]

    def type_of(self, address: Address) -> ObjectType:
        """Return the object type of an address."""
        return self.account(address).vendor.catalogue[f"{address.vendor}/{address.type}"]

    def operation(self, step: Step) -> Operation:
        """Return the operation a step stands for."""
        return self.type_of(step.address).operation(step.operation)

    def situation(self) -> Situation:
        """Return where things stand, for an adapter."""
        situation = Situation(dict(self.ids), self.wanted, self.clock.now())
        return dataclasses.replace(situation, attached=self.attached) if self.attached else situation

    def now(self) -> datetime:
        """Return the present moment."""
        return self.clock.now()

    def key(self, step: Step) -> ClaimKey:
        """Return the identity of a step's operation."""
        return ClaimKey(self.account(step.address).scope, step.address, step.operation, step.revision)

    def aliases(self, step: Step) -> tuple[ClaimKey, ...]:
        """Return the keys under which the operation may have been claimed before."""
        wanted = self.wanted.get(step.address)
        addresses = wanted.addresses if wanted else (step.address,)
        keys = [
            ClaimKey(scope, address, step.operation, step.revision)
            for scope in self.account(step.address).scopes
            for address in addresses
        ]
        return tuple(key for key in keys if key != self.key(step))

    def applied(self, step: Step) -> dict[str, str | None]:
        """Return the keyed fingerprints, by field, of what stands as wanted once the step is done; None: taken back."""
        wanted = self.wanted.get(step.address)
        fields = wanted.fields if wanted else {}
        changes = step.changes if self.operation(step).applies else ()
        names = {field_of(change.path, fields) for change in changes}
        return {name: self.ledger.fingerprint(fields[name]) if name in fields else None for name in sorted(names)}

    def frozen(self, step: Step) -> dict[str, str]:
        """Return the keyed fingerprints, by field, of what cannot be taken back: an executed order's spec."""
        return frozen(self.ledger, self.operation(step), step)


def frozen(ledger: Ledger, operation: Operation, step: Step) -> dict[str, str]:
    """Return the keyed fingerprints, by field, of what a step makes final; nothing when it can be taken back."""
    if not operation.once or Effect.IRREVERSIBLE not in operation.effects:
        return {}
    return {name: ledger.fingerprint(value) for name, value in step.body.items()}


def field_of(path: str, fields: Mapping[str, Json]) -> str:
    """Return which field the JSON pointer of a change is about: a member with a name of its own, or a whole field."""
    name, whole = path.removeprefix("/"), path.split("/")[1]
    return whole if whole in fields and name not in fields else name


def request_fingerprint(desk: Desk, call: contract.Call) -> str:
    """Return the keyed fingerprint of the exact request."""
    body = call.body
    return desk.ledger.fingerprint([call.method, call.path, dict(call.query), body, call.content_type])
