"""Rules of every request to the simulated Divalto under faults: what was done, whatever the answer was."""

import contextlib
from collections.abc import Callable
from typing import Any

import pytest

from reconciler.sandbox import ConnectionDropped
from tests.contract.divalto_caller import CHANGE, ODATA, PDF, Caller, document, partner

Prepared = tuple[str, str, Any, dict[str, str]]


@pytest.fixture
def caller() -> Caller:
    """Return a partner of a fresh Divalto."""
    return partner()


def creating(caller: Caller) -> Prepared:
    """Return a request that creates an order."""
    return "POST", "/orders", ODATA, {}


def replacing(caller: Caller) -> Prepared:
    """Return a request that replaces a draft."""
    return "PUT", caller.draft(), {**ODATA, "comments": "x"}, {"If_Match": "2"}


def deleting(caller: Caller) -> Prepared:
    """Return a request that deletes a draft."""
    return "DELETE", caller.draft(), None, {}


def attaching(caller: Caller) -> Prepared:
    """Return a request that attaches a document."""
    return "POST", f"{caller.draft()}/documents", document(PDF + b"2"), {}


def detaching(caller: Caller) -> Prepared:
    """Return a request that removes a document."""
    return "DELETE", f"{caller.draft()}/documents/D1", None, {}


def submitting(caller: Caller) -> Prepared:
    """Return a request that submits an order."""
    return "POST", f"{caller.draft()}/submit", {"confirm": True}, {"If_Match": "2"}


def answering(caller: Caller) -> Prepared:
    """Return a request that answers a request for complement."""
    place = caller.placed()
    caller.decide(place, "take", "ask")
    return "POST", f"{place}/complement", {"answer": "x", "confirm": True}, {"If_Match": "5"}


def cancelling(caller: Caller) -> Prepared:
    """Return a request that cancels an order."""
    return "POST", f"{caller.placed()}/cancel", {"reason": "x"}, {"If_Match": "3"}


def changing(caller: Caller) -> Prepared:
    """Return a request that asks for a change of a site."""
    return "POST", "/sites/123456/changeRequests", CHANGE, {}


MUTATING = [creating, replacing, deleting, attaching, detaching, submitting, answering, cancelling, changing]

KINDS = {
    **dict.fromkeys(("drop_before", "status_before", "html", "redirect", "retry_after"), False),
    **dict.fromkeys(
        ("drop_after", "status_after", "truncate", "garbage", "duplicate_keys", "wrong_content_type"), True
    ),
    **dict.fromkeys(("huge", "empty_list", "bare_array", "twice"), True),
}
"""Fault to whether the vendor does its work all the same."""
SMALL: dict[str, dict[str, Any]] = {"huge": {"bytes": 10}}
"""Options that keep faults small."""
READS = [
    "/catalog",
    "/sites",
    "/sites/123456",
    "/siteChangeRequests",
    "/siteChangeRequests/SCR-000001",
    "/opportunities",
    "/opportunities/2024010800001",
    "/orders",
    "/orders/CDE-2026-000001",
    "/orders/CDE-2026-000001/documents",
    "/orders/CDE-2026-000001/documents/D1/content",
    "/orders/CDE-2026-000001/history",
    "/certificates",
    "/certificates/CERT-000001",
    "/certificates/CERT-000001/content",
]


def books(caller: Caller) -> Any:
    """Return the books."""
    return caller.ask("GET", "/_sim/state").json()


@pytest.mark.parametrize("prepare", MUTATING)
@pytest.mark.parametrize("kind", KINDS)
def test_bad_answers_say_nothing_about_the_effect(
    caller: Caller, prepare: Callable[[Caller], Prepared], kind: str
) -> None:
    """Every mutating request can meet every fault, and has the effect that the fault's kind says."""
    method, path, body, headers = prepare(caller)
    before = books(caller)
    caller.control("faults", kind=kind, match={"method": method, "path": f"{path}$"}, **SMALL.get(kind, {}))
    with contextlib.suppress(ConnectionDropped):
        caller.ask(method, f"/v1{path}", body, **headers)
    assert (books(caller) != before) is KINDS[kind]
    assert caller.ask("GET", "/_sim/log").json()[-1]["fault"] == kind


@pytest.mark.parametrize("path", READS)
def test_reads_meet_faults_and_change_nothing(caller: Caller, path: str) -> None:
    """Every read can be answered badly, and is right the next time."""
    caller.decide(caller.placed(), "take", "validate")
    caller.post("/sites/123456/changeRequests", CHANGE)
    good, before = caller.ask("GET", f"/v1{path}"), books(caller)
    worse = ["status_before", "html", "redirect", "retry_after", "truncate", "garbage", "duplicate_keys", "huge"]
    caller.control(
        "faults", faults=[{"kind": kind, "match": {"path": f"{path}$"}, **SMALL.get(kind, {})} for kind in worse]
    )
    bad = [caller.ask("GET", f"/v1{path}") for _ in worse]
    assert [answer for answer in bad if (answer.status_code, answer.content) == (200, good.content)] == []
    assert (caller.ask("GET", f"/v1{path}").content, books(caller)) == (good.content, before)


@pytest.mark.parametrize(
    ("prepare", "books_of", "count"),
    [
        (creating, "orders", 1),
        (attaching, "documents", 2),
        (submitting, "submissions", 1),
        (changing, "changeRequests", 1),
    ],
)
@pytest.mark.parametrize("kind", ["drop_after", "twice"])
def test_repeated_request_is_not_done_twice(
    caller: Caller, prepare: Callable[[Caller], Prepared], books_of: str, count: int, kind: str
) -> None:
    """What a caller or a proxy sends again is one order, one document, one submission, one open change request."""
    method, path, body, headers = prepare(caller)
    caller.control("faults", kind=kind, match={"method": method, "path": f"{path}$"})
    if kind == "drop_after":
        with pytest.raises(ConnectionDropped):
            caller.ask(method, f"/v1{path}", body, **headers)
    caller.ask(method, f"/v1{path}", body, **headers)
    assert len(caller.state(books_of)) == count
