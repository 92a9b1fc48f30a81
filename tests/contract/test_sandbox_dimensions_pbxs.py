"""Rules of the simulated Dimensions' PBX connections: creation, instances, restarts, imports."""

from typing import Any

import pytest

from tests.contract.dimensions_caller import FOREIGN, KAZOO, Caller, enterprise, key_of, reseller

TEMPLATE = "KazooPbxProvisionerProfile_d0000000-0000-4000-8000-000000000001"
BOOK = [
    {"email": "Lea@acme.example", "displayName": "Lea", "devices": ["d1"]},
    {"email": "tom@acme.example", "displayName": "Tom", "isAcdAgent": True},
    {"email": "sub@acme.example", "displayName": "Sub", "subAccount": "branch"},
]


@pytest.fixture
def caller() -> Caller:
    """Return a signed-in reseller whose telephone system knows three users."""
    caller = reseller()
    caller.control("edit", what="directories", id="acme-kazoo", set={"users": BOOK})
    return caller


def emails(caller: Caller, customer: str) -> list[str]:
    """Return the addresses of a customer's users."""
    return [row["email"] for row in caller.get(f"{customer}/users")]


def test_creation_echoes_the_secret_and_reads_never_do(caller: Caller) -> None:
    """The answer to a creation has all that was sent; reads leave secrets out, sparse ones all but four keys."""
    place = caller.customer(countryCode="FR")
    answer = caller.post(f"{place}/pbxs", {**KAZOO, "name": "HQ"})
    data = answer.json()["data"]
    expected = {**KAZOO, "name": "HQ", "id": data["id"], "tenantId": key_of(place), "countryCode": "FR"}
    assert data == {**expected, "enabled": False, "monitorSubAccounts": False}
    shown = {**data}
    del shown["apiKey"]
    assert caller.get(f"{place}/pbxs") == [shown]
    caller.control("settings", readMode="sparse")
    assert set(caller.get(f"{place}/pbxs/{data['id']}")) == {"id", "name", "_type", "tenantId"}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"apiKey": None}, "The apiKey field is required."),
        ({"accountId": " "}, "The value ' ' is not valid for accountId."),
        ({"_type": "ThreeCxConnectionProfile"}, "The licenseKey field is required."),
        ({"_type": "TeamsPbxConnectionProfile"}, "The microsoftTenantId field is required."),
        ({"enabled": 1}, "The value '1' is not valid for enabled."),
        ({"pbxProvisionerProfileId": "x"}, "The value 'x' is not valid for pbxProvisionerProfileId."),
    ],
    ids=lambda value: "" if isinstance(value, str) else "-".join(value),
)
def test_creation_refuses(caller: Caller, changes: dict[str, Any], message: str) -> None:
    """A connection that lacks something or has a wrong value is 400 naming the field."""
    place = caller.customer()
    answer = caller.post(f"{place}/pbxs", {**KAZOO, **changes})
    assert (answer.status_code, answer.json()["message"]) == (400, message)
    assert caller.get(f"{place}/pbxs") == []


def test_a_template_gives_hosts_and_key(caller: Caller) -> None:
    """With a template's id the shared connection data need not be sent."""
    body = {"_type": KAZOO["_type"], "accountId": "acme-kazoo", "pbxProvisionerProfileId": TEMPLATE}
    data = caller.post(f"{caller.customer()}/pbxs", body).json()["data"]
    assert (data["hostRest"], data["apiKey"]) == ("https://rest.pbx.example", "master-key")


@pytest.mark.parametrize("instance", ["acme-kazoo", "foreign-instance"], ids=["own", "foreign"])
def test_an_instance_is_used_once(caller: Caller, instance: str) -> None:
    """An instance that is in use, here or at another reseller, is refused."""
    place = caller.customer()
    caller.pbx(place)
    answer = caller.post(f"{place}/pbxs", {**KAZOO, "accountId": instance})
    assert (answer.status_code, answer.json()["errorCode"]) == (400, "PbxInstanceInUse")


@pytest.mark.parametrize("level", [reseller, enterprise], ids=["reseller", "enterprise"])
def test_instances_are_looked_up_in_the_whole_system(level: Any) -> None:
    """The look-up shows whose an instance is, also a foreign one, and says so when it is nobody's."""
    caller = level()
    pbx = caller.pbx(caller.customer())
    own, foreign, none = (
        caller.ask("GET", f"/api/v1.0/pbxs?instanceId={name}").json()["data"]
        for name in ("acme-kazoo", "foreign-instance", "x")
    )
    assert (own["exists"], own["id"]) == (True, key_of(pbx))
    assert foreign["tenantId"] == FOREIGN
    assert none == {"exists": False, "instanceId": "x"}
    assert caller.get("/pbxs?instanceId=acme-kazoo") == own


@pytest.mark.parametrize(
    ("path", "value", "status"),
    [
        ("enabled", "true", 200),
        ("apiKey", "new", 200),
        ("accountId", "other", 200),
        ("accountId", "foreign-instance", 400),
        ("monitorSubAccounts", True, 400),
        ("_type", "x", 400),
        ("licenseKey", "x", 400),
        ("name", "", 400),
    ],
)
def test_what_a_patch_may_change(caller: Caller, path: str, value: Any, status: int) -> None:
    """Hosts, keys, name and enabled can be changed; sub-accounts and type are fixed; only done patches restart."""
    pbx = caller.pbx(caller.customer())
    assert caller.put(pbx, path, value).status_code == status
    assert caller.row("pbxs", key_of(pbx))["restarts"] == (1 if status == 200 else 0)


def test_any_patch_restarts_the_collector(caller: Caller) -> None:
    """Also a patch that says nothing restarts the collector, which is counted."""
    pbx = caller.pbx(caller.customer(), enabled=True)
    caller.patch(pbx)
    caller.put(pbx, "name", "New")
    row = caller.row("pbxs", key_of(pbx))
    assert (row["restarts"], row["starts"]) == (2, 1)


def test_import_comes_after_the_delay_and_merges(caller: Caller) -> None:
    """A started collector imports its users once after the delay, merging by address in any case."""
    place = caller.customer()
    lea = caller.user(place, "LEA@acme.example")
    pbx = caller.pbx(place)
    caller.control("clock", advance=10)
    assert emails(caller, place) == ["LEA@acme.example"]
    caller.put(pbx, "enabled", True)
    caller.control("clock", advance=1.9)
    assert emails(caller, place) == ["LEA@acme.example"]
    caller.control("clock", advance=0.1)
    assert emails(caller, place) == ["LEA@acme.example", "tom@acme.example"]
    assert caller.get(lea)["roles"] == ["customer.user", "customer.user.pbx"]
    assert caller.mails() == []


def test_import_gives_agents_and_sub_accounts_as_told(caller: Caller) -> None:
    """Agents get their role when the customer says so, users of sub-accounts come when they are monitored."""
    place = caller.customer(syncAcdAgentWithPbx=True)
    caller.pbx(place, enabled=True, monitorSubAccounts=True)
    caller.control("clock", advance=2)
    assert [(row["displayName"], row["roles"]) for row in caller.state("users")] == [
        ("Lea", ["customer.user.pbx"]),
        ("Tom", ["customer.user.pbx", "customer.user.acd"]),
        ("Sub", ["customer.user.pbx"]),
    ]


@pytest.mark.parametrize(
    ("fault", "seconds", "count"),
    [("never", 999, 0), ("slow", 19, 0), ("slow", 20, 2), ("partial", 2, 2), ("none", 2, 2)],
)
def test_imports_can_fail_quietly(caller: Caller, fault: str, seconds: float, count: int) -> None:
    """An import that does not come, or comes late or in part, shows in the users alone."""
    caller.control("settings", importFault=fault)
    place = caller.customer()
    caller.pbx(place, enabled=True)
    caller.control("clock", advance=seconds)
    assert len(emails(caller, place)) == count


def test_partial_import_brings_the_first_half() -> None:
    """A partial import brings half of the users, rounded up, and a restart does not repeat it."""
    caller = reseller()
    caller.control(
        "edit", what="directories", id="acme-kazoo", set={"users": [{"email": f"{n}@a.example"} for n in "abc"]}
    )
    caller.control("settings", importFault="partial")
    place = caller.customer()
    pbx = caller.pbx(place, enabled=True)
    caller.control("clock", advance=2)
    caller.control("settings", importFault="none")
    caller.patch(pbx)
    caller.control("clock", advance=2)
    assert emails(caller, place) == ["a@a.example", "b@a.example"]


def test_a_restart_starts_the_import_that_has_not_come(caller: Caller) -> None:
    """After an import that failed, the next patch tries again."""
    caller.control("settings", importFault="never")
    place = caller.customer()
    pbx = caller.pbx(place, enabled=True)
    caller.control("clock", advance=2)
    caller.control("settings", importFault="none")
    caller.patch(pbx)
    caller.control("clock", advance=2)
    assert len(emails(caller, place)) == 2


def test_a_new_start_imports_deleted_users_again(caller: Caller) -> None:
    """A user that is deleted here but known there comes back when the collector starts anew."""
    place = caller.customer()
    pbx = caller.pbx(place, enabled=True)
    caller.control("clock", advance=2)
    key = caller.get(f"{place}/users")[0]["id"]
    assert caller.delete(f"{place}/users/{key}").status_code == 200
    caller.put(pbx, "enabled", False)
    caller.put(pbx, "enabled", True)
    caller.control("clock", advance=2)
    assert sorted(emails(caller, place)) == ["Lea@acme.example", "tom@acme.example"]
    assert caller.row("pbxs", key_of(pbx))["starts"] == 2


def test_disabling_stops_a_pending_import(caller: Caller) -> None:
    """A collector that is stopped in time imports nothing."""
    place = caller.customer()
    pbx = caller.pbx(place, enabled=True)
    caller.put(pbx, "enabled", False)
    caller.control("clock", advance=60)
    assert emails(caller, place) == []


@pytest.mark.parametrize(
    ("cascade", "enabled"),
    [
        ("untold", {"a": True, "b": False, "c": False}),
        ("all", dict.fromkeys("abc", True)),
        ("none", dict.fromkeys("abc", False)),
    ],
)
def test_enabling_a_customer_starts_some_pbxs(caller: Caller, cascade: str, enabled: dict[str, bool]) -> None:
    """Which PBXs start with their customer is a setting: by default those never told either way."""
    caller.control("settings", enableCascade=cascade)
    place = caller.customer()
    caller.pbx(place, name="a", accountId="a")
    caller.pbx(place, name="b", accountId="b", enabled=False)
    caller.put(caller.pbx(place, name="c", accountId="c"), "enabled", False)
    caller.put(place, "enabled", True)
    assert {row["name"]: row["enabled"] for row in caller.get(f"{place}/pbxs")} == enabled
    caller.control("clock", advance=2)
    assert bool(emails(caller, place)) is any(enabled.values())


def test_disabling_a_customer_leaves_its_pbxs(caller: Caller) -> None:
    """A disabled customer's collectors go on."""
    place = caller.customer(enabled=True)
    pbx = caller.pbx(place, enabled=True)
    caller.put(place, "enabled", False)
    assert caller.get(pbx)["enabled"] is True


def test_deletion_takes_the_roles_that_need_a_pbx(caller: Caller) -> None:
    """Users of a deleted PBX stay, without the roles that only a PBX gives; the instance is free again."""
    place = caller.customer(syncAcdAgentWithPbx=True)
    pbx = caller.pbx(place, enabled=True)
    caller.control("clock", advance=2)
    assert caller.delete(pbx).status_code == 200
    assert caller.delete(pbx).status_code == 404
    assert [row["roles"] for row in caller.state("users")] == [[], []]
    assert caller.get("/pbxs?instanceId=acme-kazoo")["exists"] is False


def test_an_unknown_instance_has_a_small_directory() -> None:
    """Without being told, a telephone system knows the same few users each time."""
    found = []
    for _ in range(2):
        caller = reseller()
        place = caller.customer()
        caller.pbx(place, enabled=True)
        caller.control("clock", advance=2)
        found.append(emails(caller, place))
    assert (len(found[0]), found[0]) == (2, found[1])
