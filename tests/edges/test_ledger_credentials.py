"""Rules of credentials that change with each use: written without a run, held by one at a time, nothing else beside."""

import asyncio
import contextlib
import multiprocessing
import sqlite3
from collections.abc import AsyncIterator
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from reconciler.clock import SystemClock
from reconciler.errors import Exit, Locked, StateError
from reconciler.ledger.opening import open_ledger
from reconciler.ledger.protocol import CredentialRecord, Ledger
from reconciler.testing.clock import VirtualClock
from reconciler.testing.ledger import memory_ledger
from tests.edges.ledger_samples import DONE, LATER, NOW, SCOPE, URL, Book, database, key_of, record_of, within

NAME = str(SCOPE)
RECORD = CredentialRecord(NAME, b"sealed-1", "hmac:start", NOW)


@contextlib.asynccontextmanager
async def planning(root: Path) -> AsyncIterator[Ledger]:
    """Open a ledger as a plan with such a credential does."""
    ledger = open_ledger(URL, root=root, read_only=True, with_credentials=True)
    try:
        yield ledger
    finally:
        await ledger.aclose()


@pytest.fixture(params=["file", "memory"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> Path | None:
    """Return where the ledger lies; None is memory."""
    return tmp_path if request.param == "file" else None


def test_the_newest_replaces_the_one_before(root: Path | None) -> None:
    """A credential is read back as it was written last, with what it began from; another name holds none."""

    async def scenario(book: Book) -> None:
        assert await book.ledger.read_credential(NAME) is None
        await book.ledger.write_credential(CredentialRecord(NAME, b"sealed-0", ""), now=NOW)
        await book.ledger.write_credential(RECORD, now=LATER)
        found = await book.ledger.read_credential(NAME)
        assert found == CredentialRecord(NAME, b"sealed-1", "hmac:start", LATER)
        assert await book.ledger.read_credential("another") is None
        assert "sealed" not in repr(found)

    within(root, scenario)


def test_it_is_durable_before_the_run_ends(tmp_path: Path) -> None:
    """Once written it is seen through another connection: it does not ride with a later commit."""

    async def scenario(book: Book) -> None:
        await book.ledger.write_credential(RECORD, now=NOW)
        connection = sqlite3.connect(database(tmp_path))
        assert connection.execute("SELECT sealed FROM credentials").fetchall() == [(b"sealed-1",)]
        connection.close()

    within(tmp_path, scenario)


def test_a_plan_writes_exactly_this(tmp_path: Path) -> None:
    """Opened to read with credentials it takes one, beside a run too, and refuses everything else."""

    async def scenario(_: Book) -> None:
        async with planning(tmp_path) as ledger:
            await ledger.write_credential(RECORD, now=NOW)
            assert await ledger.read_credential(NAME) == RECORD
            with pytest.raises(StateError, match="reading only"):
                await ledger.begin_run("apply", now=NOW)
            with pytest.raises(StateError, match="reading only"):
                ledger.settle(None, key_of(), DONE, now=NOW)
            with pytest.raises(StateError, match="reading only"):
                ledger.record_object(None, SCOPE, record_of(), now=NOW)

    within(tmp_path, scenario)


def test_a_plan_creates_the_ledger_for_it(tmp_path: Path) -> None:
    """A missing ledger is made when there is such a credential, and the keyed fingerprints are that ledger's."""

    async def scenario() -> tuple[str, str]:
        async with planning(tmp_path) as ledger:
            await ledger.write_credential(RECORD, now=NOW)
            first = ledger.fingerprint("start")
        async with planning(tmp_path) as ledger:
            assert (ledger.serial, ledger.rewound) == (0, False)
            assert await ledger.read_credential(NAME) == RECORD
            return first, ledger.fingerprint("start")

    first, second = asyncio.run(scenario())

    assert first == second
    assert database(tmp_path).is_file()


def test_reading_alone_neither_writes_nor_holds_one(tmp_path: Path) -> None:
    """A ledger opened to read without credentials refuses both, and leaves no trace."""

    async def scenario() -> None:
        ledger = open_ledger(URL, root=tmp_path, read_only=True)
        assert await ledger.read_credential(NAME) is None
        with pytest.raises(StateError, match="reading only"):
            await ledger.write_credential(RECORD, now=NOW)
        with pytest.raises(StateError, match="reading only"):
            ledger.credential_lock(NAME, clock=VirtualClock())
        await ledger.aclose()

    asyncio.run(scenario())
    assert list(tmp_path.iterdir()) == []


def test_one_holder_at_a_time(root: Path | None) -> None:
    """Who comes second waits until the first lets go; another credential is not waited for."""
    order: list[str] = []
    clock = VirtualClock()

    async def hold(ledger: Ledger, name: str, mark: str) -> None:
        async with ledger.credential_lock(name, clock=clock):
            order.append(f"{mark} in")
            await clock.sleep(5)
            order.append(f"{mark} out")

    async def scenario(book: Book) -> None:
        others = [hold(book.ledger, NAME, "a"), hold(book.ledger, NAME, "b"), hold(book.ledger, "other", "c")]
        await asyncio.gather(*others)

    within(root, scenario)

    assert order.index("a out") < order.index("b in")
    assert order.index("c in") < order.index("a out")


def test_it_is_let_go_after_a_failure(root: Path | None) -> None:
    """Whatever ends the block frees the credential."""

    async def scenario(book: Book) -> None:
        with pytest.raises(ZeroDivisionError):
            async with book.ledger.credential_lock(NAME, clock=VirtualClock()):
                raise ZeroDivisionError
        async with book.ledger.credential_lock(NAME, clock=VirtualClock()):
            pass

    within(root, scenario)


def test_waiting_ends_after_a_minute(root: Path | None) -> None:
    """A holder that never lets go ends the wait with 7 and what to do."""
    clock = VirtualClock()

    async def scenario(book: Book) -> None:
        async with book.ledger.credential_lock(NAME, clock=clock):
            with pytest.raises(Locked, match=r"in use by another run for 60 s; wait .* run again") as caught:
                async with book.ledger.credential_lock(NAME, clock=clock):
                    raise AssertionError("two holders")
        assert caught.value.exit_code is Exit.LOCKED

    within(root, scenario)

    assert 60 <= clock.monotonic() < 61


def hold_until_killed(root: Path, ready: Connection) -> None:
    """Hold a credential and say so; the target of a process."""

    async def main() -> None:
        async with planning(root) as ledger, ledger.credential_lock(NAME, clock=SystemClock()):
            ready.send("held")
            await asyncio.Event().wait()

    asyncio.run(main())


def test_it_dies_with_its_process(tmp_path: Path) -> None:
    """A process that is killed while it holds a credential frees it at once; until then nobody else gets it."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=hold_until_killed, args=(tmp_path, theirs), daemon=True)
    process.start()
    assert ours.poll(60)

    async def scenario() -> None:
        async with planning(tmp_path) as ledger:
            with pytest.raises(Locked):
                async with ledger.credential_lock(NAME, clock=VirtualClock()):
                    raise AssertionError("two holders")
            process.kill()
            process.join(30)
            clock = VirtualClock()
            async with ledger.credential_lock(NAME, clock=clock):
                assert clock.sleeps == []

    asyncio.run(scenario())


def test_memory_ledgers_share_no_lock() -> None:
    """Two ledgers in memory are two ledgers."""

    async def scenario() -> None:
        first, second = memory_ledger(), memory_ledger()
        clock = VirtualClock()
        async with first.credential_lock(NAME, clock=clock), second.credential_lock(NAME, clock=clock):
            assert clock.sleeps == []
        await first.aclose()
        await second.aclose()

    asyncio.run(scenario())
