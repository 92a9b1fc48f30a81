"""Objects at a vendor as data: their types, how they are wanted and observed, the steps between the two."""

import dataclasses
import enum
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeAlias

from reconciler.contract.wire import Endpoint
from reconciler.model import Address, Json, ManifestRef, Money, Problem, Secret


class Kind(enum.StrEnum):
    """The public word for what a step does (`operation` in the JSON contracts)."""

    CREATE = "create"
    UPDATE = "update"
    SYNC = "sync"
    EXECUTE = "execute"
    SUBMIT = "submit"
    REQUEST = "request"
    ENABLE = "enable"
    DISABLE = "disable"
    DELETE = "delete"
    ADOPT = "adopt"
    MANUAL = "manual"
    FORGET = "forget"


class Effect(enum.StrEnum):
    """What a step does beyond changing a record; people review these first."""

    COSTS = "costs"
    NOTIFIES = "notifies"
    DISRUPTS = "disrupts"
    IRREVERSIBLE = "irreversible"


@dataclasses.dataclass(frozen=True)
class ByKey:
    """The vendor honours an idempotency key: the same bytes are safe to send again for `retention` seconds.

    None: for ever.
    """

    retention: float | None = None


@dataclasses.dataclass(frozen=True)
class ByLookup:
    """A complete look-up by `fields` after the vendor's visibility lag proves whether it was done."""

    fields: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class ByReadback:
    """A replace whose result a complete read shows in `fields`, so that it may be repeated."""

    fields: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class NoRecovery:
    """Nothing tells whether it was done: a lost answer needs a person."""


Recovery: TypeAlias = ByKey | ByLookup | ByReadback | NoRecovery


@dataclasses.dataclass(frozen=True)
class Operation:
    """One way to change an object with exactly one mutating request.

    `once`: at most once per object and revision, for ever (orders); otherwise again whenever a complete read
    shows the need. `settles`: the vendor may go on working after its answer; dependants wait until an
    observation says it has finished; `polled` False: people there decide, so it is looked at once and no more in the
    same run. `capability`: the flag without which the step is manual, and
    `instructions` what a person does then (may use `{name}`). `applies`: its changes stand once it is done; not when
    they only stand after another operation of the object (options that are stored first, then synchronised).
    `papers`: what a person is handed for a manual step, by file name; pure.
    """

    name: str
    kind: Kind
    endpoint: Endpoint | None
    recovery: Recovery
    effects: frozenset[Effect] = frozenset()
    once: bool = False
    settles: bool = False
    polled: bool = True
    capability: str | None = None
    instructions: str = ""
    applies: bool = True
    papers: Callable[["Wanted"], Mapping[str, bytes]] | None = None


@dataclasses.dataclass(frozen=True)
class Field:
    """How one field of an object type behaves.

    `immutable`: cannot change once the object exists; `advice` says what to do instead. `create_only`: sent at
    creation, never compared. `write_only`: never read back, compared by keyed fingerprint with the last applied.
    `unordered`: a list whose order means nothing. `fold`: the vendor may change letter case.
    """

    immutable: bool = False
    create_only: bool = False
    write_only: bool = False
    unordered: bool = False
    fold: bool = False
    secret: bool = False
    advice: str = ""


@dataclasses.dataclass(frozen=True)
class ObjectType:
    """A type of object at a vendor as data: its fields and operations by name.

    `adoptable`: it carries our reference, so the first match is an explicit `adopt`; otherwise it is a part of
    another object and is simply remembered. A step may name a part after an operation's name, as in
    `assign:desk-1`: each part is an operation of its own in the ledger.
    """

    name: str
    fields: Mapping[str, Field]
    operations: Mapping[str, Operation]
    adoptable: bool = True

    def operation(self, name: str) -> Operation:
        """Return the operation that a step's or a claim's operation name stands for; KeyError when there is none."""
        return self.operations[name.partition(":")[0]]


@dataclasses.dataclass(frozen=True)
class Wanted:
    """One object as declared.

    `keys`: the references it may be found by, the one to write first. `fields`: managed fields only, in
    manifest words; None clears; a secret is its reference (`{env: NAME}`) offline and a `Secret` online. `needs`:
    objects that must be settled first. `beside`: other objects that its steps cannot go on without; a part of the
    estate (`--select`) takes them along with the `needs`. `former`: addresses it had under earlier names. `options`:
    what steers steps without being a field of the object (vendor's own affair). `attached`: what tells its attached
    files from others; with other files it is looked at again, although its manifest is the same. Members of a list in
    which others put things too are fields of their own, `<list>/<member>`.
    """

    address: Address
    manifest: ManifestRef
    keys: tuple[str, ...]
    fields: Mapping[str, Json]
    needs: tuple[Address, ...] = ()
    beside: tuple[Address, ...] = ()
    former: tuple[Address, ...] = ()
    revision: int = 1
    ensure: str = "present"
    protect: bool = False
    options: Mapping[str, Json] = dataclasses.field(default_factory=dict)
    attached: Json = None
    manifest_revision: str = ""

    @property
    def addresses(self) -> tuple[Address, ...]:
        """The present address, then each former one."""
        return (self.address, *self.former)


class SyncStatus(enum.StrEnum):
    """How far an object is, in the public words."""

    UNSYNCHRONIZED = "UnSynchronized"
    IN_PROGRESS = "InProgress"
    SYNCHRONIZED = "Synchronized"
    FAILED = "Failed"
    UNKNOWN = "Unknown"


@dataclasses.dataclass(frozen=True)
class Asset:
    """What an executed order yielded; `secrets` by name (`license_key`, `coupon_code`)."""

    asset_id: str
    product: str
    quantity: int
    sync_status: SyncStatus
    purchased_at: str | None = None
    expires_at: str | None = None
    comment: str = ""
    secrets: Mapping[str, Secret] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Observed:
    """One object as a complete read showed it.

    `fields` in manifest words; a missing field is unknown, not different. `status`: how far the vendor is with
    it. `detail`: the vendor's own comment (hostile text). `facts`: what the vendor assigned, never secret.
    `extra`: what the vendor's own step logic needs (definitions, raw state); JSON, never secret. `done`: names of
    once-only operations that it shows as done, by whomever; the ledger remembers them, so that an object which is
    lost later is not taken for a new one.
    """

    vendor_id: str
    key: str
    fields: Mapping[str, Json]
    status: SyncStatus = SyncStatus.SYNCHRONIZED
    detail: str = ""
    facts: Mapping[str, str] = dataclasses.field(default_factory=dict)
    assets: tuple[Asset, ...] = ()
    extra: Mapping[str, Json] = dataclasses.field(default_factory=dict)
    done: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Observation:
    """What one reading of a vendor showed.

    `objects`: for each wanted address that could be read whole: no, one, or several matches. `unreadable`: the
    addresses that could not, with the reason; they get no action. `began_at` is when the reading began.
    `obstacles`: what was seen at an address that forbids any step there, such as a name that somebody else holds.
    """

    began_at: datetime
    objects: Mapping[Address, tuple[Observed, ...]]
    unreadable: Mapping[Address, str] = dataclasses.field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    obstacles: Mapping[Address, Problem] = dataclasses.field(default_factory=dict)

    single: Mapping[Address, Observed] = dataclasses.field(init=False, repr=False, compare=False)
    """What was found exactly once, by address."""

    def __post_init__(self) -> None:
        single = {address: matches[0] for address, matches in self.objects.items() if len(matches) == 1}
        object.__setattr__(self, "single", single)

    @property
    def complete(self) -> bool:
        """Whether everything asked for could be read."""
        return not self.unreadable


@dataclasses.dataclass(frozen=True)
class Change:
    """One field that differs; `path` is a JSON pointer in manifest words. Secret values show as `(secret)`."""

    path: str
    before: Json
    after: Json


@dataclasses.dataclass(frozen=True)
class Step:
    """One mutating request that brings an object closer (or, with `manual`, what a person does).

    `operation` names the entry of the object type. `target` is the vendor's id when the object exists already.
    `body` is what `prepare` makes the call from. `after`: names of steps of the same object that come before;
    `needs`: other objects that must be settled; `follows`: single steps of other objects that come before where they
    are planned (it is held when that object is refused or in doubt). `basis` is what of the observation the step
    rests on: when it differs later, the step is stale. `cost` None on a costing step means the price is unknown.
    """

    address: Address
    operation: str
    kind: Kind
    reason: str
    target: str | None = None
    changes: tuple[Change, ...] = ()
    body: Mapping[str, Json] = dataclasses.field(default_factory=dict)
    after: tuple[str, ...] = ()
    needs: tuple[Address, ...] = ()
    effects: frozenset[Effect] = frozenset()
    revision: int = 1
    basis: Json = None
    cost: Money | None = None
    max_price: Money | None = None
    instructions: str = ""
    follows: tuple[tuple[Address, str], ...] = ()

    @property
    def id(self) -> str:
        """The action's id: address and operation; for orders with the revision."""
        return action_id(self.address, self.operation, self.revision)


def action_id(address: Address, operation: str, revision: int) -> str:
    """Return how an operation on an object is called in plans and reports."""
    return f"{address}:{operation}" if revision == 1 else f"{address}:{operation}@{revision}"


@dataclasses.dataclass(frozen=True)
class Waiting:
    """Someone else has to act first: `party` is `vendor` or `person` (at the vendor).

    The engine adds `maintenance`: a window has to open first. `polled`: the vendor may finish within the run; False
    where people there take their time.
    """

    address: Address
    party: str
    detail: str
    since: str | None = None
    polled: bool = True
