"""Reading Divalto: whole or not at all, politely, and never from a list what a look-up knows better."""

import dataclasses
from typing import Any

import pytest

from reconciler.contract import Answer, Call, Observation, Reader, Scope, SyncStatus
from reconciler.errors import Forbidden, StepRefused, VendorError
from reconciler.model import Severity
from reconciler.vendors.divalto.options import CAPABILITIES
from tests.contract.adapter_bench import observed
from tests.contract.divalto_bench import Bench, make_vendor, world_of
from tests.contract.divalto_manifests import DEAL, DRAFT, FROM_OPPORTUNITY, HQ, ODATA, ORDER, PRIMO, SITE

BROKEN = ("html", "garbage", "bare_array", "truncate", "duplicate_keys")
ENDED = ("take", "validate", "provisioned")


def many(count: int) -> list[str]:
    """Return manifests of orders that go together: none for the same site and product."""
    return [PRIMO.replace("{name: primo}", f"{{name: primo-{number}}}") for number in range(count)]


def paths(bench: Bench, *, since: int = 0) -> list[str]:
    """Return which paths were asked for."""
    return [str(line["path"]) for line in bench.log()[since:]]


def test_orders_that_ended_are_not_read_one_by_one() -> None:
    """One list of orders and one of certificates, however many ended."""
    bench = Bench(*many(3))
    bench.settle()
    for row in bench.books("orders"):
        bench.decide_there("take", number=row["orderNumber"])
        bench.decide_there("validate", number=row["orderNumber"])
    before = len(bench.log())

    assert bench.plan() == []
    assert sorted(paths(bench, since=before)) == ["/v1/certificates", "/v1/orders"]


def test_an_open_order_is_looked_up_by_its_reference() -> None:
    """The list may lag behind what was just written; a look-up by reference does not."""
    bench = Bench(ODATA)
    bench.set(staleLists=3600.0)
    bench.settle()

    assert bench.plan() == []
    assert observed(bench.observe(), ORDER).status is SyncStatus.IN_PROGRESS


def test_a_list_that_lags_does_not_bring_a_decided_order_back() -> None:
    """What the list shows as still open is looked up, and found decided."""
    bench = Bench(ODATA)
    bench.settle()
    bench.pass_time(hours=2)
    bench.set(staleLists=3600.0)
    for one in ENDED:
        bench.decide_there(one)

    assert observed(bench.observe(), ORDER).status is SyncStatus.SYNCHRONIZED


def test_a_certificate_that_no_list_shows_yet_is_not_ready() -> None:
    """The order names it; the asset is there and in progress."""
    bench = Bench(ODATA)
    bench.settle()
    bench.set(staleLists=3600.0)
    for one in ENDED:
        bench.decide_there(one)

    (asset,) = observed(bench.observe(), ORDER).assets

    assert asset.sync_status is SyncStatus.IN_PROGRESS


class Rewriting:
    """A reader whose answers' rows are changed on the way."""

    def __init__(self, read: Reader, changes: dict[str, Any]) -> None:
        self._read = read
        self._changes = changes

    async def fetch(self, call: Call, *, missing_ok: bool = False) -> Answer:
        """Return the answer with members of its rows changed, or with an ellipsis taken away."""
        answer = await self._read.fetch(call, missing_ok=missing_ok)
        body: Any = answer.data
        rows = [{**row, **self._changes} for row in body.get("records", ())]
        shown = [{name: value for name, value in row.items() if value is not ...} for row in rows]
        return dataclasses.replace(answer, data={**body, "records": shown} if shown else body)


@pytest.mark.parametrize(
    ("changes", "secrets"),
    [
        pytest.param({"certificateIds": ...}, 2, id="order-tells-of-none"),
        pytest.param({"hasSecret": False}, 0, id="certificate-without-content"),
    ],
)
def test_a_certificate_is_ready_with_what_there_is(changes: dict[str, Any], secrets: int) -> None:
    """One that its order leaves out is found in the list; one without content is ready without it."""
    bench = Bench(ODATA)
    bench.settle()
    for one in ENDED:
        bench.decide_there(one)
    scope = Scope(bench.wanted, now=bench.clock.now(), reveal=True)

    seen = bench.run(lambda client: bench.vendor.observe(scope, Rewriting(client.reader, changes)))
    (asset,) = observed(seen, ORDER).assets

    assert (asset.sync_status, len(asset.secrets)) == (SyncStatus.SYNCHRONIZED, secrets)
    assert observed(seen, ORDER).facts["certificateIds"] == asset.asset_id


def test_a_content_that_cannot_be_read_leaves_the_order_readable() -> None:
    """The certificate is not ready, and the next pass tries again."""
    bench = Bench(ODATA)
    bench.settle()
    for one in ENDED:
        bench.decide_there(one)
    bench.reveal = True
    bench.fault("status_before", status=403, match={"path": "/content$", "count": 1})

    (lacking,) = observed(bench.observe(), ORDER).assets
    (whole,) = observed(bench.observe(), ORDER).assets

    assert (lacking.sync_status, lacking.secrets) == (SyncStatus.IN_PROGRESS, {})
    assert "cannot be read" in lacking.comment
    assert (whole.sync_status, len(whole.secrets)) == (SyncStatus.SYNCHRONIZED, 2)


@pytest.mark.parametrize("size", [1, 2, 200])
def test_every_page_size_shows_the_same(size: int) -> None:
    """Pages are put together whole."""
    bench = Bench(*many(3), ODATA, vendor=make_vendor(pageSize=size))
    bench.settle()

    assert bench.plan() == []
    assert len(bench.observe().single) == 4


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        *(("^/v1/orders$", kind) for kind in (*BROKEN, "empty_list")),
        *(("^/v1/sites/123456$", kind) for kind in BROKEN),
    ],
)
def test_what_cannot_be_read_is_unreadable(path: str, kind: str) -> None:
    """A broken answer is never absence: no step comes from it."""
    bench = Bench(ODATA, SITE)
    bench.settle()
    bench.fault(kind, match={"method": "GET", "path": path, "count": None})
    address = ORDER if "orders" in path else HQ

    seen = bench.observe()

    assert address in seen.unreadable
    assert address not in seen.objects


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
def test_a_vendor_that_refuses_reads_shows_nothing(status: int) -> None:
    """Everything wanted is unreadable, with the reason."""
    bench = Bench(ODATA, SITE)
    bench.settle()
    bench.fault("status_before", status=status, match={"method": "GET", "count": None})

    seen = bench.observe()

    assert set(seen.unreadable) == {ORDER, HQ}
    assert seen.single == {}


def test_a_404_of_somebody_else_is_no_absence() -> None:
    """A proxy's page proves nothing about a site."""
    bench = Bench(SITE)
    bench.fault("status_before", status=404, body="<h1>gone</h1>", match={"path": "/sites/", "count": None})

    assert HQ in bench.observe().unreadable


@pytest.mark.parametrize("style", ["envelope200", "result200"])
def test_absence_inside_a_success_is_absence(style: str) -> None:
    """A site that is not there is not there on either level of errors."""
    bench = Bench(SITE.replace("123456", "123459"))
    bench.set(errorStyle=style)

    assert bench.observe().objects[HQ] == ()


def test_an_order_of_another_project_is_not_ours() -> None:
    """A known number whose order carries another reference is not read as ours, and not as absent."""
    bench = Bench(ODATA)
    bench.settle()
    theirs = {**bench.books("orders")[0]["body"], "clientReference": "other/odata#1"}
    bench.edit("orders", "CDE-2026-000001", clientReference="other/odata#1", body=theirs)

    assert "does not carry our reference" in bench.observe().unreadable[ORDER]


def test_one_unreadable_opportunity_leaves_other_orders_readable() -> None:
    """Only the order that needs it cannot be decided about."""
    bench = Bench(FROM_OPPORTUNITY, ODATA)
    bench.fault("status_before", status=403, match={"path": "/opportunities/", "count": None})

    seen = bench.observe()

    assert (set(seen.unreadable), ORDER in seen.objects) == ({DEAL}, True)


def test_a_focused_look_reads_only_its_order() -> None:
    """By number, without any list of orders."""
    bench = Bench(*many(2), ODATA, SITE)
    bench.settle()
    before = len(bench.log())

    seen = bench.observe(ORDER)

    assert set(seen.objects) == {ORDER}
    number = seen.single[ORDER].vendor_id
    assert paths(bench, since=before) == [f"/v1/orders/{number}"]


def expiring(bench: Bench) -> Observation:
    """Return a look at a vendor whose key ends in ten days."""
    bench.set(keyExpiresInDays=10.0)
    return bench.observe()


def test_a_key_that_ends_soon_is_told() -> None:
    """A warning in the plan and in the line of `check`, before it becomes a refusal."""
    bench = Bench(ODATA)
    before = bench.observe().problems

    (problem,) = expiring(bench).problems
    line = bench.run(lambda client: bench.vendor.probe(client.reader))

    assert before == ()
    assert (problem.code, problem.severity) == ("E499", Severity.WARNING)
    assert "2026-01-11" in problem.summary
    assert "expires 2026-01-11" in line


def test_a_key_without_the_right_to_orders_is_told_by_check() -> None:
    """The line of `check` proves the right, not only the key."""
    bench = Bench(ODATA)
    line = bench.run(lambda client: bench.vendor.probe(client.reader))
    bench.set(ordersRight=False)

    with pytest.raises(Forbidden):
        bench.run(lambda client: bench.vendor.probe(client.reader))
    assert line == "key accepted; no order is visible"


def test_a_key_that_ended_is_a_sign_in_that_failed() -> None:
    """The operator is told where a new one is made."""
    bench = Bench(ODATA)
    bench.set(keyExpiresInDays=0.0)

    assert "my.divalto.com" in bench.observe().unreadable[ORDER]


def test_the_catalogue_is_pulled_sorted_and_found_changed() -> None:
    """Another revision at the vendor is a warning for orders that are still to be submitted."""
    bench = Bench(DRAFT)
    pulled: Any = bench.run(lambda client: bench.vendor.pull_catalogue(client.reader))
    again = bench.run(lambda client: bench.vendor.pull_catalogue(client.reader))
    bench.pinned = {"divalto": pulled}
    same = bench.decide(ORDER).problems
    bench.pinned = {"divalto": {**pulled, "revision": "2025-01-01.1"}}

    (problem,) = bench.decide(ORDER).problems

    assert pulled == again
    assert [one["code"] for one in pulled["orderTypes"]] == sorted(one["code"] for one in pulled["orderTypes"])
    assert same == ()
    assert (problem.code, problem.severity) == ("E468", Severity.WARNING)


def test_a_pulled_catalogue_judges_manifests() -> None:
    """What is kept in git is what the offline rules rest on."""
    bench = Bench()
    pulled: Any = bench.run(lambda client: bench.vendor.pull_catalogue(client.reader))
    world = world_of(ODATA)

    pinned = type(world)(world.manifests, world.owners, world.files, {"divalto": pulled})

    assert list(bench.vendor.check(pinned)) == []


def test_no_certificate_is_sent_again() -> None:
    """The vendor has no call for it."""
    with pytest.raises(StepRefused, match="cannot be sent again"):
        Bench().vendor.resend("divalto/order/odata", "CERT-000001")


@pytest.mark.parametrize("capability", sorted(CAPABILITIES))
def test_reads_go_without_any_capability(capability: str) -> None:
    """An installation that lacks something is still read."""
    bench = Bench(DRAFT, SITE, vendor=make_vendor(capabilities={capability: False}))

    seen = bench.observe()

    assert seen.unreadable == {}
    assert bench.vendor.steps(bench.case(HQ, seen)).steps != ()


def test_a_catalogue_that_is_no_object_is_not_pulled() -> None:
    """Nothing is written into git that is not a catalogue."""
    bench = Bench()
    bench.fault("bare_array", match={"path": "/catalog", "count": None})

    with pytest.raises(VendorError):
        bench.run(lambda client: bench.vendor.pull_catalogue(client.reader))


def test_one_broken_row_leaves_other_orders_readable() -> None:
    """A row that is wrong says nothing about the others."""
    bench = Bench(*many(2), ODATA)
    bench.settle()
    for row in bench.books("orders"):
        bench.decide_there("take", number=row["orderNumber"])
        bench.decide_there("refuse", number=row["orderNumber"])
    bench.edit("orders", bench.ids[ORDER, 1], version=-1)

    seen = bench.observe()

    assert set(seen.unreadable) == {ORDER}
    assert len(seen.single) == 2


def test_many_orders_gone_at_once_are_not_believed() -> None:
    """A whole collection that vanishes is a fault of a right, not of many orders."""
    bench = Bench(*many(21))
    bench.ids.update({(address, 1): f"CDE-2026-{number:06d}" for number, address in enumerate(bench.wanted, 1)})

    seen = bench.observe()

    assert len(seen.unreadable) == 21
    assert "gone at once" in next(iter(seen.unreadable.values()))
