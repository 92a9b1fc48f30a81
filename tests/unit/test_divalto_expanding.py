"""What Divalto's manifests stand for: canonical fields, references, what steers the steps."""

from typing import Any

import pytest

from reconciler.model import Address
from reconciler.vendors.divalto import catalogue, completing, expanding, normal
from tests.unit.divalto_texts import PDF, one_order, order, site, wanted_of

ODATA = expanding.order_address("odata")
HQ = expanding.site_address("hq")
SUPPLIED = "[{type: BON_DE_COMMANDE, file: documents/bc.pdf, declares: {site: 123456, references: [SAAS IO ODATA]}}]"


def test_reformatting_an_order_is_no_edit() -> None:
    """Blanks, capital letters of e-mails, the order of lines and of recipients mean nothing to the vendor."""
    plain = one_order(
        items="[{product: SAAS IO ODATA, quantity: 1}, {product: SAAS WONE ODATA, quantity: 1}]",
        certificate="{deliveryDate: 2026-03-02, recipients: [a@acme.example, b@acme.example]}",
    )
    other = one_order(
        items='[{product: " SAAS  WONE ODATA", quantity: 1}, {product: SAAS IO  ODATA, quantity: 1}]',
        certificate="{deliveryDate: 2026-03-02, recipients: [B@acme.example, A@Acme.example]}",
        contact='{email: LEA@acme.example, firstName: " Lea ", lastName: Martin, phoneNumber: "+33300000000", '
        "position: null}",
    )

    assert plain.fields == other.fields


def test_only_what_is_written_is_managed() -> None:
    """An absent field is not wanted; null clears; a contact has no nulls inside."""
    wanted = one_order(comments="null", generation=None)

    assert wanted.fields["comments"] is None
    assert "generation" not in wanted.fields
    assert "newSite" not in wanted.fields


def test_order_has_a_reference_for_every_name_and_owner() -> None:
    """An order is found under its former names and the project's, and written under the present ones."""
    wanted = wanted_of(order("{name: odata, previously: [io]}", revision="2"), owners=("new", "old"))

    assert wanted[ODATA].keys == ("new/odata#2", "new/io#2", "old/odata#2", "old/io#2")
    assert wanted[ODATA].former == (Address("divalto", "order", "io"),)
    assert wanted[ODATA].revision == 2


def test_change_request_is_named_after_the_facts() -> None:
    """The same facts have the same reference however they are written, others another one, at most 64 characters."""
    (one,) = wanted_of(site(number="123456", city="Colmar", email="A@b.example")).values()
    (same,) = wanted_of(site(number="123456", email="a@b.example", city='" Colmar "')).values()
    (other,) = wanted_of(site(number="123456", city="Mulhouse", email="a@b.example")).values()

    assert one.keys == same.keys != other.keys
    assert one.keys[0].startswith("acme-infra/hq@")
    assert len(one.keys[0].rpartition("@")[2]) == 12
    assert one.fields == {"city": "Colmar", "email": "a@b.example"}
    assert one.options["number"] == "123456"


def test_site_fact_is_cleared_by_null() -> None:
    """Null is wanted as null, an absent fact is not managed."""
    (wanted,) = wanted_of(site(number="123456", website="null")).values()

    assert wanted.fields == {"website": None}


@pytest.mark.parametrize(
    ("fields", "name"),
    [({}, "hq"), ({"waitForSiteChange": "false"}, None), ({"site": "123457"}, None)],
    ids=["by default", "told not to", "another site"],
)
def test_order_waits_for_the_site_of_its_number(fields: dict[str, str], name: str | None) -> None:
    """The Site manifest of the same number comes before the submission, unless the manifest says otherwise."""
    wanted = wanted_of(order(**fields), site(number="123456", city="Colmar"))

    assert wanted[ODATA].options["siteObject"] == name
    assert wanted[ODATA].needs == ()


def test_supplied_document_is_known_by_its_bytes() -> None:
    """A file is sent under its own name; path, size, sha256 and content type are those of the project's file."""
    wanted = wanted_of(order(documents=SUPPLIED), files={"documents/bc.pdf": PDF})[ODATA]
    (document,) = _documents(wanted.options["documents"])

    assert document["name"] == "bc.pdf"
    assert document["file"] == "documents/bc.pdf"
    assert document["size"] == len(PDF)
    assert document["contentType"] == "application/pdf"
    assert document["part"] == f"BON_DE_COMMANDE-{document['sha256'][:8]}"
    assert f"attach:{document['part']}".partition(":")[0] == catalogue.ATTACH


def test_complement_brings_its_documents() -> None:
    """The answer to a request is data beside the order, with documents of its own."""
    complement = "{number: 2, answer: ' Signed ', documents: [{type: AUTRE, file: documents/bc.pdf}]}"
    wanted = wanted_of(order(complement=complement), files={"documents/bc.pdf": PDF})[ODATA]
    found: Any = wanted.options["complement"]

    assert (found["number"], found["answer"]) == (2, "Signed")
    assert [one["type"] for one in found["documents"]] == ["AUTRE"]


def test_prospect_fills_what_the_manifest_leaves_out() -> None:
    """With an opportunity the new site is completed by the prospect; what is written stands, nulls bring nothing."""
    wanted = one_order(
        type="PRIMO", origin="OPPORTUNITE", site=None, opportunity='"2024"', newSite="{city: Colmar}", items=None
    )
    prospect = {"name": " Dupont ", "city": "Strasbourg", "country": None, "unknown": "x"}

    full = completing.prefilled(wanted, prospect)

    assert full.fields["newSite"] == {"name": "Dupont", "city": "Colmar"}
    assert completing.missing({"name": "Dupont", "city": "Colmar"}) == [
        "address1",
        "postalCode",
        "country",
        "phoneNumber",
        "email",
    ]


def test_existing_site_is_not_filled_up() -> None:
    """An order for an existing site has no new one, whatever the opportunity knows."""
    wanted = one_order(type="MIGRATION", origin="OPPORTUNITE", opportunity='"2024"', items=None)

    assert completing.prefilled(wanted, {"name": "Dupont"}) is wanted


def test_blank_text_is_no_text() -> None:
    """A text of blanks is null, and is dropped where nulls are."""
    assert normal.facts({"city": "  ", "name": " A "}) == {"city": None, "name": "A"}
    assert normal.filled({"city": "  ", "name": " A "}) == {"name": "A"}


def _documents(value: Any) -> list[dict[str, Any]]:
    return list(value)
