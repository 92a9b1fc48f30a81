"""Rules of losing answers and dying at Dimensions: one of each, without help, but for a softphone's assignment.

Every mutating call of a customer with a PBX and users meets every end; the vendor's books must be those of a run
without any.
"""

import functools
import tempfile
from pathlib import Path
from typing import Any

import pytest

from reconciler.contract import ClaimState
from reconciler.errors import Exit
from reconciler.model import Address
from reconciler.reconcile import applying, deciding
from reconciler.reconcile.deciding import Answer
from tests.passes.harness import actions, outcomes
from tests.passes.interference import Undisturbed
from tests.passes.telephony import ENTERPRISE, Telephony

CALLS = {
    "create-customer": ("POST", "/customers$"),
    "create-pbx": ("POST", "/pbxs$"),
    "create-user": ("POST", "/users$"),
    "enable-customer": ("PATCH", "/customers/[^/]+$"),
    "enable-pbx": ("PATCH", "/pbxs/[^/]+$"),
    "patch-user": ("PATCH", "/users/[^/]+$"),
}
ASSIGN = ("PUT", "/assign$")
FAULTS: dict[str, dict[str, Any]] = {
    "answer-lost-after-commit": {"kind": "drop_after"},
    "500-after-commit": {"kind": "status_after", "status": 500},
    "cut-before-commit": {"kind": "drop_before"},
    "503-before-commit": {"kind": "status_before", "status": 503},
    "login-page-after-commit": {"kind": "html", "commit": True},
    "cut-body": {"kind": "truncate"},
    "empty-body": {"kind": "garbage", "text": ""},
    "redirect-after-commit": {"kind": "redirect", "commit": True},
    "rate-limit": {"kind": "retry_after", "value": "2"},
    "token-expired": {"kind": "status_before", "status": 401},
}
USER = Address("dimensions", "user", "tom-lang")


@functools.cache
def expected() -> dict[str, Any]:
    """Return the vendor's books after a run without faults."""
    with tempfile.TemporaryDirectory() as folder:
        estate = Telephony(Path(folder))
        estate.apply()
        return estate.books()


@pytest.fixture
def telephony(tmp_path: Path) -> Telephony:
    """Return an empty vendor, an empty ledger and a customer with a PBX and users to bring there."""
    return Telephony(tmp_path)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("call", CALLS)
def test_one_fault_at_one_call(telephony: Telephony, call: str, fault: str) -> None:
    """Whatever happens to one call, the books end as if nothing had, without anybody's help."""
    method, path = CALLS[call]
    telephony.fault(method=method, path=path, **FAULTS[fault])
    assert telephony.until_quiet() == [Exit.DONE]
    assert telephony.books() == expected()
    assert actions(telephony.plan()) == []


@pytest.mark.parametrize("mode", ["full", "sparse"])
@pytest.mark.parametrize("after", [False, True], ids=["before-commit", "after-commit"])
@pytest.mark.parametrize("call", CALLS)
def test_dying_at_a_call(tmp_path: Path, call: str, after: bool, mode: str) -> None:
    """A run that dies before or after the vendor has done it is finished by the next."""
    telephony = Telephony(tmp_path, read_mode=mode)
    assert telephony.crash(_part(call), after=after)
    assert telephony.until_quiet() == [Exit.DONE]
    assert telephony.books() == expected()
    telephony.calls()
    assert telephony.until_quiet() == [Exit.DONE]
    assert telephony.calls() == []


@pytest.mark.parametrize("after", [False, True], ids=["before-the-call", "after-the-call"])
def test_dying_at_any_call(tmp_path: Path, after: bool) -> None:
    """The same holds at every call, reads included; only what was sent of an assignment needs a word."""
    counted = Undisturbed()
    (tmp_path / "count").mkdir()
    Telephony(tmp_path / "count").apply(by=counted)
    died = 0
    for nth in range(1, len(counted.calls) + 1):
        (tmp_path / str(nth)).mkdir()
        telephony = Telephony(tmp_path / str(nth))
        if not telephony.crash(nth=nth, after=after):
            continue
        died += 1
        code = applying.exit_code(telephony.apply(), detailed=True)
        if code is Exit.DOUBT:
            _say(telephony, ClaimState.DONE if _assigned(telephony) else ClaimState.RELEASED)
        assert telephony.until_quiet()[-1] is Exit.DONE
        assert telephony.books() == expected()
    assert died > 30


@pytest.mark.parametrize("word", ["done", "adopt", "not-executed"])
@pytest.mark.parametrize("after", [False, True], ids=["before-commit", "after-commit"])
@pytest.mark.parametrize("end", ["lost", "death"])
def test_assignment_in_doubt_is_parked_until_a_person_speaks(
    telephony: Telephony, end: str, after: bool, word: str
) -> None:
    """Nothing shows who has a softphone: exit 6, nothing is sent again, one word settles it."""
    if end == "death":
        assert telephony.crash("/assign", after=after)
    else:
        telephony.fault("drop_after" if after else "drop_before", ASSIGN[1], method=ASSIGN[0])
    applied = telephony.apply()
    assert applying.exit_code(applied, detailed=False) is Exit.DOUBT
    assert outcomes(applied)["dimensions/user/tom-lang:assign:tom-soft"] == "parked"
    telephony.calls()
    assert applying.exit_code(telephony.apply(), detailed=False) is Exit.DOUBT
    assert telephony.calls() == []
    assert _assigned(telephony) is after
    number = telephony.row("users", email="tom@acme.example")["id"] if word == "adopt" else None
    _say(telephony, ClaimState.RELEASED if word == "not-executed" else ClaimState.DONE, number)
    assert telephony.until_quiet() == [Exit.DONE]
    again = ["PUT customers/-/users/-/devices/pbx/tom-soft/assign"]
    assert telephony.calls() == (again if word == "not-executed" else [])
    assert actions(telephony.plan()) == []


@pytest.mark.parametrize("enabled", [True, False], ids=["wanted-enabled", "wanted-disabled"])
@pytest.mark.parametrize("cascade", ["untold", "all", "none"])
@pytest.mark.parametrize("mode", ["full", "sparse"])
def test_enabling_a_customer_may_start_its_connections(tmp_path: Path, mode: str, cascade: str, enabled: bool) -> None:
    """However far enabling a customer reaches, the connection ends as declared; what cannot be seen is not touched."""
    telephony = Telephony(tmp_path, read_mode=mode)
    telephony.sim("POST", "/settings", {"enableCascade": cascade})
    if not enabled:
        telephony.manifests = [text.replace("  enabled: true\n", "") for text in telephony.manifests]
    telephony.apply()
    telephony.until_quiet()
    hidden = mode == "sparse" and cascade == "all"
    (connection,) = [row for row in telephony.sim("GET", "/state")["pbxs"] if row["name"] == "Acme HQ"]
    assert connection["enabled"] is (enabled or hidden)
    assert actions(telephony.plan()) == []
    # The connection was told to be off when it was made, so `untold` starts nothing.
    patches = {"all": 0 if enabled and mode == "full" else 1, "untold": 1, "none": 1}[cascade]
    assert connection["restarts"] == (patches if enabled or (cascade == "all" and mode == "full") else 0)


def test_softphone_that_was_never_assigned(tmp_path: Path) -> None:
    """A person who finds that what was reported done is not can say so: it is planned again."""
    telephony = Telephony(tmp_path)
    telephony.until_quiet()
    assert "assign:tom-soft" in _say(telephony, ClaimState.RELEASED)
    assert actions(telephony.plan()) == ["dimensions/user/tom-lang:assign:tom-soft"]


def test_dying_at_enterprise_level(tmp_path: Path) -> None:
    """At enterprise level, where a reseller comes first, dying anywhere is finished by the next run too."""
    options = {**ENTERPRISE, "reseller": None}
    (tmp_path / "whole").mkdir()
    whole = Telephony(tmp_path / "whole", options=options)
    whole.apply()
    for nth, call in enumerate(["POST .*/accounts$", *map(_part, CALLS)]):
        (tmp_path / str(nth)).mkdir()
        telephony = Telephony(tmp_path / str(nth), options=options)
        assert telephony.crash(call, after=True)
        assert telephony.until_quiet() == [Exit.DONE]
        assert telephony.books() == whole.books()


def _part(call: str) -> str:
    """Return the pattern that tells a call."""
    method, path = CALLS[call]
    return f"^{method} .*{path}"


def _assigned(telephony: Telephony) -> bool:
    return bool(telephony.books()["devices"])


def _say(telephony: Telephony, state: ClaimState, number: str | None = None) -> list[str]:
    return telephony.do(lambda context: deciding.resolve(context, USER, answer=Answer(state, number)))
