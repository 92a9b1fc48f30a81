"""A lost answer at Divalto: the adapter finds out by a look whether the step was done, and it is done once."""

import pytest

from reconciler.contract import Absent, Call, Done, Found, Refused, Satisfied, Several, Step, Unclear, Unknown
from reconciler.errors import NoAnswer, StepRefused
from reconciler.model import Address
from tests.contract.divalto_bench import Bench
from tests.contract.divalto_manifests import AGAIN, DRAFT, HQ, ODATA, ORDER, SITE

CORRECTED = DRAFT + "  quoteNumber: D-17\n"
EXCHANGED = DRAFT.replace("documents/bc.pdf", "documents/other.pdf")
ANSWERED = ODATA + "  complement: {number: 1, answer: it is signed now}\n"


def lose(bench: Bench, step: Step, *, done: bool) -> None:
    """Send a step whose answer does not come, after or before the vendor has done it."""
    call = bench.prepare(step)
    assert isinstance(call, Call)
    bench.fault("drop_after" if done else "drop_before", match={"method": call.method, "path": call.path})
    with pytest.raises(NoAnswer):
        bench.run(lambda client: client.send(call))
    bench.ask("DELETE", "faults")


def until(operation: str) -> tuple[Bench, Step]:
    """Return a Divalto right before a step, and the step."""
    bench = Bench(ODATA)
    if operation in {"correct", "detach"}:
        bench.declare(DRAFT)
        bench.settle()
        bench.declare(CORRECTED if operation == "correct" else EXCHANGED)
    if operation == "complement":
        bench.settle()
        bench.decide_there("take")
        bench.decide_there("ask", reason="signez")
        bench.declare(ANSWERED)
    if operation == "request":
        bench.declare(SITE)
    for step in bench.plan():
        if step.operation.partition(":")[0] == operation:
            return bench, step
        bench.send(step)
    raise AssertionError(f"{operation} is not planned")


OPERATIONS = ["create", "correct", "attach", "detach", "submit", "complement", "request"]


@pytest.mark.parametrize("done", [True, False], ids=["done", "not-done"])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_lost_answer_is_found_out(operation: str, *, done: bool) -> None:
    """Every change leaves a trace that a complete look shows; without it, it was not done and is done once."""
    bench, step = until(operation)

    lose(bench, step, done=done)
    found = bench.recover(step)

    assert isinstance(found, Found if done else Absent)
    if isinstance(found, Found):
        bench.remember(step, found.vendor_id)
    bench.settle()
    assert bench.plan() == []
    tables = {name: len(bench.books(name)) for name in ("orders", "submissions", "answers", "changeRequests")}
    assert tables["orders"] <= 1
    assert tables["submissions"] <= 1
    assert tables["answers"] == (operation == "complement")
    assert tables["changeRequests"] == (operation == "request")
    assert len(bench.books("documents")) <= 1


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_step_that_was_done_is_not_sent_again(operation: str) -> None:
    """Preparing what the vendor already shows sends nothing; an answered request is planned anew at most."""
    bench, step = until(operation)
    bench.send(step)

    if operation == "complement":
        with pytest.raises(StepRefused, match="does not wait"):
            bench.prepare(step)
    else:
        assert isinstance(bench.prepare(step), Satisfied)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_look_that_fails_proves_nothing(operation: str) -> None:
    """Whether it was done stays open when the vendor cannot be read."""
    bench, step = until(operation)
    lose(bench, step, done=True)
    bench.fault("status_before", status=403, match={"method": "GET", "count": None})

    assert isinstance(bench.recover(step), Unknown)


@pytest.mark.parametrize("operation", ["create", "attach"])
def test_the_same_request_again_changes_nothing(operation: str) -> None:
    """Orders by reference and content, documents by type and sha256."""
    bench, step = until(operation)
    call = bench.prepare(step)

    outcomes = [bench.send_call(step, call) for _ in range(2)]

    assert all(isinstance(one, Done) for one in outcomes)
    assert len(bench.books("orders")) == 1
    assert len(bench.books("documents")) == (operation == "attach")


def test_a_look_after_the_manifest_moved_on_is_about_the_old_revision() -> None:
    """The manifest may ask for a later revision by the time that a lost answer is looked for."""
    bench, step = until("submit")
    lose(bench, step, done=True)
    bench.declare(AGAIN)

    found = bench.recover(step)

    assert found == Found("CDE-2026-000001")


def test_two_orders_with_our_references_are_for_a_person() -> None:
    """A former name's order beside the present name's: nobody chooses by himself."""
    bench, create = until("create")
    bench.send(create)
    bench.declare(ODATA.replace("{name: odata}", "{name: odata2}"))
    bench.send(bench.step(Address("divalto", "order", "odata2"), "create"))
    bench.declare(ODATA.replace("{name: odata}", "{name: odata, previously: [odata2]}"))
    bench.ids.clear()

    assert isinstance(bench.recover(create), Several)
    with pytest.raises(StepRefused, match="a person must choose"):
        bench.prepare(create)


def test_a_reference_that_another_order_has_is_a_conflict() -> None:
    """The vendor tells which; nothing is sent again."""
    bench, create = until("create")
    call = bench.prepare(create)
    bench.send(create)
    bench.edit("orders", "CDE-2026-000001", body={"clientReference": "acme-infra/odata#1", "comments": "x"})

    outcome = bench.send_call(create, call)

    assert isinstance(outcome, Refused)
    assert outcome.conflict
    assert "CDE-2026-000001" in outcome.reason
    with pytest.raises(StepRefused, match="plan again"):
        bench.prepare(create)


@pytest.mark.parametrize("style", ["envelope200", "result200"])
def test_a_refusal_inside_a_success_is_a_refusal(style: str) -> None:
    """A step that the vendor refuses with status 200 is not taken for done."""
    bench, step = until("submit")
    call = bench.prepare(step)
    bench.edit("orders", "CDE-2026-000001", statusReason=None)
    bench.set(errorStyle=style)

    outcome = bench.send_call(step, call)

    assert isinstance(outcome, Refused)
    assert "plan again" in outcome.reason
    assert bench.books("submissions") == []


@pytest.mark.parametrize("kind", ["html", "garbage", "truncate"])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_answer_that_cannot_be_read_proves_nothing(operation: str, kind: str) -> None:
    """It is unclear, whatever its status, until a look has shown what became of it."""
    bench, step = until(operation)
    call = bench.prepare(step)
    assert isinstance(call, Call)
    more = {"commit": True} if kind == "html" else {}
    bench.fault(kind, match={"method": call.method, "path": call.path}, **more)

    try:
        outcome: object = bench.send_call(step, call)
    except NoAnswer as error:
        outcome = error

    assert isinstance(outcome, Unclear | NoAnswer)
    assert isinstance(bench.recover(step), Found)


def test_the_site_of_a_lost_request_is_asked_once() -> None:
    """The vendor takes a used reference again, so the look comes first."""
    bench, step = until("request")
    lose(bench, step, done=True)

    assert bench.prepare(step) == Satisfied("123456")
    assert bench.decide(HQ).steps == ()
    assert bench.decide(HQ).waiting != ()
    assert ORDER not in bench.wanted
