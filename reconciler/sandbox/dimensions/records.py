"""The rows of Dimensions: tenants, PBX connections, users, and the books beside them.

Field names in camel case are the wire names of `dimensions.md` sections 4 to 8; fields marked `own` are
the simulator's and never go out.
"""

import dataclasses
from collections.abc import Mapping

from reconciler.sandbox.tables import own, rows_of

KAZOO, THREE_CX, TEAMS = "KazooPbxConnectionProfile", "ThreeCxConnectionProfile", "TeamsPbxConnectionProfile"


@dataclasses.dataclass(frozen=True)
class Account:
    """A reseller; what its customers inherit is on it."""

    id: str
    name: str
    date_created: str
    parent_tenant_id: str
    description: str | None = None
    reference: str | None = None
    enabled: bool = False
    timezone: str = "Europe/London"
    country_code: str = "GB"
    features: Mapping[str, int] = dataclasses.field(default_factory=lambda: {"agent": 0, "device": 0}, metadata=own())
    tenant_profile_type: str = dataclasses.field(default="TenantProfileType_analytics", metadata=own())
    date_deleted: str | None = dataclasses.field(default=None, metadata=own())


@dataclasses.dataclass(frozen=True)
class Customer:
    """An end customer; `enables` counts how often it went from disabled to enabled."""

    id: str
    name: str
    date_created: str
    parent_tenant_id: str
    timezone: str
    country_code: str
    features: Mapping[str, int]
    tenant_profile_type: str
    description: str | None = None
    reference: str | None = None
    enabled: bool = False
    sync_acd_agent_with_pbx: bool = False
    send_new_user_email: bool = True
    send_connect_welcome_email: bool = True
    trial_duration: int = 0
    internal_system: bool = dataclasses.field(default=False, metadata=own())
    enables: int = dataclasses.field(default=0, metadata=own())
    date_deleted: str | None = dataclasses.field(default=None, metadata=own())


@dataclasses.dataclass(frozen=True)
class Pbx:
    """A connection to a telephone system. On the wire `type` is `_type`.

    `told` says that someone chose `enabled`; `restarts` counts the patches, each of which restarts the
    collector, and `starts` how often it came to run; an import is due at `importAt`.
    """

    id: str
    type: str
    name: str
    tenant_id: str
    country_code: str
    enabled: bool = False
    host_rest: str | None = None
    host_websocket: str | None = None
    account_id: str | None = None
    api_key: str | None = None
    monitor_sub_accounts: bool | None = None
    license_key: str | None = None
    username: str | None = None
    password: str | None = None
    host: str | None = None
    microsoft_tenant_id: str | None = None
    pbx_provisioner_profile_id: str | None = None
    date_created: str = dataclasses.field(default="", metadata=own())
    told: bool = dataclasses.field(default=False, metadata=own())
    restarts: int = dataclasses.field(default=0, metadata=own())
    starts: int = dataclasses.field(default=0, metadata=own())
    import_at: str | None = dataclasses.field(default=None, metadata=own())
    imported_at: str | None = dataclasses.field(default=None, metadata=own())

    @property
    def instance_id(self) -> str:
        """Return what names the telephone system itself: Kazoo account, 3CX licence or Microsoft tenant."""
        return self.account_id or self.license_key or self.microsoft_tenant_id or ""


@dataclasses.dataclass(frozen=True)
class User:
    """A person at the tenant that is its primary one; `pbxs` are the connections that import it."""

    id: str
    display_name: str
    email: str
    primary_tenant: str
    roles: tuple[str, ...] = ()
    date_created: str = dataclasses.field(default="", metadata=own())
    invitations: int = dataclasses.field(default=0, metadata=own())
    connect_mails: int = dataclasses.field(default=0, metadata=own())
    pbxs: tuple[str, ...] = dataclasses.field(default=(), metadata=own())


@dataclasses.dataclass(frozen=True)
class Guest:
    """A user attached to a tenant that is not its primary one, with its roles there."""

    user_id: str
    tenant_id: str
    roles: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Return the row's key: `<tenant id>:<user id>`."""
        return f"{self.tenant_id}:{self.user_id}"


@dataclasses.dataclass(frozen=True)
class Device:
    """A softphone device of a user: how it is assigned and how often that was asked for."""

    tenant_id: str
    user_id: str
    device_id: str
    client_type: str | None = None
    assigns: int = 0
    unassigns: int = 0

    @property
    def key(self) -> str:
        """Return the row's key: `<tenant id>:<device id>`."""
        return f"{self.tenant_id}:{self.device_id}"


@dataclasses.dataclass(frozen=True)
class Template:
    """A reseller's PBX template with shared connection data."""

    id: str
    tenant_id: str
    pbx_type: str
    instance_id: str | None = None
    host_rest: str | None = None
    host_websocket: str | None = None
    api_key: str | None = None


@dataclasses.dataclass(frozen=True)
class Entry:
    """A user in a telephone system's own directory."""

    email: str
    display_name: str = ""
    is_acd_agent: bool = False
    devices: tuple[str, ...] = ()
    sub_account: str | None = None


@dataclasses.dataclass(frozen=True)
class Directory:
    """The users that a telephone system knows, by its instance id."""

    id: str
    users: tuple[Entry, ...] = dataclasses.field(default=(), metadata=rows_of(Entry))


@dataclasses.dataclass(frozen=True)
class Charge:
    """A request that costs money and was carried out."""

    id: int
    tenant_id: str
    what: str
    at: str


@dataclasses.dataclass(frozen=True)
class Deletion:
    """A row deleted over the API: the row's kind, id and tenant."""

    id: int
    what: str
    key: str
    tenant_id: str
    at: str


@dataclasses.dataclass(frozen=True)
class Mail:
    """A mail to a user."""

    id: int
    to: str
    template: str
    subject: str
    body: str
    at: str
    user_id: str
    tenant_id: str


@dataclasses.dataclass(frozen=True)
class Token:
    """An access token; kept out of everything but the snapshot."""

    text: str
    level: str
    tenant_id: str
    expires_at: str


@dataclasses.dataclass(frozen=True)
class Grant:
    """A refresh token or, with `redirect`, an authorisation code; `spent` ones are dead."""

    text: str
    family: str
    level: str
    tenant_id: str
    scope: str
    expires_at: str
    redirect: str | None = None
    spent: bool = False
