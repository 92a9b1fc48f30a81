"""Rules of dying: at whatever call the process ends, the next runs finish the work and repeat nothing.

The points are counted by running once, so that a new call joins by itself.
"""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.errors import Exit
from tests.passes.harness import ORDER, SECOND, SMALL, Estate, actions
from tests.passes.interference import Undisturbed
from tests.passes.test_faults import expected

MUTATING = ["POST /api/accounts", "PUT /api/accounts", "synchronize", "POST /api/orders", "/execute"]


def points(root: Path) -> int:
    """Return how many calls a pass makes."""
    root.mkdir()
    calls = Undisturbed()
    Estate(root).apply(by=calls)
    return len(calls.calls)


def dead_at_each_call(root: Path, *, after: bool, step: int = 1, lag: float = 0.0) -> Iterator[Estate]:
    """Yield an estate for every point, where the first run died."""
    for nth in range(1, points(root / "count") + 1, step):
        (root / str(nth)).mkdir()
        estate = Estate(root / str(nth))
        if lag:
            estate.sim("POST", "/settings", {"lag": lag, "lagOn": ["accounts", "orders", "assets"]})
        if estate.crash(after=after, nth=nth):
            yield estate


@pytest.mark.parametrize("after", [False, True], ids=["before-the-call", "after-the-call"])
def test_dying_at_any_call(tmp_path: Path, after: bool) -> None:
    """One more run finishes the work: the books are those of a run without faults, and nothing is planned any more."""
    died = 0
    for estate in dead_at_each_call(tmp_path, after=after):
        died += 1
        assert estate.until_quiet() == [Exit.DONE]
        assert estate.books() == expected()
        assert actions(estate.plan()) == []
    assert died > 50


def test_dying_at_any_call_where_lists_lag(tmp_path: Path) -> None:
    """The same holds when the vendor's lists show new rows only seconds later."""
    for estate in dead_at_each_call(tmp_path, after=True, step=2, lag=4.0):
        assert estate.until_quiet() == [Exit.DONE]
        assert estate.books() == expected()


@pytest.mark.parametrize("call", MUTATING)
def test_dying_again_while_finding_out(tmp_path: Path, call: str) -> None:
    """A run that dies while it looks up what the first one left is no worse than the first."""
    for nth in (*range(1, 10), 12, 16, 20):
        (tmp_path / str(nth)).mkdir()
        estate = Estate(tmp_path / str(nth))
        assert estate.crash(call, after=True)
        if not estate.crash(nth=nth):
            break
        assert estate.until_quiet() == [Exit.DONE]
        assert estate.books() == expected()


@pytest.mark.parametrize("after", [False, True], ids=["before-commit", "after-commit"])
def test_dying_at_each_mutating_call_in_turn(estate: Estate, after: bool) -> None:
    """Dying at each kind of call in turn, run after run, changes nothing either."""
    for call in MUTATING:
        assert estate.crash(call, after=after)
    assert estate.until_quiet() == [Exit.DONE]
    assert estate.books() == expected()


@pytest.mark.parametrize("call", MUTATING)
def test_dying_leaves_a_doubt_that_a_plan_shows(estate: Estate, call: str) -> None:
    """Until the next apply a plan shows the doubt and plans nothing for that object."""
    assert estate.crash(call, after=True)
    plan = estate.plan()
    assert len(plan.doubts) >= 1
    assert not {action.address for action in plan.actions} & set(plan.doubts)


@pytest.mark.parametrize(
    ("call", "fault"),
    [
        ("POST /api/orders", {"kind": "drop_after", "path": "/execute$"}),
        ("/execute", {"kind": "drop_after", "path": "/execute$"}),
        ("synchronize", {"kind": "status_after", "path": "/orders$", "status": 500}),
    ],
    ids=["then-answer-lost", "twice-at-the-execution", "then-500-after-commit"],
)
def test_dying_and_then_a_fault(estate: Estate, call: str, fault: dict[str, Any]) -> None:
    """A death and then a lost answer still buy once."""
    assert estate.crash(call, after=False)
    estate.fault(method="POST", **fault)
    assert estate.until_quiet() == [Exit.DONE]
    assert estate.books() == expected()


@pytest.mark.parametrize("call", MUTATING)
def test_claims_of_an_older_program_are_looked_up(estate: Estate, call: str) -> None:
    """What a program of ledger schema 1 left open is found out too, although its steps followed nothing."""
    assert estate.crash(call, after=True)
    with contextlib.closing(sqlite3.connect(estate.root / "state.db")) as database, database:
        database.execute("UPDATE claims SET payload = json_remove(payload, '$.follows'), applied = '{}'")
    assert estate.until_quiet() == [Exit.DONE]
    assert estate.books() == expected()


def test_dying_with_many_orders_in_flight(estate: Estate) -> None:
    """Several orders at once, dead in the middle of them: each is executed once."""
    more = [ORDER.replace("name: acme-avg", f"name: acme-avg-{n}") for n in range(5)]
    estate.manifests = (*SMALL, SECOND, *more)
    died = 0
    while estate.crash("/execute", after=died % 2 == 0):
        died += 1
    assert died >= 3
    assert estate.until_quiet() == [Exit.DONE]
    charges = estate.books()["charges"]
    assert len(charges) == len(set(charges)) == 7
