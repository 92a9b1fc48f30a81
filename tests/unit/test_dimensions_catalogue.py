"""The object types of Dimensions as data agree with what manifests stand for."""

import pytest

from reconciler.contract import Kind, ObjectType, Wanted
from reconciler.vendors.dimensions import catalogue, wire
from tests.unit.dimensions_texts import RESELLER, TEMPLATE, account, connection, user, wanted_of

CATALOGUE = catalogue.catalogue_of(wire.endpoints(wire.RESELLER_LEVEL))
LISTS = ("roles/", "devices/")
EVERYTHING = wanted_of(
    RESELLER,
    account(
        "acme",
        "country: GR",
        "timezone: Europe/Athens",
        "notes: x",
        options="productType: uc, trialDays: 14, features: {agent: 1}, syncAcdAgents: true, sendNewUserEmail: true, "
        "sendConnectWelcomeEmail: true",
    ),
    TEMPLATE,
    connection("kazoo", 'accountId: "1"'),
    connection(
        "threecx", "type: ThreeCX", "licenseKey: {env: A}", "username: u", "password: {env: B}", "host: pbx.example"
    ),
    user("lea", "roles: [customer.user]", "devices: [{id: desk-1, clientType: desktop}]"),
)


def type_of(wanted: Wanted) -> ObjectType:
    """Return the type of a wanted object."""
    return CATALOGUE[f"{wanted.address.vendor}/{wanted.address.type}"]


@pytest.mark.parametrize("wanted", EVERYTHING.values(), ids=lambda wanted: str(wanted.address))
def test_every_wanted_field_is_declared(wanted: Wanted) -> None:
    """A field is one of its type's, or a member of a list that others put things into."""
    unknown = [name for name in wanted.fields if name not in type_of(wanted).fields and not name.startswith(LISTS)]

    assert unknown == []


@pytest.mark.parametrize("wanted", EVERYTHING.values(), ids=lambda wanted: str(wanted.address))
def test_secret_fields_are_references(wanted: Wanted) -> None:
    """What the catalogue calls secret is wanted as where it is found, and nothing else is."""
    declared = {
        name for name in wanted.fields if name in type_of(wanted).fields and type_of(wanted).fields[name].secret
    }

    references = {
        name for name, value in wanted.fields.items() if isinstance(value, dict) and set(value) <= {"env", "file"}
    }

    assert references == declared


def test_every_declared_field_can_be_wanted() -> None:
    """No type declares a field that no manifest can ask for."""
    asked = {(wanted.address.type, name) for wanted in EVERYTHING.values() for name in wanted.fields}

    declared = {(one.name, name) for one in CATALOGUE.values() for name in one.fields if one.name != catalogue.RESELLER}

    assert declared - asked == set()


@pytest.mark.parametrize("level", wire.LEVELS)
def test_every_operation_is_a_call_or_says_what_a_person_does(level: str) -> None:
    """A manual operation has instructions and no call, every other has a mutating call."""
    types = catalogue.catalogue_of(wire.endpoints(level)).values()

    for operation in (operation for one in types for operation in one.operations.values()):
        if operation.kind is Kind.MANUAL:
            assert operation.endpoint is None
            assert "resolve dimensions/" in operation.instructions
        else:
            assert operation.endpoint is not None
            assert operation.endpoint.mutates
