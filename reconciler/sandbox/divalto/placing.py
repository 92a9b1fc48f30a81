"""What a partner does with a whole order: submit it, answer a request for complement, cancel it (`divalto.md` 6, 8)."""

from reconciler.sandbox.divalto import shapes
from reconciler.sandbox.divalto.calls import Call, stale
from reconciler.sandbox.divalto.errors import ORDER_INVALID, Refused, unconfirmed
from reconciler.sandbox.divalto.formrules import required
from reconciler.sandbox.divalto.judging import require_valid
from reconciler.sandbox.divalto.keeping import move, no_way, order_of
from reconciler.sandbox.divalto.orders import answer_order
from reconciler.sandbox.divalto.records import A_TRAITER, ANNULEE, BROUILLON, EN_ATTENTE, EN_COURS, Answer, Submission
from reconciler.sandbox.divalto.store import Desk
from reconciler.sandbox.messages import JsonObject, Reply


def submit(desk: Desk, call: Call) -> Reply:
    """Answer `POST /orders/{order}/submit`; the version that was submitted may be sent again, to no effect."""
    order = order_of(desk, call.ids["order"], partner=call.partner)
    _read(call, shapes.CONFIRMATION)
    version = call.sent_version()
    if order.status != BROUILLON:
        if version != order.submitted_version:
            raise no_way(order, A_TRAITER)
        return answer_order(desk, call, order=order)
    if version != order.version:
        raise stale(order.version)
    require_valid(desk, call, order=order)
    desk.books.submissions.put(Submission(desk.books.count("submission"), order.order_number, call.at, version))
    order = move(
        desk,
        order,
        A_TRAITER,
        now=call.now,
        actor="partner",
        submitted_utc=call.at,
        submitted_version=version,
        submissions=order.submissions + 1,
    )
    return answer_order(desk, call, order=order)


def complement(desk: Desk, call: Call) -> Reply:
    """Answer `POST /orders/{order}/complement`, while the staff waits for it."""
    order = order_of(desk, call.ids["order"], partner=call.partner)
    body = _read(call, shapes.COMPLEMENT)
    version = call.sent_version()
    if order.status != EN_ATTENTE:
        raise no_way(order, EN_COURS)
    if version != order.version:
        raise stale(order.version)
    answer = str(body.get("answer") or "").strip()
    if not answer:
        raise Refused(422, "Réponse absente", code=ORDER_INVALID, details=[required("/answer")])
    desk.books.answers.put(Answer(desk.books.count("answer"), order.order_number, call.at, answer))
    return answer_order(desk, call, order=move(desk, order, EN_COURS, now=call.now, actor="partner", reason=answer))


def cancel(desk: Desk, call: Call) -> Reply:
    """Answer `POST /orders/{order}/cancel`, possible until the staff takes the order."""
    order = order_of(desk, call.ids["order"], partner=call.partner)
    body = call.form()
    shapes.require(shapes.CANCELLATION, body)
    version = call.sent_version()
    if order.status != A_TRAITER:
        raise no_way(order, ANNULEE)
    if version != order.version:
        raise stale(order.version)
    reason = str(body.get("reason") or "").strip()
    if not reason:
        raise Refused(422, "Motif absent", code=ORDER_INVALID, details=[required("/reason")])
    return answer_order(desk, call, order=move(desk, order, ANNULEE, now=call.now, actor="partner", reason=reason))


def _read(call: Call, shape: shapes.Check) -> JsonObject:
    body = call.form()
    shapes.require(shape, body)
    if body.get("confirm") is not True:
        raise unconfirmed()
    return body
