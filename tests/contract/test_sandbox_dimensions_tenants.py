"""Rules of the simulated Dimensions' customers and reseller accounts."""

from typing import Any

import pytest

from tests.contract.dimensions_caller import ACCOUNT, ENTERPRISE, KAZOO, NOBODY, Caller, enterprise, key_of, reseller

SEVEN = {"id", "name", "description", "enabled", "parentTenantId", "reference", "dateCreated"}


@pytest.fixture
def caller() -> Caller:
    """Return a signed-in reseller."""
    return reseller()


def test_creation_shows_five_fields_and_inherits_the_rest(caller: Caller) -> None:
    """The answer to a creation has five fields; what was not sent is the account's; unknown fields are ignored."""
    answer = caller.post("/customers", {"NAME": "Acme", "trialduration": "3", "culture": "en-US", "description": None})
    data = answer.json()["data"]
    assert data == {
        "id": data["id"],
        "name": "Acme",
        "description": None,
        "enabled": False,
        "parentTenantId": ACCOUNT,
    }
    row = caller.get(f"/customers/{data['id']}")
    assert (row["timezone"], row["countryCode"], row["trialDuration"]) == ("Europe/London", "GB", 3)
    assert (row["sendNewUserEmail"], row["syncAcdAgentWithPbx"]) == (True, False)
    assert (row["tenantProfileType"], row["dateCreated"]) == (
        "TenantProfileType_analytics",
        "2024-03-01T12:00:00.000000",
    )


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"name": " "}, "The value ' ' is not valid for name."),
        ({"name": None}, "The name field is required."),
        ({"name": "n" * 101}, f"The value '{'n' * 101}' is not valid for name."),
        ({"description": 1}, "The value '1' is not valid for description."),
        ({"timezone": 1}, "The value '1' is not valid for timezone."),
        ({"countryCode": "USA"}, "The value 'USA' is not valid for countryCode."),
        ({"timezone": "Mars/Base"}, "The value 'Mars/Base' is not valid for timezone."),
        ({"timezone": "../etc/passwd"}, "The value '../etc/passwd' is not valid for timezone."),
        ({"enabled": "maybe"}, "The value 'maybe' is not valid for enabled."),
        ({"features": {"agent": -1}}, "The value '{'agent': -1}' is not valid for features."),
        ({"features": 1}, "The value '1' is not valid for features."),
        ({"tenantProfileType": "x"}, "The value 'x' is not valid for tenantProfileType."),
        ({"trialDuration": 31}, "The value '31' is not valid for trialDuration."),
        ({"trialDuration": "x"}, "The value 'x' is not valid for trialDuration."),
        ({"pbxConnectionProfile": {}}, "The _type field is required."),
        ({"pbxConnectionProfiles": 1}, "The value '1' is not valid for pbxConnectionProfiles."),
        ({"pbxConnectionProfile": {"_type": "x"}}, "The value 'x' is not valid for _type."),
    ],
    ids=lambda value: "" if isinstance(value, str) else "-".join(value),
)
def test_creation_refuses(caller: Caller, fields: dict[str, Any], message: str) -> None:
    """A customer that breaks a rule is refused with 400 naming the field, and is not made."""
    answer = caller.post("/customers", {"name": "Acme", **fields})
    assert (answer.status_code, answer.json()["message"]) == (400, message)
    assert caller.get("/customers") == []


def test_trials_need_the_right(caller: Caller) -> None:
    """A reseller without the right to give trials gets 400 TrialNotPermitted."""
    caller.control("settings", trialsAllowed=False)
    answer = caller.post("/customers", {"name": "A", "trialDuration": 1})
    assert (answer.status_code, answer.json()["errorCode"]) == (400, "TrialNotPermitted")
    assert caller.post("/customers", {"name": "A", "trialDuration": 0}).status_code == 201


@pytest.mark.parametrize(("product", "status"), [("TenantProfileType_voice", 400), ("TenantProfileType_uc", 200)])
def test_some_product_types_cannot_be_left(caller: Caller, product: str, status: int) -> None:
    """A customer of an immutable product type keeps it; the rest of its properties can be changed."""
    place = caller.customer(tenantProfileType=product)
    answer = caller.put(place, "tenantProfileType", "TenantProfileType_analytics")
    assert answer.status_code == status
    assert answer.json().get("errorCode") == ("TenantProfileTypeImmutable" if status == 400 else None)
    assert caller.put(place, "name", "New").status_code == 200


def test_one_internal_system_for_each_reseller(caller: Caller) -> None:
    """The internal flag is ignored at creation, set by a patch, and a second one is refused."""
    first, second = caller.customer(internalSystem=True), caller.customer()
    assert [row["internalSystem"] for row in caller.state("customers")] == [False] * 3
    assert caller.put(first, "internalSystem", True).status_code == 200
    refused = caller.put(second, "internalSystem", True)
    assert (refused.status_code, refused.json()["errorCode"]) == (400, "InternalSystemLimit")
    caller.delete(first)
    assert caller.put(second, "internalSystem", True).status_code == 200


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["Alpha", "beta crm-2", "delta"]),
        ("?filter=CRM-2", ["Alpha", "beta crm-2"]),
        ("?filter=lph", ["Alpha"]),
        ("?pageSize=2", ["Alpha", "beta crm-2"]),
        ("?pageSize=2&pageIndex=1", ["delta"]),
        ("?PAGESIZE=5000", ["Alpha", "beta crm-2", "delta"]),
        ("?pageIndex=7", []),
        ("?filter=%25", []),
    ],
)
def test_lists_filter_and_page(caller: Caller, query: str, names: list[str]) -> None:
    """A filter is contained in name or reference in any case; pages start at 0; rows come by name."""
    for name, reference in (("delta", None), ("Alpha", "x-CRM-22"), ("beta crm-2", "")):
        caller.customer(name=name, reference=reference)
    assert [row["name"] for row in caller.get("/customers" + query)] == names


def test_sparse_reads_show_seven_fields(caller: Caller) -> None:
    """In the sparse mode one and many show the seven fields of the vendor's examples."""
    place = caller.customer()
    assert set(caller.get(place)) > SEVEN
    caller.control("settings", readMode="sparse")
    assert set(caller.get(place)) == SEVEN
    assert set(caller.get("/customers")[0]) == SEVEN


def test_deletion_hides_and_frees(caller: Caller) -> None:
    """A deleted customer is gone from reads and lists, is gone twice, and frees its PBX instance."""
    place = caller.customer()
    caller.pbx(place)
    assert caller.delete(place).json() == {"status": "success", "timestamp": "2024-03-01T12:00:00.0000000Z"}
    assert caller.delete(place).status_code == 404
    assert (caller.get("/customers"), caller.get("/pbxs?instanceId=acme-kazoo")["exists"]) == ([], False)
    assert caller.row("customers", key_of(place))["dateDeleted"] == "2024-03-01T12:00:00.000000+00:00"
    assert [(row["what"], row["key"]) for row in caller.state("deletions")] == [("customers", key_of(place))]


def test_enabling_is_counted(caller: Caller) -> None:
    """Each change from disabled to enabled counts, and nothing else does."""
    place = caller.customer()
    for value in (True, True, False, True):
        caller.put(place, "enabled", value)
    assert caller.row("customers", key_of(place))["enables"] == 2


@pytest.mark.parametrize("key", ["pbxConnectionProfile", "pbxConnectionProfiles"])
@pytest.mark.parametrize(("told", "enabled"), [({}, True), ({"enabled": "false"}, False)], ids=["untold", "told"])
def test_a_customer_may_bring_its_pbx(caller: Caller, key: str, told: dict[str, str], enabled: bool) -> None:
    """A PBX sent with the customer is on as it says, else as the customer is; both cost."""
    profile = {**KAZOO, **told}
    place = caller.customer(enabled=True, **{key: [profile] if key.endswith("s") else profile})
    assert [row["enabled"] for row in caller.get(f"{place}/pbxs")] == [enabled]
    assert [row["what"] for row in caller.state("charges")] == ["customer", "pbx"]


def test_a_customer_with_a_taken_instance_is_not_made(caller: Caller) -> None:
    """When the PBX of a creation is refused, so is the customer."""
    profiles = [KAZOO, KAZOO]
    answer = caller.post("/customers", {"name": "A", "pbxConnectionProfiles": profiles})
    assert (answer.status_code, answer.json()["errorCode"]) == (400, "PbxInstanceInUse")
    assert caller.get("/customers") == []


def test_accounts_are_listed_read_and_made_by_the_enterprise() -> None:
    """The enterprise sees its own resellers, and makes one with some of its fields in the answer."""
    caller = enterprise()
    answer = caller.ask("POST", "/api/v1.0/accounts", json={"name": "Res", "reference": "R-1", "countryCode": "FR"})
    key = answer.json()["data"]["id"]
    assert answer.json()["data"] == {
        "id": key,
        "name": "Res",
        "description": None,
        "enabled": False,
        "parentTenantId": ENTERPRISE,
    }
    listed = caller.ask("GET", "/api/v1.0/accounts?pageSize=1&pageIndex=1").json()
    assert (listed["page_size"], listed["page_index"], listed["data"][0]["reference"]) == (1, 1, "R-1")
    one = caller.ask("GET", f"/api/v1.0/accounts/{key}").json()["data"]
    assert (one["countryCode"], one["timezone"]) == ("FR", "Europe/London")
    caller.control("settings", readMode="sparse")
    assert set(caller.ask("GET", f"/api/v1.0/accounts/{key}").json()["data"]) == SEVEN


def test_accounts_are_changed_and_deleted() -> None:
    """A reseller is patched like everything else, and deleting it ends its customers."""
    caller = enterprise()
    place = caller.customer()
    assert caller.put("", "enabled", False).status_code == 200
    assert caller.put("", "colour", 1).status_code == 400
    assert caller.get("")["enabled"] is False
    assert caller.delete("").status_code == 200
    assert [caller.ask("GET", caller.base + path).status_code for path in ("", place)] == [404, 404]
    assert caller.row("customers", key_of(place))["dateDeleted"] is not None


def test_metrics_show_what_nothing_else_does() -> None:
    """Metrics hold product type, PBX flags and the number of users with each role, whatever the read mode."""
    caller = enterprise()
    caller.control("settings", readMode="sparse")
    place = caller.customer(tenantProfileType="TenantProfileType_uc")
    pbx = caller.pbx(place, monitorSubAccounts=True)
    for number in range(2):
        caller.user(place, f"u{number}@acme.example", roles=["admin.user"])
    data = caller.get("/metrics")
    row = data["customers"][0]
    assert (data["accountTenantId"], [item["pbxType"] for item in data["pbxProfiles"]]) == (ACCOUNT, ["Kazoo"])
    assert (row["tenantProfileType"], row["roles"]) == ("TenantProfileType_uc", {"admin.user": 2, "customer.user": 2})
    assert row["pbxs"] == [
        {
            "id": key_of(pbx),
            "pbxType": "Kazoo",
            "instanceId": "acme-kazoo",
            "name": "Acme",
            "enabled": False,
            "monitorSubAccounts": True,
        }
    ]


@pytest.mark.parametrize("key", ["a0000000-0000-4000-8000-000000000002", NOBODY], ids=["foreign", "unknown"])
@pytest.mark.parametrize("path", ["", "/metrics", "/users", "/pbxs?instanceId=x"])
def test_other_accounts_do_not_exist(key: str, path: str) -> None:
    """A reseller of another enterprise is as unknown as one that does not exist."""
    assert enterprise().ask("GET", f"/api/v1.0/accounts/{key}{path}").status_code == 404
