"""Refusals of Divalto in its error body, on the level the settings choose (`divalto.md` 4.2 and 5.1)."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus

from reconciler.sandbox.divalto.settings import ENVELOPE_200, RESULT_200, Settings
from reconciler.sandbox.messages import JsonObject, Reply, json_reply

MALFORMED, UNKNOWN_FIELD = "MALFORMED", "UNKNOWN_FIELD"
KEY_INVALID, KEY_EXPIRED, RIGHT_MISSING = "KEY_INVALID", "KEY_EXPIRED", "RIGHT_MISSING"
ILLEGAL_TRANSITION, ORDER_LOCKED = "ILLEGAL_TRANSITION", "ORDER_LOCKED"
REFERENCE_CONFLICT, CHANGE_REQUEST_PENDING = "CLIENT_REFERENCE_CONFLICT", "CHANGE_REQUEST_PENDING"
VERSION_MISMATCH, VERSION_REQUIRED = "VERSION_MISMATCH", "VERSION_REQUIRED"
ORDER_INVALID, SITE_CHANGE_INVALID, DOCUMENT_INVALID = "ORDER_INVALID", "SITE_CHANGE_INVALID", "DOCUMENT_INVALID"
DOCUMENT_TOO_LARGE, CONFIRM_REQUIRED = "DOCUMENT_TOO_LARGE", "CONFIRM_REQUIRED"

_BY_STATUS: Mapping[int, str] = {
    400: MALFORMED,
    401: KEY_INVALID,
    403: RIGHT_MISSING,
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    409: ILLEGAL_TRANSITION,
    412: VERSION_MISMATCH,
    413: DOCUMENT_TOO_LARGE,
    415: "MEDIA_TYPE",
    422: ORDER_INVALID,
    428: VERSION_REQUIRED,
    429: "QUOTA_EXCEEDED",
    500: "INTERNAL",
    502: "UPSTREAM",
    503: "MAINTENANCE",
    504: "TIMEOUT",
}


class Refused(Exception):
    """A request that Divalto does not carry out; nothing was changed."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        code: str | None = None,
        params: Mapping[str, object] | None = None,
        details: Sequence[JsonObject] = (),
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code or _BY_STATUS.get(status, "INTERNAL")
        self.params = dict(params or {})
        self.details = list(details)

    def reply(self, settings: Settings, *, request_id: str = "") -> Reply:
        """Return the answer a caller sees."""
        body: JsonObject = {"error": self.status, settings.error_text: str(self), "code": self.code}
        body |= {"infos": request_id, "details": self.details}
        if self.params:
            body["params"] = self.params
        if settings.error_style == RESULT_200:
            common = {"common": {"resultcode": str(self.status), "errormessage": str(self)}}
            facts = {name: value for name, value in body.items() if name not in {"error", settings.error_text}}
            return json_reply(200, {**facts, "error": 0, settings.error_text: "", "result": json.dumps(common)})
        return json_reply(200 if settings.error_style == ENVELOPE_200 else self.status, body)


def not_found(what: str) -> Refused:
    """Return the refusal of something that does not exist, or that another partner has."""
    return Refused(404, f"{what} introuvable")


def malformed(message: str, *, field: str = "") -> Refused:
    """Return the refusal of a request that is no JSON or has a value of a wrong type."""
    details = [finding(field, MALFORMED, message)] if field else []
    return Refused(400, message, details=details)


def unconfirmed() -> Refused:
    """Return the refusal of a request without `confirm`."""
    return Refused(422, "Confirmation requise", code=CONFIRM_REQUIRED)


def finding(
    field: str, code: str, message: str, *, params: Mapping[str, object] | None = None, severity: str = "error"
) -> JsonObject:
    """Return one line of `details`, or of a validation's `results`."""
    return {"severity": severity, "field": field, "code": code, "message": message, "params": dict(params or {})}


def simulated(status: int) -> Reply:
    """Return an answer of any status as this vendor would shape it, whatever the error style."""
    known = {item.value: item.phrase for item in HTTPStatus}
    return Refused(status, known.get(status, f"simulated answer {status}")).reply(Settings())
