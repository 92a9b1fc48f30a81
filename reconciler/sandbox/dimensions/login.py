"""The identity host: consent by a person, then tokens (`dimensions.md` section 3).

Consent is given by opening the page, or by its link when `autoConsent` is off. Only a loopback address
is sent back to.
"""

import base64
import binascii
import html
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import parse_qsl, urlencode, urlsplit

from reconciler.sandbox.dimensions import tokens
from reconciler.sandbox.dimensions.errors import not_found
from reconciler.sandbox.dimensions.seeds import CLIENT_ID, CLIENT_SECRET, SCOPE
from reconciler.sandbox.dimensions.settings import ENTERPRISE, RESELLER
from reconciler.sandbox.dimensions.store import Desk
from reconciler.sandbox.messages import JsonObject, Reply, Request, json_reply

PATH = "/connect"
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_PAGE = """<!DOCTYPE html><html><head><title>Sign in</title></head>
<body><p>Let {client} work for you?</p><a id="consent" href="?{query}&amp;consent=yes">Allow</a>
<a id="refuse" href="?{query}&amp;consent=no">Refuse</a></body></html>
"""


def answer(desk: Desk, request: Request) -> Reply:
    """Answer a request below /connect; refused with 404 when there is no such page."""
    place = (request.method, request.path.rstrip("/").lower())
    if place == ("GET", PATH + "/authorize"):
        return _authorize(desk, request)
    if place == ("POST", PATH + "/token"):
        return _token(desk, request)
    raise not_found()


def _authorize(desk: Desk, request: Request) -> Reply:
    asked = dict(parse_qsl(request.query, keep_blank_values=True))
    redirect = asked.get("redirect_uri", "")
    if asked.get("client_id") != CLIENT_ID:
        return _failure("invalid_client", "client_id is unknown")
    if not _is_loopback(redirect):
        return _failure("invalid_request", "redirect_uri is missing or no http address on loopback")
    state = {"state": asked["state"]} if "state" in asked else {}
    if asked.get("response_type") != "code":
        return _back(redirect, {"error": "unsupported_response_type", **state})
    if not desk.settings.auto_consent and "consent" not in asked:
        query = html.escape(urlencode(asked))
        page = _PAGE.format(client=html.escape(asked["client_id"]), query=query)
        return Reply(200, page.encode(), (("content-type", "text/html; charset=utf-8"),))
    if asked.get("consent") == "no":
        return _back(redirect, {"error": "access_denied", **state})
    level = asked.get("login_hint", "")
    level = level if level in {RESELLER, ENTERPRISE} else desk.settings.consent_level
    scope = asked.get("scope", "").strip() or SCOPE
    code = tokens.give_code(desk, level=level, scope=scope, redirect=redirect, now=request.now)
    return _back(redirect, {"code": code.text, **state})


def _token(desk: Desk, request: Request) -> Reply:
    form = dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))
    if _client(request, form) != (CLIENT_ID, CLIENT_SECRET):
        return _failure("invalid_client")
    kind = form.get("grant_type", "")
    if kind == "client_credentials" and desk.settings.client_credentials:
        return _machine(desk, request.now)
    if kind not in {"authorization_code", "refresh_token"}:
        return _failure("unsupported_grant_type" if kind else "invalid_request")
    by_code = kind == "authorization_code"
    text = form.get("code" if by_code else "refresh_token", "")
    redirect = form.get("redirect_uri", "") if by_code else None
    grant = tokens.spend(desk, text, redirect=redirect, now=request.now)
    if grant is None:
        return _failure("invalid_grant")
    return json_reply(200, tokens.issue(desk, grant, now=request.now), headers=(("cache-control", "no-store"),))


def _machine(desk: Desk, now: datetime) -> Reply:
    level = desk.settings.consent_level
    text = tokens.access_token(desk, level=level, tenant=tokens.tenant_of(level), now=now)
    return json_reply(
        200, {"access_token": text, "token_type": "Bearer", "expires_in": int(desk.settings.token_seconds)}
    )


def _client(request: Request, form: Mapping[str, str]) -> tuple[str, str]:
    scheme, _, packed = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return form.get("client_id", ""), form.get("client_secret", "")
    try:
        name, _, secret = base64.b64decode(packed.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return "", ""
    return name, secret


def _is_loopback(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme == "http" and parts.hostname in _LOOPBACK


def _back(redirect: str, answers: Mapping[str, str]) -> Reply:
    joint = "&" if urlsplit(redirect).query else "?"
    return Reply(302, b"", (("location", redirect + joint + urlencode(answers)),))


def _failure(error: str, description: str | None = None) -> Reply:
    body: JsonObject = {"error": error}
    return json_reply(400, body if description is None else {**body, "error_description": description})
