"""Purchase orders made here: the same in, the same out; broken templates say where."""

from typing import Any

import pytest

from reconciler.errors import StepRefused
from reconciler.vendors.divalto import documents, generating
from tests.unit.divalto_texts import one_order, order, problems_of, wanted_of, world_of

INPUTS: dict[str, Any] = {
    "reference": "acme-infra/odata#1",
    "partner": "Nordwind Conseil",
    "site": "123456",
    "opportunity": None,
    "newSite": None,
    "items": [{"product": "SAAS IO ODATA EXT", "quantity": 1}],
    "deliveryDate": "2026-03-02",
    "quoteNumber": None,
    "template": generating.STANDARD,
    "signatory": "Léa Martin",
    "date": None,
}


def text_of(**given: Any) -> str:
    """Return the text of a document that can be made."""
    text = generating.fill({**INPUTS, **given})
    assert isinstance(text, str)
    return text


def test_standard_purchase_order_says_everything() -> None:
    """Site, references, quantities, dates, partner and signatory are in it; what is not known leaves no gap."""
    text = text_of(date="2026-02-10", quoteNumber="Q-1")

    for word in ("acme-infra/odata#1", "123456", "1 x SAAS IO ODATA EXT", "2026-03-02", "2026-02-10", "Q-1"):
        assert word in text
    assert "Nordwind Conseil" in text
    assert "Léa Martin" in text
    assert "None" not in text_of()


def test_new_site_is_shown_by_its_address() -> None:
    """A site that is to be made has no number; its name and address stand there, without lines that are not known."""
    site = {"name": "Neuf SARL", "address1": "2 rue Haute", "postalCode": "75001", "city": "Paris"}

    assert "Neuf SARL\n2 rue Haute\n75001 Paris" in text_of(site=None, newSite=site)


def test_made_document_is_the_same_every_time() -> None:
    """No time and no chance is in it, so that its fingerprint can be planned."""
    first = generating.render(INPUTS)

    assert first == generating.render(dict(reversed(INPUTS.items())))
    assert first.startswith(b"%PDF-")
    assert first.rstrip().endswith(b"%%EOF")


def test_letters_are_those_of_western_europe() -> None:
    """Accents and the euro sign are drawn, in the encoding of the font."""
    data = generating.render({**INPUTS, "template": "Léa — 5 €"})

    assert b"<4ce9612097203520" + b"80>" in data


def test_long_lines_and_many_lines_stay_on_the_page() -> None:
    """A line is broken at the margin, and a page is followed by another."""
    data = generating.render({**INPUTS, "template": "mot " * 60 + "\n" + "ligne\n" * 100})

    assert data.count(b"/Type /Page/") > 1
    assert max(len(part.split(b">")[0]) // 2 for part in data.split(b"<")[1:] if b"> Tj" in part) <= 80


@pytest.mark.parametrize(
    ("template", "line", "reason"),
    [
        ("a\n{% for item in items %}\n", 2, "end of template"),
        ("a\n\n{{ siteNumber }}", 3, "undefined"),
        ("{{ ''.__class__.__mro__ }}", 1, "unsafe"),
        ("a\n{{ items.append(1) }}", 2, "unsafe"),
        ("łódź", None, "U+0142"),
        ("a\n" * 2001, None, "2001 lines"),
        ("bell \x07", None, "U+0007"),
    ],
    ids=["not closed", "unknown name", "reaches out", "changes what it is given", "letters", "too long", "control"],
)
def test_broken_template_says_where_and_why(template: str, line: int | None, reason: str) -> None:
    """A template is a program of the project's: what it does wrong is reported with its line, and nothing is made."""
    inputs = {**INPUTS, "template": template}
    broken = generating.fill(inputs)

    assert isinstance(broken, generating.Broken)
    assert broken.line == line
    assert reason in broken.reason
    with pytest.raises(StepRefused, match="reconciler validate"):
        generating.render(inputs)


def test_made_document_is_named_after_what_it_is_made_from() -> None:
    """Another quantity, signatory or date makes another document; the same order always makes the same one."""
    one, same = one_order(), one_order(comments="other")
    other = one_order(documents="[{type: BON_DE_COMMANDE, generate: {signatory: Tom Petit}}]")
    names = [_only(wanted.options["documents"])["name"] for wanted in (one, same, other)]

    assert names[0] == names[1] != names[2]
    assert names[0].startswith("bon-de-commande-")


def test_attached_document_of_that_name_counts_whatever_its_bytes() -> None:
    """What draws the document may change from version to version: that is no second document."""
    made = _only(one_order().options["documents"])
    shown = {"documentType": made["type"], "fileName": made["name"], "sha256": "0" * 64}

    assert documents.same(made, shown)
    assert not documents.same(made, {**shown, "documentType": "AUTRE"})
    assert not documents.same({**made, "generated": None}, shown)


def test_template_of_the_project_is_filled_in() -> None:
    """A text file of the project is a template with the same names; its text is part of what the document is."""
    text = order(documents="[{type: BON_DE_COMMANDE, generate: {template: t.txt, signatory: Lea Martin}}]")
    (one,) = wanted_of(text, files={"t.txt": b"Site {{ site }}"}).values()
    (other,) = wanted_of(text, files={"t.txt": b"Numero {{ site }}"}).values()

    made = [_only(wanted.options["documents"]) for wanted in (one, other)]
    assert [generating.fill(one["generated"]) for one in made] == ["Site 123456", "Numero 123456"]
    assert made[0]["name"] != made[1]["name"]


def test_purchase_order_needs_the_partners_name() -> None:
    """A purchase order without the name of who orders is refused, with what to set."""
    (problem,) = problems_of(world_of(order()), partner=None)

    assert problem.code == "E489"
    assert "partner" in problem.detail


def _only(documents: Any) -> dict[str, Any]:
    (document,) = documents
    return dict(document)
