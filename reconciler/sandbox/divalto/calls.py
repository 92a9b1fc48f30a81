"""One API call as the endpoints see it, and the answers it gets (`divalto.md` section 5)."""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import parse_qsl, quote

from reconciler.sandbox.divalto.errors import VERSION_MISMATCH, Refused, malformed
from reconciler.sandbox.divalto.moments import stamp
from reconciler.sandbox.divalto.records import Key
from reconciler.sandbox.messages import JsonObject, Reply, Request, json_reply

DEFAULT_COUNT, MOST = 50, 200


@dataclasses.dataclass(frozen=True)
class Call:
    """A routed request of a known partner; `ids` are the path's variable parts by name."""

    request: Request
    key: Key
    ids: Mapping[str, str]

    @property
    def partner(self) -> str:
        """Return the partner who calls."""
        return self.key.partner

    @property
    def now(self) -> datetime:
        """Return the moment Divalto works on this call."""
        return self.request.now

    @property
    def at(self) -> str:
        """Return that moment as it is written."""
        return stamp(self.now)

    @property
    def query(self) -> Mapping[str, str]:
        """Return the query by name without its empty values; the first value of a repeated name counts."""
        return dict(reversed(parse_qsl(self.request.query)))

    def form(self) -> JsonObject:
        """Return the body as a JSON object; an empty body is an empty object."""
        if not self.request.body.strip():
            return {}
        if self.request.headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
            raise Refused(415, "application/json attendu")
        try:
            body = json.loads(self.request.body, parse_constant=_no_number)
            json.dumps(body, ensure_ascii=False).encode()
        except (ValueError, RecursionError) as error:
            raise malformed("Le corps n'est pas du JSON") from error
        if not isinstance(body, dict):
            raise malformed("Le corps n'est pas un objet JSON")
        return body

    def sent_version(self) -> int:
        """Return the version in `If-Match` (-1 when it is no version); refused with 428 when absent."""
        text = self.request.headers.get("if-match", "").strip()
        if not text:
            raise Refused(428, "If-Match requis")
        number = text.removeprefix("W/").strip('"')
        return int(number) if number.isdecimal() and len(number) <= 9 else -1

    def answer(self, data: JsonObject, *, version: int | None = None, status: int = 200) -> Reply:
        """Answer with one object, with its version as ETag."""
        return json_reply(status, data, headers=() if version is None else (("etag", f'"{version}"'),))

    def created(self, data: JsonObject, *, place: str, version: int | None = None) -> Reply:
        """Answer a creation with the new resource's address, from its path below the prefix."""
        reply = self.answer(data, version=version, status=201)
        host = self.request.headers.get("host", "localhost")
        prefix = f"/{self.request.host}" if self.request.host else ""
        return dataclasses.replace(
            reply, headers=(*reply.headers, ("location", f"http://{host}{prefix}{quote(place)}"))
        )

    def listed(self, rows: Sequence[JsonObject]) -> Reply:
        """Answer with the page of the rows that is asked for."""
        offset, count = self._number("offset", 0), min(self._number("count", DEFAULT_COUNT), MOST)
        page = rows[offset : offset + count]
        body: JsonObject = {"offset": offset, "count": count, "nbrecord": len(page), "total": len(rows)}
        return json_reply(200, {**body, "records": list(page)})

    def _number(self, name: str, default: int) -> int:
        text = self.query.get(name)
        if text is None:
            return default
        if not text.isdecimal() or len(text) > 9:
            raise malformed(f"{name} n'est pas un nombre", field=name)
        return int(text)


def _no_number(text: str) -> object:
    raise ValueError(f"{text} is no JSON")


def stale(present: int) -> Refused:
    """Return the refusal of a change to another version than the present one."""
    return Refused(412, "La version a changé", code=VERSION_MISMATCH, params={"version": present})
