"""What a failing database or disk means to a person: one text per cause, each saying what to do. Pure."""

import sqlite3

_FULL = "the disk is full; free space and run again"
_READ_ONLY = "it cannot be written; give this user write access to the file and its directory"
DAMAGED = (
    "the file is damaged or no ledger; restore a backup, or move it away: what exists at vendors is found again by"
    " our references"
)
_BUSY = "another process keeps it busy; run again when that has ended"
_BROKEN = "the disk does not take or give data; check disk, quota and permissions, then run again"

_CAUSES = {
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_PERM: _READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened; check that the directory exists and that this user may use it",
    sqlite3.SQLITE_CORRUPT: DAMAGED,
    sqlite3.SQLITE_NOTADB: DAMAGED,
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
    sqlite3.SQLITE_IOERR: _BROKEN,
}


def cause(error: BaseException) -> str:
    """Return what went wrong and what to do, for an error of SQLite or the system."""
    if isinstance(error, PermissionError):
        return _READ_ONLY
    if isinstance(error, OSError):
        return f"{error.strerror or type(error).__name__}; check disk, quota and permissions, then run again"
    code = getattr(error, "sqlite_errorcode", None)
    if code is not None and (code & 0xFF) in _CAUSES:
        return _CAUSES[code & 0xFF]
    if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError):
        return f"{error}; {DAMAGED.partition('; ')[2]}"
    return f"{str(error) or type(error).__name__}; check disk and permissions, then run again"
