"""Rules of the simulated Divalto under faults and settings, and of its control plane."""

import pathlib
from typing import Any

import pytest

from reconciler.sandbox import ConnectionDropped, create_app, create_divalto_app, demo
from tests.contract.divalto_caller import CHANGE, KEY, ODATA, REFERENCE, START, Caller, partner


@pytest.fixture
def caller() -> Caller:
    """Return a partner of a fresh Divalto."""
    return partner()


def books(caller: Caller) -> Any:
    """Return the books."""
    return caller.ask("GET", "/_sim/state").json()


def test_late_commit(caller: Caller) -> None:
    """An order may come to be after its caller has left."""
    caller.control("faults", kind="late", seconds=60, patience=0, match={"method": "POST", "path": "/orders$"})
    with pytest.raises(ConnectionDropped):
        caller.post("/orders", ODATA)
    assert caller.found("/orders") == []
    caller.control("clock", advance=60)
    assert len(caller.found("/orders")) == 1


@pytest.mark.parametrize("path", ["/orders", "/sites", "/certificates", "/siteChangeRequests", "/opportunities"])
def test_empty_list_keeps_its_count(caller: Caller, path: str) -> None:
    """An emptied list still says how many rows it had, which is how it can be told."""
    caller.decide(caller.placed(), "take", "validate")
    caller.post("/sites/123456/changeRequests", CHANGE)
    caller.control("faults", kind="empty_list")
    body = caller.get(path)
    assert body["records"] == []
    assert body["nbrecord"] > 0


def test_error_body_under_200_with_and_without_effect(caller: Caller) -> None:
    """A fault can answer 200 with an error body whether or not the vendor did its work."""
    body = {"error": 503, "txterr": "Maintenance", "code": "MAINTENANCE"}
    for kind, count in (("status_before", 0), ("status_after", 1)):
        caller.control("faults", kind=kind, status=200, body=body, match={"method": "POST"})
        assert caller.post("/orders", ODATA).json() == body
        assert len(caller.state("orders")) == count


@pytest.mark.parametrize(
    ("status", "code"), [(401, "KEY_INVALID"), (403, "RIGHT_MISSING"), (429, "QUOTA_EXCEEDED"), (503, "MAINTENANCE")]
)
def test_stated_answers_have_the_vendors_shape(caller: Caller, status: int, code: str) -> None:
    """A status of a fault comes with the vendor's error body."""
    caller.control("faults", kind="status_before", status=status)
    answer = caller.ask("GET", "/v1/catalog")
    assert (answer.status_code, answer.json()["error"], answer.json()["code"]) == (status, status, code)


def test_lists_lag_and_look_ups_do_not(caller: Caller) -> None:
    """Stale lists show what was there before: no new rows, no new status; a look-up by reference is true."""
    caller.control("settings", staleLists=60)
    place = caller.placed()
    caller.control("clock", advance=59)
    caller.decide(place, "take", "validate")
    caller.post("/sites/123456/changeRequests", CHANGE)
    lists = ("/orders", "/certificates", "/siteChangeRequests")
    assert [caller.found(path) for path in lists] == [[], [], []]
    assert caller.found(f"/orders?clientReference={REFERENCE.replace('#', '%23')}")[0]["status"] == "PROVISIONING"
    assert len(caller.found(f"/siteChangeRequests?clientReference={CHANGE['clientReference']}")) == 1
    caller.control("clock", advance=1)
    assert [row["status"] for row in caller.found("/orders")] == ["A_TRAITER"]
    caller.control("clock", advance=59)
    assert [row["status"] for row in caller.found("/orders")] == ["PROVISIONING"]
    assert [len(caller.found(path)) for path in lists] == [1, 1, 1]


@pytest.mark.parametrize("who", ["CDE-2026-000001", "*"])
def test_unknown_status(caller: Caller, who: str) -> None:
    """One order or all can show a status word nobody knows, without being in it."""
    place = caller.placed()
    caller.control("settings", unknownStatus={who: "EN_SIGNATURE"})
    assert (caller.get(place)["status"], caller.found("/orders")[0]["status"]) == ("EN_SIGNATURE", "EN_SIGNATURE")
    assert caller.state("orders")[0]["status"] == "A_TRAITER"
    caller.control("settings", unknownStatus={})
    assert caller.get(place)["status"] == "A_TRAITER"


def test_log_tells_what_may_change_something(caller: Caller) -> None:
    """A login and a dry run are no changes; the log holds no keys."""
    caller.judged()
    caller.post("/Authenticate", {})
    caller.post("/orders", ODATA)
    lines = caller.ask("GET", "/_sim/log")
    assert [(line["path"], line["mutating"]) for line in lines.json()] == [
        ("/v1/orders/validate", False),
        ("/v1/Authenticate", False),
        ("/v1/orders", True),
    ]
    assert KEY not in lines.text


def test_prefix_and_credentials() -> None:
    """In the whole sandbox Divalto is below its prefix, which its address and its Location headers have."""
    facts = demo("http://sim")["divalto"]
    assert (facts["url"], facts["apiKey"]) == ("http://sim/divalto", KEY)
    caller = Caller(create_app(clock=lambda: START), "/divalto")
    made = caller.post("/orders", ODATA)
    assert made.headers["location"] == "http://sim/divalto/v1/orders/CDE-2026-000001"
    row = caller.ask("POST", "/_sim/divalto/orders/CDE-2026-000001/decide", {"decision": "take"})
    assert (row.status_code, "take" in row.json()["error"]) == (400, True)


def test_actions_belong_to_their_vendor() -> None:
    """What only Divalto's people do is not offered for other vendors."""
    caller = Caller(create_app(clock=lambda: START))
    assert caller.ask("POST", "/_sim/interworks/policy", {"auto": "none"}).status_code == 404
    assert caller.ask("POST", "/_sim/divalto/policy", {"auto": "none"}).status_code == 200


def test_staff_that_decides_by_itself(tmp_path: pathlib.Path) -> None:
    """A sandbox told to decide accepts what waits, also after a reset and on a state saved without."""
    path = tmp_path / "state.json"
    caller = Caller(create_app(clock=lambda: START, snapshot=path), "/divalto")
    place = caller.placed()
    assert caller.get(place)["status"] == "A_TRAITER"
    caller = Caller(create_app(clock=lambda: START, snapshot=path, auto_decide=True), "/divalto")
    assert caller.get(place)["status"] == "TRAITEE"
    caller.ask("POST", "/_sim/reset")
    place = caller.placed()
    assert (caller.get(place)["status"], len(caller.found("/certificates"))) == ("TRAITEE", 1)


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("orders/CDE-2026-000009/decide", {"decision": "take"}, 404),
        ("orders/CDE-2026-000001/decide", {"decision": "accept"}, 400),
        ("siteChangeRequests/SCR-000009/decide", {"decision": "accept"}, 404),
        ("siteChangeRequests/SCR-000001/decide", {"decision": "take"}, 400),
        ("siteChangeRequests/SCR-000001/decide", {"decision": "accept", "applied": {"hosting": "x"}}, 400),
        ("siteChangeRequests/SCR-000001/decide", {"decision": "accept", "applied": []}, 400),
        ("policy", {"auto": "maybe"}, 400),
        ("policy", {"delaysHours": {"EN_ATTENTE": 1}}, 400),
        ("policy", {"delays": {}}, 400),
        ("seed", {"orders": []}, 400),
        ("seed", {"sites": [{"number": "1"}]}, 400),
        ("seed", {"sites": {}}, 400),
        ("edit", {"what": "history", "id": "1", "set": {}}, 400),
        ("edit", {"what": "sites", "id": "1", "set": {}}, 404),
        ("edit", {"what": "sites", "id": "123456"}, 400),
        ("edit", {"what": "sites", "id": "123456", "set": {"siteNumber": "1"}}, 400),
        ("delete", {"what": "sites", "id": "1"}, 404),
        ("settings", {"certificateTiming": "never"}, 400),
    ],
)
def test_misspelt_control_is_refused(caller: Caller, path: str, body: Any, status: int) -> None:
    """What is not understood is refused, so that no test passes without it."""
    caller.placed()
    caller.post("/sites/123456/changeRequests", CHANGE)
    before = books(caller)
    assert caller.ask("POST", f"/_sim/{path}", body).status_code == status
    assert books(caller) == before


def test_reset_returns_to_the_beginning(caller: Caller) -> None:
    """After a reset books and settings are the seeded ones."""
    caller.placed()
    caller.control("settings", errorStyle="envelope200")
    caller.control("policy", auto="accept")
    caller.control("reset")
    assert (caller.state("orders"), caller.state("history"), caller.mails()) == ([], [], [])
    assert caller.ask("GET", "/_sim/settings").json()["errorStyle"] == "http"
    assert caller.placed() == "/orders/CDE-2026-000001"
    caller.control("clock", advance=1000 * 3600)
    assert caller.state("orders")[0]["status"] == "A_TRAITER"


def test_deleted_row_and_cleared_outbox(caller: Caller) -> None:
    """A person can delete a row, and mails can be forgotten between two looks."""
    caller.decide(caller.placed(), "refuse")
    assert len(caller.mails()) == 1
    caller.ask("DELETE", "/_sim/outbox")
    caller.control("delete", what="sites", id="123456")
    assert caller.mails() == []
    assert caller.refused("GET", "/sites/123456") == (404, "NOT_FOUND")


def test_snapshot_keeps_the_state_over_a_restart(tmp_path: pathlib.Path) -> None:
    """A sandbox started on a snapshot goes on where the last one stopped, whatever kinds of rows there are."""
    path = tmp_path / "state.json"
    first = Caller(create_divalto_app(clock=lambda: START, snapshot=path))
    first.control("settings", unknownStatus={"x": "Y"}, staleLists=1)
    place = first.placed()
    first.decide(place, "take", "ask")
    first.post(f"{place}/complement", {"answer": "x", "confirm": True}, If_Match="5").raise_for_status()
    first.decide(place, "validate", "provisioned")
    first.post("/sites/123456/changeRequests", {**CHANGE, "baseVersion": 2}).raise_for_status()
    first.ask("DELETE", f"/v1{first.draft(clientReference='b#1', siteNumber='123458')}").raise_for_status()
    again = Caller(create_divalto_app(clock=lambda: START, snapshot=path))
    assert books(again) == books(first)
    assert again.mails() == first.mails()
    paths = (place, "/certificates/CERT-000001/content", f"{place}/documents/D1/content", f"{place}/history")
    assert [again.get(item) for item in paths] == [first.get(item) for item in paths]
    assert again.ask("GET", "/_sim/settings").json() == first.ask("GET", "/_sim/settings").json()


def test_same_requests_give_the_same_answers() -> None:
    """Numbers and codes depend on the order of requests alone."""
    first, second = partner(), partner()
    for caller in (first, second):
        caller.decide(caller.placed(), "take", "validate")
    assert books(first) == books(second)
