"""The contract between the engine and an adapter: the `Vendor` protocol and what goes through it."""

import dataclasses
import enum
import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol, TypeAlias

from reconciler.contract.objects import Change, ObjectType, Observation, Observed, Step, Waiting, Wanted
from reconciler.contract.wire import Answer, Call, Reader, Wire
from reconciler.errors import StepRefused
from reconciler.model import Address, Json, JsonObject, Manifest, Problem, Secret


@dataclasses.dataclass(frozen=True)
class Attached:
    """A file that a manifest names, as it is in the project; `path` as written, relative to `reconciler.yaml`.

    `size` in bytes, `sha256` in hex, `head`: its first bytes, enough to tell its format. `text`: the whole of a small
    file that is UTF-8 text. `reason` says why it cannot be read, and then nothing else is known.
    """

    path: str
    size: int = 0
    sha256: str = ""
    head: bytes = b""
    text: str | None = None
    reason: str = ""


@dataclasses.dataclass(frozen=True)
class World:
    """All manifests of a run and whose they are.

    `owners`: the prefixes under which orders may be found at vendors, the one to write first (`<project>`,
    `<project>.<env>`, then those of former project names). `files`: what manifests attach, by path as written.
    `pinned`: the catalogues kept in git, by vendor. `now`: when they are looked at, None when that does not matter.
    """

    manifests: Sequence[Manifest]
    owners: tuple[str, ...]
    files: Mapping[str, Attached] = dataclasses.field(default_factory=dict)
    pinned: Mapping[str, Mapping[str, Json]] = dataclasses.field(default_factory=dict)
    now: datetime | None = None

    def find(self, kind: str, name: str) -> Manifest | None:
        """Return a manifest by kind and present name."""
        return self._index.get((kind, name))

    def of_kind(self, kind: str) -> Sequence[Manifest]:
        """Return all manifests of a kind, as they stand."""
        return self._by_account.get((kind, None), ())

    def belonging(self, kind: str, account: str) -> Sequence[Manifest]:
        """Return the manifests of a kind whose `spec.account` is an Account's present name."""
        return self._by_account.get((kind, account), ())

    @functools.cached_property
    def _by_account(self) -> Mapping[tuple[str, str | None], Sequence[Manifest]]:
        found: dict[tuple[str, str | None], list[Manifest]] = {}
        for manifest in self.manifests:
            found.setdefault((manifest.kind, None), []).append(manifest)
            account = getattr(manifest.spec, "__dict__", {}).get("account")
            if isinstance(account, str):
                found.setdefault((manifest.kind, account), []).append(manifest)
        return found

    def __post_init__(self) -> None:
        index = {(manifest.kind, manifest.name): manifest for manifest in self.manifests}
        object.__setattr__(self, "_index", index)

    _index: Mapping[tuple[str, str], Manifest] = dataclasses.field(init=False, repr=False, compare=False)


class ClaimState(enum.StrEnum):
    """How far an operation is in the execution protocol, as the ledger has it."""

    CLAIMED = "claimed"
    SENT = "sent"
    DOUBT = "in_doubt"
    PARKED = "parked"
    DONE = "done"
    REFUSED = "refused"
    RELEASED = "released"
    """Proved not executed; may be claimed again."""

    @property
    def open(self) -> bool:
        """Whether it is unknown if the vendor did it."""
        return self in {ClaimState.SENT, ClaimState.DOUBT, ClaimState.PARKED}


@dataclasses.dataclass(frozen=True)
class Memory:
    """What the ledger knows of an object.

    `applied`: field name -> keyed fingerprint of the value last applied. `changed_at`: when each field was last
    applied or taken back. `claims`: (operation,
    revision) -> state, `done_at` since when it is done. `frozen`: revision -> keyed fingerprints (by field) of what
    was executed.
    """

    vendor_id: str | None = None
    applied: Mapping[str, str] = dataclasses.field(default_factory=dict)
    claims: Mapping[tuple[str, int], ClaimState] = dataclasses.field(default_factory=dict)
    frozen: Mapping[int, Mapping[str, str]] = dataclasses.field(default_factory=dict)
    changed_at: Mapping[str, datetime] = dataclasses.field(default_factory=dict)
    done_at: Mapping[tuple[str, int], datetime] = dataclasses.field(default_factory=dict)

    @property
    def known(self) -> bool:
        """Whether the ledger has heard of the object."""
        return self.vendor_id is not None or bool(self.claims)


@dataclasses.dataclass(frozen=True)
class Scope:
    """What to observe: all `wanted`, or only the addresses in `focus` (by their ids, cheaply).

    `ids`: vendor ids known so far, from the ledger or this run. `now`: when the reading begins. `done_at`: since when
    an operation of ours is done, by address and operation: how long a vendor has had for what it does by itself.
    """

    wanted: Mapping[Address, Wanted]
    ids: Mapping[Address, str] = dataclasses.field(default_factory=dict)
    focus: frozenset[Address] | None = None
    now: datetime | None = None
    done_at: Mapping[tuple[Address, str], datetime] = dataclasses.field(default_factory=dict)
    reveal: bool = False
    """Whether secrets of assets are to be read too, except of those in `kept` (ids), which are sealed already."""
    kept: frozenset[str] = frozenset()


@dataclasses.dataclass(frozen=True)
class Case:
    """One object to decide about: what is wanted, what was observed (None: proved absent), what differs.

    `changes` come from the generic comparison. `related`: everything else that the observation shows exactly once.
    `fingerprint` is the keyed fingerprint of a value, for comparison with `memory`.
    """

    wanted: Wanted
    observed: Observed | None
    changes: tuple[Change, ...]
    memory: Memory
    fingerprint: Callable[[Json], str]
    related: Mapping[Address, Observed] = dataclasses.field(default_factory=dict)
    pinned: Mapping[str, Json] = dataclasses.field(default_factory=dict)
    """The catalogue kept in git (`catalogue pull`), empty when there is none."""
    now: datetime | None = None


@dataclasses.dataclass(frozen=True)
class Decision:
    """What to do about an object. Problems that are errors keep the object from getting any step."""

    steps: tuple[Step, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    problems: tuple[Problem, ...] = ()


def _nothing_attached(path: str) -> bytes:
    raise StepRefused(f"{path} is not attached to anything", stale=True)


@dataclasses.dataclass(frozen=True)
class Situation:
    """Where a step is about to be sent: `ids` of every settled object, `wanted` and `now` of the run.

    `attached` returns the bytes of a file that a manifest names; StepRefused when it is not what it was when planned.
    """

    ids: Mapping[Address, str]
    wanted: Mapping[Address, Wanted]
    now: datetime
    attached: Callable[[str], bytes] = _nothing_attached


@dataclasses.dataclass(frozen=True)
class Satisfied:
    """Nothing to send: the vendor already shows what the step is for."""

    vendor_id: str


@dataclasses.dataclass(frozen=True)
class Done:
    """The vendor says it did it."""

    vendor_id: str


@dataclasses.dataclass(frozen=True)
class Refused:
    """The vendor says clearly that it did not do it; `conflict` when because it exists already."""

    reason: str
    conflict: bool = False


@dataclasses.dataclass(frozen=True)
class Unclear:
    """The answer proves nothing."""

    reason: str


Outcome: TypeAlias = Done | Refused | Unclear


@dataclasses.dataclass(frozen=True)
class Found:
    """A complete look-up shows that it was done.

    `whole` False: the object is there, but not all that the step was to bring; it is prepared anew.
    """

    vendor_id: str
    whole: bool = True


@dataclasses.dataclass(frozen=True)
class Absent:
    """A complete look-up shows that it was not done."""


@dataclasses.dataclass(frozen=True)
class Several:
    """More than one match: a person must choose."""

    vendor_ids: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Unknown:
    """The look-up proves nothing (failed, or the vendor has no way to tell)."""

    reason: str


@dataclasses.dataclass(frozen=True)
class Described:
    """Options that the vendor describes at run time: its definitions, the values wanted, the values it has."""

    definitions: Sequence[Mapping[str, Any]]
    values: Mapping[str, Json]
    current: Mapping[str, Json]


class Vendor(Protocol):
    """One vendor account: its object types as data, its mapping as pure functions, its reads.

    Must not open connections, read clocks or keep state between calls. `serves` are the vendor names (first
    part of an address) it answers for; `catalogue` maps `<vendor>/<type>` to the object type.
    """

    name: str
    serves: tuple[str, ...]
    catalogue: Mapping[str, ObjectType]
    wire: Wire

    def check(self, world: World) -> Iterable[Problem]:
        """Return what is wrong with the manifests by this vendor's rules, offline. Pure."""
        ...

    def expand(self, manifest: Manifest, world: World) -> Iterable[Wanted]:
        """Return the objects one manifest stands for at this vendor. Pure."""
        ...

    async def observe(self, scope: Scope, read: Reader) -> Observation:
        """Read the vendor. Whatever cannot be read whole is `unreadable`, never absent."""
        ...

    def steps(self, case: Case) -> Decision:
        """Decide what brings one object closer. Pure."""
        ...

    def described_options(
        self, wanted: Wanted, observed: Observed | None, pinned: Mapping[str, Any]
    ) -> Described | None:
        """Return what to check against the vendor's own definitions, as observed or else as pinned. Pure."""
        ...

    async def prepare(self, step: Step, situation: Situation, read: Reader) -> Call | Satisfied:
        """Make the one request of a step, after the last look; StepRefused when it must not be sent."""
        ...

    def interpret(self, step: Step, answer: Answer) -> Outcome:
        """Read a 2xx (or refused) answer to the step's request. Pure and total."""
        ...

    async def recover(self, step: Step, situation: Situation, read: Reader) -> Found | Absent | Several | Unknown:
        """Find out whether a step whose answer was lost was done. A failed read is Unknown."""
        ...

    async def pull_catalogue(self, read: Reader) -> JsonObject:
        """Return the facts kept in git by `catalogue pull`; sorted, never secret."""
        ...

    async def probe(self, read: Reader) -> str:
        """Make one cheap read that proves the credentials; return a line for people."""
        ...

    def resend(self, target: str, asset_id: str | None) -> Step:
        """Return the one-shot step that has the vendor send something again; `target` is an address.

        The secret of an order's asset, or with `asset_id` None what the object itself is sent (an invitation).
        Its operation must not be `once`, since it is asked for on purpose. StepRefused when there is no such call.
        """
        ...


@dataclasses.dataclass(frozen=True)
class Setup:
    """What a vendor is made from: its part of the configuration, checked, with secrets resolved.

    `options`: the vendor's own settings as its settings model gives them. `systems`: for vendors that say
    `via: <this one>`, their options by name.
    """

    name: str
    credentials: Mapping[str, Secret]
    options: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    systems: Mapping[str, Mapping[str, Any]] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Plugin:
    """What an entry point of `reconciler.vendors` names.

    `kinds` returns what it adds to the manifest language (a function, since models are heavy to import),
    `credentials` the names it needs, `optional_credentials` those it can do without, `options` the settings keys it
    knows beyond the common ones with their default, `systems` the vendor names that may say `via` this one with their
    default options.
    """

    name: str
    contract: int
    kinds: Callable[[], Any]
    create: Callable[[Setup], Vendor]
    credentials: tuple[str, ...] = ()
    optional_credentials: tuple[str, ...] = ()
    options: Mapping[str, Json] = dataclasses.field(default_factory=dict)
    systems: Mapping[str, Mapping[str, Json]] = dataclasses.field(default_factory=dict)
    codes: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    """Its problem codes, each with `title`, `cause` and `cure`, for `explain`."""
