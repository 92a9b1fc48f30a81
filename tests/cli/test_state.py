"""Rules of a ledger that cannot be used: 9, the file named, nothing sent; reading needs no right to write."""

import os
import shutil
import sqlite3
import subprocess
from pathlib import Path

import pytest

from tests.cli.repository import DIRECT, LIMIT, PROGRAM, Ended, Repository, checked

ROOT = ("setpriv", "--bounding-set=-all", "--inh-caps=-all") if os.getuid() == 0 else ()
"""Takes from root the power to pass over file modes, so that it is a user like any other."""


def plain(repository: Repository, *arguments: str) -> Ended:
    """Run a command as a user for whom the modes of files hold."""
    done = subprocess.run(
        [*ROOT, *PROGRAM, *arguments],
        cwd=repository.root,
        env=repository.env,
        capture_output=True,
        timeout=LIMIT,
        check=False,
    )
    return checked(Ended(arguments, done.returncode, done.stdout.decode(), done.stderr.decode()))


def locked_up(folder: Path) -> None:
    """Take the right to write from a directory and everything in it."""
    for path in (*folder.rglob("*"), folder):
        path.chmod(0o555 if path.is_dir() else 0o444)


@pytest.mark.parametrize("command", [["plan"], ["apply", "--yes"], ["status"]], ids=" ".join)
@pytest.mark.parametrize("damage", ["other-text", "other-database", "header", "cut"])
def test_damaged_ledger(repository: Repository, command: list[str], damage: str) -> None:
    """A file that is no ledger of ours, or is broken, is never read around or written over."""
    folder = repository.root / ".reconciler"
    folder.mkdir(mode=0o700)
    path = folder / "state.db"
    if damage == "other-database":
        with sqlite3.connect(path) as connection:
            connection.execute("CREATE TABLE songs (name TEXT)")
        connection.close()
    else:
        shutil.copy(damaged_template(repository), path)
        whole = path.read_bytes()
        path.write_bytes(
            {"other-text": b"no database\n" * 999, "header": b"\0" * 100 + whole[100:], "cut": whole[:5000]}[damage]
        )
    before = path.read_bytes()
    ended = repository.run(*command)
    assert (ended.code, ended.out) == (9, "")
    assert "state.db" in ended.err
    assert path.read_bytes() == before
    assert repository.vendor.mutations() == []


def damaged_template(repository: Repository) -> Path:
    """Return a ledger file of the present schema."""
    other = Repository(repository.root.parent / "other", repository.vendor, {"direct": DIRECT})
    path = other.root / ".reconciler" / "state.db"
    if not path.exists():
        other.apply()
        repository.vendor.sim("POST", "/reset")
        with sqlite3.connect(path) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")
        connection.close()
    return path


def test_newer_ledger_is_refused(repository: Repository) -> None:
    """A ledger of a later version is left alone."""
    repository.apply()
    with sqlite3.connect(repository.root / ".reconciler" / "state.db") as connection:
        connection.execute("UPDATE meta SET value = '999' WHERE name = 'schema'")
    connection.close()
    for command in (["plan"], ["apply", "--yes"], ["status"]):
        ended = repository.run(*command)
        assert ended.code == 9
        assert "999" in ended.err


def test_no_right_to_make_the_ledger(repository: Repository) -> None:
    """Where no ledger can be made apply is 9 and sends nothing; a plan needs none."""
    locked_up(repository.root)
    assert plain(repository, "plan", "--detailed-exitcode").code == 2
    ended = plain(repository, "apply", "--yes")
    assert (ended.code, ended.out) == (9, "")
    assert ".reconciler" in ended.err
    assert repository.vendor.mutations() == []


def test_no_right_to_write_the_ledger(repository: Repository) -> None:
    """A ledger that can only be read serves plan and status; apply and resolve are 9."""
    repository.apply()
    repository.vendor.mutations()
    repository.write("direct", DIRECT)
    locked_up(repository.root)
    assert plain(repository, "plan", "--detailed-exitcode").code == 2
    assert plain(repository, "status").code == 0
    assert plain(repository, "apply", "--yes").code == 9
    assert plain(repository, "resolve", "avg/order/acme-avg", "--done").code == 9
    assert repository.vendor.mutations() == []


def test_no_right_to_read_the_ledger(repository: Repository) -> None:
    """A ledger that cannot even be read is 9 for every command that wants it, not an empty one."""
    repository.apply()
    (repository.root / ".reconciler" / "state.db").chmod(0)
    for command in (["plan"], ["apply", "--yes"], ["status"], ["assets", "list"]):
        assert plain(repository, *command).code == 9


def test_status_that_cannot_be_written_is_a_warning(repository: Repository) -> None:
    """What was done stays done when only the write-back fails."""
    (repository.root / "status").write_text("in the way", encoding="utf-8")
    ended = repository.run("apply", "--yes")
    assert ended.code == 0
    assert "status cannot be written" in ended.err
    assert len(repository.vendor.books()["charges"]) == 3
