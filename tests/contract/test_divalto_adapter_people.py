"""What people at Divalto decide about orders: told, waited for, and never answered by a second order."""

from typing import Any

import pytest

from reconciler.contract import Call, Done, Observed, SyncStatus
from reconciler.errors import StepRefused
from reconciler.model import Severity
from tests.contract.adapter_bench import observed
from tests.contract.divalto_bench import Bench
from tests.contract.divalto_manifests import DRAFT, ODATA, ORDER

ANSWER = "  complement: {number: 1, answer: it is signed now, documents: [{type: AUTRE, file: documents/signed.pdf}]}\n"
BARE = "  complement: {number: 2, answer: once more}\n"


@pytest.fixture
def placed() -> Bench:
    """Return a Divalto in which the order is submitted and taken in charge."""
    bench = Bench(ODATA)
    bench.settle()
    bench.decide_there("take")
    return bench


@pytest.fixture
def asked(placed: Bench) -> Bench:
    """Return a Divalto that asks for a complement."""
    placed.decide_there("ask", reason="bon de commande non signé")
    return placed


def seen(bench: Bench) -> Observed:
    """Return the order as it is."""
    return observed(bench.observe(), ORDER)


@pytest.mark.parametrize(
    ("decision", "status"), [("refuse", "REFUSEE"), ("cancel", "ANNULEE")], ids=["refused", "canceled"]
)
def test_an_order_that_ended_badly_is_for_a_person(placed: Bench, decision: str, status: str) -> None:
    """The reason is told with what to do; nothing is sent again, on this pass or the next."""
    placed.decide_there(decision, reason="bon de commande non signé")
    before = placed.mutations()

    (waiting,) = placed.decide(ORDER).waiting

    assert seen(placed).status is SyncStatus.FAILED
    assert seen(placed).detail == f"{status}: bon de commande non signé"
    assert waiting.party == "person"
    assert "non signé" in waiting.detail
    assert "replaces: CDE-2026-000001" in waiting.detail
    assert placed.settle() == placed.settle() == []
    assert placed.mutations() == before


def test_a_request_for_complement_is_for_a_person(asked: Bench) -> None:
    """What is asked is told with how to answer; nothing is answered by itself."""
    (waiting,) = asked.decide(ORDER).waiting

    assert (waiting.party, waiting.polled) == ("person", False)
    assert "bon de commande non signé" in waiting.detail
    assert "complement: {number: 1" in waiting.detail
    assert asked.plan() == []


def test_a_declared_answer_goes_once_after_its_documents(asked: Bench) -> None:
    """Documents first, then the answer; the same number is not sent again, whatever is asked later."""
    asked.declare(ODATA + ANSWER)

    sent = [one.step.operation for one in asked.settle()]
    asked.decide_there("ask", reason="encore")

    assert [one.partition(":")[0] for one in sent] == ["attach", "complement"]
    assert [one["answer"] for one in asked.books("answers")] == ["it is signed now"]
    assert asked.plan() == []
    (waiting,) = asked.decide(ORDER).waiting
    assert "complement: {number: 2" in waiting.detail


def test_a_second_request_takes_a_second_answer(asked: Bench) -> None:
    """Each number is sent once."""
    asked.declare(ODATA + ANSWER)
    asked.settle()
    asked.decide_there("ask", reason="encore")
    asked.declare(ODATA + BARE)

    asked.settle()

    assert [one["answer"] for one in asked.books("answers")] == ["it is signed now", "once more"]


def test_an_answer_is_not_sent_again_by_a_ledger_that_forgot_it(asked: Bench) -> None:
    """The order's history shows how many requests were answered."""
    asked.declare(ODATA + ANSWER)
    asked.settle()
    asked.decide_there("ask", reason="encore")
    asked.done.clear()

    assert asked.plan() == []
    assert "complement:1" in seen(asked).done


def test_an_answer_to_a_request_that_was_settled_otherwise_is_not_sent(asked: Bench) -> None:
    """A person was faster in the portal: the answer that was planned fits no open request."""
    asked.declare(ODATA + BARE.replace("number: 2", "number: 1"))
    step = asked.step(ORDER, "complement")
    asked.edit("orders", "CDE-2026-000001", status="EN_COURS", requestedInformation=None)

    with pytest.raises(StepRefused, match="does not wait"):
        asked.prepare(step)


@pytest.mark.parametrize("planted", ["EN_EXPERTISE", "x" * 90, "traitee"])
def test_an_unknown_status_is_told_and_nothing_is_done(placed: Bench, planted: str) -> None:
    """A status that is not known is never taken for a good one, nor for a reason to do anything."""
    placed.set(unknownStatus={"*": planted})

    decision = placed.decide(ORDER)

    assert seen(placed).status is SyncStatus.UNKNOWN
    assert decision.steps == ()
    assert [one.severity for one in decision.problems] == [Severity.WARNING]
    assert [(one.party, one.detail, one.polled) for one in decision.waiting] == [("vendor", planted, False)]


def test_a_draft_in_an_unknown_status_is_not_submitted() -> None:
    """What is not known to be a draft is left alone, also by a step that was planned before."""
    bench = Bench(ODATA)
    create, attach, submit = bench.plan()
    bench.send(create)
    bench.send(attach)
    bench.set(unknownStatus={"*": "EN_EXPERTISE"})

    with pytest.raises(StepRefused, match="not known"):
        bench.prepare(submit)
    assert seen(bench).done == ("create",)


EDITS = {
    "items": ODATA.replace("SAAS IO ODATA EXT", "SAAS IO ODATA"),
    "contact": ODATA.replace("Martin", "Durand"),
    "certificate": ODATA.replace("boss@", "chief@"),
    "documents": ODATA.replace("documents/bc.pdf", "documents/other.pdf"),
    "comments": ODATA + "  comments: please hurry\n",
}


@pytest.mark.parametrize("remembered", [True, False], ids=["ledger", "lost-ledger"])
@pytest.mark.parametrize("word", EDITS)
def test_a_submitted_order_is_frozen(placed: Bench, word: str, *, remembered: bool) -> None:
    """An edit is refused with what to do, whether the ledger knows what was submitted or only the vendor shows it."""
    if not remembered:
        placed.frozen.clear()
    placed.declare(EDITS[word])

    decision = placed.decide(ORDER)

    assert (decision.steps, decision.waiting) == ((), ())
    (problem,) = decision.problems
    assert (problem.code, problem.severity) == ("E494", Severity.ERROR)
    assert problem.summary.startswith(word)
    assert "raise `revision`" in problem.summary


def test_removing_a_line_of_a_submitted_order_is_an_edit() -> None:
    """What was submitted stays declared."""
    bench = Bench(ODATA + "  comments: please hurry\n")
    bench.settle()
    bench.declare(ODATA)

    assert [one.code for one in bench.decide(ORDER).problems] == ["E494"]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            ODATA.replace("[it@acme.example, boss@acme.example]", "[boss@acme.example, it@acme.example]"), id="order"
        ),
        pytest.param(ODATA.replace("Lea@acme", "lea@acme"), id="letter-case-of-an-address"),
        pytest.param(ODATA.replace("product: SAAS IO ODATA EXT", 'product: "SAAS  IO ODATA EXT "'), id="blanks"),
    ],
)
def test_reformatting_a_submitted_order_is_no_edit(placed: Bench, text: str) -> None:
    """What means the same to the vendor is the same."""
    placed.declare(text)

    assert placed.decide(ORDER).problems == ()


def test_execute_false_of_a_submitted_order_takes_nothing_back(placed: Bench) -> None:
    """It is told, and the order goes on."""
    placed.declare(DRAFT)

    decision = placed.decide(ORDER)

    assert (decision.steps, [one.severity for one in decision.problems]) == ((), [Severity.INFO])


@pytest.mark.parametrize("how", ["gone", "draft-again"])
def test_an_order_that_is_not_what_it_was_is_not_repeated(placed: Bench, how: str) -> None:
    """An order that we submitted and that is gone, or a draft again, is an error and never a second order."""
    if how == "gone":
        placed.ask("POST", "delete", {"what": "orders", "id": "CDE-2026-000001"})
    else:
        placed.edit("orders", "CDE-2026-000001", status="BROUILLON")

    decision = placed.decide(ORDER)

    assert (decision.steps, [one.code for one in decision.problems]) == ((), ["E493"])


def test_an_order_found_by_its_reference_is_not_entered_again() -> None:
    """Another run was faster: what is there and the same is taken for the step's end."""
    bench = Bench(ODATA)
    (create, *_) = bench.plan()
    call = bench.prepare(create)
    assert isinstance(call, Call)

    assert bench.send_call(create, call) == bench.send_call(create, call) == Done("CDE-2026-000001")
    bench.settle()
    assert len(bench.books("orders")) == 1


@pytest.mark.parametrize("label", ["Refusée\n\x1b[2J", "<script>"])
def test_a_hostile_reason_stays_text(placed: Bench, label: Any) -> None:
    """What the vendor writes is carried as it is, for renderers to neutralise."""
    placed.decide_there("refuse", reason=label)

    assert label.strip() in seen(placed).detail
