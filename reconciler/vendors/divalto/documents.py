"""The documents of an order as data: files of the project and purchase orders made here. Pure.

A made document is named after what it is made from, so that another version of what draws it makes no other document.
"""

import hashlib
import posixpath
from collections.abc import Iterable, Mapping
from typing import Any

from reconciler.contract import World
from reconciler.model import Json, canonical
from reconciler.vendors.divalto import generating

PURCHASE_ORDER = "BON_DE_COMMANDE"
PDF = "application/pdf"
_OOXML = "application/vnd.openxmlformats-officedocument"
TYPES: Mapping[str, str] = {
    "pdf": PDF,
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "docx": f"{_OOXML}.wordprocessingml.document",
    "xlsx": f"{_OOXML}.spreadsheetml.sheet",
    "odt": "application/vnd.oasis.opendocument.text",
}
"""File extension -> content type, of what the vendor takes."""

_ZIP = (b"PK\x03\x04",)
_MAGIC: Mapping[str, tuple[bytes, ...]] = {
    "pdf": (b"%PDF-",),
    "png": (b"\x89PNG\r\n\x1a\n",),
    "jpg": (b"\xff\xd8\xff",),
    "jpeg": (b"\xff\xd8\xff",),
    "docx": _ZIP,
    "xlsx": _ZIP,
    "odt": _ZIP,
}


def extension(path: str) -> str:
    """Return a file's extension in small letters, empty when it has none."""
    return posixpath.splitext(path)[1].removeprefix(".").lower()


def looks_like(extension: str, head: bytes) -> bool:
    """Say whether the first bytes of a file are those of its extension's format."""
    return head.startswith(_MAGIC.get(extension, ()))


def facts_of(fields: Mapping[str, Json], *, reference: str, partner: str | None) -> dict[str, Json]:
    """Return what a purchase order says of an order's fields."""
    certificate: Any = fields.get("certificate") or {}
    return {
        "reference": reference,
        "partner": partner or "",
        "site": fields.get("site"),
        "opportunity": fields.get("opportunity"),
        "newSite": fields.get("newSite"),
        "items": fields.get("items") or [],
        "deliveryDate": certificate.get("deliveryDate"),
        "quoteNumber": fields.get("quoteNumber"),
    }


def inputs_of(document: Any, world: World, facts: Mapping[str, Json]) -> dict[str, Json]:
    """Return everything that a made document is made from."""
    given = document.generate
    return {
        **facts,
        "template": generating.STANDARD if given.template == generating.STANDARD else _template(given.template, world),
        "signatory": given.signatory.strip(),
        "date": given.date,
    }


def _template(path: str, world: World) -> str:
    attached = world.files.get(path)
    return (attached.text if attached is not None else None) or ""


def listed(documents: Iterable[Any], world: World, facts: Mapping[str, Json]) -> list[Json]:
    """Return documents as data, in the order they are written.

    Each has `type`, `part` (what tells it from others, after `attach:`), `name` (file name sent), `size`, `sha256`,
    `contentType`, and either `file` (path) or `generated` (what it is made from).
    """
    return [_made(one, world, facts) if one.generate is not None else _supplied(one, world) for one in documents]


def _supplied(document: Any, world: World) -> dict[str, Json]:
    attached = world.files.get(document.file)
    digest = attached.sha256 if attached is not None else ""
    return {
        "type": document.type,
        "part": f"{document.type}-{digest[:8]}",
        "name": posixpath.basename(document.file),
        "size": attached.size if attached is not None else 0,
        "sha256": digest,
        "contentType": TYPES.get(extension(document.file), ""),
        "file": document.file,
        "generated": None,
    }


def _made(document: Any, world: World, facts: Mapping[str, Json]) -> dict[str, Json]:
    inputs = inputs_of(document, world, facts)
    mark = hashlib.sha256(canonical(inputs)).hexdigest()[:12]
    data = generating.render(inputs)
    return {
        "type": document.type,
        "part": f"{document.type}-{mark[:8]}",
        "name": f"bon-de-commande-{mark}.pdf",
        "size": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "contentType": PDF,
        "file": None,
        "generated": inputs,
    }


def same(document: Mapping[str, Json], shown: Mapping[str, Any]) -> bool:
    """Say whether a document that the vendor shows is a declared one: by its bytes, a made one also by its name."""
    if shown.get("documentType") != document["type"]:
        return False
    made = document["generated"] is not None and shown.get("fileName") == document["name"]
    return made or str(shown.get("sha256") or "").lower() == document["sha256"]
