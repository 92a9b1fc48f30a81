"""OAuth 2.0 password grant of the BSS and the check of its tokens (`interworks.md` 1.2)."""

import base64
import binascii
import hashlib
from datetime import datetime, timedelta
from urllib.parse import parse_qs

from reconciler.sandbox.interworks.calls import written
from reconciler.sandbox.interworks.errors import Refused
from reconciler.sandbox.interworks.records import Token
from reconciler.sandbox.interworks.store import Desk
from reconciler.sandbox.messages import JsonObject, Reply, Request, json_reply

PATH = "/oauth/token"
CLIENT_KEY, CLIENT_SECRET = "demo-key", "demo-secret"
USERNAME, PASSWORD = "demo", "demo-password"


def answer_token(desk: Desk, request: Request) -> Reply:
    """Answer `POST /oauth/token`; failures are those of RFC 6749."""
    if _basic(request.headers.get("authorization", "")) != f"{CLIENT_KEY}:{CLIENT_SECRET}":
        return _failure(401, "invalid_client", "client key and secret must come as HTTP Basic")
    content_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if content_type != "application/x-www-form-urlencoded":
        return _failure(400, "invalid_request", "the body must be a form")
    form = {name: values[0] for name, values in parse_qs(request.body.decode("utf-8", "replace")).items()}
    if "grant_type" not in form:
        return _failure(400, "invalid_request", "grant_type is missing")
    if form["grant_type"] != "password":
        return _failure(400, "unsupported_grant_type", "only the password grant is supported")
    if (form.get("username"), form.get("password")) != (USERNAME, PASSWORD):
        return _failure(400, "invalid_grant", "username or password is wrong")
    return json_reply(200, _issue(desk, request.now), headers=(("cache-control", "no-store"),))


def check_token(desk: Desk, request: Request) -> None:
    """Refuse with 401 unless the request carried a token that was good when it arrived."""
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    token = desk.books.tokens.get(text.strip()) if scheme.lower() == "bearer" else None
    if token is None or datetime.fromisoformat(token.expires_at) <= request.received:
        raise Refused(401, "the access token is missing, unknown or expired")


def _issue(desk: Desk, now: datetime) -> JsonObject:
    books, settings = desk.books, desk.settings
    if settings.single_session:
        for token in books.tokens:
            books.tokens.remove(token.text)
    number = books.count("token")
    text = f"sim-{number}-{hashlib.sha256(f'token-{number}'.encode()).hexdigest()[:32]}"
    expires = now + timedelta(seconds=settings.token_lifetime)
    books.tokens.put(Token(text=text, user=USERNAME, expires_at=written(expires)))
    answer: JsonObject = {"access_token": text, "token_type": "bearer"}
    if settings.token_expires_in:
        answer["expires_in"] = int(settings.token_lifetime)
    return answer


def _basic(header: str) -> str | None:
    scheme, _, text = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        return base64.b64decode(text.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        return None


def _failure(status: int, error: str, description: str) -> Reply:
    headers = (("www-authenticate", 'Basic realm="interworks"'),) if status == 401 else ()
    return json_reply(status, {"error": error, "error_description": description}, headers=headers)
