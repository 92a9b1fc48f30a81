"""Rules of a ledger under real trouble: killed processes, two at once, a full disk, a directory that is closed."""

import asyncio
import json
import stat
from pathlib import Path

import pytest

from reconciler.contract import ClaimState
from reconciler.errors import Locked
from reconciler.ledger.opening import open_ledger
from reconciler.ledger.protocol import Attempt, Denied
from tests.edges.ledger_parent import child
from tests.edges.ledger_samples import (
    LATER,
    NOW,
    ORDER,
    RELEASED,
    SCOPE,
    URL,
    Book,
    asset_of,
    intent_of,
    key_of,
    opened,
    record_of,
    within,
)


def spills(root: Path) -> list[Path]:
    """Return the files of records that a database could not take."""
    return list((root / ".reconciler").glob("*.jsonl"))


def test_killed_between_sending_and_hearing(tmp_path: Path) -> None:
    """What may have left is in doubt after a kill; numbers go on, what was concluded before is kept."""
    with child("send", tmp_path) as other:
        assert other.told() == ["sent", 1]
        other.kill()

    async def scenario(book: Book) -> None:
        assert book.run.fence == 2
        assert await book.state(key_of("finished")) is ClaimState.DONE
        found = await book.open_claim()
        assert (found.key, found.state, found.attempts) == (key_of(), ClaimState.SENT, 1)
        assert (found.last_ended_at, found.payload) == (None, {"items": [1]})
        assert await book.take() == Denied(ClaimState.SENT)
        book.ledger.settle(book.run, key_of(), RELEASED, now=LATER)
        assert await book.take() == Attempt(key_of(), 2)

    within(tmp_path, scenario)


def test_lock_of_a_dead_run_is_free_at_once(tmp_path: Path) -> None:
    """While a run lives the next is refused and told which process it is; killed, it holds nothing."""
    with child("hold", tmp_path) as other:
        _, pid, run, fence = other.told()
        ledger = open_ledger(URL, root=tmp_path)
        with pytest.raises(Locked, match=f"run {run}, process {pid} on "):
            asyncio.run(ledger.begin_run("apply", now=LATER))
        other.kill()
    assert asyncio.run(ledger.begin_run("apply", now=LATER)).fence == fence + 1
    asyncio.run(ledger.aclose())


def test_two_processes_never_have_the_same_claim(tmp_path: Path) -> None:
    """Even if the lock and the fence fail, of two processes exactly one gets each claim."""

    async def scenario(book: Book) -> list[list[bool]]:
        with (
            child("race", tmp_path, book.run.id, book.run.fence) as one,
            child("race", tmp_path, book.run.id, book.run.fence) as two,
        ):
            for other in (one, two):
                assert other.told() == ["ready"]
            for other in (one, two):
                other.go()
            return [one.told()[0], two.told()[0]]

    first, second = within(tmp_path, scenario)
    assert [a + b for a, b in zip(first, second, strict=True)] == [1] * 60


def test_full_disk_before_sending(tmp_path: Path) -> None:
    """Without room for the intent nothing may be sent, from the first failure on, and the reason is said."""
    with child("full_before_sending", tmp_path) as other:
        written, texts, last = other.told()
        other.kill()
    assert 0 < written < 200
    assert len(texts) == 1
    assert "state.db failed, nothing more is sent" in texts[0]
    assert "check disk" in texts[0]
    assert last == texts[0]
    assert spills(tmp_path) == []

    async def scenario(book: Book) -> int:
        return len(await book.ledger.read_open_claims([SCOPE]))

    assert within(tmp_path, scenario) == written


def starved(root: Path) -> Path:
    """Let a process run out of disk after sending; return the file it left."""
    with child("full_after_sending", root) as other:
        flushed, taken, ended = other.told()
        other.kill()
    [path] = spills(root)
    assert f"what was not saved is kept in {path}" in flushed
    assert taken == flushed == ended
    return path


def test_full_disk_after_sending(tmp_path: Path) -> None:
    """What was heard and could not be recorded is kept beside the ledger, privately; the next run takes it over."""
    path = starved(tmp_path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(path.read_bytes().splitlines()) == 43

    async def scenario() -> None:
        async with opened(tmp_path) as book:
            assert [str(path) in notice for notice in book.ledger.notices] == [True]
            assert await book.ledger.read_open_claims([SCOPE]) == []
            for name in ("o0", "o39", "found"):
                assert await book.take(intent_of(key_of(name))) == Denied(ClaimState.DONE, "v-1")
            assert await book.ledger.read_objects([SCOPE]) == {ORDER: record_of()}
            assert await book.ledger.read_assets([SCOPE]) == [asset_of(license_key=b"\x00sealed")]

    asyncio.run(scenario())
    assert spills(tmp_path) == []


def run_between(path: Path) -> None:
    """Let another run come between."""
    hidden = path.rename(path.with_suffix(".hidden"))
    within(path.parent.parent, Book.state)
    hidden.rename(path)


@pytest.mark.parametrize("change", ["run", "ledger", "form", "unknown"])
def test_kept_records_that_do_not_fit_are_left_alone(tmp_path: Path, change: str) -> None:
    """Records of an overtaken run, another ledger or another form change nothing, whole or in part, and stay."""
    path = starved(tmp_path)
    if change == "run":
        run_between(path)
    else:
        lines = path.read_bytes().splitlines(keepends=True)
        last = json.loads(lines[-1])
        last |= {"ledger": {"ledger": "another"}, "form": {"row": {}}, "unknown": {"write": "nothing"}}[change]
        path.write_bytes(b"".join([*lines[:-1], json.dumps(last).encode()]))

    async def scenario(book: Book) -> int:
        return len(await book.ledger.read_open_claims([SCOPE]))

    assert within(tmp_path, scenario) == 40
    assert spills(tmp_path) == [path]


def test_directory_that_is_closed(tmp_path: Path) -> None:
    """Where the ledger cannot be written a run is refused with what to do; reading goes on."""

    async def sends(book: Book) -> None:
        await book.sent()

    within(tmp_path, sends)
    folder = tmp_path / ".reconciler"
    opened_up = [(path, path.stat().st_mode) for path in tmp_path.parents if path.stat().st_mode & 0o005 != 0o005]
    for above, mode in opened_up:
        above.chmod(mode | 0o055)
    tmp_path.chmod(0o755)
    for path in folder.iterdir():
        path.chmod(0o444)
    folder.chmod(0o555)
    try:
        with child("unprivileged", tmp_path) as other:
            refused, read = other.told()
    finally:
        folder.chmod(0o755)
        for above, mode in opened_up:
            above.chmod(mode)
    assert "state.db cannot be opened: it cannot be written; give this user write access" in refused
    assert read == "1 read"


def test_queued_records_are_durable_when_waited_for(tmp_path: Path) -> None:
    """After a flush everything queued before it is there for another reader, in order."""

    async def scenario(book: Book) -> None:
        for number in range(500):
            book.ledger.record_object(book.run, SCOPE, record_of(vendor_id=str(number)), now=NOW)
        await book.ledger.flush()
        reader = open_ledger(URL, root=tmp_path, read_only=True)
        assert (await reader.read_objects([SCOPE]))[ORDER].vendor_id == "499"
        await reader.aclose()

    within(tmp_path, scenario)
