"""Rules of the loop: reports drift at every change, corrects from committed content only, ends when told."""

import contextlib
import signal
from collections.abc import Iterator

import pytest

from tests.cli.repository import CONFIGURATION, DIRECT, Repository, Running
from tests.cli.waiting import until


@contextlib.contextmanager
def watching(repository: Repository, *arguments: str) -> Iterator[Running]:
    """Run a loop that is not woken by its timer."""
    with repository.running("watch", "--interval", "1h", *arguments) as run:
        yield run


def read_until(run: Running, text: str, stream: str = "out") -> str:
    """Read lines of a stream until one contains a text; return them."""
    lines = ""
    while text not in lines:
        line = run.line(stream)
        assert line, lines
        lines += line
    return lines


def ended(run: Running, number: signal.Signals = signal.SIGTERM) -> int:
    """Tell a loop to stop and return its exit code."""
    run.signal(number)
    return run.end().code


def test_once_reports(repository: Repository) -> None:
    """One pass shows what a plan shows and changes nothing."""
    found = repository.run("watch", "--once")
    assert found.code == 0
    assert "create interworks/account/nordwind" in found.out
    assert repository.vendor.mutations() == []


def test_once_reports_an_error(repository: Repository) -> None:
    """A pass over a vendor that cannot be read is 1."""
    repository.vendor.fault("status_before", "/api/accounts", status=403, count=None)
    assert repository.run("watch", "--once").code == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
def test_reacts_to_a_file(repository: Repository, number: signal.Signals) -> None:
    """A manifest that is saved is looked at without waiting for the timer; a signal ends the loop with 130."""
    with watching(repository) as run:
        read_until(run, "digest")
        repository.write("direct", DIRECT)
        read_until(run, "create interworks/account/harbour")
        assert ended(run, number) == 130
    assert repository.vendor.mutations() == []


def test_goes_on_after_a_bad_file(repository: Repository) -> None:
    """A manifest that does not parse is reported and the loop lives on."""
    with watching(repository) as run:
        read_until(run, "digest")
        bad = repository.write("bad", DIRECT.replace("displayName", "displayNme"))
        read_until(run, "E204", "err")
        bad.write_text(DIRECT, encoding="utf-8")
        read_until(run, "create interworks/account/harbour")
        assert ended(run) == 130


def test_timer_finds_drift(repository: Repository) -> None:
    """What somebody changes at the vendor is found without any file being touched."""
    repository.apply()
    with repository.running("watch", "--interval", "200ms") as run:
        read_until(run, "no changes")
        repository.vendor.edit("accounts", repository.vendor.row("accounts", code="acme")["id"], name="By hand")
        read_until(run, "By hand")
        assert ended(run) == 130


def test_every_line_of_a_run_has_its_id(repository: Repository) -> None:
    """Log lines of a loop carry one run id and the number of the pass."""
    with watching(repository, "--log-level", "info", "--log-format", "json") as run:
        line = run.line()
        assert '"run": "' in line
        assert '"number": 1' in line
        read_until(run, "digest")
        assert ended(run) == 130


def test_apply_needs_git(repository: Repository) -> None:
    """Outside a repository, or before its first commit, nothing can be called committed."""
    assert repository.run("watch", "--apply", "--once").code == 64
    repository.git("init", "--quiet")
    assert repository.run("watch", "--apply", "--once").code == 64
    assert repository.vendor.mutations() == []


def test_apply_takes_committed_content_only(repository: Repository) -> None:
    """What is not committed is reported and ignored: new, changed and deleted manifests alike."""
    repository.commit()
    repository.write("direct", DIRECT)
    repository.write("acme", "no manifest at all\n")
    repository.remove("seats")
    found = repository.run("watch", "--apply", "--once")
    assert found.code == 0
    assert "uncommitted" in found.err
    assert repository.vendor.books()["accounts"] == ["acme", "nordwind"]
    assert len(repository.vendor.books()["charges"]) == 3


def test_apply_follows_commits(repository: Repository) -> None:
    """A commit is carried out when it arrives; drift is corrected; a repeated pass sends nothing."""
    repository.commit()
    with repository.running("watch", "--apply", "--interval", "200ms") as run:
        until(lambda: len(repository.vendor.rows("charges")) == 3, "the first commit was not carried out")
        repository.write("direct", DIRECT)
        repository.commit()
        until(lambda: len(repository.vendor.rows("accounts")) == 3, "the second commit was not carried out")
        number = repository.vendor.row("accounts", code="acme")["id"]
        repository.vendor.edit("accounts", number, name="By hand")
        until(lambda: repository.vendor.row("accounts", code="acme")["name"] == "Acme Dental", "drift stayed")
        assert ended(run) == 130
    assert len(repository.vendor.books()["charges"]) == 3


def test_apply_stops_well(repository: Repository) -> None:
    """Told to stop in the midst of a pass it finishes what is in flight, ends the loop and frees the lock."""
    repository.commit()
    repository.vendor.fault("pause_before", "/api/accounts$", method="POST")
    with watching(repository, "--apply") as run:
        repository.vendor.await_paused()
        run.signal(signal.SIGTERM)
        read_until(run, "stopping", "err")
        repository.vendor.release()
        assert run.end().code == 130
    assert repository.vendor.books()["accounts"] == ["nordwind"]
    assert repository.until_quiet() == [0]


def test_limits_hold_for_each_pass(repository: Repository) -> None:
    """The loop has no more rights than a person: a pass over a limit does nothing."""
    repository.configure(CONFIGURATION + "policy: {limits: {creates: 1}}\n")
    repository.commit()
    found = repository.run("watch", "--apply", "--once")
    assert found.code == 3
    assert repository.vendor.mutations() == []


def test_vendor_that_fails_is_left_alone(repository: Repository) -> None:
    """A vendor that cannot be read is not asked again at every change; the loop says so."""
    repository.vendor.fault("status_before", "/api/accounts", status=403, count=None)
    with watching(repository) as run:
        read_until(run, "digest")
        repository.vendor.sim("DELETE", "/log")
        repository.write("direct", DIRECT)
        read_until(run, "left alone", "err")
        assert ended(run) == 130
    assert repository.vendor.sim("GET", "/log") == []
