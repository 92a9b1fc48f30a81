"""One API call as the endpoints see it, and the envelopes it is answered with (`dimensions.md` 2.3)."""

import dataclasses
import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import parse_qsl

from reconciler.sandbox.dimensions.errors import invalid, invalid_value
from reconciler.sandbox.dimensions.moments import stamp
from reconciler.sandbox.dimensions.records import Token
from reconciler.sandbox.messages import JsonObject, Reply, Request, json_reply

_TELEMETRY = ("request-context", f"appId=cid-v1:{uuid.UUID(int=0)}")


@dataclasses.dataclass(frozen=True)
class Call:
    """A routed request of a signed-in caller.

    `ids` are the path's variable parts by name; `account` is among them wherever a reseller is worked in.
    """

    request: Request
    token: Token
    ids: Mapping[str, str]

    @property
    def now(self) -> datetime:
        """Return the moment Dimensions works on this call."""
        return self.request.now

    @property
    def query(self) -> Mapping[str, str]:
        """Return the query by lower-case name; the first value of a repeated name counts."""
        pairs = parse_qsl(self.request.query, keep_blank_values=True)
        return {name.lower(): value for name, value in reversed(pairs)}

    @property
    def accepts_charges(self) -> bool:
        """Say whether the caller has accepted that this may cost money."""
        return self.request.headers.get("accept-charges", "").strip().lower() == "true"

    def body(self) -> object:
        """Return the JSON body; refused with 400 when it is none."""
        try:
            return json.loads(self.request.body)
        except ValueError as error:
            raise invalid("The body is not valid JSON.") from error

    def form(self, *, optional: bool = False) -> JsonObject:
        """Return the body as a JSON object; an `optional` one may be empty."""
        if optional and not self.request.body.strip():
            return {}
        body = self.body()
        if not isinstance(body, dict):
            raise invalid("The body must be a JSON object.")
        return body

    def answer(self, data: object) -> Reply:
        """Answer with one object."""
        return json_reply(200, {"data": data, "status": "success", "timestamp": stamp(self.now)})

    def done(self) -> Reply:
        """Answer a change or a deletion: no data."""
        return json_reply(200, {"status": "success", "timestamp": stamp(self.now)}, headers=(_TELEMETRY,))

    def created(self, place: str, *, data: object = None) -> Reply:
        """Answer a creation with the new resource's place below the path (empty: the path itself)."""
        body = {} if data is None else {"data": data}
        headers = (("location", self._address(place)),)
        return json_reply(201, {**body, "status": "success", "timestamp": stamp(self.now)}, headers=headers)

    def listed(self, rows: Sequence[object], *, page: int | None = None) -> Reply:
        """Answer with a list; `page_size` is the number of its rows."""
        index = {} if page is None else {"page_index": page}
        body = {"page_size": len(rows), **index, "data": rows, "status": "success", "timestamp": stamp(self.now)}
        return json_reply(200, body)

    def _address(self, place: str) -> str:
        host = self.request.headers.get("host", "localhost")
        prefix = f"/{self.request.host}" if self.request.host else ""
        path = self.request.path.rstrip("/")
        return f"http://{host}{prefix}{path}{f'/{place}' if place else ''}"


def guid(text: str) -> str:
    """Read an id from a path; refused with 400 when it is no GUID."""
    try:
        return str(uuid.UUID(text))
    except ValueError as error:
        raise invalid_value(text) from error
