"""Rules of the simulated Dimensions' identity host: consent, codes, refresh tokens."""

import re
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.contract.dimensions_caller import CLIENT, Caller, reseller

CONSENT = {
    "client_id": "demo-client",
    "response_type": "code",
    "state": "s1",
    "redirect_uri": "http://127.0.0.1:8000/back",
    "scope": "openid offline_access onboarding",
}


@pytest.fixture
def caller() -> Caller:
    """Return a signed-in reseller."""
    return reseller()


def authorize(caller: Caller, **changes: str) -> httpx.Response:
    """Open the consent page."""
    return caller.ask("GET", "/connect/authorize", params={**CONSENT, **changes})


def returned(answer: httpx.Response) -> dict[str, str]:
    """Return what the browser is sent back with."""
    assert answer.status_code == 302
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}


def exchange(caller: Caller, code: str, **changes: str) -> httpx.Response:
    """Exchange a code for tokens."""
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CONSENT["redirect_uri"], **CLIENT}
    return caller.ask("POST", "/connect/token", data={**form, **changes})


def test_consent_gives_a_code_for_tokens_once(caller: Caller) -> None:
    """The browser comes back with code and state; the code gives tokens once, of the reseller's level."""
    back = returned(authorize(caller))
    tokens = exchange(caller, back["code"]).json()
    assert back["state"] == "s1"
    assert set(tokens) == {"access_token", "refresh_token", "id_token", "token_type", "expires_in", "scope"}
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert caller.ask("GET", "/api/v1.0/customers", headers=bearer).status_code == 200
    assert exchange(caller, back["code"]).json() == {"error": "invalid_grant"}
    assert caller.refresh(tokens["refresh_token"]).status_code == 200


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        pytest.param({"redirect_uri": "http://evil.example/"}, 400, id="elsewhere"),
        pytest.param({"redirect_uri": "https://127.0.0.1.evil.example/"}, 400, id="looks-like-loopback"),
        pytest.param({"redirect_uri": ""}, 400, id="no-redirect"),
        pytest.param({"redirect_uri": "http://[127.0.0.1"}, 400, id="no-address"),
        pytest.param({"client_id": "x"}, 400, id="unknown-client"),
        pytest.param({"redirect_uri": "http://[::1]:9/"}, 302, id="loopback-v6"),
        pytest.param({"redirect_uri": "http://localhost:9/?a=b"}, 302, id="localhost"),
    ],
)
def test_only_loopback_and_the_known_client_are_sent_back(caller: Caller, changes: dict[str, str], status: int) -> None:
    """A code leaves for a loopback address and for the known client only."""
    assert authorize(caller, **changes).status_code == status


def test_a_person_consents_on_a_page_when_asked_to(caller: Caller) -> None:
    """With autoConsent off the page has a link that consents and one that refuses."""
    caller.control("settings", autoConsent=False)
    page = authorize(caller, state="<x>")
    allow, refuse = [link.replace("&amp;", "&") for link in re.findall(r'href="([^"]+)"', page.text)]
    assert page.status_code == 200
    back = returned(caller.ask("GET", "/connect/authorize" + allow))
    assert (exchange(caller, back["code"]).status_code, back["state"]) == (200, "<x>")
    assert returned(caller.ask("GET", "/connect/authorize" + refuse))["error"] == "access_denied"


def test_whose_login_consents_decides_the_level(caller: Caller) -> None:
    """An enterprise login gives a token for the enterprise's routes."""
    token = exchange(caller, returned(authorize(caller, login_hint="enterprise"))["code"]).json()["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}
    assert caller.ask("GET", "/api/v1.0/accounts", headers=bearer).status_code == 200


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        pytest.param({"client_secret": "x"}, "invalid_client", id="bad-secret"),
        pytest.param({"client_id": "x"}, "invalid_client", id="bad-client"),
        pytest.param({"refresh_token": "x"}, "invalid_grant", id="unknown-token"),
        pytest.param({"grant_type": "password"}, "unsupported_grant_type", id="other-grant"),
        pytest.param({"grant_type": "client_credentials"}, "unsupported_grant_type", id="no-machine-grant"),
        pytest.param({"grant_type": ""}, "invalid_request", id="no-grant"),
    ],
)
def test_token_failures_follow_rfc_6749(caller: Caller, changes: dict[str, str], error: str) -> None:
    """A token request that is wrong is 400 with the OAuth error."""
    answer = caller.refresh("demo-enterprise-refresh-token", **changes)
    assert (answer.status_code, answer.json()["error"]) == (400, error)


def test_code_is_bound_to_its_redirect_and_five_minutes(caller: Caller) -> None:
    """A code with another redirect, or too old, gives nothing."""
    first, second = (returned(authorize(caller))["code"] for _ in range(2))
    assert exchange(caller, first, redirect_uri="http://127.0.0.1:9/").status_code == 400
    caller.control("clock", advance=301)
    assert exchange(caller, second).status_code == 400


def test_refresh_tokens_rotate(caller: Caller) -> None:
    """Using a refresh token replaces it at once; access tokens given before stay good."""
    newer = caller.refresh("demo-enterprise-refresh-token").json()["refresh_token"]
    assert caller.refresh("demo-enterprise-refresh-token").json() == {"error": "invalid_grant"}
    assert caller.refresh(newer).json()["refresh_token"] not in {newer, "demo-enterprise-refresh-token"}
    assert caller.refresh().status_code == 400
    assert caller.ask("GET", "/api/v1.0/customers").status_code == 200


def test_refresh_tokens_can_be_reusable(caller: Caller) -> None:
    """In the reusable mode the same refresh token works again."""
    caller.control("settings", refreshMode="reusable")
    answers = [caller.refresh("demo-enterprise-refresh-token").json() for _ in range(2)]
    assert [answer["refresh_token"] for answer in answers] == ["demo-enterprise-refresh-token"] * 2


@pytest.mark.parametrize(("kills", "status"), [(False, 200), (True, 400)])
def test_reuse_may_end_the_family(caller: Caller, kills: bool, status: int) -> None:
    """Using a dead refresh token ends its successors only when the setting says so."""
    caller.control("settings", reuseKillsFamily=kills)
    newer = caller.refresh("demo-enterprise-refresh-token").json()["refresh_token"]
    caller.refresh("demo-enterprise-refresh-token")
    assert caller.refresh(newer).status_code == status


@pytest.mark.parametrize(("days", "status"), [(29, 200), (31, 400)])
def test_refresh_tokens_live_thirty_days_from_their_use(caller: Caller, days: int, status: int) -> None:
    """An unused refresh token dies after thirty days; a new one has thirty of its own."""
    newer = caller.refresh("demo-enterprise-refresh-token").json()["refresh_token"]
    caller.control("clock", advance=29 * 86400)
    newest = caller.refresh(newer).json()["refresh_token"]
    caller.control("clock", advance=days * 86400)
    assert caller.refresh(newest).status_code == status


def test_machine_grant_is_for_tests_only(caller: Caller) -> None:
    """client_credentials works behind its setting, without a refresh token."""
    caller.control("settings", clientCredentials=True)
    answer = caller.ask(
        "POST", "/connect/token", data={"grant_type": "client_credentials"}, auth=tuple(CLIENT.values())
    )
    assert set(answer.json()) == {"access_token", "token_type", "expires_in"}


def test_only_codes_are_given_and_only_two_pages_exist(caller: Caller) -> None:
    """Another response type is told to the redirect; other paths and a broken client header are refused."""
    assert returned(authorize(caller, response_type="token")) == {"error": "unsupported_response_type", "state": "s1"}
    assert caller.ask("GET", "/connect/userinfo").status_code == 404
    broken = caller.ask("POST", "/connect/token", data={}, headers={"Authorization": "Basic !"})
    assert (broken.status_code, broken.json()["error"]) == (400, "invalid_client")
