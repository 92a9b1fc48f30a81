"""Rules of the credential that changes with each use, with real processes: no dead one is ever sent, or `login` cures.

A request for a token that ends with 400 at the vendor carried a dead refresh token.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli import telephony
from tests.cli.repository import Ended, Running
from tests.cli.server import Vendor
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


@pytest.mark.parametrize(
    ("moment", "path", "method"),
    [("pause_before", TOKEN, "POST"), ("pause_before", CUSTOMERS, "GET"), ("pause_after", CUSTOMERS, "POST")],
    ids=["before-the-rotation", "between-rotation-and-use", "after-use"],
)
def test_killed_around_the_rotation(made: Exchange, moment: str, path: str, method: str) -> None:
    """Whatever a run that is killed has got of a new token is kept already: the next run signs in and does the rest."""
    made.kill(moment, path, method=method)
    assert made.until_quiet() == [0]
    assert made.vendor.books()["customers"] == [("acme", True)]
    assert 400 not in made.vendor.sign_ins()


@pytest.mark.parametrize("end", ["killed", "lost"])
def test_answer_that_never_came_is_cured_by_login(made: Exchange, end: str) -> None:
    """The vendor has replaced the token and nobody heard by what: 1, with the command that cures it, which does."""
    if end == "killed":
        made.kill("pause_after", TOKEN, method="POST")
    else:
        made.vendor.fault("drop_after", TOKEN, method="POST")
        assert made.run("plan").code == 1
    dead = made.run("apply", "--yes")
    assert dead.code == 1
    assert CURE in dead.out
    assert made.vendor.mutations() == []
    assert log_in(made).code == 0
    assert made.until_quiet() == [0]


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
