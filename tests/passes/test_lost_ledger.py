"""Rules of a ledger that is gone, old or renamed: the vendor is the state, nothing is bought again."""

import shutil

import pytest

from reconciler.contract import ClaimState
from reconciler.errors import Exit
from reconciler.model import Address
from reconciler.reconcile import applying, deciding
from reconciler.reconcile.deciding import Answer
from tests.passes.harness import ORDER, SMALL, Estate, actions, outcomes

ADDRESS = Address("avg", "order", "acme-avg")
CREATING = {"POST accounts", "POST orders", "POST execute"}


def lose_ledger(estate: Estate) -> None:
    """Remove every file of the ledger."""
    for path in estate.root.glob("state.db*"):
        path.unlink()


def test_next_plan_after_loss_adopts(estate: Estate) -> None:
    """Everything is found by our references; the plan adopts and does nothing else."""
    estate.apply()
    before = estate.books()
    estate.mutations()
    lose_ledger(estate)
    assert all(action.endswith(":adopt") for action in actions(estate.plan()))
    assert set(outcomes(estate.apply()).values()) == {"adopted"}
    assert not estate.mutations()
    assert estate.books() == before
    assert actions(estate.plan()) == []


@pytest.mark.parametrize("after", [False, True], ids=["before-commit", "after-commit"])
@pytest.mark.parametrize("call", ["POST /api/orders", "/execute"])
def test_loss_in_the_middle(estate: Estate, call: str, after: bool) -> None:
    """A ledger lost together with the process in the middle of an order: it is found, not bought again."""
    assert estate.crash(call, after=after)
    lose_ledger(estate)
    estate.until_quiet()
    assert estate.books()["charges"] == ["acme-infra/acme-avg#1"]


def test_order_seen_after_a_loss_is_never_taken_for_new(estate: Estate) -> None:
    """What was adopted is remembered as done: deleted at the vendor later, it is reported and not ordered again."""
    estate.apply()
    lose_ledger(estate)
    estate.apply()
    estate.mutations()
    estate.sim("POST", "/delete", {"what": "orders", "id": estate.row("orders", name="acme-infra/acme-avg#1")["id"]})
    assert [problem.code for problem in estate.plan().errors] == ["E412"]
    estate.apply()
    assert not CREATING & estate.mutations().keys()


def test_ledger_restored_from_before_the_order(estate: Estate) -> None:
    """An old copy of the ledger knows nothing of the order; the vendor does, and that is enough."""
    estate.manifests = SMALL[:2]
    estate.apply()
    shutil.copy(estate.root / "state.db", estate.root / "old.db")
    estate.manifests = SMALL
    estate.apply()
    before = estate.books()
    for path in estate.root.glob("state.db-*"):
        path.unlink()
    shutil.copy(estate.root / "old.db", estate.root / "state.db")
    estate.until_quiet()
    assert estate.books() == before


def rewind(estate: Estate) -> None:
    """Apply without the order, keep a copy of the ledger, apply with it, and put the old copy back."""
    estate.manifests = SMALL[:2]
    estate.apply()
    shutil.copy(estate.root / "state.db", estate.root / "old.db")
    estate.manifests = SMALL
    estate.apply()
    for path in estate.root.glob("state.db-*"):
        path.unlink()
    shutil.copy(estate.root / "old.db", estate.root / "state.db")
    estate.mutations()


def delete_order(estate: Estate) -> None:
    """Delete the order at the vendor."""
    estate.sim("POST", "/delete", {"what": "orders", "id": estate.row("orders", name="acme-infra/acme-avg#1")["id"]})


def test_order_that_an_old_ledger_may_have_forgotten_is_parked(estate: Estate) -> None:
    """A ledger that went back in time, and an order that nobody shows: in doubt, not new, run after run."""
    rewind(estate)
    delete_order(estate)
    assert estate.plan().doubts == (ADDRESS,)
    for _ in range(3):
        applied = estate.apply()
        assert set(outcomes(applied).values()) == {"parked"}
        assert applying.exit_code(applied, detailed=False) is Exit.DOUBT
    assert not estate.mutations()


def test_run_that_could_not_read_everything_does_not_end_the_suspicion(estate: Estate) -> None:
    """A ledger that went back in time stays suspect through a run whose lists failed."""
    rewind(estate)
    delete_order(estate)
    estate.fault("status_before", "/orders$", method="GET", count=None, status=403)
    assert applying.exit_code(estate.apply(), detailed=False) is Exit.ERROR
    estate.sim("DELETE", "/faults")
    assert applying.exit_code(estate.apply(), detailed=False) is Exit.DOUBT
    assert not estate.mutations()


def test_forgotten_order_is_ordered_on_a_persons_word(estate: Estate) -> None:
    """A person who knows that it was never ordered has it ordered, once."""
    rewind(estate)
    delete_order(estate)
    estate.apply()
    word = Answer(ClaimState.RELEASED, None)
    estate.do(lambda context: deciding.resolve(context, ADDRESS, answer=word))
    assert estate.until_quiet() == [Exit.DONE]
    assert estate.mutations() == {"POST orders": 1, "POST execute": 1}


def test_forgotten_order_that_shows_up_later_is_settled(estate: Estate) -> None:
    """An order parked since the vendor did not list it is taken as done when it does."""
    rewind(estate)
    estate.sim("POST", "/settings", {"lag": 3600})
    assert applying.exit_code(estate.apply(), detailed=False) is Exit.DOUBT
    estate.sim("POST", "/settings", {"lag": 0})
    assert estate.until_quiet() == [Exit.DONE]
    assert not estate.mutations()
    assert actions(estate.plan()) == []


@pytest.mark.parametrize("lost", [False, True], ids=["with-ledger", "ledger-lost"])
def test_renamed_order_is_the_same_order(estate: Estate, lost: bool) -> None:
    """An order that says what it was called is found, with or without the ledger, and not bought again."""
    estate.apply()
    before = estate.books()
    estate.mutations()
    if lost:
        lose_ledger(estate)
    estate.manifests = (*SMALL[:2], ORDER.replace("{name: acme-avg}", "{name: acme-2026, previously: [acme-avg]}"))
    assert estate.until_quiet() == [Exit.DONE]
    assert not estate.mutations()
    assert estate.books() == before
    assert actions(estate.plan()) == []


@pytest.mark.parametrize("lost", [False, True], ids=["with-ledger", "ledger-lost"])
def test_renamed_account_keeps_its_reference(estate: Estate, lost: bool) -> None:
    """An account renamed in git stays the vendor's account; its reference there does not change."""
    estate.apply()
    estate.mutations()
    if lost:
        lose_ledger(estate)
    renamed = [text.replace("account: acme\n", "account: acme-dental\n") for text in SMALL]
    renamed[1] = renamed[1].replace("{name: acme}", "{name: acme-dental, previously: [acme]}")
    estate.manifests = renamed
    assert estate.until_quiet() == [Exit.DONE]
    assert not CREATING & estate.mutations().keys()
    assert estate.row("accounts", name="Acme Dental")["code"] == "acme"
    assert actions(estate.plan()) == []


@pytest.mark.parametrize("lost", [False, True], ids=["with-ledger", "ledger-lost"])
def test_renamed_project_finds_its_orders(estate: Estate, lost: bool) -> None:
    """Orders carry the project's name; under a new name the old references are still ours."""
    estate.apply()
    before = estate.books()
    estate.mutations()
    if lost:
        lose_ledger(estate)
    estate.project, estate.former = "acme-new", ("acme-infra",)
    assert estate.until_quiet() == [Exit.DONE]
    assert not estate.mutations()
    assert estate.books() == before


def test_orders_of_another_project_are_not_touched(estate: Estate) -> None:
    """A second project with the same order name orders its own."""
    estate.apply()
    estate.project = "other"
    lose_ledger(estate)
    estate.until_quiet()
    assert estate.books()["charges"] == ["acme-infra/acme-avg#1", "other/acme-avg#1"]
