"""Rules of a person at a terminal: the plan is shown, a question is asked, and no means no."""

import os
import pty
import re
import select
import signal
import subprocess
from collections.abc import Iterator

import pytest

from tests.cli.repository import LIMIT, PROGRAM, Repository
from tests.cli.waiting import until

PROMPT = "Carry this out?"


class Terminal:
    """A command with a terminal for its three streams."""

    def __init__(self, repository: Repository, *arguments: str) -> None:
        self.shown = ""
        self._ours, theirs = pty.openpty()
        env = {**repository.env, "TERM": "xterm", "COLUMNS": "200"}
        self._process = subprocess.Popen(
            [*PROGRAM, *arguments],
            cwd=repository.root,
            env=env,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)

    def read_until(self, text: str) -> None:
        """Read what is shown until it contains a text."""
        while text not in self.shown:
            part = self._read()
            assert part, self.shown
            self.shown += part

    def type(self, text: str) -> None:
        """Type something."""
        os.write(self._ours, text.encode())

    def interrupt(self, number: signal.Signals) -> None:
        """Send a signal, as the terminal does at Ctrl-C, until the program heeds it.

        One that comes in the instant before the program begins to read is seen by Python at the next only.
        """
        until(lambda: self._gone(number), "the program did not end")

    def end(self) -> int:
        """Read to the end and return the exit code."""
        while part := self._read():
            self.shown += part
        return self._process.wait(LIMIT)

    def close(self) -> None:
        """End what is left."""
        self._process.kill()
        self._process.wait(LIMIT)
        os.close(self._ours)

    def _gone(self, number: signal.Signals) -> bool:
        self._process.send_signal(number)
        try:
            self._process.wait(2.0)
        except subprocess.TimeoutExpired:
            return False
        return True

    def _read(self) -> str:
        ready, _, _ = select.select([self._ours], [], [], LIMIT)
        assert ready, self.shown
        try:
            return os.read(self._ours, 65536).decode(errors="replace")
        except OSError:  # Linux: the other side was closed
            return ""


@pytest.fixture
def terminal(repository: Repository) -> Iterator[Terminal]:
    """Return an apply that has asked its question."""
    opened = Terminal(repository, "apply")
    opened.read_until(PROMPT)
    yield opened
    opened.close()


def test_yes(repository: Repository, terminal: Terminal) -> None:
    """The plan stands above the question; after a yes it is carried out."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", terminal.shown)
    assert "create interworks/account/nordwind" in plain
    assert "\\x1b" not in plain
    assert repository.vendor.mutations() == []
    terminal.type("y\n")
    assert terminal.end() == 0
    assert len(repository.vendor.books()["charges"]) == 3


@pytest.mark.parametrize("answer", ["n\n", "\n", "\x04"], ids=["no", "nothing", "end-of-input"])
def test_anything_else(repository: Repository, terminal: Terminal, answer: str) -> None:
    """Without a clear yes nothing is sent."""
    terminal.type(answer)
    assert terminal.end() in {1, 130}
    assert repository.vendor.mutations() == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_interrupted_question(repository: Repository, terminal: Terminal, number: signal.Signals) -> None:
    """Ctrl-C at the question ends the run at once, and the lock is free."""
    terminal.interrupt(number)
    assert terminal.end() == 130
    assert repository.vendor.mutations() == []
    assert repository.until_quiet() == [0]


def test_long_plan_is_shown_whole(repository: Repository, terminal: Terminal) -> None:
    """Whoever is asked sees every action, not a shortened list."""
    shown = re.sub(r"\x1b\[[0-9;]*m|\s", "", terminal.shown)
    for one in repository.run("plan", "-o", "json").document["actions"]:
        assert one["operation"] + one["address"] in shown


def test_nothing_to_do_asks_nothing(repository: Repository) -> None:
    """A person is not asked about an empty plan."""
    repository.apply()
    opened = Terminal(repository, "apply")
    code = opened.end()
    opened.close()
    assert code == 0
    assert PROMPT not in opened.shown
