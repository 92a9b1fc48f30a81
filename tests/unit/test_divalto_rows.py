"""Rows of Divalto: strict about what is rested on, with an end to every length, and secrets from the start."""

from typing import Any

import pytest

from reconciler.errors import BadAnswer
from reconciler.model import Secret
from reconciler.vendors.divalto import rows, showing

ORDER: dict[str, Any] = {
    "orderNumber": "CDE-1",
    "clientReference": "acme/odata#1",
    "version": 2,
    "status": "BROUILLON",
    "documents": [],
    "lines": [{"reference": "SAAS  IO ODATA ", "quantity": 1}],
    "certificate": {"desiredDeliveryDate": "2026-03-02", "recipients": ["Z@acme.example", "a@acme.example"]},
    "primaryContact": {
        "lastName": " Martin ",
        "firstName": "Lea",
        "mobilePhoneNumber": "+33600000000",
        "email": "Lea@acme.example",
        "service": None,
    },
}


def read(**changes: Any) -> rows.Order:
    """Return an order from a row with changes; an ellipsis takes a member away."""
    row = {name: value for name, value in {**ORDER, **changes}.items() if value is not ...}
    return rows.order(rows.folded(row, what="order"))


def test_an_order_is_shown_in_canonical_form() -> None:
    """Blanks, letter case of e-mails, order of recipients and nulls mean nothing."""
    fields = showing.order_fields(read())

    assert fields["items"] == [{"product": "SAAS IO ODATA", "quantity": 1}]
    assert fields["certificate"] == {
        "deliveryDate": "2026-03-02",
        "recipients": ["a@acme.example", "z@acme.example"],
    }
    assert fields["contact"] == {
        "lastName": "Martin",
        "firstName": "Lea",
        "mobilePhoneNumber": "+33600000000",
        "email": "lea@acme.example",
    }


def test_a_member_that_is_not_shown_is_unknown() -> None:
    """Missing is not null: nothing is concluded about a field that the answer leaves out."""
    assert "comments" not in showing.order_fields(read())
    assert showing.order_fields(read(comments=None))["comments"] is None


@pytest.mark.parametrize(
    ("member", "value"),
    [
        pytest.param("primaryContact", {"lastName": "Martin", "firstName": "Lea", "phoneNumber": "1"}, id="contact"),
        pytest.param("primaryContact", {"lastName": "M", "firstName": "L", "email": "m@acme.example"}, id="phone"),
        pytest.param("certificate", {"recipients": ["it@acme.example"]}, id="certificate"),
        pytest.param("newSite", {"name": "Neuf SARL"}, id="site"),
    ],
)
def test_a_part_that_is_not_whole_is_unknown(member: str, value: Any) -> None:
    """A part without what every such part has was not shown whole: it is not different."""
    word = {"primaryContact": "contact"}.get(member, member)

    assert word not in showing.order_fields(read(**{member: value}))


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"orderNumber": "../orders"}, id="number-with-a-path"),
        pytest.param({"orderNumber": "C" * 65}, id="number-too-long"),
        pytest.param({"version": "two"}, id="version-is-a-word"),
        pytest.param({"version": -1}, id="version-is-negative"),
        pytest.param({"version": True}, id="version-is-a-truth"),
        pytest.param({"status": None}, id="no-status"),
        pytest.param({"status": "S" * 300}, id="status-too-long"),
        pytest.param({"documents": ...}, id="documents-are-not-shown"),
        pytest.param({"documents": {}}, id="documents-are-no-array"),
        pytest.param({"documents": [{"documentId": "D1"}]}, id="document-without-type"),
        pytest.param({"certificateIds": ["a/b"]}, id="certificate-with-a-path"),
        pytest.param({"certificateIds": ["C1"] * 1001}, id="too-many-certificates"),
        pytest.param({"requestedInformation": "sign it"}, id="request-is-no-object"),
    ],
)
def test_a_row_that_is_wrong_is_refused(changes: dict[str, Any]) -> None:
    """Nothing is concluded from a row of another shape or size."""
    with pytest.raises(BadAnswer):
        read(**changes)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        pytest.param("lines", [{"reference": "X", "quantity": "one"}], id="quantity-is-a-word"),
        pytest.param("lines", [{"quantity": 1}], id="line-without-reference"),
        pytest.param(
            "certificate", {"desiredDeliveryDate": None, "recipients": "it@acme.example"}, id="recipients-are-text"
        ),
        pytest.param("certificate", {"desiredDeliveryDate": None, "recipients": [1]}, id="recipient-is-a-number"),
        pytest.param("primaryContact", [], id="contact-is-an-array"),
        pytest.param("comments", 7, id="comments-are-a-number"),
    ],
)
def test_a_content_that_is_wrong_is_refused(member: str, value: Any) -> None:
    """The client's part of an order is as strict as the rest."""
    with pytest.raises(BadAnswer):
        showing.order_fields(read(**{member: value}))


def test_numbers_count_in_either_form() -> None:
    """A number written as text is that number, and an id written as a number is that text."""
    found = read(orderNumber=4711, version="12", lines=[{"reference": "X", "quantity": "3"}])

    assert (found.number, found.version) == ("4711", 12)
    assert showing.order_fields(found)["items"] == [{"product": "X", "quantity": 3}]


def test_certificates_that_are_not_told_are_unknown() -> None:
    """An order that shows no list of certificates may have some."""
    assert read().certificates is None
    assert read(certificateIds=[]).certificates == ()


def test_a_reason_is_cut_to_what_can_be_shown() -> None:
    """A reason as long as a book does not fill the status."""
    assert len(read(statusReason="x" * 100_000).reason) < 3_000


def test_contents_of_certificates_are_secret_at_once() -> None:
    """Neither the content nor the access code is ever a plain text here."""
    found = rows.secrets_of_certificate({"content": "QUJD", "accesscode": "0123456789"}, what="certificate")

    assert found == {"content": Secret("QUJD"), "access_code": Secret("0123456789")}
    assert "0123456789" not in repr(found)


@pytest.mark.parametrize("row", [{}, {"content": 7}, {"content": "x" * 5_000_000}, {"accesscode": "x" * 300}])
def test_an_empty_or_huge_certificate_is_refused(row: dict[str, Any]) -> None:
    """What is sealed has a size that is meant."""
    with pytest.raises(BadAnswer):
        rows.secrets_of_certificate(row, what="certificate")


def test_a_fact_that_every_site_has_is_unknown_when_it_is_not_shown() -> None:
    """Other facts that are not shown are null: nothing stands there."""
    row: dict[str, Any] = {
        "siteNumber": "123456",
        "version": 1,
        "name": "Site",
        "email": "A@b.example",
        "website": "x.example",
    }

    facts = showing.site_facts(rows.site(rows.folded(row, what="site")))

    assert (facts["name"], facts["email"], facts["website"], facts["address2"]) == (
        "Site",
        "a@b.example",
        "x.example",
        None,
    )
    assert "phoneNumber" not in facts
