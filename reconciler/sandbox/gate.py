"""The door of one simulator: every vendor request passes here, is logged, may meet a fault, is answered.

An ASGI application over a synchronous simulator. Late commits are kept as due work and done before
anything is asked or shown, so they need no background task and no event loop that stays alive.
"""

import dataclasses
from collections.abc import Callable
from datetime import datetime, timedelta

from starlette.types import Receive, Scope, Send

from reconciler.sandbox.clock import Clock
from reconciler.sandbox.exchange import Exchange, Hold
from reconciler.sandbox.faults import FaultBook
from reconciler.sandbox.messages import Reply, Request
from reconciler.sandbox.mischief import Scene, carry_out
from reconciler.sandbox.requestlog import Line, RequestLog
from reconciler.sandbox.simulator import Simulator

HOST = "reconciler.sandbox.host"
"""The key in an ASGI scope of the prefix a request came by."""


@dataclasses.dataclass(frozen=True)
class Due:
    """A request whose effect comes later than its caller waited."""

    at: datetime
    request: Request
    line: Line


class Gate:
    """One simulator behind HTTP, with its faults, its log and its late commits."""

    def __init__(self, simulator: Simulator, *, clock: Clock, changed: Callable[[], None]) -> None:
        self.simulator = simulator
        self.clock = clock
        self.faults = FaultBook()
        self.log = RequestLog()
        self.holds: list[Hold] = []
        self.due: list[Due] = []
        self._changed = changed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one HTTP request whose path is already relative to the simulator."""
        body = await _read_body(receive)
        if body is None:
            return
        self.settle()
        request = _request(scope, body, now=self.clock.now())
        line = self.log.open(request, mutating=self.simulator.is_mutating(request))
        exchange = Exchange(request, line, scope=scope, receive=receive, send=send, clock=self.clock)
        try:
            reply = await self._answer(exchange)
            if reply is not None:
                await exchange.deliver(reply)
        finally:
            exchange.close()

    def settle(self) -> None:
        """Do the late commits that have come due, in the order of their times, then the vendor's own work."""
        now = self.clock.now()
        ready = sorted((due for due in self.due if due.at <= now), key=lambda due: due.at)
        self.due = [due for due in self.due if due.at > now]
        for due in ready:
            self._perform(due.request, due.line, now=due.at)
        before = self.simulator.changes
        self.simulator.settle(now)
        if self.simulator.changes != before:
            self._changed()

    def reset(self) -> None:
        """Return to the beginning: seeded books, no faults, empty log; held requests are dropped."""
        for hold in self.holds:
            hold.release(drop=True)
        self.due = []
        self.faults.clear()
        self.log.clear()
        self.simulator.office.reset()

    async def _answer(self, exchange: Exchange) -> Reply | None:
        request, line = exchange.request, exchange.line

        def perform() -> Reply:
            return self._perform(request, line, now=self.clock.now())

        def defer(seconds: float) -> None:
            at = self.clock.now() + timedelta(seconds=seconds)
            self.due.append(Due(at, request, line))

        fault = self.faults.draw(request)
        if fault is None:
            return perform()
        line.fault = fault.kind
        return await carry_out(
            Scene(
                fault,
                exchange,
                simulator=self.simulator,
                perform=perform,
                defer=defer,
                holds=self.holds,
            )
        )

    def _perform(self, request: Request, line: Line, *, now: datetime) -> Reply:
        before = self.simulator.changes
        reply = self.simulator.handle(dataclasses.replace(request, now=now))
        line.performed = reply.status
        if self.simulator.changes != before:
            self._changed()
        return reply


def _request(scope: Scope, body: bytes, *, now: datetime) -> Request:
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    return Request(
        method=scope["method"].upper(),
        path=scope["path"],
        query=scope["query_string"].decode("latin-1"),
        headers=headers,
        body=body,
        received=now,
        now=now,
        host=scope.get(HOST, ""),
    )


async def _read_body(receive: Receive) -> bytes | None:
    parts: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)
