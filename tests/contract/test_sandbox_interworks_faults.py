"""Rules of the sandbox's faults and control plane, asked in-process on the interworks simulator."""

import asyncio
import json
import pathlib
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from reconciler.sandbox import ConnectionDropped, Sandbox, create_app, create_interworks_app, demo

START = datetime(2024, 3, 1, tzinfo=UTC)
LOGIN = {"grant_type": "password", "username": "demo", "password": "demo-password"}


class Caller:
    """A logged-in caller of the whole sandbox with a stopped clock."""

    def __init__(self, app: Sandbox) -> None:
        """Log in at the interworks simulator."""
        self.app = app
        self.headers: dict[str, str] = {}
        token = self.ask("POST", "/oauth/token", auth=("demo-key", "demo-secret"), data=LOGIN)
        self.headers = {"Authorization": "Bearer " + token.json()["access_token"], "X-Api-Version": "3.0"}

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Send one request to the vendor."""
        return asyncio.run(self.send(method, "/interworks" + path, **options))

    def control(self, method: str, path: str, **options: Any) -> Any:
        """Send one request to the control plane."""
        answer = asyncio.run(self.send(method, "/_sim/interworks" + path, **options))
        return answer.raise_for_status().json()

    async def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Send one request inside a running loop."""
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://sim", headers=self.headers) as client:
            return await client.request(method, path, **options)

    def fault(self, kind: str, **options: Any) -> None:
        """Plant a fault."""
        self.control("POST", "/faults", json={"kind": kind, **options})

    def accounts(self) -> list[str]:
        """Return the codes of the accounts in the books."""
        return [row["code"] for row in self.control("GET", "/state")["accounts"]]

    def create(self, code: str = "a") -> httpx.Response:
        """Create an account."""
        return self.ask("POST", "/api/accounts", json={"name": "A", "code": code})


@pytest.fixture
def caller() -> Caller:
    """Return a caller of a fresh sandbox."""
    return Caller(create_app(clock=lambda: START))


@pytest.mark.parametrize(
    ("kind", "made"), [("status_before", 0), ("status_after", 1), ("html", 0), ("twice", 1), ("retry_after", 0)]
)
def test_faulty_answer_says_nothing_about_the_effect(caller: Caller, kind: str, made: int) -> None:
    """A bad answer comes with or without the effect, as the kind says."""
    caller.fault(kind)
    caller.create()
    assert len(caller.accounts()) == made


@pytest.mark.parametrize(("kind", "made"), [("drop_before", 0), ("drop_after", 1), ("hang", 0)])
def test_dropped_connection_raises_in_process(caller: Caller, kind: str, made: int) -> None:
    """A cut connection is ConnectionDropped to an in-process caller."""
    caller.fault(kind, **({"seconds": 0} if kind == "hang" else {}))
    with pytest.raises(ConnectionDropped):
        caller.create()
    assert len(caller.accounts()) == made


@pytest.mark.parametrize(
    ("kind", "options", "expected"),
    [
        ("empty_list", {}, b'{"data": [], "metadata": {"page": 1, "size": 1, "totalPages": 6, "totalRecords": 6}}'),
        ("garbage", {"text": "NaN"}, b"NaN"),
        ("garbage", {"base64": "/w=="}, b"\xff"),
        ("truncate", {"bytes": 9}, b'{"data": '),
    ],
)
def test_body_is_spoiled(caller: Caller, kind: str, options: dict[str, Any], expected: bytes) -> None:
    """A spoiled answer keeps its status and loses its sense."""
    caller.fault(kind, **options)
    answer = caller.ask("GET", "/api/products?size=1")
    assert (answer.status_code, answer.content) == (200, expected)


def test_keys_are_doubled(caller: Caller) -> None:
    """A doubled key stands twice in the answer."""
    caller.fault("duplicate_keys")
    pairs = json.loads(caller.ask("GET", "/api/products").content, object_pairs_hook=list)
    assert [name for name, _ in pairs] == ["data", "data", "metadata"]


@pytest.mark.parametrize("value", ["inf", "-1", "Wed, 21 Oct 2015 07:28:00 GMT", "é"])
def test_retry_after_is_any_text(caller: Caller, value: str) -> None:
    """The Retry-After header carries whatever the fault says."""
    caller.fault("retry_after", value=value)
    answer = caller.ask("GET", "/api/products")
    assert (answer.status_code, answer.json()["Type"]) == (403, "RateLimit")
    assert dict(answer.headers.raw)[b"retry-after"] == value.encode()


def test_fault_hits_the_nth_match_and_then_its_count(caller: Caller) -> None:
    """A fault counts only requests it matches, starts at the n-th and ends with its count."""
    caller.fault("status_before", status=503, match={"method": "post", "path": "/ACCOUNTS$", "nth": 2, "count": 2})
    caller.ask("GET", "/api/accounts")
    seen = [caller.create(code).status_code for code in ("a", "b", "c", "d")]
    assert seen == [201, 503, 503, 201]


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "nope"},
        {"kind": "hang", "second": 1},
        {"kind": "hang", "match": {"path": "("}},
        {"kind": "hang", "match": 1},
    ],
)
def test_misspelt_fault_is_refused(caller: Caller, fault: dict[str, Any]) -> None:
    """A fault that is not understood is refused, so that no test passes without it."""
    answer = asyncio.run(caller.send("POST", "/_sim/interworks/faults", json=fault))
    assert answer.status_code == 400


def test_late_commit_happens_after_the_caller_gave_up(caller: Caller) -> None:
    """A late request takes effect its seconds after the caller left, once, at that time."""
    caller.fault("late", seconds=10)

    async def give_up() -> None:
        async with asyncio.timeout(0.05):
            await caller.send("POST", "/interworks/api/accounts", json={"name": "A", "code": "a"})

    with pytest.raises(TimeoutError):
        asyncio.run(give_up())
    assert caller.accounts() == []
    caller.control("POST", "/clock", json={"advance": 60})
    rows = caller.control("GET", "/state")["accounts"]
    assert [row["createdAt"] for row in rows] == ["2024-03-01T00:00:10.000+00:00"]


@pytest.mark.parametrize(("kind", "made"), [("pause_before", 0), ("pause_after", 1)])
def test_paused_request_is_shown_and_released(caller: Caller, kind: str, made: int) -> None:
    """A paused request stands before or after its effect until the control plane lets it go."""
    caller.fault(kind)

    async def run() -> tuple[int, int]:
        request = asyncio.ensure_future(caller.send("POST", "/interworks/api/accounts", json={"name": "A"}))
        while not (await caller.send("GET", "/_sim/interworks/faults")).json()["paused"]:
            await asyncio.sleep(0)
        during = len((await caller.send("GET", "/_sim/interworks/state")).json()["accounts"])
        await caller.send("POST", "/_sim/interworks/release")
        return during, (await request).status_code

    assert asyncio.run(run()) == (made, 201)
    assert len(caller.accounts()) == 1


def test_log_tells_answers_from_effects_and_holds_no_secret(caller: Caller) -> None:
    """The log shows what was answered and what was done, without headers and bodies."""
    caller.fault("status_after", status=500)
    caller.create()
    lines = caller.control("GET", "/log")
    shown = {name: lines[-1][name] for name in ("mutating", "status", "performed", "fault")}
    assert shown == {"mutating": True, "status": 500, "performed": 201, "fault": "status_after"}
    assert not lines[0]["mutating"]
    assert "demo-password" not in json.dumps(lines)
    assert "sim-1-" not in json.dumps(lines)


def test_hand_edit_and_deletion_pass_all_rules(caller: Caller) -> None:
    """A person at the vendor can change and delete anything."""
    number = caller.create().json()["id"]
    change = {"what": "accounts", "id": number, "set": {"phone": "1", "code": "other"}}
    caller.control("POST", "/edit", json=change)
    assert caller.ask("GET", f"/api/accounts/{number}").json()["phone"] == "1"
    caller.control("POST", "/delete", json={"what": "accounts", "id": number})
    assert caller.ask("GET", f"/api/accounts/{number}").status_code == 404


def test_reset_returns_to_the_beginning(caller: Caller) -> None:
    """After a reset the books, settings, faults and log are fresh, and old tokens are dead."""
    caller.create()
    caller.fault("hang")
    caller.control("POST", "/settings", json={"careless": False})
    caller.control("POST", "/reset")
    assert (caller.accounts(), caller.control("GET", "/faults")["faults"]) == ([], [])
    assert caller.control("GET", "/settings")["careless"] is True
    assert caller.ask("GET", "/api/accounts").status_code == 401


@pytest.mark.parametrize("settings", [{"carefull": True}, {"careless": 1}, {"pageMode": "x"}, {"lagOn": ["x"]}])
def test_misspelt_setting_is_refused(caller: Caller, settings: dict[str, Any]) -> None:
    """A setting that does not exist or has a wrong value is refused with 400."""
    answer = asyncio.run(caller.send("POST", "/_sim/interworks/settings", json=settings))
    assert answer.status_code == 400


def test_rate_limit_is_403_with_its_type(caller: Caller) -> None:
    """Above the rate the answer is 403 RateLimit with the Retry-After of the settings."""
    caller.control("POST", "/settings", json={"rateLimit": 2, "retryAfter": "7"})
    answers = [caller.ask("GET", "/api/products") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 403]
    assert (answers[2].json()["Type"], answers[2].headers["retry-after"]) == ("RateLimit", "7")


def test_snapshot_keeps_the_state_over_a_restart(tmp_path: pathlib.Path) -> None:
    """A sandbox started on a snapshot goes on where the last one stopped."""
    path = tmp_path / "state.json"
    first = Caller(create_app(clock=lambda: START, snapshot=path))
    first.create("kept")
    first.control("POST", "/settings", json={"careless": False})
    again = Caller(create_app(clock=lambda: START, snapshot=path))
    assert (again.accounts(), again.control("GET", "/settings")["careless"]) == (["kept"], False)
    assert again.create("next").json()["id"] == 102


def test_same_requests_give_the_same_answers() -> None:
    """Ids and keys depend on the order of requests alone."""
    answers = [Caller(create_app(clock=lambda: START)).create().content for _ in range(2)]
    assert answers[0] == answers[1]


def test_demo_names_every_simulator() -> None:
    """The demo data holds, for each simulator, its URL and credentials."""
    assert demo("http://127.0.0.1:8700/")["interworks"] == {
        "url": "http://127.0.0.1:8700/interworks",
        "clientKey": "demo-key",
        "clientSecret": "demo-secret",
        "username": "demo",
        "password": "demo-password",
    }


def test_one_simulator_can_stand_at_the_root() -> None:
    """The interworks simulator alone answers at the root and has its control plane at /_sim."""

    async def run() -> tuple[int, int]:
        transport = httpx.ASGITransport(create_interworks_app())
        async with httpx.AsyncClient(transport=transport, base_url="http://bss") as client:
            return (await client.get("/api/accounts")).status_code, (await client.get("/_sim/state")).status_code

    assert asyncio.run(run()) == (401, 200)
