"""The mail host on a bench: a story that reaches everything it declares, and a look into its books."""

from toy_vendor.plugin import PLUGIN
from toy_vendor.simulator import KEY, MailHost

from reconciler.contract import Effect
from reconciler.testing import conformance
from reconciler.testing.conformance import Chapter, Fixed

NEW = """
apiVersion: reconciler/v1
kind: Account
metadata: {name: acme}
spec:
  displayName: Acme
  vendors:
    toy: {address: it@acme.example, quota: 5, aliases: [info@acme.example, hr@acme.example], password: {env: ACME}}
---
apiVersion: reconciler/v1
kind: Account
metadata: {name: borg}
spec:
  displayName: Borg
  vendors: {toy: {address: it@borg.example}}
---
apiVersion: reconciler/v1
kind: MailingList
metadata: {name: news}
spec: {owner: acme, address: news@acme.example, members: [it@acme.example, it@borg.example]}
"""
CHANGED = NEW.replace("quota: 5", "quota: 9").replace("env: ACME}", "env: ACME_NEW}").replace(", it@borg.example]", "]")
ENDED = CHANGED.replace("displayName: Borg", "displayName: Borg\n  ensure: absent").replace(
    "news@acme.example,", "news@acme.example, ensure: absent,"
)


def fixed(address: str, table: str, text: str) -> Fixed:
    """Attack the address of an object, in its manifest and at the mail host."""

    def move(app: MailHost, number: str) -> None:
        app.tables[table][number]["address"] = "moved@other.example"

    return Fixed(address, "address", (f"address: {text}", "address: other@acme.example"), move)


BENCH = conformance.Bench(
    plugin=PLUGIN,
    app=MailHost,
    books=MailHost.books,
    credentials={"apiKey": KEY},
    environ={"ACME": "correct-horse-battery", "ACME_NEW": "battery-staple-correct"},
    story=(Chapter("new", NEW), Chapter("changed", CHANGED), Chapter("ended", ENDED)),
    fixed=(
        fixed("toy/mailbox/acme", "mailboxes", "it@acme.example"),
        fixed("toy/list/news", "lists", "news@acme.example"),
    ),
    delay=lambda app, seconds: setattr(app, "lag", seconds),
    counts={Effect.NOTIFIES: lambda app: len(app.mails), Effect.COSTS: lambda app: len(app.charges)},
)
