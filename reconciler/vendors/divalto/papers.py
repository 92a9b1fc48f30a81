"""What a person is handed who enters an order or a site change in the portal: the filled form, in its own words. Pure.

Markdown with one box to tick per entry, and the purchase orders made here. Supplied documents are named with their
sha256, so that the right file is taken.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from reconciler.contract import Wanted
from reconciler.model import Json
from reconciler.vendors.divalto import generating

_CONTACT = {
    "civility": "Civilité",
    "lastName": "Nom",
    "firstName": "Prénom",
    "position": "Fonction",
    "service": "Service",
    "phoneNumber": "Téléphone",
    "mobilePhoneNumber": "Téléphone mobile",
    "email": "E-mail",
}
_SITE = {
    "name": "Raison sociale",
    "address1": "Adresse 1",
    "address2": "Adresse 2",
    "address3": "Adresse 3",
    "postalCode": "Code postal",
    "city": "Ville",
    "country": "Pays",
    "phoneNumber": "Téléphone",
    "email": "E-mail",
    "siretNumber": "SIRET",
    "vatIntra": "TVA intracommunautaire",
    "apeCode": "Code APE",
    "legalStatus": "Forme juridique",
    "workforce": "Effectif",
    "website": "Site web",
    "siteName": "Nom du site",
}


def of_order(wanted: Wanted) -> dict[str, bytes]:
    """Return the filled form of an order, and the documents made for it, by file name."""
    documents = [*_documents(wanted.options.get("documents")), *_documents(_complement(wanted).get("documents"))]
    papers = {f"commande-{wanted.address.name}.md": _text(_order(wanted))}
    for document in documents:
        if document["generated"] is not None:
            papers[str(document["name"])] = generating.render(document["generated"])
    return papers


def of_site(wanted: Wanted) -> dict[str, bytes]:
    """Return the filled request for a change of a site."""
    lines = [
        f"# Demande de changement des informations site {_code(_shown(wanted.options.get('number')))}",
        "",
        *_box("Référence", wanted.keys[0]),
        *(line for word, label in _SITE.items() if word in wanted.fields for line in _box(label, wanted.fields[word])),
        *_task("Soumettre à validation, puis Valider"),
    ]
    return {f"site-{wanted.address.name}.md": _text(lines)}


def _order(wanted: Wanted) -> Iterator[str]:
    fields, labels = wanted.fields, _mapping(wanted.options.get("labels"))
    certificate, complement = _mapping(fields.get("certificate")), _complement(wanted)
    yield f"# Commande {wanted.address.name}, révision {wanted.revision}"
    yield from ("", "myBusiness, Traitement des commandes, Nouveau", "")
    for label, word in (("Type de commande", "type"), ("Origine", "origin")):
        yield from _box(label, _labelled(fields.get(word), labels))
    yield from _known("Opportunité", fields.get("opportunity"))
    for label, word in (("Génération", "generation"), ("Solution", "solution")):
        yield from _known(label, _labelled(fields.get(word), labels))
    yield from _known("Numéro de site", fields.get("site"))
    yield from _section("Nouveau site", _SITE, _mapping(fields.get("newSite")))
    yield from _section("Contact principal du client final", _CONTACT, _mapping(fields.get("contact")))
    yield from ("", "## Certificat", "")
    yield from _box("Date de livraison souhaitée", certificate.get("deliveryDate"))
    for recipient in certificate.get("recipients") or ():
        yield from _box("Destinataire", recipient)
    yield from ("", "## Documents", "")
    yield from _attached(wanted.options.get("documents"), labels)
    yield from ("", "## Compléments", "")
    yield from _known("Numéro de devis Divalto", fields.get("quoteNumber"))
    yield from _known("Remplace la commande", fields.get("replaces"))
    yield from _box("Commentaires", _comments(wanted))
    if complement:
        yield from ("", f"## Réponse à la demande de complément {complement['number']}", "")
        yield from _attached(complement.get("documents"), labels)
        yield from _box("Réponse", complement["answer"])
    yield ""
    yield from _task("Soumettre, puis confirmer" if wanted.options.get("execute") else "Enregistrer sans soumettre")


def _comments(wanted: Wanted) -> str:
    """Return the comments to enter: the portal has no field for our reference or for lines, so that both are there."""
    items: Any = wanted.fields.get("items") or ()
    lines = [f"[ref:{wanted.keys[0]}]", *(f"{item['quantity']} x {item['product']}" for item in items)]
    own = wanted.fields.get("comments")
    return "\n".join([*lines, str(own)] if own else lines)


def _attached(documents: Json, labels: Mapping[str, Any]) -> Iterator[str]:
    for document in _documents(documents):
        made = document["generated"] is not None
        beside = f"{_code(str(document['name']))}, à côté de cette fiche"
        inside = f"{_code(str(document['file']))} (sha256 {document['sha256']})"
        yield f"- [ ] {_code(str(_labelled(document['type'], labels)))} : {beside if made else inside}"


def _section(title: str, words: Mapping[str, str], values: Mapping[str, Any]) -> Iterator[str]:
    if values:
        yield from ("", f"## {title}", "")
        for word, label in words.items():
            yield from _known(label, values.get(word))


def _known(label: str, value: Any) -> Iterable[str]:
    return _box(label, value) if value not in {None, ""} else ()


def _box(label: str, value: Any) -> Iterator[str]:
    """Return an entry of the form with what to type as code, a text of several lines as a block below it."""
    lines = _shown(value).splitlines() or [""]
    if len(lines) == 1:
        yield f"- [ ] {label} : {_code(lines[0])}"
    else:
        yield from (f"- [ ] {label} :", "", *(f"      {line}".rstrip() for line in lines), "")


def _code(text: str) -> str:
    """Return a text as Markdown code, whatever is in it."""
    shown = "".join(letter if letter.isprintable() else "\ufffd" for letter in text)
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", shown)), default=0))
    return f"{fence} {shown} {fence}" if len(fence) > 1 else f"`{shown}`"


def _task(text: str) -> Iterator[str]:
    yield f"- [ ] {text}"


def _shown(value: Any) -> str:
    return "(vider)" if value is None else str(value)


def _labelled(code: Any, labels: Mapping[str, Any]) -> Any:
    return f"{labels[code]} ({code})" if code in labels else code


def _complement(wanted: Wanted) -> Mapping[str, Any]:
    return _mapping(wanted.options.get("complement"))


def _documents(value: Json) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list | tuple) else []


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(lines: Iterable[str]) -> bytes:
    return ("\n".join(lines) + "\n").encode()
