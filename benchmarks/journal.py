"""The ledger alone: begin an attempt, wait as for a vendor, conclude; as many at a time as there are workers.

`python -m benchmarks.journal ROOT COUNT WORKERS LATENCY_MS` prints commits and records as JSON. COUNT is done with
the ledger; with `bare` as ROOT only the waiting is done.
"""

import asyncio
import json
import sqlite3
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from reconciler.contract import ClaimState
from reconciler.ledger import opening
from reconciler.ledger.protocol import Attempt, ClaimKey, Intent, Ledger, Run, Scope, Verdict
from reconciler.model import Address, Json

SCOPE = Scope("bench", None, "https://bss.example.com")
NOW = datetime(2026, 1, 1, tzinfo=UTC)


class Counting(sqlite3.Connection):
    """A connection that counts its commits."""

    commits = 0

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        """Count and do."""
        Counting.commits += sql == "COMMIT"
        return super().execute(sql, parameters)


async def work(book: Ledger, run: Run, numbers: Iterator[int], *, latency: float) -> None:
    """Take numbers until there are none left."""
    for number in numbers:
        key = ClaimKey(SCOPE, Address("interworks", "account", f"account-{number:06}"), "create", 1)
        intent = Intent(key, fingerprint="hmac:" + "0" * 64, plan="sha256:" + "0" * 64, once=False)
        payload: Json = {"address": str(key.address), "body": {"name": key.address.name}}
        attempt = await book.begin_attempt(run, intent, now=NOW, payload=payload)
        assert isinstance(attempt, Attempt)
        await asyncio.sleep(latency)
        book.conclude(run, attempt, Verdict(ClaimState.DONE, str(number)), now=NOW)


async def wait(numbers: Iterator[int], *, latency: float) -> None:
    """Do as `work` does, without a ledger."""
    for _ in numbers:
        await asyncio.sleep(latency)


async def keep(root: Path, numbers: Iterator[int], *, workers: int, latency: float) -> None:
    """Keep a ledger below `root` while the workers go on."""
    book = opening.open_ledger("sqlite:///.reconciler/state.db", root=root)
    try:
        run = await book.begin_run("apply", now=NOW)
        await asyncio.gather(*(work(book, run, numbers, latency=latency) for _ in range(workers)))
        await book.end_run(run, now=NOW)
    finally:
        await book.aclose()


async def measure(root: str, numbers: Iterator[int], *, workers: int, latency: float) -> None:
    """Work with a ledger, or bare."""
    if root == "bare":
        await asyncio.gather(*(wait(numbers, latency=latency) for _ in range(workers)))
    else:
        await keep(Path(root), numbers, workers=workers, latency=latency)


def connect(*arguments: Any, **more: Any) -> sqlite3.Connection:
    """Connect so that commits are counted."""
    return _CONNECT(*arguments, **more, factory=Counting)


_CONNECT = sqlite3.connect


def main() -> None:
    """Read the arguments and measure."""
    root, count, workers, latency = sys.argv[1:]
    vars(sqlite3)["connect"] = connect
    numbers = iter(range(int(count)))
    asyncio.run(measure(root, numbers, workers=int(workers), latency=float(latency) / 1000))
    print(json.dumps({"commits": Counting.commits, "records": 2 * int(count)}))


if __name__ == "__main__":
    main()
