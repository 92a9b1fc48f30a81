"""The wire of Dimensions as one table: paths, names and limits, also those that the vendor's pages leave open.

PROPOSED facts are corrected here. Sources: the vendor's API reference as written down in the wire profile.
"""

import dataclasses
from collections.abc import Mapping

from reconciler.contract import Endpoint

RESELLER_LEVEL, ENTERPRISE_LEVEL = "reseller", "enterprise"
LEVELS = (RESELLER_LEVEL, ENTERPRISE_LEVEL)
BASE = "/api/v1.0"

LOGIN_URL, REDIRECT = "https://login.xarios.cloud", "http://127.0.0.1:8000"
TOKEN_PATH, CONSENT_PATH = "/connect/token", "/connect/authorize"
SCOPE = "openid offline_access onboarding"
ASSUMED_TOKEN_LIFETIME = 600.0

PAGE, SIZE, FILTER, INSTANCE = "pageIndex", "pageSize", "filter", "instanceId"
PAGE_SHOWN, SIZE_SHOWN = "page_index", "page_size"
MOST_ROWS = 1000
"""The largest page there is; a shorter one ends a list."""

DATA, STATUS, MESSAGE, ERROR, ERROR_CODE, TIMESTAMP = "data", "status", "message", "error", "errorcode", "timestamp"
SUCCESS, FAILURE = "success", "error"
REFUSING = frozenset({400, 404, 405, 409, 415, 422})
CHARGES_NOT_ACCEPTED = 402
ACCEPT_CHARGES: Mapping[str, str] = {"accept-charges": "true"}
CONFLICTS = frozenset({"useralreadyexists", "pbxinstanceinuse"})
CURES: Mapping[str, str] = {
    "trialnotpermitted": "remove `trialDays`, or have the vendor grant the right to give trials",
    "useralreadyexists": "declare another e-mail: when no user here has this one, another tenant's has",
}
"""What to do about a refusal, by its error code in lower case (PROPOSED, as all codes but those of mails)."""

JSON_TYPE = "application/json"
"""Of patches too, as in every example of the vendor."""

ACCOUNT_FIELDS: Mapping[str, str] = {
    "displayName": "name",
    "description": "description",
    "reference": "reference",
    "enabled": "enabled",
    "timezone": "timezone",
    "country": "countryCode",
}
"""Manifest word -> wire name, of reseller accounts and customers alike."""
CUSTOMER_FIELDS: Mapping[str, str] = {
    **ACCOUNT_FIELDS,
    "productType": "tenantProfileType",
    "features": "features",
    "syncAcdAgents": "syncAcdAgentWithPbx",
    "sendNewUserEmail": "sendNewUserEmail",
    "sendConnectWelcomeEmail": "sendConnectWelcomeEmail",
    "trialDays": "trialDuration",
}
PBX_FIELDS: Mapping[str, str] = {
    "type": "_type",
    "displayName": "name",
    "enabled": "enabled",
    "monitorSubAccounts": "monitorSubAccounts",
    "countryCode": "countryCode",
    "hostRest": "hostRest",
    "hostWebsocket": "hostWebsocket",
    "accountId": "accountId",
    "apiKey": "apiKey",
    "licenseKey": "licenseKey",
    "username": "username",
    "password": "password",
    "host": "host",
}
USER_FIELDS: Mapping[str, str] = {"email": "email", "displayName": "displayName", "roles": "roles"}
FLAGS = frozenset({"enabled", "syncAcdAgents", "sendNewUserEmail", "sendConnectWelcomeEmail", "monitorSubAccounts"})

PBX_TYPES: Mapping[str, str] = {"Kazoo": "KazooPbxConnectionProfile", "ThreeCX": "ThreeCxConnectionProfile"}
"""PBX type -> `_type`; the second is spelt differently by the vendor too."""
METRICS_TYPES: Mapping[str, str] = {"kazoo": "Kazoo", "3cx": "ThreeCX", "threecx": "ThreeCX"}
"""`pbxType` in metrics, in lower case -> PBX type."""


@dataclasses.dataclass(frozen=True)
class Endpoints:
    """Every call there is, at one level: enterprise credentials reach customers below `/accounts/{account}`."""

    list_accounts: Endpoint
    read_account: Endpoint
    read_metrics: Endpoint
    create_account: Endpoint
    patch_account: Endpoint
    delete_account: Endpoint
    list_customers: Endpoint
    read_customer: Endpoint
    create_customer: Endpoint
    patch_customer: Endpoint
    delete_customer: Endpoint
    find_instance: Endpoint
    list_pbxs: Endpoint
    read_pbx: Endpoint
    create_pbx: Endpoint
    patch_pbx: Endpoint
    delete_pbx: Endpoint
    list_users: Endpoint
    read_user: Endpoint
    create_user: Endpoint
    patch_user: Endpoint
    delete_user: Endpoint
    invite_user: Endpoint
    assign_device: Endpoint
    unassign_device: Endpoint

    @property
    def all(self) -> tuple[Endpoint, ...]:
        """Return every endpoint."""
        return tuple(getattr(self, field.name) for field in dataclasses.fields(self))


def endpoints(level: str) -> Endpoints:
    """Return the endpoints as they are at a level."""
    accounts = f"{BASE}/accounts"
    account = f"{accounts}/{{account}}"
    customers = f"{account if level == ENTERPRISE_LEVEL else BASE}/customers"
    customer = f"{customers}/{{customer}}"
    pbx, user = f"{customer}/pbxs/{{pbx}}", f"{customer}/users/{{user}}"
    device = f"{user}/devices/pbx/{{device}}"
    return Endpoints(
        list_accounts=_read("list accounts", accounts),
        read_account=_read("read account", account),
        read_metrics=_read("read metrics", f"{account}/metrics"),
        create_account=_change("create account", "POST", accounts),
        patch_account=_change("change account", "PATCH", account),
        delete_account=_change("delete account", "DELETE", account),
        list_customers=_read("list customers", customers),
        read_customer=_read("read customer", customer),
        create_customer=_change("create customer", "POST", customers),
        patch_customer=_change("change customer", "PATCH", customer),
        delete_customer=_change("delete customer", "DELETE", customer),
        find_instance=_read("find PBX instance", f"{BASE}/pbxs"),
        list_pbxs=_read("list PBXs", f"{customer}/pbxs"),
        read_pbx=_read("read PBX", pbx),
        create_pbx=_change("create PBX", "POST", f"{customer}/pbxs"),
        patch_pbx=_change("change PBX", "PATCH", pbx),
        delete_pbx=_change("delete PBX", "DELETE", pbx),
        list_users=_read("list users", f"{customer}/users"),
        read_user=_read("read user", user),
        create_user=_change("create user", "POST", f"{customer}/users"),
        patch_user=_change("change user", "PATCH", user),
        delete_user=_change("delete user", "DELETE", user),
        invite_user=_change("invite user", "POST", f"{user}/sendActivationEmail"),
        assign_device=_change("assign device", "PUT", f"{device}/assign"),
        unassign_device=_change("unassign device", "PUT", f"{device}/unassign"),
    )


def _read(name: str, path: str) -> Endpoint:
    return Endpoint(name, "GET", path)


def _change(name: str, method: str, path: str) -> Endpoint:
    return Endpoint(name, method, path, mutates=True)
