"""What is wrong with the manifests by the rules of the BSS and its systems, offline. Pure.

References between manifests and references used twice are checked elsewhere; a name that leads nowhere is skipped here.
"""

from collections.abc import Iterator, Mapping

from reconciler.contract import World
from reconciler.model import Manifest, Problem
from reconciler.vendors.interworks import codes, wire
from reconciler.vendors.interworks.catalogue import OWN
from reconciler.vendors.interworks.expanding import bill_to, keys_of_account, keys_of_order, options_of_account
from reconciler.vendors.interworks.systems import NAMES, System


def check(world: World, systems: Mapping[str, System]) -> Iterator[Problem]:
    """Return every problem, with its place."""
    accounts = [item for item in world.manifests if item.kind == "Account" and options_of_account(item)]
    orders = [item for item in world.manifests if item.kind == "Order" and item.spec.vendor in NAMES]
    for account in accounts:
        yield from _account(account, world, systems)
    for order in orders:
        yield from _order(order, world, systems)
    yield from _shared_usernames(accounts)


def _account(manifest: Manifest, world: World, systems: Mapping[str, System]) -> Iterator[Problem]:
    options = options_of_account(manifest)
    for name in options:
        if name != OWN and name not in systems:
            yield _not_configured(manifest, f"/spec/vendors/{name}", name)
    for name in options:
        if name in systems and systems[name].email == "always" and not manifest.spec.email:
            yield _email(manifest, systems[name])
    long = [key for key in keys_of_account(manifest)[:1] if len(key) > wire.REFERENCE_LIMIT]
    for key in long:
        pointer = "/spec/reference" if manifest.spec.reference else "/metadata/name"
        yield _problem(
            manifest,
            pointer,
            codes.REFERENCE_TOO_LONG,
            f"reference {key} has {len(key)} characters; the BSS is taken to allow {wire.REFERENCE_LIMIT}",
            "set a shorter `spec.reference`",
        )
    yield from _parent(manifest, world, options=options, systems=systems)
    yield from _payer(manifest, world, options=options)


def _parent(
    manifest: Manifest, world: World, *, options: Mapping[str, object], systems: Mapping[str, System]
) -> Iterator[Problem]:
    parent = world.find("Account", manifest.spec.parent) if manifest.spec.parent else None
    if parent is None:
        return
    theirs = options_of_account(parent)
    if not theirs:
        yield _problem(
            manifest,
            "/spec/parent",
            codes.PARENT_ELSEWHERE,
            f"parent {parent.name} is not declared at the BSS",
            f"add `interworks: {{}}` to spec.vendors of account {parent.name}",
        )
    for name in options:
        if name in systems and systems[name].parent_first and name not in theirs:
            yield _problem(
                manifest,
                f"/spec/vendors/{name}",
                codes.PARENT_WITHOUT_SYSTEM,
                f"parent {parent.name} is not declared at {systems[name].title}, and a reseller comes first there",
                f"add `{name}: {{...}}` to spec.vendors of account {parent.name}",
            )


def _payer(manifest: Manifest, world: World, *, options: Mapping[str, object]) -> Iterator[Problem]:
    name = bill_to(manifest)
    if OWN not in options or name in {manifest.name, manifest.spec.parent}:
        return
    payer = world.find("Account", name)
    if payer is not None and (not options_of_account(payer) or payer.spec.role != "Reseller"):
        yield _problem(
            manifest,
            "/spec/vendors/interworks/billTo",
            codes.UNFIT_PAYER,
            f"billTo {name} is no reseller that is declared at the BSS",
            "name an Account with role Reseller and an option of the BSS, or leave billTo out",
        )


def _order(manifest: Manifest, world: World, systems: Mapping[str, System]) -> Iterator[Problem]:
    vendor = manifest.spec.vendor
    if vendor not in systems:
        yield _not_configured(manifest, "/spec/vendor", vendor)
        return
    account = world.find("Account", manifest.spec.account)
    if account is not None and vendor not in options_of_account(account):
        yield _problem(
            manifest,
            "/spec/account",
            codes.NOT_DECLARED,
            f"account {account.name} is not declared at {systems[vendor].title}",
            f"add `{vendor}: {{...}}` to spec.vendors of account {account.name}",
        )
    elif account is not None and systems[vendor].email == "ordered" and not account.spec.email:
        yield _email(account, systems[vendor])
    longest = max(keys_of_order(manifest, world)[:1], key=len, default="")
    if len(longest) > wire.ORDER_NAME_LIMIT:
        yield _problem(
            manifest,
            "/metadata/name",
            codes.REFERENCE_TOO_LONG,
            f"reference {longest} has {len(longest)} characters; the BSS is taken to allow {wire.ORDER_NAME_LIMIT}",
            "shorten the name of the order or of the project",
        )


def _shared_usernames(accounts: list[Manifest]) -> Iterator[Problem]:
    holders: dict[str, str] = {}
    for manifest in accounts:
        username = options_of_account(manifest).get("panda", {}).get("username")
        if username is None:
            continue
        other = holders.setdefault(str(username).casefold(), manifest.name)
        if other != manifest.name:
            yield _problem(
                manifest,
                "/spec/vendors/panda/username",
                codes.USERNAME_TWICE,
                f"Panda user name {username} of account {manifest.name} is also that of account {other}",
                "give one of them another `username`; it must be unique in the whole Panda system",
            )


def _not_configured(manifest: Manifest, pointer: str, name: str) -> Problem:
    return _problem(
        manifest,
        pointer,
        codes.NOT_CONFIGURED,
        f"vendor {name} is not configured",
        f"add `{name}: {{via: interworks}}` to `vendors` in reconciler.yaml",
    )


def _email(account: Manifest, system: System) -> Problem:
    return _problem(
        account,
        "/spec/email",
        codes.EMAIL_NEEDED,
        f"account {account.name} has no email, and {system.title} needs one",
        "set `spec.email`; mail goes there",
    )


def _problem(manifest: Manifest, pointer: str, code: str, summary: str, detail: str) -> Problem:  # noqa: PLR0917 - a row
    return Problem(code, summary, detail, manifest.place(pointer))
