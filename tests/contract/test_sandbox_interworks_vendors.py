"""Rules of AVG, Panda and BitTitan behind the simulated BSS: synchronisation, assets, keys."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from reconciler.sandbox import Sandbox, create_interworks_app

LOGIN = {"grant_type": "password", "username": "demo", "password": "demo-password"}
AVG_OPTIONS = {"email": "keys@example.com", "role": "User"}


class Bss:
    """A fresh BSS with a stopped clock; every method is one request."""

    def __init__(self) -> None:
        """Log in."""
        self.app: Sandbox = create_interworks_app(clock=lambda: datetime(2024, 3, 1, tzinfo=UTC))
        self.headers: dict[str, str] = {}
        token = self.ask("POST", "/oauth/token", auth=("demo-key", "demo-secret"), data=LOGIN)
        self.headers = {"Authorization": "Bearer " + token.json()["access_token"], "X-Api-Version": "3.0"}

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Send one request."""

        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://bss", headers=self.headers) as client:
                return await client.request(method, path, **options)

        return asyncio.run(send())

    def settings(self, **switches: Any) -> None:
        """Set switches."""
        self.ask("POST", "/_sim/settings", json=switches).raise_for_status()

    def account(self, code: str, **fields: Any) -> int:
        """Create an account that may order."""
        body = {"name": code, "code": code, "email": f"{code}@example.com", "orderingEnabled": True, **fields}
        number: int = self.ask("POST", "/api/accounts", json=body).json()["id"]
        return number

    def put(self, account: int, system: str, **options: str) -> httpx.Response:
        """Store options."""
        fields = [{"ID": name, "Value": value} for name, value in options.items()]
        return self.ask("PUT", f"/api/accounts/{account}/syncoptions/{system}", json={"Fields": fields})

    def sync(self, account: int, system: str, **options: str) -> httpx.Response:
        """Save and synchronise."""
        fields = [{"ID": name, "Value": value} for name, value in options.items()]
        return self.ask("POST", f"/api/accounts/{account}/synchronize/{system}", json={"Fields": fields})

    def status(self, account: int, system: str) -> Any:
        """Read a synchronisation status."""
        return self.ask("GET", f"/api/accounts/{account}/syncstatus/{system}").json()

    def asset(self, product: str) -> Any:
        """Order and execute one product for a synchronised customer; return the asset."""
        account = self.account("buyer")
        self.sync(account, "AVG", **AVG_OPTIONS).raise_for_status()
        self.sync(account, "BitTitan").raise_for_status()
        items = [{"productCode": product, "quantity": 1}]
        order = self.ask("POST", "/api/orders", json={"accountId": account, "items": items}).json()["id"]
        answer = self.ask("POST", f"/api/orders/{order}/execute", json={"invoiceOption": 3}).json()
        return self.ask("GET", f"/api/assets/{answer['assetIds'][0]}").json()


@pytest.fixture
def bss() -> Bss:
    """Return a logged-in BSS."""
    return Bss()


def test_options_carry_their_definitions(bss: Bss) -> None:
    """Options of all systems come as one array of values with definitions."""
    rows = bss.ask("GET", f"/api/accounts/{bss.account('a')}/syncoptions").json()
    role = next(row for row in rows if (row["SystemCode"], row["ID"]) == ("AVG", "role"))
    assert {row["SystemCode"] for row in rows} == {"AVG", "PandaAntivirus"}
    assert [choice["ID"] for choice in role["Definition"]["PredefinedValues"]] == ["User", "Reseller"]
    assert (role["Value"], role["Definition"]["IsRequired"]) == (None, True)


@pytest.mark.parametrize("options", [{"role": "Boss"}, {"colour": "red"}], ids=["not-predefined", "unknown-option"])
def test_bad_options_are_not_stored(bss: Bss, options: dict[str, str]) -> None:
    """An unknown option or a value outside the list is refused with 400."""
    assert bss.put(bss.account("a"), "AVG", **options).status_code == 400


def test_identity_options_are_fixed_once_synchronized(bss: Bss) -> None:
    """After synchronising, role, username and parent cannot change; the AVG e-mail can."""
    account = bss.account("a")
    bss.sync(account, "AVG", **AVG_OPTIONS).raise_for_status()
    assert bss.put(account, "AVG", role="Reseller").json()["Type"] == "Conflict"
    assert bss.put(account, "AVG", role="User", email="new@example.com").status_code == 200


@pytest.mark.parametrize(
    ("system", "fields", "options", "code"),
    [
        pytest.param("AVG", {}, {"role": "User"}, -1001, id="avg-email-missing"),
        pytest.param("AVG", {}, {"role": "Boss", "email": "a@example.com"}, -1002, id="role-unknown"),
        pytest.param("AVG", {}, {"role": "User", "email": "nobody"}, -1005, id="avg-email-invalid"),
        pytest.param("AVG", {}, {**AVG_OPTIONS, "parentAccount": "101"}, -1004, id="avg-parent-unsynced"),
        pytest.param("PandaAntivirus", {}, {"role": "User", "username": "Taken"}, -1003, id="username-taken"),
        pytest.param(
            "PandaAntivirus", {"email": ""}, {"role": "User", "username": "u"}, -1005, id="panda-email-missing"
        ),
        pytest.param(
            "PandaAntivirus", {"parentAccountId": 101}, {"role": "User", "username": "u"}, -1004, id="parent-first"
        ),
    ],
)
def test_vendor_objections_have_codes(
    bss: Bss, system: str, fields: dict[str, Any], options: dict[str, str], code: int
) -> None:
    """A vendor's objection is 400 ProvisioningError with its code, and the status becomes Failed."""
    bss.account("res", resellingEnabled=True)
    bss.settings(takenUsernames=["taken"])
    account = bss.account("a", **fields)
    answer = bss.sync(account, system, **options)
    assert (answer.status_code, answer.json()["Type"], answer.json()["Code"]) == (400, "ProvisioningError", code)
    assert bss.status(account, system)["Status"] == "Failed"


def test_panda_shows_the_synchronized_reseller_as_parent(bss: Bss) -> None:
    """Once the reseller is synchronised, its customer's parent is filled in and read-only."""
    reseller = bss.account("res", resellingEnabled=True)
    account = bss.account("end", parentAccountId=reseller)
    bss.sync(reseller, "PandaAntivirus", role="Reseller", username="res").raise_for_status()
    parent = bss.ask("GET", f"/api/accounts/{account}/syncoptions/PandaAntivirus").json()[0]
    assert (parent["Value"], parent["Definition"]["IsReadOnly"]) == (str(reseller), True)
    assert bss.put(account, "PandaAntivirus", parentAccount="7").status_code == 400
    assert bss.sync(account, "PandaAntivirus", role="User", username="end").status_code == 200


def test_panda_usernames_are_unique(bss: Bss) -> None:
    """A username that another account has at Panda is refused, in any case of letters."""
    bss.sync(bss.account("a"), "PandaAntivirus", role="User", username="same").raise_for_status()
    assert bss.sync(bss.account("b"), "PandaAntivirus", role="User", username="SAME").json()["Code"] == -1003


def test_panda_mails_activation_instructions(bss: Bss) -> None:
    """Panda mails the account's corporate address when it registers the account."""
    bss.sync(bss.account("a"), "PandaAntivirus", role="User", username="u").raise_for_status()
    mails = bss.ask("GET", "/_sim/outbox").json()
    assert [(mail["to"], mail["template"]) for mail in mails] == [("a@example.com", "panda-activation")]


def test_synchronizing_again_changes_nothing(bss: Bss) -> None:
    """A synchronised account answers with the same external id and makes no second one."""
    account = bss.account("a")
    first = bss.sync(account, "BitTitan").json()["Result"]
    assert bss.sync(account, "BitTitan").json()["Result"] == first
    assert bss.ask("GET", f"/api/accounts/{account}").json()["provisioningSyncStatus"] == "Synchronized"


def test_slow_synchronisation_counts_polls(bss: Bss) -> None:
    """With two polls, two reads show InProgress and the third Synchronized."""
    bss.settings(syncPolls=2)
    account = bss.account("a")
    bss.sync(account, "BitTitan").raise_for_status()
    seen = [bss.status(account, "BitTitan")["Status"] for _ in range(3)]
    assert seen == ["InProgress", "InProgress", "Synchronized"]


def test_slow_synchronisation_may_fail(bss: Bss) -> None:
    """A synchronisation set to fail is InProgress for its seconds and then Failed with a comment."""
    bss.settings(syncSeconds=30, syncFailures={"BitTitan": "vendor unavailable"})
    account = bss.account("a")
    bss.sync(account, "BitTitan").raise_for_status()
    assert bss.status(account, "BitTitan")["Status"] == "InProgress"
    bss.ask("POST", "/_sim/clock", json={"advance": 30})
    found = bss.status(account, "BitTitan")
    assert (found["Status"], found["Comments"]) == ("Failed", "vendor unavailable")


def test_bittitan_legacy_wants_credentials(bss: Bss) -> None:
    """In legacy mode BitTitan checks e-mail and password, and never shows the password."""
    bss.settings(bittitanLegacy=True)
    account = bss.account("a")
    bad = bss.sync(account, "BitTitan", email="demo@bittitan.example", password="x")
    good = bss.sync(account, "BitTitan", email="demo@bittitan.example", password="demo-password")
    assert (bad.json()["Code"], good.status_code) == (-1006, 200)
    assert "demo-password" not in bss.ask("GET", f"/api/accounts/{account}/syncoptions/bittitan").text


def test_slow_asset_has_no_key_yet(bss: Bss) -> None:
    """An asset in progress has neither key nor mail; both come when it is synchronised."""
    bss.settings(assetPolls=1)
    asset = bss.asset("AVG-IS-BE")
    assert (asset["syncStatus"], asset["licenseKey"], bss.ask("GET", "/_sim/outbox").json()) == ("InProgress", None, [])
    asset = bss.ask("GET", f"/api/assets/{asset['id']}").json()
    assert asset["syncStatus"] == "Synchronized"
    assert asset["licenseKey"] is not None


def test_saving_a_failed_bittitan_asset_mints_a_coupon(bss: Bss) -> None:
    """A failed asset shows its comment; merely saving it provisions it again, as the vendor warns."""
    bss.settings(assetFailures={"BT-MAILBOX": "no such workspace"})
    asset = bss.asset("BT-MAILBOX")
    assert (asset["syncStatus"], asset["syncComments"]) == ("Failed", "no such workspace")
    bss.settings(assetFailures={})
    patch = [{"op": "replace", "path": "/name", "value": "renamed"}]
    saved = bss.ask("PATCH", f"/api/assets/{asset['id']}", json=patch).json()
    assert saved["couponCode"].startswith("BT-SIM-")


def test_each_resend_is_a_mail(bss: Bss) -> None:
    """Resending an AVG key mails it once more for every call."""
    asset = bss.asset("AVG-AV-BE")
    for _ in range(2):
        answer = bss.ask("POST", f"/api/assets/{asset['id']}/resendlicensekey")
        assert answer.json()["Result"] == "keys@example.com"
    assert len(bss.ask("GET", "/_sim/outbox").json()) == 3


def test_only_avg_keys_can_be_resent(bss: Bss) -> None:
    """Resending is refused with -3001 for another vendor's asset."""
    asset = bss.asset("BT-MAILBOX")
    answer = bss.ask("POST", f"/api/assets/{asset['id']}/resendlicensekey")
    assert (answer.status_code, answer.json()["Code"]) == (400, -3001)


@pytest.mark.parametrize(
    ("capability", "method", "path"),
    [
        ("set_sync_options", "PUT", "/api/accounts/101/syncoptions/AVG"),
        ("synchronize", "POST", "/api/accounts/101/synchronize/AVG"),
        ("execute_order", "POST", "/api/orders/x/execute"),
        ("resend_key", "POST", "/api/assets/x/resendlicensekey"),
    ],
)
def test_missing_capability_is_not_found(bss: Bss, capability: str, method: str, path: str) -> None:
    """An operation this BSS does not offer is answered 404."""
    bss.account("a")
    bss.settings(cannot=[capability])
    assert bss.ask(method, path, json={}).status_code == 404


def test_price_may_be_missing_from_a_product(bss: Bss) -> None:
    """A product whose price only the price list knows has no unitPrice at all."""
    rows = bss.ask("GET", "/api/products", params={"$filter": "systemCode eq 'BitTitan'"}).json()["data"]
    assert {row["code"]: "unitPrice" in row for row in rows} == {"BT-MAILBOX": True, "BT-UMB": False}
