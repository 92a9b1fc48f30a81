"""The loopback address that a vendor sends a person's browser back to: one small server for one answer.

Reads the first line of a request and nothing else. What does not carry the state of this login is not believed, and
waiting goes on.
"""

import asyncio
import contextlib
import dataclasses
import hmac
import html
import ipaddress
import urllib.parse
from collections.abc import AsyncIterator, Callable

from reconciler.errors import ConfigurationError, ReconcilerError
from reconciler.model import Secret

LONGEST_REQUEST = 16 * 1024
"""Bytes of a request's head; a code is far smaller."""
SLOWEST = 10.0
"""Seconds a browser may take to send it."""
_STRANGE = "this is not the answer to the login under way"


@dataclasses.dataclass(frozen=True)
class Redirect:
    """Where the browser comes back to, taken apart."""

    host: str
    port: int
    path: str

    def at(self, port: int) -> str:
        """Return the address with a port, as the vendor is told it."""
        shown = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{shown}:{port}{self.path}"


@dataclasses.dataclass(frozen=True)
class Returned:
    """What the browser brought: a code, or the vendor's word for why there is none."""

    code: Secret | None
    error: str = ""


def parse(url: str) -> Redirect:
    """Read a redirect; ConfigurationError unless it is plain http on loopback with a port."""
    try:
        parts = urllib.parse.urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port = "", None
    if port is None or parts.scheme != "http" or parts.query or parts.fragment or not _is_loopback(host):
        raise ConfigurationError(f"redirect {url!r} is no loopback address; write http://127.0.0.1:PORT")
    return Redirect(host, port, parts.path)


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Listener:
    """Waits for the browser; `redirect` is the address with the port that is listened on."""

    def __init__(self, redirect: Redirect, *, state: str, note: Callable[[str], None]) -> None:
        self.redirect = ""
        self._where = redirect
        self._state = state
        self._note = note
        self._returned: asyncio.Future[Returned] = asyncio.get_running_loop().create_future()

    async def returned(self) -> Returned:
        """Wait for the answer that carries our state."""
        return await asyncio.shield(self._returned)

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator["Listener"]:
        """Listen inside the block; ReconcilerError when the port is taken."""
        where = self._where
        try:
            server = await asyncio.start_server(self._serve, where.host, where.port, limit=LONGEST_REQUEST)
        except OSError as error:
            raise ReconcilerError(
                f"{where.at(where.port)} cannot be listened on ({error.strerror or error}); end the program that uses"
                " the port, then log in again"
            ) from error
        self.redirect = where.at(server.sockets[0].getsockname()[1])
        try:
            yield self
        finally:
            server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, ValueError, TimeoutError, asyncio.IncompleteReadError):
            async with asyncio.timeout(SLOWEST):
                head = await reader.readuntil(b"\r\n\r\n")
                status, text = self._answer(head.split(b"\r\n", 1)[0].decode("ascii", "replace"))
                writer.write(_page(status, text))
                await writer.drain()
        writer.close()

    def _answer(self, line: str) -> tuple[str, str]:
        """Judge a request by its first line; return the status and what the person reads."""
        method, _, rest = line.partition(" ")
        parts = urllib.parse.urlsplit(rest.partition(" ")[0])
        given = dict(urllib.parse.parse_qsl(parts.query))
        if method != "GET" or parts.path.rstrip("/") != self._where.path.rstrip("/") or "state" not in given:
            return "404 Not Found", "there is nothing here"
        if not hmac.compare_digest(given["state"].encode(), self._state.encode()):
            self._note(f"a browser came back with the state of another login; {_STRANGE}, still waiting")
            return "400 Bad Request", _STRANGE
        returned = _returned(given)
        if returned is None:
            return "400 Bad Request", "the answer holds neither a code nor an error"
        if not self._returned.done():
            self._returned.set_result(returned)
        return "200 OK", "that is all; the terminal says how it went, this window can be closed"


def _returned(given: dict[str, str]) -> Returned | None:
    if "error" in given:
        return Returned(None, given["error"])
    return Returned(Secret(given["code"])) if given.get("code") else None


def _page(status: str, text: str) -> bytes:
    body = f"<!doctype html><meta charset=utf-8><title>reconciler</title><p>{html.escape(text)}</p>\n".encode()
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {len(body)}\r\n"
        "Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nConnection: close\r\n\r\n"
    )
    return head.encode("ascii") + body
