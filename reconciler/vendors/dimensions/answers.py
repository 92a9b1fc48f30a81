"""What an answer of Dimensions proves, and what it says. Pure and total.

Judging: a 2xx is clear as the vendor's envelope only, as 204, or as a 201 that names what it made; a 4xx counts as
"not done" only with a JSON object as body, as the vendor sends it, since a page of HTML may come from a proxy that has
passed the request on. 401, 402, 403 and 429 are decided before anything is done.
"""

from collections.abc import Mapping

from reconciler.contract import Answer, Consent, Done, Outcome, Refused, Rotation, SignIn, Step, Token, Unclear, Verdict
from reconciler.errors import BadAnswer
from reconciler.model import Json, Secret
from reconciler.vendors.dimensions import catalogue, rows, wire
from reconciler.vendors.dimensions.catalogue import CUSTOMER, PBX, RESELLER, USER

LONGEST = 300


def judge(answer: Answer) -> Verdict:
    """Say what an answer proves about its request."""
    status = answer.status
    if answer.ok:
        return Verdict.CLEAR if status == 204 or _is_success(answer) or _only_located(answer) else Verdict.UNCLEAR
    if status == 401:
        return Verdict.SIGNED_OUT
    if status == 429 or (status == 403 and "retry-after" in answer.headers):
        return Verdict.RATE_LIMITED
    enveloped = status in wire.REFUSING and isinstance(answer.data, Mapping)
    return Verdict.REFUSED if enveloped or status in {403, wire.CHARGES_NOT_ACCEPTED} else Verdict.UNCLEAR


def _is_success(answer: Answer) -> bool:
    """Say whether a body is the envelope of a success; the vendor says that parts of it can be missing."""
    if not isinstance(answer.data, Mapping):
        return False
    status = _member(answer, wire.STATUS)
    if status is None:
        names = {name.lower() for name in answer.data}
        return bool(names & {wire.DATA, wire.TIMESTAMP}) and wire.ERROR not in names
    return isinstance(status, str) and status.lower() == wire.SUCCESS


def _only_located(answer: Answer) -> bool:
    """Say whether an answer has no body, and a header that says where to find what was made."""
    return answer.status == 201 and answer.readable and answer.data is None and bool(answer.headers.get("location"))


def explain(answer: Answer) -> str:
    """Return the vendor's own words for a failed answer, short, and what to do where that is known.

    The body of a 402 is the request's own.
    """
    if answer.status == wire.CHARGES_NOT_ACCEPTED:
        return "charges were not accepted, nothing was done"
    code = _text(answer, wire.ERROR_CODE)
    words = ", ".join(part for part in (code, _text(answer, wire.MESSAGE)) if part)
    cure = wire.CURES.get(code.lower())
    text = (words or f"status {answer.status} without an explanation")[:LONGEST]
    return f"{text.rstrip('.')}; {cure}" if cure else text


def sign_in(credentials: Mapping[str, Secret], *, login_url: str, redirect: str) -> SignIn:
    """Return how to get a token: by the newest refresh token, which each use replaces, or by a person's consent."""
    client: dict[str, str | Secret] = {
        "client_id": credentials["clientId"],
        "client_secret": credentials["clientSecret"],
    }
    return SignIn(
        path=wire.TOKEN_PATH,
        form={"grant_type": "refresh_token", **client},
        read=read_token,
        url=login_url,
        rotation=Rotation("refresh_token", credentials.get("refreshToken"), read_refresh_token),
        consent=Consent(
            path=wire.CONSENT_PATH,
            query={"client_id": credentials["clientId"], "response_type": "code", "scope": wire.SCOPE},
            form={"grant_type": "authorization_code", **client},
            redirect=redirect,
        ),
    )


def read_token(data: Json) -> Token:
    """Return the token; ValueError when there is none. A missing or odd lifetime counts as ten minutes."""
    token = data.get("access_token") if isinstance(data, Mapping) else None
    if not isinstance(token, str) or not token or not isinstance(data, Mapping):
        raise ValueError("token answer has no access_token")
    lifetime = data.get("expires_in")
    if isinstance(lifetime, str) and lifetime.isdecimal() and len(lifetime) < 10:
        lifetime = int(lifetime)
    known = isinstance(lifetime, int | float) and not isinstance(lifetime, bool) and 0 < lifetime < 1e9
    assumed = wire.ASSUMED_TOKEN_LIFETIME
    return Token(Secret(token), float(lifetime) if known and isinstance(lifetime, int | float) else assumed)


def read_refresh_token(data: Json) -> Secret | None:
    """Return the refresh token that replaces the one used; None when the vendor gave none."""
    token = data.get("refresh_token") if isinstance(data, Mapping) else None
    return Secret(token) if isinstance(token, str) and token else None


def interpret(step: Step, answer: Answer) -> Outcome:
    """Read the answer to a step's request."""
    verdict = judge(answer)
    if not answer.ok:
        if verdict is Verdict.REFUSED:
            return Refused(explain(answer), conflict=_is_conflict(step, answer))
        return Unclear(explain(answer))
    if verdict is not Verdict.CLEAR:
        return Unclear(f"status {answer.status} without the envelope of a success")
    if step.operation != catalogue.CREATE:
        return Done(step.target or "")
    try:
        return _user_created(step, answer) if step.address.type == USER else Done(_made(step, answer))
    except BadAnswer as error:
        return Unclear(str(error))


def _is_conflict(step: Step, answer: Answer) -> bool:
    """Say whether a creation was refused because it may be there: how the vendor says so is not documented."""
    if step.operation != catalogue.CREATE or answer.status not in {400, 409}:
        return False
    named = _text(answer, wire.ERROR_CODE).lower() in wire.CONFLICTS
    return step.address.type == USER or answer.status == 409 or named


def _made(step: Step, answer: Answer) -> str:
    """Return the id of what was created: as the data say, else as its address ends."""
    shown = _member(answer, wire.DATA)
    address = answer.headers.get("location", "")
    if not address or (shown is not None and "id" in _row(answer)):
        return rows.identity(_row(answer), what="answer")
    path = address.partition("#")[0].partition("?")[0]
    *_, kind, number = ("", *path.rstrip("/").split("/"))
    if kind.lower() != _COLLECTIONS[step.address.type]:
        raise BadAnswer(f"answer is not the address of a {step.address.type}; nothing was concluded from it")
    return rows.identity({"id": number}, what="address of the answer")


_COLLECTIONS: Mapping[str, str] = {RESELLER: "accounts", CUSTOMER: "customers", PBX: "pbxs", USER: "users"}
"""Object type -> the segment before its id in an address."""


def _user_created(step: Step, answer: Answer) -> Outcome:
    """Read a creation, or the patch that took its place since the user was there: that shows no data."""
    nothing = _member(answer, wire.DATA) is None
    if answer.status in {200, 204} and nothing:
        return Done(step.target or "")
    number = _made(step, answer)
    user = None if nothing else rows.user({**_row(answer), "id": number})
    email = step.body.get("email")
    if user is not None and user.email and isinstance(email, str) and user.email.casefold() != email.casefold():
        return Unclear(f"user {user.id} with another e-mail came back, which is not ours")
    return Done(number)


def _row(answer: Answer) -> rows.Row:
    return rows.folded(rows.data(answer.data, what="answer"), what="answer")


def _member(answer: Answer, name: str) -> Json:
    data = answer.data if isinstance(answer.data, Mapping) else {}
    return next((value for key, value in data.items() if key.lower() == name), None)


def _text(answer: Answer, name: str) -> str:
    value = _member(answer, name)
    return value if isinstance(value, str) else ""
