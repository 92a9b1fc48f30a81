# ruff: noqa: N815 - field names are the public names
"""What Dimensions adds to the manifest language: account options, PBX templates, PBX connections, users.

Imported late, since pydantic is heavy. A field without `None` in its type cannot be cleared.
"""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

import pydantic

from reconciler.model import SecretSource
from reconciler.model.kinds import Country, Email, Ensure, Kinds, Name, Spec, Text

_Quantity = Annotated[int, pydantic.Field(ge=0, le=1_000_000)]
_RestHost = Annotated[Text, pydantic.StringConstraints(pattern=r"^https?://[^\s/]+\S*$")]
_WebsocketHost = Annotated[Text, pydantic.StringConstraints(pattern=r"^wss?://[^\s/]+\S*$")]
_Instance = Annotated[str, pydantic.StringConstraints(pattern=r"^[!-~]{1,200}$")]
_RoleKey = Annotated[str, pydantic.StringConstraints(pattern=r"^[A-Za-z0-9][-A-Za-z0-9._]{0,99}$")]
_Device = Annotated[str, pydantic.StringConstraints(pattern=r"^[A-Za-z0-9][-A-Za-z0-9._@]{0,99}$")]
_PbxType = Literal["Kazoo", "ThreeCX", "Teams"]
_VENDOR = "The vendor this is at."
_UNMANAGED: Any = None
"""The default of a field that need not be written but cannot be cleared by null."""


class Features(Spec):
    """How many of each licensed feature a customer may use."""

    agent: _Quantity = pydantic.Field(default=_UNMANAGED, description="Agent add-ons; 0 is none.")
    device: _Quantity = pydantic.Field(
        default=_UNMANAGED, description="Real-time devices, such as wallboards; 0 is none."
    )


class DimensionsOptions(Spec):
    """A customer or a reseller account at Dimensions."""

    productType: Text = pydantic.Field(
        default=_UNMANAGED, description="Product type (tenant profile) by its id; absent: that of the parent."
    )
    description: Annotated[str, pydantic.StringConstraints(max_length=200)] | None = pydantic.Field(
        default=None, description="What the vendor shows as description; absent: the account's notes."
    )
    trialDays: Annotated[int, pydantic.Field(ge=0, le=365)] = pydantic.Field(
        default=_UNMANAGED, description="Days of trial, given at creation only; 0 is none."
    )
    internalSystem: bool = pydantic.Field(
        default=False, description="The reseller's one system for demonstrations; set by a person in the portal."
    )
    features: Features = pydantic.Field(
        default=_UNMANAGED, description="Licensed features; absent: those of the parent."
    )
    syncAcdAgents: bool = pydantic.Field(
        default=_UNMANAGED, description="Give the agent role to users who are agents on the PBX."
    )
    sendNewUserEmail: bool = pydantic.Field(default=_UNMANAGED, description="Invite new users by mail.")
    sendConnectWelcomeEmail: bool = pydantic.Field(
        default=_UNMANAGED, description="Welcome new users of the Connect client by mail."
    )
    enabled: bool = pydantic.Field(default=True, description="Whether its users may sign in; enabling invites them.")


class _Connecting(Spec):
    """What a connection and its template share."""

    countryCode: Country = pydantic.Field(default=_UNMANAGED, description="For recognising numbers, such as GR.")
    monitorSubAccounts: bool = pydantic.Field(
        default=_UNMANAGED, description="Kazoo: watch sub-accounts too; fixed at creation. Default false."
    )
    hostRest: _RestHost = pydantic.Field(default=_UNMANAGED, description="Kazoo: address of the REST interface.")
    hostWebsocket: _WebsocketHost = pydantic.Field(
        default=_UNMANAGED, description="Kazoo: address of the websocket interface."
    )
    apiKey: SecretSource = pydantic.Field(default=_UNMANAGED, description="Kazoo: key with rights on the account.")
    username: Text = pydantic.Field(default=_UNMANAGED, description="3CX: user name.")
    password: SecretSource = pydantic.Field(default=_UNMANAGED, description="3CX: password of that user.")
    host: Text = pydantic.Field(default=_UNMANAGED, description="3CX: host name.")


class PBXTemplate(_Connecting):
    """Connection facts shared by several PBX connections; nothing at the vendor."""

    vendor: Literal["dimensions"] = pydantic.Field(description=_VENDOR)
    type: _PbxType = pydantic.Field(description="Kazoo or ThreeCX; Teams cannot be connected from here.")
    default: bool = pydantic.Field(
        default=False, description="For connections of this type that name no template; at most one per vendor."
    )


class PBXConnection(_Connecting):
    """The connection of a customer to its PBX."""

    refers_to: ClassVar[Mapping[str, str]] = {"account": "Account", "template": "PBXTemplate"}

    account: Name = pydantic.Field(description="Account whose PBX this is.")
    vendor: Literal["dimensions"] = pydantic.Field(description=_VENDOR)
    type: _PbxType = pydantic.Field(
        default=_UNMANAGED,
        description="Kazoo or ThreeCX; Teams cannot be connected from here. Default: the template's.",
    )
    template: Name | None = pydantic.Field(
        default=None, description="PBXTemplate to take the rest from; absent: the default one, null: none."
    )
    displayName: Annotated[Text, pydantic.StringConstraints(max_length=100)] = pydantic.Field(
        default=_UNMANAGED, description="Name people see. Default: metadata.name."
    )
    enabled: bool = pydantic.Field(
        default=False, description="Whether it collects; the first time the users of the PBX are imported."
    )
    accountId: _Instance = pydantic.Field(default=_UNMANAGED, description="Kazoo: id of the account.")
    licenseKey: SecretSource = pydantic.Field(default=_UNMANAGED, description="3CX: licence key.")
    ensure: Ensure = pydantic.Field(default="present", description="disabled stops collecting; absent disconnects.")


class Device(Spec):
    """A device of the user's on the PBX."""

    id: _Device = pydantic.Field(description="Its id on the PBX.")
    clientType: Literal["desktop", "mobile", "webrtc", "crm"] = pydantic.Field(
        description="The client it is assigned to."
    )


class User(Spec):
    """A user of a customer."""

    refers_to: ClassVar[Mapping[str, str]] = {"account": "Account"}

    account: Name = pydantic.Field(description="Account the user belongs to.")
    vendor: Literal["dimensions"] = pydantic.Field(description=_VENDOR)
    email: Annotated[Email, pydantic.StringConstraints(max_length=200)] = pydantic.Field(
        description="Login name and identity; where the invitation goes."
    )
    displayName: Annotated[Text, pydantic.StringConstraints(max_length=100)] = pydantic.Field(
        description="Name people see."
    )
    roles: Annotated[list[_RoleKey], pydantic.Field(max_length=100)] = pydantic.Field(
        default=[], description="Roles to have; one that we gave is taken back when it leaves the list."
    )
    rolesMode: Literal["additive", "exact"] = pydantic.Field(
        default="additive", description="additive leaves other roles alone; exact takes them away, the PBX's own aside."
    )
    primary: bool = pydantic.Field(default=False, description="The customer's primary administrator; exactly one.")
    devices: Annotated[list[Device], pydantic.Field(max_length=100)] = pydantic.Field(
        default=[], description="Devices to assign; one that we assigned is freed when it leaves the list."
    )
    ensure: Ensure = pydantic.Field(default="present", description="disabled takes the login away; absent deletes.")


def kinds() -> Kinds:
    """Return the additions."""
    return Kinds(
        account_options={"dimensions": DimensionsOptions},
        kinds={"PBXTemplate": PBXTemplate, "PBXConnection": PBXConnection, "User": User},
    )
