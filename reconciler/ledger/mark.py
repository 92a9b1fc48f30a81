"""The high-water mark beside the database: how a ledger that went back in time is noticed.

A restored backup has a smaller number of runs than the mark, a replaced database another id. The mark is not
in the database on purpose.
"""

import contextlib
import dataclasses
import json
import os
from pathlib import Path

from reconciler.model import canonical


@dataclasses.dataclass(frozen=True, slots=True)
class Mark:
    """The ledger's id and the number of its latest run."""

    ledger: str
    serial: int


def mark_path(database: Path) -> Path:
    """Return where the mark of a database stands."""
    return database.with_name(database.name + ".mark")


def read_mark(database: Path) -> Mark | None:
    """Return the mark, None when there is none; one that cannot be understood fits no ledger."""
    try:
        data = json.loads(mark_path(database).read_bytes())
        return Mark(str(data["ledger"]), int(data["serial"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError):
        return Mark("", 0)


def write_mark(database: Path, mark: Mark) -> None:
    """Replace the mark atomically and durably; OSError when that cannot be done."""
    path = mark_path(database)
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    try:
        os.write(descriptor, canonical({"ledger": mark.ledger, "serial": mark.serial}) + b"\n")
        os.fsync(descriptor)
    except OSError:
        with contextlib.suppress(OSError):
            fresh.unlink()
        raise
    finally:
        os.close(descriptor)
    fresh.replace(path)
    sync_directory(path.parent)


def sync_directory(path: Path) -> None:
    """Make names in a directory durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
