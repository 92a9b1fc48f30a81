"""The interworks simulator as the sandbox sees it: credentials, versions, rate limit, then the endpoints."""

from collections import deque
from datetime import datetime, timedelta

from reconciler.sandbox.interworks import errors, routing, tokens
from reconciler.sandbox.interworks.backoffice import Office, settle
from reconciler.sandbox.interworks.errors import Refused, invalid
from reconciler.sandbox.interworks.settings import Settings
from reconciler.sandbox.interworks.store import Books, Desk
from reconciler.sandbox.messages import Reply, Request

NAME = "interworks"
VERSIONS = frozenset({"1", "2", "2.1", "2.2", "3.0", "latest"})
_READS = frozenset({"GET", "HEAD", "OPTIONS"})


class Interworks:
    """A BSS with the systems AVG, Panda and BitTitan behind it."""

    name = NAME

    def __init__(self) -> None:
        self._desk = Desk(Books(), Settings())
        self._recent: deque[datetime] = deque()
        self.office = Office(self._desk)

    @property
    def changes(self) -> int:
        """Count the changes to the books."""
        return self._desk.books.changes

    def settle(self, _: datetime, /) -> None:
        """Do nothing: provisioning goes on when a caller asks, since polls hold it back too."""

    def handle(self, request: Request) -> Reply:
        """Answer one request and commit its effects."""
        settle(self._desk, request.now)
        if request.path.rstrip("/").lower() == tokens.PATH and request.method == "POST":
            return tokens.answer_token(self._desk, request)
        try:
            tokens.check_token(self._desk, request)
            if request.headers.get("x-api-version", "").strip() not in VERSIONS:
                raise invalid("X-Api-Version is missing or unknown", field="X-Api-Version")
            if self._too_fast(request.received):
                return self.rate_limited()
            return routing.answer(self._desk, request)
        except Refused as refused:
            return refused.reply()

    def is_mutating(self, request: Request) -> bool:
        """Say whether the request may change something; getting a token does not."""
        return request.method not in _READS and request.path.rstrip("/").lower() != tokens.PATH

    def refusal(self, status: int) -> Reply:
        """Return an answer of this status in the vendor's error shape."""
        return Refused(status, f"simulated answer {status}").reply()

    def rate_limited(self) -> Reply:
        """Return 403 RateLimit."""
        return errors.rate_limited(self._desk.settings.retry_after)

    def _too_fast(self, now: datetime) -> bool:
        limit = self._desk.settings.rate_limit
        if not limit:
            self._recent.clear()
            return False
        while self._recent and self._recent[0] <= now - timedelta(seconds=1):
            self._recent.popleft()
        if len(self._recent) >= limit:
            return True
        self._recent.append(now)
        return False
