"""Every registered vendor with its simulator, as the conformance suite needs it."""

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.contract import Effect
from reconciler.sandbox import Sandbox, create_interworks_app
from reconciler.testing import conformance
from reconciler.testing.conformance import Books, Chapter
from reconciler.vendors.interworks.plugin import PLUGIN as INTERWORKS_PLUGIN


def office(app: Sandbox) -> Any:
    """Return what is behind the only vendor of a sandbox."""
    (gate,) = app.gates.values()
    return gate.simulator.office


def books(app: Sandbox) -> Books:
    """Return the vendor's books and its mails."""
    found = office(app)
    return {**found.books(app.clock.now()), "mails": found.outbox()}


def row(app: Sandbox, table: str, **values: Any) -> Mapping[str, Any]:
    """Return the one row of a table with these values."""
    (found,) = [one for one in books(app)[table] if all(one[name] == value for name, value in values.items())]
    return found


def edit(app: Sandbox, table: str, key: str, **values: Any) -> None:
    """Change a row by hand."""
    office(app).edit({"what": table, "id": key, "set": values}, app.clock.now())


def issued(app: Sandbox) -> Iterator[str]:
    """Yield the keys and coupons that were given out."""
    for asset in books(app)["assets"]:
        yield from (str(asset[name]) for name in ("licenseKey", "couponCode") if asset[name])


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
  items: [{product: AVG-IS-BE, quantity: 25}, {product: AVG-AV-BE, quantity: 2}]
---
apiVersion: reconciler/v1
kind: Order
metadata: {name: acme-panda}
spec: {vendor: panda, account: acme, execute: true, items: [{product: PANDA-EP, quantity: 4}]}
---
apiVersion: reconciler/v1
kind: Order
metadata: {name: acme-boxes}
spec: {vendor: bittitan, account: acme, execute: true, items: [{product: BT-MAILBOX, quantity: 3}]}
"""
ALL = RESELLER + CUSTOMER + ORDERS

INTERWORKS = conformance.Bench(
    plugin=INTERWORKS_PLUGIN,
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
        Chapter("a name changed", ALL.replace("Acme Dental", "Acme Dental Ltd")),
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
        "reached avg/order resend": "asked for by a person only, never part of a plan",
        "reached panda/sync resynchronize": "no option of Panda can change once an account is synchronised",
        "reached bittitan/sync resynchronize": "BitTitan has no options that could change",
    },
)

BENCHES: Mapping[str, conformance.Bench] = {"interworks": INTERWORKS}
"""By the name of the plug-in."""

SUITES = {name: conformance.suite(bench) for name, bench in BENCHES.items()}


def with_(bench: conformance.Bench, **changes: Any) -> conformance.Suite:
    """Return the suite over a bench that differs."""
    return conformance.suite(dataclasses.replace(bench, **changes))
