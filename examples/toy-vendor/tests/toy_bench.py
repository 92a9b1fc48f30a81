"""The mail host on a bench: a story that reaches everything it declares, and a look into its books."""

from pathlib import Path

from toy_vendor.plugin import PLUGIN
from toy_vendor.simulator import KEY, MailHost

from reconciler.contract import Effect
from reconciler.testing import conformance
from reconciler.testing.conformance import Chapter, Fixed

NEW = (Path(__file__).parents[1] / "specs" / "acme.yaml").read_text(encoding="utf-8")
CHANGED = (
    NEW.replace("quota: 5", "quota: 9")
    .replace("env: ACME_PASSWORD", "env: NEW_PASSWORD")
    .replace(", it@borg.", ", b@borg.")
)
ENDED = CHANGED.replace("displayName: Borg", "displayName: Borg\n  ensure: absent").replace(
    "owner: acme", "owner: acme\n  ensure: absent"
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
    environ={"ACME_PASSWORD": "correct-horse-battery", "NEW_PASSWORD": "battery-staple-correct"},
    story=(Chapter("new", NEW), Chapter("changed", CHANGED), Chapter("ended", ENDED)),
    fixed=(
        fixed("toy/mailbox/acme", "mailboxes", "it@acme.example"),
        fixed("toy/list/news", "lists", "news@acme.example"),
    ),
    delay=lambda app, seconds: setattr(app, "lag", seconds),
    counts={Effect.NOTIFIES: lambda app: len(app.mails), Effect.COSTS: lambda app: len(app.charges)},
)
