"""Rules of the simulated Dimensions under faults, on its two hosts and at its control plane."""

import asyncio
import pathlib
from typing import Any

import httpx
import pytest

from reconciler.sandbox import ConnectionDropped, create_app, create_dimensions_app, demo
from tests.contract.dimensions_caller import CLIENT, START, Caller, key_of, reseller


@pytest.fixture
def caller() -> Caller:
    """Return a signed-in reseller."""
    return reseller()


@pytest.mark.parametrize(
    ("kind", "made"),
    [("status_before", 0), ("status_after", 1), ("html", 0), ("twice", 2), ("retry_after", 0), ("redirect", 0)],
)
def test_faulty_answer_says_nothing_about_the_effect(caller: Caller, kind: str, made: int) -> None:
    """A bad answer comes with or without the effect, as the kind says; a careless repeat makes two customers."""
    caller.control("faults", kind=kind, match={"method": "POST"})
    caller.post("/customers", {"name": "A"})
    assert len(caller.get("/customers")) == made


@pytest.mark.parametrize(("kind", "good"), [("drop_before", True), ("drop_after", False)])
def test_a_lost_token_answer_may_have_killed_the_refresh_token(caller: Caller, kind: str, good: bool) -> None:
    """Token requests meet faults too: an answer lost after the work leaves a dead refresh token."""
    caller.control("faults", kind=kind, match={"path": "/connect/token$"})
    with pytest.raises(ConnectionDropped):
        caller.refresh("demo-enterprise-refresh-token")
    assert (caller.refresh("demo-enterprise-refresh-token").status_code == 200) is good


@pytest.mark.parametrize("status", [401, 403, 404, 409, 429, 500, 503])
def test_stated_answers_have_the_vendors_shape(caller: Caller, status: int) -> None:
    """A status of a fault comes in the error envelope; a 401 has no body."""
    caller.control("faults", kind="status_before", status=status)
    answer = caller.ask("GET", "/api/v1.0/customers")
    assert answer.status_code == status
    assert status == 401 or answer.json()["timestamp"] == "2024-03-01T12:00:00.0000000Z"
    assert (answer.content == b"") if status == 401 else (answer.json()["error"] == status)


def test_empty_list_keeps_its_count(caller: Caller) -> None:
    """An emptied list still says how many rows it had, which is how it can be told."""
    caller.customer()
    caller.control("faults", kind="empty_list")
    body = caller.ask("GET", "/api/v1.0/customers").json()
    assert (body["data"], body["page_size"]) == ([], 1)


def test_user_imported_between_list_and_post(caller: Caller) -> None:
    """A user imported while its creation is held makes the creation fail."""
    caller.control("edit", what="directories", id="acme-kazoo", set={"users": [{"email": "lea@acme.example"}]})
    place = caller.customer()
    caller.pbx(place, enabled=True)
    caller.control("faults", kind="pause_before", seconds=3, match={"method": "POST", "path": "/users$"})
    transport = httpx.ASGITransport(caller.app)

    async def run() -> int:
        async with httpx.AsyncClient(transport=transport, base_url="http://sim", headers=caller.headers) as client:
            body = {"email": "lea@acme.example", "displayName": "Lea"}
            held = asyncio.ensure_future(client.post(f"/api/v1.0{place}/users", json=body))
            while not (await client.get("/_sim/faults")).json()["paused"]:
                await asyncio.sleep(0)
            await client.post("/_sim/clock", json={"advance": 3})
            return (await held).status_code

    assert asyncio.run(run()) == 400
    assert len(caller.get(f"{place}/users")) == 1


def test_log_tells_what_may_change_something(caller: Caller) -> None:
    """Signing in is not a change; the log holds no tokens."""
    caller.customer()
    lines = caller.ask("GET", "/_sim/log")
    assert [(line["path"], line["mutating"]) for line in lines.json()] == [
        ("/connect/token", False),
        ("/api/v1.0/customers", True),
    ]
    assert not {"demo-refresh-token", "demo-client-secret", caller.headers["Authorization"]} & set(
        lines.text.split('"')
    )


def test_each_host_answers_its_own_paths() -> None:
    """In the whole sandbox API and sign-in have prefixes of their own and one control plane."""
    caller = Caller(create_app(clock=lambda: START))
    form = {"grant_type": "refresh_token", "refresh_token": "demo-refresh-token", **CLIENT}
    assert caller.ask("POST", "/dimensions/connect/token", data=form).status_code == 404
    token = caller.ask("POST", "/dimensions-login/connect/token", data=form).json()["access_token"]
    caller.headers = {"Authorization": f"Bearer {token}", "accept-charges": "true"}
    assert caller.ask("GET", "/dimensions-login/api/v1.0/customers").status_code == 404
    made = caller.ask("POST", "/dimensions/api/v1.0/customers", json={"name": "A"})
    key = made.json()["data"]["id"]
    assert made.headers["location"] == f"http://sim/dimensions/api/v1.0/customers/{key}"
    log = caller.ask("GET", "/_sim/dimensions/log").json()
    assert [line["performed"] for line in log] == [404, 200, 404, 201]


def test_demo_names_both_hosts_and_the_credentials() -> None:
    """The demo data holds both addresses and what opens them at both levels."""
    assert demo("http://127.0.0.1:8700/")["dimensions"] == {
        "url": "http://127.0.0.1:8700/dimensions",
        "loginUrl": "http://127.0.0.1:8700/dimensions-login",
        "clientId": "demo-client",
        "clientSecret": "demo-client-secret",
        "refreshToken": "demo-refresh-token",
        "enterpriseRefreshToken": "demo-enterprise-refresh-token",
        "accountTenantId": "a0000000-0000-4000-8000-000000000001",
    }


def test_hand_edits_and_deletions_pass_all_rules(caller: Caller) -> None:
    """A person at the vendor can change and delete anything."""
    place = caller.customer()
    pbx, lea = caller.pbx(place), caller.user(place)
    caller.control("edit", what="customers", id=key_of(place), set={"name": "", "trialDuration": 99})
    assert caller.get(place)["trialDuration"] == 99
    caller.control("delete", what="pbxs", id=key_of(pbx))
    assert caller.get(f"{place}/pbxs") == []
    caller.control("delete", what="customers", id=key_of(place))
    assert caller.ask("GET", caller.base + place).status_code == 404
    assert [row for row in caller.state("users") if row["id"] == key_of(lea)] == []
    assert caller.state("deletions") == []


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("edit", {"what": "tokens", "id": "x", "set": {}}, 400),
        ("edit", {"what": "users", "id": "x", "set": {}}, 404),
        ("edit", {"what": "directories", "id": "x"}, 400),
        ("edit", {"what": "directories", "id": "x", "set": {"users": [{"mail": "a@b.example"}]}}, 400),
        ("edit", {"what": "directories", "id": "x", "set": {"id": "y"}}, 400),
        ("edit", {"what": "guests", "id": "x", "set": {}}, 404),
        ("delete", {"what": "users", "id": "x"}, 404),
        ("settings", {"refreshMode": "never"}, 400),
        ("settings", {"productTypes": []}, 400),
    ],
)
def test_misspelt_control_is_refused(caller: Caller, path: str, body: Any, status: int) -> None:
    """What is not understood is refused, so that no test passes without it."""
    assert caller.ask("POST", f"/_sim/{path}", json=body).status_code == status


def test_reset_returns_to_the_beginning(caller: Caller) -> None:
    """After a reset the books, settings and tokens are the seeded ones."""
    caller.customer()
    caller.control("settings", readMode="sparse")
    caller.control("reset")
    assert (len(caller.state("customers")), caller.state("charges")) == (1, [])
    assert caller.ask("GET", "/_sim/settings").json()["readMode"] == "full"
    assert caller.ask("GET", "/api/v1.0/customers").status_code == 401
    assert caller.refresh().status_code == 200


def test_outbox_can_be_cleared(caller: Caller) -> None:
    """Mails can be forgotten between two looks."""
    caller.user(caller.customer(enabled=True))
    assert len(caller.mails()) == 1
    caller.ask("DELETE", "/_sim/outbox")
    assert caller.mails() == []


def test_snapshot_keeps_the_state_over_a_restart(tmp_path: pathlib.Path) -> None:
    """A sandbox started on a snapshot goes on where the last one stopped, pending imports and tokens included."""
    path = tmp_path / "state.json"
    first = Caller(create_dimensions_app(clock=lambda: START, snapshot=path)).login()
    first.control("settings", readMode="sparse")
    first.control("edit", what="directories", id="acme-kazoo", set={"users": [{"email": "lea@acme.example"}]})
    place = first.customer(features={"agent": 2})
    first.pbx(place, enabled=True)
    again = Caller(create_dimensions_app(clock=lambda: START, snapshot=path), headers=first.headers)
    again.control("clock", advance=2)
    assert [row["email"] for row in again.get(f"{place}/users")] == ["lea@acme.example"]
    assert set(again.get(f"{place}/pbxs")[0]) == {"id", "name", "_type", "tenantId"}
    assert again.row("customers", key_of(place))["features"] == {"agent": 2, "device": 0}


def test_same_requests_give_the_same_answers() -> None:
    """Ids and tokens depend on the order of requests alone."""
    first, second = reseller(), reseller()
    assert first.headers == second.headers
    assert first.post("/customers", {"name": "A"}).content == second.post("/customers", {"name": "A"}).content
