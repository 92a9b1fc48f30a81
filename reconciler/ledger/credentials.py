"""Credentials that change with each use: their rows, and the lock under which one process at a time uses one.

Only sealed bytes come here. They may be written without a run: using the credential makes the vendor replace it, also
for a command that changes nothing else.
"""

import contextlib
import sqlite3
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Protocol

from reconciler.clock import Clock
from reconciler.errors import Locked, StateError
from reconciler.ledger import rows, statements
from reconciler.ledger.failures import cause
from reconciler.ledger.lock import FileLock, credential_lock_path
from reconciler.ledger.protocol import CredentialRecord

PATIENCE = 60.0
"""Seconds to wait for a credential that another process is using; a sign-in takes a few."""
INTERVAL = 0.1
"""Seconds between two looks at its lock."""


class Lock(Protocol):
    """What can be taken without waiting, and given back."""

    def acquire(self) -> bool:
        """Take it; False when somebody else has it."""
        ...

    def release(self) -> None:
        """Give it back."""
        ...


class MemoryLock:
    """The lock of a ledger in memory: `held` are the names in use."""

    def __init__(self, held: set[str], name: str) -> None:
        self._held = held
        self._name = name

    def acquire(self) -> bool:
        """Take the name; False when it is in use."""
        if self._name in self._held:
            return False
        self._held.add(self._name)
        return True

    def release(self) -> None:
        """Give the name back."""
        self._held.discard(self._name)


def lock_of(database: Path | None, name: str, *, held: set[str]) -> Lock:
    """Return the lock of a credential: a file beside the database, or a name in memory."""
    return MemoryLock(held, name) if database is None else FileLock(credential_lock_path(database, name))


@contextlib.asynccontextmanager
async def holding(lock: Lock, name: str, *, clock: Clock) -> AsyncIterator[None]:
    """Hold a lock; Locked when it does not become free in time, StateError when it cannot be tried."""
    began = clock.monotonic()
    while not _take(lock, name):
        if clock.monotonic() - began >= PATIENCE:
            raise Locked(
                f"the credential {name} was in use by another run for {PATIENCE:.0f} s; wait for that run to end, or"
                " end its process, then run again"
            )
        await clock.sleep(INTERVAL)
    try:
        yield
    finally:
        lock.release()


def _take(lock: Lock, name: str) -> bool:
    try:
        return lock.acquire()
    except OSError as error:
        raise StateError(f"the credential {name} cannot be locked: {cause(error)}") from error


def read(connection: sqlite3.Connection, name: str) -> CredentialRecord | None:
    """Return the newest of a credential."""
    row = connection.execute(statements.CREDENTIAL, {"name": name}).fetchone()
    return None if row is None else CredentialRecord(row[0], row[1], row[2], rows.read_time(row[3]))


def put(connection: sqlite3.Connection, record: CredentialRecord, *, now: datetime) -> None:
    """Replace a credential."""
    row = {"name": record.name, "sealed": record.sealed, "start": record.start, "now": rows.time_text(now)}
    connection.execute(statements.PUT_CREDENTIAL, row)
