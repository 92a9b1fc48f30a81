"""Refusals in the shape of the BSS: a JSON object with `Type`, `Message` and `Errors`.

Shape and codes: `interworks.md` sections 1.6 and 8. Conflicts are 400, as the vendor's status table has
no 409.
"""

from reconciler.sandbox.messages import JsonObject, Reply, json_reply

REQUIRED_OPTION_MISSING = -1001
VALUE_NOT_PREDEFINED = -1002
USERNAME_TAKEN = -1003
PARENT_NOT_READY = -1004
EMAIL_INVALID = -1005
CREDENTIALS_UNKNOWN = -1006
ACCOUNT_NOT_SYNCHRONIZED = -2001
QUANTITY_OUT_OF_RANGE = -2002
VENDOR_UNAVAILABLE = -2003
KEY_NOT_SENDABLE = -3001

TYPES = {
    400: "ValidationError",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    500: "ServerError",
    503: "ServerError",
}


class Refused(Exception):
    """A request the BSS does not carry out; nothing was changed unless the raiser says so."""

    def __init__(
        self, status: int, message: str, *, kind: str | None = None, field: str | None = None, code: int | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.kind = kind or TYPES.get(status, "ServerError")
        self.field = field
        self.code = code

    def reply(self, *, headers: tuple[tuple[str, str], ...] = ()) -> Reply:
        """Return the answer a caller sees."""
        message = str(self)
        errors = [] if self.field is None else [{"Field": self.field, "Message": message}]
        body: JsonObject = {"Type": self.kind, "Message": message, "Errors": errors}
        if self.code is not None:
            body["Code"] = self.code
        return json_reply(self.status, body, headers=headers)


def invalid(message: str, *, field: str | None = None) -> Refused:
    """Return the refusal of a missing, invalid or wrongly typed parameter."""
    return Refused(400, message, field=field)


def conflict(message: str, *, field: str | None = None) -> Refused:
    """Return the refusal of something that contradicts the present state."""
    return Refused(400, message, kind="Conflict", field=field)


def not_found(what: str) -> Refused:
    """Return the refusal of a wrong URL or an unknown id."""
    return Refused(404, f"{what} was not found")


def provisioning(code: int, message: str) -> Refused:
    """Return a failure of the vendor behind the BSS, with the vendor's own code."""
    return Refused(400, message, kind="ProvisioningError", code=code)


def rate_limited(retry_after: str) -> Reply:
    """Return the 403 of a caller that is too fast, with `Retry-After` when it is not empty."""
    headers = (("retry-after", retry_after),) if retry_after else ()
    return Refused(403, "rate limit exceeded", kind="RateLimit").reply(headers=headers)
