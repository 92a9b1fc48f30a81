"""Values the ledger's tests speak of, and the ways to open a ledger."""

import asyncio
import contextlib
import dataclasses
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from reconciler.contract import ClaimState, SyncStatus
from reconciler.ledger.opening import open_ledger
from reconciler.ledger.protocol import (
    AssetRecord,
    Attempt,
    Claimed,
    ClaimKey,
    Intent,
    Ledger,
    ObjectRecord,
    OpenClaim,
    Run,
    Scope,
    Verdict,
)
from reconciler.model import Address
from reconciler.testing.ledger import memory_ledger

T = TypeVar("T")

URL = "sqlite:///.reconciler/state.db"
NOW = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)
SCOPE = Scope("acme-infra", None, "https://bss.example.com")
FORMER = Scope("acme-old", None, "https://bss.example.com")
ORDER = Address("avg", "order", "acme-avg")
DONE = Verdict(ClaimState.DONE, "v-1")
DOUBT = Verdict(ClaimState.DOUBT, reason="no answer")
RELEASED = Verdict(ClaimState.RELEASED, reason="nothing was done")


def key_of(name: str = "acme-avg", *, operation: str = "execute", revision: int = 1, scope: Scope = SCOPE) -> ClaimKey:
    """Return the key of an order's operation."""
    return ClaimKey(scope, Address("avg", "order", name), operation, revision)


def intent_of(key: ClaimKey | None = None, **more: Any) -> Intent:
    """Return an intent that may be carried out once."""
    given: dict[str, Any] = {"fingerprint": "hmac:aa", "plan": "sha256:bb", "once": True, **more}
    return Intent(key or key_of(), **given)


def record_of(address: Address = ORDER, **more: Any) -> ObjectRecord:
    """Return an object as remembered."""
    plain = ObjectRecord(
        address=address,
        kind="Order",
        name=address.name,
        vendor_id="v-1",
        applied={"items": "hmac:01"},
        sync_status=SyncStatus.SYNCHRONIZED,
        observed_at=NOW,
        manifest_revision="sha256:cc",
        conditions=({"type": "Ready", "status": "True"},),
        facts={"code": "SO-1"},
    )
    return dataclasses.replace(plain, **more)


def asset_of(asset_id: str = "a-1", *, order: Address = ORDER, **sealed: bytes) -> AssetRecord:
    """Return an asset with sealed secrets by name."""
    return AssetRecord(
        order=order,
        asset_id=asset_id,
        product="AVG-IS-BE",
        quantity=25,
        sync_status=SyncStatus.SYNCHRONIZED,
        purchased_at="2026-03-01T00:00:00Z",
        expires_at=None,
        fingerprints={name: f"hmac:{len(blob):08x}" for name, blob in sealed.items()},
        sealed=sealed,
    )


@dataclasses.dataclass
class Book:
    """A ledger with a run begun, and the calls that tests make again and again."""

    ledger: Ledger
    run: Run

    async def take(self, intent: Intent | None = None, **more: Any) -> Claimed:
        """Try to take a claim."""
        return await self.ledger.begin_attempt(self.run, intent or intent_of(), now=NOW, **more)

    async def sent(self, intent: Intent | None = None, **more: Any) -> Attempt:
        """Take a claim that is free."""
        claimed = await self.take(intent, **more)
        assert isinstance(claimed, Attempt)
        return claimed

    async def ended(self, verdict: Verdict, intent: Intent | None = None) -> Attempt:
        """Take a claim and conclude it."""
        attempt = await self.sent(intent)
        self.ledger.conclude(self.run, attempt, verdict, now=LATER)
        return attempt

    async def state(self, key: ClaimKey | None = None) -> ClaimState | None:
        """Return the state of a claim."""
        wanted = key or key_of()
        memory = await self.ledger.read_memory([wanted.scope])
        found: Mapping[Any, ClaimState] = memory[wanted.address].claims if wanted.address in memory else {}
        return found.get((wanted.operation, wanted.revision))

    async def open_claim(self) -> OpenClaim:
        """Return the only claim in doubt."""
        [found] = await self.ledger.read_open_claims([SCOPE])
        return found


@contextlib.asynccontextmanager
async def opened(root: Path | None) -> AsyncIterator[Book]:
    """Open a ledger below `root` (None: in memory), begin a run, close everything at the end."""
    ledger: Ledger = memory_ledger() if root is None else open_ledger(URL, root=root)
    try:
        yield Book(ledger, await ledger.begin_run("apply", now=NOW))
    finally:
        await ledger.aclose()


def within(root: Path | None, scenario: Callable[[Book], Coroutine[Any, Any, T]]) -> T:
    """Play a scenario against a ledger and return what it returns."""

    async def play() -> T:
        async with opened(root) as book:
            return await scenario(book)

    return asyncio.run(play())


def database(root: Path) -> Path:
    """Return the file of the ledger below a root."""
    return root / ".reconciler" / "state.db"


def closed(ledger: Ledger) -> Ledger:
    """Close a ledger whose notices and properties are looked at."""
    asyncio.run(ledger.aclose())
    return ledger


async def whole_run(book: Book) -> None:
    """Do one order and end the run."""
    await book.ended(DONE)
    await book.ledger.end_run(book.run, now=LATER)
