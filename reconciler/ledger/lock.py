"""The lock of a run: held by the process through the system, so that a dead run's lock is free at once.

It keeps people from tripping over each other; what keeps money safe when it fails is the fence in the database.
"""

import fcntl
import os
from pathlib import Path


class RunLock:
    """An advisory lock on `<database>.lock`; never waits. The file stays, only the lock on it counts."""

    def __init__(self, database: Path) -> None:
        self._path = database.with_name(database.name + ".lock")
        self._descriptor: int | None = None

    def acquire(self) -> bool:
        """Take the lock; False when another run (also of this process) holds it. OSError when it cannot be tried."""
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
