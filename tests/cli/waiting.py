"""Waiting for a condition of another process: asked again until it holds, never a fixed pause."""

import select
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
DEADLINE = 30.0
"""Seconds after which a condition that does not come true is a failure."""


def until(condition: Callable[[], T], failure: str, *, deadline: float = DEADLINE) -> T:
    """Return the condition's first true answer; AssertionError with `failure` after the deadline."""
    end = time.monotonic() + deadline
    while not (answer := condition()):
        assert time.monotonic() < end, failure
        select.select([], [], [], 0.02)  # lets the other process have the processor
    return answer
