"""From manifests to wanted objects: resellers, customers, PBX connections, users. Pure.

An Account is here when it has options of Dimensions; connections and users follow their Account. What an object's
steps need to know of its neighbours is in its `options`, since each is decided by itself.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from reconciler.contract import Wanted, World
from reconciler.model import Address, Json, Manifest, SecretSource
from reconciler.vendors.dimensions import roles
from reconciler.vendors.dimensions.catalogue import CUSTOMER, OWN, PBX, RESELLER, USER
from reconciler.vendors.dimensions.options import Options

KAZOO, THREE_CX, TEAMS = "Kazoo", "ThreeCX", "Teams"
FIELDS: Mapping[str, tuple[str, ...]] = {
    KAZOO: ("hostRest", "hostWebsocket", "accountId", "apiKey", "monitorSubAccounts"),
    THREE_CX: ("licenseKey", "username", "password", "host"),
}
"""PBX type -> the fields only it has, in manifest words."""

INSTANCE: Mapping[str, str] = {KAZOO: "accountId", THREE_CX: "licenseKey"}
"""PBX type -> the field that names the instance in the whole system."""

_OF_CUSTOMER = (
    "productType",
    "features",
    "syncAcdAgents",
    "sendNewUserEmail",
    "sendConnectWelcomeEmail",
    "trialDays",
)
_OF_ACCOUNT = ("displayName", "timezone", "country")


def expand(manifest: Manifest, world: World, settings: Options) -> Iterator[Wanted]:
    """Return the objects a manifest stands for at Dimensions."""
    if manifest.kind == "Account":
        yield from _account(manifest, world, settings)
    elif manifest.kind == "PBXConnection" and manifest.spec.vendor == OWN:
        yield from _connection(manifest, world, settings)
    elif manifest.kind == "User" and manifest.spec.vendor == OWN:
        yield from _user(manifest, world, settings)


def reseller_address(name: str) -> Address:
    """Return the address of a reseller account."""
    return Address(OWN, RESELLER, name)


def customer_address(name: str) -> Address:
    """Return the address of a customer."""
    return Address(OWN, CUSTOMER, name)


def pbx_address(name: str) -> Address:
    """Return the address of a PBX connection."""
    return Address(OWN, PBX, name)


def user_address(name: str) -> Address:
    """Return the address of a customer's user."""
    return Address(OWN, USER, name)


def options_of_account(manifest: Manifest) -> dict[str, Any] | None:
    """Return the written options of Dimensions, None when the account is not declared there."""
    given = written(manifest.spec.vendors).get(OWN)
    return None if given is None else written(given)


def written(value: Any) -> dict[str, Any]:
    """Return what was written into a mapping or a model."""
    if isinstance(value, Mapping):
        return dict(value)
    return {name: getattr(value, name) for name in value.model_fields_set}


def keys_of_account(manifest: Manifest) -> tuple[str, ...]:
    """Return the references an account may be found by; a written one stands alone."""
    return (manifest.spec.reference,) if manifest.spec.reference else manifest.names


def customer_of(manifest: Manifest, world: World) -> Manifest | None:
    """Return the Account of a connection or a user when it is a customer here."""
    account = world.find("Account", manifest.spec.account)
    if account is None or account.spec.role != "User" or options_of_account(account) is None:
        return None
    return account


def is_enabled(account: Manifest) -> bool:
    """Say whether an account is wanted enabled."""
    options = options_of_account(account) or {}
    return options.get("enabled", True) is not False and account.spec.ensure == "present"


def parent_of(account: Manifest, settings: Options) -> str | None:
    """Return the name of the reseller a customer is under; None when that is the credentials' own."""
    parent: str | None = account.spec.parent
    return None if parent == settings.reseller else parent


def template_of(connection: Manifest, world: World) -> Manifest | None:
    """Return the template a connection is rendered from: the named one, else the default of its type.

    `template: null` takes none.
    """
    spec = connection.spec
    if "template" in spec.model_fields_set:
        return world.find("PBXTemplate", spec.template) if spec.template else None
    defaults = (one for one in world.of_kind("PBXTemplate") if one.spec.default and one.spec.vendor == spec.vendor)
    return next((one for one in defaults if spec.type in {None, one.spec.type}), None)


def rendered(connection: Manifest, world: World) -> dict[str, Any]:
    """Return a connection's own fields over those of its template."""
    template = template_of(connection, world)
    shared = written(template.spec) if template is not None else {}
    own = written(connection.spec)
    words = ("type", "countryCode", *(word for fields in FIELDS.values() for word in fields))
    return {word: own.get(word, shared.get(word)) for word in words if word in own or word in shared}


def wants_enabled(connection: Manifest) -> bool:
    """Say whether a connection is wanted enabled."""
    return bool(connection.spec.enabled) and connection.spec.ensure == "present"


def _account(manifest: Manifest, world: World, settings: Options) -> Iterator[Wanted]:
    options = options_of_account(manifest)
    if options is None:
        return
    spec = manifest.spec
    fields: dict[str, Json] = {word: getattr(spec, word) for word in _OF_ACCOUNT if word in spec.model_fields_set}
    fields["displayName"] = spec.displayName
    if "description" in options or "notes" in spec.model_fields_set:
        fields["description"] = options.get("description") if "description" in options else spec.notes
    fields["reference"] = keys_of_account(manifest)[0]
    fields["enabled"] = is_enabled(manifest)
    if spec.role == "Reseller":
        if manifest.name != settings.reseller:
            yield _wanted(
                manifest,
                reseller_address(manifest.name),
                keys=keys_of_account(manifest),
                fields=fields,
                options={"level": settings.level, "endingCustomers": _ending_customers(manifest, world)},
            )
        return
    parent = parent_of(manifest, settings)
    fields |= {word: _plain(options[word]) for word in _OF_CUSTOMER if word in options}
    yield _wanted(
        manifest,
        customer_address(manifest.name),
        keys=keys_of_account(manifest),
        fields=fields,
        needs=[reseller_address(parent)] if parent else [],
        options={"reseller": parent, "internalSystem": bool(options.get("internalSystem"))}
        | _inhabitants(manifest, world),
    )


def _ending_customers(reseller: Manifest, world: World) -> list[Json]:
    """Return the names of a reseller's customers that end, which must be gone before it."""
    accounts = (one for one in world.of_kind("Account") if one.spec.parent == reseller.name)
    return _names(one for one in accounts if one.spec.ensure == "absent" and options_of_account(one) is not None)


def _inhabitants(account: Manifest, world: World) -> dict[str, Json]:
    """Return the names of what belongs to a customer, by what its steps must know of them."""
    connections = _belonging("PBXConnection", account, world)
    users = _belonging("User", account, world)
    return {
        "pbxs": _names(one for one in connections if one.spec.ensure != "absent"),
        "disabledPbxs": _names(one for one in connections if one.spec.ensure != "absent" and not wants_enabled(one)),
        "endingPbxs": _names(one for one in connections if one.spec.ensure == "absent"),
        "primary": _names(one for one in users if one.spec.primary and one.spec.ensure == "present"),
        "endingUsers": _names(one for one in users if one.spec.ensure == "absent"),
    }


def _connection(manifest: Manifest, world: World, settings: Options) -> Iterator[Wanted]:
    account = customer_of(manifest, world)
    found = rendered(manifest, world)
    kind = str(found.get("type"))
    if account is None or kind not in FIELDS:
        return
    words = ("countryCode", *FIELDS[kind])
    fields = {word: _plain(found[word]) for word in words if found.get(word) is not None}
    fields["type"] = kind
    fields["displayName"] = manifest.spec.displayName or manifest.name
    fields["enabled"] = wants_enabled(manifest)
    if kind == KAZOO:
        fields["monitorSubAccounts"] = bool(found.get("monitorSubAccounts"))
    # The licence key of a 3CX is a secret, and a key is shown to people.
    instance = fields.get("accountId") if kind == KAZOO else None
    yield _wanted(
        manifest,
        pbx_address(manifest.name),
        keys=(str(instance),) if instance else (),
        fields=fields,
        beside=[customer_address(account.name)],
        options=_of_customer(account, settings)
        | {"users": _names(one for one in _belonging("User", account, world) if one.spec.ensure != "absent")},
    )


def _user(manifest: Manifest, world: World, settings: Options) -> Iterator[Wanted]:
    account = customer_of(manifest, world)
    if account is None:
        return
    spec = manifest.spec
    fields: dict[str, Json] = {"email": spec.email, "displayName": spec.displayName}
    fields |= {f"roles/{role}": True for role in roles.asked_for(spec.roles)}
    if spec.ensure == "disabled":
        fields[f"roles/{roles.LOGIN}"] = False
    fields |= {f"devices/{device.id}": device.clientType for device in spec.devices}
    pbxs = [one for one in _belonging("PBXConnection", account, world) if wants_enabled(one)]
    yield _wanted(
        manifest,
        user_address(manifest.name),
        keys=(spec.email,),
        fields=fields,
        beside=[customer_address(account.name), *(pbx_address(one.name) for one in pbxs)],
        options=_of_customer(account, settings)
        | {
            "primary": spec.primary,
            "rolesMode": spec.rolesMode,
            "roles": "roles" in spec.model_fields_set,
            "devices": "devices" in spec.model_fields_set,
            "pbxs": _names(pbxs),
        },
    )


def _of_customer(account: Manifest, settings: Options) -> dict[str, Json]:
    """Return what a connection's or a user's steps must know of its customer."""
    options = options_of_account(account) or {}
    return {
        "customer": account.name,
        "reseller": parent_of(account, settings),
        "customerEnabled": is_enabled(account),
        "sendNewUserEmail": options.get("sendNewUserEmail"),
    }


def _belonging(kind: str, account: Manifest, world: World) -> Sequence[Manifest]:
    return [one for one in world.belonging(kind, account.name) if one.spec.vendor == OWN]


def _names(manifests: Iterable[Manifest]) -> list[Json]:
    return [*sorted({manifest.name for manifest in manifests})]


def _plain(value: Any) -> Json:
    """Return a value as JSON: a secret as its reference, a model as what was written into it."""
    if isinstance(value, SecretSource):
        return {value.kind: value.name}
    if hasattr(value, "model_fields_set"):
        return {name: _plain(inner) for name, inner in sorted(written(value).items())}
    scalar: Json = value
    return scalar


def _wanted(
    manifest: Manifest,
    address: Address,
    *,
    keys: tuple[str, ...],
    fields: Mapping[str, Json],
    options: Mapping[str, Json],
    needs: Iterable[Address] = (),
    beside: Iterable[Address] = (),
) -> Wanted:
    return Wanted(
        address=address,
        manifest=manifest.ref,
        keys=keys,
        fields=fields,
        needs=tuple(needs),
        beside=tuple(beside),
        former=tuple(Address(address.vendor, address.type, name) for name in manifest.previously),
        ensure=manifest.spec.ensure,
        protect=manifest.protect,
        options=options,
        manifest_revision=manifest.revision,
    )
