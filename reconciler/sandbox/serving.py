"""The sandbox on a loopback port, for people and for tests that need real sockets.

Only this module touches uvicorn. It gives each request a way to cut its connection, which ASGI has not:
an exception would be answered with 500 instead.
"""

import asyncio
import ipaddress
import pathlib
import socket
import struct
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from reconciler.sandbox.app import create_app
from reconciler.sandbox.exchange import EXTENSION

Peer = tuple[str, int]
# Longer than any client keeps an idle connection: a reused connection must not die by accident.
KEEP_ALIVE_SECONDS = 300
SHUTDOWN_SECONDS = 1


def serve(
    port: int,
    snapshot: pathlib.Path | None = None,
    *,
    host: str = "127.0.0.1",
    ready: Callable[[str], None] | None = None,
    auto_decide: bool = False,
) -> None:
    """Serve all simulators until the process is told to stop.

    Port 0 takes a free one. `ready` is called once with the base URL (with the real port) when
    connections are accepted. ValueError when `host` is not a loopback address; OSError when the port is
    taken.
    """
    if not ipaddress.ip_address(host).is_loopback:
        raise ValueError(f"host {host} is not a loopback address; the sandbox has no access control")
    lines = _Lines(create_app(snapshot=snapshot, auto_decide=auto_decide))
    config = uvicorn.Config(
        lines,
        http=lines.protocol(),
        loop="asyncio",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sends small parts at once only on sockets that name their protocol.
    with socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(128)
        if ready is not None:
            shown = f"[{host}]" if ":" in host else host
            ready(f"http://{shown}:{listener.getsockname()[1]}")
        uvicorn.Server(config).run(sockets=[listener])


class _Lines:
    """The open connections by peer address, and an app that lets requests cut their own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._open: dict[Peer, asyncio.Transport] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        def cut(reset: bool, flush: bool) -> None:
            transport = self._open.get(tuple(scope["client"]))
            if transport is not None:  # else the caller has gone already
                _cut(transport, reset=reset, flush=flush)

        await self._app({**scope, "extensions": {EXTENSION: cut}}, receive, send)

    def protocol(self) -> type[H11Protocol]:
        """Return uvicorn's HTTP protocol, made to report its connections here."""
        lines = self._open

        class Reporting(H11Protocol):
            def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
                super().connection_made(transport)
                if self.client is not None:
                    lines[self.client] = transport

            def connection_lost(self, exc: Exception | None) -> None:
                if self.client is not None:
                    lines.pop(self.client, None)
                super().connection_lost(exc)

        return Reporting


def _cut(transport: asyncio.Transport, *, reset: bool, flush: bool) -> None:
    if reset:
        # Zero linger makes the kernel send a reset instead of an orderly end (socket(7)).
        line: socket.socket = transport.get_extra_info("socket")
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    if flush:
        transport.close()
    else:
        transport.abort()
