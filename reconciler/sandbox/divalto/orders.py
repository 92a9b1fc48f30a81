"""Orders of the partner: create once, read, list, change and delete drafts (`divalto.md` 6.2 and 6.3)."""

import dataclasses
from collections.abc import Mapping
from datetime import datetime

from reconciler.sandbox.divalto import formrules, moments, shapes
from reconciler.sandbox.divalto.calls import Call, stale
from reconciler.sandbox.divalto.cases import filling
from reconciler.sandbox.divalto.errors import ORDER_INVALID, REFERENCE_CONFLICT, Refused, malformed
from reconciler.sandbox.divalto.keeping import begin, keep, listed, order_of, require_status
from reconciler.sandbox.divalto.records import BROUILLON, Deletion, JsonMap, Order
from reconciler.sandbox.divalto.store import Desk
from reconciler.sandbox.divalto.wire import BODY_FIELDS, disguised, shown, shown_order
from reconciler.sandbox.messages import JsonObject, Reply

_UNORDERED = frozenset({"lines", "recipients"})


def create_order(desk: Desk, call: Call) -> Reply:
    """Answer `POST /orders`: a draft, or the one that the same reference and content made before."""
    body = _read(call)
    reference = str(body["clientReference"])
    for deleted in desk.books.deletions.find("reference", (call.partner, reference)):
        raise _conflict(deleted.order_number, deleted=True)
    for order in desk.books.orders.find("reference", (call.partner, reference)):
        if canonical(body, filled=order.filled) != canonical(order.body, filled=order.filled):
            raise _conflict(order.order_number)
        return answer_order(desk, call, order=order)
    number = f"CDE-{call.now.year}-{desk.books.count('order'):06d}"
    order = Order(
        order_number=number,
        partner=call.partner,
        client_reference=reference,
        body=body,
        filled=filling(desk, body, partner=call.partner),
        created_utc=call.at,
        modified_utc=call.at,
        since_utc=call.at,
    )
    order = begin(desk, order, now=call.now)
    shown = disguised(desk, shown_order(desk, order))
    return call.created(shown, place=f"/v1/orders/{number}", version=order.version)


def list_orders(desk: Desk, call: Call) -> Reply:
    """Answer `GET /orders`; a look-up by reference knows what was just written, other lists may lag."""
    query = call.query
    reference = query.get("clientReference")
    if reference is not None:
        found = desk.books.orders.find("reference", (call.partner, reference))
        rows = [disguised(desk, shown_order(desk, order)) for order in found]
    else:
        own = (order for order in desk.books.orders if order.partner == call.partner)
        known = (listed(desk, order, now=call.now) for order in own)
        rows = [row for row in known if row is not None]
    rows = [row for row in rows if _matches(row, query)]
    return call.listed(sorted(rows, key=lambda row: str(row["orderNumber"])))


def read_order(desk: Desk, call: Call) -> Reply:
    """Answer `GET /orders/{order}`."""
    return answer_order(desk, call, order=order_of(desk, call.ids["order"], partner=call.partner))


def replace_order(desk: Desk, call: Call) -> Reply:
    """Answer `PUT /orders/{order}`: other content for a draft, under the same reference."""
    order = order_of(desk, call.ids["order"], partner=call.partner)
    version, body = call.sent_version(), _read(call)
    require_status(order, BROUILLON)
    if version != order.version:
        raise stale(order.version)
    if body["clientReference"] != order.client_reference:
        raise _conflict(order.order_number)
    filled = filling(desk, body, partner=call.partner)
    return answer_order(
        desk, call, order=keep(desk, dataclasses.replace(order, body=body, filled=filled), now=call.now)
    )


def delete_order(desk: Desk, call: Call) -> Reply:
    """Answer `DELETE /orders/{order}`: a draft goes, its reference stays taken."""
    order, books = order_of(desk, call.ids["order"], partner=call.partner), desk.books
    require_status(order, BROUILLON)
    if call.request.headers.get("if-match") and call.sent_version() != order.version:
        raise stale(order.version)
    books.orders.remove(order.order_number)
    for document in books.documents.find("order", order.order_number):
        books.documents.remove(document.document_id)
        books.contents.remove(document.document_id)
    books.deletions.put(Deletion(order.order_number, order.partner, order.client_reference, call.at))
    return call.answer({"orderNumber": order.order_number, "deleted": True})


def read_history(desk: Desk, call: Call) -> Reply:
    """Answer `GET /orders/{order}/history`, oldest first."""
    order = order_of(desk, call.ids["order"], partner=call.partner)
    names = ("atUTC", "from", "to", "actor", "reason")
    steps = [shown(step) for step in desk.books.history.find("order", order.order_number)]
    return call.listed([{name: step[name] for name in names} for step in steps])


def answer_order(desk: Desk, call: Call, *, order: Order) -> Reply:
    """Answer with an order and its version."""
    return call.answer(disguised(desk, shown_order(desk, order)), version=order.version)


def canonical(body: JsonMap, *, filled: JsonMap) -> object:
    """Return what two bodies must have in common to be the same order (`divalto.md` 6.3).

    Values equal to what the server filled in do not count, so that an order that was read may be sent back.
    """
    return _plain({name: value for name, value in body.items() if filled.get(name) != value}, name="")


def _plain(value: object, *, name: str) -> object:
    if isinstance(value, dict):
        kept = {key: _plain(item, name=key) for key, item in sorted(value.items()) if item is not None}
        return {key: item for key, item in kept.items() if item is not None}
    if isinstance(value, list | tuple):
        items = [_plain(item, name=name) for item in value]
        return sorted(items, key=repr) if name in _UNORDERED else items
    if isinstance(value, str):
        text = value.strip()
        return text.lower() if name in {"email", "recipients"} else text
    return value


def _read(call: Call) -> JsonObject:
    body = call.form()
    shapes.require(shapes.ORDER, body)
    found = list(formrules.client_reference(str(body.get("clientReference") or "")))
    if found:
        raise Refused(422, "Commande invalide", code=ORDER_INVALID, details=found)
    return {name: body[name] for name in BODY_FIELDS if body.get(name) is not None}


def _conflict(number: str, **params: object) -> Refused:
    return Refused(
        409, "Référence client déjà utilisée", code=REFERENCE_CONFLICT, params={"orderNumber": number, **params}
    )


def _matches(row: JsonObject, query: Mapping[str, str]) -> bool:
    site, status = query.get("siteNumber"), query.get("status")
    if site is not None and site not in {row["siteNumber"], row["assignedSiteNumber"]}:
        return False
    if status is not None and status != row["status"]:
        return False
    since = query.get("modifiedSinceUTC")
    return since is None or moments.read(str(row["modifiedUTC"])) >= _moment(since)


def _moment(text: str) -> datetime:
    try:
        return moments.read(text)
    except ValueError as error:
        raise malformed("date invalide", field="modifiedSinceUTC") from error
