"""Which requests were made for what, when several things are under way at once.

A tally follows the tasks that are started inside it, so a shielded change counts where it was asked for. A sign-in
that several wait for counts where it was started.
"""

import contextlib
import contextvars
import dataclasses
from collections.abc import Iterator


@dataclasses.dataclass
class Tally:
    """How many requests were made."""

    requests: int = 0


_current: contextvars.ContextVar[Tally | None] = contextvars.ContextVar("tally", default=None)


@contextlib.contextmanager
def counting() -> Iterator[Tally]:
    """Count the requests made inside the block, by it and by the tasks it starts."""
    tally = Tally()
    token = _current.set(tally)
    try:
        yield tally
    finally:
        _current.reset(token)


def add_one() -> None:
    """Count a request, if anybody does."""
    tally = _current.get()
    if tally is not None:
        tally.requests += 1
