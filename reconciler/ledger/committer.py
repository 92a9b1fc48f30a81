"""The one writer: a thread that puts whatever is queued into one transaction, without a timer.

All work on the database goes through its queue, in order, so a read sees every write queued before it. After
the first failed commit nothing is written any more: queued writes go to the spill, every wait raises.
"""

import asyncio
import contextlib
import dataclasses
import functools
import queue
import sqlite3
import threading
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from reconciler.errors import ReconcilerError, StateError
from reconciler.ledger.failures import cause
from reconciler.ledger.spill import Spill
from reconciler.ledger.writing import Write

T = TypeVar("T")
_Future = asyncio.Future[Any]


@dataclasses.dataclass(slots=True)
class _Job:
    work: Callable[[sqlite3.Connection], Any]
    future: _Future | None = None
    write: Write | None = None
    result: Any = None
    error: ReconcilerError | None = None


class Committer:
    """Owns the connection; `name` is how the database is called in texts, `begin` starts a transaction."""

    def __init__(
        self, connection: sqlite3.Connection, *, name: str, spill: Spill | None, begin: str = "BEGIN IMMEDIATE"
    ) -> None:
        self._connection = connection
        self._name = name
        self._spill = spill
        self._begin = begin
        self._queue: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._failure: Exception | None = None
        self._refusal: ReconcilerError | None = None
        self._closed = False
        self._thread = threading.Thread(target=self._serve, name="ledger", daemon=True)
        self._thread.start()

    def submit(self, write: Write) -> None:
        """Queue a write; it is committed with whatever else waits."""
        if self._closed:
            raise StateError(f"state {self._name} is closed; open it again")
        self._queue.put(_Job(write.apply, write=write))

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do `work` in the next transaction and return its result once that is durable."""
        if self._closed:
            raise StateError(f"state {self._name} is closed; open it again")
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._queue.put(_Job(work, future))
        return await future

    async def flush(self) -> None:
        """Wait for everything queued so far; raise what a queued write was refused with."""
        await self.run(_nothing)
        self._raise_refusal()

    async def aclose(self) -> None:
        """Commit what is queued, end the thread, close the connection; StateError when anything failed."""
        if self._closed:
            return
        self._closed = True
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)
        if self._failure is not None:
            raise self._error()
        self._raise_refusal()

    def _raise_refusal(self) -> None:
        refusal, self._refusal = self._refusal, None
        if refusal is not None:
            raise refusal

    def _serve(self) -> None:
        running = True
        while running:
            batch, running = self._take()
            if batch:
                self._commit(batch)
        with contextlib.suppress(sqlite3.Error):
            self._connection.close()

    def _take(self) -> tuple[list[_Job], bool]:
        batch: list[_Job] = []
        job = self._queue.get()
        while job is not None:
            batch.append(job)
            try:
                job = self._queue.get_nowait()
            except queue.Empty:
                return batch, True
        return batch, False

    def _commit(self, batch: list[_Job]) -> None:
        try:
            if self._failure is None:
                self._connection.execute(self._begin)
                for job in batch:
                    self._perform(job)
                self._connection.execute("COMMIT")
        except Exception as error:  # noqa: BLE001 - whatever stops the writer must reach everybody who waits
            self._failure = error
            with contextlib.suppress(sqlite3.Error):
                self._connection.rollback()
        if self._failure is not None:
            self._refuse(batch)
        _answer(batch)

    def _perform(self, job: _Job) -> None:
        try:
            job.result = job.work(self._connection)
        except ReconcilerError as error:
            job.error = error
            if job.future is None and self._refusal is None:
                self._refusal = error

    def _refuse(self, batch: Iterable[_Job]) -> None:
        if self._spill is not None:
            self._spill.append([job.write for job in batch if job.write is not None])
        for job in batch:
            job.error = self._error()

    def _error(self) -> StateError:
        failure = self._failure or RuntimeError("closed")
        kept = self._spill.report if self._spill else ""
        error = StateError(f"state {self._name} failed, nothing more is sent: {cause(failure)}{kept}")
        error.__cause__ = failure
        return error


def _nothing(_connection: sqlite3.Connection) -> None:
    """Do nothing; waiting for it is what counts."""


def _answer(batch: Iterable[_Job]) -> None:
    """Wake everybody who waits, with one call into each event loop."""
    waiting: dict[asyncio.AbstractEventLoop, list[_Job]] = {}
    for job in batch:
        if job.future is not None:
            waiting.setdefault(job.future.get_loop(), []).append(job)
    for loop, jobs in waiting.items():
        with contextlib.suppress(RuntimeError):  # the loop was closed: nobody waits any more
            loop.call_soon_threadsafe(functools.partial(_resolve, jobs))


def _resolve(jobs: Iterable[_Job]) -> None:
    for job in jobs:
        if job.future is None or job.future.done():
            continue
        if job.error is not None:
            job.future.set_exception(job.error)
        else:
            job.future.set_result(job.result)
