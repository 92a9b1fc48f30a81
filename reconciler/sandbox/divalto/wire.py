"""From rows to what goes out: the vendor's spelling of moments, and whole orders with what hangs on them."""

from reconciler.sandbox.divalto.records import (
    A_TRAITER,
    ANNULEE,
    BROUILLON,
    EN_ATTENTE,
    EN_COURS,
    PROVISIONING,
    REFUSEE,
    TRAITEE,
    Order,
)
from reconciler.sandbox.divalto.settings import EVERY_ORDER
from reconciler.sandbox.divalto.store import Desk
from reconciler.sandbox.messages import JsonObject
from reconciler.sandbox.tables import Row, to_json

LABELS = {
    BROUILLON: "Brouillon",
    A_TRAITER: "A traiter",
    EN_COURS: "En cours",
    EN_ATTENTE: "En attente de complément",
    PROVISIONING: "Provisioning",
    TRAITEE: "Traité",
    REFUSEE: "Refusée",
    ANNULEE: "Annulée",
}
BODY_FIELDS = (
    "clientReference",
    "orderType",
    "origin",
    "generation",
    "solution",
    "siteNumber",
    "newSite",
    "opportunityCode",
    "lines",
    "primaryContact",
    "certificate",
    "divaltoQuoteNumber",
    "comments",
    "replacesOrderNumber",
)
_OWN = (
    "orderNumber",
    "version",
    "status",
    "statusReason",
    "requestedInformation",
    "createdUtc",
    "submittedUtc",
    "modifiedUtc",
    "processedUtc",
    "assignedSiteNumber",
    "certificateIds",
)


def outward(value: object) -> object:
    """Return JSON with the vendor's `UTC` in names where rows have `Utc`."""
    if isinstance(value, dict):
        return {_renamed(str(name)): outward(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [outward(item) for item in value]
    return value


def outward_row(values: JsonObject) -> JsonObject:
    """Return the fields of one row with the vendor's `UTC` in names."""
    return {_renamed(name): outward(value) for name, value in values.items()}


def inward(values: JsonObject) -> JsonObject:
    """Return the fields of one row by the names rows have, the inverse of `outward`."""
    return {
        f"{name[:-3]}Utc" if name.endswith("UTC") else name: [inward(item) for item in value]
        if isinstance(value, list) and all(isinstance(item, dict) for item in value)
        else value
        for name, value in values.items()
    }


def shown(row: Row) -> JsonObject:
    """Return a row as replies show it."""
    return outward_row(to_json(row, hidden=False))


def seen(row: Row) -> JsonObject:
    """Return a row as the staff sees it: with the simulator's own fields."""
    return outward_row(to_json(row))


def shown_order(desk: Desk, order: Order) -> JsonObject:
    """Return an order as replies show it."""
    row = to_json(order)
    documents = desk.books.documents.find("order", order.order_number)
    own: JsonObject = {_renamed(name): outward(row[name]) for name in _OWN}
    return {
        **{name: order.body.get(name) for name in BODY_FIELDS},
        **order.filled,
        **own,
        "statusLabel": LABELS.get(order.status, order.status),
        "documents": [shown(document) for document in documents],
        "links": {"portal": None},
    }


def disguised(desk: Desk, shown: JsonObject) -> JsonObject:
    """Return a shown order with an unknown status word, if the settings want one."""
    words = desk.settings.unknown_status
    word = words.get(str(shown["orderNumber"])) or words.get(EVERY_ORDER)
    return {**shown, "status": word, "statusLabel": word} if word else shown


def _renamed(name: str) -> str:
    return f"{name[:-3]}UTC" if name.endswith("Utc") else name
