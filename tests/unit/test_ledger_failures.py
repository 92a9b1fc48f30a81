"""Rules of what a failing database or disk is called: one cause, then what to do, never a bare error code."""

import errno
import sqlite3

import pytest

from reconciler.ledger.failures import cause


def failure(code: int, text: str = "some text") -> sqlite3.Error:
    """Return an error of SQLite with an (extended) code."""
    error = sqlite3.OperationalError(text)
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (failure(sqlite3.SQLITE_FULL), "disk is full; free space"),
        (failure(sqlite3.SQLITE_READONLY_DBMOVED), "cannot be written; give"),
        (failure(sqlite3.SQLITE_CANTOPEN), "cannot be opened; check that the directory exists"),
        (failure(sqlite3.SQLITE_CORRUPT_INDEX), "damaged or no ledger; restore a backup"),
        (failure(sqlite3.SQLITE_NOTADB), "damaged or no ledger; restore a backup"),
        (failure(sqlite3.SQLITE_BUSY_SNAPSHOT), "keeps it busy; run again"),
        (failure(sqlite3.SQLITE_IOERR_FSYNC), "does not take or give data; check disk"),
        (failure(sqlite3.SQLITE_ERROR, "no such table: x"), "no such table: x; check"),
        (sqlite3.IntegrityError("claims are never deleted"), "claims are never deleted; restore"),
        (PermissionError(errno.EACCES, "Permission denied"), "cannot be written; give"),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), "Disk quota exceeded; check disk, quota"),
        (OSError(), "OSError; check disk"),
        (RuntimeError(), "RuntimeError; check disk"),
    ],
    ids=lambda value: getattr(value, "sqlite_errorname", None) or (value if isinstance(value, str) else None),
)
def test_failure_says_cause_and_cure(error: Exception, said: str) -> None:
    """Each failure is told as what went wrong and, after a semicolon, what to do."""
    assert said in cause(error)
    assert "; " in cause(error)
