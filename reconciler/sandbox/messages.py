"""What a simulator is asked and what it answers, free of any web framework.

Simulators are plain functions from a `Request` to a `Reply`; sockets, faults and logs are the gate's
affair. Nothing here reads a clock or knows a vendor.
"""

import dataclasses
import json
from collections.abc import Mapping
from datetime import datetime
from typing import TypeAlias
from urllib.parse import unquote_plus

JsonObject: TypeAlias = dict[str, object]


@dataclasses.dataclass(frozen=True)
class Request:
    """One HTTP request below the simulator's prefix.

    `received` is when it arrived (credentials count at that moment), `now` is when the vendor works
    on it; a late commit makes the two differ. `query` is still percent-encoded. `host` is the prefix it
    came by, empty when the simulator stands alone at the root.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    received: datetime
    now: datetime
    host: str = ""

    @property
    def readable_query(self) -> str:
        """Return the query decoded, for people and patterns."""
        return unquote_plus(self.query)


@dataclasses.dataclass(frozen=True)
class Pace:
    """How a body is delivered: so many bytes at a time, with a wait in seconds, cut after so many bytes."""

    chunk: int
    seconds: float = 0.0
    stop_after: int | None = None


@dataclasses.dataclass(frozen=True)
class Reply:
    """One HTTP answer; header values may hold any text that fits UTF-8."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    pace: Pace | None = None


def json_reply(status: int, data: object, *, headers: tuple[tuple[str, str], ...] = ()) -> Reply:
    """Encode `data` as a UTF-8 JSON answer."""
    body = json.dumps(data, ensure_ascii=False).encode()
    return Reply(status, body, (("content-type", "application/json; charset=utf-8"), *headers))


def with_header(reply: Reply, name: str, *, value: str) -> Reply:
    """Return the reply with one header set, replacing an earlier one of that name."""
    kept = tuple(pair for pair in reply.headers if pair[0].lower() != name.lower())
    return dataclasses.replace(reply, headers=(*kept, (name, value)))
