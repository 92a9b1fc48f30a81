"""Rules of reminders: a step that only a person can do says since when it waits, until somebody has answered."""

from datetime import datetime
from pathlib import Path

import pytest

from reconciler.contract import ClaimState
from reconciler.errors import Exit
from reconciler.model import Address, Severity
from reconciler.plan.value import Plan
from reconciler.reconcile import applying, deciding
from reconciler.reconcile.deciding import Answer
from tests.passes.administration import ODATA, Administration
from tests.passes.harness import actions

ORDER = Address("divalto", "order", "odata-hq")
AGAIN = ODATA.replace("  execute: true", "  execute: true\n  revision: 2")
DAY = 86_400


@pytest.fixture
def administration(tmp_path: Path) -> Administration:
    """Return a vendor where a person places the orders."""
    found = Administration(tmp_path)
    found.options = {"transport": "manual"}
    return found


def reminders(plan: Plan) -> list[str]:
    """Return what a plan reminds of; none of it keeps anything from being done."""
    found = [one for one in plan.problems if one.code == "E607"]
    assert {one.severity for one in found} <= {Severity.INFO}
    return [one.summary for one in found]


def waiting(since: datetime) -> list[str]:
    """Return the reminder of the order's placement."""
    return [f"{ORDER} waits for a person since {since.isoformat(timespec='seconds').replace('+00:00', 'Z')}"]


def placed(administration: Administration) -> None:
    """Have a person say that the order is placed."""
    answer = Answer(ClaimState.DONE, "CDE-2026-000777")
    assert administration.do(lambda context: deciding.resolve(context, ORDER, answer=answer)) == ["place"]


def test_nobody_is_reminded_of_what_was_never_asked(administration: Administration) -> None:
    """Before the first apply, and during it, a manual step is news."""
    assert reminders(administration.plan()) == []
    assert reminders(administration.apply().plan) == []


def test_pending_step_says_since_when_it_waits(administration: Administration) -> None:
    """Plan and apply repeat the moment of the first asking, which does not move, and the run still converges."""
    administration.apply()
    asked = administration.clock.now()
    for _ in range(2):
        administration.clock.advance(3 * DAY)
        again = administration.apply()
        assert reminders(again.plan) == waiting(asked)
        assert again.report is not None
        assert [one.code for one in again.report.problems] == ["E607"]
        assert applying.exit_code(again, detailed=True) is Exit.CONVERGING


def test_answer_ends_the_reminder(administration: Administration) -> None:
    """What a person has said is done is not asked for, and not reminded of."""
    administration.apply()
    placed(administration)
    administration.clock.advance(DAY)
    plan = administration.plan()
    assert (actions(plan), reminders(plan)) == ([], [])


def test_another_step_does_not_inherit_the_wait(administration: Administration) -> None:
    """A step that follows an answered one waits since that answer at the earliest."""
    administration.apply()
    administration.clock.advance(DAY)
    placed(administration)
    answered = administration.clock.now()
    administration.manifests = [AGAIN]
    administration.clock.advance(DAY)
    plan = administration.plan()
    assert actions(plan) == ["divalto/order/odata-hq:place@2"]
    assert reminders(plan) == waiting(answered)
