"""What can happen to a pass at one of its calls: the process dies, or the world changes.

An interference is told of every call, reads included, before it leaves and after its answer is in.
"""

import dataclasses
import re
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Protocol

from reconciler.contract import Answer, Call, Reader
from reconciler.vendors.http import Client

KEPT = ("state.db", "state.db-wal", "state.db.mark")


class Crash(BaseException):
    """The process died; nothing of ours catches it."""


class Interference(Protocol):
    """Told of every call of a pass."""

    async def before(self, call: Call) -> None:
        """Act before the call leaves."""
        ...

    async def after(self, call: Call) -> None:
        """Act when the vendor has done it and we have not heard."""
        ...


class Undisturbed:
    """Nothing happens; counts the calls."""

    def __init__(self) -> None:
        self.calls: list[Call] = []

    async def before(self, call: Call) -> None:
        """Count."""
        self.calls.append(call)

    async def after(self, call: Call) -> None:
        """Do nothing."""


@dataclasses.dataclass
class Death:
    """The process dies at the `nth` call that `match` (a pattern) is found in, before it leaves or when it is done.

    From then on it does nothing more; what its disk held at that moment is kept, for `restore`.
    """

    root: Path
    match: str = ""
    nth: int = 1
    late: bool = False
    dead: bool = False
    _seen: int = 0
    _chosen: Call | None = None

    async def before(self, call: Call) -> None:
        """Die before the chosen call leaves, unless it is to be late."""
        self._check()
        if re.search(self.match, str(call)):
            self._seen += 1
            if self._seen == self.nth:
                self._chosen = call
                if not self.late:
                    self._die()

    async def after(self, call: Call) -> None:
        """Die when the vendor has done the chosen call."""
        self._check()
        if call is self._chosen:
            self._die()

    def restore(self) -> None:
        """Put back what the disk held when the process died."""
        for name in KEPT:
            (self.root / name).unlink(missing_ok=True)
            if (self.root / "died" / name).exists():
                shutil.copy(self.root / "died" / name, self.root / name)

    def _check(self) -> None:
        if self.dead:
            raise Crash

    def _die(self) -> None:
        self.dead = True
        shutil.rmtree(self.root / "died", ignore_errors=True)
        (self.root / "died").mkdir()
        for name in KEPT:
            if (self.root / name).exists():
                shutil.copy(self.root / name, self.root / "died" / name)
        raise Crash


@dataclasses.dataclass
class Meanwhile:
    """Something else happens once, before a call that contains `match` leaves, or when it is `late` after it."""

    match: str
    do: Callable[[], Awaitable[object]]
    late: bool = False
    _done: bool = False

    async def before(self, call: Call) -> None:
        """Let it happen before the call."""
        if not self.late:
            await self._happen(call)

    async def after(self, call: Call) -> None:
        """Let it happen after the call."""
        if self.late:
            await self._happen(call)

    async def _happen(self, call: Call) -> None:
        if not self._done and self.match in str(call):
            self._done = True
            await self.do()


@dataclasses.dataclass
class _DisturbedReader:
    inner: Reader
    by: Interference

    async def fetch(self, call: Call, *, missing_ok: bool = False) -> Answer:
        """Read, with interference."""
        await self.by.before(call)
        answer = await self.inner.fetch(call, missing_ok=missing_ok)
        await self.by.after(call)
        return answer


class DisturbedClient:
    """The real client, with interference at each call."""

    def __init__(self, inner: Client, by: Interference) -> None:
        self._inner = inner
        self._by = by
        self.reader: Reader = _DisturbedReader(inner.reader, by)

    @property
    def requests(self) -> int:
        """Count as ever."""
        return self._inner.requests

    def signed_out(self) -> None:
        """Sign in anew."""
        self._inner.signed_out()

    async def send(self, call: Call) -> Answer:
        """Send, with interference."""
        await self._by.before(call)
        answer = await self._inner.send(call)
        await self._by.after(call)
        return answer
