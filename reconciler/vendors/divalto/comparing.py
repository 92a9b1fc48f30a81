"""What differs between an order as declared and as the vendor shows it. Pure."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from reconciler.contract import Case, Observed, Wanted
from reconciler.model import Address, Json, canonical
from reconciler.vendors.divalto import completing, documents, normal, wire
from reconciler.vendors.divalto.catalogue import OWN
from reconciler.vendors.divalto.expanding import opportunity_address

Document = Mapping[str, Any]
CATALOGUE = Address(OWN, "catalogue", "current")
"""Where an observation keeps the revision of the vendor's catalogue; nothing is wanted there."""


def facts(wanted: Wanted) -> dict[str, Json]:
    """Return what a submitted order stands for; the body of its submission, and so what the ledger freezes.

    A field that is not written counts as null, so that adding or removing one is an edit. A made document stands for
    what the manifest says of it: its template may change for later orders.
    """
    fields: dict[str, Json] = {word: wanted.fields.get(word) for word in wire.ORDER_FIELDS}
    return {**fields, "documents": sorted((_stands_for(one) for one in wanted_documents(wanted)), key=canonical)}


def _stands_for(document: Document) -> Json:
    made = document.get("generated")
    if isinstance(made, Mapping):
        return {"type": document["type"], "signatory": made.get("signatory"), "date": made.get("date")}
    return {"type": document["type"], "sha256": document["sha256"]}


def wanted_documents(wanted: Wanted) -> tuple[Document, ...]:
    """Return the documents that an order is to have when it is submitted."""
    return _listed(wanted.options.get("documents"))


def complement_of(wanted: Wanted) -> Mapping[str, Any] | None:
    """Return a person's answer to a request of the vendor, None when there is none."""
    found = wanted.options.get("complement")
    return found if isinstance(found, Mapping) else None


def complement_documents(wanted: Wanted) -> tuple[Document, ...]:
    """Return the documents that go with the answer."""
    return _listed((complement_of(wanted) or {}).get("documents"))


def _listed(value: Any) -> tuple[Document, ...]:
    return tuple(one for one in value if isinstance(one, Mapping)) if isinstance(value, list | tuple) else ()


def lacking(wanted: Iterable[Document], shown: Sequence[Document]) -> list[Document]:
    """Return the documents that the vendor does not show."""
    return [one for one in wanted if not any(documents.same(one, there) for there in shown)]


def surplus(wanted: Sequence[Document], shown: Iterable[Document]) -> list[Document]:
    """Return the documents that the vendor shows and the manifest does not want."""
    return [there for there in shown if not any(documents.same(one, there) for one in wanted)]


def shown_documents(case: Case) -> tuple[Document, ...]:
    """Return the documents that the vendor shows."""
    return _listed(case.observed.extra.get("documents")) if case.observed is not None else ()


def whole(wanted: Wanted, prospect: Mapping[str, Json]) -> Wanted:
    """Return an order with all it is to say: the new site filled up from the prospect."""
    full = completing.prefilled(wanted, prospect)
    return full if full is wanted else _filled(full)


def _filled(wanted: Wanted) -> Wanted:
    site = wanted.fields.get("newSite")
    filled = normal.filled(site) if isinstance(site, Mapping) else site
    return dataclasses.replace(wanted, fields={**wanted.fields, "newSite": filled})


def prospect_of(case: Case) -> Mapping[str, Json]:
    """Return the prospect of the order's opportunity as observed, empty when there is none."""
    code = case.wanted.fields.get("opportunity")
    found = case.related.get(opportunity_address(str(code))) if code is not None else None
    prospect = found.extra.get("prospect") if found is not None else None
    return prospect if isinstance(prospect, Mapping) else {}


def shown_fields(observed: Observed) -> dict[str, Json]:
    """Return an order's fields as the vendor shows them, the new site whole; what it does not show is missing."""
    whole_site = {word: value for word, value in observed.extra.items() if word == "newSite"}
    return {**observed.fields, **whole_site}


def differing(fields: Mapping[str, Json], shown: Mapping[str, Json]) -> list[str]:
    """Return the declared words whose value the vendor does not show, sorted."""
    return sorted(word for word, value in fields.items() if not _same(value, shown.get(word)))


def undeclared(wanted: Wanted, shown: Mapping[str, Json]) -> bool:
    """Say whether an order shows lines and the manifest has none: it costs what nobody declared."""
    return "items" not in wanted.fields and bool(shown.get("items"))


def _same(one: Json, other: Json) -> bool:
    return canonical(one) == canonical(other)
