"""Rules of opening: private files, reading beside a run, other schemas, damage."""

import asyncio
import os
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.contract import ClaimState
from reconciler.errors import ConfigurationError, Exit, Locked, StateError
from reconciler.ledger import migrations, statements
from reconciler.ledger.location import network_filesystem
from reconciler.ledger.opening import open_ledger
from tests.edges.ledger_samples import (
    DONE,
    LATER,
    NOW,
    ORDER,
    SCOPE,
    URL,
    Book,
    closed,
    database,
    intent_of,
    key_of,
    opened,
    whole_run,
    within,
)


def mode(path: Path) -> int:
    """Return the permission bits of a file."""
    return stat.S_IMODE(path.stat().st_mode)


def test_everything_is_private(tmp_path: Path) -> None:
    """Directory and files can be read by their owner only and are ignored by git, whatever the umask says."""
    before = os.umask(0)
    try:
        within(tmp_path, whole_run)
    finally:
        os.umask(before)
    folder = database(tmp_path).parent
    assert mode(folder) == 0o700
    assert (folder / ".gitignore").read_text(encoding="ascii") == "*\n"
    modes = {path.name: mode(path) for path in folder.iterdir() if path.name.startswith("state.db")}
    assert modes == {"state.db": 0o600, "state.db.lock": 0o600, "state.db.mark": 0o600}


def test_open_file_is_closed_to_others(tmp_path: Path) -> None:
    """A ledger that others could read, as a cache may restore it, is private again once it is opened."""
    within(tmp_path, whole_run)
    database(tmp_path).chmod(0o644)
    within(tmp_path, Book.state)
    assert mode(database(tmp_path)) == 0o600


def test_commits_reach_the_disk(tmp_path: Path) -> None:
    """A commit waits for the disk, and the journal is written ahead, so that readers never wait for a run."""

    async def scenario() -> list[int | str]:
        ledger = open_ledger(URL, root=tmp_path)
        asked = ("journal_mode", "synchronous", "foreign_keys")
        found = await ledger._committer.run(
            lambda connection: [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in asked]
        )
        await ledger.aclose()
        return found

    full = 2
    assert asyncio.run(scenario()) == ["wal", full, 1]


def test_absolute_address(tmp_path: Path) -> None:
    """Four slashes name an absolute file, three one below the project."""
    target = tmp_path / "elsewhere" / "my ledger.db"
    closed(open_ledger(f"sqlite:///{target}", root=tmp_path / "project"))
    assert target.is_file()
    assert not (tmp_path / "project").exists()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://user:hunter2@host/db",
        "mysql://host/db",
        "state.db",
        "sqlite://",
        "sqlite:///",
        "sqlite://state.db",
        "sqlite:///state.db?mode=memory",
        "sqlite:///:memory:",
        "sqlite:///folder/",
    ],
)
def test_address_that_is_none(url: str, tmp_path: Path) -> None:
    """An address that names no file is refused, without showing what it holds."""
    with pytest.raises(ConfigurationError, match=r"sqlite:///\.reconciler/state\.db") as caught:
        open_ledger(url, root=tmp_path)
    assert "hunter2" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_new_ledger_says_so_once(tmp_path: Path) -> None:
    """People learn that nothing is remembered; the next time that is no news."""
    assert ["new" in notice for notice in closed(open_ledger(URL, root=tmp_path)).notices] == [True]
    assert closed(open_ledger(URL, root=tmp_path)).notices == ()


def test_reading_creates_nothing(tmp_path: Path) -> None:
    """Opened to read, a missing ledger is empty, says that it is new, and leaves no trace."""
    ledger = open_ledger(URL, root=tmp_path, read_only=True)
    assert asyncio.run(ledger.read_memory([SCOPE])) == {}
    assert ["new" in notice for notice in ledger.notices] == [True]
    assert (ledger.serial, ledger.rewound) == (0, False)
    assert ledger.fingerprint("x").startswith("hmac:")
    closed(ledger)
    assert list(tmp_path.iterdir()) == []


def test_reading_an_empty_database(tmp_path: Path) -> None:
    """A database that a run has made but not yet filled reads as new, and is not filled by reading."""
    database(tmp_path).parent.mkdir()
    connection = sqlite3.connect(database(tmp_path), isolation_level=None)
    connection.execute("PRAGMA user_version = 1")
    connection.close()
    before = database(tmp_path).read_bytes()
    ledger = open_ledger(URL, root=tmp_path, read_only=True)
    assert asyncio.run(ledger.read_objects([SCOPE])) == {}
    closed(ledger)
    assert database(tmp_path).read_bytes() == before


def test_reading_beside_a_run(tmp_path: Path) -> None:
    """Plan and status see what a run has committed while it goes on."""

    async def scenario(book: Book) -> None:
        await book.ended(DONE)
        await book.ledger.flush()
        reader = open_ledger(URL, root=tmp_path, read_only=True)
        memory = await reader.read_memory([SCOPE])
        assert memory[ORDER].claims == {("execute", 1): ClaimState.DONE}
        await book.sent(intent_of(key_of(revision=2)))
        assert [claim.key.revision for claim in await reader.read_open_claims([SCOPE])] == [2]
        await reader.aclose()

    within(tmp_path, scenario)


def test_reading_cannot_write(tmp_path: Path) -> None:
    """A ledger opened to read takes no run and no record."""
    within(tmp_path, whole_run)

    async def scenario() -> None:
        reader = open_ledger(URL, root=tmp_path, read_only=True)
        with pytest.raises(StateError, match="reading only"):
            await reader.begin_run("apply", now=NOW)
        with pytest.raises(StateError, match="reading only"):
            reader.settle(None, key_of(), DONE, now=NOW)
        await reader.aclose()

    asyncio.run(scenario())


def test_second_run_is_told_who_holds_the_lock(tmp_path: Path) -> None:
    """Of two runs one works, the other ends with 7 and the name of the first; then it is free."""

    async def scenario() -> None:
        async with opened(tmp_path) as book:
            other = open_ledger(URL, root=tmp_path)
            for ledger in (other, book.ledger):
                with pytest.raises(Locked, match=f"process {os.getpid()} on .*2026-03-01T12:00:00") as caught:
                    await ledger.begin_run("apply", now=LATER)
                assert caught.value.exit_code is Exit.LOCKED
            assert (await book.take()) is not None
            await book.ledger.end_run(book.run, now=LATER)
            assert (await other.begin_run("apply", now=LATER)).fence == book.run.fence + 1
            await other.aclose()

    asyncio.run(scenario())


@pytest.mark.parametrize("read_only", [True, False], ids=["read", "write"])
def test_newer_schema_is_refused_untouched(tmp_path: Path, *, read_only: bool) -> None:
    """A ledger of a later version is not opened and not changed."""
    within(tmp_path, whole_run)
    connection = sqlite3.connect(database(tmp_path), isolation_level=None)
    connection.execute("UPDATE meta SET value = '99' WHERE name = 'schema'")
    connection.close()
    before = database(tmp_path).read_bytes()
    with pytest.raises(StateError, match=r"state\.db .*schema 99.*use the newer version"):
        open_ledger(URL, root=tmp_path, read_only=read_only)
    assert database(tmp_path).read_bytes() == before


def test_older_schema_is_upgraded_with_a_copy(tmp_path: Path) -> None:
    """Steps lead from version to version in one transaction, and a private copy of before is kept."""
    within(tmp_path, whole_run)
    backup = tmp_path / "copy"
    connection = sqlite3.connect(database(tmp_path), isolation_level=None)
    now = statements.SCHEMA_VERSION
    steps = {now: ["ALTER TABLE runs ADD COLUMN note TEXT"], now + 1: ["UPDATE runs SET note = 'moved'"]}
    assert migrations.upgrade(connection, backup=backup, steps=steps, newest=now + 2) == now
    assert connection.execute("SELECT note FROM runs").fetchall() == [("moved",)]
    assert migrations.read_version(connection) == now + 2
    connection.close()
    copy = sqlite3.connect(backup)
    assert migrations.read_version(copy) == now
    copy.close()
    assert mode(backup) == 0o600


def test_failed_upgrade_changes_nothing(tmp_path: Path) -> None:
    """An upgrade that fails half-way leaves the ledger as it was."""
    within(tmp_path, whole_run)
    connection = sqlite3.connect(database(tmp_path), isolation_level=None)
    now = statements.SCHEMA_VERSION
    steps = {now: ["ALTER TABLE runs ADD COLUMN note TEXT", "UPDATE nothing SET x = 1"]}
    with pytest.raises(sqlite3.OperationalError, match="nothing"):
        migrations.upgrade(connection, backup=None, steps=steps, newest=now + 1)
    assert migrations.read_version(connection) == now
    assert "note" not in [row[1] for row in connection.execute("PRAGMA table_info(runs)")]
    connection.close()


@pytest.mark.parametrize("read_only", [True, False], ids=["read", "write"])
@pytest.mark.parametrize(
    "damage",
    [
        lambda _: b"no database\n" * 999,
        lambda whole: b"\0" * 100 + whole[100:],
        lambda whole: whole[:5000],
        lambda whole: whole[:4096] + b"\xff" * (len(whole) - 4096),
    ],
    ids=["text", "header", "cut", "pages"],
)
def test_damaged_file_is_named(tmp_path: Path, *, damage: Callable[[bytes], bytes], read_only: bool) -> None:
    """A damaged ledger is neither read around nor written over: the error names it and says what to do."""
    within(tmp_path, whole_run)
    path = database(tmp_path)
    path.write_bytes(damage(path.read_bytes()))
    before = path.read_bytes()
    with pytest.raises(StateError, match=r"state\.db .*; ") as caught:
        closed(open_ledger(URL, root=tmp_path, read_only=read_only))
    assert caught.value.exit_code is Exit.STATE
    assert path.read_bytes() == before


def test_file_of_another_program(tmp_path: Path) -> None:
    """The database of another program is left alone."""
    database(tmp_path).parent.mkdir()
    connection = sqlite3.connect(database(tmp_path))
    connection.execute("CREATE TABLE songs (name TEXT)")
    connection.close()
    with pytest.raises(StateError, match="another program"):
        open_ledger(URL, root=tmp_path)


@pytest.mark.parametrize("table", ["claims", "attempts"])
def test_claims_and_attempts_cannot_be_deleted(tmp_path: Path, table: str) -> None:
    """The schema itself keeps what was sent, also from people with a database browser."""
    within(tmp_path, whole_run)
    connection = sqlite3.connect(database(tmp_path))
    with pytest.raises(sqlite3.IntegrityError, match="never deleted"):
        connection.execute(f"DELETE FROM {table}")  # noqa: S608 - a name from the line above
    connection.close()


MOUNTS = r"""
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
40 22 0:35 / /mnt/share rw shared:2 - nfs4 server:/x rw
41 40 0:36 / /mnt/share/local rw - xfs /dev/sdb rw
42 22 0:37 / /srv/my\040data rw - cifs //server/data rw
43 22 0:38 / /over rw - nfs a:/b rw
44 22 0:39 / /over rw - tmpfs tmpfs rw
broken line
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/home/me/state.db", None),
        ("/mnt/share/state.db", "nfs4"),
        ("/mnt/shared/state.db", None),
        ("/mnt/share/local/state.db", None),
        ("/srv/my data/state.db", "cifs"),
        ("/over/state.db", None),
    ],
)
def test_network_filesystem_is_recognised(path: str, kind: str | None) -> None:
    """The deepest and latest mount above a file says where it lies."""
    assert network_filesystem(MOUNTS, Path(path)) == kind


def test_closed_ledger_takes_nothing(tmp_path: Path) -> None:
    """After closing nothing is queued that would be lost; closing again is harmless."""
    ledger = closed(closed(open_ledger(URL, root=tmp_path)))
    with pytest.raises(StateError, match="closed"):
        ledger.settle(None, key_of(), DONE, now=NOW)
    with pytest.raises(StateError, match="closed"):
        asyncio.run(ledger.read_memory([SCOPE]))
