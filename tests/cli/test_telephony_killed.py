"""Rules of sudden death at Dimensions: SIGKILL around each kind of call; one of each, without help but for a device."""

import concurrent.futures
import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.cli import telephony
from tests.cli.stage import Stage, chosen
from tests.cli.telephony import WHOLE, Exchange

CALLS = (
    ("POST", "/customers$"),
    ("POST", "/pbxs$"),
    ("POST", "/users$"),
    ("PATCH", "/customers/[^/]+$"),
    ("PATCH", "/pbxs/[^/]+$"),
    ("PATCH", "/users/[^/]+$"),
)
ASSIGN = ("PUT", "/assign$")
USER = "dimensions/user/tom-lang"
WORDS: Mapping[str, tuple[str, Callable[[Exchange], list[str]]]] = {
    "done": ("pause_after", lambda _: ["--done"]),
    "not-executed": ("pause_before", lambda _: ["--not-executed"]),
    "adopt": ("pause_after", lambda made: ["--adopt", tom(made)]),
}


@dataclasses.dataclass(frozen=True)
class Aftermath:
    """How the runs after the kills ended, and what the vendor holds and was sent at the end."""

    codes: list[int]
    sent: list[str]
    books: Mapping[str, Any]
    last_plan: int
    sign_ins: set[int | None]


def tom(made: Exchange) -> str:
    """Return the id of the user whose device it is."""
    number: str = made.vendor.row("users", email="tom@acme-dental.example")["id"]
    return number


@pytest.fixture(scope="module")
def aftermaths(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, stage: Stage
) -> Mapping[str, "concurrent.futures.Future[Aftermath]"]:
    """Play the cases."""
    folder = tmp_path_factory.mktemp("telephony-killed")
    plays = {**dict.fromkeys(("pause_before", "pause_after"), at_each_call), **dict.fromkeys(WORDS, at_an_assignment)}

    def one(case: str) -> "concurrent.futures.Future[Aftermath]":
        return telephony.play(stage, folder / case, lambda made: plays[case](made, case))

    return {case: one(case) for case in [*chosen(request, "moment", plays), *chosen(request, "word", plays)]}


def at_each_call(made: Exchange, moment: str) -> Aftermath:
    """Kill one run after the other, each at the next kind of call, also while the last kill is being settled."""
    one_after_the_other = telephony.CONFIGURATION.replace("concurrency: 4", "concurrency: 1")
    made.configure(one_after_the_other)
    for method, path in CALLS:
        made.kill(moment, path, method=method)
    return aftermath(made, made.until_quiet())


def at_an_assignment(made: Exchange, word: str) -> Aftermath:
    """Kill a run at the assignment of a device, apply, say the word, apply."""
    moment, flags = WORDS[word]
    made.kill(moment, ASSIGN[1], method=ASSIGN[0])
    made.vendor.mutations()
    codes = [made.run("apply", "--yes").code]
    assert made.vendor.mutations() == []
    codes.append(made.run("resolve", USER, *flags(made)).code)
    return aftermath(made, [*codes, *made.until_quiet()])


def aftermath(made: Exchange, codes: list[int]) -> Aftermath:
    """Plan once more and look at the books."""
    sign_ins = set(made.vendor.sign_ins())
    sent = made.vendor.mutations()
    last = made.run("plan", "--detailed-exitcode").code
    assert made.vendor.mutations() == []
    return Aftermath(codes, sent, made.vendor.books(), last, sign_ins)


@pytest.mark.parametrize("moment", ["pause_before", "pause_after"])
def test_killed_at_each_call(aftermaths: Mapping[str, "concurrent.futures.Future[Aftermath]"], moment: str) -> None:
    """Killed at one kind of call after the other, the last run ends it: one of each, each invitation once, plan empty.

    No sign-in ever used a dead token.
    """
    found = aftermaths[moment].result()
    assert (found.codes, found.last_plan) == ([0], 0)
    assert found.books == WHOLE
    assert found.sign_ins == {200}


@pytest.mark.parametrize("word", WORDS)
def test_killed_at_an_assignment(aftermaths: Mapping[str, "concurrent.futures.Future[Aftermath]"], word: str) -> None:
    """Nobody can look an assignment up: 6, nothing is sent again, one word of a person settles it, then 0."""
    found = aftermaths[word].result()
    assert (found.codes, found.last_plan) == ([6, 0, 0], 0)
    again = ["PUT /customers/-/users/-/devices/pbx/tom-softphone/assign"]
    assert found.sent == (again if word == "not-executed" else [])
    assert found.books == WHOLE


def test_killed_invitation_is_parked_not_repeated(tmp_path: Path, stage: Stage) -> None:
    """A mail cannot be looked up: killed in between, `resend` leaves it to a person, and it is never sent by itself."""
    found = telephony.play(stage, tmp_path, killed_invitation, telephony.SMALL).result()
    assert (found.codes, found.last_plan) == ([6, 0], 0)
    assert found.books["invited"] == ["lea@acme-dental.example"] * 2


def killed_invitation(made: Exchange) -> Aftermath:
    """Kill the sending of an invitation again, apply, say that it went out."""
    made.apply()
    made.kill("pause_after", "/sendActivationEmail$", method="POST", command="resend User/lea-martin")
    codes = [made.run("apply", "--yes").code]
    codes.append(made.run("resolve", "dimensions/user/lea-martin", "--done").code)
    return aftermath(made, codes)
