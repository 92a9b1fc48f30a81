"""Signals: the first asks a command to end well, the second ends the process at once.

Unless a command says otherwise, the first cancels it: what only reads has nothing to finish. A command that sends
says what is done `instead`, so that what is in flight is finished and recorded.
"""

import asyncio
import contextlib
import os
import signal
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

from reconciler.cli import output
from reconciler.errors import Exit, Interrupted

T = TypeVar("T")
_STOPS = (signal.SIGINT, signal.SIGTERM)


class Signals:
    """The signals of one command. `heard` counts them."""

    def __init__(self, cancel: Callable[[], object]) -> None:
        self.heard = 0
        self._actions = [cancel]

    def hear(self) -> None:
        """Do what the first signal asks for; end the process at the second."""
        self.heard += 1
        if self.heard > 1:
            os._exit(Exit.INTERRUPTED)
        output.note("stopping: nothing new is started; what is in flight is finished and recorded")
        self._actions[-1]()

    @contextlib.contextmanager
    def instead(self, action: Callable[[], object]) -> Iterator[None]:
        """Have the first signal do this inside the block."""
        self._actions.append(action)
        try:
            yield
        finally:
            self._actions.pop()

    @contextlib.contextmanager
    def raising(self) -> Iterator[None]:
        """Have a signal raise KeyboardInterrupt inside the block, which holds the loop up: a question to a person."""
        before = {number: signal.signal(number, _raise) for number in _STOPS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def run(main: Callable[[Signals], Awaitable[T]]) -> T:
    """Run an asynchronous command to its end. Raises Interrupted when a signal cancelled it."""
    before = {number: signal.getsignal(number) for number in _STOPS}
    try:
        return asyncio.run(_heeding(main))
    except asyncio.CancelledError as error:
        raise Interrupted("interrupted") from error
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


async def _heeding(main: Callable[[Signals], Awaitable[T]]) -> T:
    task = asyncio.current_task()
    assert task is not None
    signals = Signals(task.cancel)
    for number in _STOPS:
        asyncio.get_running_loop().add_signal_handler(number, signals.hear)
    return await main(signals)


def _raise(*_: object) -> None:
    raise KeyboardInterrupt
