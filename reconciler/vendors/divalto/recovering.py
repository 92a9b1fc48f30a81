"""Whether a step whose answer was lost was done. A look-up that fails proves nothing."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

from reconciler.contract import Absent, Found, Several, Unknown
from reconciler.errors import VendorError
from reconciler.vendors.divalto import catalogue, comparing, rows, showing, wire
from reconciler.vendors.divalto.client import reason_of
from reconciler.vendors.divalto.desk import Desk

Verdict: TypeAlias = Found | Absent | Several | Unknown


async def recover(desk: Desk) -> Verdict:
    """Look for what a step should have done."""
    look = _LOOKS.get((desk.step.address.type, desk.step.operation.partition(":")[0]))
    if look is None:
        return Unknown(f"Divalto has no way to tell whether {desk.step.operation} was done")
    try:
        return await look(desk)
    except VendorError as error:
        return Unknown(reason_of(error))


async def _created(desk: Desk) -> Verdict:
    found = await desk.client.fetch_orders_by_reference(desk.references)
    numbers = tuple(sorted(row.number for row in found))
    if len(numbers) > 1:
        return Several(numbers)
    return Found(numbers[0]) if numbers else Absent()


async def _order(desk: Desk) -> rows.Order | Verdict:
    """Return the order that a step was about, by its number or its reference."""
    same = desk.step.revision == desk.wanted.revision
    number = (desk.situation.ids.get(desk.step.address) if same else None) or desk.step.target
    if number is None:
        made = await _created(desk)
        if not isinstance(made, Found):
            return Unknown("the order cannot be found")
        number = made.vendor_id
    found = await desk.client.fetch_order(number)
    return found if found is not None else Unknown(f"order {number} is gone")


async def _corrected(desk: Desk) -> Verdict:
    order = await _order(desk)
    if not isinstance(order, rows.Order):
        return order
    return Absent() if comparing.differing(desk.step.body, showing.order_fields(order)) else Found(order.number)


async def _attached(desk: Desk) -> Verdict:
    order = await _order(desk)
    if not isinstance(order, rows.Order):
        return order
    shown = [showing.shown_document(one) for one in order.documents]
    return Absent() if comparing.lacking([desk.step.body], shown) else Found(order.number)


async def _detached(desk: Desk) -> Verdict:
    order = await _order(desk)
    if not isinstance(order, rows.Order):
        return order
    return Absent() if desk.part in {one.id for one in order.documents} else Found(order.number)


async def _submitted(desk: Desk) -> Verdict:
    order = await _order(desk)
    if not isinstance(order, rows.Order):
        return order
    if order.status == wire.BROUILLON:
        return Absent()
    known = order.status in {*wire.AT_WORK, *wire.TERMINAL, wire.EN_ATTENTE} or order.submitted_at is not None
    return Found(order.number) if known else Unknown(f"order {order.number} is in status {order.status}")


async def _answered(desk: Desk) -> Verdict:
    """Take an answer for given when the request it was for is not open any more."""
    order = await _order(desk)
    if not isinstance(order, rows.Order):
        return order
    basis = desk.step.basis if isinstance(desk.step.basis, Mapping) else {}
    waits = order.status == wire.EN_ATTENTE and order.asked_at == basis.get("askedAt")
    return Absent() if waits else Found(order.number)


async def _requested(desk: Desk) -> Verdict:
    number = str(desk.wanted.options["number"])
    found = await desk.client.fetch_changes(desk.wanted.keys, number)
    return Found(number) if found else Absent()


_LOOKS: Mapping[tuple[str, str], Callable[[Desk], Awaitable[Verdict]]] = {
    (catalogue.ORDER, catalogue.CREATE): _created,
    (catalogue.ORDER, catalogue.CORRECT): _corrected,
    (catalogue.ORDER, catalogue.ATTACH): _attached,
    (catalogue.ORDER, catalogue.DETACH): _detached,
    (catalogue.ORDER, catalogue.SUBMIT): _submitted,
    (catalogue.ORDER, catalogue.COMPLEMENT): _answered,
    (catalogue.SITE, catalogue.REQUEST): _requested,
}
