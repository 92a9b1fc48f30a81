"""Divalto on the bench of the conformance suite, with a staff that says yes at once."""

from collections.abc import Callable, Iterator
from datetime import datetime

from reconciler.contract import Effect
from reconciler.sandbox import Sandbox, create_divalto_app
from reconciler.testing import conformance
from reconciler.testing.conformance import Chapter
from reconciler.vendors.divalto.plugin import PLUGIN
from tests.contract.conformance_office import books, edit, office
from tests.contract.divalto_manifests import PRIMO, SITE

KEY = "P001-TEST@DEMOKEYDEMOKEYDEMOKEYDEMOKEYDEMOKEY"
PLACED = PRIMO.replace("2031-03-03", "2026-06-01")
DRAFT = PLACED.replace("{name: primo}", "{name: draft}").replace("execute: true", "execute: false")
CORRECTED = DRAFT.replace("signatory: Lea Martin", "signatory: Lea Durand") + "  quoteNumber: D-17\n"
MOVED = SITE.replace("0001", "0002")
ANSWERED = f"""{PLACED}  complement:
    number: 1
    answer: here it is
    documents: [{{type: BON_DE_COMMANDE, generate: {{signatory: Lea Durand}}}}]
"""


def sales(now: Callable[[], datetime]) -> Sandbox:
    """Return a simulator whose staff decides everything with yes, at once."""
    app = create_divalto_app(clock=now)
    office(app).change_settings({"auto": "accept", "hoursATraiter": 0.0, "hoursEnCours": 0.0, "hoursProvisioning": 0.0})
    return app


def reopen(app: Sandbox) -> None:
    """Have the staff ask for a complement of the order that was placed."""
    number = next(row["orderNumber"] for row in books(app)["orders"] if row["clientReference"].endswith("/primo#1"))
    asked = {"askedUTC": "2026-01-01T00:00:00Z", "text": "signez"}
    edit(app, "orders", number, status="EN_ATTENTE", processedUTC=None, requestedInformation=asked)


def issued(app: Sandbox) -> Iterator[str]:
    """Yield the access codes of the certificates."""
    yield from (str(row["accessCode"]) for row in books(app)["certificates"])


SHORT = "the vendor counts none of them; each step reads its order by number again before anything leaves"
BENCH = conformance.Bench(
    plugin=PLUGIN,
    app=sales,
    books=books,
    credentials={"apiKey": KEY},
    options={"partner": "P001"},
    story=(
        Chapter("everything new", f"{PLACED}---{DRAFT}---{SITE}"),
        Chapter("the draft and the site changed", f"{PLACED}---{CORRECTED}---{MOVED}"),
        Chapter("a complement answered", f"{ANSWERED}---{CORRECTED}---{MOVED}", before=reopen),
    ),
    delay=lambda app, seconds: office(app).change_settings({"staleLists": seconds}),
    issued=issued,
    counts={Effect.NOTIFIES: lambda app: len(office(app).outbox())},
    excuses={
        "whole-lists divalto list-orders records/*/certificate/recipients": SHORT,
        "whole-lists divalto list-orders records/*/documents": SHORT,
    },
)
