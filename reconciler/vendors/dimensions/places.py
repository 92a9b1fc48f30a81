"""Whether a user or a PBX connection is in a place where it can be: a customer at Dimensions that stays. Pure."""

from collections.abc import Iterator

from reconciler.contract import World
from reconciler.model import Manifest, Problem
from reconciler.vendors.dimensions import codes, finding
from reconciler.vendors.dimensions.catalogue import OWN
from reconciler.vendors.dimensions.expanding import options_of_account


def check_place(manifest: Manifest, world: World) -> Iterator[Problem]:
    """Return what is wrong with the account of a user or a connection."""
    account = world.find("Account", manifest.spec.account)
    if account is None:
        return
    what = f"{manifest.kind} {manifest.name}"
    if options_of_account(account) is None:
        yield finding.error(
            manifest,
            "/spec/account",
            codes.NOT_DECLARED,
            says=f"account {account.name} is not declared at Dimensions",
            do=f"add `{OWN}: {{}}` to spec.vendors of account {account.name}",
        )
    elif account.spec.role != "User":
        yield finding.error(
            manifest,
            "/spec/account",
            codes.ACCOUNT_IS_RESELLER,
            says=f"account {account.name} is a reseller, and {what} belongs to a customer",
            do="name an account with role User",
        )
    elif account.spec.ensure == "absent" and manifest.spec.ensure != "absent":
        yield finding.error(
            manifest,
            "/spec/ensure" if "/spec/ensure" in manifest.places else "/spec/account",
            codes.ACCOUNT_ENDS,
            says=f"account {account.name} is to be absent, and {what} is not",
            do="set it to `ensure: absent` too, or remove this manifest",
        )
