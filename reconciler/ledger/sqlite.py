"""The ledger on SQLite: every method of the protocol as one job for the committer.

Made by `reconciler.ledger.opening`. Values become rows on the caller's side, so that what cannot be recorded
fails where it is said, not in the writer.
"""

import asyncio
import contextlib
import dataclasses
import functools
import os
import platform
import secrets
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from reconciler.clock import Clock
from reconciler.contract import Memory
from reconciler.errors import Locked, StateError
from reconciler.ledger import credentials, reading, rows, statements, writing
from reconciler.ledger.committer import Committer
from reconciler.ledger.failures import cause
from reconciler.ledger.fingerprints import fingerprint
from reconciler.ledger.lock import RunLock
from reconciler.ledger.mark import Mark, write_mark
from reconciler.ledger.protocol import (
    AssetRecord,
    Attempt,
    Claimed,
    ClaimKey,
    CredentialRecord,
    Intent,
    ObjectRecord,
    OpenClaim,
    Run,
    Scope,
    Verdict,
)
from reconciler.ledger.spill import Spill, find_spills, take_over
from reconciler.ledger.writing import Write
from reconciler.model import Address, Json

T = TypeVar("T")


@dataclasses.dataclass(frozen=True, slots=True)
class Opened:
    """What opening found: the ledger's id and key, the latest run's number, and whether it went back in time.

    `database`: its file, None in memory. `floor`: the least number the next run may have. `with_credentials`: on one
    that is open to read, credentials may be written all the same.
    """

    database: Path | None
    ledger: str
    key: bytes = dataclasses.field(repr=False)
    serial: int
    rewound: bool
    floor: int
    read_only: bool
    with_credentials: bool
    notices: tuple[str, ...]


class SqliteLedger:
    """Implements `Ledger`. One run at a time per file, held by a lock on it; in memory a new run takes over."""

    def __init__(self, connection: sqlite3.Connection, opened: Opened) -> None:
        self.notices = opened.notices
        self._opened = opened
        self._serial = opened.serial
        self._rewound = opened.rewound
        on_disk = opened.database if not opened.read_only else None
        self._lock = RunLock(on_disk) if on_disk else None
        self._spill = Spill(on_disk, ledger=opened.ledger) if on_disk else None
        self._held: set[str] = set()
        begin = "BEGIN" if opened.read_only and not opened.with_credentials else "BEGIN IMMEDIATE"
        self._committer = Committer(connection, name=self._name, spill=self._spill, begin=begin)

    @property
    def serial(self) -> int:
        """How many runs had begun when it was opened or its own last run ended."""
        return self._serial

    @property
    def rewound(self) -> bool:
        """Whether it went back in time and no run has settled that."""
        return self._rewound

    @property
    def _name(self) -> str:
        return str(self._opened.database or "in memory")

    def fingerprint(self, value: object) -> str:
        """Return `hmac:<hex>` of the canonical form."""
        return fingerprint(value, key=self._opened.key)

    async def begin_run(self, command: str, *, now: datetime) -> Run:
        """Take the lock and a new fence, durable."""
        self._check_writable()
        if self._lock is not None and not self._take_lock(self._lock):
            raise Locked(f"another run holds the lock of {self._name}: {await self._holder()}; wait for it to end")
        try:
            return await self._start_run(command, now=now)
        except BaseException:
            self._release()
            raise

    async def _start_run(self, command: str, *, now: datetime) -> Run:
        row: dict[str, Json] = {
            "id": f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}",
            "command": command,
            "pid": os.getpid(),
            "host": platform.node(),
            "now": rows.time_text(now),
        }
        spills = find_spills(self._opened.database) if self._opened.database else []
        run, done = await self._committer.run(functools.partial(self._enter_run, row=row, spills=spills))
        for path in done:
            path.unlink(missing_ok=True)
        if self._spill is not None:
            self._spill.run = run.id
        await self._write_mark(run.fence)
        return run

    def _enter_run(
        self, connection: sqlite3.Connection, *, row: Mapping[str, Json], spills: Sequence[Path]
    ) -> tuple[Run, list[Path]]:
        done = take_over(connection, spills, ledger=self._opened.ledger)
        fence = max(writing.present_fence(connection), self._opened.floor) + 1
        connection.execute(statements.SET_FENCE, {"fence": fence})
        connection.execute(statements.BEGIN_RUN, {**row, "fence": fence})
        if self._rewound:
            connection.execute(statements.SET_META, {"name": "rewound", "value": "yes"})
        return Run(str(row["id"]), fence, rows.read_time(str(row["now"]))), done

    async def end_run(self, run: Run, *, now: datetime, settled: bool = True) -> None:
        """Flush and release the lock, durable; unless `settled` a ledger that went back in time stays so."""
        moment = rows.time_text(now)
        try:
            await self._committer.flush()
            await self._committer.run(functools.partial(_leave_run, fence=run.fence, now=moment, settled=settled))
            await self._write_mark(run.fence)
            self._serial, self._rewound = run.fence, self._rewound and not settled
        finally:
            self._release()

    async def use_plan(self, run: Run, digest: str, *, now: datetime) -> bool:
        """Burn a plan, durable; False when it was used before."""
        row: dict[str, Json] = {"digest": digest, "run": run.id, "now": rows.time_text(now)}
        return await self._committer.run(functools.partial(_use_plan, fence=run.fence, row=row))

    async def begin_attempt(self, run: Run, intent: Intent, *, now: datetime, payload: Json = None) -> Claimed:
        """Take the claim and write intent and `sent(n)`, durable, in one commit."""
        self._check_writable()
        row = rows.intent_row(run, intent, now=now, payload=payload)
        others = [rows.key_row(alias) for alias in intent.aliases]
        return await self._committer.run(
            lambda connection: writing.begin_attempt(connection, intent.key, row, others=others, once=intent.once)
        )

    def conclude(self, run: Run, attempt: Attempt, verdict: Verdict, *, now: datetime) -> None:
        """Write how the attempt ended (queued)."""
        self._submit("conclude", run, rows.verdict_row(attempt.key, verdict, now=now) | {"n": attempt.n})

    def settle(self, run: Run | None, key: ClaimKey, verdict: Verdict, *, now: datetime) -> None:
        """Move a claim out of (or within) doubt, without an attempt (queued). A claim that is done stays so."""
        self._submit("settle", run, rows.verdict_row(key, verdict, now=now) | {"fence": run.fence if run else None})

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
        """Write a claim as done without an attempt (queued). What a done claim has frozen stays frozen."""
        found: dict[str, Json] = {"fence": run.fence, "vendor_id": vendor_id, "frozen": rows.json_text(frozen)}
        found |= {"applied": rows.json_text(dict(applied)), "now": rows.time_text(now)}
        self._submit("adopt", run, rows.key_row(key) | found)

    def withdraw(self, run: Run, key: ClaimKey, *, reason: str, now: datetime) -> None:
        """Take back a claim that is done, on a person's word that it never was (queued)."""
        self._submit(
            "withdraw", run, rows.key_row(key) | {"fence": run.fence, "reason": reason, "now": rows.time_text(now)}
        )

    def record_object(
        self, run: Run | None, scope: Scope, record: ObjectRecord, *, now: datetime, replaces: Sequence[Address] = ()
    ) -> None:
        """Remember an object (queued); rows of `replaces` go, their assets move."""
        row = rows.object_row(scope, record, now=now) | {"replaces": [str(former) for former in replaces]}
        self._submit("record_object", run, row)

    def record_assets(self, run: Run | None, scope: Scope, order: Address, assets: Sequence[AssetRecord]) -> None:
        """Remember an order's assets (queued); those not named are no longer listed, their secrets stay sealed."""
        found = [rows.asset_row(scope, order, asset) for asset in assets]
        self._submit("record_assets", run, {"scope": str(scope), "order": str(order), "assets": found})

    def forget(self, run: Run, scope: Scope, address: Address) -> None:
        """Stop remembering an object (queued)."""
        self._submit("forget", run, {"scope": str(scope), "address": str(address)})

    async def flush(self) -> None:
        """Wait until everything queued is durable; FenceLost when a later run made some of it void."""
        await self._committer.flush()

    async def read_memory(self, scopes: Sequence[Scope]) -> dict[Address, Memory]:
        """Return what is known of every object."""
        return await self._read(reading.read_memory, scopes)

    async def read_open_claims(self, scopes: Sequence[Scope]) -> list[OpenClaim]:
        """Return the claims in doubt, sent or parked, by address and operation."""
        return await self._read(reading.read_open_claims, scopes)

    async def read_objects(self, scopes: Sequence[Scope]) -> dict[Address, ObjectRecord]:
        """Return the remembered objects."""
        return await self._read(reading.read_objects, scopes)

    async def read_assets(self, scopes: Sequence[Scope]) -> list[AssetRecord]:
        """Return the remembered assets by order and id."""
        return await self._read(reading.read_assets, scopes)

    async def read_credential(self, name: str) -> CredentialRecord | None:
        """Return a credential that changes with each use."""
        return await self._committer.run(lambda connection: credentials.read(connection, name))

    async def write_credential(self, record: CredentialRecord, *, now: datetime) -> None:
        """Replace a credential, durable, without a run."""
        self._check_credentials()
        await self._committer.run(lambda connection: credentials.put(connection, record, now=now))

    def credential_lock(self, name: str, *, clock: Clock) -> contextlib.AbstractAsyncContextManager[None]:
        """Hold a credential alone, over all processes; Locked when that takes too long."""
        self._check_credentials()
        lock = credentials.lock_of(self._opened.database, name, held=self._held)
        return credentials.holding(lock, name, clock=clock)

    async def aclose(self) -> None:
        """Flush and close; StateError when something could not be written."""
        try:
            await self._committer.aclose()
        finally:
            self._release()

    async def _read(self, work: Callable[[sqlite3.Connection, Sequence[Scope]], T], scopes: Sequence[Scope]) -> T:
        return await self._committer.run(lambda connection: work(connection, scopes))

    def _submit(self, name: str, run: Run | None, row: Mapping[str, Json]) -> None:
        self._check_writable()
        self._committer.submit(Write(name, run.fence if run else None, row))

    def _check_writable(self) -> None:
        if self._opened.read_only:
            raise StateError(f"state {self._name} is open for reading only; run a command that may write it")

    def _check_credentials(self) -> None:
        if not self._opened.with_credentials:
            self._check_writable()

    def _take_lock(self, lock: RunLock) -> bool:
        try:
            return lock.acquire()
        except OSError as error:
            raise StateError(f"state {self._name} cannot be locked: {cause(error)}") from error

    async def _holder(self) -> str:
        row = await self._committer.run(lambda connection: connection.execute(statements.LAST_RUN).fetchone())
        if row is None:
            return "a run that has just begun"
        return f"run {row[0]}, process {row[1]} on {row[2]}, since {row[3]}"

    def _release(self) -> None:
        if self._lock is not None:
            self._lock.release()

    async def _write_mark(self, serial: int) -> None:
        database = self._opened.database
        if database is None:
            return
        try:
            await asyncio.to_thread(write_mark, database, Mark(self._opened.ledger, serial))
        except OSError as error:
            raise StateError(f"state {self._name} has no mark beside it: {cause(error)}") from error


def _leave_run(connection: sqlite3.Connection, *, fence: int, now: str, settled: bool) -> None:
    writing.check_fence(connection, fence)
    connection.execute(statements.END_RUN, {"fence": fence, "now": now})
    if settled:
        connection.execute(statements.CLEAR_META, {"name": "rewound"})


def _use_plan(connection: sqlite3.Connection, *, fence: int, row: Mapping[str, Json]) -> bool:
    writing.check_fence(connection, fence)
    return connection.execute(statements.USE_PLAN, row).rowcount == 1
