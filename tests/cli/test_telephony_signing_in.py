"""Rules of the credential that changes with each use, with real processes: no dead one is ever sent, or `login` cures.

A request for a token that ends with 400 at the vendor carried a dead refresh token.
"""

import concurrent.futures
import contextlib
import dataclasses
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.cli import telephony
from tests.cli.repository import Ended, Running
from tests.cli.server import Vendor
from tests.cli.stage import Stage, chosen
from tests.cli.telephony import SMALL, Exchange
from tests.cli.test_login import shown_url, visit
from tests.cli.waiting import until

TOKEN, CUSTOMERS = "/connect/token$", "/customers$"
CURE = "run `reconciler login dimensions`"


@pytest.fixture
def made(tmp_path: Path, bss: Vendor) -> Iterator[Exchange]:
    """Return a repository with a customer and its administrator, nothing of which is at the vendor."""
    with telephony.exchange(tmp_path / "repository", bss.origin, SMALL) as exchange:
        yield exchange


def log_in(made: Exchange) -> Ended:
    """Run `login` with a person who consents."""
    with made.running("login", "dimensions") as running:
        visit(shown_url(running))
        return running.end()


def has_the_ledger(run: Running) -> bool:
    """Say whether a run has opened the ledger, after which signing in is what it does first."""
    with contextlib.suppress(FileNotFoundError):  # it may close a file between two looks
        return any(link.readlink().name == "state.db" for link in Path(f"/proc/{run.process.pid}/fd").iterdir())
    return False


@dataclasses.dataclass(frozen=True)
class Aftermath:
    """How the commands after an accident ended, what the last of them said, and how the sign-ins went."""

    codes: list[int]
    said: str
    sent: list[str]
    sign_ins: list[int | None]


KILLS = {
    "before-the-rotation": ("pause_before", TOKEN, "POST"),
    "between-rotation-and-use": ("pause_before", CUSTOMERS, "GET"),
    "after-use": ("pause_after", CUSTOMERS, "POST"),
}
LOSSES = ("run-killed", "answer-lost")


@pytest.fixture(scope="module")
def aftermaths(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, stage: Stage
) -> Mapping[str, "concurrent.futures.Future[Aftermath]"]:
    """Play the accidents."""
    folder = tmp_path_factory.mktemp("telephony-signing-in")

    def one(name: str) -> "concurrent.futures.Future[Aftermath]":
        case = killed if name in KILLS else lost
        return telephony.play(stage, folder / name, lambda made: case(made, name), SMALL)

    return {name: one(name) for name in [*chosen(request, "kill", KILLS), *chosen(request, "loss", LOSSES)]}


def killed(made: Exchange, name: str) -> Aftermath:
    """Kill a run around a rotation, then run until quiet."""
    moment, path, method = KILLS[name]
    made.kill(moment, path, method=method)
    return Aftermath(made.until_quiet(), "", made.vendor.mutations(), made.vendor.sign_ins())


def lost(made: Exchange, name: str) -> Aftermath:
    """Lose the answer that held the new token, apply, log in, then run until quiet."""
    if name == "run-killed":
        made.kill("pause_after", TOKEN, method="POST")
    else:
        made.vendor.fault("drop_after", TOKEN, method="POST")
    dead, sent = made.run("apply", "--yes"), made.vendor.mutations()
    codes = [dead.code, log_in(made).code, *made.until_quiet()]
    return Aftermath(codes, dead.said, sent, made.vendor.sign_ins())


@pytest.mark.parametrize("kill", KILLS)
def test_killed_around_the_rotation(
    aftermaths: Mapping[str, "concurrent.futures.Future[Aftermath]"], kill: str
) -> None:
    """Whatever a run that is killed has got of a new token is kept already: the next run signs in and does the rest."""
    found = aftermaths[kill].result()
    assert found.codes == [0]
    assert 400 not in found.sign_ins
    assert found.sent.count("POST /customers") == 1


@pytest.mark.parametrize("loss", LOSSES)
def test_answer_that_never_came_is_cured_by_login(
    aftermaths: Mapping[str, "concurrent.futures.Future[Aftermath]"], loss: str
) -> None:
    """The vendor has replaced the token and nobody heard by what: 1, with the command that cures it, which does."""
    found = aftermaths[loss].result()
    assert found.codes == [1, 0, 0]
    assert CURE in found.said
    assert found.sent == []


def test_two_plans_at_once(made: Exchange) -> None:
    """A plan that comes while another one signs in waits for its turn; each uses what the other left."""
    made.vendor.fault("pause_before", TOKEN, method="POST")
    with made.running("plan") as first:
        made.vendor.await_paused()
        with made.running("plan") as second:
            until(lambda: has_the_ledger(second), "the second plan did not come as far as the ledger")
            made.vendor.release()
            assert [first.end().code, second.end().code] == [0, 0]
    assert made.vendor.sign_ins() == [200, 200]


def test_beside_an_apply(made: Exchange) -> None:
    """While one run applies, another is 7 and a plan works, also when it has to sign in between."""
    made.vendor.fault("pause_after", CUSTOMERS, method="POST")
    with made.running("apply", "--yes") as first:
        made.vendor.await_paused()
        with made.running("apply", "--yes") as second, made.running("plan") as plan:
            assert [second.end().code, plan.end().code] == [7, 0]
        made.vendor.release()
        assert first.end().code == 0
    assert made.vendor.books()["customers"] == [("acme", True)]
    assert set(made.vendor.sign_ins()) == {200}
