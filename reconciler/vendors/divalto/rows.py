"""Rows of Divalto as typed values: strict about what we rest on, deaf to the rest.

Member names are compared in lower case. A missing member and null are None; empty text counts as null. Contents of
certificates and access codes become secrets here, at once. Texts have a longest length: an order's reason is shown
to people. Pure; BadAnswer for a wrong type or size.
"""

import dataclasses
import re
from collections.abc import Callable, Mapping
from typing import TypeAlias, TypeVar

from reconciler.errors import BadAnswer
from reconciler.model import Json, Secret
from reconciler.vendors.divalto import wire

Row: TypeAlias = Mapping[str, Json]
"""A JSON object with its member names in lower case."""
T = TypeVar("T")

LONGEST_TEXT = 2_000
LONGEST_FIELD = 70_000
LONGEST_CONTENT = 4_000_000
LONGEST_CODE = 200
MOST_MEMBERS = 1_000
_ID = re.compile(r"(?!\.+$)[A-Za-z0-9_.:@~+{}()-]{1,64}")
_WHOLE = re.compile(r"[0-9]{1,9}")


@dataclasses.dataclass(frozen=True)
class Document:
    """A document of an order, without its content."""

    id: str
    type: str
    name: str
    size: int | None
    sha256: str


@dataclasses.dataclass(frozen=True)
class Order:
    """An order; `body` is the client's part, by the vendor's member names in lower case. None: not told."""

    number: str
    reference: str
    version: int
    status: str
    label: str
    reason: str
    asked: str
    asked_at: str | None
    created_at: str | None
    submitted_at: str | None
    processed_at: str | None
    assigned_site: str | None
    certificates: tuple[str, ...] | None
    documents: tuple[Document, ...]
    body: Row = dataclasses.field(repr=False)


@dataclasses.dataclass(frozen=True)
class Site:
    """A customer's site; `facts` by the words of a manifest, null where nothing stands."""

    number: str
    version: int
    hosting: str | None
    pending: str | None
    facts: Mapping[str, str | None] = dataclasses.field(repr=False)


@dataclasses.dataclass(frozen=True)
class ChangeRequest:
    """A wish to change a site, and what people there made of it."""

    id: str
    reference: str
    site: str | None
    status: str
    reason: str
    submitted_at: str | None
    changes: Mapping[str, str | None] = dataclasses.field(repr=False)


@dataclasses.dataclass(frozen=True)
class Opportunity:
    """A sales opportunity; `prospect` in the words of a site, without what is null."""

    code: str
    status: str
    generation: str | None
    solution: str | None
    prospect: Mapping[str, str] = dataclasses.field(repr=False)


@dataclasses.dataclass(frozen=True)
class Certificate:
    """A certificate without its content; `services` are addresses by environment. `empty`: it has no content."""

    id: str
    order: str
    site: str | None
    kind: str
    issued_at: str | None
    services: Mapping[str, str]
    empty: bool


@dataclasses.dataclass(frozen=True)
class Finding:
    """One line of a validation."""

    severity: str
    place: str
    code: str
    message: str


@dataclasses.dataclass(frozen=True)
class Passage:
    """One move of an order from a status to another."""

    origin: str
    to: str


def folded(value: Json, *, what: str) -> Row:
    """Return an object's members by lower-case name."""
    if not isinstance(value, Mapping):
        raise BadAnswer(f"{what} is no JSON object; nothing was concluded from it")
    result = {name.lower(): member for name, member in value.items()}
    if len(result) != len(value):
        raise BadAnswer(f"{what} names a member twice; nothing was concluded from it")
    return result


def listed(row: Row, name: str, parse: Callable[[Row], T], *, what: str) -> tuple[T, ...]:
    """Return the objects of an array, each parsed; a missing array is empty."""
    value = row.get(name.lower())
    if value is None:
        return ()
    if not isinstance(value, list | tuple) or len(value) > MOST_MEMBERS:
        raise BadAnswer(f"{name} of {what} is no array of a size that is meant; nothing was concluded from it")
    return tuple(parse(folded(item, what=f"{name} of {what}")) for item in value)


def text(row: Row, name: str, *, what: str, longest: int = LONGEST_FIELD) -> str | None:
    """Return a text; None for null, missing or blank."""
    value = row.get(name.lower())
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > longest:
        raise BadAnswer(f"{name} of {what} is no text of a length that is meant; nothing was concluded from it")
    return value.strip() or None


def shown(row: Row, name: str, *, what: str) -> str:
    """Return a text for people, cut to a length that can be shown; empty when there is none."""
    found = text(row, name, what=what, longest=LONGEST_CONTENT) or ""
    return found if len(found) <= LONGEST_TEXT else found[:LONGEST_TEXT] + "..."


def needed(row: Row, name: str, *, what: str, longest: int = LONGEST_TEXT) -> str:
    """Return a text that must be there."""
    found = text(row, name, what=what, longest=longest)
    if found is None:
        raise BadAnswer(f"{what} has no {name}; nothing was concluded from it")
    return found


def identity(row: Row, name: str, *, what: str) -> str:
    """Return an id or number of the vendor, which may be put into a path; an integer as its text."""
    given = row.get(name.lower())
    found = str(given) if type(given) is int else needed(row, name, what=what)
    if not _ID.fullmatch(found):
        raise BadAnswer(f"{name} of {what} is not of the form of one; nothing was concluded from it")
    return found


def whole(row: Row, name: str, *, what: str) -> int | None:
    """Return an integer, also when it is written as text; None for null or missing."""
    value = row.get(name.lower())
    if value is None:
        return None
    if isinstance(value, str) and _WHOLE.fullmatch(value):
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadAnswer(f"{name} of {what} is no integer; nothing was concluded from it")
    return value


def counted(row: Row, name: str, *, what: str) -> int:
    """Return a number of zero or more that must be there."""
    value = whole(row, name, what=what)
    if value is None or value < 0:
        raise BadAnswer(f"{what} has no {name} that counts; nothing was concluded from it")
    return value


def order(row: Row) -> Order:
    """Return an order."""
    number = identity(row, "orderNumber", what="order")
    what = f"order {number}"
    asked = row.get("requestedinformation")
    wish: Row = {} if asked is None else folded(asked, what=f"requestedInformation of {what}")
    return Order(
        number=number,
        reference=text(row, wire.REFERENCE, what=what) or "",
        version=counted(row, "version", what=what),
        status=needed(row, "status", what=what, longest=LONGEST_CODE),
        label=shown(row, "statusLabel", what=what),
        reason=shown(row, "statusReason", what=what),
        asked=shown(wish, "text", what=what),
        asked_at=text(wish, "askedUTC", what=what, longest=LONGEST_CODE),
        created_at=text(row, "createdUTC", what=what, longest=LONGEST_CODE),
        submitted_at=text(row, "submittedUTC", what=what, longest=LONGEST_CODE),
        processed_at=text(row, "processedUTC", what=what, longest=LONGEST_CODE),
        assigned_site=text(row, "assignedSiteNumber", what=what, longest=LONGEST_CODE),
        certificates=_ids(row, "certificateIds", what=what),
        documents=_there(row, "documents", what=what),
        body={name.lower(): row[name.lower()] for name in wire.ORDER_FIELDS.values() if name.lower() in row},
    )


def _there(row: Row, name: str, *, what: str) -> tuple[Document, ...]:
    """Return the documents of an order; one that shows no array of them is not shown whole."""
    if name not in row:
        raise BadAnswer(f"{what} has no {name}; nothing was concluded from it")
    return listed(row, name, document, what=what)


def _ids(row: Row, name: str, *, what: str) -> tuple[str, ...] | None:
    value = row.get(name.lower())
    if value is None:
        return None
    if not isinstance(value, list | tuple) or len(value) > MOST_MEMBERS:
        raise BadAnswer(f"{name} of {what} is no array of a size that is meant; nothing was concluded from it")
    return tuple(identity({"id": item}, "id", what=f"{name} of {what}") for item in value)


def document(row: Row) -> Document:
    """Return a document."""
    number = identity(row, "documentId", what="document")
    what = f"document {number}"
    return Document(
        id=number,
        type=needed(row, "documentType", what=what, longest=LONGEST_CODE),
        name=text(row, "fileName", what=what) or "",
        size=whole(row, "size", what=what),
        sha256=(text(row, "sha256", what=what, longest=LONGEST_CODE) or "").lower(),
    )


def site(row: Row) -> Site:
    """Return a site."""
    number = identity(row, "siteNumber", what="site")
    what = f"site {number}"
    return Site(
        number=number,
        version=counted(row, "version", what=what),
        hosting=text(row, "hosting", what=what, longest=LONGEST_CODE),
        pending=text(row, "pendingChangeRequestId", what=what, longest=LONGEST_CODE),
        facts=_facts(row, what=what),
    )


def change_request(row: Row) -> ChangeRequest:
    """Return a change request."""
    number = identity(row, "id", what="change request")
    what = f"change request {number}"
    return ChangeRequest(
        id=number,
        reference=text(row, wire.REFERENCE, what=what) or "",
        site=text(row, "siteNumber", what=what, longest=LONGEST_CODE),
        status=needed(row, "status", what=what, longest=LONGEST_CODE),
        reason=shown(row, "statusReason", what=what),
        submitted_at=text(row, "submittedUTC", what=what, longest=LONGEST_CODE),
        changes=_facts(folded(row.get("changes") or {}, what=f"changes of {what}"), what=what),
    )


def _facts(row: Row, *, what: str) -> dict[str, str | None]:
    return {name: text(row, name, what=what) for name in wire.SITE_FACTS if name.lower() in row}


def opportunity(row: Row) -> Opportunity:
    """Return an opportunity."""
    code = needed(row, "code", what="opportunity", longest=LONGEST_CODE)
    what = f"opportunity {code}"
    prospect = _facts(folded(row.get("prospect") or {}, what=f"prospect of {what}"), what=what)
    return Opportunity(
        code=code,
        status=needed(row, "status", what=what, longest=LONGEST_CODE),
        generation=text(row, "generation", what=what, longest=LONGEST_CODE),
        solution=text(row, "solution", what=what, longest=LONGEST_CODE),
        prospect={name: value for name, value in prospect.items() if value is not None},
    )


def certificate(row: Row) -> Certificate:
    """Return a certificate without its content."""
    number = identity(row, "id", what="certificate")
    what = f"certificate {number}"
    services = listed(row, "environments", lambda one: _service(one, what=what), what=what)
    return Certificate(
        id=number,
        order=identity(row, "orderNumber", what=what),
        site=text(row, "siteNumber", what=what, longest=LONGEST_CODE),
        kind=needed(row, "kind", what=what, longest=LONGEST_CODE),
        issued_at=text(row, "issuedUTC", what=what, longest=LONGEST_CODE),
        services={code: address for code, address in services if address},
        empty=row.get("hassecret") is False,
    )


def _service(row: Row, *, what: str) -> tuple[str, str]:
    code = needed(row, "code", what=f"environment of {what}", longest=LONGEST_CODE)
    return code, shown(row, "serviceUrl", what=f"environment of {what}")


def secrets_of_certificate(row: Row, *, what: str) -> dict[str, Secret]:
    """Return what a certificate holds: its content in Base64 and the access code, where they are there."""
    found = {
        "content": text(row, "content", what=what, longest=LONGEST_CONTENT),
        "access_code": text(row, "accessCode", what=what, longest=LONGEST_CODE),
    }
    secrets = {name: Secret(value) for name, value in found.items() if value is not None}
    if not secrets:
        raise BadAnswer(f"{what} is empty; nothing was concluded from it")
    return secrets


def finding(row: Row) -> Finding:
    """Return one line of a validation or of an error's details."""
    return Finding(
        severity=(text(row, "severity", what="finding") or "error").lower(),
        place=shown(row, "field", what="finding"),
        code=shown(row, "code", what="finding"),
        message=shown(row, "message", what="finding"),
    )


def passage(row: Row) -> Passage:
    """Return one line of an order's history."""
    return Passage(*(shown(row, name, what="history") for name in ("from", "to")))
