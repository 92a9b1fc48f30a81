"""What a person is handed who does in the portal what cannot be sent: every value, in the portal's words."""

import dataclasses

from reconciler.vendors.divalto import papers
from tests.unit.divalto_texts import PDF, one_order, order, site, wanted_of

SUPPLIED = "[{type: DEVIS, file: documents/devis.pdf}, {type: BON_DE_COMMANDE, generate: {signatory: Lea Martin}}]"
FULL = order(
    execute="true",
    documents=SUPPLIED,
    quoteNumber="Q-17",
    comments='"Facturer avec\\nle contrat"',
    replaces="CDE-2026-000007",
)


def form_of(text: str) -> str:
    """Return the filled form of an order."""
    (wanted,) = wanted_of(text, files={"documents/devis.pdf": PDF}).values()
    return papers.of_order(wanted)[f"commande-{wanted.address.name}.md"].decode()


def test_form_has_every_value_with_its_label() -> None:
    """Codes are shown with the label of the portal, and every value that the manifest has stands in the form."""
    form = form_of(FULL)

    for entry in (
        "Type de commande : `Commande additionnelle (ADDITIONNELLE)`",
        "Origine : `Site existant (SITE_EXISTANT)`",
        "Génération : `Infinity V10 - Weavy V5 (INFINITY_V10_WEAVY_V5)`",
        "Numéro de site : `123456`",
        "Nom : `Martin`",
        "Téléphone : `+33300000000`",
        "Date de livraison souhaitée : `2026-03-02`",
        "Destinataire : `it@acme.example`",
        "Numéro de devis Divalto : `Q-17`",
        "Remplace la commande : `CDE-2026-000007`",
        "Soumettre, puis confirmer",
    ):
        assert f"- [ ] {entry}\n" in form


def test_comments_carry_the_reference_and_the_lines() -> None:
    """The portal has no field for our reference or for lines, so that the comments begin with both."""
    form = form_of(FULL)

    assert "[ref:acme-infra/odata#1]\n      1 x SAAS IO ODATA\n      Facturer avec\n      le contrat\n" in form


def test_documents_are_listed_and_made_ones_handed_over() -> None:
    """A file is named with its sha256, a made purchase order lies beside the form."""
    (wanted,) = wanted_of(FULL, files={"documents/devis.pdf": PDF}).values()
    handed = papers.of_order(wanted)
    form = handed["commande-odata.md"].decode()
    made = next(name for name in handed if name.endswith(".pdf"))

    assert "- [ ] `Devis (DEVIS)` : `documents/devis.pdf` (sha256 " in form
    assert f"- [ ] `Bon de commande (BON_DE_COMMANDE)` : `{made}`" in form
    assert handed[made].startswith(b"%PDF-")
    assert handed == papers.of_order(wanted)


def test_draft_is_not_submitted() -> None:
    """With `execute: false` the person saves the order only."""
    assert "Enregistrer sans soumettre" in form_of(order())
    assert "Soumettre" not in form_of(order())


def test_answer_to_a_request_is_in_the_form() -> None:
    """A complement stands in the form with its number, its documents and its text."""
    text = order(complement="{number: 2, answer: Ci-joint, documents: [{type: AUTRE, file: documents/devis.pdf}]}")
    _, _, answer = form_of(text).partition("## Réponse à la demande de complément 2")

    assert "- [ ] `Autre document (AUTRE)` : `documents/devis.pdf`" in answer
    assert "- [ ] Réponse : `Ci-joint`" in answer


def test_new_site_has_a_section_of_its_own() -> None:
    """A site to be made is listed field by field; an existing one by its number only."""
    new_site = '{name: Neuf SARL, country: FR, siretNumber: "12345678900011"}'
    wanted = one_order(type="PRIMO", origin="NOUVEAU_SITE", site=None, newSite=new_site, items=None)
    form = papers.of_order(wanted)["commande-odata.md"].decode()

    assert (
        "## Nouveau site\n\n- [ ] Raison sociale : `Neuf SARL`\n- [ ] Pays : `FR`\n- [ ] SIRET : `12345678900011`\n"
        in form
    )
    assert "Nouveau site\n\n" not in form_of(order())


def test_site_change_is_a_form_of_the_wanted_facts() -> None:
    """A person is told the number, our reference, each fact, and what to empty."""
    (wanted,) = wanted_of(site(number="123456", city="Colmar", website="null")).values()
    form = papers.of_site(wanted)["site-hq.md"].decode()

    assert form.startswith("# Demande de changement des informations site `123456`\n")
    assert wanted.keys[0] in form
    assert "- [ ] Ville : `Colmar`\n- [ ] Site web : `(vider)`\n" in form


def test_nothing_in_a_value_is_more_than_a_value() -> None:
    """Markdown in what is typed, and strange letters in a label of the vendor's, stay what they are."""
    (wanted,) = wanted_of(order(quoteNumber='"`a` [x](http://b.example)"', comments='"# A\\n- [x] B"')).values()
    options = {**wanted.options, "labels": {"ADDITIONNELLE": "A\u202e\x07"}}
    form = papers.of_order(dataclasses.replace(wanted, options=options))["commande-odata.md"].decode()

    assert "- [ ] Numéro de devis Divalto : `` `a` [x](http://b.example) ``\n" in form
    assert "\n      # A\n      - [x] B\n" in form
    assert "Type de commande : `A\ufffd\ufffd (ADDITIONNELLE)`\n" in form
