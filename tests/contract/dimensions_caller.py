"""A caller of the simulated Dimensions, in-process and with a stopped clock, for the tests of the simulator."""

import asyncio
import dataclasses
from datetime import UTC, datetime
from typing import Any

import httpx

from reconciler.sandbox import Sandbox, create_dimensions_app

START = datetime(2024, 3, 1, 12, 0, tzinfo=UTC)
ACCOUNT = "a0000000-0000-4000-8000-000000000001"
ENTERPRISE = "e0000000-0000-4000-8000-000000000001"
FOREIGN = "c0000000-0000-4000-8000-000000000002"
NOBODY = "00000000-0000-4000-8000-00000000dead"
REFRESH = "demo-refresh-token"
CLIENT = {"client_id": "demo-client", "client_secret": "demo-client-secret"}
KAZOO = {
    "_type": "KazooPbxConnectionProfile",
    "accountId": "acme-kazoo",
    "hostRest": "https://rest.example",
    "hostWebsocket": "wss://ws.example",
    "apiKey": "kazoo-secret",
}


@dataclasses.dataclass
class Caller:
    """A person's program at Dimensions that accepts charges; `base` is where customers are below."""

    app: Sandbox
    base: str = "/api/v1.0"
    headers: dict[str, str] = dataclasses.field(default_factory=dict)

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Send one request to an absolute path."""

        async def send() -> httpx.Response:
            async with httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://sim") as client:
                headers = {**self.headers, **options.pop("headers", {})}
                return await client.request(method, path, headers=headers, **options)

        return asyncio.run(send())

    def refresh(self, token: str = REFRESH, **form: str) -> httpx.Response:
        """Use a refresh token."""
        form = {"grant_type": "refresh_token", "refresh_token": token, **CLIENT, **form}
        return self.ask("POST", "/connect/token", data=form)

    def login(self, token: str = REFRESH) -> "Caller":
        """Get an access token and use it from now on, accepting charges."""
        text = self.refresh(token).raise_for_status().json()["access_token"]
        self.headers = {"Authorization": f"Bearer {text}", "accept-charges": "true"}
        return self

    def get(self, path: str, **options: Any) -> Any:
        """Return the data of a read."""
        return self.ask("GET", self.base + path, **options).raise_for_status().json()["data"]

    def post(self, path: str, body: Any = None, **options: Any) -> httpx.Response:
        """Create something."""
        return self.ask("POST", self.base + path, json=body, **options)

    def patch(self, path: str, *operations: Any, **options: Any) -> httpx.Response:
        """Send a JSON Patch."""
        return self.ask("PATCH", self.base + path, json=list(operations), **options)

    def put(self, path: str, name: str, value: Any) -> httpx.Response:
        """Replace one property."""
        return self.patch(path, {"op": "replace", "path": f"/{name}", "value": value})

    def delete(self, path: str) -> httpx.Response:
        """Delete something."""
        return self.ask("DELETE", self.base + path)

    def control(self, path: str, **body: Any) -> Any:
        """Post to the control plane."""
        return self.ask("POST", "/_sim/" + path, json=body).raise_for_status().json()

    def state(self, what: str) -> list[Any]:
        """Return rows of the books."""
        rows: list[Any] = self.ask("GET", "/_sim/state").json()[what]
        return rows

    def row(self, what: str, key: str) -> Any:
        """Return one row of the books."""
        return next(row for row in self.state(what) if row["id"] == key)

    def mails(self) -> list[tuple[str, str]]:
        """Return address and template of each mail."""
        return [(mail["to"], mail["template"]) for mail in self.ask("GET", "/_sim/outbox").json()]

    def customer(self, **fields: Any) -> str:
        """Create a customer."""
        answer = self.post("/customers", {"name": "Acme", "reference": "CRM-1", **fields})
        key: str = answer.raise_for_status().json()["data"]["id"]
        return f"/customers/{key}"

    def pbx(self, customer: str, **fields: Any) -> str:
        """Create a Kazoo connection of a customer."""
        answer = self.post(f"{customer}/pbxs", {**KAZOO, **fields})
        key: str = answer.raise_for_status().json()["data"]["id"]
        return f"{customer}/pbxs/{key}"

    def user(self, customer: str, email: str = "lea@acme.example", **fields: Any) -> str:
        """Create a user of a customer."""
        answer = self.post(f"{customer}/users", {"email": email, "displayName": "Lea", **fields})
        key: str = answer.raise_for_status().json()["data"]["id"]
        return f"{customer}/users/{key}"


def reseller() -> Caller:
    """Return a signed-in reseller of a fresh Dimensions."""
    return Caller(create_dimensions_app(clock=lambda: START)).login()


def enterprise() -> Caller:
    """Return a signed-in enterprise of a fresh Dimensions, working in its reseller's account."""
    caller = Caller(create_dimensions_app(clock=lambda: START), f"/api/v1.0/accounts/{ACCOUNT}")
    return caller.login("demo-enterprise-refresh-token")


def key_of(place: str) -> str:
    """Return the id a path ends with."""
    return place.rpartition("/")[2]
