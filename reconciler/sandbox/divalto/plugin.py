"""The Divalto simulator as the sandbox sees it: keys, rate limit, endpoints, and the two levels of errors."""

import json
from collections import deque
from collections.abc import Mapping
from datetime import datetime, timedelta

from reconciler.sandbox.divalto import automatic, errors, keys, routing
from reconciler.sandbox.divalto.backoffice import Office
from reconciler.sandbox.divalto.errors import Refused
from reconciler.sandbox.divalto.records import Key
from reconciler.sandbox.divalto.settings import ENVELOPE_200, HTTP, Settings
from reconciler.sandbox.divalto.store import Books, Desk
from reconciler.sandbox.messages import Reply, Request, json_reply, with_header

NAME = "divalto"
_READS = frozenset({"GET", "HEAD", "OPTIONS"})
_HARMLESS = frozenset({keys.LOGIN_PATH, "/v1/orders/validate"})


class Divalto:
    """The partner portal of Divalto with its sales administration; `standing` settings outlive a reset."""

    name = NAME

    def __init__(self, standing: Mapping[str, object] | None = None) -> None:
        self._desk = Desk(Books(), Settings())
        self._recent: deque[datetime] = deque()
        self.office = Office(self._desk, standing=standing or {})

    @property
    def changes(self) -> int:
        """Count the changes to the books."""
        return self._desk.books.changes

    def settle(self, now: datetime, /) -> None:
        """Do what the staff does by itself and has come due by now."""
        keys.date_keys(self._desk, now)
        automatic.settle(self._desk, now)

    def handle(self, request: Request) -> Reply:
        """Answer one request and commit its effects."""
        self.settle(request.now)
        request_id, key = request.headers.get("x-request-id", ""), None
        try:
            key = None if _is_login(request) else keys.caller(self._desk, request)
            reply = self._answer(request, key=key)
        except Refused as refused:
            reply = refused.reply(self._desk.settings, request_id=request_id)
            if refused.status == 429:
                reply = self._paced(reply)
        soon = None if key is None else keys.expiry_warning(key, now=request.now)
        reply = with_header(reply, "x-api-key-expires", value=soon) if soon else reply
        return with_header(reply, "x-request-id", value=request_id) if request_id else reply

    def is_mutating(self, request: Request) -> bool:
        """Say whether the request may change something; a login and a dry run do not."""
        return request.method not in _READS and request.path.rstrip("/").lower() not in _HARMLESS

    def refusal(self, status: int) -> Reply:
        """Return an answer of this status in the vendor's error shape."""
        return errors.simulated(status)

    def rate_limited(self) -> Reply:
        """Return 429 QUOTA_EXCEEDED, with `Retry-After` when the setting is not empty."""
        return self._paced(self.refusal(429))

    def _paced(self, reply: Reply) -> Reply:
        text = self._desk.settings.retry_after
        return with_header(reply, "retry-after", value=text) if text else reply

    def _answer(self, request: Request, *, key: Key | None) -> Reply:
        if key is None:
            return self._dressed(keys.login(self._desk, request))
        if self._too_fast(request.received):
            raise Refused(429, "Trop de requêtes")
        return self._dressed(routing.answer(self._desk, request, key=key))

    def _dressed(self, reply: Reply) -> Reply:
        """Say on the error level that the settings choose that all is well."""
        settings = self._desk.settings
        if settings.error_style == HTTP:
            return reply
        good = {"error": 0, settings.error_text: ""}
        if settings.error_style != ENVELOPE_200:
            good["result"] = json.dumps({"common": {"resultcode": "0", "errormessage": ""}})
        return Reply(reply.status, json_reply(200, {**json.loads(reply.body), **good}).body, reply.headers)

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
    return request.path.rstrip("/").lower() == keys.LOGIN_PATH and request.method == "POST"
