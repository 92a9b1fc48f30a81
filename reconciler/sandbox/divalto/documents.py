"""Documents of an order: attach once, list, read, remove (`divalto.md` 6.4)."""

import base64
import binascii
import hashlib
from collections.abc import Iterator, Mapping

from reconciler.sandbox.divalto import shapes
from reconciler.sandbox.divalto.calls import Call
from reconciler.sandbox.divalto.errors import (
    DOCUMENT_INVALID,
    DOCUMENT_TOO_LARGE,
    Refused,
    finding,
    malformed,
    not_found,
)
from reconciler.sandbox.divalto.formrules import required
from reconciler.sandbox.divalto.keeping import keep, order_of, require_status
from reconciler.sandbox.divalto.records import BROUILLON, EN_ATTENTE, Content, Document, Order
from reconciler.sandbox.divalto.store import Desk
from reconciler.sandbox.divalto.wire import shown
from reconciler.sandbox.messages import JsonObject, Reply

_ZIP = b"PK\x03\x04"
_OFFICE = "application/vnd.openxmlformats-officedocument"
MAGIC: Mapping[str, bytes] = {
    "application/pdf": b"%PDF-",
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/jpeg": b"\xff\xd8\xff",
    f"{_OFFICE}.wordprocessingml.document": _ZIP,
    f"{_OFFICE}.spreadsheetml.sheet": _ZIP,
    "application/vnd.oasis.opendocument.text": _ZIP,
}
_NEEDS = ("documentType", "fileName", "contentType", "sha256", "content")


def attach(desk: Desk, call: Call) -> Reply:
    """Answer `POST .../documents`; the same content of the same type is there once, even when the order is locked."""
    order = order_of(desk, call.ids["order"], partner=call.partner)
    body = call.form()
    shapes.require(shapes.DOCUMENT, body)
    facts = {name: str(body.get(name) or "").strip() for name in _NEEDS}
    content = _decoded(facts["content"])
    present = desk.books.documents.find("order", order.order_number)
    digest = hashlib.sha256(content).hexdigest()
    for document in present:
        if document.document_type == facts["documentType"] and document.sha256 == digest == facts["sha256"].lower():
            return call.answer(_shown(document, order))
    require_status(order, BROUILLON, EN_ATTENTE)
    _check(desk, facts, content=content, present=present)
    document = Document(
        document_id=f"D{desk.books.count('document')}",
        document_type=facts["documentType"],
        file_name=facts["fileName"],
        content_type=facts["contentType"],
        size=len(content),
        sha256=digest,
        added_utc=call.at,
        order_number=order.order_number,
    )
    desk.books.documents.put(document)
    desk.books.contents.put(Content(document.document_id, facts["content"]))
    order = keep(desk, order, now=call.now)
    place = f"/v1/orders/{order.order_number}/documents/{document.document_id}"
    return call.created(_shown(document, order), place=place)


def list_documents(desk: Desk, call: Call) -> Reply:
    """Answer `GET .../documents`."""
    order = order_of(desk, call.ids["order"], partner=call.partner)
    return call.listed([_shown(row, order) for row in desk.books.documents.find("order", order.order_number)])


def read_content(desk: Desk, call: Call) -> Reply:
    """Answer `GET .../documents/{document}/content`."""
    order = order_of(desk, call.ids["order"], partner=call.partner)
    document = _document(desk, call, order=order)
    content = desk.books.contents.get(document.document_id)
    return call.answer({**_shown(document, order), "content": content.base64 if content is not None else ""})


def remove(desk: Desk, call: Call) -> Reply:
    """Answer `DELETE .../documents/{document}`, of a draft only."""
    order = order_of(desk, call.ids["order"], partner=call.partner)
    document = _document(desk, call, order=order)
    require_status(order, BROUILLON)
    desk.books.documents.remove(document.document_id)
    desk.books.contents.remove(document.document_id)
    order = keep(desk, order, now=call.now)
    return call.answer({"documentId": document.document_id, "deleted": True, "orderVersion": order.version})


def _document(desk: Desk, call: Call, *, order: Order) -> Document:
    document = desk.books.documents.get(call.ids["document"])
    if document is None or document.order_number != order.order_number:
        raise not_found(f"Document {call.ids['document']}")
    return document


def _shown(document: Document, order: Order) -> JsonObject:
    return {**shown(document), "orderVersion": order.version}


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise malformed("content n'est pas du Base64", field="/content") from error


def _check(desk: Desk, facts: Mapping[str, str], *, content: bytes, present: list[Document]) -> None:
    most = desk.catalog.limits["documentBytesMax"]
    if len(content) > most:
        raise Refused(413, "Document trop volumineux", code=DOCUMENT_TOO_LARGE, params={"max": most})
    found = [*_wrong(facts, content=content), *_typed(desk, facts["documentType"], present=present)]
    if found:
        raise Refused(422, "Document invalide", code=DOCUMENT_INVALID, details=found)


def _wrong(facts: Mapping[str, str], *, content: bytes) -> Iterator[JsonObject]:
    yield from (required(f"/{name}") for name in _NEEDS if not facts[name])
    name, kind = facts["fileName"], facts["contentType"]
    if any(mark in name for mark in "/\\\0") or name in {".", ".."}:
        yield finding("/fileName", "FILE_NAME_INVALID", "nom de fichier invalide")
    if kind and kind not in MAGIC:
        yield finding("/contentType", "UNKNOWN_VALUE", "format non accepté", params={"allowed": sorted(MAGIC)})
    elif content and not content.startswith(MAGIC.get(kind, b"")):
        yield finding("/contentType", "CONTENT_TYPE_MISMATCH", "le contenu n'est pas de ce format")
    if facts["sha256"] and facts["sha256"].lower() != hashlib.sha256(content).hexdigest():
        yield finding("/sha256", "SHA256_MISMATCH", "empreinte différente")


def _typed(desk: Desk, code: str, *, present: list[Document]) -> Iterator[JsonObject]:
    types = {str(item["code"]): item for item in desk.catalog.document_types}
    if code and code not in types:
        yield finding("/documentType", "UNKNOWN_VALUE", "type de document inconnu", params={"allowed": sorted(types)})
    most = types.get(code, {}).get("max")
    if isinstance(most, int) and sum(row.document_type == code for row in present) >= most:
        yield finding("/documentType", "TOO_MANY", f"{most} documents au plus", params={"max": most})
