"""Failures as Divalto words them, on two levels: by status, and inside an answer of status 200. Pure and total.

`error` other than 0 counts like that status, and so does `result.common.resultcode` other than "0"; `result` may be
JSON in a text. The text for people is in `txterr` or `txterror`.
"""

import json
from collections.abc import Mapping

from reconciler.contract import Answer
from reconciler.errors import VendorError
from reconciler.model import Json
from reconciler.vendors.divalto import wire

LONGEST = 600
_LONGEST_RESULT = 100_000
_UNKNOWN = 0
"""The status of a failure that names none."""


def status_of(answer: Answer) -> int:
    """Return the status an answer counts as: its own, or the one of the failure inside a 2xx (0: not told)."""
    if not answer.ok:
        return answer.status
    body = _body(answer)
    for found in (_member(body, wire.ERROR), _member(_common(body), wire.RESULT_CODE)):
        if found is None or found is False or str(found).strip() in {"", "0"}:
            continue
        return _status(found)
    return answer.status


def fails(answer: Answer) -> bool:
    """Say whether an answer is a failure, on either level."""
    return not 200 <= status_of(answer) < 300


def require_success(answer: Answer, *, what: str) -> None:
    """Raise VendorError for a failure inside a 2xx."""
    if fails(answer):
        raise VendorError(f"{what} was refused: {explain(answer)}")


def is_missing(answer: Answer) -> bool:
    """Say whether the vendor itself says that there is no such thing; a proxy's 404 says nothing."""
    return status_of(answer) == 404 and code_of(answer) != ""


def code_of(answer: Answer) -> str:
    """Return the code for programs."""
    found = _member(_body(answer), wire.CODE)
    return found if isinstance(found, str) else ""


def parameter(answer: Answer, name: str) -> str:
    """Return a parameter of the failure as text; empty when there is none."""
    found = _member(_member(_body(answer), "params"), name)
    return str(found)[:LONGEST] if isinstance(found, str | int) else ""


def explain(answer: Answer) -> str:
    """Return the vendor's own words, short: code, text, and each finding with its place."""
    body = _body(answer)
    parts = [code_of(answer), _text(body)]
    details = _member(body, wire.DETAILS)
    if isinstance(details, list | tuple):
        parts += [_finding(one) for one in details[:20]]
    told = ", ".join(part for part in parts if part)
    return (told or f"status {status_of(answer)} without an explanation")[:LONGEST]


def _text(body: Json) -> str:
    found = [_member(body, name) for name in wire.TEXTS] + [_member(_common(body), wire.RESULT_TEXT)]
    return next((one for one in found if isinstance(one, str) and one.strip()), "")


def _finding(one: Json) -> str:
    parts = [_member(one, name) for name in ("field", "code", "message")]
    return " ".join(part for part in parts if isinstance(part, str) and part)


def _common(body: Json) -> Json:
    result = _member(body, wire.RESULT)
    if isinstance(result, str) and len(result) <= _LONGEST_RESULT:
        try:
            result = json.loads(result)
        except (ValueError, RecursionError):
            return None
    return _member(result, wire.INNER)


def _body(answer: Answer) -> Json:
    return answer.data if isinstance(answer.data, Mapping) else {}


def _member(body: Json, name: str) -> Json:
    if not isinstance(body, Mapping):
        return None
    return next((value for key, value in body.items() if key.lower() == name.lower()), None)


def _status(found: Json) -> int:
    told = str(found).strip()
    number = int(told) if told.isdecimal() and len(told) <= 3 else _UNKNOWN
    return number if 400 <= number < 600 else _UNKNOWN
