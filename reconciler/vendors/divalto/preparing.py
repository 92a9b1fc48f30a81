"""The one request of each step, made after a last look. StepRefused when what is there is not what was planned."""

import base64
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from reconciler.contract import Call, Satisfied
from reconciler.errors import StepRefused
from reconciler.model import Json
from reconciler.vendors.divalto import catalogue, comparing, generating, moments, options, rows, showing, wire
from reconciler.vendors.divalto.desk import Desk
from reconciler.vendors.divalto.reading_orders import judged_body, judged_documents


async def prepare(desk: Desk) -> Call | Satisfied:
    """Make the request of a step; StepRefused for one that only a person can do."""
    step = desk.step
    made = _PREPARED.get((step.address.type, step.operation.partition(":")[0]))
    if made is None:
        raise StepRefused(f"{step.address} {step.operation} is done by a person; see its instructions in the plan")
    return await made(desk)


async def _create(desk: Desk) -> Call | Satisfied:
    there = await desk.client.fetch_orders_by_reference(desk.wanted.keys)
    if len(there) > 1:
        raise StepRefused(f"{len(there)} orders carry the reference of {desk.step.address}; a person must choose")
    full = await desk.whole()
    if there:
        _check_same(there[0], full.fields)
        return Satisfied(there[0].number)
    planned = {word: value for word, value in desk.step.body.items() if word != "reference"}
    if comparing.differing(full.fields, planned) or comparing.differing(planned, full.fields):
        raise StepRefused(f"{desk.step.address} is not what it was when it was planned; plan again", stale=True)
    body = {wire.REFERENCE: desk.wanted.keys[0], **showing.order_body(full.fields)}
    return wire.CREATE_ORDER.call(body=body)


def _check_same(order: rows.Order, fields: Mapping[str, Json]) -> None:
    words = comparing.differing(fields, showing.order_fields(order))
    if words:
        raise StepRefused(
            f"order {order.number} has another {', '.join(words)} than the manifest; plan again", stale=True
        )


async def _correct(desk: Desk) -> Call | Satisfied:
    order = _draft(await desk.order())
    full, shown = await desk.whole(), showing.order_fields(order)
    if not comparing.differing(full.fields, shown):
        return Satisfied(order.number)
    basis = desk.step.basis if isinstance(desk.step.basis, Mapping) else {}
    for word, before in basis.items():
        if comparing.differing({word: before}, shown) and comparing.differing({word: full.fields.get(word)}, shown):
            raise StepRefused(f"{word} of order {order.number} changed since it was planned; plan again", stale=True)
    # Said, because a vendor may keep what a correction leaves out.
    gone = [word for word, value in full.fields.items() if value is None and shown.get(word)]
    cleared = {wire.ORDER_FIELDS[word]: None for word in gone}
    body = {wire.REFERENCE: order.reference, **showing.order_body({**shown, **full.fields}), **cleared}
    return wire.CORRECT_ORDER.call({"order": order.number}, body=body, headers=_if_match(order))


def _draft(order: rows.Order) -> rows.Order:
    if order.status != wire.BROUILLON:
        raise StepRefused(f"order {order.number} is {order.status}, no draft any more; plan again", stale=True)
    return order


def _if_match(order: rows.Order) -> dict[str, str]:
    return {wire.IF_MATCH: f'"{order.version}"'}


async def _attach(desk: Desk) -> Call | Satisfied:
    order, document = await desk.order(), desk.step.body
    if not comparing.lacking([document], [showing.shown_document(one) for one in order.documents]):
        return Satisfied(order.number)
    if order.status not in {wire.BROUILLON, wire.EN_ATTENTE}:
        raise StepRefused(f"order {order.number} is {order.status} and takes no documents; plan again", stale=True)
    data = _bytes(desk, document)
    body: dict[str, Json] = {
        "documentType": document["type"],
        "fileName": document["name"],
        "contentType": document["contentType"],
        "sha256": hashlib.sha256(data).hexdigest(),
        "content": base64.b64encode(data).decode("ascii"),
    }
    return wire.ATTACH.call({"order": order.number}, body=body)


def _bytes(desk: Desk, document: Mapping[str, Any]) -> bytes:
    if document.get("generated"):
        return generating.render(_made(desk, document))
    data = desk.situation.attached(str(document["file"]))
    if hashlib.sha256(data).hexdigest() != document["sha256"]:
        raise StepRefused(f"{document['file']} changed since it was planned; plan again", stale=True)
    return data


def _made(desk: Desk, document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a document is made from, as declared now; its name tells whether that is what was planned."""
    declared = (*comparing.wanted_documents(desk.wanted), *comparing.complement_documents(desk.wanted))
    for one in declared:
        if (one["type"], one["name"]) == (document["type"], document["name"]):
            inputs: Mapping[str, Any] = one["generated"]
            return inputs
    raise StepRefused(f"{document['name']} of {desk.step.address} is not declared any more; plan again", stale=True)


async def _detach(desk: Desk) -> Call | Satisfied:
    order = _draft(await desk.order())
    if desk.part not in {one.id for one in order.documents}:
        return Satisfied(order.number)
    return wire.DETACH.call({"order": order.number, "document": desk.part}, headers=_if_match(order))


async def _submit(desk: Desk) -> Call | Satisfied:
    """Make the submission: only of a draft that is the manifest's, with its documents, that the vendor would take."""
    order, full = await desk.order(), await desk.whole()
    if order.status != wire.BROUILLON and order.status not in _KNOWN:
        raise StepRefused(f"order {order.number} is in status {order.status}, which is not known; look at it")
    if order.status != wire.BROUILLON:
        _check_same(order, _declared(desk))
        return Satisfied(order.number)
    _check_same(order, full.fields)
    if comparing.undeclared(desk.wanted, showing.order_fields(order)):
        raise StepRefused(f"order {order.number} has lines that the manifest has not; plan again", stale=True)
    _check_documents(desk, order)
    _check_day(desk)
    await _check_findings(desk, order)
    return wire.SUBMIT.call({"order": order.number}, body={"confirm": True}, headers=_if_match(order))


def _declared(desk: Desk) -> dict[str, Json]:
    """Return what a submitted order can be compared with: its opportunity may have changed since it was filled up."""
    filled = {"newSite"} if desk.wanted.options.get("prefilled") else set()
    return {word: value for word, value in desk.wanted.fields.items() if word not in filled}


_KNOWN = frozenset({*wire.AT_WORK, wire.EN_ATTENTE, *wire.TERMINAL})


def _check_documents(desk: Desk, order: rows.Order) -> None:
    wanted = comparing.wanted_documents(desk.wanted)
    shown = [showing.shown_document(one) for one in order.documents]
    if comparing.lacking(wanted, shown) or comparing.surplus(wanted, shown):
        raise StepRefused(f"documents of order {order.number} are not those of the manifest; plan again", stale=True)


def _check_day(desk: Desk) -> None:
    certificate: Any = desk.wanted.fields.get("certificate") or {}
    day = certificate.get("deliveryDate")
    if moments.is_past(day, desk.situation.now):
        raise StepRefused(f"deliveryDate {day} of {desk.step.address} is in the past; set a later one")


async def _check_findings(desk: Desk, order: rows.Order) -> None:
    if not desk.settings.able(options.CAN_VALIDATE):
        return
    found = await desk.client.fetch_findings(judged_body(order), judged_documents(order))
    told = "; ".join(f"{one.place} {one.code}: {one.message}" for one in found if one.severity == "error")
    if told:
        raise StepRefused(f"order {order.number} would be refused: {told}; correct the manifest")


async def _complement(desk: Desk) -> Call | Satisfied:
    order = await desk.order()
    basis = desk.step.basis if isinstance(desk.step.basis, Mapping) else {}
    if order.status != wire.EN_ATTENTE or order.asked_at != basis.get("askedAt"):
        raise StepRefused(
            f"order {order.number} does not wait for this answer any more ({order.status}); plan again", stale=True
        )
    shown = [showing.shown_document(one) for one in order.documents]
    if comparing.lacking(comparing.complement_documents(desk.wanted), shown):
        raise StepRefused(f"order {order.number} lacks documents of the answer; plan again", stale=True)
    body: dict[str, Json] = {"answer": desk.step.body["answer"], "confirm": True}
    return wire.COMPLEMENT.call({"order": order.number}, body=body, headers=_if_match(order))


async def _request(desk: Desk) -> Call | Satisfied:
    """Make the change request, unless it is made, nothing differs any more, or somebody else's is open."""
    step, wanted = desk.step, desk.wanted
    number = str(wanted.options["number"])
    site = await desk.client.fetch_site(number)
    if site is None:
        raise StepRefused(f"site {number} is not one of this partner's any more; plan again", stale=True)
    facts = showing.site_facts(site)
    if await desk.client.fetch_changes(wanted.keys, number) or not comparing.differing(step.body, facts):
        return Satisfied(number)
    if site.pending:
        raise StepRefused(f"another change request, {site.pending}, is open for site {number}; plan again", stale=True)
    basis = step.basis if isinstance(step.basis, Mapping) else {}
    if comparing.differing(basis, facts) or comparing.differing(step.body, wanted.fields):
        raise StepRefused(f"site {number} is not what it was when it was planned; plan again", stale=True)
    body: dict[str, Json] = {
        wire.REFERENCE: wanted.keys[0],
        "baseVersion": site.version,
        "changes": dict(step.body),
        "confirm": True,
    }
    return wire.REQUEST_CHANGE.call({"site": number}, body=body)


_PREPARED: Mapping[tuple[str, str], Callable[[Desk], Awaitable[Call | Satisfied]]] = {
    (catalogue.ORDER, catalogue.CREATE): _create,
    (catalogue.ORDER, catalogue.CORRECT): _correct,
    (catalogue.ORDER, catalogue.ATTACH): _attach,
    (catalogue.ORDER, catalogue.DETACH): _detach,
    (catalogue.ORDER, catalogue.SUBMIT): _submit,
    (catalogue.ORDER, catalogue.COMPLEMENT): _complement,
    (catalogue.SITE, catalogue.REQUEST): _request,
}
