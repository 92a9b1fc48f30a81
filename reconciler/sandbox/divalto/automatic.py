"""What the staff does without being told, as the policy says, when it is due; nothing runs in between (section 9)."""

from datetime import datetime, timedelta

from reconciler.sandbox.divalto import deciding
from reconciler.sandbox.divalto.keeping import due
from reconciler.sandbox.divalto.moments import read
from reconciler.sandbox.divalto.records import A_TRAITER, EN_COURS, PROVISIONING, Order
from reconciler.sandbox.divalto.settings import ACCEPT, NONE, Settings
from reconciler.sandbox.divalto.store import Desk

_REASON = "Refus automatique"


def settle(desk: Desk, now: datetime) -> None:
    """Decide everything that has come due since the last time, at the moments it was due."""
    since, desk.settled = desk.settled, max(now, desk.settled)
    if desk.settings.auto == NONE:
        return
    for request in desk.books.change_requests.find("status", A_TRAITER):
        at = read(request.submitted_utc) + timedelta(hours=desk.settings.hours_a_traiter)
        if at <= now:
            details = {"decision": desk.settings.auto, "reason": _REASON}
            deciding.decide_change(desk, request.id, details=details, now=max(at, since))
    for order in desk.books.orders.find("open", True):
        _advance(desk, order, since=since, now=now)


def _advance(desk: Desk, order: Order, *, since: datetime, now: datetime) -> None:
    hours = _hours(desk.settings)
    while order.status in hours:
        at = due(order, hours=hours[order.status])
        if at > now:
            return
        decision = _decision(order.status, accept=desk.settings.auto == ACCEPT)
        details = {"decision": decision, "reason": _REASON}
        order = deciding.decide(desk, order.order_number, details=details, now=min(now, max(at, since)))


def _hours(settings: Settings) -> dict[str, float]:
    """Return the hours an order stays in each status that the staff ends by itself."""
    return {
        A_TRAITER: settings.hours_a_traiter,
        EN_COURS: settings.hours_en_cours,
        PROVISIONING: settings.hours_provisioning,
    }


def _decision(status: str, *, accept: bool) -> str:
    if status == A_TRAITER:
        return "take"
    if not accept:
        return "refuse"
    return "validate" if status == EN_COURS else "provisioned"
