"""Rules of the simulated Dimensions' transport: envelopes, ids, levels, patches and charges."""

from typing import Any

import pytest

from tests.contract.dimensions_caller import ACCOUNT, FOREIGN, NOBODY, Caller, enterprise, key_of, reseller


@pytest.fixture
def caller() -> Caller:
    """Return a signed-in reseller."""
    return reseller()


def test_access_token_expires_on_the_simulated_clock(caller: Caller) -> None:
    """An access token is refused with an empty 401 once its lifetime is over."""
    caller.control("clock", advance=3600)
    answer = caller.ask("GET", "/api/v1.0/customers")
    assert (answer.status_code, answer.content) == (401, b"")


def test_bad_token_beats_everything(caller: Caller) -> None:
    """401 comes before any look at the path."""
    assert caller.ask("GET", "/api/v1.0/nowhere", headers={"Authorization": "Bearer x"}).status_code == 401


def test_envelopes(caller: Caller) -> None:
    """Lists count their rows, changes carry no data, and timestamps have seven digits and Z."""
    place = caller.customer()
    listed = caller.ask("GET", "/api/v1.0/customers?pageSize=20").json()
    users = caller.ask("GET", f"/api/v1.0{place}/users").json()
    changed = caller.put(place, "name", "B").json()
    assert {name: listed[name] for name in ("page_size", "page_index", "status")} == {
        "page_size": 1,
        "page_index": 0,
        "status": "success",
    }
    assert (users["page_size"], "page_index" in users) == (0, False)
    assert changed == {"status": "success", "timestamp": "2024-03-01T12:00:00.0000000Z"}


@pytest.mark.parametrize(
    ("method", "path", "status", "message"),
    [
        pytest.param("GET", "/customers/12", 400, "The value '12' is not valid.", id="no-guid"),
        pytest.param("DELETE", f"/customers/{NOBODY}/users/x", 400, "The value 'x' is not valid.", id="guid-first"),
        pytest.param("GET", f"/customers/{NOBODY}", 404, "Not Found", id="unknown"),
        pytest.param("GET", f"/customers/{FOREIGN}", 404, "Not Found", id="of-another-reseller"),
        pytest.param("PATCH", f"/customers/{NOBODY}", 404, "Not Found", id="id-before-body"),
        pytest.param("GET", "/accounts", 404, "Not Found", id="enterprise-route"),
        pytest.param("GET", f"/accounts/{ACCOUNT}/customers", 404, "Not Found", id="long-form"),
        pytest.param("GET", "/nowhere", 404, "Not Found", id="no-route"),
        pytest.param("GET", "/customers?pageIndex=-1", 400, "The value '-1' is not valid.", id="negative-page"),
        pytest.param("GET", "/customers?pageSize=x", 400, "The value 'x' is not valid.", id="page-no-number"),
        pytest.param("GET", "/pbxs", 400, "The instanceId field is required.", id="no-instance"),
    ],
)
def test_errors_come_in_the_envelope(caller: Caller, method: str, path: str, status: int, message: str) -> None:
    """Ids are checked before look-ups, look-ups before bodies; errors carry code, message and status."""
    answer = caller.ask(method, "/api/v1.0" + path)
    found = answer.json()
    assert (answer.status_code, found["error"], found["message"]) == (status, status, message)
    assert found["status"] == "error"


def test_enterprise_uses_the_long_form_only() -> None:
    """An enterprise token works below an account of its own, not in the short form nor elsewhere."""
    caller = enterprise()
    place = caller.customer()
    assert caller.get(place)["parentTenantId"] == ACCOUNT
    paths = ["/api/v1.0/customers", "/api/v1.0/accounts/a0000000-0000-4000-8000-000000000002/customers"]
    assert [caller.ask("GET", path).status_code for path in paths] == [404, 404]


@pytest.mark.parametrize(
    ("path", "short", "status"),
    [
        ("/API/V1.0/Customers/", False, 200),
        ("/v1.0/customers", False, 404),
        ("/v1.0/customers", True, 200),
        ("/api/v2.0/customers", True, 404),
    ],
    ids=["any-case", "short-off", "short-on", "other-version"],
)
def test_paths(caller: Caller, path: str, short: bool, status: int) -> None:
    """Paths ignore case and a last slash; the form without /api is answered only when switched on."""
    caller.control("settings", shortPaths=short)
    assert caller.ask("GET", path).status_code == status


def test_created_resources_name_their_place(caller: Caller) -> None:
    """201 carries the absolute address of the new resource."""
    answer = caller.post("/customers", {"name": "A"})
    key = answer.json()["data"]["id"]
    assert answer.headers["location"] == f"http://sim/api/v1.0/customers/{key}"


@pytest.mark.parametrize(
    ("operation", "message"),
    [
        pytest.param(
            {"op": "replace", "path": "/colour", "value": 1},
            "The target location specified by path segment 'colour' was not found.",
            id="unknown-path",
        ),
        pytest.param(
            {"op": "replace", "path": "/features/gold", "value": 1},
            "The target location specified by path segment 'gold' was not found.",
            id="unknown-inside",
        ),
        pytest.param(
            {"op": "move", "path": "/name", "from": "/x"}, "The operation 'move' is not supported.", id="move"
        ),
        pytest.param({"op": "replace", "path": "/name"}, "The operation 'replace' needs a value.", id="no-value"),
        pytest.param(
            {"op": "add", "path": "/name/x", "value": 1},
            "The target location specified by path segment 'x' was not found.",
            id="inside-text",
        ),
        pytest.param(
            {"op": "test", "path": "/name/x/y", "value": 1},
            "The target location specified by path segment 'x' was not found.",
            id="test-inside-text",
        ),
        pytest.param({"op": "remove", "path": "/name"}, "The name field is required.", id="required"),
        pytest.param({"op": "add", "path": "/id", "value": NOBODY}, "The property 'id' cannot be changed.", id="id"),
        pytest.param(
            {"op": "replace", "path": "/trialDuration", "value": 3},
            "The property 'trialDuration' cannot be changed.",
            id="trial",
        ),
        pytest.param({"op": "add", "path": "name", "value": "x"}, "The path 'name' is not valid.", id="no-slash"),
        pytest.param(
            {"op": "test", "path": "/name", "value": "B"},
            "The current value 'Acme' at path '/name' is not equal to the test value 'B'.",
            id="test-fails",
        ),
        pytest.param("x", "An operation needs op and path.", id="no-operation"),
    ],
)
def test_a_patch_with_a_wrong_part_changes_nothing(caller: Caller, operation: Any, message: str) -> None:
    """A patch is carried out as a whole or refused with 400 as a whole."""
    place = caller.customer()
    answer = caller.patch(place, {"op": "replace", "path": "/description", "value": "new"}, operation)
    assert (answer.status_code, answer.json()["message"]) == (400, message)
    assert caller.get(place)["description"] is None


def test_patch_binds_names_in_any_case_and_coerces_text(caller: Caller) -> None:
    """Property names have any case, numbers and flags may be text, and remove gives the inherited value back."""
    place = caller.customer(timezone="America/Denver", countryCode="US")
    answer = caller.patch(
        place,
        {"op": "test", "path": "/name", "value": "Acme"},
        {"op": "Replace", "path": "/SendNewUserEmail", "value": "false"},
        {"op": "add", "path": "/features/Agent", "value": "12"},
        {"op": "remove", "path": "/timezone"},
        headers={"content-type": "application/json-patch+json"},
    )
    row = caller.get(place)
    assert answer.status_code == 200
    assert (row["sendNewUserEmail"], row["features"]) == (False, {"agent": 12, "device": 0})
    assert (row["timezone"], row["countryCode"]) == ("Europe/London", "US")


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        ("[]", "application/json", 200),
        ("[]", "text/plain", 415),
        ("{}", "application/json", 400),
        ("{", "application/json", 400),
    ],
    ids=["empty", "other-type", "no-list", "no-json"],
)
def test_patch_documents(caller: Caller, content: str, kind: str, status: int) -> None:
    """A patch is a JSON list sent as JSON; an empty one does nothing."""
    place = caller.customer()
    answer = caller.ask("PATCH", f"/api/v1.0{place}", content=content, headers={"content-type": kind})
    assert answer.status_code == status


def charged(caller: Caller) -> list[str]:
    """Return what has been charged so far."""
    return [row["what"] for row in caller.state("charges")]


@pytest.mark.parametrize(
    ("change", "reasons"),
    [
        pytest.param(("enabled", True), ["enabled"], id="enable"),
        pytest.param(("tenantProfileType", "TenantProfileType_uc"), ["tenantProfileType"], id="product"),
        pytest.param(("features", {"agent": 1}), ["features"], id="features-rise"),
        pytest.param(("name", "New"), [], id="name"),
        pytest.param(("enabled", False), [], id="not-a-change"),
    ],
)
def test_costly_changes_need_accepted_charges(caller: Caller, change: tuple[str, Any], reasons: list[str]) -> None:
    """What costs is 402 with the request's body until charges are accepted; the rest is never 402."""
    place = caller.customer()
    operation = {"op": "replace", "path": f"/{change[0]}", "value": change[1]}
    first = caller.patch(place, operation, headers={"accept-charges": "false"})
    assert first.status_code == (402 if reasons else 200)
    assert (first.json() == [operation]) is bool(reasons)
    assert charged(caller) == ["customer"]
    assert caller.patch(place, operation).status_code == 200
    assert charged(caller) == ["customer", *reasons]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        pytest.param("/customers", {"name": "B"}, id="customer"),
        pytest.param("{place}/pbxs", {"_type": "ThreeCxConnectionProfile", "licenseKey": "K"}, id="pbx"),
        pytest.param(
            "{place}/users",
            {"email": "a@b.example", "displayName": "A", "roles": ["customer.user.supervisorl1"]},
            id="licensed-user",
        ),
    ],
)
def test_costly_creations_need_accepted_charges(caller: Caller, path: str, body: Any) -> None:
    """A creation that costs is not carried out until charges are accepted; switched off, it never costs."""
    path = path.format(place=caller.customer())
    unpaid = caller.post(path, body, headers={"accept-charges": "no"})
    assert (unpaid.status_code, unpaid.json(), len(charged(caller))) == (402, body, 1)
    caller.control("settings", charges="off")
    assert caller.post(path, body, headers={"accept-charges": "no"}).status_code == 201
    assert len(charged(caller)) == 1


@pytest.mark.parametrize("body", [{"name": ""}, [], None], ids=["field", "no-object", "empty"])
def test_bad_body_beats_charges(caller: Caller, body: Any) -> None:
    """A body that is wrong is 400 before it is 402."""
    assert caller.post("/customers", body, headers={"accept-charges": "no"}).status_code == 400


def test_rate_limit_is_429(caller: Caller) -> None:
    """Above the rate the answer is 429 in the envelope with the Retry-After of the settings."""
    caller.control("settings", rateLimit=1, retryAfter="7")
    answers = [caller.ask("GET", "/api/v1.0/customers") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]
    assert (answers[1].json()["error"], answers[1].headers["retry-after"]) == (429, "7")


def test_new_rows_can_lag_in_lists(caller: Caller) -> None:
    """With a lag a new row is missing from lists and look-ups for a while, not from reads by id."""
    caller.control("settings", lag=5)
    place = caller.customer()
    pbx = caller.pbx(place)
    assert (caller.get("/customers"), caller.get("/pbxs?instanceId=acme-kazoo")["exists"]) == ([], False)
    assert caller.get(pbx)["id"] == key_of(pbx)
    caller.control("clock", advance=5)
    assert (len(caller.get("/customers")), caller.get("/pbxs?instanceId=acme-kazoo")["exists"]) == (1, True)
