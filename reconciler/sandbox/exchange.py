"""One request on its connection: carry it out, wait, answer, or cut the line.

The line is cut through the ASGI extension `EXTENSION`, which `serving` provides on real sockets. Where
it is missing (httpx.ASGITransport and other in-process callers) `ConnectionDropped` is raised instead.
"""

import asyncio
import enum
from collections.abc import Callable
from datetime import timedelta

from starlette.types import Receive, Scope, Send

from reconciler.sandbox.clock import Clock
from reconciler.sandbox.messages import Reply, Request
from reconciler.sandbox.requestlog import Line

EXTENSION = "reconciler.sandbox.cut"


class ConnectionDropped(ConnectionError):
    """The simulated vendor closed the connection; `answered` says whether part of an answer went out.

    Seen by in-process callers only. A test transport maps it to httpx.RemoteProtocolError, or to
    httpx.ReadError when `reset` is set.
    """

    def __init__(self, *, answered: bool, reset: bool) -> None:
        super().__init__("the simulated vendor closed the connection")
        self.answered = answered
        self.reset = reset


class Ended(enum.Enum):
    """Why a wait ended."""

    TIME = "time"
    DISCONNECTED = "disconnected"
    RELEASED = "released"
    DROPPED = "dropped"


class Hold:
    """A request held at a fault until someone lets it go."""

    def __init__(self, line: Line, *, fault: int, kind: str) -> None:
        self.line = line
        self.fault = fault
        self.kind = kind
        self.verdict: Ended | None = None

    def release(self, *, drop: bool) -> None:
        """Let the request go on, or have its connection cut."""
        self.verdict = Ended.DROPPED if drop else Ended.RELEASED


class Exchange:
    """One request, the way to have it carried out, and the connection it came on."""

    def __init__(
        self, request: Request, line: Line, *, scope: Scope, receive: Receive, send: Send, clock: Clock
    ) -> None:
        self.request = request
        self.line = line
        self.clock = clock
        self._scope = scope
        self._receive = receive
        self._send = send
        self._gone: asyncio.Task[None] | None = None

    async def wait(self, seconds: float, *, hold: Hold | None = None) -> Ended:
        """Wait on the simulated clock until time is up, the caller has gone, or the hold is released."""
        deadline = self.clock.now() + timedelta(seconds=seconds)
        gone = self._watch()
        while not gone.done():
            if hold is not None and hold.verdict is not None:
                return hold.verdict
            nap = asyncio.ensure_future(self.clock.nap_until(deadline))
            try:
                await asyncio.wait({nap, gone}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                nap.cancel()
            if nap.done() and not nap.cancelled() and nap.result():
                return Ended.TIME
        return Ended.DISCONNECTED

    async def deliver(self, reply: Reply) -> None:
        """Send the answer at its pace; the caller may have gone, which is no error."""
        self.line.status = reply.status
        names = {name.lower() for name, _ in reply.headers}
        size = [] if "content-length" in names else [("content-length", str(len(reply.body)))]
        headers = [(name.lower().encode(), value.encode()) for name, value in (*reply.headers, *size)]
        await self._send({"type": "http.response.start", "status": reply.status, "headers": headers})
        pace = reply.pace
        if pace is None:
            await self._send({"type": "http.response.body", "body": reply.body})
            return
        whole = reply.body if pace.stop_after is None else reply.body[: pace.stop_after]
        for start in range(0, len(whole), pace.chunk):
            part = whole[start : start + pace.chunk]
            await self._send({"type": "http.response.body", "body": part, "more_body": True})
            if pace.seconds and await self.wait(pace.seconds) is Ended.DISCONNECTED:
                return
        if pace.stop_after is not None:
            await asyncio.sleep(0)
            await self.cut(answered=True)
        else:
            await self._send({"type": "http.response.body", "body": b""})

    async def cut(self, *, answered: bool = False, reset: bool = False) -> None:
        """Close the connection without a (whole) answer; `reset` sends a TCP reset where there is TCP."""
        cutter: Callable[[bool, bool], None] | None = self._scope.get("extensions", {}).get(EXTENSION)
        if cutter is None:
            raise ConnectionDropped(answered=answered, reset=reset)
        cutter(reset, answered)
        await self._watch()

    def close(self) -> None:
        """Stop watching the connection."""
        if self._gone is not None:
            self._gone.cancel()

    def _watch(self) -> "asyncio.Task[None]":
        if self._gone is None:
            self._gone = asyncio.ensure_future(self._until_gone())
        return self._gone

    async def _until_gone(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
