"""Rules of orders that people decide: placed once, waited for, and what they decided recorded."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reconciler.contract import ClaimState
from reconciler.errors import Exit
from reconciler.reconcile import applying
from tests.passes.administration import NEW_SITE, ODATA, OPPORTUNITY, SITE, Administration
from tests.passes.harness import actions, codes, outcomes
from tests.passes.interference import Undisturbed

ORDERS = {"existing-site": ODATA, "new-site": NEW_SITE, "opportunity": OPPORTUNITY}
REFERENCE = {
    "existing-site": "acme-infra/odata-hq#1",
    "new-site": "acme-infra/primo-petit#1",
    "opportunity": "acme-infra/primo-dupont#1",
}


@pytest.fixture
def administration(tmp_path: Path) -> Administration:
    """Return a vendor where nobody has ordered yet, and an ODATA order for it."""
    return Administration(tmp_path)


def code(administration: Administration) -> Exit:
    """Apply once and return the detailed exit code."""
    return applying.exit_code(administration.apply(), detailed=True)


def condition(administration: Administration, kind: str) -> str | None:
    """Apply once and return the message of the order's condition of a kind, when it is true."""
    (record,) = administration.apply().statuses
    found = [one for one in record.conditions if one["type"] == kind and one["status"] == "True"]
    return found[0]["message"] if found else None


@pytest.mark.parametrize("name", ORDERS)
def test_order_from_empty_to_certificate(administration: Administration, name: str) -> None:
    """Draft, documents, validation, one submission; it waits for people, and then everything is recorded."""
    administration.manifests = [ORDERS[name]]
    sent, began = Undisturbed(), administration.clock.now()
    applied = administration.apply(by=sent)
    assert set(outcomes(applied).values()) == {"done", "waiting"}
    names = [call.endpoint.name for call in sent.calls if call.method != "GET"]
    documents = 2 if name == "existing-site" else 1
    assert [one for one in names if one != "validate-order"] == [
        "create-order",
        *["attach-document"] * documents,
        "submit-order",
    ]
    assert "validate-order" in names
    assert applying.exit_code(applied, detailed=True) is Exit.CONVERGING
    assert administration.clock.now() == began  # people are not polled
    administration.mutations()
    for _ in range(2):
        assert code(administration) is Exit.CONVERGING
        assert [(one.party, one.detail.split()[0]) for one in administration.plan().waiting] == [
            ("vendor", "A_TRAITER")
        ]
    assert sum(administration.mutations().values()) == 0
    administration.decide("take")
    administration.decide("validate", **({} if name == "existing-site" else {"assignedSiteNumber": "200001"}))
    if name == "existing-site":
        assert code(administration) is Exit.CONVERGING
        administration.decide("provisioned")
    assert code(administration) is Exit.DONE
    plan = administration.plan()
    assert (actions(plan), plan.waiting) == ([], ())
    (record,) = administration.apply().statuses
    assert record.sync_status.value == "Synchronized"
    assert record.facts["orderNumber"] == administration.order()["orderNumber"]
    if name != "existing-site":
        assert record.facts["assignedSiteNumber"] == "200001"
    assert administration.books()["submissions"] == [REFERENCE[name]]
    assert sum(administration.mutations().values()) == 0


def test_certificate_is_sealed(administration: Administration) -> None:
    """Identifier and date of a certificate are readable; content and access code are sealed and read once."""
    administration.apply()
    administration.decide("take")
    administration.decide("validate")
    administration.decide("provisioned")
    administration.apply()
    (asset,) = administration.do(lambda context: context.ledger.read_assets(context.scopes))
    assert (asset.product, asset.purchased_at is not None) == ("ODATA", True)
    assert sorted(asset.sealed) == ["access_code", "content"]
    sent = Undisturbed()
    administration.apply(by=sent)
    assert not [call for call in sent.calls if call.path.endswith("/content")]


ENDINGS = {
    "refused": ("refuse", "Stalled", "Bon de commande non signé"),
    "asked": ("ask", "ActionRequired", "Merci de joindre un bon signé"),
    "cancelled": ("cancel", "Stalled", "Doublon"),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_decision_is_shown_and_nothing_is_sent_again(administration: Administration, ending: str) -> None:
    """What a person decided is in plan and status with its reason, and stays so run after run."""
    decision, kind, reason = ENDINGS[ending]
    administration.apply()
    if ending != "cancelled":
        administration.decide("take")
    administration.decide(decision, reason=reason)
    administration.mutations()
    assert reason in (condition(administration, kind) or "")
    assert reason in administration.plan().waiting[0].detail
    assert code(administration) is Exit.CONVERGING
    assert sum(administration.mutations().values()) == 0


def test_unknown_status_is_only_watched(administration: Administration) -> None:
    """A status that is not known is shown as Unknown; nothing is done, and it may become known later."""
    administration.apply()
    administration.sim("POST", "/settings", {"unknownStatus": {"*": "EN_REVUE"}})
    administration.mutations()
    (record,) = administration.apply().statuses
    assert record.sync_status.value == "Unknown"
    assert sum(administration.mutations().values()) == 0
    administration.sim("POST", "/settings", {"unknownStatus": {}})
    assert [one.detail.split()[0] for one in administration.plan().waiting] == ["A_TRAITER"]


@pytest.mark.parametrize("ending", ["refuse", "cancel"])
def test_raising_the_revision_places_exactly_one(administration: Administration, ending: str) -> None:
    """A refused order is placed again by a person's commit: a new reference that names the old number."""
    administration.apply()
    administration.decide(ending, reason="non")
    number = administration.order()["orderNumber"]
    administration.manifests = [ODATA.replace("  execute:", f"  revision: 2\n  replaces: {number}\n  execute:")]
    assert code(administration) is Exit.CONVERGING
    assert code(administration) is Exit.CONVERGING
    assert administration.books()["submissions"] == ["acme-infra/odata-hq#1", "acme-infra/odata-hq#2"]
    assert administration.order("acme-infra/odata-hq#2")["body"]["replacesOrderNumber"] == number


def test_answer_to_a_request_is_sent_once(administration: Administration) -> None:
    """A declared complement adds its documents and answers; the same number is never sent again, a new one is."""
    administration.apply()
    administration.decide("take")
    administration.decide("ask", reason="un bon signé")
    (administration.root / "documents" / "signed.pdf").write_bytes(b"%PDF-1.4\n% signed\n")
    documents = "documents: [{type: ATTESTATION_SIGNATURE, file: documents/signed.pdf}]"
    administration.manifests = [f"{ODATA}  complement: {{number: 1, answer: voici, {documents}}}\n"]
    administration.mutations()
    assert code(administration) is Exit.CONVERGING
    assert dict(administration.mutations()) == {"POST documents": 1, "POST complement": 1}
    administration.decide("ask", reason="encore")
    assert "encore" in administration.plan().waiting[0].detail
    assert code(administration) is Exit.CONVERGING
    assert sum(administration.mutations().values()) == 0
    administration.manifests = [f"{ODATA}  complement: {{number: 2, answer: revoici}}\n"]
    administration.apply()
    assert administration.books()["answers"] == ["acme-infra/odata-hq#1"] * 2


def test_submitted_order_is_frozen(administration: Administration) -> None:
    """Editing it is refused with what to do; nothing is sent."""
    administration.apply()
    administration.mutations()
    administration.manifests = [ODATA.replace("it@acme.example", "other@acme.example")]
    assert codes(administration.plan()) != []
    administration.apply()
    assert sum(administration.mutations().values()) == 0
    administration.manifests = [ODATA.replace("{lastName: Martin, firstName: Lea", "{firstName: Lea, lastName: Martin")]
    assert codes(administration.plan()) == []


def test_draft_is_corrected_before_it_is_submitted(administration: Administration) -> None:
    """What was entered and edited since is never submitted as it was: neither content nor documents."""
    administration.manifests = [ODATA.replace("execute: true", "execute: false")]
    assert code(administration) is Exit.DONE
    assert administration.order()["submissions"] == 0
    (administration.root / "documents" / "bc.pdf").write_bytes(b"%PDF-1.4\n% another one\n")
    administration.manifests = [ODATA.replace("it@acme.example", "other@acme.example")]
    administration.apply()
    assert administration.order()["body"]["certificate"]["recipients"] == ["other@acme.example"]
    assert administration.books()["documents"] == [
        ("acme-infra/odata-hq#1", "BON_DE_COMMANDE"),
        ("acme-infra/odata-hq#1", "DEVIS"),
    ]
    assert administration.books()["submissions"] == ["acme-infra/odata-hq#1"]


SITES: dict[str, tuple[Callable[[Administration], Any], str, str | None]] = {
    "as-asked": (lambda one: one.answer("accept"), "Synchronized", None),
    "otherwise": (lambda one: one.answer("accept", applied={"city": "Mulhouse"}), "Failed", "Mulhouse"),
    "refused": (lambda one: one.answer("refuse", reason="Kbis manquant"), "Failed", "Kbis manquant"),
}


@pytest.mark.parametrize("name", SITES)
def test_site_is_changed_by_one_request(administration: Administration, name: str) -> None:
    """A difference becomes one change request; pending is no drift, and however it ends it is not asked again."""
    decide, status, detail = SITES[name]
    administration.manifests = [SITE]
    administration.apply()
    assert code(administration) is Exit.CONVERGING
    (record,) = administration.apply().statuses
    assert record.sync_status.value == "InProgress"
    decide(administration)
    (record,) = administration.apply().statuses
    assert record.sync_status.value == status
    assert detail is None or any(detail in one["message"] for one in record.conditions)
    administration.apply()
    assert len(administration.books()["requests"]) == 1


def test_order_waits_for_its_site(administration: Administration) -> None:
    """The order is entered, and submitted only when the site is as declared, unless the manifest says otherwise."""
    administration.manifests = [SITE, ODATA]
    first = administration.apply()
    assert outcomes(first)["divalto/order/odata-hq:submit"] == "waiting"
    assert administration.books()["submissions"] == []
    administration.answer("accept")
    administration.apply()
    assert administration.books()["submissions"] == ["acme-infra/odata-hq#1"]


def test_order_that_need_not_wait_for_its_site(administration: Administration) -> None:
    """With `waitForSiteChange: false` it is submitted beside the request."""
    administration.manifests = [SITE, ODATA.replace("  execute:", "  waitForSiteChange: false\n  execute:")]
    administration.apply()
    assert administration.books()["submissions"] == ["acme-infra/odata-hq#1"]


@pytest.mark.parametrize("style", ["http", "envelope200", "result200"])
def test_refusals_in_either_style_are_refusals(administration: Administration, style: str) -> None:
    """An error in a 200 is an error: the order is refused with the vendor's reason, and never called done."""
    administration.sim("POST", "/settings", {"errorStyle": style})
    administration.manifests = [ODATA.replace('site: "123456"', 'site: "123459"')]
    applied = administration.apply()
    assert applying.exit_code(applied, detailed=False) in {Exit.PARTIAL, Exit.ERROR}
    assert administration.books()["submissions"] == []


@pytest.mark.parametrize("days", [10, 40])
def test_end_of_the_key_is_warned_about(administration: Administration, days: int) -> None:
    """Thirty days ahead the plan says that the key ends."""
    administration.sim("POST", "/settings", {"keyExpiresInDays": days})
    warned = [one for one in administration.plan().problems if "key" in one.summary]
    assert bool(warned) is (days < 30)


def test_lost_ledger_finds_everything_again(administration: Administration) -> None:
    """Without its ledger the next run adopts by reference and places nothing."""
    administration.manifests = [SITE, ODATA]
    administration.apply()
    administration.answer("accept")
    administration.apply()
    for name in ("state.db", "state.db-wal", "state.db-shm", "state.db.mark"):
        (administration.root / name).unlink(missing_ok=True)
    administration.mutations()
    assert code(administration) is Exit.CONVERGING
    assert sum(administration.mutations().values()) == 0
    claims = administration.do(lambda context: context.ledger.read_memory(context.scopes))
    states = [state for memory in claims.values() for state in memory.claims.values()]
    assert set(states) == {ClaimState.DONE}
