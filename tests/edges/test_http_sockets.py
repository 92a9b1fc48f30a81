"""The client over real sockets: how often a request arrives, and what broken answers become."""

import asyncio
import gzip
import json
import logging
import socket
import zlib
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

from reconciler import errors
from reconciler.contract import Answer, Endpoint
from reconciler.testing.clock import VirtualClock
from reconciler.vendors.http import Client
from tests.edges import http_samples
from tests.edges.http_samples import CHANGES, LIST, MAKE, Prepared, Server, http

TIMEOUT = 0.2


def work(server: Server, doing: Callable[[Client], Awaitable[Answer]], **options: Any) -> Answer:
    """Run the server and do something with a client of it."""

    async def main() -> Answer:
        async with server.running(), http_samples.client(None, url=server.url, **options) as client:
            return await doing(client)

    return asyncio.run(main())


async def fetch(client: Client) -> Answer:
    """Read the list."""
    return await client.reader.fetch(LIST.call())


async def make(client: Client) -> Answer:
    """Make a thing."""
    return await client.send(MAKE.call(body={"name": "a"}))


@pytest.mark.parametrize("endpoint", CHANGES, ids=lambda endpoint: endpoint.method)
@pytest.mark.parametrize("then", ["close", "reset"])
def test_a_connection_closed_after_the_request_has_seen_it_once(endpoint: Endpoint, then: str) -> None:
    """POST, PATCH, PUT and DELETE arrive exactly once when the server closes the line without an answer."""
    server = Server(Prepared(then=then))
    call = endpoint.call({"id": "1"} if "{" in endpoint.path else {}, body={"a": 1})

    with pytest.raises(errors.NoAnswer) as caught:
        work(server, lambda client: client.send(call))

    assert not caught.value.deadline
    assert (len(server.requests), server.bodies, server.connections) == (1, [b'{"a":1}'], 1)


def test_a_reset_in_the_middle_of_the_body_is_no_answer() -> None:
    """Once a byte may have left, a cut line proves nothing."""
    server = Server(Prepared(then="reset", before=True))
    call = MAKE.call(body={"text": "x" * 5_000_000})

    with pytest.raises(errors.NoAnswer):
        work(server, lambda client: client.send(call), timeout=5.0)

    assert len(server.requests) == 1


def test_changes_never_share_a_connection() -> None:
    """Each change has a connection of its own; reads share one."""
    server = Server(Prepared(http(b"[]")))

    async def doing(client: Client) -> Answer:
        for _ in range(3):
            await fetch(client)
        assert server.connections == 1
        for _ in range(3):
            await make(client)
        assert server.connections == 4
        return await fetch(client)

    work(server, doing)

    assert (len(server.requests), server.connections) == (7, 4)
    assert ["connection: close" in head for head in server.requests] == [False] * 3 + [True] * 3 + [False]


def test_a_read_survives_a_kept_connection_that_died() -> None:
    """A server that closes an idle line costs a read nothing but a new connection."""
    server = Server(Prepared(http(b"[1]"), then="close"))

    async def doing(client: Client) -> Answer:
        await fetch(client)
        return await fetch(client)

    assert work(server, doing).data == [1]
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    "prepared",
    [
        Prepared(then="hang"),
        Prepared(http(b"[]" + b" " * 2000), paced=True),
        Prepared(http(b"[", length=9), then="hang"),
    ],
    ids=["silent", "byte by byte", "stuck in the body"],
)
def test_the_deadline_is_for_the_whole_answer(prepared: Prepared) -> None:
    """An answer that trickles does not extend the deadline; a change is in doubt and says why."""
    server = Server(prepared)

    with pytest.raises(errors.NoAnswer) as caught:
        work(server, make, timeout=TIMEOUT)

    assert caught.value.deadline
    assert len(server.requests) == 1


def test_a_deadline_while_connecting_has_sent_nothing() -> None:
    """A handshake that never ends is over before the first byte of the request."""

    async def main() -> None:
        async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read()
            writer.close()

        server = await asyncio.start_server(silent, "127.0.0.1", 0)
        url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with server, http_samples.client(None, url=url, allow_private=True, timeout=TIMEOUT) as client:
            with pytest.raises(errors.NotSent):
                await make(client)

    asyncio.run(main())


def test_a_port_that_nobody_listens_on_has_got_nothing() -> None:
    """A refused connection is not sent."""

    async def main() -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
        async with http_samples.client(None, url=f"http://127.0.0.1:{port}") as client:
            with pytest.raises(errors.NotSent, match="cannot connect"):
                await make(client)

    asyncio.run(main())


@pytest.mark.parametrize(
    "data",
    [
        http(b'[{"id":', length=5000),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n[]\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n[]\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n[]",
        b"HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\n[]",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000 + b"\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
    ],
    ids=["short", "bad chunk", "open chunk", "two lengths", "negative length", "huge header", "other protocol"],
)
def test_a_broken_answer_is_no_answer(data: bytes) -> None:
    """A cut or malformed answer is an error for a read, after its tries, and doubt for a change."""
    for doing, arrivals in ((fetch, 3), (make, 1)):
        server = Server(Prepared(data, then="close"))

        with pytest.raises(errors.NoAnswer):
            work(server, doing)

        assert len(server.requests) == arrivals


def test_a_redirect_is_not_followed() -> None:
    """Credentials and bodies go nowhere but to the pinned origin."""
    for doing, status in ((fetch, 302), (make, 307)):
        other, server = Server(Prepared(http(b"[]"))), Server()

        async def main(
            doing: Callable[[Client], Awaitable[Answer]], status: int, other: Server, server: Server
        ) -> None:
            async with other.running():
                server._prepared = [
                    Prepared(http(b"{}", status=f"{status} Go", headers=[f"Location: {other.url}/api"]))
                ]
                async with server.running(), http_samples.client(None, url=server.url) as client:
                    if doing is fetch:
                        with pytest.raises(errors.BadAnswer):
                            await doing(client)
                    else:
                        assert (await doing(client)).status == status

        asyncio.run(main(doing, status, other, server))

        assert (len(server.requests), len(other.requests)) == (1, 0)


def bare_deflate(body: bytes) -> bytes:
    """Compress without the zlib header, as some servers do."""
    squeezer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return squeezer.compress(body) + squeezer.flush()


GZIP, DEFLATE = "Content-Encoding: gzip", "Content-Encoding: deflate"
PAGE = json.dumps([{"id": number} for number in range(500)]).encode()


@pytest.mark.parametrize(
    ("body", "header"),
    [
        (gzip.compress(PAGE), GZIP),
        (zlib.compress(PAGE), DEFLATE),
        (bare_deflate(PAGE), DEFLATE),
        (PAGE, "Content-Encoding: identity"),
    ],
    ids=["gzip", "zlib", "bare deflate", "identity"],
)
def test_a_compressed_answer_is_read(body: bytes, header: str) -> None:
    """The encodings we ask for are understood, deflate in both of its forms."""
    assert work(Server(Prepared(http(body, headers=[header]))), fetch).data == json.loads(PAGE)


@pytest.mark.parametrize(
    ("body", "header"),
    [
        (gzip.compress(b" " * 5_000_000), GZIP),
        (gzip.compress(PAGE)[:-9], GZIP),
        (gzip.compress(PAGE) + gzip.compress(PAGE), GZIP),
        (b"not gzip", GZIP),
        (PAGE, "Content-Encoding: br"),
        (gzip.compress(PAGE), "Content-Encoding: gzip, gzip"),
        (b"[" + b" " * 2_000_000 + b"]", "X: y"),
    ],
    ids=["bomb", "cut", "two members", "damaged", "brotli", "twice", "huge"],
)
def test_a_body_over_the_limit_or_damaged_is_a_bad_answer(body: bytes, header: str) -> None:
    """Caps hold on the wire and after decompressing; a damaged stream is not half a list."""
    with pytest.raises(errors.BadAnswer):
        work(Server(Prepared(http(body, headers=[header]))), fetch, max_bytes=1_000_000)


def test_a_huge_body_without_a_length_is_cut_off() -> None:
    """An endless answer is left at the limit, not read to the end."""
    data = b"HTTP/1.1 200 OK\r\n\r\n" + b" " * 3_000_000
    server = Server(Prepared(data, then="hang"))

    with pytest.raises(errors.BadAnswer):
        work(server, fetch, max_bytes=100_000)


CANARIES = ("password-canary", "key-canary", "secret-canary", "token-canary", "cookie-canary")


class Kept(logging.Handler):
    """Keeps every record that reaches the root logger; pytest's own would also sit on loggers cut off from it."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record with its arguments."""
        self.lines.append(f"{record.name} {record.getMessage()} {record.args!r}")


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Iterator[Callable[[], str]]:
    """Sign in, read and change something with all logging on, and return what reached the root logger."""
    caplog.set_level(logging.DEBUG)
    kept, root = Kept(), logging.getLogger()
    root.addHandler(kept)

    def run() -> str:
        echo = ["Set-Cookie: cookie-canary", "X-Echo: token-canary"]
        server = Server(Prepared(http(b'{"access_token": "token-canary"}')), Prepared(http(b"[]", headers=echo)))

        async def doing(client: Client) -> Answer:
            await fetch(client)
            return await make(client)

        work(server, doing, wire=http_samples.SIGNED)
        assert len(server.requests) == 3
        return "\n".join(kept.lines)

    yield run
    root.removeHandler(kept)


@pytest.mark.parametrize("loud", ["root", "httpcore.http11", "httpcore.connection"])
def test_nothing_secret_is_logged_at_debug(
    loud: str, logged: Callable[[], str], caplog: pytest.LogCaptureFixture
) -> None:
    """The libraries would log headers; they are silent when everything is on, one of their own loggers included."""
    caplog.set_level(logging.DEBUG, logger=loud)

    text = logged()

    assert "asyncio" in text
    assert "httpcore" not in text
    assert not any(canary in text for canary in CANARIES)


def test_the_libraries_would_log_secrets(
    logged: Callable[[], str], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: with the loggers as the library leaves them, the same look finds what the vendor sent."""
    caplog.set_level(logging.DEBUG, logger="httpcore")
    monkeypatch.setattr(logging.getLogger("httpcore"), "propagate", True)

    text = logged()

    assert "cookie-canary" in text
    assert "token-canary" in text


def test_proxies_of_the_environment_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where requests go is said in the configuration and nowhere else."""
    proxy, server = Server(Prepared(http(b'["proxy"]'))), Server(Prepared(http(b'["vendor"]')))

    async def main() -> tuple[Answer, Answer]:
        async with proxy.running(), server.running():
            for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
                monkeypatch.setenv(name, proxy.url)
                monkeypatch.setenv(name.lower(), proxy.url)
            monkeypatch.setenv("NO_PROXY", "")
            async with http_samples.client(None, url=server.url) as client:
                return await fetch(client), await make(client)

    read, changed = asyncio.run(main())

    assert (read.data, changed.data) == (["vendor"], ["vendor"])
    assert (proxy.connections, len(server.requests)) == (0, 2)


def test_a_read_waits_in_virtual_time_only() -> None:
    """Waits between tries come from the clock that was given."""
    clock = VirtualClock()
    server = Server(Prepared(then="close"), Prepared(then="close"), Prepared(http(b"[7]")))

    async def main() -> Answer:
        async with server.running(), http_samples.client(None, url=server.url, clock=clock) as client:
            return await fetch(client)

    assert asyncio.run(main()).data == [7]
    assert clock.sleeps == [1.0, 2.0]
