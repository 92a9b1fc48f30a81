"""The transport: httpcore under our own rules, behind the interface of httpx.

Over httpcore instead of `httpx.AsyncHTTPTransport`, because three rules need what that class hides: names are
resolved once by us and connected to only at admitted addresses (TLS still checks the name); a request marked
`FRESH` gets a connection of its own, so that a stale pooled one can never put it in doubt; nothing is repeated.
There is no client object above it that could follow a redirect, keep a cookie or read a proxy from the
environment. The libraries' loggers are silenced here: they write URLs and headers.
"""

import asyncio
import contextlib
import ipaddress
import logging
import ssl
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence

import httpcore
import httpx

from reconciler.errors import ConfigurationError
from reconciler.vendors.http import addresses
from reconciler.vendors.http.connection import Connection
from reconciler.vendors.http.origins import Origin, parse_origin

FRESH = "reconciler.fresh"
"""Request extension: true for a request that must have a connection of its own."""

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

_IDLE_SECONDS = 15.0
# For each address but the last, so that one that swallows packets leaves time for the next.
_PATIENCE_SECONDS = 3.0

for _name in ("httpx", "httpcore", "h11", "hpack"):
    _logger = logging.getLogger(_name)
    _logger.setLevel(logging.CRITICAL + 1)
    _logger.propagate = False


async def resolve(host: str, port: int) -> Sequence[str]:
    """Return the addresses of a host, in the system's order; OSError when there is none."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=1)  # 1: SOCK_STREAM
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class AdmittedNetwork(httpcore.AsyncNetworkBackend):
    """Connects to admitted addresses only; a name is resolved once, until connecting to it fails.

    `inner` opens the sockets; it is given addresses, never names.
    """

    def __init__(
        self,
        origin: Origin,
        *,
        allow_private: bool,
        resolve: Resolve = resolve,
        inner: httpcore.AsyncNetworkBackend | None = None,
    ) -> None:
        self._origin = origin
        self._allow_private = allow_private
        self._resolve = resolve
        self._inner = inner or httpcore.AnyIOBackend()
        self._known: Sequence[str] = ()

    async def connect_tcp(  # noqa: PLR0917 - httpcore's signature
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first admitted address that answers; httpcore.ConnectError when there is none."""
        if not self._known:
            self._known = await self._admit(host, port)
        known, last = self._known, None
        for number, address in enumerate(known, start=1):
            patience = timeout if number == len(known) else min(timeout or _PATIENCE_SECONDS, _PATIENCE_SECONDS)
            try:
                stream = await self._inner.connect_tcp(address, port, patience, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                last = error
                continue
            self._known = (address, *(other for other in known if other != address))  # the next goes there at once
            return _BeforeTls(stream) if self._origin.encrypted else stream
        self._known = ()
        raise httpcore.ConnectError(str(last)) from last

    async def _admit(self, host: str, port: int) -> Sequence[str]:
        try:
            found = await self._resolve(host, port)
        except OSError as error:
            raise httpcore.ConnectError(f"name cannot be resolved: {error.strerror or error}") from error
        for address in found:
            # All of them, not the good ones: a name with a private address beside a global one is an attack.
            if not addresses.is_admitted(
                ipaddress.ip_address(address.partition("%")[0]),
                allow_private=self._allow_private,
                loopback_only=not self._origin.encrypted,
            ):
                raise httpcore.ConnectError(f"address {address} is not admitted")
        if not found:
            raise httpcore.ConnectError("name has no address")
        return found


class _BeforeTls(httpcore.AsyncNetworkStream):
    """A fresh line that is closed when its handshake is abandoned; the library closes it on errors only."""

    def __init__(self, inner: httpcore.AsyncNetworkStream) -> None:
        self._inner = inner

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
    ) -> httpcore.AsyncNetworkStream:
        try:
            return await self._inner.start_tls(ssl_context, server_hostname, timeout)
        except BaseException:
            await self._inner.aclose()
            raise

    async def aclose(self) -> None:
        await self._inner.aclose()


class DirectTransport(httpx.AsyncBaseTransport):
    """Sends each request once, straight to the vendor's origin.

    Raises httpx exceptions. Reads share a few kept connections; `FRESH` requests get a new one each.
    """

    def __init__(self, connection: Connection, *, resolve: Resolve = resolve) -> None:
        origin = parse_origin(connection.url)
        self._tls = _tls(connection) if origin.encrypted else None
        self._network = AdmittedNetwork(origin, allow_private=connection.allow_private, resolve=resolve)
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=self._tls,
            max_connections=connection.concurrency,
            keepalive_expiry=_IDLE_SECONDS,
            retries=0,
            network_backend=self._network,
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request and return the answer once its headers are there."""
        if not isinstance(request.stream, httpx.AsyncByteStream):
            raise httpx.LocalProtocolError("the body is not asynchronous", request=request)
        url = request.url
        target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        core = httpcore.Request(
            request.method,
            target,
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        if not request.extensions.get(FRESH):
            with _as_httpx():
                answer = await self._pool.handle_async_request(core)
            return _response(answer, None)
        line = httpcore.AsyncHTTPConnection(target.origin, self._tls, retries=0, network_backend=self._network)
        try:
            with _as_httpx():
                answer = await line.handle_async_request(core)
        except BaseException:
            await line.aclose()
            raise
        return _response(answer, line)

    async def aclose(self) -> None:
        """Close the kept connections."""
        await self._pool.aclose()


class _Body(httpx.AsyncByteStream):
    def __init__(self, answer: httpcore.Response, line: httpcore.AsyncHTTPConnection | None) -> None:
        self._answer = answer
        self._line = line

    async def __aiter__(self) -> AsyncIterator[bytes]:
        stream = self._answer.stream
        assert isinstance(stream, AsyncIterable)
        with _as_httpx():
            async for part in stream:
                yield part

    async def aclose(self) -> None:
        with _as_httpx():
            try:
                await self._answer.aclose()
            finally:
                if self._line is not None:
                    await self._line.aclose()


def _response(answer: httpcore.Response, line: httpcore.AsyncHTTPConnection | None) -> httpx.Response:
    return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer, line))


@contextlib.contextmanager
def _as_httpx() -> Iterator[None]:
    try:
        yield
    except tuple(TRANSLATION) as error:
        kind = next(TRANSLATION[known] for known in type(error).__mro__ if known in TRANSLATION)
        raise kind(str(error)) from error


TRANSLATION: dict[type[Exception], type[httpx.TransportError]] = {
    httpcore.TimeoutException: httpx.TimeoutException,
    httpcore.ConnectTimeout: httpx.ConnectTimeout,
    httpcore.ReadTimeout: httpx.ReadTimeout,
    httpcore.WriteTimeout: httpx.WriteTimeout,
    httpcore.PoolTimeout: httpx.PoolTimeout,
    httpcore.NetworkError: httpx.NetworkError,
    httpcore.ConnectError: httpx.ConnectError,
    httpcore.ReadError: httpx.ReadError,
    httpcore.WriteError: httpx.WriteError,
    httpcore.ProxyError: httpx.ProxyError,
    httpcore.UnsupportedProtocol: httpx.UnsupportedProtocol,
    httpcore.ProtocolError: httpx.ProtocolError,
    httpcore.LocalProtocolError: httpx.LocalProtocolError,
    httpcore.RemoteProtocolError: httpx.RemoteProtocolError,
}


def _tls(connection: Connection) -> ssl.SSLContext:
    context = httpx.create_ssl_context(trust_env=False)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if connection.ca_file is not None:
        try:
            context.load_verify_locations(connection.ca_file)
        except (OSError, ssl.SSLError) as error:
            raise ConfigurationError(
                f"vendors.{connection.name}.caFile {connection.ca_file} cannot be used; give a file of PEM certificates"
            ) from error
    return context
