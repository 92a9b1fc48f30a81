"""One API call as the endpoints see it: path arguments, query, body and the moment it is worked on."""

import dataclasses
import json
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import parse_qsl

from reconciler.sandbox.interworks.errors import invalid
from reconciler.sandbox.messages import JsonObject, Request


@dataclasses.dataclass(frozen=True)
class Call:
    """A routed request; `args` are the path's variable parts, in lower case."""

    request: Request
    args: tuple[str, ...]

    @property
    def now(self) -> datetime:
        """Return the moment the BSS works on this call."""
        return self.request.now

    @property
    def stamp(self) -> str:
        """Return that moment as the BSS writes it."""
        return written(self.now)

    @property
    def query(self) -> Mapping[str, str]:
        """Return the query by lower-case name; the first value of a repeated name counts."""
        pairs = parse_qsl(self.request.query, keep_blank_values=True)
        return {name.lower(): value for name, value in reversed(pairs)}

    def body(self) -> object:
        """Return the JSON body; refused with 400 when it is none."""
        try:
            return json.loads(self.request.body)
        except ValueError as error:
            raise invalid("the body is not valid JSON") from error

    def form(self, *, optional: bool = False) -> JsonObject:
        """Return the body as a JSON object; an `optional` one may be empty."""
        if optional and not self.request.body.strip():
            return {}
        body = self.body()
        if not isinstance(body, dict):
            raise invalid("the body must be a JSON object")
        return body


def written(moment: datetime) -> str:
    """Write a moment with its offset, in milliseconds."""
    return moment.isoformat(timespec="milliseconds")


def whole_number(text: str, *, field: str) -> int:
    """Read an id from a path; refused with 400 when it is no whole number."""
    if not text.isdecimal() or len(text) > 18:
        raise invalid(f"{field} must be a whole number", field=field)
    return int(text)
