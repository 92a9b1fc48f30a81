"""Names and addresses: resolved once, vetted whole, connected to by address."""

import asyncio
from collections.abc import Sequence

import httpcore
import pytest

from reconciler.vendors.http.origins import parse_origin
from reconciler.vendors.http.transport import AdmittedNetwork


class Resolver:
    """Answers from a list, the last one for ever; counts how often it was asked."""

    def __init__(self, *answers: Sequence[str] | OSError) -> None:
        self.asked = 0
        self._answers = list(answers)

    async def __call__(self, _host: str, _port: int) -> Sequence[str]:
        """Resolve a name."""
        self.asked += 1
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, OSError):
            raise answer
        return answer


async def listen() -> tuple[asyncio.Server, int]:
    """Start a server that accepts and closes."""

    async def close(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(close, "127.0.0.1", 0)
    return server, server.sockets[0].getsockname()[1]


def connect(url: str, resolver: Resolver, *, times: int = 1, allow_private: bool = False) -> int:
    """Connect some times to a listening loopback port under the name of a URL; return how often that went well."""

    async def main() -> int:
        server, port = await listen()
        made = 0
        origin = parse_origin(url)
        network = AdmittedNetwork(origin, allow_private=allow_private, resolve=resolver)
        async with server:
            for _ in range(times):
                stream = await network.connect_tcp(origin.host, port, 1.0)
                await stream.aclose()
                made += 1
        return made

    return asyncio.run(main())


def test_a_name_is_resolved_once() -> None:
    """A name that turns private after the first look is not looked at again."""
    resolver = Resolver(["127.0.0.1"], ["169.254.169.254"])

    connect("http://localhost", resolver, times=3)

    assert resolver.asked == 1


def test_the_next_address_is_tried() -> None:
    """A name with several addresses is reached when one of them answers."""
    assert connect("https://vendor.example", Resolver(["127.0.0.9", "127.0.0.1"]), allow_private=True) == 1


class Swallowing(httpcore.AsyncNetworkBackend):
    """A network on which packets to one address vanish; keeps who was called and for how long."""

    def __init__(self, dead: str) -> None:
        self.calls: list[tuple[str, float | None]] = []
        self._dead = dead

    async def connect_tcp(
        self,
        host: str,
        _port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        _local_address: str | None = None,
        _socket_options: object = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect, or time out."""
        self.calls.append((host, timeout))
        if host == self._dead and timeout is not None:
            raise httpcore.ConnectTimeout
        return httpcore.AsyncMockStream([])


def test_an_address_that_swallows_packets_leaves_time_for_the_next() -> None:
    """All addresses but the last get a short time, and the one that answered is the first to be called again."""
    inner = Swallowing("2606:2800::1")
    origin = parse_origin("https://vendor.example")
    resolver = Resolver(["2606:2800::1", "93.184.216.34"])
    network = AdmittedNetwork(origin, allow_private=False, resolve=resolver, inner=inner)

    async def main() -> None:
        for _ in range(2):
            await network.connect_tcp(origin.host, origin.port)

    asyncio.run(main())

    assert inner.calls == [("2606:2800::1", 3.0), ("93.184.216.34", None), ("93.184.216.34", 3.0)]
    assert resolver.asked == 1


def test_a_name_whose_addresses_are_dead_is_asked_again() -> None:
    """When nothing answers at the known addresses the next connection looks anew, and vets anew."""
    resolver = Resolver(["127.0.0.9"], ["8.8.8.8"])

    async def main() -> None:
        server, port = await listen()
        network = AdmittedNetwork(parse_origin("http://localhost"), allow_private=False, resolve=resolver)
        async with server:
            with pytest.raises(httpcore.ConnectError, match="connection"):
                await network.connect_tcp("localhost", port, 1.0)
            with pytest.raises(httpcore.ConnectError, match="not admitted"):
                await network.connect_tcp("localhost", port, 1.0)

    asyncio.run(main())

    assert resolver.asked == 2


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://vendor.example", ["10.0.0.1"]),
        ("https://vendor.example", ["8.8.8.8", "10.0.0.1"]),
        ("https://vendor.example", ["127.0.0.1"]),
        ("https://vendor.example", ["::1"]),
        ("https://vendor.example", ["fe80::1%eth0"]),
        ("https://vendor.example", ["64:ff9b::7f00:1"]),
        ("http://localhost", ["8.8.8.8"]),
        ("http://localhost", ["127.0.0.1", "192.168.0.1"]),
    ],
)
def test_a_name_with_a_forbidden_address_is_not_connected_to(url: str, found: list[str]) -> None:
    """One bad address among good ones is enough."""
    with pytest.raises(httpcore.ConnectError, match="not admitted"):
        connect(url, Resolver(found))


def test_a_name_that_does_not_resolve_is_asked_again_later() -> None:
    """A failed look-up is a failed connection, and not remembered."""
    resolver = Resolver(OSError(-2, "Name or service not known"), [], ["127.0.0.1"])

    async def main() -> None:
        server, port = await listen()
        network = AdmittedNetwork(parse_origin("http://localhost"), allow_private=False, resolve=resolver)
        async with server:
            with pytest.raises(httpcore.ConnectError, match="Name or service not known"):
                await network.connect_tcp("localhost", port, 1.0)
            with pytest.raises(httpcore.ConnectError, match="no address"):
                await network.connect_tcp("localhost", port, 1.0)
            await (await network.connect_tcp("localhost", port, 1.0)).aclose()

    asyncio.run(main())

    assert resolver.asked == 3
