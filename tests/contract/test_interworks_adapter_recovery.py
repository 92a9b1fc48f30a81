"""After a lost answer: what a complete look-up proves about every operation, done or not done."""

import pytest

from reconciler.contract import Absent, Call, Found, Refused, Several, Step, Unclear, Unknown, Verdict
from reconciler.errors import NoAnswer
from reconciler.model import Address
from tests.contract.interworks_bench import ACCOUNT, AVG_ORDER, CUSTOMER, ORDER, RESELLER, SYNC, Bench


def reached(address: Address, operation: str) -> tuple[Bench, Step]:
    """Return a BSS that is one step before the named one, and that step."""
    bench = Bench(RESELLER, CUSTOMER, ORDER)
    bench.settle_until(address, operation)
    return bench, bench.step(address, operation)


def patch_step() -> tuple[Bench, Step]:
    """Return a BSS in which the account differs, and the patch."""
    bench = Bench(RESELLER, CUSTOMER, ORDER)
    bench.settle("account")
    bench.edit("accounts", "102", name="Old")
    return bench, bench.step(ACCOUNT, "update")


CASES = [
    pytest.param(ACCOUNT, "create", id="account"),
    pytest.param(SYNC, "set-options", id="options"),
    pytest.param(SYNC, "synchronize", id="synchronise"),
    pytest.param(AVG_ORDER, "create", id="order"),
    pytest.param(AVG_ORDER, "execute", id="execute"),
    pytest.param(ACCOUNT, "update", id="patch"),
]


def scene(address: Address, operation: str) -> tuple[Bench, Step]:
    """Return a BSS and the step to lose the answer of."""
    return patch_step() if operation == "update" else reached(address, operation)


def lose(bench: Bench, step: Step, kind: str) -> None:
    """Plant a fault that hits the step's own request."""
    call = bench.prepare(step)
    assert isinstance(call, Call)
    bench.fault(kind, match={"method": call.method, "path": "^/api/"})


@pytest.mark.parametrize(("address", "operation"), CASES)
def test_lost_answer_of_a_done_step_is_found(address: Address, operation: str) -> None:
    """A connection cut after the effect: the look-up shows that it was done."""
    bench, step = scene(address, operation)
    lose(bench, step, "drop_after")

    with pytest.raises(NoAnswer):
        bench.send(step)

    found = bench.recover(step)
    assert isinstance(found, Found)
    assert found.vendor_id


@pytest.mark.parametrize(("address", "operation"), CASES)
def test_lost_request_is_proved_absent(address: Address, operation: str) -> None:
    """A connection cut before the effect: the look-up shows that nothing was done."""
    bench, step = scene(address, operation)
    lose(bench, step, "drop_before")

    with pytest.raises(NoAnswer):
        bench.send(step)

    assert bench.recover(step) == Absent()


@pytest.mark.parametrize("kind", ["empty_list", "html", "truncate", "garbage"])
@pytest.mark.parametrize(("address", "operation"), CASES)
def test_failed_look_up_proves_nothing(address: Address, operation: str, kind: str) -> None:
    """A look-up whose answer is spoilt never says absent."""
    bench, step = scene(address, operation)
    bench.send(step)
    bench.fault(kind, match={"method": "GET", "count": None})

    assert not isinstance(bench.recover(step), Absent)


def test_lookup_without_the_right_proves_nothing() -> None:
    """A 403 on the look-up is unknown."""
    bench, step = scene(ACCOUNT, "create")
    bench.fault("status_before", status=403, match={"method": "GET", "count": None})

    found = bench.recover(step)

    assert isinstance(found, Unknown)
    assert found.reason.startswith("missing right")


def test_running_synchronisation_counts_as_done() -> None:
    """An account that is InProgress was synchronised: it is not asked for twice."""
    bench, step = scene(SYNC, "synchronize")
    bench.set(syncPolls=9)
    bench.send(step)

    assert isinstance(bench.recover(step), Found)


def test_failed_synchronisation_counts_as_not_done() -> None:
    """An account that failed may be synchronised again."""
    bench, step = scene(SYNC, "synchronize")
    bench.set(syncFailures={"AVG": "no"})
    bench.send(step)

    assert bench.recover(step) == Absent()


def test_canceled_order_proves_nothing_about_its_execution() -> None:
    """An order that is neither executed nor submitted may have been executed before."""
    bench, step = scene(AVG_ORDER, "execute")
    bench.edit("orders", bench.ids[AVG_ORDER], status="Canceled")

    assert isinstance(bench.recover(step), Unknown)


def test_assets_prove_an_execution() -> None:
    """An order that has assets was executed, whatever its status says."""
    bench, step = scene(AVG_ORDER, "execute")
    bench.send(step)
    bench.edit("orders", bench.ids[AVG_ORDER], status="Submitted")

    assert isinstance(bench.recover(step), Found)


def test_execution_is_found_without_knowing_the_orders_id() -> None:
    """The order is looked up by its reference when the id was lost with the process."""
    bench, step = scene(AVG_ORDER, "execute")
    bench.send(step)
    number = bench.ids.pop(AVG_ORDER)

    assert bench.recover(step) == Found(number)


def test_doubled_creation_is_several() -> None:
    """A proxy that sends twice makes two orders of one reference: a person must choose."""
    bench, step = scene(AVG_ORDER, "create")
    bench.fault("twice", match={"method": "POST", "path": "^/api/orders$"})
    bench.send(step)

    found = bench.recover(step)

    assert isinstance(found, Several)
    assert len(found.vendor_ids) == 2


def test_resend_cannot_be_looked_up() -> None:
    """Nothing tells whether a mail was sent."""
    bench = Bench(RESELLER, CUSTOMER, ORDER)

    assert isinstance(bench.recover(bench.vendor.resend("acme-avg", "1")), Unknown)


@pytest.mark.parametrize("operation", ["create", "execute"])
def test_page_instead_of_an_answer_is_unclear(operation: str) -> None:
    """A 200 with a login page proves nothing about what was sent."""
    bench, step = scene(AVG_ORDER, operation)
    bench.fault("html", match={"method": "POST", "path": "^/api/"})

    sent = bench.send(step)

    assert sent.answer is not None
    assert bench.vendor.wire.judge(sent.answer) is Verdict.CLEAR
    assert isinstance(sent.outcome, Unclear)


def test_conflict_is_told_apart_from_other_refusals() -> None:
    """A creation refused because the reference is taken says so."""
    bench, step = scene(ACCOUNT, "create")
    prepared = bench.prepare(step)
    bench.send(step)

    again = bench.send_call(step, prepared)

    assert isinstance(again, Refused)
    assert again.conflict
