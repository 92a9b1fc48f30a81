"""Orders at the BSS: entered once, executed once, and never ordered again by themselves."""

from typing import Any

import pytest

from reconciler.contract import Call, ClaimState, Kind, Memory, Satisfied
from reconciler.errors import StepRefused
from reconciler.model import Address, Severity
from tests.contract.adapter_bench import fingerprint
from tests.contract.interworks_bench import AVG_ORDER, CUSTOMER, ORDER, RESELLER, Bench

TEN = ORDER.replace("quantity: 25", "quantity: 10")
ENTERED = ORDER.replace("execute: true", "execute: false")
CAPPED = ORDER.rstrip() + '\n  maxPrice: {amount: "747.50", currency: EUR}\n'
FROZEN = {
    1: {
        "account": fingerprint("acme"),
        "items": fingerprint([{"product": "AVG-IS-BE", "quantity": 25}]),
        "invoiceOption": fingerprint(3),
        "startDate": fingerprint(None),
    }
}


@pytest.fixture
def entered() -> Bench:
    """Return a BSS in which the order is entered and not executed."""
    bench = Bench(RESELLER, CUSTOMER, ENTERED)
    bench.settle()
    bench.declare(RESELLER, CUSTOMER, ORDER)
    return bench


@pytest.fixture
def executed(entered: Bench) -> Bench:
    """Return a BSS in which the order is executed."""
    entered.settle()
    return entered


def order_row(bench: Bench) -> dict[str, Any]:
    """Return the one order in the books."""
    (row,) = bench.books("orders")
    return row


def test_entered_order_is_left_alone(entered: Bench) -> None:
    """With `execute: false` an order is entered and stays Submitted."""
    entered.declare(RESELLER, CUSTOMER, ENTERED)

    assert order_row(entered)["status"] == "Submitted"
    assert entered.decide(AVG_ORDER).steps == ()
    assert entered.books("charges") == []


def test_start_date_and_invoice_option_go_with_the_execution(entered: Bench) -> None:
    """Both are sent as declared."""
    entered.declare(RESELLER, CUSTOMER, ORDER.rstrip() + "\n  invoiceOption: 2\n  startDate: 2026-02-01\n")

    call = entered.prepare(entered.step(AVG_ORDER, "execute"))

    assert isinstance(call, Call)
    assert call.body == {"invoiceOption": 2, "startDate": "2026-02-01"}


def test_entered_order_that_differs_is_for_a_person(entered: Bench) -> None:
    """Nothing is executed with lines other than the manifest's: the plan asks for a correction."""
    entered.declare(RESELLER, CUSTOMER, TEN)

    (step,) = entered.decide(AVG_ORDER).steps

    assert (step.kind, step.operation) == (Kind.MANUAL, "correct")
    assert [change.path for change in step.changes] == ["/items/0/quantity"]


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        pytest.param({"accountId": 101}, "account 101, the manifest says 102", id="account"),
        pytest.param({"billToAccountId": 102}, "bill-to 102, the manifest says 101", id="bill-to"),
        pytest.param({"items": []}, "items", id="items"),
    ],
)
def test_execution_of_another_order_is_refused(entered: Bench, changes: dict[str, Any], what: str) -> None:
    """Right before executing, account, bill-to and lines at the vendor must be the manifest's."""
    step = entered.step(AVG_ORDER, "execute")
    entered.edit("orders", entered.ids[AVG_ORDER], **changes)

    with pytest.raises(StepRefused, match=what):
        entered.prepare(step)


def test_execution_of_an_executed_order_is_satisfied(entered: Bench) -> None:
    """The vendor is careless: an executed order is never sent to it again."""
    step = entered.step(AVG_ORDER, "execute")
    entered.send(step)

    assert entered.prepare(step) == Satisfied(entered.ids[AVG_ORDER])
    assert len(entered.books("charges")) == 1


def test_execution_of_a_canceled_order_is_refused(entered: Bench) -> None:
    """Only a submitted order is executed."""
    step = entered.step(AVG_ORDER, "execute")
    entered.edit("orders", entered.ids[AVG_ORDER], status="Canceled")

    with pytest.raises(StepRefused, match="'Canceled'"):
        entered.prepare(step)


def set_price(bench: Bench, price: float | None) -> None:
    """Change the shown price of the product."""
    row = next(row for row in bench.books("products") if row["code"] == "AVG-IS-BE")
    bench.edit("products", row["id"], unitPrice=price)


@pytest.mark.parametrize(
    ("order", "price", "flag"),
    [
        pytest.param(ORDER, 30.0, "stale", id="dearer-than-planned"),
        pytest.param(ORDER, None, "stale", id="not-shown-any-more"),
        pytest.param(CAPPED, 30.0, "policy", id="over-the-cap"),
    ],
)
def test_price_is_looked_at_again_before_execution(entered: Bench, order: str, price: float | None, flag: str) -> None:
    """A price above the plan's makes the step stale, one above `maxPrice` is refused by policy."""
    entered.declare(RESELLER, CUSTOMER, order)
    step = entered.step(AVG_ORDER, "execute")
    set_price(entered, price)

    with pytest.raises(StepRefused) as refused:
        entered.prepare(step)

    assert getattr(refused.value, flag)


def test_lower_price_is_fine(entered: Bench) -> None:
    """Paying less than planned stops nothing."""
    step = entered.step(AVG_ORDER, "execute")
    set_price(entered, 10.0)

    assert isinstance(entered.prepare(step), Call)


def test_order_that_is_there_is_not_entered_again() -> None:
    """The last look before an entry finds the order by its reference."""
    fresh = Bench(RESELLER, CUSTOMER, ENTERED)
    fresh.settle("account", "sync")
    step = fresh.step(AVG_ORDER, "create")
    fresh.send(step)

    assert fresh.prepare(step) == Satisfied(fresh.ids[AVG_ORDER])
    assert len(fresh.books("orders")) == 1


def test_order_of_a_former_name_and_project_is_found(executed: Bench) -> None:
    """A renamed order is the same order under every reference it ever had."""
    renamed = ORDER.replace("name: acme-avg}", "name: acme-licences, previously: [acme-avg]}")
    executed.declare(RESELLER, CUSTOMER, renamed)

    assert executed.decide(Address("avg", "order", "acme-licences")).steps == ()


@pytest.mark.parametrize("memory", [Memory(frozen=FROZEN), Memory()], ids=["ledger-knows", "ledger-lost"])
def test_executed_order_is_frozen(executed: Bench, memory: Memory) -> None:
    """Editing an executed order is refused with what to do instead."""
    assert executed.decide(AVG_ORDER, memory=memory).problems == ()
    executed.declare(RESELLER, CUSTOMER, TEN)

    (problem,) = executed.decide(AVG_ORDER, memory=memory).problems

    assert (problem.code, problem.severity) == ("E411", Severity.ERROR)
    assert "revision" in problem.detail


def test_reordered_lines_are_no_edit() -> None:
    """The order of lines and a renamed account change nothing of what was bought."""
    lines = "items: [{product: AVG-IS-BE, quantity: 2}, {product: AVG-AV-BE, quantity: 1}]"
    turned = "items: [{product: AVG-AV-BE, quantity: 1}, {product: AVG-IS-BE, quantity: 2}]"
    old = ORDER.replace("items: [{product: AVG-IS-BE, quantity: 25}]", lines)
    bench = Bench(RESELLER, CUSTOMER, old)
    bench.settle()
    bought = Bench(RESELLER, CUSTOMER, old).step(AVG_ORDER, "execute").body
    frozen = {name: fingerprint(value) for name, value in bought.items()}
    renamed = CUSTOMER.replace("name: acme}", "name: acme-dental, previously: [acme]}")
    new = old.replace(lines, turned).replace("account: acme", "account: acme-dental")

    bench.declare(RESELLER, renamed, new)

    assert bench.decide(AVG_ORDER, memory=Memory(frozen={1: frozen})).problems == ()


@pytest.mark.parametrize("edit", ["invoiceOption: 1", "startDate: 2026-02-01"], ids=["invoice-option", "start-date"])
def test_what_only_the_ledger_knows_is_frozen_too(executed: Bench, edit: str) -> None:
    """Invoice option and start date cannot be read back; the ledger remembers them."""
    executed.declare(RESELLER, CUSTOMER, f"{ORDER.rstrip()}\n  {edit}\n")

    (problem,) = executed.decide(AVG_ORDER, memory=Memory(frozen=FROZEN)).problems

    assert problem.code == "E411"
    assert edit.split(":", maxsplit=1)[0] in problem.summary


@pytest.mark.parametrize("operation", ["create", "execute"])
def test_order_that_is_gone_is_not_ordered_again(executed: Bench, operation: str) -> None:
    """An order we made and the vendor does not have any more is an error for a person."""
    executed.delete("orders", executed.ids[AVG_ORDER])
    memory = Memory(claims={(operation, 1): ClaimState.DONE})

    decision = executed.decide(AVG_ORDER, memory=memory)

    assert decision.steps == ()
    assert [problem.code for problem in decision.problems] == ["E412"]


def test_order_that_went_back_is_not_executed_again(entered: Bench) -> None:
    """An order we executed and that shows as submitted is an error, not a second execution."""
    decision = entered.decide(AVG_ORDER, memory=Memory(claims={("execute", 1): ClaimState.DONE}))

    assert decision.steps == ()
    assert [problem.code for problem in decision.problems] == ["E412"]


def test_released_claim_allows_the_order(entered: Bench) -> None:
    """After a person said that it was not executed, it may be."""
    memory = Memory(claims={("execute", 1): ClaimState.RELEASED})

    assert [step.operation for step in entered.decide(AVG_ORDER, memory=memory).steps] == ["execute"]


@pytest.mark.parametrize(
    ("status", "code"),
    [
        pytest.param("Canceled", ["E413"], id="canceled"),
        pytest.param("Draft", [], id="draft"),
        pytest.param("On hold", ["E415"], id="of-the-organisation"),
    ],
)
def test_other_statuses_wait_for_a_person(entered: Bench, status: str, code: list[str]) -> None:
    """An order in any status but Submitted or Executed gets no step."""
    entered.edit("orders", entered.ids[AVG_ORDER], status=status)

    decision = entered.decide(AVG_ORDER)

    assert decision.steps == ()
    assert [wait.party for wait in decision.waiting] == ["person"]
    assert [problem.code for problem in decision.problems] == code
    assert all(problem.severity is Severity.WARNING for problem in decision.problems)


def test_higher_revision_orders_again(executed: Bench) -> None:
    """Raising `revision` is a new order under a new reference."""
    executed.declare(RESELLER, CUSTOMER, ORDER.replace("  execute", "  revision: 2\n  execute"))
    executed.ids.pop(AVG_ORDER)
    executed.settle()

    assert [row["name"] for row in executed.books("orders")] == ["acme-infra/acme-avg#1", "acme-infra/acme-avg#2"]
    assert len(executed.books("charges")) == 2


def test_lower_revision_is_refused(executed: Bench) -> None:
    """An old revision is not taken up again."""
    memory = Memory(claims={("execute", 2): ClaimState.DONE})

    decision = executed.decide(AVG_ORDER, memory=memory)

    assert decision.steps == ()
    assert [problem.code for problem in decision.problems] == ["E414"]


def test_execution_by_hand_is_reported(entered: Bench) -> None:
    """An order executed in the BSS while the manifest says otherwise is settled, with a note."""
    entered.send(entered.step(AVG_ORDER, "execute"))
    entered.declare(RESELLER, CUSTOMER, ENTERED)

    decision = entered.decide(AVG_ORDER)

    assert decision.steps == ()
    assert [(problem.code, problem.severity) for problem in decision.problems] == [("E418", Severity.INFO)]


def test_second_execution_is_seen(executed: Bench) -> None:
    """More assets than lines betray an order that was executed twice."""
    executed.fault("twice", match={"path": "/execute$"})
    other = ORDER.replace("acme-avg", "acme-more")
    executed.declare(RESELLER, CUSTOMER, other)
    executed.settle()

    (problem,) = executed.decide(Address("avg", "order", "acme-more")).problems

    assert (problem.code, problem.severity) == ("E419", Severity.WARNING)


@pytest.mark.parametrize(
    ("product", "text"),
    [("AVG-XX", "no product AVG-XX of AVG"), ("PANDA-EP", "no product PANDA-EP of AVG")],
    ids=["unknown", "of-another-system"],
)
def test_wrong_product_is_found_at_plan_time(product: str, text: str) -> None:
    """A product the BSS does not have, or has for another system, is never entered."""
    bench = Bench(RESELLER, CUSTOMER, ORDER.replace("AVG-IS-BE", product))

    decision = bench.decide(AVG_ORDER)

    assert decision.steps == ()
    assert [(problem.code, problem.summary) for problem in decision.problems] == [("E416", f"the BSS has {text}")]


def test_disabled_account_orders_nothing(entered: Bench) -> None:
    """An order of an account that is declared disabled is not executed."""
    entered.declare(RESELLER, CUSTOMER.replace("  parent", "  ensure: disabled\n  parent"), ORDER)

    decision = entered.decide(AVG_ORDER)

    assert decision.steps == ()
    assert [problem.code for problem in decision.problems] == ["E417"]
