"""A stage on which the cases of a table are played side by side, each with a vendor of its own.

A case mostly waits for another process, so playing several at once is what keeps the tests quick. Each test still
asserts about its own case alone.
"""

import concurrent.futures
import contextlib
import queue
from collections.abc import Callable, Iterable
from typing import TypeVar

import pytest

from tests.cli.server import Vendor, serving

T = TypeVar("T")
SIDE_BY_SIDE = 3


class Stage:
    """Some vendors and as many hands."""

    def __init__(self, stack: contextlib.ExitStack) -> None:
        self._stack = stack
        self._free: queue.SimpleQueue[Vendor] = queue.SimpleQueue()
        self._hands = stack.enter_context(concurrent.futures.ThreadPoolExecutor(SIDE_BY_SIDE))
        stack.callback(self._hands.shutdown, cancel_futures=True)
        for _ in range(SIDE_BY_SIDE):
            self._free.put(stack.enter_context(serving()))

    def play(self, case: Callable[[Vendor], T]) -> "concurrent.futures.Future[T]":
        """Play a case as soon as a vendor is free; its books are empty then."""
        return self._hands.submit(self._one, case)

    def _one(self, case: Callable[[Vendor], T]) -> T:
        vendor = self._free.get()
        try:
            vendor.sim("POST", "/reset")
            return case(vendor)
        finally:
            self._free.put(vendor)


def chosen(request: pytest.FixtureRequest, name: str, cases: Iterable[T]) -> list[T]:
    """Return those cases whose tests in this module are to be run; `name` is the parameter that holds them."""
    items = [item for item in request.session.items if isinstance(item, pytest.Function)]
    own = [item for item in items if item.module is request.module and hasattr(item, "callspec")]
    params = [item.callspec.params[name] for item in own if name in item.callspec.params]
    return [case for case in cases if case in params]
