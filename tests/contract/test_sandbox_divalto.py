"""Rules of the simulated Divalto's transport: keys, versions, pages and errors on two levels."""

import json
from typing import Any

import httpx
import pytest

from tests.contract.divalto_caller import KEY, ODATA, REFERENCE, START, Caller, partner


@pytest.fixture
def caller() -> Caller:
    """Return a partner of a fresh Divalto."""
    return partner()


@pytest.mark.parametrize(
    "headers",
    [{}, {"X-Api-Key": "P001-TEST@x"}, {"X-Api-Key": KEY.replace("TEST", "PROD")}, {"Authorization": "Bearer x"}],
    ids=["none", "other-key", "other-environment", "other-token"],
)
def test_unknown_keys_are_refused_first(caller: Caller, headers: dict[str, str]) -> None:
    """Without a key or token of the vendor's, every path is 401."""
    caller.headers = headers
    assert caller.refused("GET", "/nowhere") == (401, "KEY_INVALID")


@pytest.mark.parametrize(
    ("days", "shown", "status"),
    [(365, None, 200), (30, "2026-03-04T09:00:00Z", 200), (1, "2026-02-03T09:00:00Z", 200), (0, None, 401)],
    ids=["far", "30-days", "tomorrow", "expired"],
)
def test_end_of_a_key_is_told_within_30_days(caller: Caller, days: int, shown: str | None, status: int) -> None:
    """Replies name the end of a key when it is near, and an expired key is refused as such."""
    caller.control("settings", keyExpiresInDays=days)
    answer = caller.ask("GET", "/v1/catalog")
    assert (answer.status_code, answer.headers.get("x-api-key-expires")) == (status, shown)
    assert status == 200 or answer.json()["code"] == "KEY_EXPIRED"


def test_key_expires_on_the_simulated_clock(caller: Caller) -> None:
    """The end of a key stands still while the clock goes on, and refusals name it too."""
    caller.get("/catalog")
    caller.control("clock", advance=364 * 86400)
    assert caller.ask("GET", "/v1/orders/x").headers["x-api-key-expires"] == "2027-02-02T09:00:00Z"
    caller.control("clock", advance=86400)
    assert caller.refused("GET", "/catalog") == (401, "KEY_EXPIRED")


def test_login_gives_a_token_that_ends(caller: Caller) -> None:
    """A login with project, user and password gives a bearer token for its lifetime."""
    body = {"scope": "API", "projectCode": "P001-TEST", "userName": "demo", "password": "demo-password"}
    caller.headers = {}
    assert caller.refused("POST", "/Authenticate", {**body, "password": "x"}) == (401, "KEY_INVALID")
    answer = caller.post("/Authenticate", body).json()
    assert (answer["expiresIn"], answer["generatedTimeUTC"]) == (43200, "2026-02-02T09:00:00Z")
    caller.headers = {"Authorization": f"Bearer {answer['authToken']}"}
    assert caller.get("/catalog")["revision"] == "2026-01-07.1"
    caller.control("clock", advance=43200)
    assert caller.refused("GET", "/catalog") == (401, "KEY_INVALID")


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "NOT_FOUND"),
        ("GET", "/orders/CDE-2026-000009", 404, "NOT_FOUND"),
        ("GET", "/sites/123459", 404, "NOT_FOUND"),
        ("GET", "/opportunities/1", 404, "NOT_FOUND"),
        ("GET", "/certificates/CERT-000009/content", 404, "NOT_FOUND"),
        ("GET", "/siteChangeRequests/SCR-000009", 404, "NOT_FOUND"),
        ("DELETE", "/catalog", 405, "METHOD_NOT_ALLOWED"),
        ("PUT", "/orders", 405, "METHOD_NOT_ALLOWED"),
        ("GET", "/orders?offset=-1", 400, "MALFORMED"),
        ("GET", "/orders?count=x", 400, "MALFORMED"),
        ("GET", "/sites?count=1e9", 400, "MALFORMED"),
    ],
)
def test_wrong_requests(caller: Caller, method: str, path: str, status: int, code: str) -> None:
    """What does not exist or cannot be read is refused with a status and a code that agree."""
    assert caller.refused(method, path) == (status, code)


def send_raw(caller: Caller, content: bytes, content_type: str) -> httpx.Response:
    """Create an order from raw bytes."""
    import asyncio

    async def send() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(caller.app), base_url="http://sim") as client:
            headers = {**caller.headers, "content-type": content_type}
            return await client.post("/v1/orders", content=content, headers=headers)

    return asyncio.run(send())


@pytest.mark.parametrize(
    ("content", "content_type", "status"),
    [
        (b"{}", "text/plain", 415),
        (b"{", "application/json", 400),
        (b"[]", "application/json; charset=utf-8", 400),
        (b'{"comments": NaN}', "application/json", 400),
        (b'{"comments": "\\ud800"}', "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
    ],
    ids=["media-type", "no-json", "no-object", "no-number", "lone-surrogate", "deep"],
)
def test_bodies_that_are_no_json_objects(caller: Caller, content: bytes, content_type: str, status: int) -> None:
    """A body is a JSON object under its own media type."""
    assert send_raw(caller, content, content_type).status_code == status


@pytest.mark.parametrize(
    ("fields", "status", "code", "field"),
    [
        ({"colour": 1}, 422, "UNKNOWN_FIELD", "/colour"),
        ({"certificate": {"date": "x"}}, 422, "UNKNOWN_FIELD", "/certificate/date"),
        ({"lines": [{"reference": "x", "price": 1}]}, 422, "UNKNOWN_FIELD", "/lines/0/price"),
        ({"orderType": 1}, 400, "MALFORMED", "/orderType"),
        ({"newSite": []}, 400, "MALFORMED", "/newSite"),
        ({"lines": {}}, 400, "MALFORMED", "/lines"),
        ({"lines": [None]}, 400, "MALFORMED", "/lines/0"),
        ({"lines": [{"quantity": "1"}]}, 400, "MALFORMED", "/lines/0/quantity"),
        ({"lines": [{"quantity": True}]}, 400, "MALFORMED", "/lines/0/quantity"),
        ({"certificate": {"desiredDeliveryDate": "2026-02-30"}}, 400, "MALFORMED", "/certificate/desiredDeliveryDate"),
        ({"certificate": {"desiredDeliveryDate": "2026-W06-1"}}, 400, "MALFORMED", "/certificate/desiredDeliveryDate"),
        ({"clientReference": None}, 422, "ORDER_INVALID", "/clientReference"),
        ({"clientReference": "a b"}, 422, "ORDER_INVALID", "/clientReference"),
        ({"clientReference": "x" * 65}, 422, "ORDER_INVALID", "/clientReference"),
    ],
)
def test_drafts_are_checked_for_types_and_reference(
    caller: Caller, fields: dict[str, Any], status: int, code: str, field: str
) -> None:
    """A draft may be incomplete, but names and types of what is there and its reference are right."""
    answer = caller.post("/orders", {"clientReference": REFERENCE, **fields})
    assert (answer.status_code, answer.json()["code"], answer.json()["details"][0]["field"]) == (status, code, field)
    assert caller.state("orders") == []


def test_refusal_names_the_request(caller: Caller) -> None:
    """A request id is echoed in the header of every reply and in the body of a refusal."""
    answer = caller.ask("GET", "/v1/nowhere", X_Request_Id="req-1")
    assert (answer.headers["x-request-id"], answer.json()["infos"]) == ("req-1", "req-1")
    assert set(answer.json()) == {"error", "txterr", "code", "infos", "details"}
    assert caller.ask("GET", "/v1/catalog", X_Request_Id="req-2").headers["x-request-id"] == "req-2"


@pytest.mark.parametrize("spelling", ["txterr", "txterror"])
@pytest.mark.parametrize(("style", "status", "error"), [("http", 404, 404), ("envelope200", 200, 404)])
def test_error_in_the_envelope(caller: Caller, style: str, status: int, error: int, spelling: str) -> None:
    """A refusal may come as a status or as 200 with an error, under either spelling of its text."""
    caller.control("settings", errorStyle=style, errorText=spelling)
    answer = caller.ask("GET", "/v1/orders/x")
    body = answer.json()
    assert (answer.status_code, body["error"], body["code"]) == (status, error, "NOT_FOUND")
    assert body[spelling] == "Commande x introuvable"


def test_error_in_the_result(caller: Caller) -> None:
    """A refusal may come on the functional level, with no technical error; success says so on both levels."""
    caller.control("settings", errorStyle="result200")
    answer = caller.ask("GET", "/v1/orders/x")
    assert (answer.status_code, answer.json()["error"]) == (200, 0)
    assert json.loads(answer.json()["result"])["common"]["resultcode"] == "404"
    good = caller.get("/catalog")
    assert (good["error"], json.loads(good["result"])["common"]["resultcode"]) == (0, "0")


def test_pages(caller: Caller) -> None:
    """Lists come in pages by number, with how many rows there are in the page and in all."""
    for number in range(3):
        caller.post("/orders", {"clientReference": f"a#{number}"})
    page = caller.get("/orders?offset=1&count=1")
    numbers = [row["orderNumber"] for row in page.pop("records")]
    assert (page, numbers) == ({"offset": 1, "count": 1, "nbrecord": 1, "total": 3}, ["CDE-2026-000002"])
    assert caller.get("/orders?count=1000")["count"] == 200


def test_other_partners_see_nothing_of_ours(caller: Caller) -> None:
    """Orders, certificates and change requests are their partner's alone, and so are references."""
    place = caller.placed()
    caller.decide(place, "take", "validate")
    caller.control("seed", keys=[{"label": "other", "key": "x", "partner": "P002", "environment": "PROD"}])
    caller.headers = {"X-Api-Key": "P002-PROD@x"}
    assert [caller.found(path) for path in ("/orders", "/certificates", f"/orders?clientReference={REFERENCE}")] == [
        []
    ] * 3
    assert caller.refused("GET", place) == (404, "NOT_FOUND")
    assert [row["siteNumber"] for row in caller.found("/sites")] == ["123459"]
    assert caller.post("/orders", ODATA).status_code == 201


@pytest.mark.parametrize("path", ["/orders", "/certificates", "/orders/x/history"])
def test_lost_right(caller: Caller, path: str) -> None:
    """Without the right to orders they are 403, while the rest goes on."""
    caller.control("settings", ordersRight=False)
    answer = caller.ask("GET", f"/v1{path}")
    assert (answer.status_code, answer.json()["params"]) == (403, {"right": "myB / Commandes"})
    assert caller.ask("GET", "/v1/sites").status_code == 200


def test_rate_limit(caller: Caller) -> None:
    """More requests a second than allowed are 429 with the time to wait."""
    caller.control("settings", rateLimit=1, retryAfter="7")
    caller.get("/catalog")
    answer = caller.ask("GET", "/v1/catalog")
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (429, "QUOTA_EXCEEDED", "7")
    caller.control("clock", advance=1)
    assert caller.get("/catalog")


def test_demo_clock_starts_on_a_monday() -> None:
    """The tests' dates are counted from a Monday."""
    assert START.weekday() == 0
