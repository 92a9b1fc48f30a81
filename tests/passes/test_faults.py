"""Rules of the execution protocol under faults: nothing twice, nothing lost, honest exit codes.

Every mutating call of the main job meets every fault; the vendor's own books must end as without any fault.
"""

import functools
import tempfile
from pathlib import Path
from typing import Any

import pytest

from reconciler.errors import Exit
from reconciler.reconcile import applying
from tests.passes.harness import Estate, actions, outcomes
from tests.passes.interference import Meanwhile
from tests.passes.test_main_job import CALLS as CALLS_OF_A_RUN

CALLS = {
    "create-account": ("POST", "/accounts$"),
    "set-options": ("PUT", "/syncoptions/AVG$"),
    "synchronise": ("POST", "/synchronize/AVG$"),
    "create-order": ("POST", "/orders$"),
    "execute": ("POST", "/execute$"),
}
FAULTS: dict[str, dict[str, Any]] = {
    "answer-lost-after-commit": {"kind": "drop_after"},
    "reset-after-commit": {"kind": "drop_after", "reset": True},
    "500-after-commit": {"kind": "status_after", "status": 500},
    "503-after-commit": {"kind": "status_after", "status": 503},
    "504-after-commit": {"kind": "status_after", "status": 504},
    "cut-before-commit": {"kind": "drop_before"},
    "500-before-commit": {"kind": "status_before", "status": 500},
    "503-before-commit": {"kind": "status_before", "status": 503},
    "login-page-before-commit": {"kind": "html"},
    "login-page-after-commit": {"kind": "html", "commit": True},
    "cut-body": {"kind": "truncate"},
    "no-json": {"kind": "garbage"},
    "empty-body": {"kind": "garbage", "text": ""},
    "other-content-type": {"kind": "wrong_content_type", "value": "text/html"},
    "duplicate-keys": {"kind": "duplicate_keys"},
    "redirect": {"kind": "redirect"},
    "redirect-after-commit": {"kind": "redirect", "commit": True},
    "rate-limit": {"kind": "retry_after", "value": "2"},
    "rate-limit-that-lies": {"kind": "retry_after", "value": "2", "commit": True},
    "token-expired": {"kind": "status_before", "status": 401},
}


@functools.cache
def expected() -> dict[str, Any]:
    """Return the vendor's books after a run without faults."""
    with tempfile.TemporaryDirectory() as folder:
        estate = Estate(Path(folder))
        estate.apply()
        return estate.books()


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("call", CALLS)
def test_one_fault_at_one_call(estate: Estate, call: str, fault: str) -> None:
    """Whatever happens to one call, the books end as if nothing had, without anybody's help."""
    method, path = CALLS[call]
    estate.fault(method=method, path=path, **FAULTS[fault])
    assert estate.until_quiet() == [Exit.DONE]
    assert estate.books() == expected()
    assert actions(estate.plan()) == []


@pytest.mark.parametrize("fault", ["answer-lost-after-commit", "500-after-commit", "cut-before-commit"])
@pytest.mark.parametrize("call", CALLS)
def test_fault_at_every_object(estate: Estate, call: str, fault: str) -> None:
    """The same holds when the fault hits the call each of its first three times."""
    method, path = CALLS[call]
    estate.fault(method=method, path=path, count=3, **FAULTS[fault])
    estate.until_quiet()
    assert estate.books() == expected()


@pytest.mark.parametrize(
    "look",
    [
        pytest.param({"kind": "status_before", "path": "/orders", "status": 500}, id="500"),
        pytest.param({"kind": "html", "path": "/orders"}, id="login-page"),
        pytest.param({"kind": "empty_list", "path": "/orders"}, id="empty-by-error"),
        pytest.param({"kind": "status_before", "path": "/orders", "status": 403}, id="no-right"),
        pytest.param({"kind": "truncate", "path": "/orders"}, id="cut"),
    ],
)
def test_failed_look_up_proves_nothing(estate: Estate, look: dict[str, Any]) -> None:
    """An order in doubt whose look-up fails stays in doubt: exit 6, and nothing is sent."""
    assert estate.crash("POST /api/orders", after=True)
    estate.mutations()
    estate.fault(method="GET", count=None, **look)
    applied = estate.apply()
    assert applying.exit_code(applied, detailed=False) is Exit.DOUBT
    assert outcomes(applied)["avg/order/acme-avg:create"] == "in_doubt"
    assert "POST orders" not in estate.mutations()
    estate.sim("DELETE", "/faults")
    assert estate.until_quiet() == [Exit.DONE]
    assert estate.books() == expected()


@pytest.mark.parametrize("call", CALLS)
def test_own_deadline_may_prove_done(estate: Estate, call: str) -> None:
    """What we gave up on and the vendor does later is found, and never sent again meanwhile.

    Options are the exception: to store the same once more does no harm, and reading them back proves it.
    """
    estate.timeout, estate.lag = 0.2, 1.0
    method, path = CALLS[call]
    estate.fault("late", path, method=method, seconds=60)
    codes = [applying.exit_code(estate.apply(), detailed=False) for _ in range(2)]
    assert codes == ([Exit.DONE] * 2 if call == "set-options" else [Exit.DOUBT] * 2)
    estate.clock.advance(120)
    assert estate.until_quiet() == [Exit.DONE]
    assert estate.books() == expected()


def test_own_deadline_never_proves_absence(estate: Estate) -> None:
    """An execution that we gave up on and that never shows is parked after the window, for a person."""
    estate.timeout, estate.lag, estate.window = 0.2, 1.0, 600.0
    estate.fault("hang", "/execute$", seconds=3600)
    assert applying.exit_code(estate.apply(), detailed=False) is Exit.DOUBT
    estate.clock.advance(601)
    applied = estate.apply()
    assert outcomes(applied)["avg/order/acme-avg:execute"] == "parked"
    assert estate.mutations()["POST execute"] == 1
    assert estate.books()["charges"] == []


def test_proxy_that_sends_twice_is_seen(estate: Estate) -> None:
    """Two orders under one reference are shown and left alone; only the one we know is executed."""
    estate.fault("twice", "/orders$", method="POST")
    estate.until_quiet()
    plan = estate.plan()
    assert [problem.code for problem in plan.problems] == ["E603"]
    assert actions(plan) == []
    assert len(estate.books()["charges"]) == 1


def test_refusal_is_final_for_this_run(estate: Estate) -> None:
    """A clear refusal fails the step, blocks what depends on it and lets the rest go on."""
    estate.fault("status_before", "/synchronize/AVG$", status=400, count=None)
    applied = estate.apply()
    found = outcomes(applied)
    assert found["avg/sync/nordwind:synchronize"] == "failed"
    assert found["avg/order/acme-avg:execute"] == "blocked"
    assert found["panda/sync/acme:synchronize"] == "done"
    assert applying.exit_code(applied, detailed=False) is Exit.PARTIAL
    estate.sim("DELETE", "/faults")
    assert estate.until_quiet() == [Exit.DONE]
    assert estate.books() == expected()


@pytest.mark.parametrize("call", CALLS)
def test_proxy_that_sends_twice_changes_no_step(estate: Estate, call: str) -> None:
    """What a proxy doubled is not made worse: each step is sent once, and a plan after it is empty."""
    method, path = CALLS[call]
    estate.fault("twice", path, method=method)
    estate.until_quiet()
    assert estate.mutations() == CALLS_OF_A_RUN
    assert actions(estate.plan()) == []


def test_order_that_a_proxy_executed_twice_is_shown(estate: Estate) -> None:
    """More assets than lines are reported, for a person; nothing is undone or repeated."""
    estate.fault("twice", "/execute$", method="POST")
    estate.until_quiet()
    assert [problem.code for problem in estate.plan().problems] == ["E419"]


def test_token_that_ends_within_the_run(estate: Estate) -> None:
    """A token that the vendor does not accept any more is replaced; the call it was refused for is sent anew."""
    estate.sim("POST", "/settings", {"tokenExpiresIn": False, "tokenLifetime": 300})

    async def later() -> None:
        estate.clock.advance(400)

    applied = estate.apply(by=Meanwhile("POST /api/orders", later))
    assert applying.exit_code(applied, detailed=True) is Exit.DONE
    assert [line["status"] for line in estate.sim("GET", "/log") if line["status"] == 401]
    assert estate.books() == expected()


@pytest.mark.parametrize("call", CALLS)
def test_missing_right_is_a_refusal(estate: Estate, call: str) -> None:
    """A 403 without a rate limit fails the step with 5; when the right is there again the work is finished."""
    method, path = CALLS[call]
    estate.fault("status_before", path, method=method, status=403, count=None)
    assert applying.exit_code(estate.apply(), detailed=False) is Exit.PARTIAL
    estate.sim("DELETE", "/faults")
    assert estate.until_quiet() == [Exit.DONE]
    assert estate.books() == expected()


@pytest.mark.parametrize("call", CALLS)
def test_rate_limit_without_end(estate: Estate, call: str) -> None:
    """A limit that never ends is given up in bounded time, with nothing done or in doubt."""
    method, path = CALLS[call]
    estate.fault("retry_after", path, method=method, value="9999999999", count=None)
    before = estate.clock.monotonic()
    assert applying.exit_code(estate.apply(), detailed=False) is Exit.PARTIAL
    assert estate.clock.monotonic() - before < 3600
    assert estate.plan().doubts == ()
    estate.sim("DELETE", "/faults")
    assert estate.until_quiet() == [Exit.DONE]


@pytest.mark.parametrize("fault", ["500-before-commit", "cut-before-commit", "login-page-before-commit"])
@pytest.mark.parametrize("call", CALLS)
def test_fault_without_end_is_given_up(estate: Estate, call: str, fault: str) -> None:
    """A call that never works is tried a few times, each after a proof of absence, and fails; healed, it is done."""
    method, path = CALLS[call]
    estate.fault(method=method, path=path, count=None, **FAULTS[fault])
    assert applying.exit_code(estate.apply(), detailed=False) is Exit.PARTIAL
    assert estate.plan().doubts == ()
    estate.sim("DELETE", "/faults")
    assert estate.until_quiet() == [Exit.DONE]
    assert estate.books() == expected()
