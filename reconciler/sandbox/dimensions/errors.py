"""Refusals of Dimensions in its error envelope (`dimensions.md` sections 2.3, 2.5 and 2.7).

401 has no body, and 402 gives the request's body back instead of an envelope.
"""

from datetime import datetime
from http import HTTPStatus

from reconciler.sandbox.dimensions.moments import stamp
from reconciler.sandbox.messages import JsonObject, Reply, Request, json_reply

TRIAL_NOT_PERMITTED = "TrialNotPermitted"
USER_EXISTS = "UserAlreadyExists"
PRODUCT_TYPE_IMMUTABLE = "TenantProfileTypeImmutable"
INSTANCE_IN_USE = "PbxInstanceInUse"
INTERNAL_SYSTEM_LIMIT = "InternalSystemLimit"
TENANT_NOT_PRIMARY = "TenantNotPrimary"


class Refused(Exception):
    """A request that Dimensions does not carry out; nothing was changed."""

    def __init__(self, status: int, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code

    def reply(self, now: datetime) -> Reply:
        """Return the answer a caller sees."""
        if self.status == 401:
            return Reply(401, b"", (("www-authenticate", "Bearer"),))
        body: JsonObject = {"error": self.status}
        if self.code is not None:
            body["errorCode"] = self.code
        return json_reply(self.status, {**body, "message": str(self), "status": "error", "timestamp": stamp(now)})


class ChargesNotAccepted(Exception):
    """A request that would cost money, from a caller who has not accepted that."""

    def __init__(self, request: Request) -> None:
        super().__init__("charges not accepted")
        self._request = request

    def reply(self) -> Reply:
        """Return 402 with the body that was sent."""
        content_type = self._request.headers.get("content-type", "application/json")
        return Reply(402, self._request.body, (("content-type", content_type),))


def invalid(message: str, *, code: str | None = None) -> Refused:
    """Return the refusal of a request that is wrong in itself or contradicts the present state."""
    return Refused(400, message, code=code)


def invalid_value(value: object, *, name: str | None = None) -> Refused:
    """Return the refusal of one value, of a field if named."""
    return Refused(400, f"The value '{value}' is not valid{f' for {name}' if name else ''}.")


def nowhere(segment: str) -> Refused:
    """Return the refusal of a patch whose path leads nowhere."""
    return Refused(400, f"The target location specified by path segment '{segment}' was not found.")


def not_found() -> Refused:
    """Return the refusal of an unknown route or id."""
    return Refused(404, "Not Found")


def simulated(status: int, now: datetime) -> Reply:
    """Return an answer of any status as this vendor would shape it."""
    known = {item.value: item.phrase for item in HTTPStatus}
    return Refused(status, known.get(status, f"simulated answer {status}")).reply(now)
