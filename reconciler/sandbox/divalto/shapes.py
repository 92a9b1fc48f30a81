"""Types of request bodies: unknown fields and wrong types are found here, whatever the values mean.

A shape names the fields of an object and what each may hold. Null is allowed everywhere.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import TypeAlias

from reconciler.sandbox.divalto.errors import MALFORMED, UNKNOWN_FIELD, Refused, finding
from reconciler.sandbox.messages import JsonObject

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
Check: TypeAlias = Callable[[object, str], list[JsonObject]]


def text(value: object, place: str) -> list[JsonObject]:
    """Find a value that is no text."""
    return [] if isinstance(value, str) else [_wrong(place, "texte attendu")]


def number(value: object, place: str) -> list[JsonObject]:
    """Find a value that is no number."""
    good = isinstance(value, int | float) and not isinstance(value, bool)
    return [] if good else [_wrong(place, "nombre attendu")]


def flag(value: object, place: str) -> list[JsonObject]:
    """Find a value that is neither true nor false."""
    return [] if isinstance(value, bool) else [_wrong(place, "booléen attendu")]


def day(value: object, place: str) -> list[JsonObject]:
    """Find a value that is no date `YYYY-MM-DD`."""
    try:
        if isinstance(value, str) and _DAY.fullmatch(value) and date.fromisoformat(value):
            return []
    except ValueError:
        pass
    return [_wrong(place, "date AAAA-MM-JJ attendue")]


def items(inner: Check) -> Check:
    """Return a check of a list by a check of each item, which may not be null."""

    def check(value: object, place: str) -> list[JsonObject]:
        if not isinstance(value, list):
            return [_wrong(place, "liste attendue")]
        return [found for index, item in enumerate(value) for found in inner(item, f"{place}/{index}")]

    return check


def fields(inner: Mapping[str, Check]) -> Check:
    """Return a check of an object by a check of each field that is not null."""

    def check(value: object, place: str) -> list[JsonObject]:
        if not isinstance(value, dict):
            return [_wrong(place, "objet attendu")]
        found: list[JsonObject] = []
        for name, item in value.items():
            known = inner.get(name)
            if known is None:
                found.append(finding(f"{place}/{name}", UNKNOWN_FIELD, "champ inconnu"))
            elif item is not None:
                found += known(item, f"{place}/{name}")
        return found

    return check


def require(check: Check, body: JsonObject) -> None:
    """Refuse a body with a wrong type (400), else one with an unknown field (422)."""
    found = check(body, "")
    if any(item["code"] == MALFORMED for item in found):
        raise Refused(400, "Requête mal formée", details=found)
    if found:
        raise Refused(422, "Champ inconnu", code=UNKNOWN_FIELD, details=found)


def _wrong(place: str, message: str) -> JsonObject:
    return finding(place, MALFORMED, message)


SITE_FACTS = (
    "name",
    "address1",
    "address2",
    "address3",
    "postalCode",
    "city",
    "country",
    "phoneNumber",
    "email",
    "siretNumber",
    "vatIntra",
    "apeCode",
    "legalStatus",
    "workforce",
    "website",
    "siteName",
)
_CONTACT = ("civility", "lastName", "firstName", "position", "service", "phoneNumber", "mobilePhoneNumber", "email")
_ORDER: Mapping[str, Check] = {
    "clientReference": text,
    "orderType": text,
    "origin": text,
    "generation": text,
    "solution": text,
    "siteNumber": text,
    "newSite": fields(dict.fromkeys(SITE_FACTS, text)),
    "opportunityCode": text,
    "lines": items(fields({"reference": text, "quantity": number})),
    "primaryContact": fields(dict.fromkeys(_CONTACT, text)),
    "certificate": fields({"desiredDeliveryDate": day, "recipients": items(text)}),
    "divaltoQuoteNumber": text,
    "comments": text,
    "replacesOrderNumber": text,
}
_DOCUMENT: Mapping[str, Check] = {"documentType": text, "fileName": text, "sha256": text}

ORDER = fields(_ORDER)
VALIDATION = fields({**_ORDER, "documents": items(fields({**_DOCUMENT, "contentType": text, "size": number}))})
DOCUMENT = fields({**_DOCUMENT, "contentType": text, "content": text})
CONFIRMATION = fields({"confirm": flag})
CANCELLATION = fields({"reason": text, "confirm": flag})
COMPLEMENT = fields({"answer": text, "confirm": flag})
CHANGE_REQUEST = fields(
    {
        "clientReference": text,
        "baseVersion": number,
        "changes": fields(dict.fromkeys(SITE_FACTS, text)),
        "comment": text,
        "confirm": flag,
    }
)
LOGIN = fields({"scope": text, "projectCode": text, "userName": text, "password": text})
