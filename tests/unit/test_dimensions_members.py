"""What PBX connections and users mean at Dimensions."""

import pytest

from reconciler import schema
from reconciler.files import Limits, SourceFile
from reconciler.model import Json, SecretSource
from reconciler.vendors.dimensions.kinds import kinds
from tests.unit.dimensions_texts import (
    CUSTOMER,
    RESELLER,
    TEMPLATE,
    account,
    connection,
    pbx_of,
    user,
    user_of,
    world_of,
)


def test_a_connection_is_rendered_from_its_template() -> None:
    """Fields of the template are explicit fields of the connection; its own value wins; a secret is its reference."""
    found = pbx_of(CUSTOMER, RESELLER, TEMPLATE, connection("acme-hq", 'accountId: "0012"', "countryCode: NO"), user())

    assert found.fields == {
        "type": "Kazoo",
        "displayName": "acme-hq",
        "enabled": False,
        "monitorSubAccounts": False,
        "countryCode": "NO",
        "hostRest": "https://rest.pbx.example",
        "hostWebsocket": "wss://ws.pbx.example",
        "accountId": "0012",
        "apiKey": {"env": "PBX_KEY"},
    }
    assert found.keys == ("0012",)
    assert found.needs == ()
    assert (found.options["customer"], found.options["users"]) == ("acme", ["lea"])


@pytest.mark.parametrize(
    ("lines", "host"),
    [
        (['accountId: "1"'], "https://rest.pbx.example"),
        (["template: other", 'accountId: "1"'], "https://other.pbx.example"),
        (["template: null", "type: Kazoo", 'accountId: "1"'], None),
        (["type: ThreeCX", "licenseKey: {file: key}"], None),
    ],
    ids=["default", "named", "none", "default of another type"],
)
def test_which_template_is_taken(lines: list[str], host: str | None) -> None:
    """The named template, else the default one of the connection's type; null takes none."""
    other = TEMPLATE.replace("shared", "other").replace("default: true", "default: false").replace("rest.", "other.")

    assert pbx_of(account(), other, TEMPLATE, connection("acme-hq", *lines)).fields.get("hostRest") == host


def test_a_licence_key_is_no_key() -> None:
    """A 3CX is told apart by its licence key, which is secret: it is a field by reference and never a key."""
    lines = ("type: ThreeCX", "licenseKey: {env: LICENCE}", "password: {file: secrets/pbx}", "enabled: true")

    found = pbx_of(account(), connection("acme-hq", *lines))

    assert found.keys == ()
    assert found.fields == {
        "type": "ThreeCX",
        "displayName": "acme-hq",
        "enabled": True,
        "licenseKey": {"env": "LICENCE"},
        "password": {"file": "secrets/pbx"},
    }


def test_a_disabled_connection_is_not_enabled() -> None:
    """`ensure: disabled` wins over `enabled: true`."""
    text = connection("acme-hq", "enabled: true", "ensure: disabled", 'accountId: "1"')

    assert pbx_of(account(), TEMPLATE, text).fields["enabled"] is False


def test_roles_and_devices_are_fields_of_their_own() -> None:
    """Each role that the API can give and each device is a field; the PBX's own roles are never asked for."""
    lines = (
        "roles: [customer.user, customer.user.pbx, customer.user, customer.user.microsoftteams]",
        "devices: [{id: desk-1, clientType: desktop}]",
        "rolesMode: exact",
    )

    found = user_of(account(), user("lea", *lines))

    expected: dict[str, Json] = {"email": "Lea@acme.example", "displayName": "Lea", "roles/customer.user": True}
    assert found.fields == {**expected, "devices/desk-1": "desktop"}
    assert found.keys == ("Lea@acme.example",)
    assert (found.options["roles"], found.options["devices"], found.options["rolesMode"]) == (True, True, "exact")


def test_absent_roles_and_devices_are_not_managed() -> None:
    """A list that is not written is not managed, one that is empty is."""
    absent, empty = user_of(account(), user()), user_of(account(), user("lea", "roles: []", "devices: []"))

    assert (absent.options["roles"], absent.options["devices"]) == (False, False)
    assert (empty.options["roles"], empty.options["devices"]) == (True, True)
    assert absent.fields == empty.fields


def test_a_disabled_user_loses_the_login() -> None:
    """`ensure: disabled` wants the login role gone, listed or not; other roles stay."""
    found = user_of(account(), user("lea", "roles: [customer.user, admin.user]", "ensure: disabled"))

    assert (found.fields["roles/customer.user"], found.fields["roles/admin.user"]) == (False, True)


def test_a_user_knows_the_connections_that_import() -> None:
    """Only connections that are wanted enabled import users."""
    texts = (connection("hq", "enabled: true", 'accountId: "1"'), connection("shop", 'accountId: "2"'))

    assert user_of(account(), TEMPLATE, *texts, user()).options["pbxs"] == ["hq"]


@pytest.mark.parametrize("field", ["apiKey", "password"])
def test_a_written_secret_is_refused_and_masked(field: str) -> None:
    """A secret in a manifest is refused, and the line that is shown does not hold it."""
    source = SourceFile("a.yaml", connection("acme-hq", "type: Kazoo", f"{field}: hunter2hunter2").encode())

    (problem, *_) = schema.load([source], schema.Registry([kinds()]), Limits()).problems

    assert problem.code == "E214"
    assert problem.place is not None
    assert "hunter2" not in f"{problem}{problem.place.snippet}"


def test_a_secret_is_read_as_its_source() -> None:
    """Where a secret is found is a value of its own in the model."""
    world = world_of(account(), connection("acme-hq", "type: Kazoo", "apiKey: {env: PBX_KEY}"))

    assert world.of_kind("PBXConnection")[0].spec.apiKey == SecretSource("env", "PBX_KEY")
