"""The adapter carries a desired state into a fresh BSS: exact requests, one of each, and then nothing more."""

from typing import Any

import pytest

from reconciler.contract import Call, Done, Effect, Kind, Satisfied, SyncStatus
from reconciler.errors import StepRefused
from reconciler.model import Address, Secret
from tests.contract.adapter_bench import Sent, observed
from tests.contract.interworks_bench import (
    ACCOUNT,
    AVG_ORDER,
    BITTITAN,
    CUSTOMER,
    ORDER,
    PANDA,
    RESELLER,
    SYNC,
    Bench,
    make_vendor,
)

PATCH = "application/json-patch+json"
JSON = "application/json; charset=utf-8"


@pytest.fixture
def bench() -> Bench:
    """Return a fresh BSS and the declared reseller, customer and order."""
    return Bench(RESELLER, CUSTOMER, ORDER)


def call_of(sent: list[Sent], address: Address, operation: str) -> Call:
    """Return the request of a step."""
    (found,) = [one.call for one in sent if (one.step.address, one.step.operation) == (address, operation)]
    assert isinstance(found, Call)
    return found


@pytest.mark.parametrize(
    ("address", "operation", "method", "path", "body"),
    [
        pytest.param(
            ACCOUNT,
            "create",
            "POST",
            "/api/accounts",
            {
                "code": "acme",
                "name": "Acme Dental",
                "email": "it@acme.example",
                "orderingEnabled": True,
                "resellingEnabled": False,
                "parentAccountId": 101,
                "billToAccountId": 101,
            },
            id="account",
        ),
        pytest.param(
            SYNC,
            "set-options",
            "PUT",
            "/api/accounts/102/syncoptions/AVG",
            {
                "Fields": [
                    {"ID": "parentAccount", "Value": "101"},
                    {"ID": "email", "Value": "keys@acme.example"},
                    {"ID": "role", "Value": "User"},
                ]
            },
            id="avg-options",
        ),
        pytest.param(
            PANDA,
            "set-options",
            "PUT",
            "/api/accounts/102/syncoptions/PandaAntivirus",
            {"Fields": [{"ID": "role", "Value": "User"}, {"ID": "username", "Value": "acme-panda"}]},
            id="panda-options-without-the-prefilled-parent",
        ),
        pytest.param(SYNC, "synchronize", "POST", "/api/accounts/102/synchronize/AVG", None, id="synchronize"),
        pytest.param(
            BITTITAN, "synchronize", "POST", "/api/accounts/102/synchronize/BitTitan", None, id="bittitan-no-options"
        ),
        pytest.param(
            AVG_ORDER,
            "create",
            "POST",
            "/api/orders",
            {
                "name": "acme-infra/acme-avg#1",
                "accountId": 102,
                "billToAccountId": 101,
                "items": [{"productCode": "AVG-IS-BE", "quantity": 25}],
            },
            id="order",
        ),
        pytest.param(AVG_ORDER, "execute", "POST", "/api/orders/{order}/execute", {"invoiceOption": 3}, id="execute"),
    ],
)
def test_each_step_is_one_documented_request(
    bench: Bench, address: Address, operation: str, method: str, path: str, body: Any
) -> None:
    """Every step sends exactly the request of the wire profile."""
    call = call_of(bench.settle(), address, operation)

    expected = path.replace("{order}", bench.ids[AVG_ORDER])
    assert (call.method, call.path, call.body, call.content_type) == (method, expected, body, JSON)


def test_a_desired_state_is_carried_out_once(bench: Bench) -> None:
    """After one pass the books show each thing once, and a second pass sends nothing."""
    bench.settle()
    before = bench.mutations()

    again = bench.settle()

    assert again == []
    assert bench.mutations() == before == 14
    assert [row["amount"] for row in bench.books("charges")] == [747.5]
    assert {row["status"] for row in bench.books("sync")} == {"Synchronized"}


def test_plan_shows_cost_and_effects(bench: Bench) -> None:
    """The execute step carries the exact price and what it does beyond a record."""
    bench.settle("account", "sync")

    step = bench.step(AVG_ORDER, "execute")

    assert str(step.cost) == "747.50 EUR"
    assert step.effects == {Effect.COSTS, Effect.NOTIFIES, Effect.IRREVERSIBLE}
    assert step.after == ("create",)


def test_price_is_known_before_the_account_exists(bench: Bench) -> None:
    """An order of an account that is still to be created has its price in the very first plan."""
    assert str(bench.step(AVG_ORDER, "execute").cost) == "747.50 EUR"


def test_hidden_price_makes_the_cost_unknown() -> None:
    """A product without a shown price leaves the cost unknown instead of guessed."""
    order = ORDER.replace("vendor: avg", "vendor: bittitan").replace("AVG-IS-BE", "BT-UMB")
    bench = Bench(RESELLER, CUSTOMER, order)

    assert bench.step(Address("bittitan", "order", "acme-avg"), "execute").cost is None


def test_licence_key_is_a_secret_from_the_start(bench: Bench) -> None:
    """An executed order shows its asset, and the key cannot be printed."""
    bench.settle()

    order = observed(bench.observe(), AVG_ORDER)

    (asset,) = order.assets
    assert order.status is SyncStatus.SYNCHRONIZED
    assert isinstance(asset.secrets["license_key"], Secret)
    assert "AVG-SIM" not in repr(order)


def test_change_is_one_patch_of_what_differs(bench: Bench) -> None:
    """All differing fields go in one JSON Patch: replace for a value, remove for null."""
    bench.settle("account")
    bench.edit("accounts", "102", phone="+30 1", description="old")
    bench.declare(RESELLER, CUSTOMER.replace("Acme Dental", "Acme").replace("  vendors", "  phone: null\n  vendors"))

    (sent,) = [one for one in bench.settle("account") if one.step.address == ACCOUNT]

    assert isinstance(sent.call, Call)
    assert (sent.call.method, sent.call.path, sent.call.content_type) == ("PATCH", "/api/accounts/102", PATCH)
    assert sent.call.body == [
        {"op": "replace", "path": "/name", "value": "Acme"},
        {"op": "remove", "path": "/phone"},
    ]
    account = bench.books("accounts")[1]
    assert (account["name"], account["phone"], account["description"]) == ("Acme", None, "old")


@pytest.mark.parametrize(
    ("there", "ensure", "kind", "value"),
    [
        pytest.param(True, "disabled", Kind.DISABLE, False, id="off"),
        pytest.param(False, "present", Kind.ENABLE, True, id="on"),
    ],
)
def test_ordering_is_switched_by_a_step_of_its_own_kind(
    bench: Bench, there: bool, ensure: str, kind: Kind, value: bool
) -> None:
    """`ensure: disabled` turns ordering off, taking it back turns it on; reviewers see which."""
    bench.settle("account")
    bench.edit("accounts", "102", orderingEnabled=there)
    bench.declare(RESELLER, CUSTOMER.replace("  parent", f"  ensure: {ensure}\n  parent"))

    (sent,) = [one for one in bench.settle("account") if one.step.address == ACCOUNT]

    assert sent.step.kind is kind
    assert isinstance(sent.call, Call)
    assert sent.call.body == [{"op": "replace", "path": "/orderingEnabled", "value": value}]


def test_patch_is_refused_when_someone_changed_the_field(bench: Bench) -> None:
    """A field that is neither as planned nor as wanted any more stops the step as stale."""
    bench.settle("account")
    bench.edit("accounts", "102", name="Someone's")
    step = bench.step(ACCOUNT, "update")
    bench.edit("accounts", "102", name="Someone else's")

    with pytest.raises(StepRefused, match="displayName") as refused:
        bench.prepare(step)

    assert refused.value.stale


def test_patch_that_someone_already_made_is_satisfied(bench: Bench) -> None:
    """A field that has the wanted value by now needs no request."""
    bench.settle("account")
    bench.edit("accounts", "102", name="Someone's")
    step = bench.step(ACCOUNT, "update")
    bench.edit("accounts", "102", name="Acme Dental")

    assert bench.prepare(step) == Satisfied("102")


def test_account_that_is_there_already_is_not_created_again(bench: Bench) -> None:
    """The last look before a creation finds the account by our reference."""
    step = bench.step(Address("interworks", "account", "res"), "create")
    bench.settle("account")

    assert bench.prepare(step) == Satisfied("101")


def test_removal_is_left_to_a_person(bench: Bench) -> None:
    """`ensure: absent` gives a manual step with instructions while the account exists, and nothing when it is gone."""
    bench.settle("account")
    bench.declare(RESELLER, CUSTOMER.replace("  parent", "  ensure: absent\n  parent"))

    (step,) = bench.decide(ACCOUNT).steps
    bench.delete("accounts", "102")
    after = bench.decide(ACCOUNT)

    assert step.kind is Kind.MANUAL
    assert "resolve interworks/account/acme --done" in step.instructions
    assert after.steps == ()


@pytest.mark.parametrize(
    ("capability", "address", "operation"),
    [
        pytest.param("can_set_sync_options", SYNC, "set-options", id="options"),
        pytest.param("can_synchronize", SYNC, "synchronize", id="synchronize"),
        pytest.param("can_execute_order", AVG_ORDER, "execute", id="execute"),
    ],
)
def test_missing_capability_makes_the_step_manual(capability: str, address: Address, operation: str) -> None:
    """What the BSS is said not to offer is a manual step with instructions."""
    bench = Bench(RESELLER, CUSTOMER, ORDER, vendor=make_vendor(capabilities={capability: False}))

    step = bench.step(address, operation)

    assert step.kind is Kind.MANUAL
    assert f"resolve {address} --done" in step.instructions


def test_catalogue_holds_definitions_and_products(bench: Bench) -> None:
    """`catalogue pull` keeps option definitions without values, and prices as exact text."""
    bench.settle("account")

    data: Any = bench.run(lambda client: bench.vendor.pull_catalogue(client.reader))

    assert sorted(data["systems"]) == ["AVG", "PandaAntivirus"]
    assert all("Value" not in one for one in data["systems"]["AVG"]["options"])
    assert {row["code"]: row["unitPrice"] for row in data["products"]}["AVG-IS-BE"] == "29.90"
    assert [row["code"] for row in data["products"]] == sorted(row["code"] for row in data["products"])


def test_probe_counts_what_it_sees(bench: Bench) -> None:
    """The cheap read that proves the credentials says how many accounts are visible."""
    bench.settle("account")

    assert bench.run(lambda client: bench.vendor.probe(client.reader)) == "2 accounts visible"


def test_key_is_mailed_again_on_request(bench: Bench) -> None:
    """Resending is one request for one asset of an AVG order, and one mail."""
    bench.settle()
    asset = bench.books("assets")[0]["id"]
    before = len(bench.ask("GET", "outbox"))

    sent = bench.send(bench.vendor.resend(str(AVG_ORDER), asset))

    assert isinstance(sent.call, Call)
    assert (sent.call.method, sent.call.path) == ("POST", f"/api/assets/{asset}/resendlicensekey")
    assert isinstance(sent.outcome, Done)
    assert len(bench.ask("GET", "outbox")) == before + 1


def test_only_avg_resends(bench: Bench) -> None:
    """An order of another system has no key to send."""
    with pytest.raises(StepRefused, match="only AVG"):
        bench.vendor.resend("panda/order/acme-panda", "1")


def test_reads_never_change_the_vendor(bench: Bench) -> None:
    """A whole look sends no changing request."""
    bench.settle()
    before = bench.mutations()

    bench.observe()

    assert bench.mutations() == before
