"""Rules of a ledger file in many hands: other connections, names and versions, damage, what is kept beside it."""

import asyncio
import os
import sqlite3
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.errors import ConfigurationError, Exit, FenceLost, Locked, StateError
from reconciler.ledger import migrations
from reconciler.ledger.opening import open_ledger
from reconciler.ledger.spill import Spill
from reconciler.ledger.statements import SCHEMA_VERSION as NEWEST
from reconciler.ledger.writing import Write
from tests.edges.ledger_parent import child
from tests.edges.ledger_samples import (
    DONE,
    LATER,
    NOW,
    SCOPE,
    URL,
    Book,
    database,
    intent_of,
    key_of,
    opened,
    whole_run,
    within,
)


def test_opening_again_keeps_what_is_open(tmp_path: Path) -> None:
    """A second connection of this process does not free the file for others: their leaving loses no claim of ours."""

    async def scenario(book: Book) -> None:
        await book.sent(intent_of(key_of("before")))
        again = open_ledger(URL, root=tmp_path)
        with child("visit", tmp_path) as other:
            assert other.told() == ["closed", 1]
        assert (tmp_path / ".reconciler" / "state.db-wal").exists()
        await book.sent(intent_of(key_of("after")))
        await again.aclose()

    within(tmp_path, scenario)

    async def left(book: Book) -> list[str]:
        return [claim.key.address.name for claim in await book.ledger.read_open_claims([SCOPE])]

    assert within(tmp_path, left) == ["after", "before"]


def test_linked_ledger_has_one_lock(tmp_path: Path) -> None:
    """Two projects that name the same file, one through a link, do not run at the same time."""
    within(tmp_path / "one", whole_run)
    (tmp_path / "two" / ".reconciler").mkdir(parents=True)
    database(tmp_path / "two").symlink_to(database(tmp_path / "one"))

    async def scenario(book: Book) -> None:
        other = open_ledger(URL, root=tmp_path / "two")
        with pytest.raises(Locked, match=book.run.id):
            await other.begin_run("apply", now=LATER)
        await other.aclose()

    within(tmp_path / "one", scenario)


def lose_from_index(path: Path, name: str) -> None:
    """Damage the one page by which claims are found, so that a claim of this name is overlooked."""
    connection = sqlite3.connect(path)
    query = "SELECT rootpage FROM sqlite_master WHERE name = 'sqlite_autoindex_claims_1'"
    [(page,)] = connection.execute(query).fetchall()
    [(size,)] = connection.execute("PRAGMA page_size").fetchall()
    connection.close()
    whole = path.read_bytes()
    start, end = size * (page - 1), size * page
    assert name.encode() in whole[start:end]
    path.write_bytes(whole[:start] + whole[start:end].replace(name.encode(), name[::-1].encode()) + whole[end:])


@pytest.mark.parametrize("read_only", [True, False], ids=["read", "write"])
def test_overlooked_claim_is_damage(tmp_path: Path, *, read_only: bool) -> None:
    """A ledger whose index no longer finds a claim is refused, not taken for one without that claim."""
    within(tmp_path, whole_run)
    lose_from_index(database(tmp_path), "acme-avg")
    with pytest.raises(StateError, match=r"state\.db .*damaged.*restore a backup") as caught:
        open_ledger(URL, root=tmp_path, read_only=read_only)
    assert caught.value.exit_code is Exit.STATE


@pytest.mark.parametrize("read_only", [True, False], ids=["read", "write"])
@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir], ids=["pipe", "directory"])
def test_what_is_no_file_is_no_ledger(tmp_path: Path, *, make: Callable[[Path], None], read_only: bool) -> None:
    """A pipe or a directory in the ledger's place is neither waited for nor taken for a new ledger."""
    database(tmp_path).parent.mkdir()
    make(database(tmp_path))
    with pytest.raises(StateError, match=r"state\.db is no regular file; name another file"):
        open_ledger(URL, root=tmp_path, read_only=read_only)


def test_links_that_end_nowhere(tmp_path: Path) -> None:
    """Links that lead to each other are an error of the configuration."""
    database(tmp_path).parent.mkdir()
    database(tmp_path).symlink_to(database(tmp_path))
    with pytest.raises(ConfigurationError, match="name the file itself"):
        open_ledger(URL, root=tmp_path)


def test_upgrade_waits_for_the_run(tmp_path: Path) -> None:
    """The schema does not change under a run, which may be one of an older version; nothing is copied either."""

    async def scenario(book: Book) -> None:
        connection = sqlite3.connect(database(tmp_path), isolation_level=None)
        with pytest.raises(Locked, match=r"upgraded.*run again"):
            migrations.upgrade_file(connection, database(tmp_path), steps={NEWEST: []}, newest=NEWEST + 1)
        assert migrations.read_version(connection) == NEWEST
        connection.close()

    within(tmp_path, scenario)
    assert list(database(tmp_path).parent.glob("*backup*")) == []


def test_upgrade_happens_once(tmp_path: Path) -> None:
    """Who comes second finds the ledger upgraded and leaves it and the copy of before as they are."""
    within(tmp_path, whole_run)
    steps = {NEWEST: ["ALTER TABLE runs ADD COLUMN note TEXT"]}
    connection = sqlite3.connect(database(tmp_path), isolation_level=None)
    backup = migrations.upgrade_file(connection, database(tmp_path), steps=steps, newest=NEWEST + 1)
    assert backup == database(tmp_path).with_name(f"state.db.backup-v{NEWEST}")
    assert migrations.upgrade_file(connection, database(tmp_path), steps=steps, newest=NEWEST + 1) is None
    connection.close()
    assert [path.name for path in backup.parent.glob("*backup*")] == [backup.name]


def forgotten(name: str) -> Write:
    """Return a small queued write."""
    return Write("forget", 1, {"scope": str(SCOPE), "address": f"avg/order/{name}"})


def test_records_are_kept_elsewhere_when_the_directory_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without its directory the records go to the one for temporary files, and people learn where to move them."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(elsewhere))
    spill = Spill(tmp_path / "gone" / "state.db", ledger="l")
    for name in ("a", "b"):
        spill.append([forgotten(name)])
    [path] = elsewhere.iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [line.count(b'"forget"') for line in path.read_bytes().splitlines()] == [1, 1]
    assert spill.report == (
        f"; what was not saved is kept in {path}, move it to {tmp_path / 'gone'} and the next run takes it over"
    )


def test_records_that_cannot_be_kept_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing can be written at all, it is said how much is lost and what follows."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    spill = Spill(tmp_path / "gone" / "state.db", ledger="l")
    spill.append([forgotten("a"), forgotten("b")])
    assert spill.report == "; 2 records could not be kept, the next run asks the vendors instead"


def test_each_process_keeps_its_own_records(tmp_path: Path) -> None:
    """Records are never appended to a file that is already there, whoever made it."""
    spills = [Spill(tmp_path / "state.db", ledger="l") for _ in range(2)]
    for spill in spills:
        spill.append([forgotten("a")])
    assert len({spill.path for spill in spills}) == 2
    assert len(list(tmp_path.iterdir())) == 2


def test_closing_tells_what_was_refused(tmp_path: Path) -> None:
    """A record that a later run made void is not dropped silently by whoever only closes."""

    async def scenario() -> None:
        async with opened(tmp_path) as book:
            attempt = await book.sent()
            (tmp_path / ".reconciler" / "state.db.lock").unlink()
            other = open_ledger(URL, root=tmp_path)
            await other.begin_run("apply", now=NOW)
            book.ledger.conclude(book.run, attempt, DONE, now=LATER)
            with pytest.raises(FenceLost):
                await book.ledger.aclose()
            await other.aclose()

    asyncio.run(scenario())
