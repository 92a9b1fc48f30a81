# ruff: noqa: ARG002 - the signature is the contract's
"""Rows and pages of Dimensions: strict about what we rest on, tolerant where the vendor's pages disagree."""

import asyncio
from collections.abc import Callable, Sequence

import pytest

from reconciler.contract import Answer, Call, Observed
from reconciler.errors import BadAnswer, IncompleteRead
from reconciler.model import Address, Json
from reconciler.vendors.dimensions import paging, rows, showing, wire
from tests.contract.dimensions_bench import expanded, make_vendor, world_of
from tests.contract.dimensions_manifests import ALL, CUSTOMER, PBX, USER

ID = "6f0e0000-0000-4000-8000-000000000001"
WANTED = expanded(make_vendor(), world_of(*ALL))
ENDPOINT = wire.endpoints("reseller").list_customers


class Pages:
    """A reader that gives pages in turn."""

    def __init__(self, pages: Sequence[Json]) -> None:
        self.pages = list(pages)

    async def fetch(self, call: Call, *, missing_ok: bool = False) -> Answer:
        """Give the next page."""
        return Answer(200, self.pages.pop(0))


def page(*names: str, **more: Json) -> Json:
    """Return the envelope of a page."""
    found: list[Json] = [{"id": name} for name in names]
    return {"status": "success", "data": found, **more}


def read(*pages: Json) -> tuple[rows.Row, ...]:
    """Read pages of two rows."""
    return asyncio.run(paging.read_pages(Pages(pages), paging.Listing(ENDPOINT, {}, 2)))


def shown(address: Address, row: dict[str, Json]) -> Observed:
    """Return what is made of a row."""
    folded = rows.folded({"id": ID, **row}, what="row")
    if address == CUSTOMER:
        return showing.customer(rows.tenant(folded), WANTED[address])
    return showing.pbx(rows.pbx(folded)) if address == PBX else showing.user(rows.user(folded), WANTED[address])


@pytest.mark.parametrize(
    ("pages", "names"),
    [
        pytest.param([page()], [], id="empty"),
        pytest.param([page("a")], ["a"], id="short"),
        pytest.param([page("a", page_size="1")], ["a"], id="counted"),
        pytest.param([page("a", page_size=2)], ["a"], id="size-as-asked"),
        pytest.param([page("a", "b"), page()], ["a", "b"], id="full-then-empty"),
        pytest.param([page("a", "b", page_index=0), page("c", page_index="1")], ["a", "b", "c"], id="numbered"),
    ],
)
def test_a_short_page_ends_a_list(pages: list[Json], names: list[str]) -> None:
    """Pages are read until one has fewer rows than were asked for."""
    assert [row["id"] for row in read(*pages)] == names


@pytest.mark.parametrize(
    ("pages", "error"),
    [
        pytest.param([page("a", "b"), page("a", "b")], IncompleteRead, id="same-page-again"),
        pytest.param([page("a", "A")], IncompleteRead, id="twice"),
        pytest.param([page("a", "b", "c")], IncompleteRead, id="more-than-asked"),
        pytest.param([page("a", "b"), page("c", page_index=0)], IncompleteRead, id="another-page"),
        pytest.param([page("a", page_size=3)], IncompleteRead, id="fewer-than-it-says"),
        pytest.param([page("a", "b", page_size=1)], IncompleteRead, id="more-than-it-says"),
        pytest.param([page("a", page_size=-1)], BadAnswer, id="negative"),
        pytest.param([page(page_index=[])], BadAnswer, id="number-of-another-kind"),
        pytest.param([{"status": "success"}], BadAnswer, id="no-data"),
        pytest.param([{"data": {}}], BadAnswer, id="data-no-list"),
        pytest.param([[]], BadAnswer, id="bare"),
        pytest.param([page("..")], BadAnswer, id="id-that-is-a-path"),
        pytest.param([{"data": [{"id": "a"}, 5]}], BadAnswer, id="row-no-object"),
    ],
)
def test_a_list_that_may_be_cut_is_not_read(pages: list[Json], error: type[Exception]) -> None:
    """Nothing is concluded from a list that overlaps, repeats, or has another shape."""
    with pytest.raises(error):
        read(*pages)


@pytest.mark.parametrize(
    ("address", "row", "word", "value"),
    [
        pytest.param(CUSTOMER, {"Name": "Acme"}, "displayName", "Acme", id="names-in-any-case"),
        pytest.param(CUSTOMER, {"enabled": "True"}, "enabled", True, id="flag-as-text"),
        pytest.param(CUSTOMER, {"description": ""}, "description", None, id="empty-text-is-none"),
        pytest.param(CUSTOMER, {"features": {"Agent": "3"}}, "features", {"agent": 3}, id="amount-as-text"),
        pytest.param(CUSTOMER, {"features": {"agent": 1, "device": 7}}, "features", {"agent": 1}, id="managed-only"),
        pytest.param(PBX, {"_type": "threecxconnectionprofile"}, "type", "ThreeCX", id="type"),
        pytest.param(PBX, {"_type": "Other"}, "type", "Other", id="type-we-do-not-know"),
        pytest.param(
            USER, {"email": "b@x.example", "roles": ["customer.user"]}, "roles/customer.user", True, id="role"
        ),
        pytest.param(USER, {"email": "b@x.example", "roles": []}, "roles/customer.user", False, id="role-lacking"),
    ],
)
def test_a_row_is_read_in_manifest_words(address: Address, row: dict[str, Json], word: str, value: Json) -> None:
    """Spellings that the vendor's own pages mix are one."""
    assert shown(address, row).fields[word] == value


@pytest.mark.parametrize(
    ("address", "row", "word"),
    [
        pytest.param(CUSTOMER, {}, "timezone", id="missing"),
        pytest.param(CUSTOMER, {"enabled": None}, "enabled", id="null-flag"),
        pytest.param(CUSTOMER, {"features": {"device": 7}}, "features", id="feature-not-among-them"),
        pytest.param(PBX, {"apiKey": "k"}, "apiKey", id="secret"),
        pytest.param(PBX, {"licenseKey": "k"}, "licenseKey", id="licence-key"),
    ],
)
def test_what_is_not_shown_is_unknown(address: Address, row: dict[str, Json], word: str) -> None:
    """A missing member is not a difference, and a secret that is shown is not taken up."""
    assert word not in shown(address, row).fields


@pytest.mark.parametrize(
    ("address", "row"),
    [
        pytest.param(CUSTOMER, {"name": 7}, id="text-is-a-number"),
        pytest.param(CUSTOMER, {"enabled": "perhaps"}, id="flag-is-a-word"),
        pytest.param(CUSTOMER, {"features": [1]}, id="features-are-a-list"),
        pytest.param(CUSTOMER, {"features": {"agent": 1.5}}, id="half-a-feature"),
        pytest.param(CUSTOMER, {"reference": {}}, id="reference-is-an-object"),
        pytest.param(PBX, {"_type": []}, id="type-is-a-list"),
        pytest.param(USER, {"roles": "customer.user"}, id="roles-are-text"),
        pytest.param(USER, {"roles": [None]}, id="role-is-null"),
    ],
)
def test_a_row_of_another_shape_is_refused(address: Address, row: dict[str, Json]) -> None:
    """A value of the wrong kind makes the object unreadable instead of different."""
    with pytest.raises(BadAnswer):
        shown(address, row)


@pytest.mark.parametrize(
    ("parse", "row"),
    [
        pytest.param(rows.instance, {}, id="instance-says-nothing"),
        pytest.param(rows.instance, {"exists": True, "id": ID}, id="instance-without-tenant"),
        pytest.param(rows.metrics, {"customers": [{"tenantProfileType": "x"}]}, id="metrics-without-id"),
        pytest.param(rows.metrics, {"customers": 5}, id="metrics-no-list"),
        pytest.param(rows.metrics, {"customers": [{"tenantId": ID, "pbxs": [{}]}]}, id="metrics-pbx-without-id"),
    ],
)
def test_answers_that_decide_much_are_read_strictly(parse: Callable[[rows.Row], object], row: dict[str, Json]) -> None:
    """Whose a telephone system is must be said outright."""
    with pytest.raises(BadAnswer):
        parse(rows.folded(row, what="row"))
