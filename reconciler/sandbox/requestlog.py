"""What was asked of a simulator, for tests that count calls.

Holds no bodies, and of the headers only those of a list, so no secret can be in it. The oldest lines go first when it
is full.
"""

import collections
import dataclasses
from collections.abc import Mapping

from reconciler.sandbox.messages import JsonObject, Request
from reconciler.sandbox.tables import to_json

LONGEST = 100_000
SHOWN_HEADERS = ("accept-charges",)
"""Headers by which a caller says what it agrees to; none can hold a credential."""


@dataclasses.dataclass
class Line:
    """One request.

    `status` is what the caller was told (None: nothing, or not yet), `performed` what the vendor itself
    concluded (None: the request never reached it), `fault` the kind of the fault that hit. `headers` are those of
    `SHOWN_HEADERS` that it carried.
    """

    n: int
    time: str
    method: str
    path: str
    query: str
    mutating: bool
    status: int | None = None
    performed: int | None = None
    fault: str | None = None
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict)


class RequestLog:
    """The last requests in order of arrival; numbers go on after a clear."""

    def __init__(self) -> None:
        self._lines: collections.deque[Line] = collections.deque(maxlen=LONGEST)
        self._count = 0

    def open(self, request: Request, *, mutating: bool) -> Line:
        """Add a line at arrival; its outcome is filled in later."""
        self._count += 1
        line = Line(
            n=self._count,
            time=request.received.isoformat(timespec="milliseconds"),
            method=request.method,
            path=request.path,
            query=request.readable_query,
            mutating=mutating,
            headers={name: request.headers[name] for name in SHOWN_HEADERS if name in request.headers},
        )
        self._lines.append(line)
        return line

    def clear(self) -> None:
        """Forget the lines."""
        self._lines.clear()

    def to_json(self) -> list[JsonObject]:
        """Return the lines, oldest first."""
        return [to_json(line) for line in self._lines]
