"""Rules of a ledger that is gone, old or renamed: the vendor is the state, nothing is bought again."""

import shutil

import pytest

from reconciler.errors import Exit
from tests.passes.harness import ORDER, SMALL, Estate, actions, outcomes

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
