"""Rules of the simulated interworks BSS, asked over HTTP in-process as a client would."""

import asyncio
import dataclasses
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from reconciler.sandbox import Sandbox, create_interworks_app

START = datetime(2024, 3, 1, 12, 0, tzinfo=UTC)
LOGIN = {"grant_type": "password", "username": "demo", "password": "demo-password"}
PANDA, AVG, BITTITAN = "PandaAntivirus", "AVG", "BitTitan"


@dataclasses.dataclass
class Bss:
    """A fresh BSS with a stopped clock and a caller that is logged in."""

    app: Sandbox
    headers: dict[str, str] = dataclasses.field(default_factory=dict)

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Send one request."""

        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://bss", headers=self.headers) as client:
                return await client.request(method, path, **options)

        return asyncio.run(send())

    def login(self) -> None:
        """Get a token and use it from now on."""
        answer = self.ask("POST", "/oauth/token", auth=("demo-key", "demo-secret"), data=LOGIN)
        self.headers = {"Authorization": "Bearer " + answer.json()["access_token"], "X-Api-Version": "3.0"}

    def control(self, path: str, **body: Any) -> Any:
        """Post to the control plane."""
        return self.ask("POST", "/_sim/" + path, json=body).raise_for_status().json()

    def state(self, what: str) -> list[Any]:
        """Return rows of the books."""
        rows: list[Any] = self.ask("GET", "/_sim/state").json()[what]
        return rows

    def find(self, what: str, text: str) -> list[Any]:
        """Return the rows of a filtered list."""
        rows: list[Any] = self.ask("GET", f"/api/{what}", params={"$filter": text}).json()["data"]
        return rows

    def account(self, code: str, **fields: Any) -> int:
        """Create an account that may order."""
        body = {"name": code.title(), "code": code, "email": f"{code}@example.com", "orderingEnabled": True, **fields}
        number: int = self.ask("POST", "/api/accounts", json=body).json()["id"]
        return number

    def sync(self, account: int, system: str, **options: str) -> httpx.Response:
        """Save and synchronise."""
        fields = [{"ID": name, "Value": value} for name, value in options.items()]
        return self.ask("POST", f"/api/accounts/{account}/synchronize/{system}", json={"Fields": fields})

    def order(self, account: int, *products: str, quantity: int = 2) -> str:
        """Create an order of some products."""
        items = [{"productCode": product, "quantity": quantity} for product in products]
        answer = self.ask("POST", "/api/orders", json={"name": "p/o#1", "accountId": account, "items": items})
        key: str = answer.json()["id"]
        return key

    def execute(self, order: str, **body: Any) -> httpx.Response:
        """Execute with invoice option 3."""
        return self.ask("POST", f"/api/orders/{order}/execute", json={"invoiceOption": 3, **body})


@pytest.fixture
def bss() -> Bss:
    """Return a logged-in BSS."""
    fresh = Bss(create_interworks_app(clock=lambda: START))
    fresh.login()
    return fresh


def avg_customer(bss: Bss) -> int:
    """Create a customer that is synchronised with AVG."""
    account = bss.account("contoso")
    bss.sync(account, AVG, email="keys@example.com", role="User").raise_for_status()
    return account


@pytest.mark.parametrize(
    ("auth", "form", "status", "error"),
    [
        pytest.param(None, LOGIN, 401, "invalid_client", id="no-basic"),
        pytest.param(("demo-key", "x"), LOGIN, 401, "invalid_client", id="bad-secret"),
        pytest.param(("demo-key", "demo-secret"), {**LOGIN, "password": "x"}, 400, "invalid_grant", id="bad-password"),
        pytest.param(
            ("demo-key", "demo-secret"), {**LOGIN, "grant_type": "x"}, 400, "unsupported_grant_type", id="bad-grant"
        ),
    ],
)
def test_token_failures_follow_rfc_6749(
    bss: Bss, auth: tuple[str, str] | None, form: dict[str, str], status: int, error: str
) -> None:
    """A token request with wrong credentials is refused in the OAuth error shape."""
    answer = bss.ask("POST", "/oauth/token", auth=auth, data=form)
    assert (answer.status_code, answer.json()["error"]) == (status, error)


def test_token_expires_on_the_simulated_clock(bss: Bss) -> None:
    """A token is refused with 401 once its lifetime is over."""
    assert bss.ask("GET", "/api/accounts").status_code == 200
    bss.control("clock", advance=1199)
    assert bss.ask("GET", "/api/accounts").status_code == 401


@pytest.mark.parametrize(("version", "status"), [("", 400), ("9.9", 400), ("latest", 200), ("2.2", 200)])
def test_version_header_is_required(bss: Bss, version: str, status: int) -> None:
    """A call without a known X-Api-Version is refused with 400."""
    assert bss.ask("GET", "/api/accounts", headers={"X-Api-Version": version}).status_code == status


def test_paths_and_query_names_ignore_case(bss: Bss) -> None:
    """Paths and query names are the same in any case."""
    bss.account("a")
    answer = bss.ask("GET", "/API/Accounts", params={"$Filter": "CODE eq 'a'", "SIZE": "1"})
    assert answer.json()["metadata"] == {"page": 1, "size": 1, "totalPages": 1, "totalRecords": 1}


def test_pages_cut_a_list(bss: Bss) -> None:
    """A list comes in pages of 25 unless told, and never in larger ones than 100."""
    for number in range(30):
        bss.account(f"a{number}")
    second = bss.ask("GET", "/api/accounts?page=2").json()
    assert (len(second["data"]), second["metadata"]["totalPages"]) == (5, 2)
    assert bss.ask("GET", "/api/accounts?size=500").json()["metadata"]["size"] == 100
    assert bss.ask("GET", "/api/accounts?page=0").status_code == 400


def test_list_shape_can_be_switched(bss: Bss) -> None:
    """Lists come as a bare array or without metadata when the settings say so."""
    bss.control("settings", pageMode="bare")
    assert isinstance(bss.ask("GET", "/api/products").json(), list)
    bss.control("settings", pageMode="noMetadata")
    assert list(bss.ask("GET", "/api/products").json()) == ["data"]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("code eq 'a''b'", ["a'b"]),
        ("Id gt 101 and id le 102", ["cc"]),
        ("id ne 101 and not (code eq 'cc')", ["da"]),
        ("contains(code, 'c') or endswith(code,'a')", ["cc", "da"]),
        ("startswith(name,'A') and orderingEnabled eq true", ["a'b"]),
        ("billToAccountId eq null and createdAt ge datetime'2024-03-01'", ["a'b", "cc", "da"]),
        ("createdAt lt datetime'2024-03-01T12:00:00.000'", []),
    ],
)
def test_filter_picks_rows(bss: Bss, text: str, codes: list[str]) -> None:
    """$filter understands comparisons, and, or, not, brackets, functions and doubled quotes."""
    for code in ("a'b", "cc", "da"):
        bss.account(code, email=None)
    assert [row["code"] for row in bss.find("accounts", text)] == codes


@pytest.mark.parametrize(
    "text", ["nope eq 1", "code eq 1", "id eq 'x'", "code eq", "code eq 'a' extra", "(id eq 1", "code is 'a'", "'", "("]
)
def test_bad_filter_is_refused(bss: Bss, text: str) -> None:
    """A filter that is not understood is 400, never ignored."""
    answer = bss.ask("GET", "/api/accounts", params={"$filter": text})
    assert (answer.status_code, answer.json()["Type"]) == (400, "ValidationError")


def test_orderby_sorts(bss: Bss) -> None:
    """$orderby sorts by the documented properties, and refuses others."""
    for code in ("b", "a"):
        bss.account(code, name="same")
    rows = bss.ask("GET", "/api/accounts?$orderBy=name desc,code").json()["data"]
    assert [row["code"] for row in rows] == ["a", "b"]
    assert bss.ask("GET", "/api/accounts?$orderby=phone").status_code == 400


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        pytest.param({"name": " "}, "ValidationError", id="no-name"),
        pytest.param({"email": "nobody"}, "ValidationError", id="bad-email"),
        pytest.param({"code": "taken"}, "Conflict", id="code-taken"),
        pytest.param({"parentAccountId": 999}, "ValidationError", id="no-such-parent"),
        pytest.param({"billToAccountId": 101}, "ValidationError", id="payer-is-no-reseller"),
        pytest.param({"orderingEnabled": "maybe"}, "ValidationError", id="no-boolean"),
    ],
)
def test_account_create_refuses(bss: Bss, fields: dict[str, Any], kind: str) -> None:
    """An account that breaks a rule is refused with 400 and is not made."""
    bss.account("taken")
    answer = bss.ask("POST", "/api/accounts", json={"name": "New", "code": "new", **fields})
    assert (answer.status_code, answer.json()["Type"]) == (400, kind)
    assert len(bss.state("accounts")) == 1


def test_patch_coerces_text_and_resets_on_remove(bss: Bss) -> None:
    """A JSON Patch sets text as booleans and numbers, and remove gives the default back."""
    account = bss.account("a", creditLimit=5)
    patch = [
        {"op": "replace", "path": "/OrderingEnabled", "value": "false"},
        {"op": "add", "path": "/phone", "value": "1"},
        {"op": "remove", "path": "/creditLimit"},
    ]
    row = bss.ask("PATCH", f"/api/accounts/{account}", json=patch).json()
    assert (row["orderingEnabled"], row["phone"], row["creditLimit"], row["code"]) == (False, "1", 0.0, "a")


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "test", "path": "/name", "value": "A"},
        {"op": "move", "path": "/name", "from": "/code"},
        {"op": "replace", "path": "/id", "value": 7},
        {"op": "replace", "path": "/name"},
        {"op": "remove", "path": "/name"},
    ],
)
def test_patch_is_refused_as_a_whole(bss: Bss, operation: dict[str, Any]) -> None:
    """One bad operation refuses the whole patch with 400."""
    account = bss.account("a")
    patch = [{"op": "replace", "path": "/phone", "value": "1"}, operation]
    assert bss.ask("PATCH", f"/api/accounts/{account}", json=patch).status_code == 400
    assert bss.state("accounts")[0]["phone"] is None


def test_one_execution_gives_an_asset_per_item_and_one_charge(bss: Bss) -> None:
    """Executing makes one asset for each item, bills once, and mails key and coupon."""
    account = avg_customer(bss)
    bss.sync(account, BITTITAN).raise_for_status()
    order = bss.order(account, "AVG-IS-BE", "BT-UMB")
    answer = bss.execute(order).json()
    avg, bittitan = bss.find("assets", f"orderId eq '{order}'")
    assert answer["assetIds"] == [avg["id"], bittitan["id"]]
    assert avg["licenseKey"].startswith("AVG-SIM-")
    assert bittitan["couponCode"].startswith("BT-SIM-")
    assert [charge["amount"] for charge in bss.state("charges")] == [86.8]
    mails = bss.ask("GET", "/_sim/outbox").json()
    assert [(mail["to"], mail["template"]) for mail in mails] == [
        ("keys@example.com", "avg-license"),
        ("contoso@example.com", "bittitan-welcome"),
    ]
    assert avg["licenseKey"] in mails[0]["body"]
    assert bittitan["couponCode"] in mails[1]["body"]


@pytest.mark.parametrize(("careless", "status", "charges"), [(True, 200, 2), (False, 400, 1)])
def test_executing_twice_bills_twice_unless_told(bss: Bss, careless: bool, status: int, charges: int) -> None:
    """A careless BSS bills an executed order again; a careful one refuses."""
    bss.control("settings", careless=careless)
    order = bss.order(avg_customer(bss), "AVG-IS-BE")
    bss.execute(order).raise_for_status()
    assert bss.execute(order).status_code == status
    assert (len(bss.state("charges")), len(bss.state("assets"))) == (charges, charges)


@pytest.mark.parametrize(
    ("product", "quantity", "body", "code"),
    [
        pytest.param("PANDA-EP", 1, {}, -2001, id="not-synchronized"),
        pytest.param("AVG-IS-BE", 0, {}, -2002, id="quantity-zero"),
        pytest.param("AVG-IS-BE", 1, {"invoiceOption": 4}, None, id="bad-invoice-option"),
        pytest.param("AVG-IS-BE", 1, {"invoiceOption": None}, None, id="no-invoice-option"),
    ],
)
def test_execute_refuses(bss: Bss, product: str, quantity: int, body: dict[str, Any], code: int | None) -> None:
    """An execution that breaks a precondition is 400 and bills nothing."""
    order = bss.order(avg_customer(bss), product, quantity=quantity)
    answer = bss.execute(order, **body)
    assert (answer.status_code, answer.json().get("Code")) == (400, code)
    assert bss.state("charges") == []


def test_unknown_product_refuses_the_order(bss: Bss) -> None:
    """An order of an unknown product is refused with 400."""
    body = {"accountId": bss.account("a"), "items": [{"productCode": "NO", "quantity": 1}]}
    assert bss.ask("POST", "/api/orders", json=body).status_code == 400


def test_order_names_itself_and_bills_the_payer(bss: Bss) -> None:
    """An order without a name is called after account and code, and bills the account's payer."""
    reseller = bss.account("res", resellingEnabled=True)
    account = bss.account("end", billToAccountId=reseller)
    order = bss.ask("POST", "/api/orders", json={"accountId": account}).json()
    assert (order["name"], order["billToAccountId"], order["status"]) == ("End ORD-000001", reseller, "Submitted")


def test_order_items_can_be_patched_until_executed(bss: Bss) -> None:
    """A submitted order's items can be changed by patch, an executed one's cannot."""
    order = bss.order(avg_customer(bss), "AVG-IS-BE")
    patch = [{"op": "replace", "path": "/items/0/quantity", "value": "7"}]
    assert bss.ask("PATCH", f"/api/orders/{order}", json=patch).json()["items"][0]["quantity"] == 7
    bss.execute(order).raise_for_status()
    assert bss.ask("PATCH", f"/api/orders/{order}", json=patch).status_code == 400
    assert bss.ask("POST", f"/api/orders/{order}/cancel").status_code == 400


def test_new_orders_show_up_in_lists_after_the_lag(bss: Bss) -> None:
    """With a lag, a look-up misses a new order for a while, a read by id does not."""
    bss.control("settings", lag=5)
    order = bss.order(bss.account("a"), "AVG-IS-BE")
    assert bss.find("orders", "name eq 'p/o#1'") == []
    assert bss.ask("GET", f"/api/orders/{order}").status_code == 200
    bss.control("clock", advance=5)
    assert len(bss.find("orders", "name eq 'p/o#1'")) == 1
