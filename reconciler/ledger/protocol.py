"""What the engine asks of a ledger: claims, attempts, objects, assets, in plain values.

Two implementations are meant to stand behind it (SQLite now); both run the same tests. Every `await` of a
method that says *durable* returns only after the disk has it. Other writes are queued in order and ride with
the next commit; `flush` waits for all of them.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from types import MappingProxyType
from typing import Protocol, TypeAlias

from reconciler.clock import Clock
from reconciler.contract import ClaimState, Memory, SyncStatus
from reconciler.model import Address, Json


@dataclasses.dataclass(frozen=True)
class Scope:
    """Whose memory it is: one project, environment and vendor origin."""

    project: str
    environment: str | None
    origin: str

    def __str__(self) -> str:
        return f"{self.project}|{self.environment or ''}|{self.origin}"


@dataclasses.dataclass(frozen=True)
class Run:
    """A run that holds the lock; `fence` grows with each run, `started_at` is the ledger's own record."""

    id: str
    fence: int
    started_at: datetime


@dataclasses.dataclass(frozen=True)
class ClaimKey:
    """The identity of an operation: never a hash of the spec."""

    scope: Scope
    address: Address
    operation: str
    revision: int


@dataclasses.dataclass(frozen=True)
class Intent:
    """What is about to be sent, written before it is.

    `aliases`: keys under which it may have been claimed before (former names and projects). `fingerprint`: keyed
    fingerprint of the request. `frozen`: keyed fingerprints by field of what an order stands for. `once`: a
    claim that is done can never be taken again. `applied`: keyed fingerprints of the fields that stand as wanted once
    it is done; None: taken back.
    """

    key: ClaimKey
    fingerprint: str
    plan: str
    once: bool
    aliases: tuple[ClaimKey, ...] = ()
    frozen: Mapping[str, str] = dataclasses.field(default_factory=dict)
    applied: Mapping[str, str | None] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Attempt:
    """A numbered attempt whose `sent` mark is durable; `n` counts from 1 over all runs."""

    key: ClaimKey
    n: int


@dataclasses.dataclass(frozen=True)
class Denied:
    """The claim cannot be taken: somebody has it, or it is done. `vendor_id` when known."""

    state: ClaimState
    vendor_id: str | None = None


Claimed: TypeAlias = Attempt | Denied


@dataclasses.dataclass(frozen=True)
class Verdict:
    """How an attempt ended: `state` of the claim after it, the vendor's id when done, a reason for people.

    `deadline`: our own deadline ended the wait, so a look-up may prove done but never absent.
    """

    state: ClaimState
    vendor_id: str | None = None
    reason: str = ""
    deadline: bool = False


@dataclasses.dataclass(frozen=True)
class OpenClaim:
    """A claim of which it is unknown whether the vendor did it.

    `last_sent_at`, `last_ended_at`: of the latest attempt; `ended` is None when the process died before writing it.
    `deadline`: whether any attempt of it ended by our own deadline. `doubt_since`: when the first doubt began.
    """

    key: ClaimKey
    state: ClaimState
    attempts: int
    last_sent_at: datetime
    last_ended_at: datetime | None
    deadline: bool
    doubt_since: datetime
    reason: str
    once: bool
    payload: Json = None


@dataclasses.dataclass(frozen=True)
class ObjectRecord:
    """What is remembered of an object; `conditions` as the status documents show them.

    `changed_at`: when what is in `applied`, or was, was last applied or taken back.
    """

    address: Address
    kind: str
    name: str
    vendor_id: str | None
    applied: Mapping[str, str]
    sync_status: SyncStatus
    observed_at: datetime | None
    manifest_revision: str
    conditions: tuple[Mapping[str, str], ...] = ()
    facts: Mapping[str, str] = dataclasses.field(default_factory=dict)
    protect: bool = False
    changed_at: Mapping[str, datetime] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class AssetRecord:
    """An asset as remembered: secrets only as fingerprints and sealed bytes (one age file per secret)."""

    order: Address
    asset_id: str
    product: str
    quantity: int
    sync_status: SyncStatus
    purchased_at: str | None
    expires_at: str | None
    fingerprints: Mapping[str, str] = dataclasses.field(default_factory=dict)
    sealed: Mapping[str, bytes] = dataclasses.field(default_factory=dict, repr=False)


@dataclasses.dataclass(frozen=True)
class CredentialRecord:
    """The newest of a credential that changes with each use, sealed.

    `start`: keyed fingerprint of the configured starting value when it was written, empty when there was none.
    """

    name: str
    sealed: bytes = dataclasses.field(repr=False)
    start: str
    written_at: datetime | None = None


class Ledger(Protocol):
    """The durable record. Every method raises StateError when the state cannot be read or written."""

    notices: tuple[str, ...]
    """What a person should know about this ledger: new, restored from a backup, migrated."""

    @property
    def serial(self) -> int:
        """How many runs had begun when the ledger was opened or its own last run ended; part of a plan's digest."""
        ...

    @property
    def rewound(self) -> bool:
        """Whether it went back in time and no run has settled that: what it does not know may have been done."""
        ...

    def fingerprint(self, value: object) -> str:
        """Return `hmac:<hex>` of the canonical form of JSON data, secrets in it included, with the ledger's own key."""
        ...

    async def begin_run(self, command: str, *, now: datetime) -> Run:
        """Take the lock and a new fence, durable. Locked when another live run holds it; a dead run's is taken over."""
        ...

    async def end_run(self, run: Run, *, now: datetime, settled: bool = True) -> None:
        """Flush and release the lock, durable.

        `settled` False: the run did not look at everything wanted, so a ledger that went back in time stays so.
        """
        ...

    async def use_plan(self, run: Run, digest: str, *, now: datetime) -> bool:
        """Burn a plan, durable; False when it was used before."""
        ...

    async def begin_attempt(self, run: Run, intent: Intent, *, now: datetime, payload: Json = None) -> Claimed:
        """Take the claim by compare-and-set and write intent and `sent(n)`, durable, in one commit.

        Denied when the claim (or one of its aliases) is open, or done and `once`. FenceLost when a later run has begun.
        `payload` is the step as JSON, so that a later run can look up what was meant.
        """
        ...

    def conclude(self, run: Run, attempt: Attempt, verdict: Verdict, *, now: datetime) -> None:
        """Write how the attempt ended (queued)."""
        ...

    def settle(self, run: Run | None, key: ClaimKey, verdict: Verdict, *, now: datetime) -> None:
        """Move a claim out of (or within) doubt after a look-up or a person's word, without an attempt (queued)."""
        ...

    def adopt(
        self,
        run: Run,
        key: ClaimKey,
        *,
        vendor_id: str,
        frozen: Mapping[str, str],
        now: datetime,
        applied: Mapping[str, str | None] = MappingProxyType({}),
    ) -> None:
        """Write a claim as done without an attempt, for what was found at the vendor (queued)."""
        ...

    def withdraw(self, run: Run, key: ClaimKey, *, reason: str, now: datetime) -> None:
        """Take back a claim that is done, on a person's word that it never was (queued). Nothing else may."""
        ...

    def record_object(
        self, run: Run | None, scope: Scope, record: ObjectRecord, *, now: datetime, replaces: Sequence[Address] = ()
    ) -> None:
        """Remember an object (queued); rows of `replaces` (former addresses) go, their assets move."""
        ...

    def record_assets(self, run: Run | None, scope: Scope, order: Address, assets: Sequence[AssetRecord]) -> None:
        """Remember an order's assets (queued). A known sealed secret is kept if absent now.

        An asset that is not named now stays listed with its secrets: it was bought, maybe by an earlier revision.
        """
        ...

    def forget(self, run: Run, scope: Scope, address: Address) -> None:
        """Stop remembering an object (queued). Claims, attempts and assets stay for ever."""
        ...

    async def flush(self) -> None:
        """Wait until everything queued is durable."""
        ...

    async def read_memory(self, scopes: Sequence[Scope]) -> dict[Address, Memory]:
        """Return what is known of every object; the first scope wins over former ones.

        What a step applied counts from the moment its claim is done, also when the object was not recorded after it.
        """
        ...

    async def read_open_claims(self, scopes: Sequence[Scope]) -> list[OpenClaim]:
        """Return the claims in doubt, sent or parked, by address and operation."""
        ...

    async def read_objects(self, scopes: Sequence[Scope]) -> dict[Address, ObjectRecord]:
        """Return the remembered objects."""
        ...

    async def read_assets(self, scopes: Sequence[Scope]) -> list[AssetRecord]:
        """Return the remembered assets by order and id."""
        ...

    async def read_credential(self, name: str) -> CredentialRecord | None:
        """Return a credential that changes with each use; None when there is none yet."""
        ...

    async def write_credential(self, record: CredentialRecord, *, now: datetime) -> None:
        """Replace a credential, durable; needs no run, and works on a ledger opened to read `with_credentials`."""
        ...

    def credential_lock(self, name: str, *, clock: Clock) -> AbstractAsyncContextManager[None]:
        """Hold a credential alone, over all processes; ends with the process. Locked after a minute of waiting."""
        ...

    async def aclose(self) -> None:
        """Flush and close."""
        ...
