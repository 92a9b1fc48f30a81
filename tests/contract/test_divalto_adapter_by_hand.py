"""Divalto by people only: nothing is read or sent, and what they report done is done once."""

import pytest

from reconciler import contract
from reconciler.contract import Kind, Observation, Step, SyncStatus
from reconciler.model import Severity
from reconciler.vendors.divalto.plugin import PLUGIN, Divalto
from tests.contract.adapter_bench import observed
from tests.contract.divalto_bench import Bench, make_vendor
from tests.contract.divalto_manifests import DRAFT, HQ, ODATA, ORDER, SITE

LATER = ODATA.replace("execute: true", "execute: true\n  revision: 2")


def by_hand() -> Divalto:
    """Return the adapter as it is made without address and key."""
    return Divalto(contract.Setup("divalto", {}, {**PLUGIN.options, "transport": "manual", "partner": "P001"}))


def look(bench: Bench) -> Observation:
    """Look without a vendor: a read would fail the test, since nothing may be asked."""
    before = len(bench.log())
    seen = bench.observe()
    assert len(bench.log()) == before
    return seen


def asked(bench: Bench, address: contract.Wanted) -> Step:
    """Return the one step that a person is asked for."""
    (step,) = bench.vendor.steps(bench.case(address.address, look(bench))).steps
    assert step.kind is Kind.MANUAL
    return step


def test_a_person_places_the_order_and_says_its_number() -> None:
    """One manual step with a filled form; once reported done, nothing is asked again."""
    bench = Bench(ODATA, vendor=by_hand())
    step = asked(bench, bench.wanted[ORDER])
    papers = bench.vendor.catalogue["divalto/order"].operation(step.operation).papers

    bench.remember(step, "CDE-2026-000777")

    assert step.operation == "place"
    assert "--as ORDER_NUMBER" in step.instructions
    assert papers is not None
    assert papers(bench.wanted[ORDER])
    decision = bench.decide(ORDER)
    seen = observed(look(bench), ORDER)
    assert (decision.steps, decision.waiting) == ((), ())
    assert [(one.code, one.severity) for one in decision.problems] == [("E467", Severity.INFO)]
    assert (seen.status, seen.facts["orderNumber"]) == (SyncStatus.SYNCHRONIZED, "CDE-2026-000777")


def test_an_order_that_is_not_to_be_executed_is_not_asked_for() -> None:
    """There is no draft in the portal that only a machine could complete."""
    assert Bench(DRAFT, vendor=by_hand()).decide(ORDER).steps == ()


def test_an_order_that_a_person_placed_is_frozen() -> None:
    """An edit is refused; a raised revision is another order to be placed."""
    bench = Bench(ODATA, vendor=by_hand())
    bench.remember(asked(bench, bench.wanted[ORDER]), "CDE-2026-000777")
    bench.declare(ODATA.replace("Martin", "Durand"))
    edited = bench.decide(ORDER)
    bench.declare(LATER)

    again = asked(bench, bench.wanted[ORDER])

    assert [one.code for one in edited.problems] == ["E494"]
    assert (again.operation, again.revision) == ("place", 2)


def test_a_late_order_is_not_asked_for() -> None:
    """A delivery date in the past is refused before anybody types the form."""
    bench = Bench(ODATA.replace("2031-03-03", "2025-03-03"), vendor=by_hand())

    assert [one.code for one in bench.decide(ORDER).problems] == ["E498"]


def test_a_person_asks_for_a_change_of_a_site() -> None:
    """Other facts are asked for anew, the same ones are not."""
    bench = Bench(SITE, vendor=by_hand())
    step = asked(bench, bench.wanted[HQ])
    bench.remember(step, "123456")
    settled = bench.decide(HQ).steps
    bench.declare(SITE.replace("0001", "0002"))

    again = asked(bench, bench.wanted[HQ])

    assert settled == ()
    assert step.operation.startswith("ask:")
    assert step.operation != again.operation


@pytest.mark.parametrize("reference", [True, False], ids=["reported", "found"])
def test_an_order_placed_by_hand_is_watched_where_it_can_be_read(*, reference: bool) -> None:
    """Without the capability to create, a person places the order and the rest is read."""
    bench = Bench(ODATA)
    bench.settle()
    bench.vendor = make_vendor(capabilities={"create": False})
    if reference:
        typed = {**bench.books("orders")[0]["body"], "clientReference": None}
        bench.edit("orders", "CDE-2026-000001", clientReference="", body=typed)
        bench.done[ORDER, "place", 1] = bench.clock.now()
    else:
        bench.ids.clear()

    decision = bench.decide(ORDER)

    assert decision.steps == ()
    assert [one.detail for one in decision.waiting] == ["A_TRAITER"]


def test_an_order_placed_by_hand_that_cannot_be_found_is_told() -> None:
    """Nobody is asked to place it a second time."""
    bench = Bench(ODATA, vendor=make_vendor(capabilities={"create": False}))
    bench.remember(bench.step(ORDER, "place"), "")

    decision = bench.decide(ORDER)

    assert (decision.steps, [one.code for one in decision.problems]) == ((), ["E467"])
