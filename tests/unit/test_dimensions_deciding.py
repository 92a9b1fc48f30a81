"""Decisions about customers and connections at Dimensions: which steps, in which order, with which effects."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import pytest

from reconciler.contract import Change, Effect, Kind, Memory, Observation, Observed, SyncStatus, Wanted
from reconciler.model import Address, Json, Severity
from reconciler.testing.clock import VirtualClock
from reconciler.vendors.dimensions import codes
from tests.contract.dimensions_bench import expanded, fingerprint, make_case, make_vendor, world_of
from tests.contract.dimensions_manifests import ACME, ALL, CUSTOMER, PBX, PRIMARY, RESELLER

WANTED = expanded(make_vendor(), world_of(*ALL))
NORTH = """
apiVersion: reconciler/v1
kind: Account
metadata: {name: north}
spec: {displayName: North, role: Reseller, vendors: {dimensions: {}}}
"""
VOICE = [{"id": "TenantProfileType_voice", "immutable": True}, {"id": "TenantProfileType_uc"}]
STANDING: dict[Address, dict[str, Json]] = {
    address: {name: value for name, value in one.fields.items() if name != "apiKey"} for address, one in WANTED.items()
}


def seen(address: Address, *, extra: Mapping[str, Json] | None = None, **fields: Any) -> Observation:
    """Return an observation of an object as wanted, but for some fields; None takes one out."""
    shown = {name: value for name, value in {**STANDING[address], **fields}.items() if value is not None}
    return Observation(VirtualClock().now(), {address: (Observed("id-1", "acme", shown, extra=extra or {}),)})


def changed(address: Address, **options: Any) -> Wanted:
    """Return a wanted object with other values of its dataclass."""
    return dataclasses.replace(WANTED[address], **options)


def applied(address: Address) -> Memory:
    """Return the memory of an object that we brought to what is wanted."""
    return Memory("id-1", {name: fingerprint(value) for name, value in WANTED[address].fields.items()})


def test_a_customer_is_created_disabled_and_enabled_when_all_is_there() -> None:
    """Between the two come its connections and its primary user; only then is anybody invited."""
    create, enable = make_vendor().steps(make_case(make_vendor(), WANTED[CUSTOMER])).steps

    assert "enabled" not in create.body
    assert (enable.after, enable.body) == (("create",), {"enabled": True})
    assert enable.follows == ((PBX, "create"), (PRIMARY, "create"))
    assert enable.effects == {Effect.COSTS, Effect.NOTIFIES}


def test_a_customer_wanted_disabled_is_only_created() -> None:
    """Nobody is invited to what is not to be used."""
    wanted = changed(CUSTOMER, fields={**WANTED[CUSTOMER].fields, "enabled": False})
    (create,) = make_vendor().steps(make_case(make_vendor(), wanted)).steps
    assert "/enabled" in [change.path for change in create.changes]


def test_a_customer_as_wanted_gets_no_step() -> None:
    """No difference, no request."""
    assert make_vendor().steps(make_case(make_vendor(), WANTED[CUSTOMER], seen(CUSTOMER))).steps == ()


@pytest.mark.parametrize(
    ("fields", "operation", "effects"),
    [
        pytest.param({"displayName": "Old"}, "update", set(), id="name"),
        pytest.param({"productType": "TenantProfileType_analytics"}, "update", {Effect.COSTS}, id="product-type"),
        pytest.param({"features": {"agent": 1}}, "update", {Effect.COSTS}, id="feature-rises"),
        pytest.param({"features": {"agent": 5}}, "update", set(), id="feature-falls"),
        pytest.param({"features": None}, "update", {Effect.COSTS}, id="feature-unknown"),
        pytest.param({"enabled": False}, "enable", {Effect.COSTS, Effect.NOTIFIES}, id="enabled"),
        pytest.param(
            {"enabled": False, "timezone": "UTC"}, "enable", {Effect.COSTS, Effect.NOTIFIES}, id="enabled-and-more"
        ),
    ],
)
def test_all_changes_of_a_customer_are_one_patch(fields: dict[str, Any], operation: str, effects: set[Effect]) -> None:
    """The patch is called after what it does to `enabled`; it costs when a product type changes or a feature rises."""
    (step,) = make_vendor().steps(make_case(make_vendor(), WANTED[CUSTOMER], seen(CUSTOMER, **fields))).steps
    assert (step.operation, set(step.effects), sorted(step.body)) == (operation, effects, sorted(fields))


def test_what_is_not_shown_is_compared_with_what_was_applied() -> None:
    """A sparse read hides a field: it counts as it was last applied, and is set once when it never was."""
    vendor, hidden = make_vendor(), seen(CUSTOMER, timezone=None, country=None)
    assert vendor.steps(make_case(vendor, WANTED[CUSTOMER], hidden, memory=applied(CUSTOMER))).steps == ()
    (step,) = vendor.steps(make_case(vendor, WANTED[CUSTOMER], hidden)).steps
    assert step.body == {"timezone": "Europe/Athens", "country": "GR"}


@pytest.mark.parametrize(
    ("shown", "known"),
    [pytest.param("TenantProfileType_voice", {}, id="as-shown"), pytest.param(None, {"productType"}, id="as-applied")],
)
def test_an_immutable_product_type_is_not_left(shown: str | None, known: set[str]) -> None:
    """What cannot change is refused in the plan, not by the vendor half-way; a hidden one counts as last applied."""
    vendor = make_vendor(productTypes=VOICE)
    memory = Memory("id-1", {name: fingerprint("TenantProfileType_voice") for name in known})
    decision = vendor.steps(make_case(vendor, WANTED[CUSTOMER], seen(CUSTOMER, productType=shown), memory=memory))
    (problem,) = decision.problems
    assert (problem.code, problem.severity) == (codes.PRODUCT_TYPE_FIXED, Severity.ERROR)
    assert "TenantProfileType_voice" in problem.summary


def test_a_product_type_that_may_change_is_changed() -> None:
    """The operator's catalogue says which types are fixed; others are not."""
    vendor = make_vendor(productTypes=VOICE)
    shown = seen(CUSTOMER, productType="TenantProfileType_analytics")
    assert vendor.steps(make_case(vendor, WANTED[CUSTOMER], shown)).problems == ()


def test_enabling_a_customer_warns_of_its_disabled_connections() -> None:
    """Whether the vendor starts them with it is not documented."""
    wanted = changed(CUSTOMER, options={**WANTED[CUSTOMER].options, "disabledPbxs": ["acme-hq"]})
    (problem,) = make_vendor().steps(make_case(make_vendor(), wanted)).problems
    assert (problem.code, problem.severity) == (codes.CONNECTION_MAY_START, Severity.WARNING)


def test_an_administrator_that_no_manifest_declares_is_a_warning() -> None:
    """A customer that somebody administers already is not locked out, and the manifest should say who it is."""
    found = seen(CUSTOMER, extra={"administrator": "boss@acme.example"})
    (problem,) = make_vendor().steps(make_case(make_vendor(), WANTED[CUSTOMER], found)).problems
    assert problem.code == codes.ADMINISTRATOR_UNDECLARED
    assert "boss@acme.example" in problem.summary


def test_the_internal_system_is_a_persons_step() -> None:
    """No call makes a customer the internal system: the step says where a person does, after all others."""
    wanted = changed(CUSTOMER, options={**WANTED[CUSTOMER].options, "internalSystem": True})
    step = make_vendor().steps(make_case(make_vendor(), wanted)).steps[-1]
    assert (step.kind, step.operation, step.after) == (Kind.MANUAL, "internal-system", ("create", "enable"))
    assert "customer acme" in step.instructions


def test_a_customer_is_ended_after_what_it_holds() -> None:
    """Its connections and users that end too go first; it does not wait for its reseller."""
    options = {**WANTED[CUSTOMER].options, "endingPbxs": ["acme-hq"], "endingUsers": ["lea"]}
    wanted = changed(CUSTOMER, ensure="absent", options=options, needs=(RESELLER,))
    (step,) = make_vendor().steps(make_case(make_vendor(), wanted, seen(CUSTOMER))).steps
    assert (step.operation, step.follows, step.needs) == ("delete", ((PBX, "delete"), (PRIMARY, "delete")), ())
    assert step.effects == {Effect.IRREVERSIBLE}
    assert make_vendor().steps(make_case(make_vendor(), wanted)).steps == ()


def test_a_reseller_is_opened_by_a_person_without_the_level_for_it() -> None:
    """A reseller's own credentials cannot open accounts, and its customers are not made under another one."""
    world = world_of(NORTH, ACME.replace("country: GR", "country: GR\n  parent: north"))
    low, high = make_vendor(), make_vendor("enterprise")
    (manual,) = low.steps(make_case(low, expanded(low, world)[RESELLER])).steps
    assert (manual.kind, manual.operation) == (Kind.MANUAL, "open")
    decision = low.steps(make_case(low, expanded(low, world)[CUSTOMER]))
    assert (decision.steps, decision.waiting[0].party) == ((), "person")
    (create,) = high.steps(make_case(high, expanded(high, world)[RESELLER])).steps
    assert (create.operation, create.body["enabled"]) == ("create", True)
    assert high.steps(make_case(high, expanded(high, world)[CUSTOMER])).steps[0].needs == (RESELLER,)


def test_a_connection_is_created_disabled_and_enabled_after_its_customer() -> None:
    """Users are imported by intent only, and when the customer is ready for them; no secret is in a step."""
    create, enable = make_vendor().steps(make_case(make_vendor(), WANTED[PBX])).steps

    assert create.follows == ((CUSTOMER, "create"),)
    assert (create.body["apiKey"], "enabled" in create.body) == ("(secret)", False)
    assert (enable.after, enable.follows, enable.body) == (("create",), ((CUSTOMER, "enable"),), {"enabled": True})
    assert enable.changes == (Change("/enabled", False, True),)
    assert enable.effects == {Effect.DISRUPTS}


@pytest.mark.parametrize(
    ("fields", "operation"),
    [
        pytest.param({"displayName": "Old"}, "update", id="name"),
        pytest.param({"enabled": False, "displayName": "Old"}, "enable", id="enable-and-rename"),
        pytest.param({"enabled": False}, "enable", id="enable"),
    ],
)
def test_all_changes_of_a_connection_are_one_patch(fields: dict[str, Any], operation: str) -> None:
    """Each patch restarts the collector: there is one, and it says that it disrupts."""
    case = make_case(make_vendor(), WANTED[PBX], seen(PBX, **fields), memory=applied(PBX))
    (step,) = make_vendor().steps(case).steps
    assert (step.operation, sorted(step.body), set(step.effects)) == (operation, sorted(fields), {Effect.DISRUPTS})


def test_a_connection_is_disabled_by_one_patch() -> None:
    """Wanted disabled and seen enabled: the patch is called so."""
    wanted = changed(PBX, fields={**WANTED[PBX].fields, "enabled": False})
    (step,) = make_vendor().steps(make_case(make_vendor(), wanted, seen(PBX), memory=applied(PBX))).steps
    assert (step.operation, step.body) == ("disable", {"enabled": False})


def test_a_secret_that_was_applied_is_not_sent_again() -> None:
    """A key is never read back: only another one than was last applied makes a patch, in which it does not stand."""
    vendor = make_vendor()
    assert vendor.steps(make_case(vendor, WANTED[PBX], seen(PBX), memory=applied(PBX))).steps == ()
    (step,) = vendor.steps(make_case(vendor, WANTED[PBX], seen(PBX))).steps
    assert (step.operation, step.body) == ("update", {"apiKey": "(secret)"})


def test_what_was_fixed_at_creation_and_is_not_shown_is_left_alone() -> None:
    """A connection that somebody else made may hide what nobody can change: that is never patched."""
    hidden = seen(PBX, monitorSubAccounts=None, type=None)
    memory = Memory("id-1", {"apiKey": fingerprint(WANTED[PBX].fields["apiKey"])})
    assert make_vendor().steps(make_case(make_vendor(), WANTED[PBX], hidden, memory=memory)).steps == ()


def test_an_import_under_way_is_waited_for() -> None:
    """While users are being imported the connection waits for the vendor, and its users with it."""
    shown = seen(PBX).single[PBX]
    busy = dataclasses.replace(shown, status=SyncStatus.IN_PROGRESS, detail="importing")
    observation = Observation(VirtualClock().now(), {PBX: (busy,)})
    decision = make_vendor().steps(make_case(make_vendor(), WANTED[PBX], observation, memory=applied(PBX)))
    assert (decision.steps, decision.waiting[0].party, decision.waiting[0].detail) == ((), "vendor", "importing")


def test_a_connection_declared_absent_is_disconnected_once() -> None:
    """What is not there needs no step."""
    wanted = changed(PBX, ensure="absent")
    (step,) = make_vendor().steps(make_case(make_vendor(), wanted, seen(PBX))).steps
    assert (step.operation, step.target) == ("delete", "id-1")
    assert make_vendor().steps(make_case(make_vendor(), wanted)).steps == ()
