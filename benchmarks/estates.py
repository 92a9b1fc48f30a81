"""Generated projects: the manifests, the configuration, and the rows a vendor holds when all of it is applied.

Manifests and rows come from the same numbers, so that a vendor which starts with the rows needs no change.
"""

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PROJECT = "bench"
CREDENTIALS = {
    "BSS_CLIENT_KEY": "bench-key",
    "BSS_CLIENT_SECRET": "bench-secret",
    "BSS_USERNAME": "bench",
    "BSS_PASSWORD": "bench-word",
}
CREATED = "2026-01-01T00:00:00+00:00"

_CONFIGURATION = """\
apiVersion: reconciler/v1
kind: Project
metadata: {{name: {project}}}
status: null
vendors:
  interworks:
    url: {url}
    credentials: {{clientKey: {{env: BSS_CLIENT_KEY}}, clientSecret: {{env: BSS_CLIENT_SECRET}},
                  username: {{env: BSS_USERNAME}}, password: {{env: BSS_PASSWORD}}}}
    limits: {{concurrency: {concurrency}, perSecond: 10000}}
  avg: {{via: interworks, systemCode: AVG}}
policy:
  limits: {{creates: 1000000, updates: 1000000, executes: 1000000, notifications: 1000000}}
"""
_ACCOUNT = """\
---
apiVersion: reconciler/v1
kind: Account
metadata:
  name: {name}
  labels: {{region: r{region}}}
spec:
  displayName: Account {number}
  email: it@{name}.example
  phone: "+47 22 00 {number}"
  currency: EUR
  vendors:
    interworks: {{}}
"""
_SYNC = "    avg: {{email: keys@{name}.example}}\n"
_ORDER = """\
---
apiVersion: reconciler/v1
kind: Order
metadata:
  name: order-{number}
spec:
  vendor: avg
  account: {account}
  execute: true
  items:
    - product: AVG-IS-BE
      quantity: 5
"""


@dataclasses.dataclass(frozen=True)
class Estate:
    """`size` manifests in at most `files` files; with `mixed`, every tenth is an order for a synchronised account."""

    size: int
    mixed: bool = False
    files: int = 100

    def is_order(self, number: int) -> bool:
        """Return whether a manifest is an order; it belongs to the account before it."""
        return self.mixed and number % 10 == 0

    def is_synced(self, number: int) -> bool:
        """Return whether an account has an order after it."""
        return self.mixed and number % 10 == 9 and number < self.size

    def manifest(self, number: int) -> str:
        """Return the text of a manifest; numbers begin with 1."""
        if self.is_order(number):
            return _ORDER.format(number=f"{number:06}", account=name_of(number - 1))
        text = _ACCOUNT + (_SYNC if self.is_synced(number) else "")
        return text.format(name=name_of(number), number=f"{number:06}", region=number % 10)

    def accounts(self) -> Iterator[dict[str, Any]]:
        """Yield the account rows of a vendor in step; the id is the number of the manifest."""
        return (account_row(number) for number in range(1, self.size + 1) if not self.is_order(number))

    def orders(self) -> Iterator[dict[str, Any]]:
        """Yield the order rows."""
        return (order_row(number) for number in range(1, self.size + 1) if self.is_order(number))

    def write(self, root: Path, *, url: str, concurrency: int = 8) -> None:
        """Write the project."""
        specs = root / "specs"
        specs.mkdir(parents=True)
        write_configuration(root, url=url, concurrency=concurrency)
        share = -(-self.size // self.files)
        for index, first in enumerate(range(1, self.size + 1, share)):
            numbers = range(first, min(first + share, self.size + 1))
            text = "".join(self.manifest(number) for number in numbers)
            (specs / f"part-{index:03}.yaml").write_text(text, encoding="utf-8")


def write_configuration(root: Path, *, url: str, concurrency: int = 8) -> None:
    """Write `reconciler.yaml` for a vendor at `url`."""
    text = _CONFIGURATION.format(project=PROJECT, url=url, concurrency=concurrency)
    (root / "reconciler.yaml").write_text(text, encoding="utf-8")


def name_of(number: int) -> str:
    """Return the name of an account."""
    return f"account-{number:06}"


def account_row(number: int) -> dict[str, Any]:
    """Return an account as the vendor lists it."""
    name = name_of(number)
    return {
        "id": number,
        "name": f"Account {number:06}",
        "code": name,
        "email": f"it@{name}.example",
        "phone": f"+47 22 00 {number:06}",
        "currency": "EUR",
        "orderingEnabled": True,
        "resellingEnabled": False,
        "billToAccountId": None,
        "parentAccountId": None,
        "createdAt": CREATED,
        "updatedAt": CREATED,
    }


def order_row(number: int) -> dict[str, Any]:
    """Return an executed order as the vendor lists it."""
    return {
        "id": f"o-{number}",
        "code": f"SO-{number}",
        "name": f"{PROJECT}/order-{number:06}#1",
        "accountId": number - 1,
        "billToAccountId": number - 1,
        "status": "Executed",
        "items": [{"productCode": "AVG-IS-BE", "quantity": 5}],
        "createdAt": CREATED,
    }


def asset_row(number: int) -> dict[str, Any]:
    """Return what an executed order gave."""
    return {
        "id": f"a-{number}",
        "orderId": f"o-{number}",
        "productCode": "AVG-IS-BE",
        "quantity": 5,
        "syncStatus": "Synchronized",
        "externalId": f"x-{number}",
        "purchaseDate": CREATED,
        "licenseKey": f"BENCH-{number:06}",
    }


def status_row(number: int) -> dict[str, Any]:
    """Return how far an account is with AVG."""
    return {"SystemCode": "AVG", "Status": "Synchronized", "ExternalID": f"avg-{number}", "Comments": ""}


def option_rows(number: int) -> list[dict[str, Any]]:
    """Return the synchronisation options of an account at AVG."""
    values = {"parentAccount": None, "email": f"keys@{name_of(number)}.example", "role": "User"}
    return [
        {"SystemCode": "AVG", "ID": name, "Value": value, "Definition": {"ID": name, "IsRequired": name == "email"}}
        for name, value in values.items()
    ]
