"""Synchronisation of accounts with the systems behind the BSS: waiting, failing, changing what may change."""

import pytest

from reconciler.contract import Done, Refused
from reconciler.errors import StepRefused
from reconciler.model import Address
from tests.contract.interworks_bench import CUSTOMER, ORDER, PANDA, RESELLER, SYNC, Bench


@pytest.fixture
def bench() -> Bench:
    """Return a fresh BSS and the declared reseller, customer and order."""
    return Bench(RESELLER, CUSTOMER, ORDER)


def test_running_synchronisation_is_waited_for(bench: Bench) -> None:
    """While the vendor works on it an account is InProgress and gets no step."""
    bench.set(syncPolls=5)
    bench.settle("account")
    bench.send(bench.step(Address("avg", "sync", "res"), "set-options"))
    bench.send(bench.step(Address("avg", "sync", "res"), "synchronize"))

    decision = bench.decide(Address("avg", "sync", "res"))

    assert decision.steps == ()
    assert [wait.party for wait in decision.waiting] == ["vendor"]


def test_failed_synchronisation_is_tried_again_with_its_comment(bench: Bench) -> None:
    """A failed synchronisation gives the vendor's comment as the reason of the next try."""
    bench.set(syncFailures={"AVG": "bad postal code"})
    bench.settle("account")
    bench.send(bench.step(Address("avg", "sync", "res"), "set-options"))
    bench.send(bench.step(Address("avg", "sync", "res"), "synchronize"))

    (step,) = bench.decide(Address("avg", "sync", "res")).steps

    assert (step.operation, step.reason) == ("synchronize", "failed earlier: bad postal code")


def test_vendors_objection_is_a_refusal(bench: Bench) -> None:
    """A provisioning error is a clear no with the vendor's words."""
    bench.set(takenUsernames=["res-panda"])
    bench.settle("account")
    address = Address("panda", "sync", "res")
    bench.send(bench.step(address, "set-options"))

    sent = bench.send(bench.step(address, "synchronize"))

    assert isinstance(sent.outcome, Refused)
    assert "already in use" in sent.outcome.reason


def test_new_key_address_is_set_and_synchronised(bench: Bench) -> None:
    """The e-mail of a synchronised AVG account changes by options and another synchronisation."""
    bench.settle()
    bench.declare(RESELLER, CUSTOMER.replace("keys@acme", "new@acme"), ORDER)

    sent = bench.settle("sync")

    assert [(one.step.operation, one.step.reason) for one in sent] == [
        ("set-options", "options for AVG differ"),
        ("resynchronize", "options changed"),
    ]
    assert isinstance(sent[1].outcome, Done)


def test_read_only_option_at_another_value_is_refused(bench: Bench) -> None:
    """An option the vendor has filled in and locked is never overwritten."""
    other = RESELLER.replace("name: res}", "name: other}").replace("res-panda", "other-panda")
    bench.declare(RESELLER, other, CUSTOMER)
    bench.settle()
    bench.edit("sync", "102:PandaAntivirus", status="UnSynchronized", options={})
    bench.declare(RESELLER, other, CUSTOMER.replace("acme-panda", "acme-2"))
    step = bench.step(PANDA, "set-options")
    bench.edit("accounts", "102", parentAccountId=103)

    with pytest.raises(StepRefused, match=r"parentAccount.*read-only at '103', wanted is '101'"):
        bench.prepare(step)


@pytest.mark.parametrize(
    ("address", "old", "new", "word"),
    [
        pytest.param(
            SYNC, "{email: keys@acme.example}", "{email: keys@acme.example, role: Reseller}", "role", id="role"
        ),
        pytest.param(PANDA, "username: acme-panda", "username: acme-2", "username", id="username"),
        pytest.param(SYNC, "  parent: res", "  parent: null", "parent", id="parent"),
    ],
)
def test_identity_is_fixed_once_synchronised(bench: Bench, address: Address, old: str, new: str, word: str) -> None:
    """Role, user name and parent of a synchronised account cannot change; the problem says what to do."""
    bench.settle()
    bench.declare(RESELLER, CUSTOMER.replace(old, new))

    decision = bench.decide(address)

    assert decision.steps == ()
    assert [problem.code for problem in decision.problems] == ["E410"]
    assert word in decision.problems[0].summary


def test_ended_account_is_not_synchronised_any_more(bench: Bench) -> None:
    """An account that is declared disabled starts nothing new at a system."""
    bench.settle("account")
    bench.declare(RESELLER, CUSTOMER.replace("  parent", "  ensure: disabled\n  parent"))

    assert bench.decide(SYNC).steps == ()


def test_synchronisation_that_is_done_is_not_asked_for_again(bench: Bench) -> None:
    """The last look before a synchronisation finds that someone made it meanwhile."""
    bench.settle_until(SYNC, "synchronize")
    step = bench.step(SYNC, "synchronize")
    bench.send(step)
    mails = len(bench.ask("GET", "outbox"))

    again = bench.send(step)

    assert again.answer is None
    assert len(bench.ask("GET", "outbox")) == mails


def test_synchronisation_with_other_options_is_refused(bench: Bench) -> None:
    """Options that someone changed meanwhile are never synchronised: a role or user name could not be taken back."""
    bench.settle_until(SYNC, "synchronize")
    step = bench.step(SYNC, "synchronize")
    bench.edit("sync", "102:AVG", options={"email": "other@acme.example", "role": "User"})

    with pytest.raises(StepRefused, match="not those of the manifest"):
        bench.prepare(step)
