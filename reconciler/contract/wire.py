"""A vendor's wire as data: endpoints, calls, answers, and how to tell what an answer proves."""

import dataclasses
import enum
import re
import urllib.parse
from collections.abc import Callable, Mapping
from typing import Protocol

from reconciler.model import Json, Secret


@dataclasses.dataclass(frozen=True)
class Endpoint:
    """One method and path of a vendor's API; `{name}` in the path stands for one segment.

    `mutates` is what the reader's allow-list is made from: only endpoints that do not may be read.
    """

    name: str
    method: str
    path: str
    mutates: bool = False

    def call(
        self,
        arguments: Mapping[str, str | int] | None = None,
        *,
        query: Mapping[str, str | Secret] | None = None,
        body: Json = None,
        content_type: str = "application/json; charset=utf-8",
        headers: Mapping[str, str] | None = None,
    ) -> "Call":
        """Fill in the path (percent-encoded) and return the call; KeyError when an argument is missing."""
        given = arguments or {}
        path = re.sub(r"\{(\w+)\}", lambda found: _segment(str(given[found[1]])), self.path)
        return Call(self, path, dict(query or {}), body, content_type, dict(headers or {}))

    def matches(self, method: str, path: str) -> bool:
        """Say whether a method and an encoded path are of this endpoint."""
        pattern = "".join(
            "[^/]+" if part.startswith("{") else re.escape(part) for part in re.split(r"(\{\w+\})", self.path)
        )
        return method == self.method and re.fullmatch(pattern, path) is not None


def _segment(value: str) -> str:
    if value in {"", ".", ".."}:
        raise ValueError(f"{value!r} cannot be part of a path")
    return urllib.parse.quote(value, safe="")


@dataclasses.dataclass(frozen=True)
class Call:
    """One request to a vendor, without credentials; `body` is JSON data or None for an empty body.

    Secrets in `query` and `body` stay `Secret` values until the transport encodes them.
    """

    endpoint: Endpoint
    path: str
    query: Mapping[str, str | Secret] = dataclasses.field(default_factory=dict)
    body: Json = None
    content_type: str = "application/json; charset=utf-8"
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict)

    @property
    def method(self) -> str:
        """The HTTP method."""
        return self.endpoint.method

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclasses.dataclass(frozen=True)
class Answer:
    """A whole answer: `data` is strict JSON (None when the body was empty), header names are lower case.

    `readable` is False when the body was not JSON; `data` is None then.
    """

    status: int
    data: Json = dataclasses.field(default=None, repr=False)
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict, repr=False)
    readable: bool = True

    @property
    def ok(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300


class Verdict(enum.Enum):
    """What an answer proves about the request it answers."""

    CLEAR = "clear"
    """2xx: `interpret` reads it."""
    REFUSED = "refused"
    """Not executed, this attempt; saying it again will not help."""
    RATE_LIMITED = "rate limited"
    """Not executed, this attempt; may be sent after a wait."""
    SIGNED_OUT = "signed out"
    """Not executed, this attempt; the token was not accepted."""
    UNCLEAR = "unclear"
    """Proves nothing."""


@dataclasses.dataclass(frozen=True)
class Token:
    """A short-lived credential; `lifetime` in seconds, as the vendor says or as we assume."""

    value: Secret
    lifetime: float


@dataclasses.dataclass(frozen=True)
class Rotation:
    """A long-lived credential that the vendor replaces whenever it is used: the newest one is kept in the ledger.

    `field`: the form field it is sent in. `start`: the configured starting value, None when there is none.
    `read` returns the one that replaces it from the decoded answer, None when the vendor kept the old one.
    """

    field: str
    start: Secret | None
    read: Callable[[Json], Secret | None]


@dataclasses.dataclass(frozen=True)
class Consent:
    """How a person consents once, by the authorisation-code grant (RFC 6749, 4.1) on a loopback redirect.

    `path` and `query` make the address a person opens; state and redirect are added. `form` is what is posted to
    the sign-in's path with the code; `redirect` is where the vendor sends the browser back to.
    """

    path: str
    query: Mapping[str, str | Secret]
    form: Mapping[str, str | Secret]
    redirect: str = "http://127.0.0.1:8000"


@dataclasses.dataclass(frozen=True)
class SignIn:
    """How to get a token: a form POST to `path`, client credentials in HTTP Basic when `basic` is set.

    `form` values that are secret are `Secret`. `read` takes the decoded JSON answer and returns the token;
    ValueError when there is none in it. `url`: the origin of the identity host when it is not the API's own.
    `rotation`: the credential that changes with each use. `consent`: how a person gives a first one.
    """

    path: str
    form: Mapping[str, str | Secret]
    read: Callable[[Json], Token]
    basic: tuple[Secret, Secret] | None = None
    url: str | None = None
    rotation: Rotation | None = None
    consent: Consent | None = None


@dataclasses.dataclass(frozen=True)
class Wire:
    """Everything the shared HTTP client must know about one vendor.

    `judge` is pure and total: any answer gets a verdict. `explain` returns the vendor's own error text for a
    failed answer (short, possibly hostile; renderers neutralise it). `headers` go with every call.
    """

    endpoints: tuple[Endpoint, ...]
    judge: Callable[[Answer], Verdict]
    explain: Callable[[Answer], str]
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict)
    sign_in: SignIn | None = None
    key_header: tuple[str, Secret] | None = None


class Reader(Protocol):
    """Reads a vendor. Cannot write: refuses every call that is not of a reading endpoint, before any socket."""

    async def fetch(self, call: Call, *, missing_ok: bool = False) -> Answer:
        """Return a 2xx answer with readable JSON (or a 404 answer when `missing_ok`).

        Retries what is safe to retry. Raises VendorError (NotSent, NoAnswer, BadAnswer, Forbidden,
        SignInFailed, RateLimited) or WriteRefused.
        """
        ...
