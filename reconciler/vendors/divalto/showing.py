"""From rows of Divalto to observed objects in manifest words. Pure; BadAnswer for a row that is wrong."""

from collections.abc import Mapping, Sequence
from typing import Any

from reconciler.contract import Asset, Observed, SyncStatus, Wanted
from reconciler.errors import BadAnswer
from reconciler.model import Json, Secret
from reconciler.vendors.divalto import catalogue, completing, normal, rows, wire

_PLAIN = ("type", "origin", "generation", "solution", "site", "opportunity", "quoteNumber", "comments", "replaces")
_STATUSES: Mapping[str, SyncStatus] = {
    wire.BROUILLON: SyncStatus.UNSYNCHRONIZED,
    **dict.fromkeys((*wire.AT_WORK, wire.EN_ATTENTE), SyncStatus.IN_PROGRESS),
    wire.TRAITEE: SyncStatus.SYNCHRONIZED,
    **dict.fromkeys(wire.ENDED_BADLY, SyncStatus.FAILED),
}


def order_fields(order: rows.Order) -> dict[str, Json]:
    """Return the client's part of an order in manifest words; what is not shown, or not whole, is missing."""
    what, body = f"order {order.number}", order.body
    fields: dict[str, Json] = {
        word: rows.text(body, wire.ORDER_FIELDS[word], what=what)
        for word in _PLAIN
        if wire.ORDER_FIELDS[word].lower() in body
    }
    for word, read in _PARTS.items():
        member = wire.ORDER_FIELDS[word].lower()
        value = read(body, member, what) if body.get(member) is not None else None
        if member in body and value is not _UNSEEN:
            fields[word] = value
    return fields


_UNSEEN: Json = "(not shown)"
"""Stands for a part without a member that every such part has: it is unknown, not different."""
_CONTACT_NEEDS = ("lastName", "firstName", "email")
_PHONES = ("phoneNumber", "mobilePhoneNumber")


def _new_site(body: rows.Row, member: str, what: str) -> Json:
    row, texts = _texts(body, member, wire.SITE_FACTS, what=what)
    return texts if _shows(row, completing.missing(texts)) else _UNSEEN


def _contact(body: rows.Row, member: str, what: str) -> Json:
    row, texts = _texts(body, member, wire.CONTACT_FIELDS, what=what)
    reachable = any(name.lower() in row for name in _PHONES)
    return texts if reachable and _shows(row, _CONTACT_NEEDS) else _UNSEEN


def _shows(row: rows.Row, names: Sequence[str]) -> bool:
    return all(name.lower() in row for name in names)


def _texts(body: rows.Row, member: str, names: Sequence[str], *, what: str) -> tuple[rows.Row, dict[str, Json]]:
    row = rows.folded(body[member], what=f"{member} of {what}")
    return row, normal.filled({name: rows.text(row, name, what=what) for name in names})


def _certificate(body: rows.Row, member: str, what: str) -> Json:
    row = rows.folded(body[member], what=f"{member} of {what}")
    if not _shows(row, (wire.DELIVERY_DATE, wire.RECIPIENTS)):
        return _UNSEEN
    found = row.get(wire.RECIPIENTS) or ()
    if not isinstance(found, list | tuple) or not all(isinstance(one, str) for one in found):
        raise BadAnswer(f"{wire.RECIPIENTS} of {what} are no texts; nothing was concluded from them")
    return {
        "deliveryDate": rows.text(row, wire.DELIVERY_DATE, what=what),
        "recipients": normal.recipients(str(one) for one in found),
    }


def _items(body: rows.Row, member: str, what: str) -> Json:
    def line(row: rows.Row) -> tuple[str, int]:
        return rows.needed(row, wire.ITEM_PRODUCT, what=what), rows.counted(row, wire.ITEM_QUANTITY, what=what)

    return normal.items(rows.listed(body, member, line, what=what))


_PARTS: Mapping[str, Any] = {
    "newSite": _new_site,
    "contact": _contact,
    "certificate": _certificate,
    "items": _items,
}


def order_body(fields: Mapping[str, Json]) -> dict[str, Json]:
    """Return an order's fields as the vendor takes them, without what is null."""
    body: dict[str, Json] = {}
    for word, value in fields.items():
        if value is not None:
            body[wire.ORDER_FIELDS[word]] = _sent(word, value)
    return body


def _sent(word: str, value: Any) -> Json:
    if word == "items":
        return [{wire.ITEM_PRODUCT: one["product"], wire.ITEM_QUANTITY: one["quantity"]} for one in value]
    if word == "certificate":
        return {wire.DELIVERY_DATE: value["deliveryDate"], wire.RECIPIENTS: list(value["recipients"])}
    return dict(value) if isinstance(value, Mapping) else value


def order(
    found: rows.Order,
    wanted: Wanted,
    *,
    prospect: Mapping[str, Json],
    assets: tuple[Asset, ...] = (),
    answered: int = 0,
    findings: Sequence[rows.Finding] = (),
) -> Observed:
    """Return an order as observed. What its opportunity pre-filled is no difference from a manifest that is silent."""
    fields = order_fields(found)
    extra: dict[str, Json] = {
        "status": found.status,
        "label": found.label,
        "reason": found.reason,
        "asked": found.asked,
        "askedAt": found.asked_at,
        "submittedAt": found.submitted_at,
        **({"newSite": fields["newSite"]} if "newSite" in fields else {}),
        "documents": [shown_document(one) for one in found.documents],
        "answered": answered,
        "findings": [
            {"severity": f.severity, "field": f.place, "code": f.code, "message": f.message} for f in findings
        ],
    }
    if wanted.options.get("prefilled") and isinstance(fields.get("newSite"), Mapping):
        fields["newSite"] = _beside(found, fields["newSite"], wanted.fields.get("newSite"), prospect=prospect)
    facts = {
        "orderNumber": found.number,
        "status": found.status,
        "submittedUTC": found.submitted_at,
        "processedUTC": found.processed_at,
        "assignedSiteNumber": found.assigned_site,
        "certificateIds": ",".join(found.certificates or ()),
    }
    return Observed(
        vendor_id=found.number,
        key=found.reference,
        fields=fields,
        status=_STATUSES.get(found.status, SyncStatus.UNKNOWN),
        detail=_detail(found),
        facts={name: value for name, value in facts.items() if value},
        assets=assets,
        extra=extra,
        done=_done(found, answered),
    )


def _beside(found: rows.Order, shown: Any, declared: Any, *, prospect: Mapping[str, Json]) -> Json:
    """Return a new site without what the prospect supplied; once submitted, without all that is not declared."""
    own = declared if isinstance(declared, Mapping) else {}
    draft = found.status == wire.BROUILLON
    supplied = normal.filled(prospect)
    return {word: value for word, value in shown.items() if word in own or (draft and supplied.get(word) != value)}


def _detail(found: rows.Order) -> str:
    if found.status in wire.ENDED_BADLY:
        return f"{found.status}: {found.reason or 'no reason given'}"
    if found.status == wire.EN_ATTENTE:
        return f"{found.status}: {found.asked or found.reason or 'no request shown'}"
    return "" if found.status == wire.TRAITEE else found.status


def _done(found: rows.Order, answered: int) -> tuple[str, ...]:
    if found.status == wire.BROUILLON or (found.status not in _STATUSES and found.submitted_at is None):
        return (catalogue.CREATE,)
    complements = (f"{catalogue.COMPLEMENT}:{number}" for number in range(1, answered + 1))
    return (catalogue.CREATE, catalogue.SUBMIT, *complements)


def shown_document(one: rows.Document) -> dict[str, Json]:
    """Return a document as the vendor shows it."""
    return {"documentId": one.id, "documentType": one.type, "fileName": one.name, "sha256": one.sha256}


def answered(passages: Sequence[rows.Passage]) -> int:
    """Return how many requests for complement the partner has answered."""
    return sum(1 for one in passages if one.origin == wire.EN_ATTENTE and one.to == wire.EN_COURS)


def asset(one: rows.Certificate, secrets: Mapping[str, Secret]) -> Asset:
    """Return a certificate as what the order yielded."""
    services = ", ".join(f"{code}: {address}" for code, address in sorted(one.services.items()))
    return Asset(
        asset_id=one.id,
        product=one.kind,
        quantity=1,
        sync_status=SyncStatus.SYNCHRONIZED,
        purchased_at=one.issued_at,
        comment=services,
        secrets=secrets,
    )


def coming(number: str, why: str) -> Asset:
    """Return a certificate that an order names and that cannot be had yet."""
    return Asset(number, "certificate", 1, SyncStatus.IN_PROGRESS, comment=why)


def opportunity(code: str, found: rows.Opportunity | None) -> Observed:
    """Return an opportunity, for the orders that come from it; unknown ones are marked so."""
    if found is None:
        return Observed("", code, {}, SyncStatus.UNKNOWN, extra={"known": False})
    extra: dict[str, Json] = {
        "known": True,
        "status": found.status,
        "generation": found.generation,
        "solution": found.solution,
        "prospect": dict(normal.filled(found.prospect)),
    }
    return Observed(code, code, {}, extra=extra)


def site_facts(found: rows.Site) -> dict[str, Json]:
    """Return what a site shows. What every site has and this one does not show is missing; the rest is null then."""
    optional: dict[str, Json] = {word: None for word in wire.SITE_FACTS if word not in completing.NEEDED}
    return {**optional, **normal.facts(found.facts)}


def differing_facts(wanted: Wanted, facts: Mapping[str, Json]) -> list[str]:
    """Return the declared facts that a site shows otherwise, sorted; what it does not show is unknown."""
    return sorted(word for word, value in wanted.fields.items() if word in facts and facts[word] != value)


def site(found: rows.Site, request: rows.ChangeRequest | None, wanted: Wanted) -> Observed:
    """Return a site as observed. What was asked and is not decided yet is no difference."""
    facts = site_facts(found)
    fields, status, detail = dict(facts), SyncStatus.SYNCHRONIZED, ""
    differs = differing_facts(wanted, facts)
    asked: dict[str, Json] | None = None
    if request is not None and differs:
        asked = {"id": request.id, "status": request.status, "reason": request.reason, "at": request.submitted_at}
        status, detail = _requested(request, differs, wanted=wanted, facts=facts)
        if request.status == wire.A_TRAITER:
            fields |= normal.facts(request.changes)
    return Observed(
        vendor_id=found.number,
        key=found.number,
        fields=fields,
        status=status,
        detail=detail,
        facts={"siteNumber": found.number, **({"changeRequestId": request.id} if request is not None else {})},
        extra={"version": found.version, "pending": found.pending, "request": asked, "facts": facts},
    )


def _requested(
    request: rows.ChangeRequest, differs: Sequence[str], *, wanted: Wanted, facts: Mapping[str, Json]
) -> tuple[SyncStatus, str]:
    if request.status == wire.A_TRAITER:
        return SyncStatus.IN_PROGRESS, f"{request.id} {request.status}"
    if request.status == wire.REFUSEE:
        return SyncStatus.FAILED, f"refused: {request.reason or 'no reason given'} ({request.id})"
    if request.status != wire.ACCEPTEE:
        return SyncStatus.UNKNOWN, f"{request.id} is in status {request.status}, which is not known"
    told = "; ".join(f"{word} was asked to be {wanted.fields[word]!r} and is {facts.get(word)!r}" for word in differs)
    return SyncStatus.FAILED, f"diverged: {told} ({request.id})"
