"""Rules of the simulated Divalto's orders: made once, changed as drafts, submitted once."""

from typing import Any

import pytest

from tests.contract.divalto_caller import ODATA, OPPORTUNITY, PDF, REFERENCE, Caller, document, partner


@pytest.fixture
def caller() -> Caller:
    """Return a partner of a fresh Divalto."""
    return partner()


def test_created_order_names_its_place(caller: Caller) -> None:
    """A creation answers with number, version and address of a draft."""
    answer = caller.post("/orders", ODATA)
    assert (answer.status_code, answer.headers["etag"]) == (201, '"1"')
    assert answer.headers["location"] == "http://sim/v1/orders/CDE-2026-000001"
    assert {name: answer.json()[name] for name in ODATA} == ODATA
    assert (answer.json()["status"], answer.json()["statusLabel"]) == ("BROUILLON", "Brouillon")


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, 200),
        ({"comments": None, "generation": " INFINITY_V10_WEAVY_V5 "}, 200),
        ({"certificate": {"recipients": ["IT@acme.example"], "desiredDeliveryDate": "2026-03-02"}}, 200),
        ({"comments": "x"}, 409),
        ({"lines": [{"reference": "SAAS IO ODATA EXT", "quantity": 2}]}, 409),
    ],
    ids=["same", "nulls-and-spaces", "case-of-addresses", "other-text", "other-lines"],
)
def test_same_reference_makes_one_order(caller: Caller, fields: dict[str, Any], status: int) -> None:
    """The same reference and content give the order back; other content is a conflict that names it."""
    caller.post("/orders", ODATA)
    answer = caller.post("/orders", {**ODATA, **fields})
    number = answer.json()["orderNumber"] if status == 200 else answer.json()["params"]["orderNumber"]
    assert (answer.status_code, number) == (status, "CDE-2026-000001")
    assert [(row["version"], row["clientReference"]) for row in caller.state("orders")] == [(1, REFERENCE)]


def test_order_of_lines_and_recipients_does_not_count(caller: Caller) -> None:
    """Lines and recipients in another order are the same order."""
    lines = [{"reference": "B", "quantity": 1}, {"reference": "A", "quantity": 1}]
    certificate = {"desiredDeliveryDate": "2026-03-02", "recipients": ["b@a.example", "a@a.example"]}
    caller.post("/orders", {**ODATA, "lines": lines, "certificate": certificate})
    swapped = {**certificate, "recipients": certificate["recipients"][::-1]}
    assert caller.post("/orders", {**ODATA, "lines": lines[::-1], "certificate": swapped}).status_code == 200


def test_opportunity_fills_in_what_is_left_out(caller: Caller) -> None:
    """Generation and solution come from the opportunity, and do not make another order when sent back."""
    made = caller.post("/orders", OPPORTUNITY).json()
    assert (made["generation"], made["solution"]) == ("INFINITY_V10_WEAVY_V5", "ERP_INFINITY")
    assert caller.post("/orders", OPPORTUNITY).status_code == 200
    assert caller.post("/orders", {**OPPORTUNITY, "generation": made["generation"]}).status_code == 200
    assert caller.post("/orders", {**OPPORTUNITY, "generation": "ONE"}).status_code == 409


def test_replaced_draft_counts_with_its_new_content(caller: Caller) -> None:
    """A draft is replaced under the same reference in its present version; the new content is what counts."""
    caller.post("/orders", ODATA)
    changed = {**ODATA, "comments": "x"}
    assert caller.refused("PUT", "/orders/CDE-2026-000001", changed) == (428, "VERSION_REQUIRED")
    assert caller.refused("PUT", "/orders/CDE-2026-000001", changed, If_Match='"2"') == (412, "VERSION_MISMATCH")
    other = {**changed, "clientReference": "b#1"}
    assert caller.refused("PUT", "/orders/CDE-2026-000001", other, If_Match="1")[1] == "CLIENT_REFERENCE_CONFLICT"
    answer = caller.ask("PUT", "/v1/orders/CDE-2026-000001", changed, If_Match='"1"')
    assert (answer.status_code, answer.headers["etag"], answer.json()["comments"]) == (200, '"2"', "x")
    assert caller.post("/orders", changed).status_code == 200
    assert caller.post("/orders", ODATA).status_code == 409


def test_deleted_draft_keeps_its_reference(caller: Caller) -> None:
    """A deleted draft is gone with its documents, and its reference is never free again."""
    place = caller.draft()
    assert caller.refused("DELETE", place, If_Match='"1"') == (412, "VERSION_MISMATCH")
    assert caller.ask("DELETE", f"/v1{place}", If_Match='"2"').status_code == 200
    assert caller.refused("GET", place) == (404, "NOT_FOUND")
    params = caller.post("/orders", ODATA).json()["params"]
    assert params == {"orderNumber": "CDE-2026-000001", "deleted": True}
    assert (caller.state("documents"), len(caller.state("deletions"))) == ([], 1)


def test_submission_happens_once(caller: Caller) -> None:
    """The submitted version may be submitted again to no effect; any other version has no way."""
    place = caller.draft()
    first, again = caller.submit(place), caller.submit(place)
    assert (first.json()["status"], first.json()["submittedUTC"]) == ("A_TRAITER", "2026-02-02T09:00:00Z")
    assert (again.status_code, again.json()) == (200, first.json())
    answer = caller.submit(place, version=3)
    assert (answer.status_code, answer.json()["params"]) == (409, {"from": "A_TRAITER", "to": "A_TRAITER"})
    assert [row["version"] for row in caller.state("submissions")] == [2]


@pytest.mark.parametrize(
    ("body", "headers", "refusal"),
    [
        ({}, {"If_Match": '"2"'}, (422, "CONFIRM_REQUIRED")),
        ({"confirm": False}, {"If_Match": '"2"'}, (422, "CONFIRM_REQUIRED")),
        ({"confirm": "yes"}, {"If_Match": '"2"'}, (400, "MALFORMED")),
        ({"confirm": True}, {}, (428, "VERSION_REQUIRED")),
        ({"confirm": True}, {"If_Match": '"1"'}, (412, "VERSION_MISMATCH")),
        ({"confirm": True}, {"If_Match": "*"}, (412, "VERSION_MISMATCH")),
    ],
    ids=["empty", "no", "text", "no-version", "older", "any"],
)
def test_submission_needs_confirmation_and_version(
    caller: Caller, body: Any, headers: dict[str, str], refusal: tuple[int, str]
) -> None:
    """A submission is confirmed and names the version that the caller has seen."""
    place = caller.draft()
    assert caller.refused("POST", f"{place}/submit", body, **headers) == refusal
    assert caller.state("submissions") == []


def test_invalid_order_is_not_submitted(caller: Caller) -> None:
    """A submission runs all rules, and answers with what a dry run finds."""
    caller.post("/orders", {**ODATA, "siteNumber": None})
    answer = caller.submit("/orders/CDE-2026-000001", version=1)
    found = {(item["field"], item["code"]) for item in answer.json()["details"]}
    assert (answer.status_code, answer.json()["code"]) == (422, "ORDER_INVALID")
    assert found == caller.judged(siteNumber=None, documents=[])
    assert caller.get("/orders/CDE-2026-000001")["status"] == "BROUILLON"


@pytest.mark.parametrize(("method", "path"), [("PUT", ""), ("DELETE", ""), ("DELETE", "/documents/D1")])
def test_submitted_order_is_locked(caller: Caller, method: str, path: str) -> None:
    """What was submitted is neither changed nor deleted."""
    place = caller.placed()
    assert caller.refused(method, place + path, ODATA, If_Match='"3"') == (409, "ORDER_LOCKED")


def test_document_is_attached_once(caller: Caller) -> None:
    """The same content of the same type is attached once, whatever its name, and even after the submission."""
    place = caller.draft()
    again = caller.post(f"{place}/documents", document(fileName="other.pdf"))
    assert (again.status_code, again.json()["documentId"], again.json()["orderVersion"]) == (200, "D1", 2)
    other = caller.post(f"{place}/documents", document(documentType="AUTRE"))
    assert (other.status_code, other.json()["orderVersion"]) == (201, 3)
    caller.submit(place, version=3)
    assert caller.post(f"{place}/documents", document()).status_code == 200
    assert caller.refused("POST", f"{place}/documents", document(PDF + b"2")) == (409, "ORDER_LOCKED")
    assert [row["documentId"] for row in caller.found(f"{place}/documents")] == ["D1", "D2"]
    assert caller.get(f"{place}/documents/D1/content")["content"] == document()["content"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (document(b""), "REQUIRED"),
        (document(sha256="00"), "SHA256_MISMATCH"),
        (document(fileName="../bc.pdf"), "FILE_NAME_INVALID"),
        (document(fileName="a\\b.pdf"), "FILE_NAME_INVALID"),
        (document(contentType="text/plain"), "UNKNOWN_VALUE"),
        (document(contentType="image/png"), "CONTENT_TYPE_MISMATCH"),
        (document(documentType="FACTURE"), "UNKNOWN_VALUE"),
    ],
    ids=["empty", "digest", "path", "backslash", "format", "magic", "type"],
)
def test_bad_documents(caller: Caller, body: Any, code: str) -> None:
    """A document is what it says it is, of an accepted format and type."""
    caller.post("/orders", ODATA)
    answer = caller.post("/orders/CDE-2026-000001/documents", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "DOCUMENT_INVALID")
    assert [item["code"] for item in answer.json()["details"]] == [code]


def test_large_and_unreadable_documents(caller: Caller) -> None:
    """A document beyond the catalogue's limit is 413, content that is no Base64 is 400, a sixth order 422."""
    place = caller.draft()
    assert caller.refused("POST", f"{place}/documents", {**document(), "content": "%"}) == (400, "MALFORMED")
    for number in range(4):
        assert caller.post(f"{place}/documents", document(PDF + bytes([number]))).status_code == 201
    assert caller.refused("POST", f"{place}/documents", document(PDF + b"6")) == (422, "DOCUMENT_INVALID")
    limits = {"recipientsMin": 1, "recipientsMax": 5, "commentsMax": 65535, "documentBytesMax": 10}
    caller.control("seed", catalog={"limits": limits})
    assert caller.refused("POST", f"{place}/documents", document(PDF + b"7")) == (413, "DOCUMENT_TOO_LARGE")


def test_removed_document(caller: Caller) -> None:
    """A document of a draft can be removed, which is a change of the order."""
    place = caller.draft()
    assert caller.ask("DELETE", f"/v1{place}/documents/D1").json()["orderVersion"] == 3
    assert caller.get(place)["documents"] == []
    assert caller.refused("GET", f"{place}/documents/D1/content") == (404, "NOT_FOUND")


def test_cancelled_until_taken(caller: Caller) -> None:
    """The partner cancels with a reason while the order waits; later only the staff can."""
    place = caller.placed()
    assert caller.refused("POST", f"{place}/cancel", {}, If_Match="3") == (422, "ORDER_INVALID")
    assert caller.refused("POST", f"{place}/cancel", {"reason": "x"}, If_Match="2") == (412, "VERSION_MISMATCH")
    answer = caller.post(f"{place}/cancel", {"reason": "erreur"}, If_Match="3").json()
    assert (answer["status"], answer["statusReason"], answer["version"]) == ("ANNULEE", "erreur", 4)
    taken = caller.placed(clientReference="acme/b#1")
    caller.decide(taken, "take")
    assert caller.refused("POST", f"{taken}/cancel", {"reason": "x"}, If_Match="4") == (409, "ILLEGAL_TRANSITION")


def test_complement_goes_round(caller: Caller) -> None:
    """A request for complement is shown, answered once with documents, and may come again."""
    place = caller.placed()
    answer = {"answer": "voici", "confirm": True}
    assert caller.refused("POST", f"{place}/complement", answer, If_Match="3") == (409, "ILLEGAL_TRANSITION")
    caller.decide(place, "take", "ask", reason="signature ?")
    shown = caller.get(place)
    assert (shown["statusReason"], shown["requestedInformation"]["text"]) == ("signature ?", "signature ?")
    assert caller.post(f"{place}/documents", document(PDF + b"2")).json()["orderVersion"] == 6
    assert caller.refused("POST", f"{place}/complement", {"answer": "x"}, If_Match="6") == (422, "CONFIRM_REQUIRED")
    empty = {"answer": " ", "confirm": True}
    assert caller.refused("POST", f"{place}/complement", empty, If_Match="6") == (422, "ORDER_INVALID")
    assert caller.refused("POST", f"{place}/complement", answer, If_Match="5") == (412, "VERSION_MISMATCH")
    after = caller.post(f"{place}/complement", answer, If_Match="6").json()
    assert (after["status"], after["requestedInformation"], after["statusReason"]) == ("EN_COURS", None, None)
    assert caller.refused("POST", f"{place}/complement", answer, If_Match="6") == (409, "ILLEGAL_TRANSITION")
    assert [row["answer"] for row in caller.state("answers")] == ["voici"]


def test_lists_are_filtered(caller: Caller) -> None:
    """Orders are found by reference, site, status and the time of their last change."""
    caller.placed()
    caller.control("clock", advance=60)
    caller.post("/orders", {"clientReference": "b#1", "siteNumber": "123457"})
    wanted = {
        "clientReference=acme/odata%231": 1,
        "siteNumber=123457": 2,
        "status=A_TRAITER": 1,
        "modifiedSinceUTC=2026-02-02T09:01:00Z": 2,
        "clientReference=acme": 0,
    }
    found = {query: [int(row["orderNumber"][-1]) for row in caller.found(f"/orders?{query}")] for query in wanted}
    assert found == {query: [number] if number else [] for query, number in wanted.items()}
    for text in ("yesterday", "2026-02-02T09:00:00"):
        assert caller.refused("GET", f"/orders?modifiedSinceUTC={text}") == (400, "MALFORMED")


def test_history_tells_every_move(caller: Caller) -> None:
    """The history has a line for each status an order came into, oldest first."""
    place = caller.placed()
    caller.decide(place, "take", "refuse", reason="non signé")
    moves = [(step["from"], step["to"], step["actor"], step["reason"]) for step in caller.found(f"{place}/history")]
    assert moves == [
        (None, "BROUILLON", "partner", None),
        ("BROUILLON", "A_TRAITER", "partner", None),
        ("A_TRAITER", "EN_COURS", "adv", None),
        ("EN_COURS", "REFUSEE", "adv", "non signé"),
    ]
