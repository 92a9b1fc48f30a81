"""What Divalto checks of an order's form (`divalto.md` section 7: V1 to V14, V20, V21)."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from reconciler.sandbox.divalto.cases import NOUVEAU_SITE, OPPORTUNITE, SITE_EXISTANT, Case
from reconciler.sandbox.divalto.errors import finding
from reconciler.sandbox.divalto.moments import today, working_days
from reconciler.sandbox.divalto.records import JsonMap
from reconciler.sandbox.messages import JsonObject

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
LONGEST_FACT, LONGEST_REFERENCE = 255, 64
_REFERENCE = re.compile(r"[A-Za-z0-9._/#:-]+")
_SIRET, _COUNTRY = re.compile(r"[0-9]{14}"), re.compile(r"[A-Z]{2}")
_SITE_NEEDS = ("name", "address1", "postalCode", "city", "country", "phoneNumber", "email")
_EU = "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE"
Found = Iterator[JsonObject]


def required(place: str) -> JsonObject:
    """Return the finding that a field is missing."""
    return finding(place, "REQUIRED", "champ obligatoire")


def client_reference(text: str) -> Found:
    """6.3: what a reference looks like."""
    place = "/clientReference"
    if not text:
        yield required(place)
    elif len(text) > LONGEST_REFERENCE:
        yield too_long(place, LONGEST_REFERENCE)
    elif not _REFERENCE.fullmatch(text):
        yield finding(place, "INVALID_FORMAT", "format invalide")


def reference(case: Case) -> Found:
    """6.3: the order has a reference of that form."""
    yield from client_reference(str(case.body.get("clientReference") or ""))


def type_and_origin(case: Case) -> Found:
    """V1, V2: the type is in the catalogue and allows the origin."""
    types = {str(item["code"]): item for item in case.catalog.order_types}
    wanted, origin = case.text("orderType"), case.text("origin")
    if not wanted:
        yield required("/orderType")
    elif wanted not in types:
        yield finding("/orderType", "UNKNOWN_VALUE", "type de commande inconnu", params={"allowed": sorted(types)})
    if not origin:
        yield required("/origin")
    elif wanted in types and origin not in _listed(types[wanted], "origins"):
        allowed = _listed(types[wanted], "origins")
        yield finding("/origin", "ORIGIN_NOT_ALLOWED", "origine non admise pour ce type", params={"allowed": allowed})


def generation_and_solution(case: Case) -> Found:
    """V3, V4: the solution belongs to the generation, and the generation may be ordered so."""
    generations = {str(item["code"]): item for item in case.catalog.generations}
    generation, solution = case.text("generation"), case.text("solution")
    for name in ("generation", "solution"):
        supplied = case.text("origin") == OPPORTUNITE and case.opportunity is None
        if not case.text(name) and not supplied:
            yield required(f"/{name}")
    if generation and generation not in generations:
        yield finding("/generation", "UNKNOWN_VALUE", "génération inconnue", params={"allowed": sorted(generations)})
        return
    known = generations.get(generation, {})
    if generation and solution and solution not in _listed(known, "solutions"):
        allowed = _listed(known, "solutions")
        yield finding(
            "/solution", "SOLUTION_NOT_ALLOWED", "solution hors de la génération", params={"allowed": allowed}
        )
    restricted = known.get("restrictedTo")
    if isinstance(restricted, dict) and not (
        case.text("orderType") in restricted["orderTypes"] and case.text("origin") in restricted["origins"]
    ):
        yield finding("/generation", "GENERATION_RESTRICTED", "génération réservée", params=restricted)


def site(case: Case) -> Found:
    """V5, V6, V7, V10: exactly one of existing and new site, as the origin wants it, and complete."""
    origin, number, new = case.text("origin"), case.text("siteNumber"), case.body.get("newSite")
    if bool(number) == (new is not None):
        yield finding("/siteNumber", "SITE_EXCLUSIVE", "siteNumber ou newSite, pas les deux")
    if origin == SITE_EXISTANT and not number:
        yield required("/siteNumber")
    if number and case.site is None:
        yield finding("/siteNumber", "SITE_UNKNOWN", "site inconnu")
    if new is None and (origin == NOUVEAU_SITE or (origin == OPPORTUNITE and not number)):
        yield required("/newSite")
    if new is not None:
        yield from new_site(case.part("newSite"))


def new_site(facts: JsonMap, *, base: str = "/newSite", needs: Iterable[str] = _SITE_NEEDS) -> Found:
    """V7: what a site needs, and the form of its facts (also of a change request's)."""
    texts = {name: str(value or "").strip() for name, value in facts.items()}
    country = texts.get("country", "")
    wanted = [*needs, *_by_country(country)] if base == "/newSite" else needs
    yield from (required(f"{base}/{name}") for name in wanted if not texts.get(name))
    longest: Mapping[str, int] = {"vatIntra": 20}
    for name, text in texts.items():
        if len(text) > longest.get(name, LONGEST_FACT):
            yield too_long(f"{base}/{name}", longest.get(name, LONGEST_FACT))
    for name, pattern in {"country": _COUNTRY, "siretNumber": _SIRET}.items():
        if texts.get(name) and not pattern.fullmatch(texts[name]):
            yield finding(f"{base}/{name}", "INVALID_FORMAT", "format invalide")
    if texts.get("email") and not EMAIL.fullmatch(texts["email"]):
        yield finding(f"{base}/email", "EMAIL_INVALID", "adresse invalide")


def opportunity(case: Case) -> Found:
    """V8, V9: an opportunity goes with its origin only, can be ordered against, and is not contradicted."""
    code, found = case.text("opportunityCode"), case.opportunity
    if case.text("origin") != OPPORTUNITE:
        if code:
            yield finding("/opportunityCode", "NOT_APPLICABLE", "sans objet pour cette origine")
        return
    if not code:
        yield required("/opportunityCode")
    elif found is None:
        yield finding("/opportunityCode", "OPPORTUNITY_UNKNOWN", "opportunité inconnue")
    else:
        if found.status != "ACTIVE":
            yield finding("/opportunityCode", "OPPORTUNITY_NOT_ACTIVE", "opportunité non active")
        for name, value in {"generation": found.generation, "solution": found.solution}.items():
            if value and case.text(name) not in {"", value}:
                yield finding(f"/{name}", "OPPORTUNITY_CONFLICT", "diffère de l'opportunité", params={"value": value})


def contact(case: Case) -> Found:
    """V11: a main contact with names, an address and a telephone number."""
    facts = case.part("primaryContact")
    if not facts:
        yield required("/primaryContact")
        return
    yield from (
        required(f"/primaryContact/{name}") for name in ("lastName", "firstName", "email") if not facts.get(name)
    )
    if not (facts.get("phoneNumber") or facts.get("mobilePhoneNumber")):
        yield required("/primaryContact/phoneNumber")
    if facts.get("email") and not EMAIL.fullmatch(str(facts["email"]).strip()):
        yield finding("/primaryContact/email", "EMAIL_INVALID", "adresse invalide")


def delivery(case: Case) -> Found:
    """V12, V21: a delivery date, not past when submitted, better not too near."""
    place, text = "/certificate/desiredDeliveryDate", str(case.part("certificate").get("desiredDeliveryDate") or "")
    if not text:
        yield required(place)
        return
    wanted, present = date.fromisoformat(text), today(case.now)
    if wanted < present and case.submitting:
        yield finding(place, "DATE_IN_PAST", "date passée", params={"today": present.isoformat()})
    elif working_days(present, wanted) < 2:
        yield finding(place, "DATE_TIGHT", "moins de deux jours ouvrés", severity="warning")


def recipients(case: Case) -> Found:
    """V13: as many distinct good addresses as the catalogue allows."""
    place, limits = "/certificate/recipients", case.catalog.limits
    given = case.part("certificate").get("recipients")
    addresses = [str(item).strip().lower() for item in given] if isinstance(given, list | tuple) else []
    if len(addresses) < limits["recipientsMin"]:
        yield finding(place, "TOO_FEW", "au moins un destinataire", params={"min": limits["recipientsMin"]})
    if len(addresses) > limits["recipientsMax"]:
        most = limits["recipientsMax"]
        yield finding(place, "TOO_MANY", f"{most} destinataires au plus", params={"max": most})
    for index, address in enumerate(addresses):
        if not EMAIL.fullmatch(address):
            yield finding(f"{place}/{index}", "EMAIL_INVALID", "adresse invalide")
        if address in addresses[:index]:
            yield finding(f"{place}/{index}", "DUPLICATE", "destinataire en double")


def documents(case: Case) -> Found:
    """V14: as many documents of each type as the catalogue wants."""
    types = {str(item["code"]): item for item in case.catalog.document_types}
    given = [str(document.get("documentType") or "") for document in case.documents]
    for code, item in types.items():
        if given.count(code) < _whole(item, "min"):
            yield finding("/documents", "DOCUMENT_REQUIRED", f"{code} obligatoire", params={"documentType": code})
        if given.count(code) > _whole(item, "max"):
            yield finding("/documents", "TOO_MANY", f"trop de documents {code}", params={"max": item["max"]})
    for index, code in enumerate(given):
        if code not in types:
            yield finding(f"/documents/{index}/documentType", "UNKNOWN_VALUE", "type de document inconnu")


def complements(case: Case) -> Found:
    """V20: quote number and comments are optional and not too long; a replaced order exists."""
    longest = {"divaltoQuoteNumber": LONGEST_FACT, "comments": case.catalog.limits["commentsMax"]}
    for name, most in longest.items():
        if len(str(case.body.get(name) or "")) > most:
            yield too_long(f"/{name}", most)
    replaced = case.text("replacesOrderNumber")
    order = case.desk.books.orders.get(replaced)
    if replaced and (order is None or order.partner != case.partner):
        yield finding("/replacesOrderNumber", "ORDER_UNKNOWN", "commande inconnue")


def too_long(place: str, most: int) -> JsonObject:
    """Return the finding that a text is too long."""
    return finding(place, "TOO_LONG", f"{most} caractères au plus", params={"max": most})


def _by_country(country: str) -> list[str]:
    if country == "FR":
        return ["siretNumber"]
    return ["vatIntra"] if country in _EU.split() else []


def _listed(item: JsonMap, name: str) -> list[str]:
    values = item.get(name)
    return [str(value) for value in values] if isinstance(values, list | tuple) else []


def _whole(item: JsonMap, name: str) -> int:
    value = item.get(name)
    return value if isinstance(value, int) else 0
