"""Sites at Divalto: a difference becomes one request, and people there decide."""

from typing import Any

import pytest

from reconciler.contract import Call, Decision, Kind, Observed, SyncStatus
from reconciler.errors import StepRefused
from reconciler.model import Severity
from tests.contract.adapter_bench import observed
from tests.contract.divalto_bench import Bench, make_vendor
from tests.contract.divalto_manifests import HQ, ODATA, ORDER, SITE


@pytest.fixture
def asked() -> Bench:
    """Return a Divalto that was asked to change a site."""
    bench = Bench(SITE)
    bench.settle()
    return bench


def seen(bench: Bench) -> Observed:
    """Return the site as it is."""
    return observed(bench.observe(), HQ)


def decided(bench: Bench) -> Decision:
    """Return what is decided about the site."""
    return bench.decide(HQ)


def test_a_difference_becomes_one_request() -> None:
    """Only what differs is asked for, under a reference made from the wanted facts."""
    bench = Bench(SITE + "  name: Site 123456\n")
    bench.edit("sites", "123456", name="Site 123456")

    (sent,) = bench.settle()

    assert isinstance(sent.call, Call)
    (request,) = bench.books("changeRequests")
    assert request["changes"] == {"phoneNumber": "+33300000001"}
    assert request["clientReference"] == bench.wanted[HQ].keys[0]
    assert sent.step.kind is Kind.REQUEST


def test_a_site_as_declared_needs_nothing() -> None:
    """No look at requests, no step."""
    bench = Bench(SITE.replace("0001", "0000"))

    assert (decided(bench).steps, seen(bench).status) == ((), SyncStatus.SYNCHRONIZED)
    assert not [line for line in bench.log() if "siteChangeRequests" in line["path"]]


def test_an_open_request_is_no_difference(asked: Bench) -> None:
    """While people decide the site is in progress, does not drift, and nothing is asked again."""
    decision = decided(asked)

    assert [(one.party, one.polled) for one in decision.waiting] == [("vendor", False)]
    assert seen(asked).status is SyncStatus.IN_PROGRESS
    assert asked.case(HQ, asked.observe()).changes == ()
    assert asked.settle() == []
    assert len(asked.books("changeRequests")) == 1


def test_accepted_as_asked_settles(asked: Bench) -> None:
    """The site shows what was asked for."""
    asked.decide_change("accept")

    assert (decided(asked), seen(asked).status) == (Decision(), SyncStatus.SYNCHRONIZED)


def test_accepted_otherwise_diverges_and_stops(asked: Bench) -> None:
    """Both values are told to a person, and nothing is asked again."""
    asked.decide_change("accept", applied={"phoneNumber": "+33399999999"})

    (waiting,) = decided(asked).waiting

    assert seen(asked).status is SyncStatus.FAILED
    assert seen(asked).detail.startswith("diverged: ")
    assert "+33300000001" in waiting.detail
    assert "+33399999999" in waiting.detail
    assert waiting.party == "person"
    assert asked.settle() == []


def test_refused_stalls_with_the_reason_and_is_not_asked_again(asked: Bench) -> None:
    """Other facts may be asked for, the same ones are not."""
    asked.decide_change("refuse", reason="SIRET inconnu")

    (waiting,) = decided(asked).waiting
    refused = seen(asked)
    assert asked.settle() == []
    asked.declare(SITE.replace("0001", "0002"))
    again = asked.settle()

    assert (refused.status, refused.detail) == (SyncStatus.FAILED, "refused: SIRET inconnu (SCR-000001)")
    assert "SIRET inconnu" in waiting.detail
    assert len(again) == 1


def test_another_open_request_is_waited_for() -> None:
    """There is one open request a site: somebody else's comes first."""
    bench = Bench(SITE.replace("name: hq", "name: other"))
    bench.settle()
    bench.declare(SITE.replace("0001", "0002"))

    decision = decided(bench)

    assert decision.steps == ()
    assert ["SCR-000001" in one.detail for one in decision.waiting] == [True]


def test_a_request_in_an_unknown_state_is_waited_for(asked: Bench) -> None:
    """A state that is not known is told, and nothing is concluded from it."""
    asked.edit("changeRequests", "SCR-000001", status="EN_EXPERTISE")

    decision = decided(asked)

    assert (seen(asked).status, decision.steps) == (SyncStatus.UNKNOWN, ())
    assert [one.severity for one in decision.problems] == [Severity.WARNING]


def test_somebody_elses_site_is_refused() -> None:
    """A site that the key may not see is not one of this partner's."""
    decision = decided(Bench(SITE.replace("123456", "123459")))

    assert (decision.steps, [one.code for one in decision.problems]) == ((), ["E497"])


@pytest.mark.parametrize(
    "change", [{"phoneNumber": "+33311111111"}, {"pendingChangeRequestId": "SCR-9"}], ids=["facts", "request"]
)
def test_a_site_that_changed_since_the_plan_is_looked_at_again(change: dict[str, Any]) -> None:
    """A request rests on what was planned."""
    bench = Bench(SITE)
    step = bench.step(HQ, "request")
    bench.edit("sites", "123456", **change)

    with pytest.raises(StepRefused, match="plan again"):
        bench.prepare(step)


def test_an_order_waits_for_the_site_it_is_for() -> None:
    """Entering and filling go on; submitting needs the site to be settled, unless the manifest says otherwise."""
    steps = {one.operation: one.needs for one in Bench(ODATA, SITE).decide(ORDER).steps}
    free = {one.operation: one.needs for one in Bench(ODATA + "  waitForSiteChange: false\n", SITE).decide(ORDER).steps}

    assert [needs for name, needs in steps.items() if name != "submit"] == [(), ()]
    assert (steps["submit"], free["submit"]) == ((HQ,), ())


def test_a_person_asks_where_the_vendor_takes_no_requests() -> None:
    """Each set of facts is asked for by hand once, and then waited for."""
    bench = Bench(SITE, vendor=make_vendor(capabilities={"site_change": False}))
    step = bench.step(HQ, "ask")
    bench.remember(step, "123456")
    waiting = decided(bench)
    bench.declare(SITE.replace("0001", "0002"))

    again = bench.step(HQ, "ask")

    assert (step.kind, again.kind) == (Kind.MANUAL, Kind.MANUAL)
    assert step.operation != again.operation
    assert (waiting.steps, [one.party for one in waiting.waiting]) == ((), ["vendor"])
