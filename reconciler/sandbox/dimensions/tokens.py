"""Access and refresh tokens: given, replaced, checked (`dimensions.md` section 3).

An access token stays good until it expires, whatever becomes of the refresh token it came with.
"""

import base64
import dataclasses
import hashlib
import json
from datetime import datetime, timedelta

from reconciler.sandbox.dimensions.errors import Refused
from reconciler.sandbox.dimensions.moments import written
from reconciler.sandbox.dimensions.records import Grant, Token
from reconciler.sandbox.dimensions.seeds import ACCOUNT_ID, ENTERPRISE_ID
from reconciler.sandbox.dimensions.settings import ENTERPRISE
from reconciler.sandbox.dimensions.store import Desk
from reconciler.sandbox.messages import JsonObject, Request

CODE_SECONDS = 300


def check_token(desk: Desk, request: Request) -> Token:
    """Return the caller's token; refused with 401 unless it was good when the request arrived."""
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    token = desk.books.tokens.get(text.strip()) if scheme.lower() == "bearer" else None
    if token is None or datetime.fromisoformat(token.expires_at) <= request.received:
        raise Refused(401, "Unauthorized")
    return token


def tenant_of(level: str) -> str:
    """Return the tenant that a demo login of a level belongs to."""
    return ENTERPRISE_ID if level == ENTERPRISE else ACCOUNT_ID


def give_code(desk: Desk, *, level: str, scope: str, redirect: str, now: datetime) -> Grant:
    """Make an authorisation code for a redirect."""
    grant = Grant(
        text=_text(desk, "code"),
        family=f"sign-in-{desk.books.count('sign-in')}",
        level=level,
        tenant_id=tenant_of(level),
        scope=scope,
        expires_at=written(now + timedelta(seconds=CODE_SECONDS)),
        redirect=redirect,
    )
    return desk.books.grants.put(grant)


def spend(desk: Desk, text: str, *, redirect: str | None, now: datetime) -> Grant | None:
    """Use up a code or refresh token; None when it is unknown, dead or expired."""
    books = desk.books
    grant = books.grants.get(text)
    if grant is None or grant.redirect != redirect or datetime.fromisoformat(grant.expires_at) <= now:
        return None
    if grant.spent:
        for relative in books.grants.find("family", grant.family) if desk.settings.reuse_kills_family else ():
            books.grants.put(dataclasses.replace(relative, spent=True))
        return None
    if redirect is None and desk.settings.refresh_mode == "reusable":
        expires = max(datetime.fromisoformat(grant.expires_at), _refresh_end(desk, now))
        return books.grants.put(dataclasses.replace(grant, expires_at=written(expires)))
    return books.grants.put(dataclasses.replace(grant, spent=True))


def issue(desk: Desk, grant: Grant, *, now: datetime) -> JsonObject:
    """Return the token answer for a code or refresh token that was just used."""
    answer: JsonObject = {
        "access_token": access_token(desk, level=grant.level, tenant=grant.tenant_id, now=now),
        "token_type": "Bearer",
        "expires_in": int(desk.settings.token_seconds),
        "scope": grant.scope,
    }
    scopes = grant.scope.split()
    if "openid" in scopes:
        answer["id_token"] = _jwt({"sub": grant.family, "tenantId": grant.tenant_id})
    if "offline_access" in scopes:
        answer["refresh_token"] = grant.text if not grant.spent else _renewed(desk, grant, now=now).text
    return answer


def access_token(desk: Desk, *, level: str, tenant: str, now: datetime) -> str:
    """Make an access token; its claims are its level and its tenant."""
    text = _jwt({"jti": desk.books.count("token"), "level": level, "tenantId": tenant})
    expires = now + timedelta(seconds=desk.settings.token_seconds)
    return desk.books.tokens.put(Token(text, level, tenant, written(expires))).text


def _renewed(desk: Desk, grant: Grant, *, now: datetime) -> Grant:
    renewed = dataclasses.replace(
        grant,
        text=_text(desk, "refresh"),
        expires_at=written(_refresh_end(desk, now)),
        redirect=None,
        spent=False,
    )
    return desk.books.grants.put(renewed)


def _refresh_end(desk: Desk, now: datetime) -> datetime:
    return now + timedelta(days=desk.settings.refresh_days)


def _text(desk: Desk, what: str) -> str:
    number = desk.books.count(what)
    return f"sim-{what}-{number}-{hashlib.sha256(f'{what}-{number}'.encode()).hexdigest()[:32]}"


def _jwt(claims: JsonObject) -> str:
    parts = [_packed(json.dumps(part).encode()) for part in ({"alg": "none", "typ": "JWT"}, claims)]
    return ".".join([*parts, _packed(hashlib.sha256(parts[1].encode()).digest())])


def _packed(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
