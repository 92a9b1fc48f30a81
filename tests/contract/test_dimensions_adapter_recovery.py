"""A lost answer: the adapter finds out by a look-up whether the step was done, or says that nothing can tell."""

import pytest

from reconciler.contract import Absent, Call, Done, Found, NoRecovery, Refused, Several, Step, Unclear, Unknown
from reconciler.errors import NoAnswer, StepRefused
from reconciler.model import Address
from tests.contract.adapter_bench import observed
from tests.contract.dimensions_bench import Bench
from tests.contract.dimensions_manifests import ACME, ALL, BEN, CUSTOMER, HQ, LEA, PBX, PRIMARY, TEMPLATE, USER

ENDED = {
    name: text.replace("spec: {", "spec: {ensure: absent, ").replace("spec:\n", "spec:\n  ensure: absent\n")
    for name, text in {"acme": ACME, "hq": HQ, "lea": LEA, "ben": BEN}.items()
}
CHANGES = {
    "customer-update": ((ACME.replace("Acme Dental", "Acme"), TEMPLATE, HQ, LEA, BEN), CUSTOMER, "update"),
    "pbx-update": (
        (ACME, TEMPLATE, HQ.replace("enabled: true", "enabled: true, displayName: HQ"), LEA, BEN),
        PBX,
        "update",
    ),
    "pbx-disable": ((ACME, TEMPLATE, HQ.replace("enabled: true", "enabled: false"), LEA, BEN), PBX, "disable"),
    "user-update": ((ACME, TEMPLATE, HQ, LEA, BEN.replace("supervisorl1", "supervisorl2")), USER, "update"),
    "user-rename": ((ACME, TEMPLATE, HQ, LEA.replace("Lea Martin", "Lea M"), BEN), PRIMARY, "update"),
    "user-delete": ((ACME, TEMPLATE, HQ, LEA, ENDED["ben"]), USER, "delete"),
    "pbx-delete": ((ACME, TEMPLATE, ENDED["hq"], LEA, BEN), PBX, "delete"),
    "customer-delete": ((ENDED["acme"], TEMPLATE, ENDED["hq"], ENDED["lea"], ENDED["ben"]), CUSTOMER, "delete"),
}


def until(bench: Bench, address: Address, operation: str) -> Step:
    """Carry out everything that comes before a step, and return it."""
    for step in bench.plan():
        if (step.address, step.operation) == (address, operation):
            for need in step.needs:
                bench.await_settled(need)
            return step
        bench.send(step)
    raise AssertionError(f"{address}:{operation} is not planned")


def lose(bench: Bench, step: Step, *, done: bool) -> None:
    """Send a step whose answer does not come, after or before the vendor has done it."""
    call = bench.prepare(step)
    assert isinstance(call, Call)
    bench.fault("drop_after" if done else "drop_before", match={"method": call.method, "path": call.path})
    with pytest.raises(NoAnswer):
        bench.run(lambda client: client.send(call))
    bench.heal()


@pytest.mark.parametrize("mode", ["full", "sparse"])
@pytest.mark.parametrize("done", [True, False], ids=["done", "not-done"])
@pytest.mark.parametrize(
    ("address", "operation"),
    [
        pytest.param(CUSTOMER, "create", id="customer-create"),
        pytest.param(PBX, "create", id="pbx-create"),
        pytest.param(PRIMARY, "create", id="user-create"),
        pytest.param(CUSTOMER, "enable", id="customer-enable"),
        pytest.param(PBX, "enable", id="pbx-enable"),
    ],
)
def test_a_lost_step_of_a_new_customer_is_found_out(address: Address, operation: str, *, done: bool, mode: str) -> None:
    """Creations by reference, instance or e-mail; patches by reading back; a replace that hides may be repeated."""
    bench = Bench(*ALL)
    bench.set(readMode=mode)
    step = until(bench, address, operation)

    lose(bench, step, done=done)

    hidden = mode == "sparse" and (address, operation) == (PBX, "enable")
    found = bench.recover(step)
    assert isinstance(found, Found if done and not hidden else Absent)
    if isinstance(found, Found):
        assert found.vendor_id == observed(bench.observe(), address).vendor_id


@pytest.mark.parametrize("done", [True, False], ids=["done", "not-done"])
@pytest.mark.parametrize("change", CHANGES)
def test_a_lost_change_is_found_out(change: str, *, done: bool) -> None:
    """Whatever can be read back tells; what was deleted is gone."""
    texts, address, operation = CHANGES[change]
    bench = Bench(*ALL)
    bench.settle()
    bench.declare(*texts)
    step = until(bench, address, operation)

    lose(bench, step, done=done)

    assert isinstance(bench.recover(step), Found if done else Absent)


def test_nothing_tells_whether_a_device_was_assigned() -> None:
    """The vendor lists no assignments: a person has to look."""
    bench = Bench(*ALL)
    step = until(bench, USER, "assign:ben-soft")
    lose(bench, step, done=True)
    assert isinstance(bench.recover(step), Unknown)
    assert bench.vendor.catalogue["dimensions/user"].operation(step.operation).recovery == NoRecovery()


def test_a_failed_look_up_proves_nothing() -> None:
    """Neither done nor absent."""
    bench = Bench(*ALL)
    step = until(bench, PRIMARY, "create")
    bench.fault("status_before", status=403, match={"method": "GET", "count": 9})
    assert isinstance(bench.recover(step), Unknown)


def test_two_customers_with_our_reference_are_for_a_person() -> None:
    """A look-up that finds two cannot say which one we made."""
    bench = Bench(ACME)
    (create, _) = bench.plan()
    bench.send(create)
    bench.declare(ACME.replace("name: acme}", "name: bolt}"))
    bench.send(bench.plan()[0])
    bench.edit("customers", bench.ids[Address("dimensions", "customer", "bolt")], reference="acme")
    bench.declare(ACME)
    assert isinstance(bench.recover(create), Several)
    with pytest.raises(StepRefused, match="2 tenants carry the reference"):
        bench.prepare(create)


def test_a_user_imported_between_look_and_creation_is_patched() -> None:
    """The vendor refuses the creation as existing; the look-up finds the user, and a second preparation patches it."""
    bench = Bench(ACME, TEMPLATE, HQ.replace("enabled: true", "enabled: false"), LEA, BEN)
    step = until(bench, USER, "create")
    call = bench.prepare(step)
    assert isinstance(call, Call)
    assert call.method == "POST"
    bench.edit("pbxs", bench.ids[PBX], enabled=True, importAt=bench.clock.now().isoformat())
    answer = bench.run(lambda client: client.send(call))

    outcome = bench.vendor.interpret(step, answer)

    assert isinstance(outcome, Refused)
    assert outcome.conflict
    assert isinstance(bench.recover(step), Found)
    again = bench.prepare(step)
    assert isinstance(again, Call)
    assert again.method == "PATCH"


def test_a_telephone_system_taken_since_the_plan_stops_the_creation() -> None:
    """The last look finds it with another tenant: nothing is sent."""
    bench = Bench(*ALL)
    step = until(bench, PBX, "create")
    bench.edit("pbxs", "b0000000-0000-4000-8000-000000000002", accountId="kazoo-acme")
    with pytest.raises(StepRefused, match="connected to tenant c0000000") as refused:
        bench.prepare(step)
    assert refused.value.stale


@pytest.mark.parametrize("kind", ["html", "truncate", "garbage"])
def test_a_spoilt_answer_proves_nothing(kind: str) -> None:
    """The request was carried out, and the answer cannot be read: it is looked up instead."""
    bench = Bench(*ALL)
    step = until(bench, CUSTOMER, "create")
    call = bench.prepare(step)
    assert isinstance(call, Call)
    bench.fault(kind, match={"method": "POST", "path": "/customers$"}, **({"commit": True} if kind == "html" else {}))
    try:
        outcome = bench.send_call(step, call)
    except NoAnswer:
        outcome = Unclear("no whole answer")
    bench.heal()
    assert not isinstance(outcome, Done | Refused)
    assert isinstance(bench.recover(step), Found)
