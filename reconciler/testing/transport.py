"""A transport that talks to a vendor simulator in the same process, faults included.

The simulator cannot cut a connection that does not exist: it raises `ConnectionDropped`, which becomes here
what a client on a socket would have seen.
"""

import httpx
from starlette.types import ASGIApp

from reconciler.sandbox import ConnectionDropped


class SandboxTransport(httpx.AsyncBaseTransport):
    """Carries requests into an ASGI app and reports a cut connection as httpx does."""

    def __init__(self, app: ASGIApp) -> None:
        self._inner = httpx.ASGITransport(app)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request; httpx.ReadError or httpx.RemoteProtocolError when the simulator cuts it."""
        try:
            return await self._inner.handle_async_request(request)
        except ConnectionDropped as dropped:
            kind = httpx.ReadError if dropped.reset else httpx.RemoteProtocolError
            raise kind(str(dropped), request=request) from dropped
