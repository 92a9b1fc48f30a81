"""From no schema, or an older one, to the present: forward only, with a copy of the database made before.

A migration is a list of statements that leads from one version to the next; a released one is never changed.
"""

import contextlib
import itertools
import os
import secrets
import sqlite3
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from reconciler.errors import Locked, StateError
from reconciler.ledger import statements
from reconciler.ledger.lock import RunLock

Steps: TypeAlias = Mapping[int, Sequence[str]]
"""Version -> the statements that lead from it to the next."""

STEPS: Steps = {
    1: (
        "ALTER TABLE claims ADD COLUMN applied TEXT NOT NULL DEFAULT '{}'",
        "ALTER TABLE objects ADD COLUMN recorded_at TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE objects ADD COLUMN changed TEXT NOT NULL DEFAULT '{}'",
        """
        CREATE TABLE credentials (
            name TEXT PRIMARY KEY,
            sealed BLOB NOT NULL,
            start TEXT NOT NULL,
            written_at TEXT NOT NULL
        ) WITHOUT ROWID
        """,
    ),
}


def create(connection: sqlite3.Connection) -> bool:
    """Make the schema and the ledger's own id and key; False when another process already has."""
    with transaction(connection):
        if _tables(connection):
            return False
        for statement in (*statements.FIRST_SCHEMA, *itertools.chain.from_iterable(STEPS.values())):
            connection.execute(statement)
        _set(connection, "schema", str(statements.SCHEMA_VERSION))
        _set(connection, "ledger", uuid.uuid4().hex)
        _set(connection, "key", secrets.token_hex(32))
    return True


def read_version(connection: sqlite3.Connection) -> int:
    """Return the schema version; 0 for an empty database. StateError when it is some other program's database."""
    tables = _tables(connection)
    if not tables:
        return 0
    text = dict(connection.execute(statements.META)).get("schema", "") if "meta" in tables else ""
    if not text.isdecimal():
        raise StateError("the file is the database of another program; name another file as `state`")
    return int(text)


def check_version(version: int, *, newest: int = statements.SCHEMA_VERSION) -> None:
    """Raise StateError when the ledger is newer than this program."""
    if version > newest:
        raise StateError(
            f"the ledger has schema {version}, this version knows up to {newest}; use the newer version of the program"
        )


def upgrade(
    connection: sqlite3.Connection,
    *,
    backup: Path | None,
    steps: Steps = STEPS,
    newest: int = statements.SCHEMA_VERSION,
) -> int:
    """Bring an older ledger to `newest` in one transaction; return the version it had. Copies it to `backup` first."""
    version = read_version(connection)
    check_version(version, newest=newest)
    if version == newest:
        return version
    if backup is not None:
        copy(connection, backup)
    with transaction(connection):
        for past in range(version, newest):
            for statement in steps[past]:
                connection.execute(statement)
        _set(connection, "schema", str(newest))
    return version


def upgrade_file(
    connection: sqlite3.Connection,
    database: Path,
    *,
    steps: Steps = STEPS,
    newest: int = statements.SCHEMA_VERSION,
) -> Path | None:
    """Upgrade while no run of any version is at work; return the copy of before, None when another was first.

    Locked while a run goes on: it may be one of an older program, which would not know the new schema.
    """
    lock = RunLock(database)
    if not lock.acquire():
        raise Locked(f"state {database} must be upgraded while no run holds its lock; run again when that has ended")
    try:
        backup = database.with_name(f"{database.name}.backup-v{read_version(connection)}")
        return backup if upgrade(connection, backup=backup, steps=steps, newest=newest) < newest else None
    finally:
        lock.release()


def copy(connection: sqlite3.Connection, target: Path) -> None:
    """Write a whole copy of the database to a file only its owner can read."""
    target.unlink(missing_ok=True)
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with contextlib.closing(sqlite3.connect(target)) as other:
        connection.backup(other)


class transaction(contextlib.AbstractContextManager["transaction"]):  # noqa: N801 - reads as a word
    """Everything or nothing, on a connection without transactions of its own."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def __enter__(self) -> "transaction":
        self._connection.execute("BEGIN IMMEDIATE")
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        self._connection.execute("COMMIT" if error is None else "ROLLBACK")


def _tables(connection: sqlite3.Connection) -> set[str]:
    return {name for (name,) in connection.execute(statements.TABLES)}


def _set(connection: sqlite3.Connection, name: str, value: str) -> None:
    connection.execute(statements.SET_META, {"name": name, "value": value})
