"""Where a ledger lies: from the address in the configuration to a directory and a file only we can read."""

import contextlib
import errno
import os
import re
from pathlib import Path

from reconciler.errors import ConfigurationError, StateError
from reconciler.ledger.mark import sync_directory

_NETWORK = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ceph", "glusterfs", "lustre", "davfs", "fuse.sshfs", "ncpfs"}
)


def read_address(url: str, *, root: Path) -> Path:
    """Return the database file of a `sqlite:///` address; relative ones count from `root`. ConfigurationError.

    Links are followed, so that all who use the same file meet at the same lock and mark.
    """
    scheme, separator, rest = url.partition("://")
    if scheme in {"postgresql", "postgres"}:
        raise ConfigurationError(
            "state in PostgreSQL is not part of this version yet; use sqlite:///.reconciler/state.db"
        )
    if scheme != "sqlite" or not separator or not re.fullmatch(r"/[^?#\x00]+", rest) or rest.endswith("/"):
        raise ConfigurationError("state is no address of a ledger; write sqlite:///.reconciler/state.db")
    if rest[1:] == ":memory:":
        raise ConfigurationError(
            "state in memory forgets what was ordered; name a file: sqlite:///.reconciler/state.db"
        )
    try:
        return (root / rest[1:]).resolve()
    except (OSError, RuntimeError) as error:
        raise ConfigurationError("state leads through links that end nowhere; name the file itself") from error


def make_directory(path: Path) -> None:
    """Create the directory of a ledger, private and ignored by git; an existing one is left as it is. OSError."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.mkdir(mode=0o700, exist_ok=True)
        sync_directory(path.parent)
    elif path.name != ".reconciler":
        return
    with contextlib.suppress(FileExistsError), (path / ".gitignore").open("x", encoding="ascii") as file:
        file.write("*\n")


def make_file(path: Path) -> None:
    """Create the database file with mode 0600, or bring an existing one to it. OSError.

    An existing file is never opened here: closing it again would drop every lock that this process has on it through
    another connection (https://sqlite.org/howtocorrupt.html section 2.2), and its journal would be deleted under it.
    """
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    if not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
    with contextlib.suppress(PermissionError):
        path.chmod(0o600)


def check_regular(path: Path) -> None:
    """Raise StateError when something other than a file has the ledger's name: a pipe is no empty ledger. OSError."""
    if path.exists() and not path.is_file():
        raise StateError(f"state {path} is no regular file; name another file as `state`")


def check_local(path: Path) -> None:
    """Raise StateError when the file would lie on a network file system: locks and order of writes fail there."""
    try:
        mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return
    if kind := network_filesystem(mounts, path):
        raise StateError(
            f"state {path} lies on a network file system ({kind}), where it can lose orders; move it to a local disk"
        )


def network_filesystem(mountinfo: str, path: Path) -> str | None:
    """Return the kind of network file system a path lies on, None when it is local; the deepest, last mount counts."""
    found, depth = "", -1
    for line in mountinfo.splitlines():
        before, _, after = line.partition(" - ")
        if len(before.split()) < 5 or not after:
            continue
        point = Path(re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), before.split()[4]))
        if path.is_relative_to(point) and len(point.parts) >= depth:
            found, depth = after.split()[0], len(point.parts)
    return found if found in _NETWORK else None
