"""What is wrong with the manifests by the rules of Dimensions, offline: accounts here, the rest beside. Pure.

References between manifests are checked elsewhere; a name that leads nowhere is skipped here. That an enabled customer
has exactly one primary user is an error also when none is declared at all: enabling without one shuts everybody out,
and what was made at the vendor is declared to be counted.
"""

from collections.abc import Iterator, Sequence

from reconciler.contract import World
from reconciler.model import Manifest, Problem
from reconciler.vendors.dimensions import checking_connections, checking_users, codes, finding
from reconciler.vendors.dimensions.catalogue import OWN
from reconciler.vendors.dimensions.expanding import is_enabled, options_of_account, parent_of
from reconciler.vendors.dimensions.options import Options

_HERE = f"/spec/vendors/{OWN}"
_NAME_LIMIT, _DESCRIPTION_LIMIT = 100, 200
_CUSTOMERS_ONLY = (
    "productType",
    "trialDays",
    "internalSystem",
    "features",
    "syncAcdAgents",
    "sendNewUserEmail",
    "sendConnectWelcomeEmail",
)


def check(world: World, settings: Options) -> Iterator[Problem]:
    """Return every problem, with its place."""
    accounts = [item for item in world.of_kind("Account") if options_of_account(item) is not None]
    customers = [account for account in accounts if account.spec.role == "User"]
    for account in accounts:
        yield from _texts(account)
        yield from _customer(account, world, settings) if account.spec.role == "User" else _reseller(account)
    yield from _internal_systems(customers, settings)
    if accounts:
        yield from _own_reseller(world, settings)
    yield from checking_connections.check(world)
    yield from checking_users.check(world)


def _texts(account: Manifest) -> Iterator[Problem]:
    spec, options = account.spec, options_of_account(account) or {}
    texts = {"displayName": (spec.displayName, _NAME_LIMIT)}
    if "description" not in options:
        texts["notes"] = (spec.notes or "", _DESCRIPTION_LIMIT)
    for word, (text, limit) in texts.items():
        if len(text) > limit:
            yield finding.error(
                account,
                f"/spec/{word}",
                codes.TOO_LONG,
                says=f"{word} of account {account.name} has {len(text)} characters; Dimensions allows {limit}",
                do="shorten it" if word != "notes" else f"shorten it, or write a `description` in vendors.{OWN}",
            )


def _reseller(account: Manifest) -> Iterator[Problem]:
    for word in options_of_account(account) or {}:
        if word in _CUSTOMERS_ONLY:
            yield finding.error(
                account,
                f"{_HERE}/{word}",
                codes.CUSTOMERS_ONLY,
                says=f"{word} is for customers, and account {account.name} is a reseller",
                do="remove it, or set `role: User`",
            )


def _customer(account: Manifest, world: World, settings: Options) -> Iterator[Problem]:
    yield from _parent(account, world, settings)
    options = options_of_account(account) or {}
    chosen = options.get("productType")
    if settings.product_types and chosen is not None and chosen not in settings.product_types:
        yield finding.error(
            account,
            f"{_HERE}/productType",
            codes.PRODUCT_TYPE_UNKNOWN,
            says=f"product type {chosen} is not among the productTypes of reconciler.yaml",
            do=finding.likely(chosen, settings.product_types),
        )
    if options.get("trialDays") and not settings.trials:
        yield finding.error(
            account,
            f"{_HERE}/trialDays",
            codes.NO_TRIALS,
            says=f"account {account.name} asks for a trial, and the reseller may give none",
            do="remove `trialDays`, or `capabilities: {trials: false}` from vendors.dimensions in reconciler.yaml",
        )
    yield from _primary(account, world)


def _parent(account: Manifest, world: World, settings: Options) -> Iterator[Problem]:
    name = parent_of(account, settings)
    if name is None:
        if settings.enterprise and settings.account_tenant_id is None:
            yield finding.error(
                account,
                "/spec/parent" if account.spec.parent else "/metadata/name",
                codes.NO_ACCOUNT_TENANT,
                says=f"account {account.name} is under no reseller account",
                do="set `spec.parent`, or `accountTenantId` of vendors.dimensions in reconciler.yaml",
            )
        return
    parent = world.find("Account", name)
    if parent is not None and options_of_account(parent) is None:
        yield finding.error(
            account,
            "/spec/parent",
            codes.PARENT_ELSEWHERE,
            says=f"parent {name} is not declared at Dimensions",
            do=f"add `{OWN}: {{}}` to spec.vendors of account {name}",
        )
    elif parent is not None and parent.spec.ensure == "absent" and account.spec.ensure != "absent":
        yield finding.error(
            account,
            "/spec/parent",
            codes.ACCOUNT_ENDS,
            says=f"parent {name} is to be absent, and account {account.name} is not",
            do="set it to `ensure: absent` too, or name another parent",
        )


def _primary(account: Manifest, world: World) -> Iterator[Problem]:
    users = [one for one in world.belonging("User", account.name) if one.spec.vendor == OWN and one.spec.primary]
    primary = [one.name for one in users if one.spec.ensure == "present"]
    if len(primary) > 1 or (is_enabled(account) and not primary):
        found = f"{len(primary)}: {', '.join(sorted(primary))}" if primary else "none"
        yield finding.error(
            account,
            "/metadata/name",
            codes.PRIMARY_MISSING,
            says=f"customer {account.name} must have exactly one primary user, and has {found}",
            do="keep `primary: true` at one of them"
            if primary
            else f"declare a User with `account: {account.name}`, `primary: true` and the roles customer.user and "
            "admin.user, or set the customer to `enabled: false`",
        )


def _internal_systems(customers: Sequence[Manifest], settings: Options) -> Iterator[Problem]:
    first: dict[str | None, Manifest] = {}
    for account in customers:
        if account.spec.ensure == "absent" or not (options_of_account(account) or {}).get("internalSystem"):
            continue
        other = first.setdefault(parent_of(account, settings), account)
        if other is not account:
            yield finding.error(
                account,
                f"{_HERE}/internalSystem",
                codes.INTERNAL_TWICE,
                says=f"account {account.name} is an internal system, and so is {other.name} of the same reseller",
                do="keep `internalSystem: true` at one of them",
            )


def _own_reseller(world: World, settings: Options) -> Iterator[Problem]:
    resellers = [account.name for account in world.of_kind("Account") if account.spec.role == "Reseller"]
    if settings.reseller is not None and settings.reseller not in resellers:
        yield Problem(
            codes.OWN_RESELLER_UNKNOWN,
            f"reseller {settings.reseller} of vendors.{OWN} in reconciler.yaml is no Account with role Reseller",
            finding.likely(settings.reseller, resellers) if resellers else "declare it, or remove the setting",
        )
