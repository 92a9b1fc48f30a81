"""The adapter carries a desired state into a fresh Dimensions: exact requests, one of each, and then nothing more."""

import re

import pytest

from reconciler.contract import Call, Done, Refused, Satisfied
from reconciler.errors import StepRefused
from reconciler.model import Address, Secret
from reconciler.vendors.dimensions import codes
from tests.contract.adapter_bench import Sent, observed
from tests.contract.dimensions_bench import Bench
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

NORTH = """
apiVersion: reconciler/v1
kind: Account
metadata: {name: north}
spec: {displayName: North Phones, role: Reseller, reference: R-7, vendors: {dimensions: {}}}
"""
JSON = "application/json"


@pytest.fixture(params=["full", "sparse"])
def mode(request: pytest.FixtureRequest) -> str:
    """Return how much a read shows."""
    return str(request.param)


@pytest.fixture(params=["reseller", "enterprise"])
def bench(request: pytest.FixtureRequest, mode: str) -> Bench:
    """Return a fresh Dimensions at either level and in either read mode."""
    made = Bench(*ALL, level=request.param)
    made.set(readMode=mode)
    return made


@pytest.fixture
def plain() -> Bench:
    """Return a fresh Dimensions with everything declared and nothing done."""
    return Bench(*ALL)


def call_of(sent: list[Sent], address: Address, operation: str) -> Call:
    """Return the request of a step."""
    (found,) = [one.call for one in sent if (one.step.address, one.step.operation) == (address, operation)]
    assert isinstance(found, Call)
    return found


def test_everything_is_made_once_and_in_order(bench: Bench) -> None:
    """Customer, connection, primary user, then the customer enabled, then the connection; roles after the import."""
    sent = bench.settle()

    assert [one.step.id.removeprefix("dimensions/") for one in sent] == [
        "customer/acme:create",
        "pbx/acme-hq:create",
        "user/lea:create",
        "customer/acme:enable",
        "pbx/acme-hq:enable",
        "user/ben:create",
        "user/ben:assign:ben-soft",
    ]
    assert all(isinstance(one.outcome, Done) for one in sent)
    assert bench.mutations() == len(sent)


def test_a_second_plan_is_empty_and_changes_nothing(bench: Bench) -> None:
    """What was applied is compared with what is shown, or with our own record where nothing is."""
    bench.settle()
    before = bench.mutations()

    assert bench.plan() == []
    assert bench.mutations() == before


def test_everybody_is_invited_once(bench: Bench) -> None:
    """The primary user by the enabling; whom the PBX brought, the vendor does not mail; nobody is mailed twice."""
    bench.settle()
    bench.settle()

    assert {user["email"].lower(): user["invitations"] for user in bench.books("users")} == {
        "lea@acme.example": 1,
        "ben@acme.example": 0,
    }


def test_a_customer_is_created_disabled_without_its_connection(plain: Bench) -> None:
    """The body holds what is managed, in the vendor's words; charges are accepted since the plan says that it costs."""
    call = call_of(plain.settle(), CUSTOMER, "create")
    assert (str(call), call.content_type, call.headers) == (
        "POST /api/v1.0/customers",
        JSON,
        {"accept-charges": "true"},
    )
    assert call.body == {
        "name": "Acme Dental",
        "description": "three sites",
        "reference": "acme",
        "timezone": "Europe/Athens",
        "countryCode": "GR",
        "tenantProfileType": "TenantProfileType_uc",
        "features": {"agent": 2},
        "sendNewUserEmail": True,
        "enabled": False,
    }


def test_a_connection_is_created_disabled_with_its_key(plain: Bench) -> None:
    """The template is rendered; `enabled: false` is said, so that enabling the customer does not start it."""
    call = call_of(plain.settle(), PBX, "create")
    assert call.body == {
        "_type": "KazooPbxConnectionProfile",
        "name": "acme-hq",
        "hostRest": "https://rest.example.com",
        "hostWebsocket": "wss://ws.example.com",
        "accountId": "kazoo-acme",
        "apiKey": Secret("value-of-KAZOO_KEY"),
        "monitorSubAccounts": False,
        "enabled": False,
    }


def test_an_imported_user_gets_what_is_missing(plain: Bench) -> None:
    """Who came from the PBX is changed by one patch instead of being created; the PBX's own role stays."""
    call = call_of(plain.settle(), USER, "create")
    assert call.method == "PATCH"
    assert call.body == [
        {"op": "replace", "path": "/displayName", "value": "Ben Ode"},
        *(
            {"op": "add", "path": "/roles/-", "value": role}
            for role in (
                "customer.user",
                "customer.user.supervisorl1",
                "customer.user.uc",
                "customer.user.uc.softphone",
            )
        ),
    ]
    roles = {user["id"]: user["roles"] for user in plain.books("users")}
    assert (
        "customer.user.pbx"
        in roles[plain.ids[USER] if USER in plain.ids else observed(plain.observe(), USER).vendor_id]
    )


def test_a_device_is_assigned_by_name(plain: Bench) -> None:
    """The device stands in the path, the client type in the body, and the operation is one of its own."""
    call = call_of(plain.settle(), USER, "assign:ben-soft")
    assert call.method == "PUT"
    assert re.fullmatch(r"/api/v1\.0/customers/[^/]+/users/[^/]+/devices/pbx/ben-soft/assign", call.path)
    assert call.body == {"clientType": "desktop"}


def test_charges_are_accepted_where_the_plan_says_costs(plain: Bench) -> None:
    """The header goes with exactly the steps whose effects hold `costs`."""
    sent = plain.settle()
    accepted = {one.step.id for one in sent if isinstance(one.call, Call) and "accept-charges" in one.call.headers}
    assert accepted == {one.step.id for one in sent if "costs" in one.step.effects}
    assert accepted


def test_a_connection_is_enabled_by_one_patch_and_left_alone_after(bench: Bench) -> None:
    """A one-line change makes exactly one patch; every patch restarts the collector."""
    bench.declare(ACME, TEMPLATE, HQ.replace("enabled: true", "enabled: false"), LEA, BEN)
    bench.settle()
    assert [row["restarts"] for row in bench.books("pbxs") if row["accountId"] == "kazoo-acme"] == [0]

    bench.declare(*ALL)
    before = bench.mutations()
    (sent,) = bench.settle()
    bench.settle()

    assert isinstance(sent.call, Call)
    assert sent.call.body == [{"op": "replace", "path": "/enabled", "value": True}]
    assert bench.mutations() == before + 1


def test_a_connection_that_its_customer_started_is_stopped_again(plain: Bench) -> None:
    """Where enabling a customer starts all its connections, the plan warned of it and the next one repairs it."""
    plain.set(enableCascade="all")
    plain.declare(ACME, TEMPLATE, HQ.replace("enabled: true", "enabled: false"), LEA)
    problems = plain.decide(CUSTOMER).problems
    plain.settle()

    (sent,) = plain.settle()

    assert [problem.code for problem in problems] == [codes.CONNECTION_MAY_START]
    assert (sent.step.address, sent.step.operation) == (PBX, "disable")
    assert "disrupts" in sent.step.effects
    assert plain.plan() == []


def test_a_role_is_taken_back_by_replacing_the_list(bench: Bench) -> None:
    """One role of ours left the list: the whole list is written without it, the PBX's own kept."""
    bench.settle()
    bench.declare(ACME, TEMPLATE, HQ, LEA, BEN.replace(", customer.user.supervisorl1", ""))

    (sent,) = bench.settle()

    assert isinstance(sent.call, Call)
    assert isinstance(sent.call.body, list)
    (operation,) = sent.call.body
    assert isinstance(operation, dict)
    assert (operation["op"], operation["path"]) == ("replace", "/roles")
    value = operation["value"]
    assert isinstance(value, list)
    assert "customer.user.pbx" in value
    assert "customer.user.supervisorl1" not in value
    assert bench.plan() == []


def test_a_device_that_left_the_list_is_freed(bench: Bench) -> None:
    """From our own record; once."""
    bench.settle()
    bench.declare(ACME, TEMPLATE, HQ, LEA, BEN.replace("[{id: ben-soft, clientType: desktop}]", "[]"))
    (sent,) = bench.settle()
    assert sent.step.operation == "unassign:ben-soft"
    assert bench.plan() == []


def test_a_reseller_comes_before_its_customers() -> None:
    """At enterprise level the account is made first, and the customer in it."""
    bench = Bench(NORTH, ACME.replace("country: GR", "country: GR\n  parent: north"), LEA, level="enterprise")
    sent = bench.settle()
    assert sent[0].step.id == "dimensions/reseller/north:create"
    assert call_of(sent, CUSTOMER, "create").path == f"/api/v1.0/accounts/{bench.ids[RESELLER]}/customers"
    assert bench.plan() == []


def test_everything_declared_absent_is_ended() -> None:
    """Users and connections go before their customer; then nothing is left to do."""
    bench = Bench(*ALL)
    bench.settle()
    gone = [
        text.replace("spec: {", "spec: {ensure: absent, ").replace("spec:\n", "spec:\n  ensure: absent\n")
        for text in ALL
    ]
    bench.declare(gone[0], TEMPLATE, *gone[2:])

    sent = bench.settle()

    assert [one.step.operation for one in sent] == ["delete"] * 4
    assert sent[-1].step.address == CUSTOMER
    assert bench.plan() == []


def test_a_request_that_costs_without_saying_so_is_refused(plain: Bench) -> None:
    """402 without the header: nothing happened, and the refusal says so."""
    step = next(one for one in plain.plan() if one.address == CUSTOMER)
    sent = plain.send(type(step)(**{**vars(step), "effects": frozenset()}))
    assert sent.outcome == Refused("charges were not accepted, nothing was done")
    assert all(row["reference"] != "acme" for row in plain.books("customers"))


def test_what_stands_already_is_not_sent(plain: Bench) -> None:
    """Somebody did the same meanwhile: the last look finds it, and no request is made."""
    steps = {step.id: step for step in plain.plan()}
    plain.settle()
    for name in ("dimensions/customer/acme:create", "dimensions/pbx/acme-hq:enable", "dimensions/user/ben:create"):
        assert isinstance(plain.prepare(steps[name]), Satisfied), name


def test_a_patch_holds_only_what_does_not_stand_yet(plain: Bench) -> None:
    """Of two changes one was made at the vendor meanwhile: only the other is sent."""
    plain.settle()
    plain.edit("customers", plain.ids[CUSTOMER], name="Old", timezone="UTC")
    (step,) = plain.plan()
    plain.edit("customers", plain.ids[CUSTOMER], timezone="Europe/Athens")
    call = plain.prepare(step)
    assert isinstance(call, Call)
    assert call.body == [{"op": "replace", "path": "/name", "value": "Acme Dental"}]


def test_a_value_is_cleared_by_the_operation_that_the_vendor_shows(bench: Bench) -> None:
    """Null replaces it: that `remove` is taken is said nowhere. It stays cleared, however much a read shows."""
    bench.settle()
    bench.declare(ACME.replace("three sites", "null"), *ALL[1:])
    (sent,) = bench.settle()
    assert isinstance(sent.call, Call)
    assert sent.call.body == [{"op": "replace", "path": "/description", "value": None}]
    assert bench.plan() == []


def test_a_change_since_the_plan_makes_a_step_stale(plain: Bench) -> None:
    """What the plan rests on has changed at the vendor: a person should see the new plan first."""
    plain.settle()
    plain.edit("customers", plain.ids[CUSTOMER], name="Old")
    (step,) = plain.plan()
    plain.edit("customers", plain.ids[CUSTOMER], name="Newer")
    with pytest.raises(StepRefused, match="displayName of dimensions/customer/acme was 'Old'") as refused:
        plain.prepare(step)
    assert refused.value.stale


def test_an_invitation_is_sent_again_on_purpose(plain: Bench) -> None:
    """A person asks for it; the call answers 204."""
    plain.settle()
    sent = plain.send(plain.vendor.resend(str(PRIMARY), None))
    assert isinstance(sent.outcome, Done)
    assert [user["invitations"] for user in plain.books("users") if user["email"] == "lea@acme.example"] == [2]


@pytest.mark.parametrize("target", ["dimensions/customer/acme", "dimensions/pbx/acme-hq"])
def test_only_users_are_invited_again(plain: Bench, target: str) -> None:
    """Nothing else has a mail to send."""
    with pytest.raises(StepRefused, match="only users"):
        plain.vendor.resend(target, None)


@pytest.mark.parametrize("level", ["reseller", "enterprise"])
def test_a_probe_proves_the_credentials(level: str) -> None:
    """One read of a page of one."""
    bench = Bench(level=level)
    assert "signed in" in bench.run(lambda client: bench.vendor.probe(client.reader))
    assert [line["query"] for line in bench.log() if line["method"] == "GET"] == ["pageIndex=0&pageSize=1"]
