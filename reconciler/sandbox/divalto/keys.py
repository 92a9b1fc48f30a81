"""Who calls: API keys and the tokens of a login (`divalto.md` 4.1, 4.3 and 5)."""

import dataclasses
import hashlib
from datetime import datetime, timedelta

from reconciler.sandbox.divalto import shapes
from reconciler.sandbox.divalto.calls import Call
from reconciler.sandbox.divalto.errors import KEY_EXPIRED, RIGHT_MISSING, Refused
from reconciler.sandbox.divalto.moments import read, stamp
from reconciler.sandbox.divalto.records import Key, Token
from reconciler.sandbox.divalto.store import Desk
from reconciler.sandbox.messages import Reply, Request

LOGIN_PATH = "/v1/authenticate"
WARNING = timedelta(days=30)
RIGHT = "myB / Commandes"


def date_keys(desk: Desk, now: datetime) -> None:
    """Let the keys whose end nobody chose expire as the setting says, counted from now."""
    for key in desk.books.keys:
        if key.expires_utc is None:
            expires = stamp(now + timedelta(days=desk.settings.key_expires_in_days))
            desk.books.keys.put(dataclasses.replace(key, expires_utc=expires))


def forget_ends(desk: Desk) -> None:
    """Let all keys expire anew as the setting says."""
    for key in desk.books.keys:
        desk.books.keys.put(dataclasses.replace(key, expires_utc=None))


def caller(desk: Desk, request: Request) -> Key:
    """Return the caller's key; refused with 401 unless it was good when the request arrived."""
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return _by_token(desk, text.strip(), at=request.received)
    given = request.headers.get("x-api-key", "").strip()
    key = next((row for row in desk.books.keys if given == f"{row.code}@{row.key}"), None)
    if key is None:
        raise Refused(401, "Clé inconnue")
    return _lasting(key, at=request.received)


def expiry_warning(key: Key, *, now: datetime) -> str | None:
    """Return when a key expires, if that is near."""
    near = key.expires_utc is not None and read(key.expires_utc) - now <= WARNING
    return key.expires_utc if near else None


def require_right(desk: Desk) -> None:
    """Refuse with 403 a caller who has lost the right to orders."""
    if not desk.settings.orders_right:
        raise Refused(403, "Droit manquant", code=RIGHT_MISSING, params={"right": RIGHT})


def login(desk: Desk, request: Request) -> Reply:
    """Answer `POST /v1/Authenticate`."""
    call = Call(request, Key("", ""), {})
    body = call.form()
    shapes.require(shapes.LOGIN, body)
    given = (body.get("projectCode"), body.get("userName"), body.get("password"))
    users = [row for row in desk.books.keys if row.user_name]
    key = next((row for row in users if given == (row.code, row.user_name, row.password)), None)
    if key is None:
        raise Refused(401, "Utilisateur ou mot de passe inconnu")
    _lasting(key, at=request.received)
    number = desk.books.count("token")
    text = f"sim-{number}-{hashlib.sha256(f'divalto-{number}'.encode()).hexdigest()[:32]}"
    seconds = desk.settings.token_seconds
    desk.books.tokens.put(Token(text, key.label, stamp(request.now + timedelta(seconds=seconds))))
    answer = {"authToken": text, "expiresIn": int(seconds), "generatedTimeUTC": call.at, "passwordExpiryUTC": None}
    return call.answer(answer)


def _by_token(desk: Desk, text: str, *, at: datetime) -> Key:
    token = desk.books.tokens.get(text)
    key = desk.books.keys.get(token.label) if token is not None else None
    if token is None or key is None or read(token.expires_utc) <= at:
        raise Refused(401, "Jeton inconnu ou expiré")
    return _lasting(key, at=at)


def _lasting(key: Key, *, at: datetime) -> Key:
    if key.expires_utc is not None and read(key.expires_utc) <= at:
        raise Refused(401, "Clé expirée", code=KEY_EXPIRED)
    return key
