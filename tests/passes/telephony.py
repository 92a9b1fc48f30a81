"""A whole pass over Dimensions: what `harness` has, with the other vendor, its changing credential and its books."""

import dataclasses
from collections import Counter
from collections.abc import Mapping
from typing import Any

from reconciler import contract, sealing
from reconciler.ledger.protocol import Ledger, Scope
from reconciler.model import Secret
from reconciler.reconcile.credentials import Keeper
from reconciler.sandbox import Sandbox, create_dimensions_app
from reconciler.vendors.dimensions.plugin import PLUGIN
from tests.passes.harness import Estate

CLIENT = {"clientId": Secret("demo-client"), "clientSecret": Secret("demo-client-secret")}
ENTERPRISE = {
    "level": "enterprise",
    "accountTenantId": "a0000000-0000-4000-8000-000000000001",
}
INSTANCE = "0123456789abcdef0123456789abcdef"

RESELLER = """
apiVersion: reconciler/v1
kind: Account
metadata: {name: nordwind}
spec:
  displayName: Nordwind
  role: Reseller
  vendors: {dimensions: {}}
"""
CUSTOMER = """
apiVersion: reconciler/v1
kind: Account
metadata: {name: acme-dental}
spec:
  displayName: Acme Dental
  parent: nordwind
  reference: CRM-004711
  country: GB
  timezone: Europe/London
  notes: three sites
  vendors:
    dimensions:
      productType: TenantProfileType_voice
      syncAcdAgents: true
      features: {agent: 5}
"""
TEMPLATE = """
apiVersion: reconciler/v1
kind: PBXTemplate
metadata: {name: kazoo-uk}
spec:
  vendor: dimensions
  type: Kazoo
  default: true
  hostRest: https://rest.pbx.example
  hostWebsocket: wss://ws.pbx.example
  apiKey: {env: KAZOO_KEY}
"""
CONNECTION = f"""
apiVersion: reconciler/v1
kind: PBXConnection
metadata: {{name: acme-hq}}
spec:
  account: acme-dental
  vendor: dimensions
  template: kazoo-uk
  displayName: Acme HQ
  enabled: true
  monitorSubAccounts: true
  accountId: {INSTANCE}
"""
PRIMARY = """
apiVersion: reconciler/v1
kind: User
metadata: {name: lea-martin}
spec:
  account: acme-dental
  vendor: dimensions
  email: lea@acme.example
  displayName: Lea Martin
  primary: true
  roles: [customer.user, admin.user]
"""
IMPORTED = """
apiVersion: reconciler/v1
kind: User
metadata: {name: tom-lang}
spec:
  account: acme-dental
  vendor: dimensions
  email: Tom@Acme.example
  displayName: Tom Lang
  roles: [customer.user.uc, customer.user.uc.softphone, customer.user.supervisorl1]
  devices: [{id: tom-soft, clientType: desktop}]
"""
DIRECTORY = [
    {"email": "tom@acme.example", "displayName": "Tom L.", "devices": ["tom-soft", "tom-desk"]},
    {"email": "lea@acme.example", "displayName": "Lea M.", "isAcdAgent": True},
    {"email": "branch@acme.example", "displayName": "Branch", "subAccount": "branch"},
]
SMALL = (RESELLER, CUSTOMER, TEMPLATE, CONNECTION, PRIMARY, IMPORTED)


@dataclasses.dataclass
class Telephony(Estate):
    """An estate at Dimensions, at the level that `options` name; the reseller's own by default."""

    read_mode: str = "full"
    secrets: Mapping[str, str] = dataclasses.field(default_factory=lambda: {"KAZOO_KEY": "kazoo-master-key"})

    def __post_init__(self) -> None:
        super().__post_init__()
        self.options = {"reseller": "nordwind", **self.options}
        self.manifests = SMALL
        self.sim("POST", "/settings", {"readMode": self.read_mode})
        self.edit("directories", INSTANCE, users=DIRECTORY)

    def make_app(self) -> Sandbox:
        """Return the simulator, both its hosts at the root."""
        return create_dimensions_app(clock=self.clock.now)

    def vendor(self) -> contract.Vendor:
        """Return the adapter, signed in as the level says."""
        enterprise = self.options.get("level") == "enterprise"
        token = "demo-enterprise-refresh-token" if enterprise else "demo-refresh-token"
        credentials = {**CLIENT, "refreshToken": Secret(token)}
        options = {**PLUGIN.options, "loginUrl": "http://127.0.0.1", **self.options}
        return PLUGIN.create(contract.Setup("dimensions", credentials, options))

    def kinds(self) -> Any:
        """Return what the adapter adds to the manifest language."""
        return PLUGIN.kinds()

    def keeper(self, vendor: contract.Vendor, ledger: Ledger) -> Keeper | None:
        """Return who keeps the refresh token, sealed to this estate's identity."""
        sign_in = vendor.wire.sign_in
        assert sign_in is not None
        assert sign_in.rotation is not None
        names = (self.project, *self.former)
        return Keeper(
            ledger=ledger,
            vendor=vendor.name,
            scopes=tuple(Scope(name, None, "http://127.0.0.1") for name in names),
            host="http://127.0.0.1",
            start=sign_in.rotation.start,
            key=sealing.read_identity(self.identity),
            clock=self.clock,
        )

    def books(self) -> dict[str, Any]:
        """Return what the vendor's books say of our customers, by things that do not depend on ids or times."""
        state = self.sim("GET", "/state")
        ours = {
            row["id"]: row["reference"] for row in state["customers"] if row["reference"] and not row["dateDeleted"]
        }
        return {
            "customers": sorted(
                (row["reference"], row["enabled"], row["name"]) for row in state["customers"] if row["id"] in ours
            ),
            "pbxs": sorted(
                (ours[row["tenantId"]], row["name"], row["enabled"]) for row in state["pbxs"] if row["tenantId"] in ours
            ),
            "users": sorted(
                (row["email"].lower(), row["displayName"], tuple(sorted(row["roles"])))
                for row in state["users"]
                if row["primaryTenant"] in ours
            ),
            "devices": sorted((row["deviceId"], row["clientType"], row["assigns"]) for row in state["devices"]),
            "invitations": Counter(mail["to"].lower() for mail in self.mails("activation")),
        }

    def mails(self, template: str) -> list[dict[str, Any]]:
        """Return the mails of a kind."""
        return [mail for mail in self.sim("GET", "/outbox") if mail["template"] == template]

    def calls(self) -> list[str]:
        """Return the mutating requests so far, with what stands for an id as `-`, and forget them."""
        lines = [line for line in self.sim("GET", "/log") if line["mutating"]]
        self.sim("DELETE", "/log")
        return [f"{line['method']} {_shape(line['path'])}" for line in lines]


def _shape(path: str) -> str:
    parts = path.removeprefix("/api/v1.0/").split("/")
    return "/".join("-" if len(part) == 36 and part.count("-") == 4 else part for part in parts)
