"""Rules of having something sent again: on purpose, once each time, and never in doubt without a word."""

import pytest

from reconciler.apply.desk import Desk
from reconciler.apply.protocol import End
from reconciler.contract import ClaimState
from reconciler.errors import Exit, ReconcilerError, StepRefused, UsageError
from reconciler.plan.report import Outcome
from reconciler.reconcile import applying, deciding
from reconciler.reconcile.deciding import Answer
from tests.passes.toy import LINE, USER, Bench, Toy


@pytest.fixture
def bench() -> Bench:
    """Return a vendor with a user that is there."""
    made = Bench()
    made.want(USER)
    made.want(LINE)
    made.apply()
    return made


def resend(bench: Bench, named: str = "User/lea", *, asset: str | None = None) -> End:
    """Ask for one more."""
    return bench.do(lambda context: deciding.resend(context, named, asset=asset))


def test_each_time_is_one_mail(bench: Bench) -> None:
    """What was sent before is sent again whenever it is asked for, once; no plan has anything to do with it."""
    ends = [resend(bench) for _ in range(3)]
    assert [(end.outcome, end.attempts) for end in ends] == [(Outcome.DONE, 1)] * 3
    assert bench.books.mails == ["lea"] * 3
    assert bench.plan().actions == ()


def test_lost_answer_is_parked_until_a_person_says_what_became_of_it(bench: Bench) -> None:
    """A mail cannot be looked up: it is not sent again before a word, and the word is taken."""
    bench.books.lose = 1
    assert resend(bench).outcome is Outcome.PARKED
    assert resend(bench).outcome is Outcome.PARKED
    assert applying.exit_code(bench.apply(), detailed=False) is Exit.DOUBT
    assert bench.books.mails == ["lea"]
    answer = Answer(ClaimState.DONE, None)
    assert bench.do(lambda context: deciding.resolve(context, USER, answer=answer)) == ["mail"]
    assert applying.exit_code(bench.apply(), detailed=True) is Exit.DONE
    assert resend(bench).outcome is Outcome.DONE
    assert bench.books.mails == ["lea", "lea"]


def test_user_that_is_not_there_yet_is_sent_nothing() -> None:
    """A user that was never brought to the vendor has no invitation; the error says how to get there."""
    bench = Bench()
    bench.want(USER)
    with pytest.raises(ReconcilerError, match=r"not at the vendor yet.*reconciler apply"):
        resend(bench)
    assert bench.books.sent == []


@pytest.mark.parametrize(
    ("named", "error", "words"),
    [
        pytest.param("User/nobody", ReconcilerError, "User nobody is not declared", id="unknown-user"),
        pytest.param("lea", ReconcilerError, "Order lea is not declared", id="a-bare-name-is-an-order"),
        pytest.param("Site/hq", UsageError, "Order/NAME or User/NAME", id="another-kind"),
        pytest.param("PBXConnection/hq", UsageError, "Order/NAME or User/NAME", id="a-kind-without-mails"),
        pytest.param("pbx/user/lea", UsageError, "Order/NAME or User/NAME", id="an-address"),
        pytest.param("", ReconcilerError, "is not declared", id="empty"),
    ],
)
def test_name_of_nothing_is_an_error(bench: Bench, named: str, error: type[ReconcilerError], words: str) -> None:
    """What is not declared, or is never sent anything, is said as such; nothing leaves."""
    with pytest.raises(error, match=words):
        resend(bench, named)
    assert bench.books.mails == []


def test_vendor_without_such_a_call_says_so(bench: Bench) -> None:
    """The vendor's refusal reaches the person, and the run is over for the next one."""
    bench.toy = Toy(mails=False)
    with pytest.raises(StepRefused, match="no such call"):
        resend(bench)
    bench.toy = Toy()
    assert resend(bench).outcome is Outcome.DONE


def test_stopping_before_the_mail_sends_none(bench: Bench) -> None:
    """A person who interrupts before the request leaves has nothing sent."""

    def stop(desk: Desk) -> None:
        desk.stopping = True

    end = bench.do(lambda context: deciding.resend(context, "User/lea", asset=None, started=stop))
    assert end.outcome is Outcome.NOT_STARTED
    assert bench.books.mails == []
