"""Rules of being stopped (A2) and of two runs at once (A10): real signals, real processes."""

import signal

import pytest

from tests.cli.repository import DIRECT, Repository, Running
from tests.cli.test_killed import WHOLE

STOPS = pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)


def told(run: Running, number: signal.Signals, text: str = "stopping") -> None:
    """Send a signal and wait until the program says that it took it."""
    run.signal(number)
    while text not in (line := run.line()):
        assert line, "the program ended without saying a word"


@STOPS
def test_finishes_what_is_in_flight(repository: Repository, number: signal.Signals) -> None:
    """Told to stop, it waits for the answers it is owed, records them, starts nothing new, and is 130."""
    repository.vendor.fault("pause_before", "/api/accounts$", method="POST")
    with repository.running("apply", "--yes", "-o", "json") as run:
        repository.vendor.await_paused()
        told(run, number)
        repository.vendor.release()
        ended = run.end()
    assert ended.code == 130
    outcomes = {one["action"]: one["outcome"] for one in ended.document["results"]}
    assert outcomes.pop("interworks/account/nordwind:create") == "done"
    assert set(outcomes.values()) == {"not_started"}
    assert repository.vendor.books()["accounts"] == ["nordwind"]


def test_what_was_in_flight_is_recorded(repository: Repository) -> None:
    """After a stop the ledger knows the order that was executed, the lock is free, and the next run completes."""
    repository.vendor.fault("pause_before", "/execute$", method="POST", count=3)
    with repository.running("apply", "--yes") as run:
        repository.vendor.await_paused()
        told(run, signal.SIGTERM)
        repository.vendor.release()
        assert run.end().code == 130
    executed = repository.vendor.books()["charges"]
    assert executed != []
    repository.vendor.mutations()
    ended = repository.run("apply", "--yes", "-o", "json")
    assert ended.code == 0
    assert not [one for one in ended.document["results"] if one["operation"] == "adopt"]
    assert repository.vendor.books() == WHOLE


@STOPS
def test_second_signal_stops_at_once(repository: Repository, number: signal.Signals) -> None:
    """Told twice, it does not wait for the vendor; what was in flight is settled by the next run, as after a kill."""
    repository.vendor.fault("pause_after", "/execute$", method="POST")
    with repository.running("apply", "--yes") as run:
        repository.vendor.await_paused()
        told(run, number)
        run.signal(number)
        assert run.end().code == 130
        assert repository.vendor.sim("GET", "/faults")["faults"]
    repository.vendor.release(drop=True)
    assert repository.until_quiet() == [0]
    assert repository.vendor.books() == WHOLE


@STOPS
@pytest.mark.parametrize("command", [["plan"], ["check"], ["watch", "--once"]], ids=" ".join)
def test_reading_commands_stop_at_once(repository: Repository, number: signal.Signals, command: list[str]) -> None:
    """What only reads has nothing to finish: 130 without a result."""
    repository.vendor.fault("pause_before", "/api/", count=None)
    with repository.running(*command) as run:
        repository.vendor.await_paused()
        run.signal(number)
        ended = run.end()
    assert (ended.code, ended.out) == (130, "")
    repository.vendor.release(drop=True)


def test_sign_in_is_finished_unless_told_twice(repository: Repository) -> None:
    """A sign-in may cost a token that is good once, so it is waited for; the second signal does not wait."""
    repository.vendor.fault("pause_after", "/oauth/token", count=None)
    with repository.running("plan") as run:
        repository.vendor.await_paused()
        told(run, signal.SIGTERM)
        repository.vendor.release()
        assert run.end().code == 130
    repository.vendor.fault("pause_after", "/oauth/token", count=None)
    with repository.running("plan") as run:
        repository.vendor.await_paused()
        told(run, signal.SIGTERM)
        run.signal(signal.SIGTERM)
        assert run.end().code == 130
        assert repository.vendor.sim("GET", "/faults")["faults"]
    repository.vendor.release(drop=True)


@STOPS
def test_stopped_before_anything_was_sent(repository: Repository, number: signal.Signals) -> None:
    """An apply that is still reading stops too, having sent nothing."""
    repository.vendor.fault("pause_before", "/api/accounts", method="GET")
    with repository.running("apply", "--yes") as run:
        repository.vendor.await_paused()
        told(run, number)
        repository.vendor.release()
        assert run.end().code == 130
    assert repository.vendor.mutations() == []
    assert repository.until_quiet() == [0]


@STOPS
def test_stopped_while_polling(repository: Repository, number: signal.Signals) -> None:
    """Waiting for a vendor at work ends with the signal, not with the wait."""
    repository.vendor.settings(syncSeconds=3600)
    with repository.running("apply", "--yes", "--wait", "10m") as run:
        while "sync/nordwind" not in run.line():
            pass
        told(run, number)
        assert run.end().code == 130


def test_stopped_resend_keeps_its_answer(repository: Repository) -> None:
    """A mail that is on its way is waited for and recorded, so that it is not in doubt afterwards."""
    repository.apply()
    before = len(repository.vendor.books()["mails"])
    repository.vendor.fault("pause_after", "/resendlicensekey$", method="POST")
    with repository.running("resend", "acme-avg") as run:
        repository.vendor.await_paused()
        told(run, signal.SIGTERM)
        repository.vendor.release()
        assert run.end().code == 130
    assert len(repository.vendor.books()["mails"]) == before + 1
    assert repository.run("plan", "--detailed-exitcode").code == 0


def test_second_apply_at_once_is_7(repository: Repository) -> None:
    """While one run works another changes nothing and says who holds the lock; reading goes on."""
    repository.vendor.fault("pause_before", "/api/accounts$", method="POST")
    with repository.running("apply", "--yes") as run:
        repository.vendor.await_paused()
        for command in (["apply", "--yes"], ["resolve", "avg/order/acme-avg", "--done"], ["resend", "acme-avg"]):
            other = repository.run(*command)
            assert (other.code, other.out) == (7, "")
            assert str(run.process.pid) in other.err
        assert repository.run("plan").code == 0
        assert repository.run("status").code == 0
        repository.vendor.release()
        assert run.end().code == 0
    assert repository.vendor.books() == WHOLE


def test_lock_of_a_killed_run_is_free(repository: Repository) -> None:
    """A dead run holds nothing."""
    repository.vendor.fault("pause_before", "/api/accounts$", method="POST")
    with repository.running("apply", "--yes") as run:
        repository.vendor.await_paused()
        assert repository.run("apply", "--yes").code == 7
        run.kill()
    repository.vendor.release(drop=True)
    assert repository.until_quiet() == [0]


@pytest.mark.parametrize("end", ["refused", "invalid", "unreadable"])
def test_lock_is_free_after_every_end(repository: Repository, end: str) -> None:
    """A run that did not go through leaves no lock behind either."""
    if end == "refused":
        assert repository.run("apply", "--yes", "--allow", "creates=0").code == 3
    elif end == "invalid":
        bad = repository.write("bad", DIRECT.replace("displayName", "displayNme"))
        assert repository.run("apply", "--yes").code == 1
        bad.unlink()
    else:
        repository.vendor.fault("status_before", "/api/accounts", status=403, count=1)
        assert repository.run("apply", "--yes").code == 1
    assert repository.until_quiet() == [0]
