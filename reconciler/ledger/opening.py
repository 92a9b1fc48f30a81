"""Opens a ledger: finds the file, keeps it private, checks that it is ours, present and whole, upgrades it.

Every failure is a StateError that names the file and says what to do. Opening to read takes no lock, creates
nothing and works while an apply is running.
"""

import contextlib
import os
import sqlite3
import time
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

from reconciler.errors import StateError
from reconciler.ledger import location, migrations, statements
from reconciler.ledger.failures import DAMAGED, cause
from reconciler.ledger.mark import read_mark
from reconciler.ledger.spill import find_spills
from reconciler.ledger.sqlite import Opened, SqliteLedger

PATIENCE = 15.0
"""Seconds to wait for another process that opens the same new file."""
INTERVAL = 0.02
"""Seconds between two tries."""
NEW = "the ledger is new; what exists at vendors is found by our references and adopted, nothing is ordered again"
REWOUND = (
    "the ledger went back in time (a restored backup, or another file in its place); everything is looked up at the"
    " vendor before it is sent"
)


def open_ledger(url: str, *, root: Path, read_only: bool = False, with_credentials: bool = False) -> SqliteLedger:
    """Open the ledger at an address such as `sqlite:///.reconciler/state.db`, creating it unless `read_only`.

    `with_credentials`: one that is open to read takes credentials that change with each use, and nothing else; it is
    created and upgraded for them.
    Relative paths count from `root`. Raises ConfigurationError for the address, StateError for the rest.
    """
    database = location.read_address(url, root=root)
    location.check_local(database)
    try:
        location.check_regular(database)
        if read_only and not with_credentials:
            return _open_to_read(database)
        return _open_to_write(database, read_only=read_only)
    except (sqlite3.Error, OSError) as error:
        raise StateError(f"state {database} cannot be opened: {cause(error)}") from error


def open_memory() -> SqliteLedger:
    """Open a new ledger that lives as long as this process; for tests and plug-in authors."""
    connection = _connect(":memory:")
    migrations.create(connection)
    return _ledger(connection, None, notices=(NEW,), with_credentials=True)


def _open_to_write(database: Path, *, read_only: bool) -> SqliteLedger:
    location.make_directory(database.parent)
    location.make_file(database)
    connection = _connect(_uri(database, "rw"))
    with _closing_on_failure(connection, database):
        version = _check(connection)  # before anything is changed in it
        if _write_ahead(connection) != "wal":
            raise StateError("the file system lacks what a safe ledger needs (shared memory); use a local disk")
        notices: tuple[str, ...] = ()
        if version == 0:
            notices = (NEW,) if migrations.create(connection) else ()
        elif version != statements.SCHEMA_VERSION:
            backup = migrations.upgrade_file(connection, database)
            notices = (f"the ledger was upgraded; a copy of before is {backup}",) if backup else ()
        return _ledger(connection, database, notices=notices, read_only=read_only, with_credentials=True)


def _write_ahead(connection: sqlite3.Connection) -> str:
    """Return the journal mode after asking for the write-ahead one.

    Two that open a new file at once meet here, and SQLite's own patience does not hold for this statement.
    """
    ends = time.monotonic() + PATIENCE
    while True:
        try:
            return str(connection.execute(statements.WRITE_AHEAD).fetchone()[0])
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() >= ends:
                raise
            time.sleep(INTERVAL)


def _open_to_read(database: Path) -> SqliteLedger:
    if not database.exists() or database.stat().st_size == 0:
        connection = _connect(":memory:")
        migrations.create(connection)
        return _ledger(connection, database, notices=(NEW,), read_only=True)
    connection = _connect(_uri(database, _reading_mode(database)))
    with _closing_on_failure(connection, database):
        if _check(connection) != statements.SCHEMA_VERSION:
            connection = _upgraded_copy(connection)
        return _ledger(connection, database, read_only=True)


def _check(connection: sqlite3.Connection) -> int:
    """Return the schema version; StateError when it is not ours, too new, or claims could be overlooked in it."""
    version = migrations.read_version(connection)
    migrations.check_version(version)
    if version and connection.execute(statements.CHECK_CLAIMS).fetchone() != ("ok",):
        raise StateError(DAMAGED)
    return version


def _reading_mode(database: Path) -> str:
    """Return how to open a file for reading; one in a directory we cannot write, at rest, needs no shared memory."""
    at_rest = not database.with_name(database.name + "-wal").exists()
    return "ro&immutable=1" if at_rest and not os.access(database.parent, os.W_OK) else "ro"


def _upgraded_copy(connection: sqlite3.Connection) -> sqlite3.Connection:
    memory = _connect(":memory:")
    connection.backup(memory)
    connection.close()
    if migrations.read_version(memory) == 0:
        migrations.create(memory)
    else:
        migrations.upgrade(memory, backup=None)
    return memory


def _ledger(
    connection: sqlite3.Connection,
    database: Path | None,
    *,
    notices: tuple[str, ...] = (),
    read_only: bool = False,
    with_credentials: bool = False,
) -> SqliteLedger:
    meta = dict(connection.execute(statements.META))
    serial = int(connection.execute(statements.FENCE).fetchone()[0])
    mark = read_mark(database) if database else None
    spills = find_spills(database) if database else []
    rewound = "rewound" in meta or (mark is not None and (mark.ledger != meta["ledger"] or mark.serial > serial))
    opened = Opened(
        database=database,
        ledger=meta["ledger"],
        key=bytes.fromhex(meta["key"]),
        serial=serial,
        rewound=rewound,
        floor=mark.serial if mark else 0,
        read_only=read_only,
        with_credentials=with_credentials,
        notices=(*notices, *([REWOUND] if rewound else []), *map(_spill_notice, spills)),
    )
    return SqliteLedger(connection, opened)


def _spill_notice(path: Path) -> str:
    return (
        f"an earlier run could not save everything and left {path}; the next run takes it over if none came between,"
        " else the vendors are asked and the file may be deleted"
    )


def _connect(name: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        name, uri=name != ":memory:", isolation_level=None, check_same_thread=False, cached_statements=256
    )
    try:
        for pragma in statements.PRAGMAS:
            connection.execute(pragma)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _uri(database: Path, mode: str) -> str:
    return f"file:{urllib.parse.quote(str(database.absolute()))}?mode={mode}"


@contextlib.contextmanager
def _closing_on_failure(connection: sqlite3.Connection, database: Path) -> Iterator[None]:
    try:
        yield
    except StateError as error:
        connection.close()
        raise StateError(f"state {database} cannot be used: {error}") from error
    except BaseException:
        connection.close()
        raise
