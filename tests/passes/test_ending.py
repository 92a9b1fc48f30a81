"""Rules of what is declared absent: once that is proved it is as declared, and nothing of it is remembered as there."""

from reconciler.contract import SyncStatus
from reconciler.ledger.protocol import ObjectRecord
from reconciler.reconcile.applying import Applied
from tests.passes.harness import outcomes
from tests.passes.toy import USER, Bench


def record(applied: Applied) -> ObjectRecord:
    """Return what was written down about the user."""
    return next(one for one in applied.statuses if one.address == USER)


def ready(found: ObjectRecord) -> tuple[str, str]:
    """Return status and reason of the condition Ready."""
    return next((one["status"], one["reason"]) for one in found.conditions if one["type"] == "Ready")


def test_what_is_gone_as_declared_is_synchronized() -> None:
    """After its end, and in every later pass, the object is Synchronized without id, and there is nothing to do."""
    bench = Bench()
    bench.want(USER)
    assert record(bench.apply()).vendor_id == "id-lea"
    bench.want(USER, ensure="absent")
    for expected in ({"pbx/user/lea:end": "done"}, {}):
        done = bench.apply()
        assert outcomes(done) == expected
        assert record(done).sync_status is SyncStatus.SYNCHRONIZED
        assert ready(record(done)) == ("True", "AbsentAsDeclared")
        assert (record(done).vendor_id, record(done).applied, record(done).facts) == (None, {}, {})
    assert bench.plan().actions == ()


def test_what_was_never_there_is_as_declared() -> None:
    """An object that is declared absent from the start needs no step and is Synchronized."""
    bench = Bench()
    bench.want(USER, ensure="absent")
    done = bench.apply()
    assert outcomes(done) == {}
    assert ready(record(done)) == ("True", "AbsentAsDeclared")


def test_what_is_gone_can_come_back() -> None:
    """Declared present again it is created anew, once, and ends again when that is declared."""
    bench = Bench()
    for ensure in ("present", "absent", "present", "absent"):
        bench.want(USER, ensure=ensure)
        bench.apply()
        assert bench.plan().actions == ()
    assert bench.books.sent == ["lea:create", "lea:end", "lea:create", "lea:end"]


def test_end_whose_answer_is_lost_is_settled_by_looking() -> None:
    """A complete look-up that shows nothing proves the end."""
    bench = Bench()
    bench.want(USER)
    bench.apply()
    bench.want(USER, ensure="absent")
    bench.books.lose = 1
    assert ready(record(bench.apply())) == ("True", "AbsentAsDeclared")
    assert bench.books.sent == ["lea:create", "lea:end"]
