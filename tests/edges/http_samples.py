"""A small wire, clients over scripted transports, and a server on a socket that answers with prepared bytes."""

import asyncio
import dataclasses
import json
import math
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx

from reconciler.contract import Answer, Endpoint, SignIn, Token, Verdict, Wire
from reconciler.model import Json, Secret
from reconciler.testing.clock import VirtualClock
from reconciler.vendors.http import Client, Connection, Keeper

LIST = Endpoint("list", "GET", "/api/things")
ONE = Endpoint("one", "GET", "/api/things/{id}")
SEARCH = Endpoint("search", "POST", "/api/things/search")
MAKE = Endpoint("make", "POST", "/api/things", mutates=True)
CHANGE = Endpoint("change", "PATCH", "/api/things/{id}", mutates=True)
REPLACE = Endpoint("replace", "PUT", "/api/things/{id}", mutates=True)
REMOVE = Endpoint("remove", "DELETE", "/api/things/{id}", mutates=True)
READS = (LIST, ONE, SEARCH)
CHANGES = (MAKE, CHANGE, REPLACE, REMOVE)
JSON = {"content-type": "application/json"}
TOKEN = "token-canary-"


def judge(answer: Answer) -> Verdict:
    """Judge as a plain vendor would: 401 signed out, 429 rate limit, other 4xx refused."""
    if answer.ok:
        return Verdict.CLEAR if answer.readable else Verdict.UNCLEAR
    known = {401: Verdict.SIGNED_OUT, 429: Verdict.RATE_LIMITED}
    return known.get(answer.status, Verdict.REFUSED if 400 <= answer.status < 500 else Verdict.UNCLEAR)


def explain(answer: Answer) -> str:
    """Return the message of an error body."""
    return str(answer.data.get("Message", "")) if isinstance(answer.data, dict) else ""


def read_token(data: Json) -> Token:
    """Read a token answer; ValueError when there is none in it."""
    if not isinstance(data, dict) or "access_token" not in data:
        raise ValueError("no token")
    return Token(Secret(str(data["access_token"])), float(str(data.get("expires_in", 600))))


SIGN_IN = SignIn(
    "/oauth/token",
    {"grant_type": "password", "username": "demo", "password": Secret("password-canary")},
    read_token,
    (Secret("key-canary"), Secret("secret-canary")),
)
OPEN = Wire(READS + CHANGES, judge, explain)
SIGNED = dataclasses.replace(OPEN, sign_in=SIGN_IN, headers={"X-Api-Version": "3.0"})


def reply(status: int = 200, data: Any = None, **headers: str) -> httpx.Response:
    """Make a JSON answer; header names with underscores for dashes."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, headers={**JSON, **named}, content=json.dumps({} if data is None else data))


Script = Callable[[httpx.Request], httpx.Response]


class Scripted(httpx.AsyncBaseTransport):
    """Answers from a list, the last one for ever; exceptions in it are raised. Counts and keeps requests."""

    def __init__(self, *answers: httpx.Response | Exception | Script) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []
        self.tokens = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request; sign-ins get a new token and do not use up the list."""
        await asyncio.sleep(0)
        if request.url.path == SIGN_IN.path:
            self.tokens += 1
            return reply(data={"access_token": f"{TOKEN}{self.tokens}", "expires_in": 600})
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        if callable(answer):
            return answer(request)
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)


def client(
    transport: httpx.AsyncBaseTransport | None,
    *,
    wire: Wire = OPEN,
    clock: VirtualClock | None = None,
    url: str = "http://127.0.0.1:9",
    keeper: Keeper | None = None,
    **options: Any,
) -> Client:
    """Make a client without a pace, in virtual time."""
    connection = Connection("acme", url, wire, **{"per_second": math.inf, **options})
    clock = clock or VirtualClock()
    return Client(connection, clock=clock, random=lambda: 0.5, transport=transport, keeper=keeper)


@dataclasses.dataclass(frozen=True)
class Prepared:
    """What the server does about one request: write `data`, then keep, close or reset the line, or hang.

    `before` cuts the line before the body of the request is read; `paced` writes a byte every few milliseconds.
    """

    data: bytes = b""
    then: str = "keep"
    before: bool = False
    paced: bool = False


def http(body: bytes, *, status: str = "200 OK", headers: Sequence[str] = (), length: int | None = None) -> bytes:
    """Write an answer; `length` is the announced one, -1 for none."""
    lines = [f"HTTP/1.1 {status}", "Content-Type: application/json", *headers]
    if length != -1:
        lines.append(f"Content-Length: {len(body) if length is None else length}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


class Server:
    """A server on a loopback socket; `requests` are the heads it saw, `connections` the lines it accepted."""

    def __init__(self, *prepared: Prepared, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[str] = []
        self.bodies: list[bytes] = []
        self.connections = 0
        self.port = 0
        self._prepared = list(prepared)
        self._tls = tls
        self._lines: list[asyncio.Task[Any] | None] = []

    @property
    def url(self) -> str:
        """The address to give a client."""
        return f"{'https' if self._tls else 'http'}://localhost:{self.port}"

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Server"]:
        """Serve on a free port."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._tls)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            await asyncio.gather(*(line for line in self._lines if line is not None))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._lines.append(asyncio.current_task())
        try:
            while await self._answer(reader, writer):
                pass
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        self.requests.append(head)
        prepared = self._prepared.pop(0) if len(self._prepared) > 1 else self._prepared[0]
        if not prepared.before:
            self.bodies.append(await reader.readexactly(_length(head)))
        if prepared.paced:
            await _drip(prepared.data, reader, writer)
        else:
            writer.write(prepared.data)
            await writer.drain()
        if prepared.then == "hang":
            await reader.read()
        if prepared.then == "reset":
            writer.transport.abort()
        return prepared.then == "keep"


async def _drip(data: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    for place in range(len(data)):
        writer.write(data[place : place + 1])
        try:
            await asyncio.wait_for(reader.read(), 0.005)
        except TimeoutError:
            continue
        return


def _length(head: str) -> int:
    found = [line.partition(":")[2] for line in head.split("\r\n") if line.lower().startswith("content-length:")]
    return int(found[0]) if found else 0
