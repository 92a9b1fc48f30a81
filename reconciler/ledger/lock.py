"""Locks held by the process through the system, so that what a dead process held is free at once.

The lock of a run keeps people from tripping over each other; what keeps money safe when it fails is the fence in the
database. The lock of a credential lets one process at a time use it up and write its successor.
"""

import fcntl
import hashlib
import os
from pathlib import Path


class FileLock:
    """An advisory lock on a file; never waits. The file stays, only the lock on it counts."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def acquire(self) -> bool:
        """Take the lock; False when another holder (also of this process) has it. OSError when it cannot be tried."""
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        except OSError:
            os.close(descriptor)
            raise
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        """Give the lock back; nothing happens when it is not held."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


class RunLock(FileLock):
    """The lock of a run, on `<database>.lock`."""

    def __init__(self, database: Path) -> None:
        super().__init__(database.with_name(database.name + ".lock"))


def credential_lock_path(database: Path, name: str) -> Path:
    """Return the file that a credential is locked by; names hold what file names cannot."""
    digest = hashlib.sha256(name.encode("utf-8")).hexdigest()[:16]
    return database.with_name(f"{database.name}.credential-{digest}.lock")
