"""From a call to the bytes of a request: the one place in the client where secrets are opened.

Pure but for the secrets. Refuses whatever could become a second header, another path or another host before
anything is sent. The path on the wire is the path that was checked, byte for byte.
"""

import base64
import functools
import json
import re
import urllib.parse
from collections.abc import Iterable, Iterator, Mapping

import httpx

from reconciler import __version__, contract
from reconciler.errors import NotSent
from reconciler.model import Json, Secret
from reconciler.vendors.http.failures import Progress
from reconciler.vendors.http.origins import Origin
from reconciler.vendors.http.transport import FRESH

_PATH = re.compile(r"/(?:[A-Za-z0-9._~!$&'()*+,;=:@/\-]|%[0-9A-Fa-f]{2})*")
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z\-]+")
_HEADER_VALUE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?|")
# Ours to set, or able to make a read a write at servers that honour an override.
_RESERVED = frozenset(
    {
        "authorization",
        "connection",
        "content-encoding",
        "content-length",
        "cookie",
        "expect",
        "host",
        "keep-alive",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "x-http-method",
        "x-http-method-override",
        "x-method-override",
    }
)
_STANDARD = {
    "accept": "application/json",
    "accept-encoding": "gzip, deflate",
    "user-agent": f"reconciler/{__version__}",
}
FORM = "application/x-www-form-urlencoded"


class Malformed(NotSent):
    """The request cannot be written as it is; trying again will not help."""


def build(
    call: contract.Call, *, what: str, origin: Origin, credentials: Mapping[str, str], fresh: bool, progress: Progress
) -> httpx.Request:
    """Make the request of a call; Malformed when a part of it cannot be sent as it is.

    `credentials` are headers that the call may not set itself; `fresh` asks for a connection of its own.
    """
    headers = {name.lower(): value for name, value in call.headers.items()}
    if not (_RESERVED.isdisjoint(headers) and credentials.keys().isdisjoint(headers)):
        raise _malformed(what, "a header that is the client's to set")
    content = _encode(call, what)
    if content:
        headers["content-type"] = call.content_type
    target = origin.prefix + _checked(call.path, what) + _query(call.query)
    headers = _complete(headers | dict(credentials), fresh=fresh, what=what)
    return _request(call.method, origin.root + target, headers=headers, content=content, fresh=fresh, progress=progress)


def build_sign_in(
    sign_in: contract.SignIn, *, what: str, origin: Origin, headers: Mapping[str, str], progress: Progress
) -> httpx.Request:
    """Make the form POST that gets a token, on a connection of its own."""
    lowered = {name.lower(): value for name, value in headers.items()}
    if sign_in.basic is not None:
        lowered["authorization"] = _basic(*sign_in.basic)
    lowered["content-type"] = FORM
    url = origin.root + origin.prefix + _checked(sign_in.path, what)
    complete = _complete(lowered, fresh=True, what=what)
    return _request("POST", url, headers=complete, content=_form(sign_in.form), fresh=True, progress=progress)


def consent_url(consent: contract.Consent, *, what: str, origin: Origin, state: str, redirect: str) -> str:
    """Return the address that a person opens to consent (RFC 6749, 4.1.1); Malformed when it cannot be one."""
    own = {"response_type": "code", **consent.query, "state": state, "redirect_uri": redirect}
    return origin.root + origin.prefix + _checked(consent.path, what) + _query(own)


def _basic(user: Secret, password: Secret) -> str:
    pair = f"{user.reveal()}:{password.reveal()}"
    return "Basic " + base64.b64encode(pair.encode()).decode()


def bearer(token: Secret) -> str:
    """Return the value of a Bearer header (RFC 6750)."""
    return "Bearer " + token.reveal()


def hide(text: str, secrets: frozenset[Secret]) -> str:
    """Return a vendor's text without the secrets it was sent, should it repeat them as they are or encoded."""
    return _pattern(secrets).sub("(secret)", text)


def hide_in(data: Json, secrets: frozenset[Secret]) -> Json:
    """Return a vendor's data without the secrets it was sent, in whatever text of it they stand."""
    if isinstance(data, str):
        return hide(data, secrets)
    if isinstance(data, Mapping):
        return {hide(name, secrets): hide_in(value, secrets) for name, value in data.items()}
    if isinstance(data, list | tuple):
        return [hide_in(value, secrets) for value in data]
    return data


def secrets_of(call: contract.Call) -> Iterator[Secret]:
    """Yield every secret that goes out with a call, credentials aside."""
    yield from (value for value in call.query.values() if isinstance(value, Secret))
    yield from secrets_in(call.body)


def secrets_in(body: Json) -> Iterator[Secret]:
    """Yield every secret of a body, however deep."""
    if isinstance(body, Secret):
        yield body
    elif isinstance(body, Mapping):
        for value in body.values():
            yield from secrets_in(value)
    elif isinstance(body, list | tuple):
        for value in body:
            yield from secrets_in(value)


@functools.lru_cache(maxsize=8)
def _pattern(secrets: frozenset[Secret]) -> re.Pattern[str]:
    values = (secret.reveal() for secret in secrets)
    forms = {form for value in values if len(value) >= 4 for form in _forms(value)}
    return re.compile("|".join(map(re.escape, sorted(forms, key=len, reverse=True))) or "(?!)")


def _forms(value: str) -> Iterable[str]:
    yield value
    yield urllib.parse.quote(value, safe="")
    yield urllib.parse.quote_plus(value)
    yield base64.b64encode(value.encode()).decode()


def _complete(headers: Mapping[str, str], *, fresh: bool, what: str) -> dict[str, str]:
    complete = {**_STANDARD, **headers}
    if fresh:
        complete["connection"] = "close"
    if not all(_HEADER_NAME.fullmatch(name) and _HEADER_VALUE.fullmatch(value) for name, value in complete.items()):
        raise _malformed(what, "a header with a character that cannot be in one")
    return complete


def _request(
    method: str, url: str, *, headers: Mapping[str, str], content: bytes, fresh: bool, progress: Progress
) -> httpx.Request:
    extensions = {FRESH: fresh, "trace": progress.note}
    try:
        request = httpx.Request(method, url, headers=headers, content=content or None, extensions=extensions)
    except (httpx.InvalidURL, ValueError):
        # Without its cause: the library's text may quote the URL, and a secret in its query.
        raise Malformed("request was not sent: its URL is malformed; correct the value it was made from") from None
    # What was checked must be what goes out: the library normalises some paths.
    if not url.endswith(request.url.raw_path.decode()):
        raise Malformed("request was not sent: its path is not in plain form; correct the value it was made from")
    return request


def _form(fields: Mapping[str, str | Secret]) -> bytes:
    return urllib.parse.urlencode(_opened(fields)).encode()


def _opened(fields: Mapping[str, str | Secret]) -> dict[str, str]:
    return {name: value.reveal() if isinstance(value, Secret) else value for name, value in fields.items()}


def _encode(call: contract.Call, what: str) -> bytes:
    if call.body is None:
        return b""
    try:
        return json.dumps(call.body, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_open).encode()
    except (TypeError, ValueError, RecursionError):
        # Without its cause: the library's text may quote the value.
        raise _malformed(what, "a body that is not JSON") from None


def _open(value: object) -> object:
    if isinstance(value, Secret):
        return value.reveal()
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError("no JSON")


def _checked(path: str, what: str) -> str:
    parts = urllib.parse.unquote(path).split("/")
    if not _PATH.fullmatch(path) or any(part in {".", ".."} for part in parts):
        raise _malformed(what, "a path with a character or segment that cannot be in one")
    return path


def _query(query: Mapping[str, str | Secret]) -> str:
    pairs = (
        f"{urllib.parse.quote(name, safe='$')}={urllib.parse.quote(value, safe='')}"
        for name, value in _opened(query).items()
    )
    joined = "&".join(pairs)
    return f"?{joined}" if joined else ""


def _malformed(what: str, has: str) -> Malformed:
    return Malformed(f"{what} was not sent: it has {has}; correct the value it was made from")
