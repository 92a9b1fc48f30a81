"""Writing a file whole or not at all."""

import contextlib
import os
import secrets
import stat
from pathlib import Path

_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def write_file(path: Path, data: bytes, *, mode: int = 0o644) -> bool:
    """Replace `path` by `data` in one step, durably; return whether anything changed.

    Missing directories are made. A file that already holds `data` is not touched; a link at `path` is replaced,
    not followed. OSError when the file system refuses; nothing half-written stays.
    """
    if _holds(path, data):
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}.tmp")
    handle = os.open(temporary, _CREATE, mode)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(handle)
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    _settle(path.parent)
    return True


def _holds(path: Path, data: bytes) -> bool:
    try:
        handle = os.open(path, _READ)
    except OSError:
        return False
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode) or os.fstat(handle).st_size != len(data):
            return False
        with os.fdopen(os.dup(handle), "rb") as file:
            return file.read() == data
    except OSError:
        return False
    finally:
        os.close(handle)


def _settle(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
