"""Files that manifests attach: what they are when planned, and their bytes when they are sent."""

import dataclasses
import hashlib
from collections.abc import Sequence
from pathlib import Path

from reconciler.contract import Attached
from reconciler.files.limits import Limits
from reconciler.files.reading import read_source
from reconciler.model import Problem

HEAD_BYTES = 16
TEXT_BYTES = 65_536
"""A file up to this size that is UTF-8 text is kept as text: a template."""


def read_attached(root: Path, paths: Sequence[str], limits: Limits) -> dict[str, Attached]:
    """Look at each file below `root`; one that cannot be read is there with the reason."""
    return {path: _looked_at(root, path, limits) for path in paths}


def read_bytes(root: Path, path: str, limits: Limits) -> bytes | Problem:
    """Return the bytes of one attached file below `root`, or the problem with it."""
    found = read_source(root, path, _enough(limits))
    return found if isinstance(found, Problem) else found.text


def _looked_at(root: Path, path: str, limits: Limits) -> Attached:
    data = read_bytes(root, path, limits)
    if isinstance(data, Problem):
        return Attached(path, reason=data.summary)
    digest = hashlib.sha256(data).hexdigest()
    return Attached(path, len(data), digest, data[:HEAD_BYTES], _text(data))


def _text(data: bytes) -> str | None:
    try:
        return data.decode("utf-8") if len(data) <= TEXT_BYTES else None
    except UnicodeDecodeError:
        return None


def _enough(limits: Limits) -> Limits:
    return dataclasses.replace(limits, file_bytes=limits.attached_bytes)
