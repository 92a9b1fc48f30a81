"""Sealing secrets: age files that anyone may write and only the holder of the identity can open.

Assets are sealed to people, credentials that change with each use to the program's own key. Owner of pyrage. What a
sealed secret belongs to is sealed with it and checked when it is opened, so that a blob moved elsewhere does not open
as that one's. No error shows key material.
"""

import json
import os
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyrage

from reconciler.errors import SealingError
from reconciler.model import Secret

_LONGEST = 64 * 1024


def seal(secret: Secret, recipients: Sequence[str], *, bound: Mapping[str, str]) -> bytes:
    """Return the secret and what it belongs to as an age file for the recipients (`age1...`)."""
    if not recipients:
        raise SealingError("no recipient is known; set sealing.recipients in reconciler.yaml")
    payload = json.dumps({"bound": dict(sorted(bound.items())), "secret": secret.reveal()}).encode()
    return bytes(pyrage.encrypt(payload, [_recipient(text) for text in recipients]))


def open_sealed(blob: bytes, identity: Secret, *, bound: Mapping[str, str]) -> Secret:
    """Return the secret; SealingError when the identity does not fit or the blob belongs to something else."""
    try:
        data = json.loads(pyrage.decrypt(blob, [_identity(identity)]))
    except (pyrage.DecryptError, ValueError) as error:
        raise SealingError(
            "what is sealed does not open with this key; give the identity (assets: sealing.identity, credentials:"
            " sealing.credentialKey) that it was sealed to"
        ) from error
    if not isinstance(data, dict) or data.get("bound") != dict(bound) or "secret" not in data:
        raise SealingError("the sealed secret belongs to something else; put ledger and settings back as they were")
    return Secret(str(data["secret"]))


def recipient_of(identity: Secret) -> str:
    """Return the public half of an identity."""
    return str(_identity(identity).to_public())


def read_identity(path: Path, *, setting: str = "sealing.identity") -> Secret:
    """Return the first identity in a file that is regular, ours, not a link and closed to others (0600).

    `setting` is what names the file in the configuration.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise SealingError(
            f"identity {path} cannot be read ({os.strerror(error.errno or 0)}); name it in {setting}"
        ) from error
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode) or status.st_uid not in {os.getuid(), 0}:
            raise SealingError(f"identity {path} is not a regular file of yours; replace it")
        if status.st_mode & 0o077:
            raise SealingError(f"identity {path} is open to others; run `chmod 600` on it")
        text = os.read(handle, _LONGEST).decode("utf-8", "replace")
    finally:
        os.close(handle)
    if key := _key_in(text):
        return Secret(key)
    raise SealingError(f"identity {path} holds no key; make one with age-keygen")


def create_identity(path: Path) -> str:
    """Write a new identity (0600; its directory 0700), whole or not at all, and return its recipient."""
    identity = pyrage.x25519.Identity.generate()
    recipient = str(identity.to_public())
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = path.with_name(f"{path.name}.{os.getpid()}")
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(f"# public key: {recipient}\n{identity}\n")
                file.flush()
                os.fsync(handle)
            path.hardlink_to(fresh)  # never over one that is there
        finally:
            fresh.unlink()
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise SealingError(f"identity {path} cannot be written ({reason}); set sealing.recipients instead") from error
    return recipient


def _recipient(text: str) -> Any:
    try:
        return pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError as error:
        raise SealingError(f"recipient {text[:16]}... is no age recipient; write age1...") from error


def _identity(identity: Secret) -> Any:
    try:
        return pyrage.x25519.Identity.from_str(_key_in(identity.reveal()))
    except pyrage.IdentityError as error:
        raise SealingError("the identity is no age identity; it begins with AGE-SECRET-KEY-1") from error


def _key_in(text: str) -> str:
    """Return the first line that is no comment: age-keygen writes some above the key."""
    lines = (line.strip() for line in text.splitlines())
    return next((line for line in lines if line and not line.startswith("#")), "")
