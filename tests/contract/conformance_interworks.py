"""The BSS on the bench of the conformance suite."""

from collections.abc import Iterator

from reconciler.contract import Effect
from reconciler.sandbox import Sandbox, create_interworks_app
from reconciler.testing import conformance
from reconciler.testing.conformance import Chapter
from reconciler.vendors.interworks.plugin import PLUGIN
from tests.contract.conformance_office import books, office

RESELLER = """
apiVersion: reconciler/v1
kind: Account
metadata: {name: nordwind}
spec:
  displayName: Nordwind
  role: Reseller
  email: it@nordwind.example
  vendors: {avg: {email: keys@nordwind.example}, panda: {username: nordwind}}
---
"""
CUSTOMER = """
apiVersion: reconciler/v1
kind: Account
metadata: {name: acme}
spec:
  displayName: Acme Dental
  parent: nordwind
  email: it@acme.example
  vendors: {avg: {email: keys@acme.example}, panda: {username: acme}, bittitan: {}}
---
"""
ORDERS = """
apiVersion: reconciler/v1
kind: Order
metadata: {name: acme-avg}
spec:
  vendor: avg
  account: acme
  execute: true
  items: [{product: AVG-IS-BE, quantity: 25}]
---
apiVersion: reconciler/v1
kind: Order
metadata: {name: acme-panda}
spec:
  vendor: panda
  account: acme
  execute: true
  items: [{product: PANDA-EP, quantity: 4}, {product: PANDA-EPP, quantity: 1}]
---
apiVersion: reconciler/v1
kind: Order
metadata: {name: acme-boxes}
spec: {vendor: bittitan, account: acme, execute: true, items: [{product: BT-MAILBOX, quantity: 3}]}
"""
ALL = RESELLER + CUSTOMER + ORDERS


def issued(app: Sandbox) -> Iterator[str]:
    """Yield the keys and coupons that were given out."""
    for asset in books(app)["assets"]:
        yield from (str(asset[name]) for name in ("licenseKey", "couponCode") if asset[name])


BENCH = conformance.Bench(
    plugin=PLUGIN,
    app=lambda now: create_interworks_app(clock=now),
    books=books,
    credentials={
        "clientKey": "demo-key",
        "clientSecret": "demo-secret",
        "username": "demo",
        "password": "demo-password",
    },
    story=(
        Chapter("everything new", ALL),
        Chapter("a name changed", ALL.replace("Acme Dental", "Acme Dental Ltd"), again=("acme-avg",)),
        Chapter("other options", ALL.replace("keys@acme.example", "new-keys@acme.example")),
        Chapter("ordering off", ALL.replace("  parent: nordwind", "  parent: nordwind\n  ensure: disabled")),
        Chapter("ordering on", ALL),
    ),
    delay=lambda app, seconds: office(app).change_settings({"lag": seconds, "lagOn": ["accounts", "orders", "assets"]}),
    counts={
        Effect.NOTIFIES: lambda app: len(office(app).outbox()),
        Effect.COSTS: lambda app: len(books(app)["charges"]),
    },
    issued=issued,
    excuses={
        "reached panda/sync resynchronize": "no option of Panda can change once an account is synchronised",
        "reached bittitan/sync resynchronize": "BitTitan has no options that could change",
    },
)
