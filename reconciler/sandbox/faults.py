"""Faults as data: what to match, how often, and which misbehaviour to show.

This module parses, checks and draws them; `mischief` carries them out. No chance is involved: a fault
hits the n-th matching request and the ones after it until its count is used up.
"""

import dataclasses
import re
from collections.abc import Mapping

from reconciler.sandbox.messages import JsonObject, Request

# The options each kind understands, beyond `match` and `kind`.
KINDS: Mapping[str, frozenset[str]] = {
    kind: frozenset(options.split())
    for kind, options in {
        "status_before": "status body headers",
        "status_after": "status body headers",
        "drop_before": "reset",
        "drop_after": "reset",
        "hang": "seconds",
        "late": "seconds patience",
        "pause_before": "seconds proceed",
        "pause_after": "seconds",
        "slow_body": "seconds bytes",
        "truncate": "bytes declared",
        "html": "commit",
        "empty_list": "",
        "garbage": "text base64",
        "duplicate_keys": "",
        "wrong_content_type": "value",
        "bare_array": "",
        "redirect": "status location commit",
        "retry_after": "status value commit",
        "huge": "bytes gzip",
        "twice": "",
    }.items()
}
_MATCH = frozenset({"method", "path", "query", "nth", "count"})


@dataclasses.dataclass
class Fault:
    """One misbehaviour waiting for its request.

    `nth` counts matching requests from 1; `count` is how many more are hit (None: all). `options`
    belong to the kind.
    """

    id: int
    kind: str
    method: str | None
    path: str
    query: str
    nth: int
    count: int | None
    options: Mapping[str, object]
    seen: int = 0
    hits: int = 0

    def draw(self, request: Request) -> bool:
        """Count the request if it matches and say whether the fault hits it."""
        if self.count == 0 or not self._matches(request):
            return False
        self.seen += 1
        if self.seen < self.nth:
            return False
        self.hits += 1
        if self.count is not None:
            self.count -= 1
        return True

    def to_json(self) -> JsonObject:
        """Return the fault as the control plane shows it."""
        match = {
            "method": self.method,
            "path": self.path,
            "query": self.query,
            "nth": self.nth,
            "count": self.count,
        }
        counts = {"seen": self.seen, "hits": self.hits}
        return {"id": self.id, "kind": self.kind, "match": match, **self.options, **counts}

    def number(self, name: str, default: float) -> float:
        """Return a numeric option, at least zero."""
        value = self.options.get(name, default)
        return max(0.0, float(value)) if isinstance(value, int | float) else default

    def text(self, name: str, default: str) -> str:
        """Return an option as text."""
        value = self.options.get(name, default)
        return value if isinstance(value, str) else str(value)

    def flag(self, name: str) -> bool:
        """Return a yes-or-no option, no by default."""
        return self.options.get(name) is True

    def _matches(self, request: Request) -> bool:
        if self.method is not None and self.method != request.method:
            return False
        return bool(
            re.search(self.path, request.path, re.IGNORECASE)
            and re.search(self.query, request.readable_query, re.IGNORECASE)
        )


class FaultBook:
    """The faults of one simulator, oldest first; the first that hits a request wins."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._count = 0

    def add(self, data: Mapping[str, object]) -> Fault:
        """Parse and add a fault; ValueError or TypeError says what is wrong with it."""
        kind = str(data.get("kind"))
        if kind not in KINDS:
            raise ValueError(f"kind {kind} is unknown; known are {', '.join(sorted(KINDS))}")
        options = {name: value for name, value in data.items() if name not in {"kind", "match"}}
        _refuse_unknown("option of " + kind, options, KINDS[kind])
        match = data.get("match", {})
        if not isinstance(match, dict):
            raise TypeError("match is not an object; give method, path, query, nth, count")
        _refuse_unknown("match", match, _MATCH)
        method = match.get("method")
        count = match.get("count", 1)
        fault = Fault(
            id=self._count + 1,
            kind=kind,
            method=str(method).upper() if method is not None else None,
            path=_pattern(match.get("path", "")),
            query=_pattern(match.get("query", "")),
            nth=_whole("nth", match.get("nth", 1), least=1),
            count=None if count is None else _whole("count", count, least=0),
            options=options,
        )
        self._count += 1
        self._faults.append(fault)
        return fault

    def draw(self, request: Request) -> Fault | None:
        """Return the fault that hits this request, if any."""
        for fault in self._faults:
            if fault.draw(request):
                return fault
        return None

    def remove(self, number: int) -> bool:
        """Drop one fault; False when there is none of this id."""
        kept = [fault for fault in self._faults if fault.id != number]
        found = len(kept) < len(self._faults)
        self._faults = kept
        return found

    def clear(self) -> None:
        """Drop all faults."""
        self._faults = []

    def to_json(self) -> list[JsonObject]:
        """Return all faults with how often they hit."""
        return [fault.to_json() for fault in self._faults]


def _refuse_unknown(where: str, given: Mapping[str, object], known: frozenset[str]) -> None:
    unknown = sorted(set(given) - known)
    if unknown:
        raise ValueError(f"{where}: {', '.join(unknown)} unknown; known are {', '.join(sorted(known)) or 'none'}")


def _pattern(value: object) -> str:
    try:
        return re.compile(str(value)).pattern
    except re.error as error:
        raise ValueError(f"pattern {value!r} is not a regular expression; {error}") from error


def _whole(name: str, value: object, *, least: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise ValueError(f"{name} is {value!r}; give a whole number from {least}")
    return value
