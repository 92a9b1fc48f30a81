"""Another process with the ledger below a directory, for the tests that kill, starve or race it.

Run as `python -m tests.edges.ledger_child ACTION ROOT`; it prints a line when it is where the test wants it and then
waits for a line, or for its end.
"""

import asyncio
import concurrent.futures.thread  # noqa: F401 - whoever is nobody cannot load it any more
import functools
import json
import os
import resource
import sys
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any

from reconciler.contract import ClaimState
from reconciler.errors import StateError
from reconciler.ledger.opening import open_ledger
from reconciler.ledger.protocol import Attempt, Run, Verdict
from tests.edges.ledger_samples import (
    DONE,
    LATER,
    NOW,
    ORDER,
    SCOPE,
    URL,
    Book,
    asset_of,
    intent_of,
    key_of,
    opened,
    record_of,
)


def tell(*words: object) -> None:
    """Say where we are and wait to be told to go on."""
    print(json.dumps(words), flush=True)
    sys.stdin.readline()


async def hold(root: Path) -> None:
    """Begin a run and hold it."""
    async with opened(root) as book:
        tell("holding", os.getpid(), book.run.id, book.run.fence)


async def visit(root: Path) -> None:
    """Open the ledger to write, look, and close it again."""
    ledger = open_ledger(URL, root=root)
    found = await ledger.read_open_claims([SCOPE])
    await ledger.aclose()
    tell("closed", len(found))


async def send(root: Path) -> None:
    """Stop between `sent` and its conclusion, with earlier outcomes durable and one only queued."""
    async with opened(root) as book:
        await book.ended(DONE, intent_of(key_of("finished")))
        attempt = await book.sent(payload={"items": [1]})
        tell("sent", attempt.n)


async def race(root: Path) -> None:
    """Try to take every claim there is, as a process that believes to be the run it was given."""
    _, _, _, given, fence = sys.argv
    ledger = open_ledger(URL, root=root)
    tell("ready")
    run = Run(given, int(fence), NOW)
    claimed = [await ledger.begin_attempt(run, intent_of(key_of(f"o{n}")), now=NOW) for n in range(60)]
    await ledger.aclose()
    tell([isinstance(one, Attempt) for one in claimed])


def starve(root: Path, *, room: int) -> None:
    """Let no file grow beyond what the ledger's journal has now and `room` bytes more."""
    size = (root / ".reconciler" / "state.db-wal").stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + room, size + room))


async def refused(call: Callable[[], Awaitable[object]]) -> str:
    """Return the text of the StateError a call ends with."""
    try:
        await call()
    except StateError as error:
        return str(error)
    return "it was written"


async def full_before_sending(root: Path) -> None:
    """Run out of disk while claims are taken."""
    async with opened(root) as book:
        starve(root, room=300_000)
        texts = []
        for number in range(200):
            taking = functools.partial(book.sent, intent_of(key_of(f"o{number}")), payload="x" * 500)
            texts.append(await refused(taking))
        written = texts.count("it was written")
        last = await refused(lambda: book.ledger.end_run(book.run, now=LATER))
        tell(written, sorted(set(texts[written:])), last)


async def full_after_sending(root: Path) -> None:
    """Run out of disk while what was done is recorded."""
    book = Book(ledger := open_ledger(URL, root=root), await ledger.begin_run("apply", now=NOW))
    attempts = [await book.sent(intent_of(key_of(f"o{n}"))) for n in range(40)]
    starve(root, room=9000)
    for attempt in attempts:
        ledger.conclude(book.run, attempt, Verdict(ClaimState.DONE, "v-1", "y" * 900), now=LATER)
    ledger.record_object(book.run, SCOPE, record_of(), now=NOW)
    ledger.record_assets(book.run, SCOPE, ORDER, [asset_of(license_key=b"\x00sealed")])
    texts = [await refused(ledger.flush), await refused(lambda: book.take(intent_of(key_of("next"))))]
    ledger.settle(book.run, key_of("found"), DONE, now=LATER)
    texts.append(await refused(ledger.aclose))
    tell(*texts)


async def unprivileged(root: Path) -> None:
    """Use the ledger as a user who may not write there."""
    if os.getuid() == 0:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
    texts = []
    try:
        open_ledger(URL, root=root)
    except StateError as error:
        texts.append(str(error))
    reader = open_ledger(URL, root=root, read_only=True)
    texts.append(f"{len(await reader.read_memory([SCOPE]))} read")
    await reader.aclose()
    tell(*texts)


ACTIONS: Mapping[str, Callable[[Path], Coroutine[Any, Any, None]]] = {
    action.__name__: action
    for action in (hold, visit, send, race, full_before_sending, full_after_sending, unprivileged)
}

if __name__ == "__main__":
    asyncio.run(ACTIONS[sys.argv[1]](Path(sys.argv[2])))
