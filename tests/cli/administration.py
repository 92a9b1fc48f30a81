"""Orders at the simulated Divalto, in a repository that the program runs in; people there decide on the control plane.

What `telephony` is for Dimensions. The sandbox is the same process, seen from a third side.
"""

import base64
import concurrent.futures
import contextlib
import datetime
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from tests.cli.killing import Killed
from tests.cli.server import DIVALTO, Vendor
from tests.cli.stage import Stage

T = TypeVar("T")
Case: TypeAlias = "Callable[[Office], None]"
Check: TypeAlias = "Callable[[Case], None]"

DAY = (datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=90)).date().isoformat()
"""A day of delivery that is neither past nor near."""
CONFIGURATION = """\
apiVersion: reconciler/v1
kind: Project
metadata: {name: acme-infra}
vendors:
  divalto:
    url: URL
    credentials: {apiKey: {env: DIVALTO_API_KEY}}
    limits: {concurrency: 4, perSecond: 1000}
    timeout: 20s
    lookupLag: 200ms
"""
BY_HAND = """\
apiVersion: reconciler/v1
kind: Project
metadata: {name: acme-infra}
vendors: {divalto: {transport: manual, partner: Nordwind}}
"""
PURCHASE_ORDER = b"%PDF-1.4\n% a purchase order\n"
QUOTE = PURCHASE_ORDER + b"% a quote\n"
SIGNED = PURCHASE_ORDER + b"% signed\n"
ODATA = f"""\
apiVersion: reconciler/v1
kind: Order
metadata: {{name: odata-hq}}
spec:
  vendor: divalto
  type: ADDITIONNELLE
  origin: SITE_EXISTANT
  generation: INFINITY_V10_WEAVY_V5
  solution: ERP_INFINITY
  site: "123456"
  execute: true
  items: [{{product: SAAS IO ODATA EXT, quantity: 1}}]
  contact: {{lastName: Martin, firstName: Lea, email: lea@acme.example, phoneNumber: "+33300000000"}}
  certificate: {{deliveryDate: "{DAY}", recipients: [it@acme.example]}}
  documents:
    - {{type: BON_DE_COMMANDE, file: documents/bc.pdf, declares: {{site: "123456", references: [SAAS IO ODATA EXT]}}}}
    - {{type: DEVIS, file: documents/devis.pdf}}
"""
PATIENT = ODATA.replace("  execute:", "  waitForSiteChange: false\n  execute:")
"""The same, submitted beside a request for the site."""
ANSWERED = """\
  complement:
    number: 1
    answer: voici
    documents: [{type: ATTESTATION_SIGNATURE, file: documents/signed.pdf}]
"""
"""What a person adds to an order to answer the vendor."""
SITE = """\
apiVersion: reconciler/v1
kind: Site
metadata: {name: hq}
spec: {vendor: divalto, number: "123456", phoneNumber: "+33300000001"}
"""
ORDER = "divalto/order/odata-hq"
REFERENCE = "acme-infra/odata-hq#1"


class Portal(Vendor):
    """The simulated Divalto as its staff sees it."""

    def __init__(self, origin: str) -> None:
        super().__init__(origin, name="divalto")
        self.sim("POST", "/reset")

    def order(self, reference: str = REFERENCE) -> dict[str, Any]:
        """Return the order with this reference."""
        return self.row("orders", clientReference=reference)

    def decide(self, *decisions: str, reference: str = REFERENCE, **more: Any) -> None:
        """Let somebody there decide about an order, one thing after the other."""
        number = self.order(reference)["orderNumber"]
        for decision in decisions:
            self.sim("POST", f"/orders/{number}/decide", {"decision": decision, **more})

    def answer(self, decision: str, **more: Any) -> None:
        """Let somebody there decide about the only change request."""
        number = self.row("changeRequests")["id"]
        self.sim("POST", f"/siteChangeRequests/{number}/decide", {"decision": decision, **more})

    def books(self) -> dict[str, Any]:
        """Return what the books say, by things that do not depend on ids or times."""
        state = self.sim("GET", "/state")
        names = {row["orderNumber"]: row["clientReference"] for row in state["orders"]}
        return {
            "orders": sorted((row["clientReference"], row["status"]) for row in state["orders"]),
            "documents": sorted((names[row["orderNumber"]], row["documentType"]) for row in state["documents"]),
            "submissions": sorted(names[row["orderNumber"]] for row in state["submissions"]),
            "requests": sorted((row["siteNumber"], row["status"]) for row in state["changeRequests"]),
            "answers": sorted(names[row["orderNumber"]] for row in state["answers"]),
        }

    def mutations(self) -> list[str]:
        """Return the mutating requests since the last time, with what stands for an id as `-`."""
        return [re.sub(r"CDE-\d{4}-\d+|\d{6}", "-", line.replace("/v1", "")) for line in super().mutations()]

    def issued(self) -> list[str]:
        """Return access code and content of every certificate, the content also as it is sent."""
        texts = [(row["accessCode"], content(row), sent_content(row)) for row in self.rows("certificates")]
        return [text for some in texts for text in some]


def content(row: Mapping[str, Any]) -> str:
    """Return what the content of a certificate decodes to."""
    return f"-- certificat {row['id']} {row['kind']} site {row['siteNumber']} code {row['accessCode']} --"


def sent_content(row: Mapping[str, Any]) -> str:
    """Return the content of a certificate as it is sent."""
    return base64.b64encode(f"{content(row)}\n".encode()).decode()


class Office(Killed):
    """A repository whose one vendor is the simulated Divalto."""

    vendor: Portal

    def __init__(self, root: Path, vendor: Portal, manifests: Mapping[str, str]) -> None:
        super().__init__(root, vendor, manifests)
        self.env |= DIVALTO
        self.configure(CONFIGURATION)
        for name, data in {"bc": PURCHASE_ORDER, "devis": QUOTE, "signed": SIGNED}.items():
            self.attach(f"{name}.pdf", data)

    def attach(self, name: str, data: bytes) -> Path:
        """Write a file that orders may attach."""
        path = self.root / "documents" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
        return path

    def told(self, kind: str, name: str) -> str:
        """Return the status file of a manifest."""
        return (self.root / "status" / kind / f"{name}.yaml").read_text(encoding="utf-8")


@contextlib.contextmanager
def office(root: Path, origin: str, manifests: Mapping[str, str]) -> Iterator[Office]:
    """Make a repository for the sandbox at `origin`, whose books of Divalto are emptied."""
    with contextlib.closing(Portal(origin)) as vendor:
        yield Office(root, vendor, manifests)


def play(
    stage: Stage, root: Path, case: Callable[[Office], T], manifests: Mapping[str, str]
) -> "concurrent.futures.Future[T]":
    """Play a case on the stage, in a repository of its own."""

    def one(vendor: Vendor) -> T:
        with office(root, vendor.origin, manifests) as made:
            return case(made)

    return stage.play(one)


def ahead(stage: Stage, folder: Path, cases: Iterable[Case], manifests: Mapping[str, str]) -> Check:
    """Begin to play cases that assert by themselves; what is returned waits for the end of one of them."""
    played = {case: play(stage, folder / case.__name__ / "repository", case, manifests) for case in cases}
    return lambda case: played[case].result()
