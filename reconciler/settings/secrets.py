"""Resolving secrets from where the configuration says they are: an environment variable or a file.

The only place where a secret enters the program. A file must be a regular one that nobody else can read or
replace. Errors name the place, never the content, and all that is missing is said at once.
"""

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from reconciler.errors import ConfigurationError
from reconciler.model import Secret, SecretSource

LARGEST = 65_536
"""Bytes of a secret file; keys and tokens are far smaller."""

_OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | getattr(os, "O_NOCTTY", 0)


class _Unusable(Exception):
    """One source gives no secret; the text says why and what to do."""


def resolve(source: SecretSource, root: Path, *, label: str, environ: Mapping[str, str]) -> Secret:
    """Return one secret; `label` is what messages call it, relative files are below `root`.

    ConfigurationError when there is none, or its file is open to others.
    """
    return resolve_all({label: source}, root, environ=environ)[label]


def resolve_all(sources: Mapping[str, SecretSource], root: Path, *, environ: Mapping[str, str]) -> dict[str, Secret]:
    """Return the secrets of all sources by label; one ConfigurationError, a line for each, when some give none."""
    found: dict[str, Secret] = {}
    failed: list[str] = []
    for label, source in sources.items():
        try:
            found[label] = _from_variable(source.name, environ) if source.kind == "env" else _from_file(source, root)
        except _Unusable as reason:
            failed.append(f"{label}: {reason}")
    if failed:
        raise ConfigurationError("\n".join(failed))
    return found


def is_present(source: SecretSource, root: Path, *, environ: Mapping[str, str]) -> bool:
    """Say whether there is anything at a source; whether it can be used is another matter."""
    if source.kind == "env":
        return bool(environ.get(source.name))
    try:
        return os.path.lexists(root / Path(source.name).expanduser())
    except (RuntimeError, ValueError):
        return True


def _from_variable(name: str, environ: Mapping[str, str]) -> Secret:
    value = environ.get(name)
    if not value:
        state = "is not set" if value is None else "is empty"
        raise _Unusable(f"environment variable {name} {state}; set it before the run, or name another source")
    return Secret(value)


def _from_file(source: SecretSource, root: Path) -> Secret:
    try:
        path = root / Path(source.name).expanduser()
    except RuntimeError:
        raise _Unusable(f"file {source.name} is in a home directory that is not known; write the whole path") from None
    shown = f"file {source.name}"
    try:
        handle = os.open(path, _OPEN)
    except FileNotFoundError:
        raise _Unusable(f"{shown} does not exist; create it with mode 0600") from None
    except (OSError, ValueError) as error:
        if path.is_symlink():
            raise _Unusable(f"{shown} is a symbolic link; name the file itself") from None
        raise _Unusable(f"{shown} cannot be opened ({_reason(error)}); check its owner and mode") from None
    try:
        _check_guarded(os.fstat(handle), path, shown)
        return Secret(_read(handle, shown))
    finally:
        os.close(handle)


def _check_guarded(facts: os.stat_result, path: Path, shown: str) -> None:
    if not stat.S_ISREG(facts.st_mode):
        raise _Unusable(f"{shown} is not a regular file; name one")
    if facts.st_uid not in {os.geteuid(), 0}:
        raise _Unusable(f"{shown} belongs to another user; make it yours with chown")
    if stat.S_IMODE(facts.st_mode) & 0o177:
        mode = stat.S_IMODE(facts.st_mode)
        raise _Unusable(f"{shown} has mode {mode:04o}, so others can use it; run `chmod 0600` on it")
    for folder in path.resolve().parents:
        mode = folder.stat().st_mode
        if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
            raise _Unusable(f"{shown} lies in {folder}, which anyone can change; run `chmod o-w` on that directory")


def _read(handle: int, shown: str) -> str:
    data = b""
    while len(data) <= LARGEST and (part := os.read(handle, LARGEST + 1 - len(data))):
        data += part
    if len(data) > LARGEST:
        raise _Unusable(f"{shown} holds more than {LARGEST} bytes; name the file with the secret only")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise _Unusable(f"{shown} is not UTF-8 text; save it as text") from None
    text = text.removesuffix("\n").removesuffix("\r")
    if not text:
        raise _Unusable(f"{shown} is empty; write the secret into it")
    return text


def _reason(error: Exception) -> str:
    return (error.strerror or type(error).__name__).lower() if isinstance(error, OSError) else "no valid path"
