"""What the staff decides: orders and site change requests, told by the control plane or by the policy (section 8).

A decision that the status machine does not have is a ValueError: it is a person's mistake, not a caller's.
"""

import dataclasses
from collections.abc import Callable, Mapping
from datetime import datetime

from reconciler.sandbox.divalto import certificates, mails
from reconciler.sandbox.divalto.cases import lines_of, part
from reconciler.sandbox.divalto.errors import Refused
from reconciler.sandbox.divalto.keeping import move
from reconciler.sandbox.divalto.moments import stamp
from reconciler.sandbox.divalto.records import (
    A_TRAITER,
    ACCEPTEE,
    ANNULEE,
    EN_ATTENTE,
    EN_COURS,
    PROVISIONING,
    REFUSEE,
    TRAITEE,
    Activation,
    ChangeRequest,
    JsonMap,
    Order,
    Site,
)
from reconciler.sandbox.divalto.settings import ON_VALIDATION
from reconciler.sandbox.divalto.shapes import SITE_FACTS
from reconciler.sandbox.divalto.store import Desk
from reconciler.sandbox.tables import with_values

ADV, CLOUD = "adv", "cloud"
FIRST_SITE = 200001


@dataclasses.dataclass(frozen=True)
class Verdict:
    """What a person says with a decision, and when."""

    reason: str | None
    site: str | None
    now: datetime


Decision = Callable[[Desk, Order, Verdict], Order]


def decide(desk: Desk, number: str, *, details: Mapping[str, object], now: datetime) -> Order:
    """Carry out a decision on an order; `details` has `decision`, `reason` and `assignedSiteNumber`."""
    order, decision = desk.books.orders.get(number), str(details.get("decision"))
    if order is None:
        raise LookupError(f"order {number} does not exist")
    if decision not in _DECISIONS:
        raise ValueError(f"decision is {decision}; known are {', '.join(_DECISIONS)}")
    verdict = Verdict(_text(details.get("reason")), _text(details.get("assignedSiteNumber")), now)
    try:
        return _DECISIONS[decision](desk, order, verdict)
    except Refused as refused:
        raise ValueError(f"order {number} is {order.status}; {decision} is not possible now") from refused


def decide_change(desk: Desk, key: str, *, details: Mapping[str, object], now: datetime) -> ChangeRequest:
    """Accept or refuse a change request; `applied` is what the staff writes (default: what was asked)."""
    request, decision = desk.books.change_requests.get(key), details.get("decision")
    if request is None:
        raise LookupError(f"change request {key} does not exist")
    if decision not in {"accept", "refuse"}:
        raise ValueError(f"decision is {decision}; known are accept, refuse")
    if request.status != A_TRAITER:
        raise ValueError(f"change request {key} is {request.status}; it was decided before")
    applied = details.get("applied", request.changes) if decision == "accept" else {}
    if not isinstance(applied, dict) or not set(applied) <= set(SITE_FACTS):
        raise ValueError(f"applied is no object of site facts; known are {', '.join(SITE_FACTS)}")
    site = desk.books.sites.get(request.site_number)
    if site is not None:
        changed = {"version": site.version + 1} if applied else {}
        desk.books.sites.put(with_values(site, {**applied, **changed, "pendingChangeRequestId": None}))
    decided = dataclasses.replace(
        request,
        status=ACCEPTEE if decision == "accept" else REFUSEE,
        status_reason=None if decision == "accept" else str(details.get("reason") or "Demande refusée"),
        decided_utc=stamp(now),
        applied=applied if decision == "accept" else None,
    )
    return desk.books.change_requests.put(decided)


def needs_cloud(desk: Desk, body: JsonMap) -> bool:
    """Say whether some line of an order needs the cloud team."""
    return any(bool((line.product or {}).get("technicalActivation")) for line in lines_of(desk.catalog, body))


def _take(desk: Desk, order: Order, verdict: Verdict) -> Order:
    if order.status == EN_ATTENTE:
        raise ValueError(f"order {order.order_number} waits for the partner's answer")
    return move(desk, order, EN_COURS, now=verdict.now, actor=ADV)


def _ask(desk: Desk, order: Order, verdict: Verdict) -> Order:
    return move(desk, order, EN_ATTENTE, now=verdict.now, actor=ADV, reason=verdict.reason or "Complément demandé")


def _refuse(desk: Desk, order: Order, verdict: Verdict) -> Order:
    actor = CLOUD if order.status == PROVISIONING else ADV
    order = move(desk, order, REFUSEE, now=verdict.now, actor=actor, reason=verdict.reason or "Commande refusée")
    mails.send_refused(desk, order, at=stamp(verdict.now))
    return order


def _cancel(desk: Desk, order: Order, verdict: Verdict) -> Order:
    return move(desk, order, ANNULEE, now=verdict.now, actor=ADV, reason=verdict.reason or "Commande annulée")


def _validate(desk: Desk, order: Order, verdict: Verdict) -> Order:
    if order.status != EN_COURS:
        raise ValueError(f"order {order.order_number} is {order.status}; take it first")
    number = _site_number(desk, order, wanted=verdict.site)
    order = dataclasses.replace(order, coming_site_number=number)
    if not needs_cloud(desk, order.body):
        return _finish(desk, order, number=number, actor=ADV, now=verdict.now)
    if desk.settings.certificate_timing == ON_VALIDATION:
        order = certificates.issue(desk, order, site_number=number, now=verdict.now)
    return move(desk, order, PROVISIONING, now=verdict.now, actor=ADV)


def _provisioned(desk: Desk, order: Order, verdict: Verdict) -> Order:
    if order.status != PROVISIONING:
        raise ValueError(f"order {order.order_number} is {order.status}; validate it first")
    number = order.coming_site_number or _site_number(desk, order, wanted=verdict.site)
    return _finish(desk, order, number=number, actor=CLOUD, now=verdict.now)


_DECISIONS: Mapping[str, Decision] = {
    "take": _take,
    "ask": _ask,
    "validate": _validate,
    "refuse": _refuse,
    "provisioned": _provisioned,
    "cancel": _cancel,
}


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _finish(desk: Desk, order: Order, *, number: str, actor: str, now: datetime) -> Order:
    _complete_site(desk, order, number=number, at=stamp(now))
    order = certificates.issue(desk, order, site_number=number, now=now)
    order = move(desk, order, TRAITEE, now=now, actor=actor, assigned_site_number=number)
    mails.send_processed(desk, order, at=stamp(now))
    return order


def _site_number(desk: Desk, order: Order, *, wanted: str | None) -> str:
    existing = str(order.body.get("siteNumber") or "").strip()
    if existing:
        return existing
    if wanted is not None:
        if desk.books.sites.get(wanted) is not None:
            raise ValueError(f"site {wanted} exists; give another assignedSiteNumber")
        return wanted
    number = FIRST_SITE
    while desk.books.sites.get(str(number)) is not None or any(
        order.coming_site_number == str(number) for order in desk.books.orders
    ):
        number += 1
    return str(number)


def _complete_site(desk: Desk, order: Order, *, number: str, at: str) -> None:
    old = desk.books.sites.get(number)
    facts = part(order.body, "newSite") if old is None else {}
    generation = order.filled.get("generation") or order.body.get("generation")
    site = old or Site(number, partner=order.partner, generation=None if generation is None else str(generation))
    lines = [line for line in lines_of(desk.catalog, order.body) if line.odata]
    active = tuple(Activation(line.family, line.reference, "ACTIVE", at, order.order_number) for line in lines)
    families = {line.family for line in lines}
    kept = tuple(item for item in site.activations if item.family not in families)
    changed = {**facts, "activations": (*kept, *active), "version": site.version + (old is not None and bool(active))}
    desk.books.sites.put(with_values(site, changed))
