"""The Dimensions simulator as the sandbox sees it: the identity host, then tokens, rate limit, endpoints."""

from collections import deque
from datetime import UTC, datetime, timedelta

from reconciler.sandbox.dimensions import errors, login, routing, tokens
from reconciler.sandbox.dimensions.backoffice import Office, settle
from reconciler.sandbox.dimensions.errors import ChargesNotAccepted, Refused, not_found
from reconciler.sandbox.dimensions.settings import Settings
from reconciler.sandbox.dimensions.store import Books, Desk
from reconciler.sandbox.messages import Reply, Request, with_header

NAME, LOGIN_NAME = "dimensions", "dimensions-login"
_READS = frozenset({"GET", "HEAD", "OPTIONS"})


class Dimensions:
    """Dimensions with the resellers of a demo enterprise, and telephone systems to import users from."""

    name = NAME

    def __init__(self) -> None:
        self._desk = Desk(Books(), Settings())
        self._recent: deque[datetime] = deque()
        self._now = datetime.min.replace(tzinfo=UTC)
        self.office = Office(self._desk)

    @property
    def changes(self) -> int:
        """Count the changes to the books."""
        return self._desk.books.changes

    def settle(self, now: datetime, /) -> None:
        """Do the imports that have come due by now."""
        self._now = now
        settle(self._desk, now)

    def handle(self, request: Request) -> Reply:
        """Answer one request and commit its effects."""
        self.settle(request.now)
        try:
            return self._answer(request)
        except ChargesNotAccepted as unpaid:
            return unpaid.reply()
        except Refused as refused:
            return refused.reply(request.now)

    def is_mutating(self, request: Request) -> bool:
        """Say whether the request may change something; signing in does not."""
        return request.method not in _READS and not _is_login(request)

    def refusal(self, status: int) -> Reply:
        """Return an answer of this status in the vendor's error shape."""
        return errors.simulated(status, self._now)

    def rate_limited(self) -> Reply:
        """Return 429, with `Retry-After` when the setting is not empty."""
        reply = self.refusal(429)
        text = self._desk.settings.retry_after
        return with_header(reply, "retry-after", value=text) if text else reply

    def _answer(self, request: Request) -> Reply:
        wanted = LOGIN_NAME if _is_login(request) else NAME
        if request.host not in {"", wanted}:
            raise not_found()
        if wanted == LOGIN_NAME:
            return login.answer(self._desk, request)
        token = tokens.check_token(self._desk, request)
        return (
            self.rate_limited()
            if self._too_fast(request.received)
            else routing.answer(self._desk, request, token=token)
        )

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


def _is_login(request: Request) -> bool:
    return f"{request.path.lower()}/".startswith(login.PATH + "/")
