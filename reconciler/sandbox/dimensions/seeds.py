"""What is there before anyone asks: one enterprise with a reseller, and a reseller of someone else."""

from reconciler.sandbox.dimensions.records import KAZOO, Account, Customer, Directory, Entry, Grant, Pbx, Template
from reconciler.sandbox.dimensions.settings import ENTERPRISE, RESELLER

CLIENT_ID, CLIENT_SECRET = "demo-client", "demo-client-secret"
REFRESH_TOKEN, ENTERPRISE_REFRESH_TOKEN = "demo-refresh-token", "demo-enterprise-refresh-token"
SCOPE = "openid offline_access onboarding"

ENTERPRISE_ID = "e0000000-0000-4000-8000-000000000001"
ACCOUNT_ID = "a0000000-0000-4000-8000-000000000001"
FOREIGN_ENTERPRISE_ID = "e0000000-0000-4000-8000-000000000002"
FOREIGN_ACCOUNT_ID = "a0000000-0000-4000-8000-000000000002"
FOREIGN_CUSTOMER_ID = "c0000000-0000-4000-8000-000000000002"
FOREIGN_PBX_ID = "b0000000-0000-4000-8000-000000000002"
FOREIGN_INSTANCE = "foreign-instance"
DEMO_INSTANCE = "5e2b0c9a71d84f36a0b6c1d2e3f40518"
TEMPLATE_ID = "KazooPbxProvisionerProfile_d0000000-0000-4000-8000-000000000001"

_SINCE = "2019-01-01T09:00:00.000000"
_FOREVER = "9999-12-31T00:00:00.000000+00:00"


def accounts() -> list[Account]:
    """Return our reseller and a foreign one."""
    return [
        Account(ACCOUNT_ID, "Demo Reseller", _SINCE, ENTERPRISE_ID, reference="DEMO", enabled=True),
        Account(FOREIGN_ACCOUNT_ID, "Foreign Reseller", _SINCE, FOREIGN_ENTERPRISE_ID, enabled=True),
    ]


def customers() -> list[Customer]:
    """Return the foreign reseller's customer."""
    foreign = accounts()[1]
    return [
        Customer(
            id=FOREIGN_CUSTOMER_ID,
            name="Foreign Customer",
            date_created=_SINCE,
            parent_tenant_id=foreign.id,
            timezone=foreign.timezone,
            country_code=foreign.country_code,
            features=foreign.features,
            tenant_profile_type=foreign.tenant_profile_type,
            enabled=True,
        )
    ]


def pbxs() -> list[Pbx]:
    """Return the PBX of the foreign customer."""
    return [
        Pbx(
            id=FOREIGN_PBX_ID,
            type=KAZOO,
            name="Foreign PBX",
            tenant_id=FOREIGN_CUSTOMER_ID,
            country_code="GB",
            host_rest="https://rest.pbx.example",
            host_websocket="wss://ws.pbx.example",
            account_id=FOREIGN_INSTANCE,
            api_key="foreign-key",
            monitor_sub_accounts=False,
            date_created=_SINCE,
        )
    ]


def templates() -> list[Template]:
    """Return our reseller's template, with a master key."""
    rest, websocket = "https://rest.pbx.example", "wss://ws.pbx.example"
    return [Template(TEMPLATE_ID, ACCOUNT_ID, "Kazoo", host_rest=rest, host_websocket=websocket, api_key="master-key")]


def directories() -> list[Directory]:
    """Return what the telephone system of the demo knows."""
    people = (
        Entry("lea@acme-dental.example", "Lea Martin", is_acd_agent=True, devices=("lea-deskphone",)),
        Entry("tom@acme-dental.example", "Tom Lang", devices=("tom-softphone", "tom-deskphone")),
        Entry("reception@acme-dental.example", "Reception", devices=("reception-deskphone",)),
    )
    return [Directory(DEMO_INSTANCE, people)]


def grants() -> list[Grant]:
    """Return the refresh tokens of the demo credentials, one for each level."""
    return [
        Grant(REFRESH_TOKEN, "demo", RESELLER, ACCOUNT_ID, SCOPE, _FOREVER),
        Grant(ENTERPRISE_REFRESH_TOKEN, "demo-enterprise", ENTERPRISE, ENTERPRISE_ID, SCOPE, _FOREVER),
    ]
