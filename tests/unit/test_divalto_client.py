"""Reads of Divalto where its answers leave things out that can be read elsewhere."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from reconciler.contract import Answer, Call
from reconciler.vendors.divalto.client import Client

ORDER: Mapping[str, Any] = {
    "orderNumber": "CDE-1",
    "clientReference": "acme/odata#1",
    "version": 2,
    "status": "BROUILLON",
}
SITE = {"siteNumber": "123456", "version": 7}
ONES = ("/v1/orders/CDE-1", "/v1/sites/123456")
DOCUMENT = {"documentId": "D1", "documentType": "DEVIS", "sha256": "AB"}
CERTIFICATE = {"id": "C1", "orderNumber": "CDE-1", "kind": "ODATA"}


class Pages:
    """A reader that answers each path with a fixed body, and fails for any other."""

    def __init__(self, bodies: Mapping[str, Any]) -> None:
        self.bodies = bodies

    async def fetch(self, call: Call, *, missing_ok: bool = False) -> Answer:
        """Answer a path."""
        assert missing_ok == (call.path in ONES)
        return Answer(200, self.bodies[call.path])


def listed(*rows: Mapping[str, Any]) -> dict[str, Any]:
    """Return a page with all rows there are."""
    return {"offset": 0, "nbrecord": len(rows), "total": len(rows), "records": list(rows)}


def test_documents_that_an_order_leaves_out_are_read_apart() -> None:
    """An order without its documents is read with them, by its number and by its reference alike."""
    client = Client(
        Pages(
            {
                "/v1/orders": listed(ORDER),
                "/v1/orders/CDE-1": ORDER,
                "/v1/orders/CDE-1/documents": [DOCUMENT],
            }
        )
    )

    by_number = asyncio.run(client.fetch_order("CDE-1"))
    (by_reference,) = asyncio.run(client.fetch_orders_by_reference(["acme/odata#1"]))

    assert by_number == by_reference
    assert [one.id for one in by_reference.documents] == ["D1"]


def test_documents_that_an_order_shows_are_not_read_again() -> None:
    """One read is enough for an order that shows them."""
    client = Client(Pages({"/v1/orders/CDE-1": {**ORDER, "documents": [DOCUMENT]}}))

    found = asyncio.run(client.fetch_order("CDE-1"))

    assert found is not None
    assert [one.id for one in found.documents] == ["D1"]


def test_certificates_are_found_by_their_order() -> None:
    """A certificate says which order it is of; others are another order's."""
    client = Client(Pages({"/v1/certificates": listed(CERTIFICATE, {**CERTIFICATE, "id": "C2", "orderNumber": "X"})}))

    assert [one.id for one in asyncio.run(client.fetch_certificates(["CDE-1"]))] == ["C1"]


@pytest.mark.parametrize(
    ("requests", "pending"),
    [
        pytest.param([], None, id="none"),
        pytest.param([{"id": "S1", "status": "A_TRAITER"}], "S1", id="of-the-site"),
        pytest.param([{"id": "S1", "status": "ACCEPTEE"}], None, id="decided"),
        pytest.param([{"id": "S1", "siteNumber": "1", "status": "A_TRAITER"}], None, id="of-another-site"),
    ],
)
def test_an_open_request_that_a_site_leaves_out_is_looked_for(
    requests: list[dict[str, str]], pending: str | None
) -> None:
    """A site that does not tell of an open change request may have one."""
    client = Client(Pages({"/v1/sites/123456": SITE, "/v1/siteChangeRequests": listed(*requests)}))

    found = asyncio.run(client.fetch_site("123456"))

    assert found is not None
    assert found.pending == pending


def test_a_site_that_tells_is_taken_at_its_word() -> None:
    """No list is read for a site that says whether a request is open."""
    client = Client(Pages({"/v1/sites/123456": {**SITE, "pendingChangeRequestId": None}}))

    found = asyncio.run(client.fetch_site("123456"))

    assert found is not None
    assert found.pending is None
