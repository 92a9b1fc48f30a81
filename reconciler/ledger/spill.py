"""A file for what the database could not take, beside it, so that nothing heard from a vendor is lost.

One JSON line per queued write, mode 0600; secrets are in it only as sealed bytes. The next run takes the lines
over when no other run came between; a line that does not fit is left for a person to see.
"""

import contextlib
import json
import os
import secrets
import sqlite3
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from reconciler.errors import ReconcilerError
from reconciler.ledger.rows import json_text
from reconciler.ledger.writing import Write, present_fence


class Spill:
    """Where one process keeps the writes its database refused."""

    def __init__(self, database: Path, *, ledger: str) -> None:
        self._database = database
        self._ledger = ledger
        self.run = "none"
        self.path: Path | None = None
        self.lost = 0
        self._tag = secrets.token_hex(4)

    def append(self, writes: Sequence[Write]) -> None:
        """Add writes durably: beside the database, else in the directory for temporary files, else count them lost."""
        if not writes:
            return
        lines = "".join(
            json_text({"ledger": self._ledger, "fence": write.fence, "write": write.name, "row": write.row}) + "\n"
            for write in writes
        )
        name = f"{self._database.name}.spill-{self.run}-{self._tag}.jsonl"
        places = [self._database.parent / name, Path(tempfile.gettempdir()) / name]
        for path in [self.path] if self.path else places:
            with contextlib.suppress(OSError):
                _append(path, lines.encode("ascii"), fresh=self.path is None)
                self.path = path
                return
        self.lost += len(writes)

    @property
    def report(self) -> str:
        """What to tell people about it; empty when nothing was spilled."""
        kept = f"; what was not saved is kept in {self.path}, {self._hint}" if self.path else ""
        lost = f"; {self.lost} records could not be kept, the next run asks the vendors instead" if self.lost else ""
        return kept + lost

    @property
    def _hint(self) -> str:
        if self.path is not None and self.path.parent == self._database.parent:
            return "which the next run takes over"
        return f"move it to {self._database.parent} and the next run takes it over"


def _append(path: Path, data: bytes, *, fresh: bool) -> None:
    """Append durably, all or nothing; a `fresh` file must not exist yet, so that nobody else's is written to."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC | (os.O_EXCL if fresh else 0)
    descriptor = os.open(path, flags, 0o600)
    before = os.fstat(descriptor).st_size
    try:
        while data:
            data = data[os.write(descriptor, data) :]
        os.fsync(descriptor)
    except OSError:
        with contextlib.suppress(OSError):
            os.ftruncate(descriptor, before)
            if fresh:
                path.unlink()
        raise
    finally:
        os.close(descriptor)


def find_spills(database: Path) -> list[Path]:
    """Return the files an earlier process left beside the database."""
    prefix = f"{database.name}.spill-"
    return sorted(path for path in database.parent.glob("*.jsonl") if path.name.startswith(prefix))


def take_over(connection: sqlite3.Connection, files: Iterable[Path], *, ledger: str) -> list[Path]:
    """Apply spilled writes within the open transaction; return the files that may be deleted once it is committed.

    Only lines of this ledger whose run is still the latest fit; a file that cannot be applied whole is left alone.
    """
    fence = present_fence(connection)
    applied = []
    for path in files:
        connection.execute("SAVEPOINT spill")
        try:
            for write in _read(path, ledger=ledger, fence=fence):
                write.apply(connection)
        except (OSError, ValueError, KeyError, TypeError, sqlite3.Error, ReconcilerError):
            connection.execute("ROLLBACK TO spill")
        else:
            applied.append(path)
        connection.execute("RELEASE spill")
    return applied


def _read(path: Path, *, ledger: str, fence: int) -> list[Write]:
    lines: list[dict[str, Any]] = [json.loads(line) for line in path.read_bytes().splitlines()]
    if any(line["ledger"] != ledger or line["fence"] not in {fence, None} for line in lines):
        raise ValueError("the records belong to another ledger or an earlier run")
    return [Write(line["write"], line["fence"], line["row"]) for line in lines]
