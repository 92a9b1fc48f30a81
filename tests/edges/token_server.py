"""An identity host with an API on one loopback port, as RFC 6749 describes it: refresh tokens change with each use."""

import contextlib
import dataclasses
import http.server
import itertools
import json
import threading
import urllib.parse
from collections.abc import Iterator
from typing import Any

CLIENT, SECRET = "client-4711", "client-secret-canary"
PREFIX = "refresh-canary-"
CODE = "code-canary-1"


@dataclasses.dataclass
class Books:
    """What the server knows and has seen; `alive` is the one refresh token that is good."""

    alive: str = f"{PREFIX}start"
    grants: list[str] = dataclasses.field(default_factory=list)
    dead: list[str] = dataclasses.field(default_factory=list)
    reads: int = 0
    lose: int = 0
    """How many of the next token answers are lost on the way, after the token was replaced."""
    refuse: str | None = None
    """What the person says to a consent instead of yes."""
    lock: threading.Lock = dataclasses.field(default_factory=threading.Lock)
    numbers: Iterator[int] = dataclasses.field(default_factory=lambda: itertools.count(1))

    def redeem(self, form: dict[str, str]) -> dict[str, Any] | str:
        """Answer a token request: the tokens, or the error."""
        with self.lock:
            if (form.get("client_id"), form.get("client_secret")) != (CLIENT, SECRET):
                return "invalid_client"
            given = form.get("refresh_token", "")
            self.grants.append(form.get("code", given))
            if form.get("grant_type") == "authorization_code":
                good = form.get("code") == CODE and form.get("redirect_uri", "").startswith("http://127.0.0.1:")
            else:
                good = given == self.alive
            if not good:
                self.dead.append(given)
                return "invalid_grant"
            number = next(self.numbers)
            self.alive = f"{PREFIX}{number}"
            return {"access_token": f"access-canary-{number}", "refresh_token": self.alive, "expires_in": 3600}


class _Handler(http.server.BaseHTTPRequestHandler):
    books: Books

    def do_POST(self) -> None:
        """Answer a token request."""
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        found = self.books.redeem(dict(urllib.parse.parse_qsl(body)))
        if isinstance(found, str):
            self._reply(400, {"error": found, "Message": f"no: {body}"})
        elif self.books.lose:
            self.books.lose -= 1
            self.close_connection = True
        else:
            self._reply(200, found)

    def do_GET(self) -> None:
        """Answer a read of the API, or play the person who consents."""
        parts = urllib.parse.urlsplit(self.path)
        if parts.path == "/connect/authorize":
            self._consent(dict(urllib.parse.parse_qsl(parts.query)))
            return
        self.books.reads += 1
        good = self.headers.get("Authorization", "").startswith("Bearer access-canary-")
        self._reply(200 if good else 401, [])

    def _consent(self, query: dict[str, str]) -> None:
        said = {"error": self.books.refuse} if self.books.refuse else {"code": CODE}
        self.send_response(302)
        self.send_header("Location", f"{query['redirect_uri']}?{urllib.parse.urlencode({**said, **_state(query)})}")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _reply(self, status: int, data: Any) -> None:
        body = json.dumps(data).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Say nothing."""


def _state(query: dict[str, str]) -> dict[str, str]:
    return {"state": query["state"]}


@contextlib.contextmanager
def serving() -> Iterator[tuple[str, Books]]:
    """Serve on a free port; yield the address and the books."""
    books = Books()
    handler = type("Handler", (_Handler,), {"books": books})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", books
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
