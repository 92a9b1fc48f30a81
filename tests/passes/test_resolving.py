"""Rules of people's answers: what is parked, manual or gone ends by a word, and then exactly as it says."""

import pytest

from reconciler.contract import ClaimState
from reconciler.errors import Exit, ReconcilerError
from reconciler.model import Address
from reconciler.reconcile import applying, deciding
from reconciler.reconcile.deciding import Answer
from tests.passes.harness import SMALL, Estate, actions

ORDER = Address("avg", "order", "acme-avg")


REFERENCE = "acme-infra/acme-avg#1"


def park(estate: Estate) -> None:
    """Leave the execution parked, never done by the vendor."""
    estate.timeout, estate.lag, estate.window = 0.2, 1.0, 10.0
    estate.fault("hang", "/execute$", seconds=3600)
    assert code(estate) is Exit.DOUBT
    estate.clock.advance(11)
    assert code(estate) is Exit.DOUBT
    estate.timeout = 30.0


def say(estate: Estate, state: ClaimState, number: str | None = None, *, at: Address = ORDER) -> list[str]:
    """Give a person's answer."""
    return estate.do(lambda context: deciding.resolve(context, at, answer=Answer(state, number)))


def code(estate: Estate, **more: float) -> Exit:
    """Apply once and return the detailed exit code."""
    return applying.exit_code(estate.apply(**more), detailed=True)  # type: ignore[arg-type] # only `wait` is given


def test_person_says_it_was_not_executed(estate: Estate) -> None:
    """A parked execution is released by a person's word and then done exactly once."""
    estate.timeout, estate.lag, estate.window = 0.2, 1.0, 10.0
    estate.fault("hang", "/execute$", seconds=3600)
    estate.apply()
    estate.clock.advance(11)
    assert code(estate) is Exit.DOUBT
    estate.do(lambda context: deciding.resolve(context, ORDER, answer=Answer(ClaimState.RELEASED, None)))
    estate.timeout = 30.0
    assert estate.until_quiet()[-1] is Exit.DONE
    assert estate.books()["charges"] == ["acme-infra/acme-avg#1"]


def test_person_says_it_was_done(estate: Estate) -> None:
    """A parked execution that a person settles as done is not sent again."""
    estate.timeout, estate.lag, estate.window = 0.2, 1.0, 10.0
    estate.fault("hang", "/execute$", seconds=3600)
    estate.apply()
    estate.mutations()
    number = estate.row("orders", name="acme-infra/acme-avg#1")["id"]
    estate.do(lambda context: deciding.resolve(context, ORDER, answer=Answer(ClaimState.DONE, number)))
    estate.edit("orders", number, status="Executed")
    estate.apply(wait=0)
    assert "POST execute" not in estate.mutations()


def test_nothing_to_answer_is_an_error(estate: Estate) -> None:
    """A word about something that waits for none is refused."""
    estate.apply()
    with pytest.raises(ReconcilerError, match="nothing at"):
        estate.do(lambda context: deciding.resolve(context, ORDER, answer=Answer(ClaimState.DONE, None)))


def test_parked_stays_parked_without_a_word(estate: Estate) -> None:
    """However often it is run and however long it takes, what is parked is not sent."""
    park(estate)
    estate.mutations()
    for _ in range(3):
        estate.clock.advance(86400)
        assert code(estate) is Exit.DOUBT
    assert not estate.mutations()


def test_parked_and_then_found_is_done(estate: Estate) -> None:
    """What shows up after it was parked is taken as done, without a person."""
    park(estate)
    estate.edit("orders", estate.row("orders", name=REFERENCE)["id"], status="Executed")
    estate.mutations()
    assert code(estate, wait=0) is not Exit.DOUBT
    assert "POST execute" not in estate.mutations()


def test_order_that_is_gone_is_ordered_again_on_a_persons_word(estate: Estate) -> None:
    """An executed order that disappeared is ordered once more when a person says that it never was, and not before."""
    estate.apply()
    estate.sim("POST", "/delete", {"what": "orders", "id": estate.row("orders", name=REFERENCE)["id"]})
    assert actions(estate.plan()) == []
    assert say(estate, ClaimState.RELEASED) == ["create", "execute"]
    assert actions(estate.plan()) == ["avg/order/acme-avg:create", "avg/order/acme-avg:execute"]
    assert estate.until_quiet() == [Exit.DONE]
    assert [row["orderName"] for row in estate.sim("GET", "/state")["charges"]] == [REFERENCE, REFERENCE]


def test_a_wrong_word_about_a_done_order_buys_nothing(estate: Estate) -> None:
    """`--not-executed` about an order that the vendor shows as executed changes nothing."""
    estate.apply()
    estate.mutations()
    say(estate, ClaimState.RELEASED)
    assert estate.until_quiet() == [Exit.DONE]
    assert not estate.mutations()


def test_two_accounts_under_our_reference_need_a_choice(estate: Estate) -> None:
    """Two matches: nothing is done to either until a person says which is ours."""
    estate.manifests = SMALL[:1]
    estate.apply()
    [first] = estate.sim("GET", "/state")["accounts"]
    estate.manifests = SMALL[:2]
    estate.apply()
    estate.edit("accounts", estate.row("accounts", code="acme")["id"], code="nordwind")
    for path in estate.root.glob("state.db*"):
        path.unlink()
    estate.manifests = SMALL[:1]
    estate.mutations()
    assert {problem.code for problem in estate.plan().errors} >= {"E603"}
    assert not estate.mutations()
    say(estate, ClaimState.DONE, str(first["id"]), at=Address("interworks", "account", "nordwind"))
    assert "E603" not in {problem.code for problem in estate.plan().errors}


def test_manual_step_is_done_by_a_word(estate: Estate) -> None:
    """A person did what the vendor's interface cannot: the step is not asked for again, its dependants go on."""
    estate.options = {"capabilities": {"can_synchronize": False}}
    estate.manifests = (SMALL[0],)
    estate.apply()
    number = estate.row("accounts", code="nordwind")["id"]
    for system in ("AVG", "PandaAntivirus"):
        estate.edit("sync", f"{number}:{system}", status="Synchronized")
    assert actions(estate.plan()) == []


def test_chosen_account_carries_its_whole_tree(estate: Estate) -> None:
    """Once a person chose one of two accounts, its synchronisations and orders are read as that one's."""
    estate.apply()
    estate.mutations()
    estate.edit("accounts", estate.row("accounts", code="nordwind")["id"], code="acme")
    estate.manifests = [text.replace("  parent: nordwind\n", "") for text in SMALL[1:]]
    for path in estate.root.glob("state.db*"):
        path.unlink()
    assert not estate.plan().complete
    ours = str(estate.row("accounts", name="Acme Dental")["id"])
    say(estate, ClaimState.DONE, ours, at=Address("interworks", "account", "acme"))
    plan = estate.plan()
    assert plan.complete
    assert {problem.code for problem in plan.problems} == {"E603"}
    assert not any(name.endswith((":create", ":execute")) for name in actions(plan))
