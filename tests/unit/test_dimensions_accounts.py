"""What accounts mean at Dimensions, and the rules that the settings bring in."""

from typing import Any

import pytest

from reconciler.model import Severity
from reconciler.vendors.dimensions import checking, codes, expanding, options
from tests.unit.dimensions_texts import (
    CUSTOMER,
    RESELLER,
    TEMPLATE,
    account,
    connection,
    customer_of,
    user,
    user_of,
    wanted_of,
    world_of,
)

TENANT = "8d2f0a5e-6c1b-4f7e-9d3a-0b1c2d3e4f5a"
OFF = account("acme", "parent: nordwind", options="enabled: false")


def problems_of(*texts: str, **given: Any) -> list[tuple[str, Severity]]:
    """Return code and severity of every problem."""
    return [(found.code, found.severity) for found in checking.check(world_of(*texts), options.parse(given))]


def test_each_manifest_stands_for_one_object() -> None:
    """A reseller, a customer, a connection and a user are one object each, a template none."""
    found = wanted_of(RESELLER, CUSTOMER, TEMPLATE, connection(), user())

    assert [str(address) for address in found] == [
        "dimensions/reseller/nordwind",
        "dimensions/customer/acme",
        "dimensions/pbx/acme-hq",
        "dimensions/user/lea",
    ]


def test_an_account_of_other_vendors_stands_for_nothing() -> None:
    """Without an option of Dimensions nothing is created there, nor anything that belongs to the account."""
    assert wanted_of(account().replace("dimensions: {}", ""), TEMPLATE, connection(), user()) == {}


def test_a_customer_comes_after_its_reseller() -> None:
    """The reseller must be settled before its customer."""
    customer = customer_of(RESELLER, CUSTOMER)

    assert customer.needs == (expanding.reseller_address("nordwind"),)
    assert customer.options["reseller"] == "nordwind"


def test_the_own_reseller_needs_no_step() -> None:
    """The reseller whose credentials these are is not wanted, and its customers wait for nobody."""
    found = wanted_of(RESELLER, CUSTOMER, reseller="nordwind")

    assert list(found) == [expanding.customer_address("acme")]
    assert found[expanding.customer_address("acme")].needs == ()
    assert found[expanding.customer_address("acme")].options["reseller"] is None


def test_only_what_is_written_is_managed() -> None:
    """Name, reference and whether it is enabled follow from every account; the rest is managed when written."""
    assert customer_of(CUSTOMER, RESELLER).fields == {"displayName": "Acme", "reference": "acme", "enabled": True}


def test_everything_written_is_managed() -> None:
    """Each option of a customer becomes a field in manifest words, features with the written members only."""
    text = account(
        "acme",
        "country: GR",
        "timezone: null",
        options="productType: uc, trialDays: 14, features: {device: 2}, syncAcdAgents: true, sendNewUserEmail: false, "
        "sendConnectWelcomeEmail: true, internalSystem: true",
    )

    found = customer_of(text)

    assert found.fields == {
        "displayName": "Acme",
        "reference": "acme",
        "enabled": True,
        "country": "GR",
        "timezone": None,
        "productType": "uc",
        "trialDays": 14,
        "features": {"device": 2},
        "syncAcdAgents": True,
        "sendNewUserEmail": False,
        "sendConnectWelcomeEmail": True,
    }
    assert found.options["internalSystem"] is True


@pytest.mark.parametrize(
    ("text", "description"),
    [
        (account("acme", "notes: three sites"), "three sites"),
        (account("acme", "notes: three sites", options="description: dentist"), "dentist"),
        (account("acme", "notes: three sites", options="description: null"), None),
        (account("acme", "notes: null"), None),
    ],
    ids=["notes", "own", "cleared", "notes cleared"],
)
def test_notes_stand_in_for_the_description(text: str, description: str | None) -> None:
    """Notes are the description unless one is written."""
    assert customer_of(text).fields["description"] == description


@pytest.mark.parametrize(
    ("metadata", "line", "keys"),
    [
        ("acme", "role: User", ("acme",)),
        ("{name: acme, previously: [old]}", "role: User", ("acme", "old")),
        ("{name: acme, previously: [old]}", 'reference: "004711"', ("004711",)),
    ],
    ids=["name", "renamed", "written"],
)
def test_references_of_customers(metadata: str, line: str, keys: tuple[str, ...]) -> None:
    """A written reference stands alone, else the name comes first and former names after it."""
    found = customer_of(account(metadata, line))

    assert found.keys == keys
    assert found.fields["reference"] == keys[0]
    assert [address.name for address in found.former] == (["old"] if "old" in metadata else [])


@pytest.mark.parametrize(
    ("text", "enabled"),
    [
        (account(), True),
        (account(options="enabled: false"), False),
        (account("acme", "ensure: disabled"), False),
        (account("acme", "ensure: absent"), False),
    ],
    ids=["default", "option", "disabled", "absent"],
)
def test_a_customer_is_enabled_unless_it_says_otherwise(text: str, enabled: bool) -> None:
    """Enabled is the option and `ensure: present` together; what belongs to the customer knows it too."""
    assert customer_of(text).fields["enabled"] is enabled
    assert user_of(text, user()).options["customerEnabled"] is enabled


def test_a_customer_knows_what_belongs_to_it() -> None:
    """Connections by whether they are wanted, enabled or ending; primary and ending users."""
    texts = (
        connection("hq", "enabled: true", 'accountId: "1"'),
        connection("shop", 'accountId: "2"'),
        connection("old", "enabled: true", "ensure: absent", 'accountId: "3"'),
        user("lea", "primary: true"),
        user("tom"),
        user("gone", "primary: true", "ensure: absent"),
        user("elsewhere", "primary: true", owner="beta"),
    )

    found = customer_of(CUSTOMER, account("beta"), RESELLER, TEMPLATE, *texts).options

    assert found["pbxs"] == ["hq", "shop"]
    assert found["disabledPbxs"] == ["shop"]
    assert found["endingPbxs"] == ["old"]
    assert found["primary"] == ["lea"]
    assert found["endingUsers"] == ["gone"]


@pytest.mark.parametrize(
    ("texts", "given", "found"),
    [
        ((RESELLER, OFF), {"reseller": "nordwind"}, []),
        ((RESELLER, OFF), {"reseller": "nordwin"}, [codes.OWN_RESELLER_UNKNOWN]),
        ((RESELLER, OFF), {"reseller": "acme"}, [codes.OWN_RESELLER_UNKNOWN]),
        ((RESELLER.replace("dimensions: {}", ""), OFF), {"reseller": "nordwind"}, []),
        ((account(options="enabled: false"),), {"level": "enterprise"}, [codes.NO_ACCOUNT_TENANT]),
        ((account(options="enabled: false"),), {"level": "enterprise", "accountTenantId": TENANT}, []),
        ((RESELLER, OFF), {"level": "enterprise"}, []),
        ((RESELLER, OFF), {"level": "enterprise", "reseller": "nordwind"}, [codes.NO_ACCOUNT_TENANT]),
        ((account(options="enabled: false, productType: any"),), {}, []),
        ((account(options="enabled: false, trialDays: 0"),), {"capabilities": {"trials": False}}, []),
        ((account(options="enabled: false, trialDays: 14"),), {}, []),
    ],
    ids=[
        "own reseller",
        "own reseller misspelt",
        "own reseller a customer",
        "own reseller elsewhere",
        "enterprise without account",
        "enterprise with account",
        "enterprise under a reseller",
        "enterprise under its own",
        "product types not listed",
        "no trial",
        "trial allowed",
    ],
)
def test_rules_of_the_settings(texts: tuple[str, ...], given: dict[str, Any], found: list[str]) -> None:
    """What the operator configured decides which parents, product types and trials are right."""
    assert problems_of(*texts, **given) == [(code, Severity.ERROR) for code in found]
