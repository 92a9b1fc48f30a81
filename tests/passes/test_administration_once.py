"""Rules of what people at Divalto are never asked twice, however the manifests and the way to them change."""

from pathlib import Path

import pytest

from reconciler.contract import ClaimState
from reconciler.model import Address
from reconciler.reconcile import deciding
from tests.passes.administration import NEW_SITE, ODATA, SITE, Administration
from tests.passes.harness import actions, codes, outcomes

ORDER = Address("divalto", "order", "odata-hq")
HQ = Address("divalto", "site", "hq")
ANSWER = "  complement: {number: 1, answer: voici}\n"


@pytest.fixture
def administration(tmp_path: Path) -> Administration:
    """Return a vendor where nobody has ordered yet, and an ODATA order for it."""
    return Administration(tmp_path)


def again(number: int) -> str:
    """Return the order with its revision raised."""
    return ODATA.replace("  execute:", f"  revision: {number}\n  execute:")


def ask(administration: Administration, what: str, number: str = "") -> None:
    """Let the vendor take up the order and ask for something."""
    administration.decide("take", number=number)
    administration.decide("ask", reason=what, number=number)


def placed(administration: Administration, number: str | None, target: Address = ORDER) -> list[str]:
    """Report what a person was asked for as done."""
    answer = deciding.Answer(ClaimState.DONE, number)
    return administration.do(lambda context: deciding.resolve(context, target, answer=answer))


@pytest.mark.parametrize("asked", [False, True], ids=["not-asked", "pending"])
def test_selected_order_waits_for_its_site(administration: Administration, asked: bool) -> None:
    """An order that was selected alone takes its site along, and is not submitted before it is as declared."""
    administration.manifests = [SITE]
    if asked:
        administration.apply()
    administration.manifests, administration.selection = [SITE, ODATA], "odata-hq"
    assert outcomes(administration.apply())["divalto/order/odata-hq:submit"] == "waiting"
    assert administration.books()["submissions"] == []
    assert len(administration.books()["requests"]) == 1
    administration.answer("accept")
    administration.apply()
    assert administration.books()["submissions"] == ["acme-infra/odata-hq#1"]


def test_draft_of_an_order_that_a_person_placed_is_left_alone(administration: Administration) -> None:
    """Entered by a run, then placed by a person under another number: the draft is shown, and never submitted."""
    administration.manifests = [ODATA.replace("execute: true", "execute: false")]
    administration.apply()
    administration.manifests, administration.options = [ODATA], {"transport": "manual"}
    assert placed(administration, "CMD-1") == ["place"]
    administration.options = {}
    plan = administration.plan()
    assert (actions(plan), codes(plan)) == ([], ["E493"])
    administration.apply()
    assert administration.books()["submissions"] == []


def test_answer_left_in_the_manifest_is_for_no_other_order(administration: Administration) -> None:
    """An answer that was sent for an earlier revision is not sent to what is asked about the next; a new one is."""
    administration.apply()
    ask(administration, "un bon")
    administration.manifests = [ODATA + ANSWER]
    administration.apply()
    administration.decide("refuse", reason="non")
    administration.manifests = [again(2) + ANSWER]
    administration.apply()
    number = administration.order("acme-infra/odata-hq#2")["orderNumber"]
    ask(administration, "autre chose", number)
    administration.apply()
    assert administration.books()["answers"] == ["acme-infra/odata-hq#1"]
    assert "complement: {number: 2" in administration.plan().waiting[0].detail
    administration.manifests = [again(2) + ANSWER.replace("1", "2")]
    administration.apply()
    assert administration.books()["answers"] == ["acme-infra/odata-hq#1", "acme-infra/odata-hq#2"]


def test_answer_numbered_ahead_is_not_sent(administration: Administration) -> None:
    """It could be told from an answer to a later request by nobody; the right number is said."""
    administration.apply()
    ask(administration, "un bon")
    administration.manifests = [ODATA + ANSWER.replace("1", "2")]
    administration.apply()
    assert administration.books()["answers"] == []
    assert "complement: {number: 1" in administration.plan().waiting[0].detail


def test_run_that_died_with_a_raised_revision(administration: Administration) -> None:
    """What it entered is found however much is read, and is not taken for the order of the earlier revision."""
    administration.apply()
    administration.decide("refuse", reason="non")
    administration.apply()
    administration.manifests = [again(2)]
    assert administration.crash("CDE-2026-000002/documents")
    assert [administration.plan(only_changed=one).complete for one in (False, True)] == [True, True]
    administration.apply()
    assert administration.books()["submissions"] == ["acme-infra/odata-hq#1", "acme-infra/odata-hq#2"]


@pytest.mark.parametrize("name", ["odata-hq", "odata-main"], ids=["same-name", "renamed"])
def test_order_placed_again_without_its_number(administration: Administration, name: str) -> None:
    """It has no number, rather than that of the order before."""
    administration.options = {"transport": "manual"}
    placed(administration, "CMD-1")
    administration.apply()
    former = "" if name == ORDER.name else f", previously: [{ORDER.name}]"
    administration.manifests = [again(2).replace("name: odata-hq", f"name: {name}{former}")]
    assert placed(administration, None, Address("divalto", "order", name)) == ["place"]
    (told,) = administration.plan().problems
    assert (told.code, "without a number" in told.summary) == ("E467", True)


def test_changed_file_is_noticed_without_reading_everything(administration: Administration) -> None:
    """An order that ended is read again when an attached file is another one, for as long as it is."""
    administration.apply()
    for what in ("take", "validate", "provisioned"):
        administration.decide(what)
    administration.apply()
    assert codes(administration.plan(only_changed=True)) == []
    paper = administration.root / "documents" / "bc.pdf"
    kept = paper.read_bytes()
    paper.write_bytes(kept + b"% and more\n")
    for _ in range(2):
        assert codes(administration.plan(only_changed=True)) == ["E494"]
        administration.apply()
    paper.write_bytes(kept)
    administration.apply()
    assert [one.code for one in administration.plan(only_changed=True).problems] == ["E605"]


def test_change_that_a_person_asked_for_is_not_requested_again(administration: Administration) -> None:
    """What was asked for in the portal stays asked for when an interface comes; other facts are requested."""
    administration.manifests, administration.options = [SITE], {"transport": "manual"}
    (asked,) = placed(administration, None, HQ)
    administration.options = {}
    (waiting,) = administration.plan().waiting
    assert (asked.partition(":")[0], waiting.party, "a person asked" in waiting.detail) == ("ask", "vendor", True)
    administration.apply()
    assert administration.books()["requests"] == []
    administration.manifests = [SITE.replace("Colmar", "Mulhouse")]
    administration.apply()
    assert len(administration.books()["requests"]) == 1


def test_lines_that_somebody_added_are_not_submitted(administration: Administration) -> None:
    """A draft with lines that the manifest does not have is refused, until they are declared or gone."""
    administration.manifests = [NEW_SITE.replace("execute: true", "execute: false")]
    administration.apply()
    draft = administration.order()
    lines = [{"reference": "SAAS UTILISATEUR", "quantity": 5}]
    administration.edit("orders", draft["orderNumber"], body={**draft["body"], "lines": lines})
    administration.manifests = [NEW_SITE]
    (refused,) = administration.plan().errors
    assert (refused.code, "has lines" in refused.summary) == ("E498", True)
    administration.apply()
    assert administration.books()["submissions"] == []
    administration.manifests = [NEW_SITE.replace("  execute:", "  items: []\n  execute:")]
    administration.apply()
    assert administration.books()["submissions"] == ["acme-infra/primo-petit#1"]
    assert not administration.order()["body"].get("lines")
