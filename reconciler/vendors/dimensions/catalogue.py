"""Object types of Dimensions as data: fields, operations, their effects and how a lost answer is settled.

What a step really does beyond changing a record depends on its changes (a licensed role costs, another name does
not), so the effects here are those that an operation always has.
"""

from collections.abc import Iterable

from reconciler.contract import ByLookup, ByReadback, Effect, Field, Kind, NoRecovery, ObjectType, Operation
from reconciler.vendors.dimensions.wire import Endpoints

OWN = "dimensions"
RESELLER, CUSTOMER, PBX, USER = "reseller", "customer", "pbx", "user"
TYPES = (RESELLER, CUSTOMER, PBX, USER)

CREATE, UPDATE, ENABLE, DISABLE, DELETE = "create", "update", "enable", "disable", "delete"
OPEN, INTERNAL = "open", "internal-system"
ASSIGN, UNASSIGN, INVITE = "assign", "unassign", "invite"

_READ_BACK = ByReadback(())
_ONE_OF_A_KIND = "declare a new connection under another name and set this one to `ensure: absent`"


def catalogue_of(endpoints: Endpoints) -> dict[str, ObjectType]:
    """Return the types by `<vendor>/<type>`."""
    types = (_reseller(endpoints), _customer(endpoints), _pbx(endpoints), _user(endpoints))
    return {f"{OWN}/{one.name}": one for one in types}


def _reseller(endpoints: Endpoints) -> ObjectType:
    patch = endpoints.patch_account
    operations = (
        Operation(CREATE, Kind.CREATE, endpoints.create_account, ByLookup(("reference",))),
        Operation(UPDATE, Kind.UPDATE, patch, _READ_BACK),
        Operation(ENABLE, Kind.ENABLE, patch, _READ_BACK, frozenset({Effect.NOTIFIES})),
        Operation(DISABLE, Kind.DISABLE, patch, _READ_BACK),
        Operation(DELETE, Kind.DELETE, endpoints.delete_account, _READ_BACK, frozenset({Effect.IRREVERSIBLE})),
        Operation(
            OPEN,
            Kind.MANUAL,
            None,
            NoRecovery(),
            instructions="have the service provider open or correct reseller account {name}: a reseller's own "
            "credentials cannot; then answer with `reconciler resolve dimensions/reseller/{name} --done`",
        ),
    )
    names = ("displayName", "description", "reference", "enabled", "timezone", "country")
    return ObjectType(RESELLER, {name: Field() for name in names}, _by_name(operations))


def _customer(endpoints: Endpoints) -> ObjectType:
    patch = endpoints.patch_customer
    operations = (
        Operation(CREATE, Kind.CREATE, endpoints.create_customer, ByLookup(("reference",)), frozenset({Effect.COSTS})),
        Operation(UPDATE, Kind.UPDATE, patch, _READ_BACK),
        Operation(ENABLE, Kind.ENABLE, patch, _READ_BACK, frozenset({Effect.COSTS, Effect.NOTIFIES})),
        Operation(DISABLE, Kind.DISABLE, patch, _READ_BACK),
        Operation(DELETE, Kind.DELETE, endpoints.delete_customer, _READ_BACK, frozenset({Effect.IRREVERSIBLE})),
        Operation(
            INTERNAL,
            Kind.MANUAL,
            None,
            NoRecovery(),
            instructions="edit customer {name} in the reseller portal and tick Internal System on its Details tab; "
            "then answer with `reconciler resolve dimensions/customer/{name} --done`",
        ),
    )
    names = (
        "displayName",
        "description",
        "reference",
        "enabled",
        "timezone",
        "country",
        "productType",
        "features",
        "syncAcdAgents",
        "sendNewUserEmail",
        "sendConnectWelcomeEmail",
    )
    fields = {name: Field() for name in names} | {"trialDays": Field(create_only=True)}
    return ObjectType(CUSTOMER, fields, _by_name(operations))


def _pbx(endpoints: Endpoints) -> ObjectType:
    patch, disrupts = endpoints.patch_pbx, frozenset({Effect.DISRUPTS})
    final = disrupts | {Effect.IRREVERSIBLE}
    operations = (
        Operation(CREATE, Kind.CREATE, endpoints.create_pbx, ByLookup(("instanceId",)), frozenset({Effect.COSTS})),
        Operation(UPDATE, Kind.UPDATE, patch, _READ_BACK, disrupts),
        # What it settles is the import of the users.
        Operation(ENABLE, Kind.ENABLE, patch, _READ_BACK, disrupts, settles=True),
        Operation(DISABLE, Kind.DISABLE, patch, _READ_BACK, disrupts),
        Operation(DELETE, Kind.DELETE, endpoints.delete_pbx, _READ_BACK, final),
    )
    names = ("displayName", "enabled", "countryCode", "hostRest", "hostWebsocket", "username", "host")
    fields = {name: Field() for name in names} | {
        "type": Field(immutable=True, advice=_ONE_OF_A_KIND),
        "accountId": Field(immutable=True, advice=_ONE_OF_A_KIND),
        "licenseKey": Field(immutable=True, write_only=True, secret=True, advice=_ONE_OF_A_KIND),
        "monitorSubAccounts": Field(immutable=True, advice=f"it is fixed at creation; {_ONE_OF_A_KIND}"),
        "apiKey": Field(write_only=True, secret=True),
        "password": Field(write_only=True, secret=True),
    }
    return ObjectType(PBX, fields, _by_name(operations))


def _user(endpoints: Endpoints) -> ObjectType:
    patch = endpoints.patch_user
    operations = (
        Operation(CREATE, Kind.CREATE, endpoints.create_user, ByLookup(("email",))),
        Operation(UPDATE, Kind.UPDATE, patch, _READ_BACK),
        Operation(DISABLE, Kind.DISABLE, patch, _READ_BACK),
        Operation(DELETE, Kind.DELETE, endpoints.delete_user, _READ_BACK, frozenset({Effect.IRREVERSIBLE})),
        Operation(ASSIGN, Kind.UPDATE, endpoints.assign_device, NoRecovery()),
        Operation(UNASSIGN, Kind.UPDATE, endpoints.unassign_device, NoRecovery()),
        Operation(INVITE, Kind.REQUEST, endpoints.invite_user, NoRecovery(), frozenset({Effect.NOTIFIES})),
    )
    fields = {
        "email": Field(immutable=True, fold=True, advice="declare a new user and set this one to `ensure: absent`"),
        "displayName": Field(),
    }
    return ObjectType(USER, fields, _by_name(operations))


def _by_name(operations: Iterable[Operation]) -> dict[str, Operation]:
    return {operation.name: operation for operation in operations}
