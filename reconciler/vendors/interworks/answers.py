"""What an answer of the BSS proves, and what it says. Pure and total.

Judging: a 4xx of the table counts as "not done" only with a JSON object as body, as the vendor sends it. A page of
HTML may come from a proxy that has passed the request on; a look-up then costs little and a wrong guess much. 401,
403 and 429 are decided before anything is done, by whoever answers.
"""

from collections.abc import Callable, Mapping

from reconciler.contract import Answer, Done, Outcome, Refused, SignIn, Step, Token, Unclear, Verdict
from reconciler.errors import BadAnswer
from reconciler.model import Json, Secret
from reconciler.vendors.interworks import catalogue, rows, wire

LONGEST = 300


def judge(answer: Answer) -> Verdict:
    """Say what an answer proves about its request."""
    if answer.ok:
        return Verdict.CLEAR
    if answer.status == 401:
        return Verdict.SIGNED_OUT
    if answer.status == 429:
        return Verdict.RATE_LIMITED
    if answer.status == 403:
        limited = _text(answer, wire.ERROR_TYPE).lower() == wire.RATE_LIMIT or "retry-after" in answer.headers
        return Verdict.RATE_LIMITED if limited else Verdict.REFUSED
    if answer.status in wire.REFUSING and isinstance(answer.data, Mapping):
        return Verdict.REFUSED
    return Verdict.UNCLEAR


def explain(answer: Answer) -> str:
    """Return the vendor's own words for a failed answer, short."""
    kind, message = _text(answer, wire.ERROR_TYPE), _text(answer, wire.ERROR_MESSAGE)
    code = _member(answer, wire.RESULT_CODE)
    parts = [part for part in (kind, message) if part]
    if isinstance(code, int) and code:
        parts.append(f"code {code}")
    return (", ".join(parts) or f"status {answer.status} without an explanation")[:LONGEST]


def sign_in(credentials: Mapping[str, Secret]) -> SignIn:
    """Return how to get a token: key and secret in HTTP Basic only, user and password in the form."""
    return SignIn(
        path=wire.TOKEN_PATH,
        form={"grant_type": "password", "username": credentials["username"], "password": credentials["password"]},
        read=read_token,
        basic=(credentials["clientKey"], credentials["clientSecret"]),
    )


def read_token(data: Json) -> Token:
    """Return the token; ValueError when there is none. A missing or odd lifetime counts as ten minutes."""
    token = data.get("access_token") if isinstance(data, Mapping) else None
    if not isinstance(token, str) or not token or not isinstance(data, Mapping):
        raise ValueError("token answer has no access_token")
    lifetime = data.get("expires_in")
    if isinstance(lifetime, str) and lifetime.isdecimal() and len(lifetime) < 10:
        lifetime = int(lifetime)
    known = isinstance(lifetime, int | float) and not isinstance(lifetime, bool) and 0 < lifetime < 1e9
    return Token(Secret(token), float(lifetime) if known and isinstance(lifetime, int | float) else _ASSUMED)


_ASSUMED = wire.ASSUMED_TOKEN_LIFETIME


def interpret(step: Step, answer: Answer) -> Outcome:
    """Read the answer to a step's request."""
    if not answer.ok:
        if judge(answer) is Verdict.REFUSED:
            conflict = _text(answer, wire.ERROR_TYPE).lower() == wire.CONFLICT
            return Refused(explain(answer), conflict=conflict)
        return Unclear(explain(answer))
    if not answer.readable:
        return Unclear(f"status {answer.status} with a body that is no JSON")
    try:
        return _READERS.get(_kind(step), _strange)(step, answer)
    except BadAnswer as error:
        return Unclear(str(error))


def _kind(step: Step) -> str:
    order = step.address.type == "order"
    return f"order-{step.operation}" if order and step.operation == catalogue.CREATE else step.operation


def _account_created(step: Step, answer: Answer) -> Outcome:
    account = rows.account(rows.folded(answer.data, what="answer"))
    if account.code is not None and account.code != step.body.get("reference"):
        return Unclear(f"account {account.id} with reference {account.code} came back, which is not ours")
    return Done(str(account.id))


def _account_patched(step: Step, answer: Answer) -> Outcome:
    account = rows.account(rows.folded(answer.data, what="answer"))
    if str(account.id) != step.target:
        return Unclear(f"account {account.id} came back for {step.target}")
    return Done(str(account.id))


def _options_set(step: Step, answer: Answer) -> Outcome:
    for row in rows.listed(answer.data, what="answer"):
        rows.sync_option(rows.folded(row, what="row of the answer"))
    return Done(step.target or "")


def _synchronized(step: Step, answer: Answer) -> Outcome:
    row = rows.folded(answer.data, what="answer")
    code = rows.whole(row, wire.RESULT_CODE, what="answer")
    if code is None:
        return Unclear("answer has no Code")
    if code != 0:
        return Refused(explain(answer))
    return Done(rows.text(row, wire.RESULT_VALUE, what="answer") or step.target or "")


def _order_created(step: Step, answer: Answer) -> Outcome:
    order = rows.order(rows.folded(answer.data, what="answer"))
    if order.name != step.body.get("reference"):
        return Unclear(f"order {order.id} named {order.name} came back, which is not ours")
    return Done(order.id)


def _executed(step: Step, answer: Answer) -> Outcome:
    """Read the answer to an execution; a code other than 0 in a 200 may still have billed, so it is not clear."""
    row = rows.folded(answer.data, what="answer")
    code, result = (rows.whole(row, wire.RESULT_CODE, what="answer"), rows.text(row, wire.RESULT_VALUE, what="answer"))
    if code != 0:
        return Unclear(explain(answer))
    if step.target is not None and result is not None and result.lower() != step.target.lower():
        return Unclear(f"order {result} came back for {step.target}")
    number = step.target or result
    return Done(number) if number else Unclear("answer names no order")


def _resent(step: Step, answer: Answer) -> Outcome:
    code = rows.whole(rows.folded(answer.data, what="answer"), wire.RESULT_CODE, what="answer")
    if code is None:
        return Unclear("answer has no Code")
    return Done(step.target or "") if code == 0 else Refused(explain(answer))


def _strange(step: Step, answer: Answer) -> Outcome:
    return Unclear(f"operation {step.operation} has no answer of status {answer.status}")


_READERS: Mapping[str, Callable[[Step, Answer], Outcome]] = {
    catalogue.CREATE: _account_created,
    catalogue.UPDATE: _account_patched,
    catalogue.ENABLE: _account_patched,
    catalogue.DISABLE: _account_patched,
    catalogue.SET_OPTIONS: _options_set,
    catalogue.SYNCHRONIZE: _synchronized,
    catalogue.RESYNCHRONIZE: _synchronized,
    f"order-{catalogue.CREATE}": _order_created,
    catalogue.EXECUTE: _executed,
    catalogue.RESEND: _resent,
}


def _member(answer: Answer, name: str) -> Json:
    data = answer.data if isinstance(answer.data, Mapping) else {}
    return next((value for key, value in data.items() if key.lower() == name), None)


def _text(answer: Answer, name: str) -> str:
    value = _member(answer, name)
    return value if isinstance(value, str) else ""
