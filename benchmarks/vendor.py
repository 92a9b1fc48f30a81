"""A vendor that costs almost nothing: the BSS over asyncio's own sockets, in a process of its own.

`python -m benchmarks.vendor SIZE [--mixed] [--latency MS]` prints its port and serves on loopback until killed.
`GET /_bench/window` tells how fast accounts were created since the last time it was asked; `GET /_bench/latency/MS`
changes the latency.
"""

import argparse
import asyncio
import contextlib
import dataclasses
import gc
import json
import re
import time
from collections.abc import Callable

from benchmarks.books import Answer, Books
from benchmarks.estates import Estate

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


@dataclasses.dataclass
class Window:
    """From the first look-up or creation to the answer of the last creation."""

    began: float = 0.0
    ended: float = 0.0
    requests: int = 0
    counted: int = 0
    creations: int = 0

    def arrived(self, method: str, target: str) -> bool:
        """Count a request; return whether it is a creation."""
        creates = method == "POST" and not target.startswith("/oauth")
        if not self.began and (creates or "filter" in target):
            self.began = time.monotonic()
        self.requests += self.began > 0
        return creates

    def answered(self) -> None:
        """Note that a creation was answered."""
        self.ended = time.monotonic()
        self.creations += 1
        self.counted = self.requests

    def tell(self) -> Answer:
        """Return what was counted."""
        told = {"creations": self.creations, "requests": self.counted, "seconds": self.ended - self.began}
        return 200, json.dumps(told).encode()


class Vendor:
    """The state shared by all connections; `latency` in seconds is added to each business request."""

    def __init__(self, books: Books, *, latency: float) -> None:
        self._books = books
        self._latency = latency
        self._window = Window()

    def handle(self, method: str, target: str, body: bytes, *, reply: Callable[[Answer], None]) -> None:
        """Answer one request by calling `reply`, now or after the latency."""
        if target.startswith("/_bench/"):
            reply(self._told(target))
            return
        creates = self._window.arrived(method, target)

        def finish() -> None:
            answer = self._books.answer(method, target, body)
            if creates:
                self._window.answered()
            reply(answer)

        if self._latency and not target.startswith("/oauth"):
            asyncio.get_running_loop().call_later(self._latency, finish)
        else:
            finish()

    def _told(self, target: str) -> Answer:
        _, _, what, *value = target.split("/")
        if what == "latency":
            self._latency = float(value[0]) / 1000
        told, self._window = self._window.tell(), Window()
        return told


class Speaker(asyncio.Protocol):
    """HTTP/1.1 on one connection, no more of it than clients need: lengths, keep-alive, no pipelining."""

    def __init__(self, vendor: Vendor) -> None:
        self._vendor = vendor
        self._data = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the connection."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Handle a request when it is whole."""
        self._data += data
        head, found, rest = self._data.partition(b"\r\n\r\n")
        if not found:
            return
        length = _LENGTH.search(head)
        if length is not None and len(rest) < int(length[1]):
            return
        self._data = b""
        method, target, _ = head.split(b"\r\n", 1)[0].decode().split(" ")
        self._vendor.handle(method, target, rest, reply=self._reply)

    def _reply(self, answer: Answer) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        status, body = answer
        head = f"HTTP/1.1 {status} x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self._transport.write(head.encode() + body)


async def serve(vendor: Vendor) -> None:
    """Serve on a free loopback port, printed on stdout, until killed."""
    server = await asyncio.get_running_loop().create_server(lambda: Speaker(vendor), "127.0.0.1", 0, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.vendor")
    parser.add_argument("size", type=int)
    parser.add_argument("--mixed", action="store_true")
    parser.add_argument("--latency", type=float, default=0.0, metavar="MS")
    given = parser.parse_args()
    books = Books(Estate(given.size, mixed=given.mixed))
    gc.freeze()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(Vendor(books, latency=given.latency / 1000)))


if __name__ == "__main__":
    main()
