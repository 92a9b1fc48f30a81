"""A whole pass over Divalto: what `harness` has, with orders that people decide and documents in the project."""

import dataclasses
from typing import Any

from reconciler import contract
from reconciler.contract import Observation
from reconciler.model import Secret
from reconciler.reconcile import planning
from reconciler.sandbox import Sandbox, create_divalto_app
from reconciler.vendors.divalto.plugin import PLUGIN
from tests.passes.harness import Estate

KEY = "P001-TEST@DEMOKEYDEMOKEYDEMOKEYDEMOKEYDEMOKEY"
PURCHASE_ORDER = b"%PDF-1.4\n% a purchase order\n"

ODATA = """
apiVersion: reconciler/v1
kind: Order
metadata: {name: odata-hq}
spec:
  vendor: divalto
  type: ADDITIONNELLE
  origin: SITE_EXISTANT
  generation: INFINITY_V10_WEAVY_V5
  solution: ERP_INFINITY
  site: "123456"
  execute: true
  items: [{product: SAAS IO ODATA EXT, quantity: 1}]
  contact: {lastName: Martin, firstName: Lea, email: lea@acme.example, phoneNumber: "+33300000000"}
  certificate: {deliveryDate: "2026-03-02", recipients: [it@acme.example]}
  documents:
    - {type: BON_DE_COMMANDE, file: documents/bc.pdf, declares: {site: "123456", references: [SAAS IO ODATA EXT]}}
    - {type: DEVIS, file: documents/devis.pdf}
"""
NEW_SITE = """
apiVersion: reconciler/v1
kind: Order
metadata: {name: primo-petit}
spec:
  vendor: divalto
  type: PRIMO
  origin: NOUVEAU_SITE
  generation: ONE
  solution: ERP_ONE
  execute: true
  newSite:
    name: Petit SARL
    address1: 1 rue du Port
    postalCode: "67000"
    city: Strasbourg
    country: FR
    phoneNumber: "+33300000009"
    email: contact@petit.example
    siretNumber: "73282932000074"
  contact: {lastName: Petit, firstName: Paul, email: paul@petit.example, phoneNumber: "+33300000009"}
  certificate: {deliveryDate: "2026-03-02", recipients: [paul@petit.example]}
  documents: [{type: BON_DE_COMMANDE, file: documents/bc.pdf}]
"""
OPPORTUNITY = """
apiVersion: reconciler/v1
kind: Order
metadata: {name: primo-dupont}
spec:
  vendor: divalto
  type: PRIMO
  origin: OPPORTUNITE
  opportunity: "2024010800001"
  execute: true
  newSite: {email: contact@dupont.example, siretNumber: "73282932000074"}
  contact: {lastName: Dupont, firstName: Anne, email: anne@dupont.example, phoneNumber: "+33300000010"}
  certificate: {deliveryDate: "2026-03-02", recipients: [anne@dupont.example]}
  documents: [{type: BON_DE_COMMANDE, file: documents/bc.pdf}]
"""
SITE = """
apiVersion: reconciler/v1
kind: Site
metadata: {name: hq}
spec: {vendor: divalto, number: "123456", phoneNumber: "+33300000001", city: Colmar}
"""


@dataclasses.dataclass
class Administration(Estate):
    """An estate at Divalto."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.manifests = [ODATA]
        (self.root / "documents").mkdir()
        (self.root / "documents" / "bc.pdf").write_bytes(PURCHASE_ORDER)
        (self.root / "documents" / "devis.pdf").write_bytes(PURCHASE_ORDER + b"% a quote\n")

    def make_app(self) -> Sandbox:
        """Return the simulator."""
        return create_divalto_app(clock=self.clock.now)

    def vendor(self) -> contract.Vendor:
        """Return the adapter."""
        return PLUGIN.create(contract.Setup("divalto", {"apiKey": Secret(KEY)}, {**PLUGIN.options, **self.options}))

    def kinds(self) -> Any:
        """Return what the adapter adds to the manifest language."""
        return PLUGIN.kinds()

    def decide(self, what: str, *, number: str = "", **more: Any) -> None:
        """Let somebody at the vendor decide about the only order, or the one with this number."""
        key = number or self.order()["orderNumber"]
        self.sim("POST", f"/orders/{key}/decide", {"decision": what, **more})

    def answer(self, what: str, **more: Any) -> None:
        """Let somebody at the vendor decide about the only change request."""
        (request,) = self.sim("GET", "/state")["changeRequests"]
        self.sim("POST", f"/siteChangeRequests/{request['id']}/decide", {"decision": what, **more})

    def order(self, reference: str = "") -> dict[str, Any]:
        """Return the only order in the books, or the one with this reference."""
        rows = [row for row in self.sim("GET", "/state")["orders"] if reference in {"", row["clientReference"]}]
        assert len(rows) == 1, rows
        found: dict[str, Any] = rows[0]
        return found

    def books(self) -> dict[str, Any]:
        """Return what the vendor's books say, by things that do not depend on ids or times."""
        state = self.sim("GET", "/state")
        names = {row["orderNumber"]: row["clientReference"] for row in state["orders"]}
        return {
            "orders": sorted((row["clientReference"], row["status"]) for row in state["orders"]),
            "documents": sorted((names[row["orderNumber"]], row["documentType"]) for row in state["documents"]),
            "submissions": sorted(names[row["orderNumber"]] for row in state["submissions"]),
            "requests": sorted((row["siteNumber"], row["status"]) for row in state["changeRequests"]),
            "answers": sorted(names[row["orderNumber"]] for row in state["answers"]),
        }

    def observed(self) -> Observation:
        """Return what a whole reading shows."""
        return self.do(planning.plan).material.observation
