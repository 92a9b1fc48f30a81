"""Rules by which the simulated Divalto judges an order: each broken alone, on an order that is good otherwise."""

from typing import Any

import pytest

from tests.contract.divalto_caller import NEW_SITE, ODATA, OPPORTUNITY, PRIMO, Caller, partner


@pytest.fixture
def caller() -> Caller:
    """Return a partner of a fresh Divalto."""
    return partner()


def contact(**fields: Any) -> dict[str, Any]:
    """Return a main contact with some fields changed."""
    return {"primaryContact": {**ODATA["primaryContact"], **fields}}


def sent_to(*addresses: str) -> dict[str, Any]:
    """Return the delivery to these addresses."""
    return {"certificate": {"desiredDeliveryDate": "2026-03-02", "recipients": list(addresses)}}


def on(day: str | None) -> dict[str, Any]:
    """Return the delivery on a day."""
    return {"certificate": {"desiredDeliveryDate": day, "recipients": ["it@acme.example"]}}


def ordering(*references: str, quantity: Any = 1) -> dict[str, Any]:
    """Return lines with these references."""
    return {"lines": [{"reference": reference, "quantity": quantity} for reference in references]}


def new_site(**fields: Any) -> dict[str, Any]:
    """Return a new site with some facts changed."""
    return {"newSite": {**NEW_SITE, **fields}}


CASES: dict[str, tuple[dict[str, Any], dict[str, Any], set[tuple[str, str]]]] = {
    "v1-missing": (ODATA, {"orderType": None}, {("/orderType", "REQUIRED"), ("/lines/0", "PRODUCT_REQUIRES")}),
    "v1-unknown": (PRIMO, {"orderType": "primo"}, {("/orderType", "UNKNOWN_VALUE")}),
    "v2-missing": (ODATA, {"origin": None}, {("/origin", "REQUIRED"), ("/lines/0", "PRODUCT_REQUIRES")}),
    "v2-not-of-the-type": (PRIMO, {"orderType": "MIGRATION"}, {("/origin", "ORIGIN_NOT_ALLOWED")}),
    "v3-other-generation": (PRIMO, {"generation": "ONE"}, {("/solution", "SOLUTION_NOT_ALLOWED")}),
    "v3-unknown-generation": (ODATA, {"generation": "V6"}, {("/generation", "UNKNOWN_VALUE")}),
    "v3-no-generation": (ODATA, {"generation": None}, {("/generation", "REQUIRED")}),
    "v3-no-solution": (ODATA, {"solution": None}, {("/solution", "REQUIRED")}),
    "v4": (PRIMO, {"generation": "INFINITY_V7"}, {("/generation", "GENERATION_RESTRICTED")}),
    "v5-both": (ODATA, {"newSite": NEW_SITE}, {("/siteNumber", "SITE_EXCLUSIVE")}),
    "v6-missing": (ODATA, {"siteNumber": None}, {("/siteNumber", "SITE_EXCLUSIVE"), ("/siteNumber", "REQUIRED")}),
    "v6-unknown": (ODATA, {"siteNumber": "999999"}, {("/siteNumber", "SITE_UNKNOWN")}),
    "v6-of-another-partner": (ODATA, {"siteNumber": "123459"}, {("/siteNumber", "SITE_UNKNOWN")}),
    "v7-missing": (PRIMO, {"newSite": None}, {("/siteNumber", "SITE_EXCLUSIVE"), ("/newSite", "REQUIRED")}),
    "v7-incomplete": (
        PRIMO,
        new_site(city=" ", email=None),
        {("/newSite/city", "REQUIRED"), ("/newSite/email", "REQUIRED")},
    ),
    "v7-no-siret": (PRIMO, new_site(siretNumber=None), {("/newSite/siretNumber", "REQUIRED")}),
    "v7-short-siret": (PRIMO, new_site(siretNumber="1"), {("/newSite/siretNumber", "INVALID_FORMAT")}),
    "v7-no-vat-number": (PRIMO, new_site(country="BE", siretNumber=None), {("/newSite/vatIntra", "REQUIRED")}),
    "v7-outside-the-union": (PRIMO, new_site(country="CH", siretNumber=None), set()),
    "v7-country": (PRIMO, new_site(country="France"), {("/newSite/country", "INVALID_FORMAT")}),
    "v7-address": (PRIMO, new_site(email="x"), {("/newSite/email", "EMAIL_INVALID")}),
    "v7-long-name": (PRIMO, new_site(name="x" * 256), {("/newSite/name", "TOO_LONG")}),
    "v8-missing": (
        OPPORTUNITY,
        {"opportunityCode": None, "generation": "ONE", "solution": "ERP_ONE"},
        {("/opportunityCode", "REQUIRED")},
    ),
    "v8-without-use": (ODATA, {"opportunityCode": "2024010800001"}, {("/opportunityCode", "NOT_APPLICABLE")}),
    "v8-unknown": (OPPORTUNITY, {"opportunityCode": "1"}, {("/opportunityCode", "OPPORTUNITY_UNKNOWN")}),
    "v8-won": (
        OPPORTUNITY,
        {"opportunityCode": "2024010800002"},
        {("/opportunityCode", "OPPORTUNITY_NOT_ACTIVE")},
    ),
    "v9-same": (OPPORTUNITY, {"solution": "ERP_INFINITY"}, set()),
    "v9-other": (OPPORTUNITY, {"solution": "ERP_CRM"}, {("/solution", "OPPORTUNITY_CONFLICT")}),
    "v10-no-site": (OPPORTUNITY, {"newSite": None}, {("/siteNumber", "SITE_EXCLUSIVE"), ("/newSite", "REQUIRED")}),
    "v10-existing-site": (OPPORTUNITY, {"newSite": None, "siteNumber": "123456"}, set()),
    "v11-missing": (ODATA, {"primaryContact": None}, {("/primaryContact", "REQUIRED")}),
    "v11-no-name": (ODATA, contact(lastName=None), {("/primaryContact/lastName", "REQUIRED")}),
    "v11-no-telephone": (ODATA, contact(phoneNumber=""), {("/primaryContact/phoneNumber", "REQUIRED")}),
    "v11-mobile": (ODATA, contact(phoneNumber=None, mobilePhoneNumber="+336"), set()),
    "v11-address": (ODATA, contact(email="lea@acme"), {("/primaryContact/email", "EMAIL_INVALID")}),
    "v12-missing": (ODATA, on(None), {("/certificate/desiredDeliveryDate", "REQUIRED")}),
    "v12-past-in-a-dry-run": (ODATA, on("2026-01-30"), {("/certificate/desiredDeliveryDate", "DATE_TIGHT")}),
    "v13-none": (ODATA, sent_to(), {("/certificate/recipients", "TOO_FEW")}),
    "v13-six": (ODATA, sent_to(*(f"{n}@a.example" for n in range(6))), {("/certificate/recipients", "TOO_MANY")}),
    "v13-five": (ODATA, sent_to(*(f"{n}@a.example" for n in range(5))), set()),
    "v13-bad": (ODATA, sent_to("a@a.example", "a"), {("/certificate/recipients/1", "EMAIL_INVALID")}),
    "v13-twice": (ODATA, sent_to("a@a.example", "A@a.example"), {("/certificate/recipients/1", "DUPLICATE")}),
    "v15-v2": (
        PRIMO,
        ordering("SAAS IO ODATA"),
        {("/lines/0", "PRODUCT_REQUIRES")},
    ),
    "v16": (ODATA, ordering("SAAS IO ODATA", "SAAS IO ODATA EXT"), {("/lines/1", "PRODUCT_EXCLUSIVE")}),
    "v16-one-a-side": (ODATA, {**ordering("SAAS IO ODATA", "SAAS WONE ODATA"), "solution": "ERP_CRM"}, set()),
    "v17-active": (
        ODATA,
        {"siteNumber": "123457", **ordering("SAAS IO ODATA")},
        {("/lines/0", "DUPLICATE_ACTIVATION")},
    ),
    "v17-step-up": (ODATA, {"siteNumber": "123457"}, set()),
    "v18-none": (PRIMO, ordering("DEMO ERP USER", quantity=0), {("/lines/0/quantity", "OUT_OF_RANGE")}),
    "v18-half": (PRIMO, ordering("DEMO ERP USER", quantity=1.5), {("/lines/0/quantity", "OUT_OF_RANGE")}),
    "v18-missing": (PRIMO, ordering("DEMO ERP USER", quantity=None), {("/lines/0/quantity", "OUT_OF_RANGE")}),
    "v18-two": (ODATA, ordering("SAAS IO ODATA", quantity=2), {("/lines/0/quantity", "OUT_OF_RANGE")}),
    "v20-quote": (ODATA, {"divaltoQuoteNumber": "x" * 256}, {("/divaltoQuoteNumber", "TOO_LONG")}),
    "v20-comments": (ODATA, {"comments": "x" * 65536}, {("/comments", "TOO_LONG")}),
    "v21-tomorrow": (ODATA, on("2026-02-03"), {("/certificate/desiredDeliveryDate", "DATE_TIGHT")}),
    "v21-two-days": (ODATA, on("2026-02-04"), set()),
    "v22": (ODATA, ordering("SAAS WONE ODATA"), {("/lines/0", "PRODUCT_SOLUTION_MISMATCH")}),
    "product-spaces": (ODATA, ordering(" SAAS  IO ODATA EXT "), set()),
    "product-case": (ODATA, ordering("saas io odata"), {("/lines/0/reference", "UNKNOWN_VALUE")}),
    "product-missing": (ODATA, ordering(""), {("/lines/0/reference", "REQUIRED")}),
    "no-lines": (ODATA, {"lines": None}, set()),
    "reference": (ODATA, {"clientReference": None}, {("/clientReference", "REQUIRED")}),
    "replaces-nothing": (ODATA, {"replacesOrderNumber": "CDE-1"}, {("/replacesOrderNumber", "ORDER_UNKNOWN")}),
}


@pytest.mark.parametrize("name", CASES)
def test_verdict(caller: Caller, name: str) -> None:
    """A dry run finds what is wrong at its place, nothing else, and keeps nothing."""
    order, fields, found = CASES[name]
    assert caller.judged(order, **fields) == found
    assert caller.state("orders") == []


@pytest.mark.parametrize(
    ("documents", "found"),
    [
        ([], {("/documents", "DOCUMENT_REQUIRED")}),
        ([{"documentType": "DEVIS"}], {("/documents", "DOCUMENT_REQUIRED")}),
        ([{"documentType": "BON_DE_COMMANDE"}] * 6, {("/documents", "TOO_MANY")}),
        (
            [{"documentType": "BON_DE_COMMANDE"}, {"documentType": "x"}],
            {("/documents/1/documentType", "UNKNOWN_VALUE")},
        ),
    ],
    ids=["none", "other-type", "six", "unknown-type"],
)
def test_documents_that_go_with_an_order(caller: Caller, documents: Any, found: set[tuple[str, str]]) -> None:
    """V14: a purchase order goes with every order."""
    assert caller.judged(ODATA, documents) == found


def test_past_date_is_refused_at_submission_only(caller: Caller) -> None:
    """V12: a date is judged on the day of submission, in Paris."""
    place = caller.draft(**on("2026-02-04"))
    caller.control("clock", advance=2 * 86400 + 13 * 3600)
    assert caller.submit(place).status_code == 200
    late = caller.draft(clientReference="b#1", siteNumber="123457", **on("2026-02-04"))
    caller.control("clock", advance=3600)
    assert [item["code"] for item in caller.submit(late).json()["details"]] == ["DATE_IN_PAST"]


@pytest.mark.parametrize(
    ("ordered", "wanted", "found"),
    [
        ("SAAS IO ODATA", "SAAS IO ODATA", {("/lines/0", "DUPLICATE_ACTIVATION")}),
        ("SAAS IO ODATA EXT", "SAAS IO ODATA", {("/lines/0", "DOWNGRADE_NOT_SUPPORTED")}),
        ("SAAS IO ODATA", "SAAS IO ODATA EXT", set()),
    ],
    ids=["same", "lower", "higher"],
)
@pytest.mark.parametrize("decisions", [(), ("take", "validate", "provisioned")], ids=["open", "active"])
def test_levels_on_their_way_count(
    caller: Caller, ordered: str, wanted: str, found: set[tuple[str, str]], decisions: tuple[str, ...]
) -> None:
    """V17: what another open order asks for stands like what is active."""
    caller.decide(caller.placed(**ordering(ordered)), *decisions) if decisions else caller.placed(**ordering(ordered))
    assert caller.judged(clientReference="b#1", **ordering(wanted)) == found
    assert caller.judged(clientReference="b#1", siteNumber="123458", **ordering(wanted)) == set()


def test_drafts_and_refused_orders_do_not_count(caller: Caller) -> None:
    """V17: only submitted orders that may still be carried out hold a level."""
    caller.draft()
    assert caller.judged(clientReference="b#1") == set()
    caller.decide(caller.placed(clientReference="c#1"), "refuse")
    assert caller.judged(clientReference="b#1") == set()


def test_site_must_be_hosted(caller: Caller) -> None:
    """V23: ODATA is for sites in the vendor's cloud; other products are for all."""
    caller.control("edit", what="sites", id="123456", set={"hosting": "ON_PREMISE"})
    assert caller.judged() == {("/siteNumber", "SITE_NOT_SAAS")}
    assert caller.judged(**ordering("DEMO ERP USER")) == set()


def test_catalogue_is_data(caller: Caller) -> None:
    """A changed catalogue changes the verdicts and the revision they are given under."""
    types = [{"code": "X", "label": "X", "origins": ["NOUVEAU_SITE"]}]
    caller.control("seed", catalog={"revision": "2", "orderTypes": types})
    assert caller.judged(PRIMO) == {("/orderType", "UNKNOWN_VALUE")}
    assert caller.judged(PRIMO, orderType="X") == set()
    assert (caller.post("/orders/validate", PRIMO).json()["catalogRevision"], caller.get("/catalog")["revision"]) == (
        "2",
        "2",
    )
