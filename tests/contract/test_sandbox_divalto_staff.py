"""Rules of the people at the simulated Divalto: what they decide, what comes of it, what they do by themselves."""

import base64
from typing import Any

import pytest

from tests.contract.divalto_caller import CHANGE, ODATA, OPPORTUNITY, PRIMO, REFERENCE, Caller, partner

CHANGES = "/sites/123456/changeRequests"


@pytest.fixture
def caller() -> Caller:
    """Return a partner of a fresh Divalto."""
    return partner()


def test_odata_order_goes_through_the_cloud_team(caller: Caller) -> None:
    """An order with a technical activation ends after provisioning; its site is active only then."""
    place = caller.placed()
    seen = [
        (caller.decide(place, decision)["status"], caller.get("/sites/123456")["activations"] != [])
        for decision in ("take", "validate", "provisioned")
    ]
    assert seen == [("EN_COURS", False), ("PROVISIONING", False), ("TRAITEE", True)]
    order, site = caller.get(place), caller.get("/sites/123456")
    assert (order["assignedSiteNumber"], order["processedUTC"]) == ("123456", "2026-02-02T09:00:00Z")
    assert [(item["reference"], item["status"]) for item in site["activations"]] == [("SAAS IO ODATA EXT", "ACTIVE")]
    assert caller.mails() == [("it@acme.example", "certificat"), ("commandes@partner.example", "commande-traitee")]


def test_step_up_replaces_the_active_level(caller: Caller) -> None:
    """A site has one level a side; the order that raises it takes the place of the one before."""
    caller.decide(caller.placed(siteNumber="123457"), "take", "validate", "provisioned")
    activations = caller.get("/sites/123457")["activations"]
    assert [item["reference"] for item in activations] == ["SAAS IO ODATA EXT"]


@pytest.mark.parametrize(
    ("details", "number"), [({}, "200001"), ({"assignedSiteNumber": "300000"}, "300000")], ids=["next", "chosen"]
)
@pytest.mark.parametrize("order", [PRIMO, OPPORTUNITY], ids=["new-site", "opportunity"])
def test_new_site_gets_a_number(caller: Caller, order: dict[str, Any], details: Any, number: str) -> None:
    """An order without technical activation is done when validated; its new site can then be read."""
    place = caller.placed(order)
    assert caller.decide(place, "take", "validate", **details)["status"] == "TRAITEE"
    site = caller.get(f"/sites/{number}")
    assert (caller.get(place)["assignedSiteNumber"], caller.get(place)["siteNumber"]) == (number, None)
    assert (site["name"], site["generation"], site["hosting"]) == ("Neuf SARL", "INFINITY_V10_WEAVY_V5", "SAAS")


def test_new_sites_have_numbers_of_their_own(caller: Caller) -> None:
    """A number is given once, and one that is taken cannot be assigned."""
    first, second = caller.placed(PRIMO), caller.placed(PRIMO, clientReference="b#1")
    caller.decide(first, "take", "validate")
    caller.decide(second, "take")
    taken = {"decision": "validate", "assignedSiteNumber": "200001"}
    assert caller.ask("POST", f"/_sim{second}/decide", taken).status_code == 400
    assert caller.decide(second, "validate")["assignedSiteNumber"] == "200002"


@pytest.mark.parametrize(
    ("timing", "issued"), [("on_validation", [0, 1, 1]), ("on_provisioned", [0, 0, 1])], ids=["early", "late"]
)
def test_certificate_is_issued_once(caller: Caller, timing: str, issued: list[int]) -> None:
    """A certificate comes at validation or at the end, as the setting says, and once."""
    caller.control("settings", certificateTiming=timing)
    place, counts = caller.placed(), []
    for decision in ("take", "validate", "provisioned"):
        caller.decide(place, decision)
        counts.append(len(caller.found(f"/certificates?orderNumber={place.rpartition('/')[2]}")))
    assert counts == issued
    assert caller.get(place)["certificateIds"] == ["CERT-000001"]


def test_certificate_shows_its_secret_in_one_place(caller: Caller) -> None:
    """Content and access code are at `/content` only: in no list, no order, no mail."""
    place = caller.placed()
    caller.decide(place, "take", "validate")
    content = caller.get("/certificates/CERT-000001/content")
    code = content["accessCode"]
    assert len(code) == 10
    assert code.encode() in base64.b64decode(content["content"])
    row = caller.get("/certificates/CERT-000001")
    assert (row["kind"], row["hasSecret"], row["recipients"]) == ("ODATA", True, ["it@acme.example"])
    assert [item["code"] for item in row["environments"]] == ["PROD", "TEST1"]
    paths = ("/v1/certificates", "/v1/certificates/CERT-000001", f"/v1{place}", "/_sim/outbox")
    assert [path for path in paths if code in caller.ask("GET", path).text] == []
    assert caller.found("/certificates?siteNumber=123457") == []


def test_refusal_with_its_reason_and_replacement(caller: Caller) -> None:
    """A refused order shows why and is mailed; a new order under a new reference replaces it."""
    place = caller.placed()
    caller.decide(place, "refuse", reason="bon de commande non signé")
    order = caller.get(place)
    assert (order["status"], order["statusReason"]) == ("REFUSEE", "bon de commande non signé")
    assert caller.mails() == [("commandes@partner.example", "commande-refusee")]
    assert caller.post("/orders", ODATA).json()["status"] == "REFUSEE"
    again = caller.placed(clientReference="acme/odata#2", replacesOrderNumber=order["orderNumber"])
    assert caller.get(again)["status"] == "A_TRAITER"


@pytest.mark.parametrize(
    ("path", "refused"),
    [
        ((), {"ask", "validate", "provisioned"}),
        (("take",), {"take", "provisioned"}),
        (("take", "ask"), {"take", "ask", "validate", "provisioned"}),
        (("take", "validate"), {"take", "ask", "validate"}),
        (("take", "validate", "provisioned"), {"take", "ask", "validate", "provisioned", "refuse", "cancel"}),
        (("refuse",), {"take", "ask", "validate", "provisioned", "refuse", "cancel"}),
        (("cancel",), {"take", "ask", "validate", "provisioned", "refuse", "cancel"}),
    ],
    ids=["waiting", "taken", "asked", "validated", "done", "refused", "cancelled"],
)
def test_staff_follows_the_status_machine(caller: Caller, path: tuple[str, ...], refused: set[str]) -> None:
    """Decisions that the status machine does not have are refused, and change nothing."""
    place = caller.placed()
    if path:
        caller.decide(place, *path)
    before = caller.get(place)
    known = ("take", "ask", "validate", "provisioned", "refuse", "cancel")
    answers = {name: decided(caller, place, name) for name in known if name in refused}
    assert answers == dict.fromkeys(answers, 400)
    assert caller.get(place) == before
    left = [name for name in known if name not in refused]
    assert [decided(caller, place, name) for name in left[-1:]] == [200] * len(left[-1:])


def decided(caller: Caller, place: str, decision: str) -> int:
    """Return how the control plane answers a decision."""
    return caller.ask("POST", f"/_sim{place}/decide", {"decision": decision}).status_code


def test_drafts_are_not_decided(caller: Caller) -> None:
    """Nobody at the vendor sees a draft."""
    place = caller.draft()
    known = ("take", "ask", "validate", "provisioned", "refuse", "cancel")
    assert [decided(caller, place, name) for name in known] == [400] * len(known)


def test_staff_acts_by_policy_when_due(caller: Caller) -> None:
    """With the policy accept each status ends after its delay, at the moment it was due; nothing is early."""
    caller.control("policy", auto="accept", delaysHours={"A_TRAITER": 1, "EN_COURS": 2, "PROVISIONING": 3})
    place, seen = caller.placed(), []
    for hours in (0.5, 0.5, 1, 1, 3):
        caller.control("clock", advance=hours * 3600)
        seen.append(caller.get(place)["status"])
    assert seen == ["A_TRAITER", "EN_COURS", "EN_COURS", "PROVISIONING", "TRAITEE"]
    moments = [step["atUTC"][11:16] for step in caller.found(f"{place}/history")]
    assert moments == ["09:00", "09:00", "10:00", "12:00", "15:00"]


def test_many_steps_come_due_at_once(caller: Caller) -> None:
    """After a long absence an order has gone all the way."""
    caller.control("policy", auto="accept")
    place = caller.placed()
    caller.control("clock", advance=76 * 3600 - 1)
    assert caller.get(place)["status"] == "PROVISIONING"
    caller.control("clock", advance=1)
    assert caller.get(place)["status"] == "TRAITEE"


def test_policy_refuse_and_none(caller: Caller) -> None:
    """With the policy refuse an order is refused after it was taken; with none nothing ever moves."""
    place = caller.placed()
    caller.control("clock", advance=1000 * 3600)
    assert caller.get(place)["status"] == "A_TRAITER"
    caller.control("policy", auto="refuse", delaysHours={"A_TRAITER": 0, "EN_COURS": 0})
    order = caller.get(place)
    assert (order["status"], order["statusReason"]) == ("REFUSEE", "Refus automatique")
    assert caller.ask("GET", "/_sim/policy").json() == {
        "auto": "refuse",
        "delaysHours": {"A_TRAITER": 0.0, "EN_COURS": 0.0, "PROVISIONING": 48.0},
    }


def test_policy_waits_for_an_answer(caller: Caller) -> None:
    """What the partner is asked for, nobody decides by policy."""
    place = caller.placed()
    caller.decide(place, "take", "ask")
    caller.control("policy", auto="accept", delaysHours={"EN_COURS": 0})
    caller.control("clock", advance=1000 * 3600)
    assert caller.get(place)["status"] == "EN_ATTENTE"


def test_site_changes_when_accepted(caller: Caller) -> None:
    """A change request leaves the site alone until it is accepted, and is found by its reference."""
    answer = caller.post(CHANGES, CHANGE)
    assert (answer.status_code, answer.headers["location"]) == (201, "http://sim/v1/siteChangeRequests/SCR-000001")
    assert answer.json()["clientReference"] == CHANGE["clientReference"]
    site = caller.get("/sites/123456")
    assert (site["phoneNumber"], site["pendingChangeRequestId"]) == ("+33300000000", "SCR-000001")
    decided = caller.control("siteChangeRequests/SCR-000001/decide", decision="accept")
    assert (decided["status"], decided["applied"]) == ("ACCEPTEE", CHANGE["changes"])
    site = caller.get("/sites/123456")
    assert (site["phoneNumber"], site["pendingChangeRequestId"], site["version"]) == ("+33300000001", None, 2)
    found = caller.found(f"/siteChangeRequests?clientReference={CHANGE['clientReference']}")
    assert [(row["status"], "applied" in row) for row in found] == [("ACCEPTEE", False)]


def test_site_changes_otherwise(caller: Caller) -> None:
    """The staff may accept and write something else; the request still shows what was asked."""
    caller.post(CHANGES, CHANGE)
    caller.control("siteChangeRequests/SCR-000001/decide", decision="accept", applied={"city": "Metz"})
    site = caller.get("/sites/123456")
    assert (site["phoneNumber"], site["city"]) == ("+33300000000", "Metz")
    assert caller.get("/siteChangeRequests/SCR-000001")["changes"] == CHANGE["changes"]


def test_refused_change_leaves_the_site(caller: Caller) -> None:
    """A refused change request says why, and makes room for another."""
    caller.post(CHANGES, CHANGE)
    refusal = caller.post(CHANGES, {**CHANGE, "clientReference": "other"})
    assert (refusal.json()["code"], refusal.json()["params"]) == ("CHANGE_REQUEST_PENDING", {"id": "SCR-000001"})
    caller.control("siteChangeRequests/SCR-000001/decide", decision="refuse", reason="sans preuve")
    row = caller.get("/siteChangeRequests/SCR-000001")
    assert (row["status"], row["statusReason"], caller.get("/sites/123456")["version"]) == ("REFUSEE", "sans preuve", 1)
    assert caller.ask("POST", "/_sim/siteChangeRequests/SCR-000001/decide", {"decision": "accept"}).status_code == 400
    assert caller.post(CHANGES, CHANGE).status_code == 201
    assert len(caller.found("/siteChangeRequests?siteNumber=123456&status=REFUSEE")) == 1


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"confirm": False}, 422, "CONFIRM_REQUIRED"),
        ({"changes": {}}, 422, "SITE_CHANGE_INVALID"),
        ({"changes": {"name": ""}}, 422, "SITE_CHANGE_INVALID"),
        ({"changes": {"email": "x"}}, 422, "SITE_CHANGE_INVALID"),
        ({"clientReference": None}, 422, "SITE_CHANGE_INVALID"),
        ({"baseVersion": None}, 422, "SITE_CHANGE_INVALID"),
        ({"changes": {"hosting": "SAAS"}}, 422, "UNKNOWN_FIELD"),
        ({"changes": {"city": 1}}, 400, "MALFORMED"),
        ({"baseVersion": 2}, 412, "VERSION_MISMATCH"),
    ],
)
def test_bad_change_requests(caller: Caller, fields: dict[str, Any], status: int, code: str) -> None:
    """A change request is confirmed, names the site's version, and asks for facts a site can have."""
    assert caller.refused("POST", CHANGES, {**CHANGE, **fields}) == (status, code)
    assert caller.state("changeRequests") == []


def test_change_requests_follow_the_policy(caller: Caller) -> None:
    """By policy a change request is decided after the delay of a waiting order."""
    caller.control("policy", auto="accept", delaysHours={"A_TRAITER": 1})
    caller.post(CHANGES, CHANGE)
    caller.control("clock", advance=3600)
    row = caller.get("/siteChangeRequests/SCR-000001")
    assert (row["status"], row["decidedUTC"]) == ("ACCEPTEE", "2026-02-02T10:00:00Z")


def test_sites_and_opportunities_are_listed(caller: Caller) -> None:
    """Sites are found by number and name, opportunities by status; another partner's are not there."""
    numbers = [
        [row["siteNumber"] for row in caller.found(f"/sites{query}")] for query in ("", "?name=ACME", "?siteNumber=1")
    ]
    assert numbers == [["123456", "123457", "123458"], ["123456"], []]
    assert [row["code"] for row in caller.found("/opportunities?status=ACTIVE")] == ["2024010800001"]
    assert caller.get("/opportunities/2024010800001")["prospect"]["name"] == "Dupont Optique"
    assert caller.ask("GET", "/v1/sites/123456").headers["etag"] == '"1"'


def test_fixtures_of_a_test(caller: Caller) -> None:
    """Sites, opportunities and keys are added or replaced by id, the catalogue by its parts."""
    site = {
        "siteNumber": "555555",
        "name": "Cinq",
        "activations": [
            {
                "family": "ODATA_ERP",
                "reference": "SAAS IO ODATA EXT",
                "status": "ACTIVE",
                "sinceUTC": "2024-01-01T00:00:00Z",
            }
        ],
    }
    opportunity = {"code": "77", "creationDateUTC": "2024-01-01T00:00:00Z"}
    counts = caller.control("seed", sites=[site], opportunities=[opportunity])
    assert counts == {"sites": 1, "opportunities": 1, "keys": 0}
    assert caller.get("/sites/555555")["activations"][0]["sinceUTC"] == "2024-01-01T00:00:00Z"
    assert caller.get("/opportunities/77")["creationDateUTC"] == "2024-01-01T00:00:00Z"
    assert caller.judged(siteNumber="555555") == {("/lines/0", "DUPLICATE_ACTIVATION")}


def test_hand_edits_raise_versions(caller: Caller) -> None:
    """A site or order that the staff edits by hand is another version."""
    place = caller.placed()
    caller.control("edit", what="sites", id="123456", set={"city": "Metz"})
    caller.control("edit", what="orders", id=place.rpartition("/")[2], set={"status": "EN_SIGNATURE"})
    assert (caller.get("/sites/123456")["version"], caller.get(place)["version"]) == (2, 4)
    assert caller.get(place)["statusLabel"] == "EN_SIGNATURE"
    assert caller.found(f"/orders?clientReference={REFERENCE.replace('#', '%23')}")[0]["status"] == "EN_SIGNATURE"
