"""What the vendors behind the BSS check before they take an account (`interworks.md` sections 7 and 8)."""

import dataclasses

from reconciler.sandbox.interworks import errors
from reconciler.sandbox.interworks.attributes import is_email
from reconciler.sandbox.interworks.errors import Refused, provisioning
from reconciler.sandbox.interworks.options import sync_of, value_of
from reconciler.sandbox.interworks.records import IN_PROGRESS, SYNCHRONIZED, Account
from reconciler.sandbox.interworks.store import Desk
from reconciler.sandbox.interworks.systems import AVG, PANDA, RESELLER, System


@dataclasses.dataclass(frozen=True)
class Application:
    """An account that wants to be taken on by a system."""

    desk: Desk
    account: Account
    system: System

    def value(self, option: str) -> str | None:
        """Return the effective value of an option."""
        return value_of(self.desk, self.account, system=self.system.code, option=option)


def first_problem(application: Application) -> Refused | None:
    """Return what the vendor objects to first, None when it takes the account."""
    problem = _options(application)
    if problem is None and application.system.code == AVG:
        problem = _avg(application)
    elif problem is None and application.system.code == PANDA:
        problem = _panda(application)
    elif problem is None and application.desk.settings.bittitan_legacy:
        problem = _bittitan(application)
    return problem


def _options(application: Application) -> Refused | None:
    for option in application.system.options:
        value = application.value(option.id)
        if option.required and not value:
            return provisioning(errors.REQUIRED_OPTION_MISSING, f"{option.name} is required")
        if value is not None and option.choices and value not in option.choices:
            return provisioning(
                errors.VALUE_NOT_PREDEFINED, f"{option.name} must be one of {', '.join(option.choices)}"
            )
    return None


def _avg(application: Application) -> Refused | None:
    if not is_email(application.value("email")):
        return provisioning(errors.EMAIL_INVALID, "Email is not a valid address")
    return _parent(application, application.value("parentAccount"))


def _panda(application: Application) -> Refused | None:
    desk, account = application.desk, application.account
    if not is_email(account.email):
        return provisioning(errors.EMAIL_INVALID, "the account has no valid corporate e-mail")
    parent = application.value("parentAccount")
    if parent is None and account.parent_account_id is not None:
        parent = str(account.parent_account_id)
    problem = _parent(application, parent)
    if problem is not None:
        return problem
    username = str(application.value("username")).lower()
    taken = {name.lower() for name in desk.settings.taken_usernames}
    holders = {
        row.account_id
        for row in desk.books.sync
        if row.system_code == PANDA
        and row.status in {SYNCHRONIZED, IN_PROGRESS}
        and _username(desk, row.account_id) == username
    }
    if username in taken or holders - {account.id}:
        return provisioning(errors.USERNAME_TAKEN, "Username is already in use")
    return None


def _username(desk: Desk, account_id: int) -> str | None:
    account = desk.books.accounts.get(account_id)
    return None if account is None else (value_of(desk, account, system=PANDA, option="username") or "").lower()


def _bittitan(application: Application) -> Refused | None:
    accounts = application.desk.settings.bittitan_accounts
    if accounts.get(application.value("email") or "") != application.value("password"):
        return provisioning(errors.CREDENTIALS_UNKNOWN, "the BitTitan account is unknown or its password is wrong")
    return None


def _parent(application: Application, parent: str | None) -> Refused | None:
    if parent is None:
        return None
    desk, system = application.desk, application.system.code
    account = desk.books.accounts.get(int(parent)) if parent.isdecimal() and len(parent) < 19 else None
    ready = (
        account is not None
        and account.id != application.account.id
        and account.reselling_enabled
        and sync_of(desk, account, system=system).status == SYNCHRONIZED
        and value_of(desk, account, system=system, option="role") == RESELLER
    )
    if ready:
        return None
    return provisioning(errors.PARENT_NOT_READY, f"parent account {parent} is no reseller synchronized with {system}")
