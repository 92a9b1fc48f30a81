"""A customer with a PBX and users at the simulated Dimensions, in a repository that the program runs in.

What `repository` and `server` are for the first vendor. The sandbox is the same process, seen from its other side.
"""

import base64
import concurrent.futures
import contextlib
import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from reconciler.sandbox.dimensions.seeds import ACCOUNT_ID, DEMO_INSTANCE
from tests.cli.killing import Killed
from tests.cli.server import DIMENSIONS, Vendor
from tests.cli.stage import Stage

T = TypeVar("T")

CONFIGURATION = """\
apiVersion: reconciler/v1
kind: Project
metadata: {name: acme-infra}
vendors:
  dimensions:
    url: URL
    loginUrl: URL-login
    redirect: http://127.0.0.1:0
    level: reseller
    reseller: nordwind
    credentials: {clientId: {env: DIM_CLIENT_ID}, clientSecret: {env: DIM_CLIENT_SECRET},
                  refreshToken: {env: DIM_REFRESH_TOKEN}}
    productTypes: [{id: TenantProfileType_uc}, {id: TenantProfileType_voice, immutable: true}]
    limits: {concurrency: 4, perSecond: 1000}
    timeout: 20s
    lookupLag: 200ms
"""
RESELLER = """\
apiVersion: reconciler/v1
kind: Account
metadata: {name: nordwind}
spec: {displayName: Nordwind, role: Reseller, vendors: {dimensions: {}}}
"""
CUSTOMER = """\
apiVersion: reconciler/v1
kind: Account
metadata: {name: acme}
spec:
  displayName: Acme Dental
  parent: nordwind
  country: GR
  timezone: Europe/Athens
  vendors: {dimensions: {productType: TenantProfileType_voice}}
"""
TEMPLATE = """\
apiVersion: reconciler/v1
kind: PBXTemplate
metadata: {name: kazoo-eu}
spec:
  vendor: dimensions
  type: Kazoo
  default: true
  hostRest: https://rest.kazoo.example
  hostWebsocket: wss://ws.kazoo.example
  apiKey: {env: KAZOO_API_KEY}
"""
CONNECTION = f"""\
apiVersion: reconciler/v1
kind: PBXConnection
metadata: {{name: acme-hq}}
spec:
  account: acme
  vendor: dimensions
  accountId: {DEMO_INSTANCE}
  enabled: true
"""
OFF = CONNECTION.replace("  enabled: true\n", "")
PRIMARY = """\
apiVersion: reconciler/v1
kind: User
metadata: {name: lea-martin}
spec:
  account: acme
  vendor: dimensions
  email: lea@acme-dental.example
  displayName: Lea Martin
  primary: true
  roles: [customer.user, admin.user]
"""
IMPORTED = """\
apiVersion: reconciler/v1
kind: User
metadata: {name: tom-lang}
spec:
  account: acme
  vendor: dimensions
  email: tom@acme-dental.example
  displayName: Tom Lang
  roles: [customer.user.uc, customer.user.uc.softphone, customer.user.supervisorl1]
  devices: [{id: tom-softphone, clientType: desktop}]
"""
SMALL: Mapping[str, str] = {"nordwind": RESELLER, "acme": CUSTOMER, "lea": PRIMARY}
"""A customer and its administrator."""
ESTATE: Mapping[str, str] = {**SMALL, "kazoo": TEMPLATE, "hq": CONNECTION, "tom": IMPORTED}
"""The main job."""
WHOLE: Mapping[str, Any] = {
    "customers": [("acme", True)],
    "pbxs": [("acme-hq", True)],
    "users": [
        ("lea@acme-dental.example", "Lea Martin"),
        ("reception@acme-dental.example", "Reception"),
        ("tom@acme-dental.example", "Tom Lang"),
    ],
    "devices": [("tom-softphone", "desktop", 1)],
    "invited": ["lea@acme-dental.example"],
}
"""The books after it."""
SECRETS: Mapping[str, str] = {
    "KAZOO_API_KEY": 'kZ9-"käy"&\\<4/+=%7>',
    "TCX_LICENCE": "3CX-L1c-QQ42-ZZ81-7731-Pp",
    "TCX_PASSWORD": "pßw 3cx+/=?'$%\"9",
}
"""Secrets of manifests by the variable that holds them."""


class Telephones(Vendor):
    """The simulated Dimensions as its staff sees it; its imports come at once."""

    def __init__(self, origin: str) -> None:
        super().__init__(origin, name="dimensions")
        self.sim("POST", "/reset")
        self.settings(syncDelay=0)

    def books(self) -> dict[str, Any]:
        """Return what the books say of our customers, by things that do not depend on ids or times."""
        state = self.sim("GET", "/state")
        ours = {row["id"] for row in state["customers"] if row["parentTenantId"] == ACCOUNT_ID}
        mails = [mail for mail in self.sim("GET", "/outbox") if mail["template"] == "activation"]
        return {
            "customers": sorted((row["reference"], row["enabled"]) for row in state["customers"] if row["id"] in ours),
            "pbxs": sorted((row["name"], row["enabled"]) for row in state["pbxs"] if row["tenantId"] in ours),
            "users": sorted(
                (row["email"], row["displayName"]) for row in state["users"] if row["primaryTenant"] in ours
            ),
            "devices": sorted((row["deviceId"], row["clientType"], row["assigns"]) for row in state["devices"]),
            "invited": sorted(mail["to"] for mail in mails),
        }

    def mutations(self) -> list[str]:
        """Return the mutating requests since the last time, with what stands for an id as `-`."""
        return [shape(line) for line in super().mutations()]

    def accepted(self) -> list[str]:
        """Return the requests that accepted charges."""
        lines = [line for line in self.sim("GET", "/log") if "accept-charges" in line["headers"]]
        return [shape(f"{line['method']} {line['path']}") for line in lines]

    def sign_ins(self) -> list[int | None]:
        """Return how each request for a token ended at the vendor; 400 is a refresh token that is dead."""
        return [line["performed"] for line in self.sim("GET", "/log") if line["path"] == "/connect/token"]

    def issued(self) -> list[str]:
        """Return every refresh and access token that the vendor can have given out in a day of work."""
        return [make(number) for number in range(1, 16) for make in (refresh_token, access_token)]


def shape(line: str) -> str:
    """Return a request with its ids left out."""
    return re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "-", line.replace("/api/v1.0", ""))


def refresh_token(number: int) -> str:
    """Return the n-th refresh token; the sandbox makes them from a counter."""
    return f"sim-refresh-{number}-{hashlib.sha256(f'refresh-{number}'.encode()).hexdigest()[:32]}"


def access_token(number: int) -> str:
    """Return the n-th access token of the reseller."""
    claims = {"jti": number, "level": "reseller", "tenantId": ACCOUNT_ID}
    head, body = (_packed(json.dumps(part).encode()) for part in ({"alg": "none", "typ": "JWT"}, claims))
    return ".".join([head, body, _packed(hashlib.sha256(body.encode()).digest())])


class Exchange(Killed):
    """A repository whose one vendor is the simulated Dimensions."""

    vendor: Telephones

    def __init__(self, root: Path, vendor: Telephones, manifests: Mapping[str, str] = ESTATE) -> None:
        super().__init__(root, vendor, manifests)
        self.env |= {**DIMENSIONS, **SECRETS}
        self.configure(CONFIGURATION)


@contextlib.contextmanager
def exchange(root: Path, origin: str, manifests: Mapping[str, str] = ESTATE) -> Iterator[Exchange]:
    """Make a repository for the sandbox at `origin`, whose books of Dimensions are emptied."""
    with contextlib.closing(Telephones(origin)) as vendor:
        yield Exchange(root, vendor, manifests)


def play(
    stage: Stage, root: Path, case: Callable[[Exchange], T], manifests: Mapping[str, str] = ESTATE
) -> "concurrent.futures.Future[T]":
    """Play a case on the stage, in a repository of its own."""

    def one(vendor: Vendor) -> T:
        with exchange(root, vendor.origin, manifests) as made:
            return case(made)

    return stage.play(one)


def _packed(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
