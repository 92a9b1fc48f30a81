"""Rules of a ledger that went back in time: a backup that was restored, a ledger or a mark that was lost."""

import shutil
from pathlib import Path

import pytest

from reconciler.ledger.opening import open_ledger
from tests.edges.ledger_samples import DONE, LATER, URL, Book, closed, database, intent_of, key_of, whole_run, within


def backed_up(root: Path) -> Path:
    """Do a run, keep a copy of the ledger, do another run; return the copy."""
    within(root, whole_run)
    copy = root / "backup.db"
    shutil.copy(database(root), copy)

    async def second(book: Book) -> None:
        await book.ended(DONE, intent_of(key_of(revision=2)))
        await book.ledger.end_run(book.run, now=LATER)

    within(root, second)
    return copy


@pytest.mark.parametrize("read_only", [True, False], ids=["read", "write"])
def test_restored_backup_is_noticed(tmp_path: Path, *, read_only: bool) -> None:
    """A ledger that knows of fewer runs than its mark went back in time."""
    assert not closed(open_ledger(URL, root=tmp_path)).rewound
    shutil.copy(backed_up(tmp_path), database(tmp_path))
    ledger = closed(open_ledger(URL, root=tmp_path, read_only=read_only))
    assert ledger.rewound
    assert "back in time" in " ".join(ledger.notices)


def test_lost_ledger_is_noticed(tmp_path: Path) -> None:
    """A ledger that was replaced by a new one went back in time too."""
    within(tmp_path, whole_run)
    database(tmp_path).unlink()
    ledger = closed(open_ledger(URL, root=tmp_path, read_only=True))
    assert ledger.rewound
    assert closed(open_ledger(URL, root=tmp_path)).rewound


def test_unreadable_mark_counts_as_back_in_time(tmp_path: Path) -> None:
    """A mark that says nothing proves nothing: what was sent is looked up."""
    within(tmp_path, whole_run)
    (database(tmp_path).with_name("state.db.mark")).write_text("{", encoding="ascii")
    assert closed(open_ledger(URL, root=tmp_path)).rewound


def test_back_in_time_holds_until_a_run_has_ended(tmp_path: Path) -> None:
    """A run that dies after noticing does not hide it from the next; the numbers never repeat."""
    shutil.copy(backed_up(tmp_path), database(tmp_path))

    async def dies(book: Book) -> int:
        return book.run.fence

    assert within(tmp_path, dies) == 3

    async def ends(book: Book) -> bool:
        before = book.ledger.rewound
        await book.ledger.end_run(book.run, now=LATER)
        assert not book.ledger.rewound
        return before

    assert within(tmp_path, ends)
    assert not closed(open_ledger(URL, root=tmp_path)).rewound


def test_back_in_time_holds_after_a_run_that_did_not_look_at_everything(tmp_path: Path) -> None:
    """What one run did not look at is not new for the next, however well it ended."""
    shutil.copy(backed_up(tmp_path), database(tmp_path))

    async def partly(book: Book) -> None:
        await book.ledger.end_run(book.run, now=LATER, settled=False)
        assert book.ledger.rewound

    within(tmp_path, partly)
    assert closed(open_ledger(URL, root=tmp_path)).rewound
