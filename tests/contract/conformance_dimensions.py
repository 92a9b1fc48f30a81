"""Dimensions on the bench of the conformance suite, with the credentials of either level."""

import dataclasses
import re

from reconciler.contract import Effect
from reconciler.sandbox import Sandbox, create_dimensions_app
from reconciler.testing import conformance
from reconciler.testing.conformance import Books, Chapter, Fixed
from reconciler.vendors.dimensions.plugin import PLUGIN
from tests.contract import conformance_office
from tests.contract.conformance_office import edit, office

INSTANCE = "0123456789abcdef0123456789abcdef"
DIRECTORY = [
    {"email": "tom@acme.example", "displayName": "Tom L.", "devices": ["tom-soft", "tom-desk"]},
    {"email": "lea@acme.example", "displayName": "Lea M."},
]
NEW = f"""
apiVersion: reconciler/v1
kind: Account
metadata: {{name: nordwind}}
spec:
  displayName: Nordwind
  role: Reseller
  vendors: {{dimensions: {{description: north}}}}
---
apiVersion: reconciler/v1
kind: Account
metadata: {{name: acme}}
spec:
  displayName: Acme Dental
  parent: nordwind
  country: GB
  timezone: Europe/London
  notes: three sites
  vendors: {{dimensions: {{productType: TenantProfileType_uc, features: {{agent: 2}}}}}}
---
apiVersion: reconciler/v1
kind: PBXTemplate
metadata: {{name: kazoo}}
spec:
  vendor: dimensions
  type: Kazoo
  hostRest: https://rest.pbx.example
  hostWebsocket: wss://ws.pbx.example
  apiKey: {{env: KAZOO_KEY}}
---
apiVersion: reconciler/v1
kind: PBXConnection
metadata: {{name: acme-hq}}
spec:
  account: acme
  vendor: dimensions
  template: kazoo
  displayName: Acme HQ
  enabled: true
  monitorSubAccounts: false
  accountId: {INSTANCE}
---
apiVersion: reconciler/v1
kind: PBXConnection
metadata: {{name: acme-branch}}
spec:
  account: acme
  vendor: dimensions
  type: ThreeCX
  displayName: Acme Branch
  host: pbx.acme.example
  username: monitor
  password: {{env: BRANCH_PASSWORD}}
  licenseKey: {{env: BRANCH_LICENSE}}
---
apiVersion: reconciler/v1
kind: User
metadata: {{name: lea}}
spec:
  account: acme
  vendor: dimensions
  email: lea@acme.example
  displayName: Lea Martin
  primary: true
  roles: [customer.user, admin.user]
---
apiVersion: reconciler/v1
kind: User
metadata: {{name: tom}}
spec:
  account: acme
  vendor: dimensions
  email: tom@acme.example
  displayName: Tom Lang
  roles: [customer.user, customer.user.uc, customer.user.uc.softphone]
  devices: [{{id: tom-soft, clientType: desktop}}]
"""
CHANGED = (
    NEW.replace("description: north", "description: the north")
    .replace("three sites", "four sites")
    .replace("Acme HQ", "Acme Headquarters")
    .replace("Lea Martin", "Lea Martin-Ode")
    .replace("  devices: [{id: tom-soft, clientType: desktop}]", "  devices: []")
)


def ensuring(word: str) -> str:
    """Return the changed manifests with another `ensure` for everything that has one."""
    return re.sub(r"(?m)^  (displayName: .*)$", rf"  \1\n  ensure: {word}", CHANGED)


OFF = ensuring("disabled")
ENDED = ensuring("absent")


def books(app: Sandbox) -> Books:
    """Return the books; what is counted within a row is a row for each time."""
    found = dict(conformance_office.books(app))
    found["assignments"] = [{} for row in found["devices"] for _ in range(row["assigns"] + row["unassigns"])]
    return found


def starts(app: Sandbox) -> int:
    """Count how often a collector was started or restarted: each time a telephone system is not recorded."""
    return sum(row["starts"] + row["restarts"] for row in books(app)["pbxs"])


def watch_more(app: Sandbox, number: str) -> None:
    """Have a connection watch sub-accounts too, as only the vendor's staff can."""
    edit(app, "pbxs", number, monitorSubAccounts=True)


HQ = "dimensions/pbx/acme-hq"
_KAZOO = f"""  template: kazoo
  displayName: Acme HQ
  enabled: true
  monitorSubAccounts: false
  accountId: {INSTANCE}
"""
_THREE_CX = """  type: ThreeCX
  displayName: Acme HQ
  enabled: true
  host: hq.acme.example
  username: monitor
  password: {env: BRANCH_PASSWORD}
  licenseKey: {env: OTHER_LICENSE}
"""


EXCUSES = {
    "whole-lists dimensions read user data/roles": "the vendor counts no roles, so that a cut list of them cannot "
    "be told; the plan shows the role that it would ask for again",
    "found-again dimensions assignments": "devices are not shown; without our record they are assigned again, which "
    "changes nothing",
}
ENTERPRISE = conformance.Bench(
    plugin=PLUGIN,
    app=lambda now: create_dimensions_app(clock=now),
    books=books,
    credentials={
        "clientId": "demo-client",
        "clientSecret": "demo-client-secret",
        "refreshToken": "demo-enterprise-refresh-token",
    },
    options={"loginUrl": "http://127.0.0.1", "level": "enterprise"},
    environ={
        "KAZOO_KEY": "kazoo-master-key",
        "BRANCH_PASSWORD": "branch-password",
        "BRANCH_LICENSE": "ABCD-EFGH-IJKL",
        "OTHER_LICENSE": "MNOP-QRST-UVWX",
    },
    story=(
        Chapter("everything new", NEW, before=lambda app: edit(app, "directories", INSTANCE, users=DIRECTORY)),
        Chapter("everything changed", CHANGED, again=("User/tom",)),
        Chapter("everything off", OFF),
        Chapter("everything on again", CHANGED),
        Chapter("everything ended", ENDED),
    ),
    fixed=(
        Fixed(HQ, "type", (_KAZOO, _THREE_CX), None),
        Fixed(HQ, "accountId", (INSTANCE, INSTANCE[::-1]), None),
        Fixed(HQ, "monitorSubAccounts", ("monitorSubAccounts: false", "monitorSubAccounts: true"), watch_more),
        Fixed("dimensions/pbx/acme-branch", "licenseKey", ("env: BRANCH_LICENSE", "env: OTHER_LICENSE"), None),
        Fixed("dimensions/user/tom", "email", ("email: tom@acme", "email: thomas@acme"), None),
    ),
    delay=lambda app, seconds: office(app).change_settings({"lag": seconds}),
    counts={
        Effect.NOTIFIES: lambda app: len(office(app).outbox()),
        Effect.COSTS: lambda app: len(books(app)["charges"]),
        Effect.DISRUPTS: starts,
    },
    excuses=EXCUSES,
)

RESELLER = dataclasses.replace(
    ENTERPRISE,
    credentials={**ENTERPRISE.credentials, "refreshToken": "demo-refresh-token"},
    options={"loginUrl": "http://127.0.0.1", "reseller": "nordwind"},
    excuses={
        **EXCUSES,
        **{
            f"reached dimensions/reseller {name}": "only a service provider's credentials can"
            for name in ("create", "update", "enable", "disable", "delete")
        },
    },
)
