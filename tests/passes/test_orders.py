"""Rules of orders: entered or executed, and what of them may still change."""

import pytest

from reconciler.errors import Exit
from reconciler.reconcile import applying
from tests.passes.harness import ENTERED, ORDER, REVISED, SMALL, Estate, actions, errors, outcomes, through_a_file
from tests.passes.interference import Meanwhile


def test_entered_order_is_not_executed(estate: Estate) -> None:
    """`execute: false` enters the order and stops there."""
    estate.manifests = (*SMALL[:2], ENTERED)
    estate.until_quiet()
    assert estate.books()["orders"] == [("acme-infra/acme-avg#1", "Submitted")]
    estate.manifests = SMALL
    assert actions(estate.plan()) == ["avg/order/acme-avg:execute"]
    assert estate.until_quiet() == [Exit.DONE]


def test_entered_order_edited_in_git_is_a_persons_work(estate: Estate) -> None:
    """Other lines in git than at the vendor: nothing is executed, a person corrects it or raises `revision`."""
    estate.manifests = (*SMALL[:2], ENTERED)
    estate.until_quiet()
    estate.manifests = (*SMALL[:2], ORDER.replace("quantity: 25", "quantity: 26"))
    assert actions(estate.plan()) == ["avg/order/acme-avg:correct"]
    applied = estate.apply()
    assert outcomes(applied) == {"avg/order/acme-avg:correct": "manual"}
    assert applying.exit_code(applied, detailed=True) is Exit.CONVERGING
    assert estate.books()["charges"] == []


def test_order_changed_at_the_vendor_is_not_executed(estate: Estate) -> None:
    """Lines changed at the vendor between plan and execution stop the execution."""
    estate.manifests = (*SMALL[:2], ENTERED)
    estate.until_quiet()
    estate.manifests = SMALL
    plan = through_a_file(estate.plan())
    row = estate.row("orders", name="acme-infra/acme-avg#1")
    items = [{**item, "quantity": 999} for item in row["items"]]
    estate.edit("orders", row["id"], items=items)
    applied = estate.apply(approved=plan)
    assert applying.exit_code(applied, detailed=False) is Exit.STALE
    assert estate.books()["charges"] == []


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(ORDER.replace("quantity: 25", "quantity: 26"), id="quantity"),
        pytest.param(ORDER.replace("AVG-IS-BE", "AVG-X"), id="product"),
        pytest.param(ORDER.replace("account: acme", "account: nordwind"), id="account"),
        pytest.param(ORDER.replace("  items:", "  invoiceOption: 1\n  items:"), id="invoice-option"),
        pytest.param(ORDER.replace("  items:", "  startDate: 2026-09-01\n  items:"), id="start-date"),
    ],
)
def test_edit_of_an_executed_order_is_refused(estate: Estate, text: str) -> None:
    """An executed order is frozen; the refusal names `revision`."""
    estate.apply()
    estate.mutations()
    estate.manifests = (*SMALL[:2], text)
    plan = estate.plan()
    assert [problem.code for problem in plan.errors] == ["E411"]
    assert "revision" in plan.errors[0].detail
    estate.apply()
    assert not estate.mutations()


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("# a comment\n" + ORDER, id="comment"),
        pytest.param(
            ORDER.replace(
                "[{product: AVG-IS-BE, quantity: 25}, {product: AVG-AV-BE, quantity: 2}]",
                "\n  - quantity: 2\n    product: 'AVG-AV-BE'\n  - product: AVG-IS-BE\n    quantity: 25",
            ),
            id="reordered-and-reformatted",
        ),
        pytest.param(ORDER.replace("  items:", "  revision: 1\n  invoiceOption: 3\n  items:"), id="defaults-written"),
    ],
)
def test_reformatting_is_no_edit(estate: Estate, text: str) -> None:
    """What means the same is the same order."""
    estate.apply()
    estate.manifests = (*SMALL[:2], text)
    assert actions(estate.plan()) == []
    assert estate.plan().errors == ()


def test_raising_revision_orders_once_more(estate: Estate) -> None:
    """A person raises `revision`: exactly one more order, with its own reference; lowering it is refused."""
    estate.apply()
    estate.manifests = (*SMALL[:2], ORDER.replace("  items:", "  revision: 2\n  items:").replace("25", "30"))
    estate.until_quiet()
    estate.until_quiet()
    assert estate.books()["charges"] == ["acme-infra/acme-avg#1", "acme-infra/acme-avg#2"]
    estate.manifests = SMALL
    assert [problem.code for problem in estate.plan().errors] == ["E414"]
    estate.apply()
    assert len(estate.books()["charges"]) == 2


def test_keys_of_an_earlier_revision_stay_listed(estate: Estate) -> None:
    """What an earlier revision bought is the customer's still: its assets and sealed keys stay with the new ones."""
    estate.apply()
    first = estate.do(lambda context: context.ledger.read_assets(context.scopes))
    estate.manifests = (*SMALL[:2], ORDER.replace("  items:", "  revision: 2\n  items:"))
    estate.until_quiet()
    both = estate.do(lambda context: context.ledger.read_assets(context.scopes))
    assert len(both) == 2 * len(first)
    assert all(asset in both for asset in first)
    assert all(asset.sealed for asset in both)


@pytest.mark.parametrize("after", [False, True], ids=["before-commit", "after-commit"])
@pytest.mark.parametrize("call", ["POST /api/orders", "/execute"])
def test_process_dies_while_ordering_again(estate: Estate, call: str, after: bool) -> None:
    """The first revision's order is never taken for the second's, whenever the process died in between."""
    estate.apply()
    estate.manifests = (*SMALL[:2], REVISED)
    assert estate.crash(call, after=after)
    assert estate.until_quiet() == [Exit.DONE]
    assert estate.books()["charges"] == ["acme-infra/acme-avg#1", "acme-infra/acme-avg#2"]


@pytest.mark.parametrize("path", ["/orders$", "/execute$"])
@pytest.mark.parametrize("kind", ["status_before", "status_after", "drop_after"])
def test_fault_while_ordering_again(estate: Estate, path: str, kind: str) -> None:
    """A fault at the second revision ends in exactly one more order."""
    estate.apply()
    estate.manifests = (*SMALL[:2], REVISED)
    estate.fault(kind, path, method="POST")
    assert estate.until_quiet() == [Exit.DONE]
    assert estate.books()["charges"] == ["acme-infra/acme-avg#1", "acme-infra/acme-avg#2"]


def test_order_changed_within_the_run_is_not_executed(estate: Estate) -> None:
    """Lines changed at the vendor right after the order was entered stop the execution, with both values shown."""

    async def tamper() -> None:
        [row] = (await estate.ask("GET", "/state"))["orders"]
        items = [{**item, "quantity": 999} for item in row["items"]]
        await estate.ask("POST", "/edit", {"what": "orders", "id": row["id"], "set": {"items": items}})

    applied = estate.apply(by=Meanwhile("POST /api/orders", tamper, late=True))
    error = errors(applied)["avg/order/acme-avg:execute"]
    assert "999" in error
    assert "25" in error
    assert applying.exit_code(applied, detailed=False) is Exit.PARTIAL
    assert estate.books()["charges"] == []


@pytest.mark.parametrize("field", ["accountId", "billToAccountId"])
def test_order_moved_at_the_vendor_is_not_executed(estate: Estate, field: str) -> None:
    """An entered order that is somebody else's now, or billed to somebody else, is not executed."""
    estate.manifests = (*SMALL[:2], ENTERED)
    estate.until_quiet()
    estate.manifests = SMALL
    row = estate.row("orders", name="acme-infra/acme-avg#1")
    other = {101: 102, 102: 101}[row[field]]
    estate.edit("orders", row["id"], **{field: other})
    estate.apply()
    assert estate.books()["charges"] == []


@pytest.mark.parametrize("status", ["Draft", "Canceled", "On hold"])
def test_order_that_a_person_stopped_is_theirs(estate: Estate, status: str) -> None:
    """An order in another status at the vendor waits for a person; it is neither executed nor entered again."""
    estate.manifests = (*SMALL[:2], ENTERED)
    estate.until_quiet()
    estate.manifests = SMALL
    estate.edit("orders", estate.row("orders", name="acme-infra/acme-avg#1")["id"], status=status)
    estate.mutations()
    assert estate.plan().waiting[0].party == "person"
    assert applying.exit_code(estate.apply(), detailed=True) is Exit.CONVERGING
    assert not estate.mutations()


def test_order_executed_by_hand_is_not_executed_again(estate: Estate) -> None:
    """Somebody executes the order at the vendor after the plan: nothing is left to do."""
    estate.manifests = (*SMALL[:2], ENTERED)
    estate.until_quiet()
    estate.manifests = SMALL
    plan = through_a_file(estate.plan())
    estate.edit("orders", estate.row("orders", name="acme-infra/acme-avg#1")["id"], status="Executed")
    estate.mutations()
    assert applying.exit_code(estate.apply(approved=plan, wait=0), detailed=False) is Exit.DONE
    assert not estate.mutations()


@pytest.mark.parametrize("call", ["POST /api/orders", "/execute"])
@pytest.mark.parametrize("after", [False, True], ids=["before-commit", "after-commit"])
def test_revision_raised_while_the_first_is_in_doubt(estate: Estate, call: str, after: bool) -> None:
    """The doubt about the first revision is settled by its own reference; then the second is ordered, once."""
    assert estate.crash(call, after=after)
    estate.manifests = (*SMALL[:2], REVISED)
    assert estate.until_quiet() == [Exit.DONE]
    executed = ["acme-infra/acme-avg#1"] if call == "/execute" and after else []
    assert estate.books()["charges"] == [*executed, "acme-infra/acme-avg#2"]


@pytest.mark.parametrize("call", ["POST /api/orders", "/execute"])
@pytest.mark.parametrize("after", [False, True], ids=["before-commit", "after-commit"])
def test_order_renamed_while_in_doubt(estate: Estate, call: str, after: bool) -> None:
    """The doubt follows the order to its new name."""
    assert estate.crash(call, after=after)
    estate.manifests = (*SMALL[:2], ORDER.replace("{name: acme-avg}", "{name: acme-2026, previously: [acme-avg]}"))
    assert estate.until_quiet() == [Exit.DONE]
    assert len(estate.books()["charges"]) == 1


@pytest.mark.parametrize("call", ["POST /api/orders", "/execute"])
def test_order_edited_while_in_doubt(estate: Estate, call: str) -> None:
    """What was entered or executed before the edit is not done with the new lines."""
    assert estate.crash(call, after=True)
    estate.manifests = (*SMALL[:2], ORDER.replace("quantity: 25", "quantity: 26"))
    applied = estate.apply()
    assert not any(action.endswith(":execute") and end == "done" for action, end in outcomes(applied).items())
    assert len(estate.books()["charges"]) == (1 if call == "/execute" else 0)
    assert len(estate.books()["orders"]) == 1
