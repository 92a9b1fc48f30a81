"""Rules of absence: a read that failed, was cut or was not allowed proves nothing."""

from typing import Any

import pytest

from reconciler.errors import Exit
from reconciler.reconcile import applying
from tests.passes.harness import SECOND, SMALL, Estate, actions, outcomes

BROKEN: dict[str, dict[str, Any]] = {
    "500": {"kind": "status_before", "status": 500},
    "403": {"kind": "status_before", "status": 403},
    "login-page": {"kind": "html"},
    "cut-body": {"kind": "truncate"},
    "empty-by-error": {"kind": "empty_list"},
    "no-json": {"kind": "garbage"},
    "duplicate-keys": {"kind": "duplicate_keys"},
    "wrong-type": {"kind": "wrong_content_type", "value": "text/html"},
    "connection-cut": {"kind": "drop_before"},
}
CREATING = {"POST accounts", "POST orders", "POST execute"}


@pytest.mark.parametrize("fault", BROKEN)
@pytest.mark.parametrize("path", ["/accounts$", "/orders$"])
def test_broken_list_is_not_empty(estate: Estate, path: str, fault: str) -> None:
    """A list that cannot be read whole: the plan is not complete, the exit is 1, nothing is created or executed."""
    estate.apply()
    estate.mutations()
    estate.sim("POST", "/settings", {"pageMode": "wrapped"})
    estate.fault(method="GET", path=path, count=None, **BROKEN[fault])
    plan = estate.plan()
    applied = estate.apply()
    assert not plan.complete
    assert not any(action.endswith((":create", ":execute")) for action in actions(plan))
    assert applying.exit_code(applied, detailed=False) is Exit.ERROR
    assert not CREATING & estate.mutations().keys()


# An emptied status or option list has no counts that would betray it: the status is then asked for by name, and an
# option list that says nothing is refused.
OWN_READS = [
    (path, fault)
    for path in ("/syncstatus", "/syncoptions", "/assets")
    for fault in BROKEN
    if (path, fault) != ("/syncstatus", "empty-by-error")
]


@pytest.mark.parametrize(("path", "fault"), OWN_READS)
def test_what_cannot_be_read_gets_no_action(estate: Estate, path: str, fault: str) -> None:
    """Objects whose own reading fails get no action; once it works again the plan is empty."""
    estate.apply()
    estate.mutations()
    estate.fault(method="GET", path=path, count=None, **BROKEN[fault])
    plan = estate.plan()
    assert not plan.complete
    assert actions(plan) == []
    estate.apply()
    assert not estate.mutations()
    estate.sim("DELETE", "/faults")
    assert actions(estate.plan()) == []


def test_status_missing_from_the_list_is_asked_for(estate: Estate) -> None:
    """A status list that leaves a system out says nothing of it; the system's own status does."""
    estate.apply()
    estate.fault("empty_list", "/syncstatus$", method="GET", count=None)
    plan = estate.plan()
    assert plan.complete
    assert actions(plan) == []


def test_unread_orders_do_not_stop_accounts(estate: Estate) -> None:
    """One list that fails keeps its objects from being planned, and no others."""
    estate.fault("status_before", "/orders$", method="GET", count=None, status=500)
    plan = estate.plan()
    assert not any("order" in action for action in actions(plan))
    assert "interworks/account/acme:create" in actions(plan)
    applied = estate.apply()
    assert outcomes(applied)["interworks/account/acme:create"] == "done"
    assert applying.exit_code(applied, detailed=False) is Exit.ERROR
    estate.sim("DELETE", "/faults")
    assert estate.until_quiet() == [Exit.DONE]


def test_collection_gone_at_once_is_not_believed(estate: Estate) -> None:
    """A list that suddenly lacks what exists is proved wrong by asking for the object itself."""
    estate.apply()
    estate.mutations()
    number = estate.row("accounts", code="acme")["id"]
    estate.edit("accounts", number, code="other")
    plan = estate.plan()
    assert not plan.complete
    estate.apply()
    assert not CREATING & estate.mutations().keys()


def test_account_deleted_by_hand_is_drift(estate: Estate) -> None:
    """An account that the vendor itself says is gone is created again; its executed order is not ordered again."""
    estate.manifests = SMALL[:1]
    estate.apply()
    estate.sim("POST", "/delete", {"what": "accounts", "id": estate.row("accounts", code="nordwind")["id"]})
    assert "interworks/account/nordwind:create" in actions(estate.plan())


def test_order_deleted_by_hand_is_reported_only(estate: Estate) -> None:
    """An executed order that disappeared is an error that names `revision`, and is never ordered again."""
    estate.apply()
    estate.mutations()
    number = estate.row("orders", name="acme-infra/acme-avg#1")["id"]
    estate.sim("POST", "/delete", {"what": "orders", "id": number})
    plan = estate.plan()
    assert [problem.code for problem in plan.errors] == ["E412"]
    assert "revision" in plan.errors[0].detail
    estate.apply()
    assert not estate.mutations()


@pytest.mark.parametrize("mode", ["wrapped", "bare", "noMetadata"])
@pytest.mark.parametrize("rows", [1, 2, 3])
def test_every_page_mode_is_read_whole(estate: Estate, mode: str, rows: int) -> None:
    """Whatever form pages have, a list of several pages is read to its end."""
    estate.options = {"pageSize": rows}
    estate.sim("POST", "/settings", {"pageMode": mode})
    estate.apply()
    assert actions(estate.plan()) == []


@pytest.mark.parametrize("fault", BROKEN)
def test_unread_products_stop_only_their_order(estate: Estate, fault: str) -> None:
    """Without the price and name of its products an order is not planned; accounts are, and later everything is."""
    estate.fault(method="GET", path="/products$", count=None, **BROKEN[fault])
    assert not any("order" in action for action in actions(estate.plan()))
    applied = estate.apply()
    assert applying.exit_code(applied, detailed=False) is Exit.ERROR
    assert outcomes(applied)["interworks/account/acme:create"] == "done"
    assert not {"POST orders", "POST execute"} & estate.mutations().keys()
    estate.sim("DELETE", "/faults")
    assert estate.until_quiet() == [Exit.DONE]


@pytest.mark.parametrize("fault", BROKEN)
@pytest.mark.parametrize("path", ["/accounts$", "/orders$"])
def test_list_without_its_second_page_is_incomplete(estate: Estate, path: str, fault: str) -> None:
    """A list of which one page cannot be read is not a shorter list."""
    estate.manifests = (*SMALL, SECOND)
    estate.apply()
    estate.options = {"pageSize": 1}
    estate.mutations()
    estate.fault(method="GET", path=path, query="page=2", count=None, **BROKEN[fault])
    assert not estate.plan().complete
    assert applying.exit_code(estate.apply(), detailed=False) is Exit.ERROR
    assert not estate.mutations()


@pytest.mark.parametrize("on", ["accounts", "orders", "assets"])
def test_list_that_lags_behind_is_made_up_for(estate: Estate, on: str) -> None:
    """What was just created and is not listed yet is asked for by its id: the next plan is complete and empty."""
    estate.sim("POST", "/settings", {"lag": 4, "lagOn": [on]})
    estate.apply()
    plan = estate.plan()
    assert plan.complete
    assert actions(plan) == []


def test_account_that_carries_another_reference_is_not_ours(estate: Estate) -> None:
    """An id that the ledger knows under a reference that is not ours is neither changed nor replaced."""
    estate.apply()
    estate.edit("accounts", estate.row("accounts", code="acme")["id"], code="other", email="x@y.example")
    estate.mutations()
    applied = estate.apply()
    assert applying.exit_code(applied, detailed=False) is Exit.ERROR
    assert not estate.mutations()


def test_deleted_account_comes_back_without_its_order(estate: Estate) -> None:
    """An account deleted by hand is made again and synchronised; its executed order is not bought again."""
    estate.apply()
    before = estate.books()["charges"]
    estate.mutations()
    estate.sim("POST", "/delete", {"what": "accounts", "id": estate.row("accounts", code="acme")["id"]})
    assert estate.until_quiet() == [Exit.DONE]
    assert "POST orders" not in estate.mutations()
    assert estate.books()["charges"] == before
    assert actions(estate.plan()) == []
