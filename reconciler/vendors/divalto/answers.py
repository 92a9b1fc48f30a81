"""What an answer of Divalto proves, and what it says. Pure and total.

Both levels count: the status, and a failure inside a 2xx, judged like that status. A refusal counts only in the
vendor's own error body: a page may come from a proxy that has passed the request on. 401, 403 and 429 are decided
before anything is done.
"""

from collections.abc import Callable, Mapping

from reconciler.contract import Answer, Done, Outcome, Refused, Step, Unclear, Verdict
from reconciler.errors import BadAnswer
from reconciler.vendors.divalto import catalogue, failures, rows, wire

LOOK_AGAIN = frozenset({412, 428})
NEW_KEY = "make a new key on my.divalto.com under Clé d'API and set `credentials.apiKey`"


def judge(answer: Answer) -> Verdict:
    """Say what an answer proves about its request. That something is missing is an answer, on the inner level too."""
    status = failures.status_of(answer)
    if 200 <= status < 300:
        return Verdict.CLEAR
    if status == 401:
        return Verdict.SIGNED_OUT
    if status == 429:
        return Verdict.RATE_LIMITED
    if answer.ok and status == 404:
        return Verdict.CLEAR
    if status == 403 or (status in wire.REFUSING and isinstance(answer.data, Mapping)):
        return Verdict.REFUSED
    return Verdict.UNCLEAR


def explain(answer: Answer) -> str:
    """Return the vendor's own words for a failed answer, short, with the cure where the key is the cause."""
    told = failures.explain(answer)
    return f"{told}; {NEW_KEY}" if failures.code_of(answer) in wire.KEY_CODES else told


def interpret(step: Step, answer: Answer) -> Outcome:
    """Read the answer to a step's request."""
    if failures.fails(answer):
        return _failed(answer)
    if not answer.readable:
        return Unclear(f"status {answer.status} with a body that is no JSON")
    try:
        return _READERS.get(step.operation.partition(":")[0], _strange)(step, answer)
    except BadAnswer as error:
        return Unclear(str(error))


def _failed(answer: Answer) -> Outcome:
    status, told = failures.status_of(answer), explain(answer)
    if judge(answer) is not Verdict.REFUSED and status != 404:
        return Unclear(told)
    if failures.code_of(answer) == wire.CONFLICT:
        number = failures.parameter(answer, "orderNumber")
        holder = (
            f"order {number} has this reference; look at it, or" if number else "a deleted order had this reference;"
        )
        return Refused(f"{told}: {holder} raise `revision`", conflict=True)
    if status in LOOK_AGAIN:
        return Refused(f"{told}; it changed meanwhile, plan again")
    return Refused(told, conflict=status == 409)


def _order(answer: Answer) -> rows.Order:
    """Return the order that an answer shows; its documents are looked at elsewhere."""
    return rows.order({"documents": (), **rows.folded(answer.data, what="answer")})


def _created(step: Step, answer: Answer) -> Outcome:
    order = _order(answer)
    if order.reference != step.body.get("reference"):
        return Unclear(f"order {order.number} with reference {order.reference} came back, which is not ours")
    return Done(order.number)


def _changed(step: Step, answer: Answer) -> Outcome:
    order = _order(answer)
    if step.target is not None and order.number != step.target:
        return Unclear(f"order {order.number} came back for {step.target}")
    return Done(order.number)


def _submitted(step: Step, answer: Answer) -> Outcome:
    order = _order(answer)
    if step.target is not None and order.number != step.target:
        return Unclear(f"order {order.number} came back for {step.target}")
    if order.status == wire.BROUILLON:
        return Unclear(f"order {order.number} is still {order.status}")
    return Done(order.number)


def _attached(step: Step, answer: Answer) -> Outcome:
    document = rows.document(rows.folded(answer.data, what="answer"))
    if document.type != step.body.get("type"):
        return Unclear(f"document {document.id} of another type came back")
    return Done(step.target or "")


def _requested(step: Step, answer: Answer) -> Outcome:
    request = rows.change_request(rows.folded(answer.data, what="answer"))
    if step.target is not None and request.site not in {None, step.target}:
        return Unclear(f"change request {request.id} of site {request.site} came back, which is not ours")
    return Done(step.target or request.site or "")


def _strange(step: Step, answer: Answer) -> Outcome:
    return Unclear(f"operation {step.operation} has no answer of status {answer.status}")


_READERS: Mapping[str, Callable[[Step, Answer], Outcome]] = {
    catalogue.CREATE: _created,
    catalogue.CORRECT: _changed,
    catalogue.ATTACH: _attached,
    catalogue.DETACH: lambda step, _: Done(step.target or ""),
    catalogue.SUBMIT: _submitted,
    catalogue.COMPLEMENT: _changed,
    catalogue.REQUEST: _requested,
}
