"""All rules of an order in the order of the form, and what a dry run answers (`divalto.md` section 7)."""

from collections.abc import Callable, Iterator, Sequence

from reconciler.sandbox.divalto import formrules, productrules, shapes
from reconciler.sandbox.divalto.calls import Call
from reconciler.sandbox.divalto.cases import Case, filling
from reconciler.sandbox.divalto.errors import ORDER_INVALID, Refused
from reconciler.sandbox.divalto.records import Order
from reconciler.sandbox.divalto.store import Desk
from reconciler.sandbox.messages import JsonObject, Reply
from reconciler.sandbox.tables import to_json

RULES: Sequence[Callable[[Case], Iterator[JsonObject]]] = (
    formrules.reference,
    formrules.type_and_origin,
    formrules.generation_and_solution,
    formrules.site,
    formrules.opportunity,
    formrules.contact,
    formrules.delivery,
    formrules.recipients,
    formrules.documents,
    formrules.complements,
    productrules.products,
    productrules.levels,
)


def judged(case: Case) -> list[JsonObject]:
    """Return everything there is to say about an order; only errors make it invalid."""
    return [found for rule in RULES for found in rule(case)]


def validate(desk: Desk, call: Call) -> Reply:
    """Answer `POST /orders/validate`; nothing is kept."""
    body = call.form()
    shapes.require(shapes.VALIDATION, body)
    given = body.pop("documents", None)
    documents = given if isinstance(given, list) else []
    whole = {**body, **filling(desk, body, partner=call.partner)}
    results = judged(Case(desk, call.partner, whole, documents, call.now, submitting=False))
    valid = not any(item["severity"] == "error" for item in results)
    return call.answer({"valid": valid, "catalogRevision": desk.catalog.revision, "results": results})


def require_valid(desk: Desk, call: Call, *, order: Order) -> None:
    """Refuse with 422 and the findings unless an order may be submitted now."""
    documents = [to_json(row) for row in desk.books.documents.find("order", order.order_number)]
    case = Case(desk, order.partner, {**order.body, **order.filled}, documents, call.now, submitting=True)
    results = judged(case)
    if any(item["severity"] == "error" for item in results):
        raise Refused(422, "Commande invalide", code=ORDER_INVALID, details=results)
