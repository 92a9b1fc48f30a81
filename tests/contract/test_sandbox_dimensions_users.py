"""Rules of the simulated Dimensions' users: roles, invitations, guests, devices."""

from typing import Any

import pytest

from tests.contract.dimensions_caller import ACCOUNT, Caller, enterprise, key_of, reseller

PBX, ACD, CONNECT = "customer.user.pbx", "customer.user.acd", "customer.user.uc"
SOFTPHONE = [CONNECT, "customer.user.uc.softphone"]
LEA = "lea@acme.example"
INVITED, WELCOMED = (LEA, "activation"), (LEA, "connect-welcome")


@pytest.fixture
def caller() -> Caller:
    """Return a signed-in reseller whose telephone system knows Lea, an agent with a device."""
    caller = reseller()
    book = [{"email": LEA, "displayName": "Lea", "devices": ["Dev-1"]}, {"email": "tom@acme.example"}]
    caller.control("edit", what="directories", id="acme-kazoo", set={"users": book})
    return caller


@pytest.fixture
def place(caller: Caller) -> str:
    """Return a disabled customer."""
    return caller.customer()


def imported(caller: Caller, place: str) -> str:
    """Import the users of the telephone system; return Lea."""
    caller.pbx(place, enabled=True)
    caller.control("clock", advance=2)
    return f"{place}/users/{caller.get(f'{place}/users')[0]['id']}"


def test_creation_always_gives_portal_access(caller: Caller, place: str) -> None:
    """A created user may sign in whether asked for or not; lists show no roles."""
    answer = caller.post(f"{place}/users", {"email": LEA, "displayName": "Lea", "roles": ["admin.user"]})
    data = answer.json()["data"]
    assert set(data) == {"id", "displayName", "email", "primaryTenant", "roles"}
    assert (sorted(data["roles"]), data["primaryTenant"]) == (["admin.user", "customer.user"], key_of(place))
    assert answer.headers["location"].endswith(f"{place}/users/{data['id']}")
    listed = {"id": data["id"], "displayName": "Lea", "email": LEA, "primaryTenant": key_of(place), "isParent": False}
    assert caller.get(f"{place}/users") == [listed]
    assert caller.get(f"{place}/users/{data['id']}") == {**listed, "roles": data["roles"]}


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"email": None}, "The email field is required."),
        ({"email": "lea"}, "The value 'lea' is not valid for email."),
        ({"displayName": ""}, "The value '' is not valid for displayName."),
        ({"roles": "admin.user"}, "The value 'admin.user' is not valid for roles."),
        ({"roles": ["nope"]}, "The role 'nope' is not valid for roles."),
        ({"roles": [ACD]}, f"The role '{ACD}' needs the role '{PBX}'."),
        ({"roles": ["customer.user.uc.remote"]}, f"The role 'customer.user.uc.remote' needs the role '{CONNECT}'."),
        (
            {"roles": ["customer.user.supervisorl1", "customer.user.supervisorl2"]},
            "The roles hold more than one supervisor level.",
        ),
    ],
    ids=["no-email", "bad-email", "no-name", "no-list", "unknown-role", "needs-pbx", "needs-connect", "two-levels"],
)
def test_creation_refuses(caller: Caller, place: str, fields: dict[str, Any], message: str) -> None:
    """A user that breaks a rule is refused with 400 and is not made."""
    answer = caller.post(f"{place}/users", {"email": LEA, "displayName": "Lea", **fields})
    assert (answer.status_code, answer.json()["message"]) == (400, message)
    assert caller.get(f"{place}/users") == []


def test_roles_unknown_here_can_be_made_known(caller: Caller, place: str) -> None:
    """The setting adds role keys that the documentation does not name."""
    caller.control("settings", extraRoles=["customer.user.new"])
    assert caller.get(caller.user(place, roles=["customer.user.new"]))["roles"] == [
        "customer.user.new",
        "customer.user",
    ]


def test_a_user_that_exists_cannot_be_created(caller: Caller, place: str) -> None:
    """Creating an imported user fails, and patching the existing one gives it access."""
    lea = imported(caller, place)
    answer = caller.post(f"{place}/users", {"email": LEA.upper(), "displayName": "Lea"})
    assert (answer.status_code, answer.json()["errorCode"]) == (400, "UserAlreadyExists")
    assert caller.patch(lea, {"op": "add", "path": "/roles/-", "value": "customer.user"}).status_code == 200
    assert caller.get(lea)["roles"] == [PBX, "customer.user"]


def test_an_address_signs_in_once(caller: Caller, place: str) -> None:
    """An address with portal access elsewhere cannot get access here, neither by creation nor by a patch."""
    other = caller.customer(name="Other")
    lea = imported(caller, place)
    caller.user(other, LEA)
    assert caller.post(f"{caller.customer()}/users", {"email": LEA, "displayName": "L"}).status_code == 400
    refused = caller.patch(lea, {"op": "add", "path": "/roles/-", "value": "customer.user"})
    assert refused.json()["errorCode"] == "UserAlreadyExists"


def test_replaced_roles_keep_what_the_pbx_gave(caller: Caller, place: str) -> None:
    """Replacing all roles never removes the PBX user role, nor adds one."""
    lea = imported(caller, place)
    assert caller.put(lea, "roles", ["customer.user", ACD, "customer.user.microsoftteams"]).status_code == 200
    assert caller.get(lea)["roles"] == [PBX, "customer.user", ACD]
    assert caller.patch(lea, {"op": "remove", "path": "/roles"}).status_code == 200
    assert caller.get(lea)["roles"] == [PBX]


@pytest.mark.parametrize(
    ("operations", "status"),
    [
        ([{"op": "add", "path": "/roles/-", "value": PBX}], 400),
        ([{"op": "add", "path": "/Roles/-", "value": "customer.user.microsoftteams"}], 400),
        ([{"op": "remove", "path": "/roles/0"}], 400),
        ([{"op": "remove", "path": "/roles/7"}], 400),
        ([{"op": "replace", "path": "/roles/1", "value": "customer.settings"}], 200),
        ([{"op": "test", "path": "/roles/1", "value": "x"}, {"op": "remove", "path": "/roles/1"}], 400),
        ([{"op": "test", "path": "/roles/1", "value": "admin.user"}, {"op": "remove", "path": "/roles/1"}], 200),
        ([{"op": "replace", "path": "/email", "value": "x@y.example"}], 400),
        ([{"op": "replace", "path": "/displayName", "value": "New"}], 200),
    ],
    ids=["add-pbx", "add-teams", "remove-pbx", "no-index", "replace-one", "test-fails", "test-holds", "email", "name"],
)
def test_what_a_patch_of_a_user_may_do(caller: Caller, place: str, operations: list[Any], status: int) -> None:
    """Roles of the PBX cannot be given or taken one by one, an address is fixed, the rest can be changed."""
    lea = imported(caller, place)
    caller.put(lea, "roles", ["admin.user"])
    assert caller.patch(lea, *operations).status_code == status


@pytest.mark.parametrize(
    ("role", "reasons"),
    [
        ("customer.user.supervisorl2", ["role customer.user.supervisorl2"]),
        (ACD, [f"role {ACD}"]),
        ("admin.user", []),
    ],
)
def test_licensed_roles_cost_when_added(caller: Caller, place: str, role: str, reasons: list[str]) -> None:
    """Adding a licensed role needs accepted charges; keeping or removing it does not."""
    lea = imported(caller, place)
    add = {"op": "add", "path": "/roles/-", "value": role}
    before = len(caller.state("charges"))
    assert caller.patch(lea, add, headers={"accept-charges": "no"}).status_code == (402 if reasons else 200)
    assert caller.patch(lea, add).status_code == 200
    assert caller.patch(lea, add, headers={"accept-charges": "no"}).status_code == 200
    assert [row["what"] for row in caller.state("charges")][before:] == reasons
    assert caller.get(lea)["roles"] == [PBX, role]


@pytest.mark.parametrize(
    ("enabled", "switch", "at_once", "on_enabling"),
    [(True, True, [INVITED], []), (True, False, [], []), (False, True, [], [INVITED]), (False, False, [], [])],
    ids=["enabled", "enabled-off", "disabled", "disabled-off"],
)
def test_invitations(caller: Caller, enabled: bool, switch: bool, at_once: list[Any], on_enabling: list[Any]) -> None:
    """A user is invited at creation when the customer is enabled, else when it is enabled, if the switch is on."""
    place = caller.customer(enabled=enabled, sendNewUserEmail=switch)
    lea = caller.user(place)
    assert caller.mails() == at_once
    caller.put(place, "enabled", True)
    assert caller.mails() == [*at_once, *on_enabling]
    caller.put(place, "enabled", False)
    caller.put(place, "enabled", True)
    assert caller.row("users", key_of(lea))["invitations"] == len(at_once) + len(on_enabling)


def test_imported_users_are_not_invited(caller: Caller, place: str) -> None:
    """Users without portal access get no invitation when the customer is enabled."""
    imported(caller, place)
    caller.put(place, "enabled", True)
    assert caller.mails() == []


def test_connect_users_are_welcomed_once(caller: Caller) -> None:
    """Whoever first gets the Connect client at an enabled customer is welcomed, if the switch is on."""
    place = caller.customer(enabled=True, sendNewUserEmail=False)
    lea = caller.user(place)
    for roles in ([CONNECT], [], [CONNECT]):
        caller.put(lea, "roles", ["customer.user", *roles])
    assert caller.mails() == [WELCOMED]
    quiet = caller.customer(enabled=True, sendNewUserEmail=False, sendConnectWelcomeEmail=False)
    caller.user(quiet, "q@acme.example", roles=[CONNECT])
    assert caller.mails() == [WELCOMED]


@pytest.mark.parametrize(
    ("action", "mail"), [("sendActivationEmail", INVITED), ("sendUConnectActivationEmail", WELCOMED)]
)
def test_each_resend_mails(caller: Caller, place: str, action: str, mail: Any) -> None:
    """An explicit resend mails every time and answers 204 without a body."""
    lea = caller.user(place)
    answers = [caller.post(f"{lea}/{action}") for _ in range(2)]
    assert [(answer.status_code, answer.content) for answer in answers] == [(204, b"")] * 2
    assert caller.mails() == [mail, mail]


def test_guests_are_seen_but_belong_elsewhere(caller: Caller, place: str) -> None:
    """A user attached to a second customer has other roles there, cannot be mailed from it, and is only detached."""
    lea, second = caller.user(place), caller.customer(name="Second")
    there = f"{second}/users/{key_of(lea)}"
    assert caller.ask("GET", caller.base + there).status_code == 404
    caller.control("edit", what="guests", id=f"{key_of(second)}:{key_of(lea)}", set={"roles": ["customer.user"]})
    assert [row["isParent"] for row in caller.get(f"{second}/users")] == [True]
    assert caller.put(there, "roles", ["admin.user"]).status_code == 200
    assert (caller.get(there)["roles"], caller.get(lea)["roles"]) == (["admin.user"], ["customer.user"])
    refused = caller.post(f"{there}/sendActivationEmail")
    assert (refused.status_code, refused.json()["errorCode"]) == (400, "TenantNotPrimary")
    assert caller.delete(there).status_code == 200
    assert caller.get(lea)["id"] == key_of(lea)


def test_deletion_from_the_primary_tenant_is_everywhere(caller: Caller, place: str) -> None:
    """A user deleted at its own customer is gone at the others too."""
    lea, second = caller.user(place), caller.customer(name="Second")
    caller.control("edit", what="guests", id=f"{key_of(second)}:{key_of(lea)}", set={})
    assert caller.delete(lea).status_code == 200
    assert (caller.get(f"{second}/users"), caller.delete(lea).status_code) == ([], 404)
    assert [(row["what"], row["key"]) for row in caller.state("deletions")] == [("users", key_of(lea))]


@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_devices_are_assigned_moved_and_taken_away(caller: Caller, place: str, method: str) -> None:
    """A device of the user is assigned, moved and unassigned by either verb; each call counts."""
    lea = imported(caller, place)
    caller.put(lea, "roles", SOFTPHONE)
    device = caller.base + f"{lea}/devices/pbx/Dev-1"
    answer = caller.ask(method, f"{device}/assign", json={"clientType": "desktop"})
    assert (answer.status_code, "data" in answer.json()) == (201, False)
    assert answer.headers["location"].endswith("/devices/pbx/Dev-1/assign")
    caller.ask(method, f"{device}/assign", json={"clientType": "mobile"})
    assert [(row["clientType"], row["assigns"]) for row in caller.state("devices")] == [("mobile", 2)]
    answers = [caller.ask(method, f"{device}/unassign") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert [(row["clientType"], row["unassigns"]) for row in caller.state("devices")] == [(None, 2)]


@pytest.mark.parametrize(
    ("roles", "device", "body", "status"),
    [
        pytest.param(SOFTPHONE, "Dev-2", {"clientType": "desktop"}, 404, id="not-the-users"),
        pytest.param(SOFTPHONE[:1], "Dev-1", {"clientType": "desktop"}, 400, id="role-missing"),
        pytest.param(SOFTPHONE, "Dev-1", {"clientType": "fax"}, 400, id="no-such-client"),
        pytest.param(SOFTPHONE, "Dev-1", {}, 400, id="no-client"),
        pytest.param(
            ["customer_user_uc", "customer_user_uc_softphone"], "Dev-1", {"clientType": "crm"}, 201, id="spelt"
        ),
    ],
)
def test_device_assignment_refuses(
    caller: Caller, place: str, roles: list[str], device: str, body: Any, status: int
) -> None:
    """A device needs two roles of its user, in either spelling, a known client, and to be the user's."""
    lea = imported(caller, place)
    caller.put(lea, "roles", roles)
    assert caller.ask("PUT", f"{caller.base}{lea}/devices/pbx/{device}/assign", json=body).status_code == status


def test_reseller_users_are_the_enterprises() -> None:
    """Users of a reseller account have its roles, always portal access, and are always mailed."""
    caller = enterprise()
    boss = caller.user("", "boss@res.example", roles=["customer.admin"])
    assert caller.get(boss)["roles"] == ["customer.admin", "account.user"]
    assert caller.get(boss)["primaryTenant"] == ACCOUNT
    assert caller.post("/users", {"email": "x@res.example", "displayName": "X", "roles": [ACD]}).status_code == 400
    assert caller.put(boss, "roles", ["account.user", "user.admin"]).status_code == 200
    assert caller.post(f"{boss}/sendActivationEmail").status_code == 204
    assert caller.mails() == [("boss@res.example", "activation")] * 2
    assert caller.delete(boss).status_code == 200
