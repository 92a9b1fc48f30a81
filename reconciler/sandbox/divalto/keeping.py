"""Orders as they are kept: versions, editions for lists that lag, history, and what may become of which status."""

import dataclasses
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from reconciler.sandbox.divalto.errors import ILLEGAL_TRANSITION, ORDER_LOCKED, Refused, not_found
from reconciler.sandbox.divalto.moments import read, stamp
from reconciler.sandbox.divalto.records import (
    A_TRAITER,
    ANNULEE,
    BROUILLON,
    EN_ATTENTE,
    EN_COURS,
    PROVISIONING,
    REFUSEE,
    TRAITEE,
    Edition,
    Order,
    Step,
)
from reconciler.sandbox.divalto.store import Desk
from reconciler.sandbox.divalto.wire import disguised, shown_order
from reconciler.sandbox.messages import JsonObject

# Section 8. Cancelling from a later status than A_TRAITER is for the staff only.
MOVES: Mapping[str, frozenset[str]] = {
    BROUILLON: frozenset({A_TRAITER}),
    A_TRAITER: frozenset({EN_COURS, REFUSEE, ANNULEE}),
    EN_COURS: frozenset({EN_ATTENTE, PROVISIONING, TRAITEE, REFUSEE, ANNULEE}),
    EN_ATTENTE: frozenset({EN_COURS, REFUSEE, ANNULEE}),
    PROVISIONING: frozenset({TRAITEE, REFUSEE, ANNULEE}),
}
_REASONED = frozenset({REFUSEE, EN_ATTENTE, ANNULEE})
_PROCESSED = frozenset({TRAITEE, REFUSEE, ANNULEE})


def order_of(desk: Desk, number: str, *, partner: str) -> Order:
    """Return a partner's order; refused with 404 otherwise."""
    order = desk.books.orders.get(number)
    if order is None or order.partner != partner:
        raise not_found(f"Commande {number}")
    return order


def keep(desk: Desk, order: Order, *, now: datetime) -> Order:
    """Keep a changed order as its next version."""
    kept = dataclasses.replace(order, version=order.version + 1, modified_utc=stamp(now))
    desk.books.orders.put(kept)
    edition = Edition(
        f"{kept.order_number}:{kept.version}", kept.order_number, kept.modified_utc, shown_order(desk, kept)
    )
    desk.books.editions.put(edition)
    return kept


def begin(desk: Desk, order: Order, *, now: datetime) -> Order:
    """Keep a new draft."""
    _step(desk, order.order_number, moved=(None, BROUILLON), now=now, actor="partner", reason=None)
    return keep(desk, order, now=now)


def move(
    desk: Desk, order: Order, to: str, *, now: datetime, actor: str, reason: str | None = None, **changes: Any
) -> Order:
    """Bring an order into another status; refused with 409 where the status machine has no such way."""
    if to not in MOVES.get(order.status, ()):
        raise no_way(order, to)
    _step(desk, order.order_number, moved=(order.status, to), now=now, actor=actor, reason=reason)
    moved = dataclasses.replace(
        order,
        status=to,
        status_reason=reason if to in _REASONED else None,
        requested_information={"askedUTC": stamp(now), "text": reason} if to == EN_ATTENTE else None,
        processed_utc=stamp(now) if to in _PROCESSED else None,
        since_utc=stamp(now),
        **changes,
    )
    return keep(desk, moved, now=now)


def no_way(order: Order, to: str) -> Refused:
    """Return the refusal of a move the status machine does not have."""
    params = {"from": order.status, "to": to}
    return Refused(409, f"Passage de {order.status} à {to} impossible", code=ILLEGAL_TRANSITION, params=params)


def require_status(order: Order, *allowed: str) -> None:
    """Refuse with 409 to change an order whose status does not allow it."""
    if order.status not in allowed:
        raise Refused(409, "Commande verrouillée", code=ORDER_LOCKED, params={"status": order.status})


def listed(desk: Desk, order: Order, *, now: datetime) -> JsonObject | None:
    """Return an order as lists show it, which may lag; None while they do not know it."""
    shown: JsonObject | None = shown_order(desk, order)
    if desk.settings.stale_lists:
        horizon = horizon_of(desk, now=now)
        editions = [row for row in desk.books.editions.find("order", order.order_number) if row.at_utc <= horizon]
        shown = dict(editions[-1].shown) if editions else None
    return None if shown is None else disguised(desk, shown)


def horizon_of(desk: Desk, *, now: datetime) -> str:
    """Return the moment up to which lists know."""
    return stamp(now - timedelta(seconds=desk.settings.stale_lists))


def due(order: Order, *, hours: float) -> datetime:
    """Return when an order has been in its status for so many hours."""
    return read(order.since_utc) + timedelta(hours=hours)


def _step(
    desk: Desk, number: str, *, moved: tuple[str | None, str], now: datetime, actor: str, reason: str | None
) -> None:
    step = Step(desk.books.count("step"), number, stamp(now), *moved, actor, reason)
    desk.books.history.put(step)
