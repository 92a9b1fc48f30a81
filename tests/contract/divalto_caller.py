"""A caller of the simulated Divalto, in-process and with a stopped clock, for the tests of the simulator."""

import asyncio
import base64
import dataclasses
import hashlib
from datetime import UTC, datetime
from typing import Any

import httpx

from reconciler.sandbox import Sandbox, create_divalto_app

START = datetime(2026, 2, 2, 9, 0, tzinfo=UTC)
"""A Monday."""
KEY = "P001-TEST@DEMOKEYDEMOKEYDEMOKEYDEMOKEYDEMOKEY"
REFERENCE = "acme/odata#1"
PDF = b"%PDF-1.7 bon de commande"
ODATA: dict[str, Any] = {
    "clientReference": REFERENCE,
    "orderType": "ADDITIONNELLE",
    "origin": "SITE_EXISTANT",
    "generation": "INFINITY_V10_WEAVY_V5",
    "solution": "ERP_INFINITY",
    "siteNumber": "123456",
    "lines": [{"reference": "SAAS IO ODATA EXT", "quantity": 1}],
    "primaryContact": {
        "lastName": "Martin",
        "firstName": "Lea",
        "phoneNumber": "+33300000000",
        "email": "lea@acme.example",
    },
    "certificate": {"desiredDeliveryDate": "2026-03-02", "recipients": ["it@acme.example"]},
}
NEW_SITE: dict[str, Any] = {
    "name": "Neuf SARL",
    "address1": "2 rue Haute",
    "postalCode": "75001",
    "city": "Paris",
    "country": "FR",
    "phoneNumber": "+33100000000",
    "email": "contact@neuf.example",
    "siretNumber": "12345678900011",
}
PRIMO: dict[str, Any] = {
    **ODATA,
    "clientReference": "acme/primo#1",
    "orderType": "PRIMO",
    "origin": "NOUVEAU_SITE",
    "siteNumber": None,
    "newSite": NEW_SITE,
    "lines": [{"reference": "DEMO ERP USER", "quantity": 5}],
}
OPPORTUNITY: dict[str, Any] = {
    **PRIMO,
    "clientReference": "acme/opp#1",
    "origin": "OPPORTUNITE",
    "opportunityCode": "2024010800001",
    "generation": None,
    "solution": None,
}
CHANGE: dict[str, Any] = {
    "clientReference": "acme/hq@0123456789ab",
    "baseVersion": 1,
    "changes": {"phoneNumber": "+33300000001"},
    "confirm": True,
}


def document(content: bytes = PDF, **fields: Any) -> dict[str, Any]:
    """Return the body that attaches a purchase order."""
    return {
        "documentType": "BON_DE_COMMANDE",
        "fileName": "bc.pdf",
        "contentType": "application/pdf",
        "sha256": hashlib.sha256(content).hexdigest(),
        "content": base64.b64encode(content).decode(),
        **fields,
    }


@dataclasses.dataclass
class Caller:
    """A partner's program at Divalto; `base` is what stands before `/v1`."""

    app: Sandbox
    base: str = ""
    headers: dict[str, str] = dataclasses.field(default_factory=lambda: {"X-Api-Key": KEY})

    def ask(self, method: str, path: str, body: Any = None, **headers: Any) -> httpx.Response:
        """Send one request to an absolute path; keywords are headers, with `_` for `-`."""
        sent = {**self.headers, **{name.replace("_", "-"): str(value) for name, value in headers.items()}}

        async def send() -> httpx.Response:
            async with httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://sim") as client:
                return await client.request(method, path, headers=sent, json=body)

        return asyncio.run(send())

    def get(self, path: str) -> Any:
        """Return the body of a read."""
        return self.ask("GET", f"{self.base}/v1{path}").raise_for_status().json()

    def found(self, path: str) -> list[Any]:
        """Return the records of a list."""
        records: list[Any] = self.get(path)["records"]
        return records

    def post(self, path: str, body: Any = None, **headers: Any) -> httpx.Response:
        """Post to a path below the version."""
        return self.ask("POST", f"{self.base}/v1{path}", body, **headers)

    def refused(self, method: str, path: str, body: Any = None, **headers: Any) -> tuple[int, str]:
        """Return status and code of a refusal."""
        answer = self.ask(method, f"{self.base}/v1{path}", body, **headers)
        return answer.status_code, answer.json()["code"]

    def draft(self, order: dict[str, Any] = ODATA, **fields: Any) -> str:
        """Create a draft with a purchase order; return its place."""
        number = self.post("/orders", {**order, **fields}).raise_for_status().json()["orderNumber"]
        self.post(f"/orders/{number}/documents", document()).raise_for_status()
        return f"/orders/{number}"

    def submit(self, place: str, *, version: int = 2) -> httpx.Response:
        """Submit an order in a version."""
        return self.post(f"{place}/submit", {"confirm": True}, If_Match=f'"{version}"')

    def placed(self, order: dict[str, Any] = ODATA, **fields: Any) -> str:
        """Create and submit an order; return its place."""
        place = self.draft(order, **fields)
        self.submit(place).raise_for_status()
        return place

    def decide(self, place: str, *decisions: str, **details: Any) -> Any:
        """Have the staff decide on an order, one decision after the other."""
        for decision in decisions:
            row = self.control(f"{place.lstrip('/')}/decide", decision=decision, **details)
        return row

    def control(self, path: str, **body: Any) -> Any:
        """Post to the control plane."""
        return self.ask("POST", "/_sim/" + path, body).raise_for_status().json()

    def state(self, what: str) -> list[Any]:
        """Return rows of the books."""
        rows: list[Any] = self.ask("GET", "/_sim/state").json()[what]
        return rows

    def mails(self) -> list[tuple[str, str]]:
        """Return address and template of each mail."""
        return [(mail["to"], mail["template"]) for mail in self.ask("GET", "/_sim/outbox").json()]

    def judged(self, order: dict[str, Any] = ODATA, documents: Any = None, **fields: Any) -> set[tuple[str, str]]:
        """Return place and code of everything a dry run finds."""
        given = [{"documentType": "BON_DE_COMMANDE", "fileName": "bc.pdf"}] if documents is None else documents
        answer = self.post("/orders/validate", {**order, **fields, "documents": given}).raise_for_status().json()
        assert answer["valid"] is not any(item["severity"] == "error" for item in answer["results"])
        return {(item["field"], item["code"]) for item in answer["results"]}


def partner() -> Caller:
    """Return a partner of a fresh Divalto."""
    return Caller(create_divalto_app(clock=lambda: START))
