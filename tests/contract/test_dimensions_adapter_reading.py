"""What the adapter concludes from reads of Dimensions: absence only with proof, and no more reads than are of use."""

import re

import pytest

from reconciler.contract import SyncStatus
from reconciler.model import Address, Secret, Severity
from reconciler.vendors.dimensions import codes
from tests.contract.adapter_bench import observed
from tests.contract.dimensions_bench import Bench, make_vendor
from tests.contract.dimensions_manifests import (
    ACME,
    ALL,
    BEN,
    CUSTOMER,
    HQ,
    LEA,
    PBX,
    PRIMARY,
    RESELLER,
    TEMPLATE,
    USER,
)

SECOND = ACME.replace("name: acme}", "name: bolt}").replace("Acme Dental", "Bolt Motors")
THIRD = ACME.replace("name: acme}", "name: crew}").replace("Acme Dental", "Crew Rent")
THREE_CX = """
apiVersion: reconciler/v1
kind: PBXConnection
metadata: {name: acme-hq}
spec: {account: acme, vendor: dimensions, type: ThreeCX, licenseKey: {env: LICENCE}, host: pbx.example.com}
"""
FOREIGN = HQ.replace("kazoo-acme", "foreign-instance")
NORTH = """
apiVersion: reconciler/v1
kind: Account
metadata: {name: north}
spec: {displayName: North Phones, role: Reseller, reference: R-7, vendors: {dimensions: {}}}
"""


@pytest.fixture
def bench() -> Bench:
    """Return Dimensions with everything there as declared."""
    made = Bench(*ALL)
    made.settle()
    return made


def gets(bench: Bench) -> list[str]:
    """Return the paths of the reads since the log was cleared, ids left out."""
    paths = [line["path"] for line in bench.log() if line["method"] == "GET"]
    return [re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "*", path).removeprefix("/api/v1.0/") for path in paths]


def test_a_full_look_reads_lists_once(bench: Bench) -> None:
    """One list of customers, one of connections, and each user that is known by id."""
    bench.ask("DELETE", "log")
    seen = bench.observe()
    assert set(seen.objects) == {CUSTOMER, PBX, PRIMARY, USER}
    assert gets(bench) == ["customers", "customers/*/users/*", "customers/*/users/*", "customers/*/pbxs"]


def test_a_focused_look_reads_by_id(bench: Bench) -> None:
    """A connection is polled by its id; its customer is not read."""
    bench.done_at.clear()
    bench.ask("DELETE", "log")
    assert set(bench.observe(PBX).objects) == {PBX}
    assert gets(bench) == ["customers/*/pbxs/*"]


def test_a_focused_look_without_an_id_asks_for_the_reference() -> None:
    """The filter matches parts of names too: only an exact reference is ours."""
    bench = Bench(ACME, SECOND.replace("Bolt Motors", "acme lookalike"))
    bench.settle()
    bench.ids.clear()
    bench.ask("DELETE", "log")
    assert observed(bench.observe(CUSTOMER), CUSTOMER).key == "acme"
    assert ["filter=acme" in line["query"] for line in bench.log() if line["method"] == "GET"] == [True]


def test_a_sparse_vendor_is_asked_for_one_customer_only() -> None:
    """When reading one brings no more than the list, the others are not read."""
    bench = Bench(ACME, SECOND, THIRD)
    bench.settle()
    bench.set(readMode="sparse")
    bench.ask("DELETE", "log")
    seen = bench.observe()
    assert not seen.unreadable
    assert "timezone" not in observed(seen, CUSTOMER).fields
    assert [path for path in gets(bench) if path == "customers/*"] == ["customers/*"]


def test_metrics_show_what_a_sparse_read_hides() -> None:
    """At enterprise level product types and the flags of connections are read in one call."""
    bench = Bench(*ALL, level="enterprise")
    bench.settle()
    bench.set(readMode="sparse")
    seen = bench.observe()
    assert observed(seen, CUSTOMER).fields["productType"] == "TenantProfileType_uc"
    shown = observed(seen, PBX).fields
    assert (shown["enabled"], shown["monitorSubAccounts"], shown["accountId"]) == (True, False, "kazoo-acme")


def test_a_reseller_without_metrics_is_read_as_far_as_it_shows() -> None:
    """That there are none is no failure: what only they would show is unknown."""
    bench = Bench(*ALL, level="enterprise")
    bench.settle()
    bench.set(readMode="sparse")
    bench.fault("status_before", status=404, body='{"message": "Not Found"}', match={"path": "/metrics$"})
    seen = bench.observe()
    assert not seen.unreadable
    assert "productType" not in observed(seen, CUSTOMER).fields


@pytest.mark.parametrize("level", ["reseller", "enterprise"])
@pytest.mark.parametrize("mode", ["full", "sparse"])
def test_no_secret_is_observed(level: str, mode: str) -> None:
    """Keys that a read or the metrics may show are not taken up, a licence key being the instance id included."""
    bench = Bench(ACME, THREE_CX, LEA, level=level)
    bench.settle()
    bench.set(readMode=mode)
    text = repr(bench.observe())
    assert "value-of" not in text
    assert "licenseKey" not in observed(bench.observe(), PBX).fields


def test_a_lost_id_is_found_again_by_reference_instance_and_email(bench: Bench) -> None:
    """Without a ledger every object is found by what names it, and it is the same one."""
    before = {address: observed(bench.observe(), address).vendor_id for address in bench.wanted}
    bench.ids.clear()
    assert {address: observed(bench.observe(), address).vendor_id for address in bench.wanted} == before


def test_a_user_is_found_whatever_the_case_of_its_email(bench: Bench) -> None:
    """The PBX spells it its own way."""
    bench.ids.pop(USER, None)
    assert observed(bench.observe(), USER).key == "Ben@Acme.example"


def test_an_object_deleted_at_the_vendor_is_absent(bench: Bench) -> None:
    """Its id is gone, and so is what names it: proved absent."""
    number = bench.ids[PBX]
    bench.ask("POST", "delete", {"what": "pbxs", "id": number})
    assert bench.observe().objects[PBX] == ()


def test_a_customer_deleted_at_the_vendor_is_absent_with_all_it_held(bench: Bench) -> None:
    """Nothing can be where its customer is not."""
    bench.ask("POST", "delete", {"what": "customers", "id": bench.ids[CUSTOMER]})
    seen = bench.observe()
    assert {address: seen.objects[address] for address in bench.wanted} == dict.fromkeys(bench.wanted, ())


def test_a_telephone_system_of_somebody_else_is_an_obstacle() -> None:
    """It hinders the connection, and its customer too while that is not there; the tenant is named."""
    bench = Bench(ACME, TEMPLATE, FOREIGN, LEA)
    seen = bench.observe()
    assert set(seen.obstacles) == {CUSTOMER, PBX}
    problem = seen.obstacles[PBX]
    assert (problem.code, problem.severity) == (codes.INSTANCE_ELSEWHERE, Severity.ERROR)
    assert "c0000000-0000-4000-8000-000000000002" in problem.summary


def test_a_customer_that_is_there_is_not_hindered() -> None:
    """Only its connection is; the customer can be changed."""
    bench = Bench(ACME, LEA)
    bench.settle()
    bench.declare(ACME, TEMPLATE, FOREIGN, LEA)
    assert set(bench.observe().obstacles) == {PBX}


def test_a_licence_key_is_not_in_the_text_of_an_obstacle() -> None:
    """The instance of a 3CX is a secret."""
    bench = Bench(ACME, THREE_CX, LEA)
    bench.edit("pbxs", "b0000000-0000-4000-8000-000000000002", accountId=None, licenseKey="value-of-LICENCE")
    problem = bench.observe().obstacles[PBX]
    assert "ThreeCX" in problem.summary
    assert "value-of" not in problem.summary


def test_an_import_is_awaited_until_a_user_comes_from_it(bench: Bench) -> None:
    """After our enabling the connection is at work until a user carries the role of the PBX."""
    fresh = Bench(*ALL)
    fresh.set(importFault="slow")
    for step in fresh.plan():
        if step.address.type == "user" and step.address != PRIMARY:
            break
        fresh.send(step)
    assert observed(fresh.observe(PBX), PBX).status is SyncStatus.IN_PROGRESS
    fresh.pass_time(seconds=60)
    assert observed(fresh.observe(PBX), PBX).status is SyncStatus.SYNCHRONIZED
    assert observed(bench.observe(PBX), PBX).status is SyncStatus.SYNCHRONIZED


def test_a_declared_user_with_devices_is_awaited_for_half_a_minute() -> None:
    """Users may come one by one, and devices are for those of the PBX only: others may follow the first."""
    late = BEN.replace("name: ben}", "name: joe}").replace("ben@", "joe@").replace("ben-soft", "joe-soft")
    bench = Bench(*ALL)
    bench.settle()
    bench.declare(*ALL, late)
    bench.done_at[PBX, "enable"] = bench.done_at[CUSTOMER, "enable"] = bench.clock.now()
    found = observed(bench.observe(PBX), PBX)
    assert (found.status, found.detail) == (SyncStatus.IN_PROGRESS, "users of the PBX are being imported, joe not yet")
    bench.pass_time(seconds=30)
    assert observed(bench.observe(PBX), PBX).status is SyncStatus.SYNCHRONIZED


def test_an_import_that_does_not_come_is_a_warning_at_its_deadline() -> None:
    """Never a failure: after the deadline the connection counts as settled, and the plan says what to look at."""
    bench = Bench(*ALL)
    bench.set(importFault="never")
    for step in bench.plan():
        if step.address != USER:
            bench.send(step)
    bench.pass_time(minutes=9)
    assert (observed(bench.observe(), PBX).status, bench.observe().problems) == (SyncStatus.IN_PROGRESS, ())
    bench.pass_time(minutes=1)
    seen = bench.observe()
    assert observed(seen, PBX).status is SyncStatus.SYNCHRONIZED
    assert [(one.code, one.severity, one.address) for one in seen.problems] == [
        (codes.IMPORT_LATE, Severity.WARNING, str(PBX))
    ]


def test_an_administrator_at_the_vendor_is_found_in_place_of_the_declared_one(bench: Bench) -> None:
    """A customer whose primary user is not there is looked through for somebody who administers it."""
    assert observed(bench.observe(), CUSTOMER).extra == {}
    bench.declare(ACME, LEA.replace("name: lea", "name: boss").replace("lea@", "boss@"))
    assert observed(bench.observe(), CUSTOMER).extra == {"administrator": "lea@acme.example"}


@pytest.mark.parametrize("kind", ["truncate", "html", "empty_list", "bare_array", "duplicate_keys", "garbage"])
@pytest.mark.parametrize("path", ["/customers$", "/pbxs$", "/users$"])
def test_a_spoilt_list_is_never_taken_for_absence(bench: Bench, kind: str, path: str) -> None:
    """What was there is still there or cannot be read; an empty list is checked by id."""
    bench.ids.pop(USER, None)
    bench.fault(kind, match={"method": "GET", "path": path})
    seen = bench.observe()
    absent = {address for address, found in seen.objects.items() if not found}
    assert absent <= ({USER} if kind == "empty_list" and path == "/users$" else set())
    assert seen.objects.keys() | seen.unreadable.keys() == bench.wanted.keys()


@pytest.mark.parametrize("path", ["/customers", "/users/", "/pbxs$"])
def test_a_part_that_cannot_be_read_is_unreadable(bench: Bench, path: str) -> None:
    """A failure is told with its reason and hits no more than what rests on it."""
    bench.fault("status_before", status=403, match={"method": "GET", "path": path})
    seen = bench.observe()
    assert seen.unreadable
    assert all("missing right" in reason for reason in seen.unreadable.values())
    assert not [address for address, found in seen.objects.items() if not found]


def test_a_404_that_is_not_the_vendors_proves_nothing(bench: Bench) -> None:
    """A page of a proxy in place of an object does not mean that it is gone."""
    bench.fault("status_before", status=404, body="<h1>gone</h1>", match={"path": "/users/", "count": 9})
    seen = bench.observe()
    assert {PRIMARY, USER} & seen.objects.keys() == set()


def test_several_customers_with_our_reference_are_all_shown(bench: Bench) -> None:
    """A person chooses; what hangs on the customer waits until then."""
    bench.declare(ACME, SECOND, LEA, BEN)
    bench.settle()
    bench.edit("customers", bench.ids[Address("dimensions", "customer", "bolt")], reference="acme")
    bench.declare(ACME, LEA, BEN)
    bench.ids.clear()
    seen = bench.observe()
    assert len(seen.objects[CUSTOMER]) == 2
    assert "a person must choose" in seen.unreadable[PRIMARY]


def test_a_reseller_is_found_by_reference_and_its_customers_below_it() -> None:
    """Lists are read per reseller account; an absent reseller has no customers."""
    acme = ACME.replace("country: GR", "country: GR\n  parent: north")
    bench = Bench(NORTH, acme, LEA, level="enterprise")
    assert bench.observe().objects[CUSTOMER] == ()
    bench.settle()
    bench.ids.clear()
    seen = bench.observe()
    assert observed(seen, RESELLER).key == "R-7"
    assert observed(seen, CUSTOMER).key == "acme"


def test_long_lists_are_read_page_by_page() -> None:
    """A page that is shorter than asked for is the last."""
    bench = Bench(ACME, SECOND, THIRD, vendor=make_vendor(pageSize=2))
    bench.settle()
    bench.ask("DELETE", "log")
    assert not bench.observe().unreadable
    assert [line["query"] for line in bench.log() if line["path"].endswith("/customers")] == [
        "pageIndex=0&pageSize=2",
        "pageIndex=1&pageSize=2",
    ]


def test_a_secret_in_a_query_reaches_the_vendor_and_no_text(bench: Bench) -> None:
    """A licence key is looked up by its value, and shown nowhere on our side."""
    bench.declare(ACME, THREE_CX, LEA)
    bench.ids.pop(PBX)
    assert bench.observe().objects[PBX] == ()
    assert isinstance(bench.wanted[PBX].fields["licenseKey"], Secret)
