"""How each kind of fault is carried out around a request.

A kind is an async function that gets the scene and returns the answer to deliver, or None when the
connection is gone. `perform` is the vendor doing its work; everything before it is "nothing happened".
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping

from reconciler.sandbox import spoiling
from reconciler.sandbox.exchange import Ended, Exchange, Hold
from reconciler.sandbox.faults import Fault
from reconciler.sandbox.messages import Reply, with_header
from reconciler.sandbox.simulator import Simulator

DEFAULT_HOLD = 60.0
DEFAULT_PATIENCE = 600.0


class Scene:
    """A request hit by a fault, with what carrying the fault out needs."""

    def __init__(
        self,
        fault: Fault,
        exchange: Exchange,
        *,
        simulator: Simulator,
        perform: Callable[[], Reply],
        defer: Callable[[float], None],
        holds: list[Hold],
    ) -> None:
        self.fault = fault
        self.exchange = exchange
        self.simulator = simulator
        self.perform = perform
        self.defer = defer
        self.holds = holds

    async def cut(self) -> None:
        """Close the connection the way the fault says."""
        await self.exchange.cut(reset=self.fault.flag("reset"))

    async def hold(self) -> Ended:
        """Hold the request where the control plane can see and release it."""
        hold = Hold(self.exchange.line, fault=self.fault.id, kind=self.fault.kind)
        self.holds.append(hold)
        try:
            return await self.exchange.wait(self.fault.number("seconds", DEFAULT_HOLD), hold=hold)
        finally:
            self.holds.remove(hold)


async def carry_out(scene: Scene) -> Reply | None:
    """Do what the fault says; return the answer to deliver, None when the connection is gone."""
    spoiler = spoiling.SPOILERS.get(scene.fault.kind)
    if spoiler is not None:
        return spoiler(scene.perform(), scene.fault)
    return await _KINDS[scene.fault.kind](scene)


async def _status_before(scene: Scene) -> Reply | None:
    return _stated(scene)


async def _status_after(scene: Scene) -> Reply | None:
    scene.perform()
    return _stated(scene)


async def _drop_before(scene: Scene) -> Reply | None:
    await scene.cut()
    return None


async def _drop_after(scene: Scene) -> Reply | None:
    scene.perform()
    await scene.cut()
    return None


async def _hang(scene: Scene) -> Reply | None:
    await scene.exchange.wait(scene.fault.number("seconds", DEFAULT_HOLD))
    await scene.cut()
    return None


async def _late(scene: Scene) -> Reply | None:
    seconds = scene.fault.number("seconds", 0)
    try:
        await scene.exchange.wait(scene.fault.number("patience", DEFAULT_PATIENCE))
    except asyncio.CancelledError:  # in-process callers give up by cancelling
        scene.defer(seconds)
        raise
    scene.defer(seconds)
    await scene.cut()
    return None


async def _pause_before(scene: Scene) -> Reply | None:
    proceed = scene.fault.flag("proceed")
    try:
        ended = await scene.hold()
    except asyncio.CancelledError:  # in-process callers give up by cancelling
        if proceed:
            scene.perform()
        raise
    if ended is Ended.DISCONNECTED and proceed:
        scene.perform()
    if ended in {Ended.DISCONNECTED, Ended.DROPPED}:
        await scene.cut()
        return None
    return scene.perform()


async def _pause_after(scene: Scene) -> Reply | None:
    reply = scene.perform()
    if await scene.hold() in {Ended.DISCONNECTED, Ended.DROPPED}:
        await scene.cut()
        return None
    return reply


async def _twice(scene: Scene) -> Reply | None:
    scene.perform()
    return scene.perform()


async def _html(scene: Scene) -> Reply | None:
    _commit_if_asked(scene)
    return spoiling.login_page()


async def _redirect(scene: Scene) -> Reply | None:
    _commit_if_asked(scene)
    location = scene.fault.text("location", "http://127.0.0.1:9/elsewhere")
    return Reply(int(scene.fault.number("status", 307)), b"", (("location", location),))


async def _retry_after(scene: Scene) -> Reply | None:
    _commit_if_asked(scene)
    status = scene.fault.options.get("status")
    limited = scene.simulator.rate_limited()
    reply = scene.simulator.refusal(status) if isinstance(status, int) else limited
    value = scene.fault.options.get("value", "1")
    values = value if isinstance(value, list) else [value]
    headers = tuple(("retry-after", str(item)) for item in values)
    kept = tuple(pair for pair in reply.headers if pair[0].lower() != "retry-after")
    return Reply(reply.status, reply.body, (*kept, *headers))


def _commit_if_asked(scene: Scene) -> None:
    if scene.fault.flag("commit"):
        scene.perform()


def _stated(scene: Scene) -> Reply:
    fault = scene.fault
    reply = scene.simulator.refusal(int(fault.number("status", 500)))
    body = fault.options.get("body")
    if body is not None:
        data = body if isinstance(body, str) else json.dumps(body)
        reply = Reply(reply.status, data.encode(), reply.headers)
    headers = fault.options.get("headers")
    for name, value in headers.items() if isinstance(headers, dict) else ():
        reply = with_header(reply, str(name), value=str(value))
    return reply


_KINDS: Mapping[str, Callable[[Scene], Awaitable[Reply | None]]] = {
    "status_before": _status_before,
    "status_after": _status_after,
    "drop_before": _drop_before,
    "drop_after": _drop_after,
    "hang": _hang,
    "late": _late,
    "pause_before": _pause_before,
    "pause_after": _pause_after,
    "twice": _twice,
    "html": _html,
    "redirect": _redirect,
    "retry_after": _retry_after,
}
