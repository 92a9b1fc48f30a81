"""Role keys and the rules among them (`dimensions.md` 6.3 and 8.3); those marked proposed there included."""

import re
from collections.abc import Collection, Iterable, Mapping

from reconciler.sandbox.dimensions.errors import invalid
from reconciler.sandbox.dimensions.mails import ACCOUNT_ROLE, CONNECT_ROLE, PORTAL_ROLE

PBX_ROLE, ACD_ROLE = "customer.user.pbx", "customer.user.acd"
SOFTPHONE_ROLE = "customer.user.uc.softphone"
PROTECTED = frozenset({PBX_ROLE, "customer.user.microsoftteams"})
NEEDS: Mapping[str, str] = {
    "customer.user.uc.remote": CONNECT_ROLE,
    "customer.user.pbx.realtime": PBX_ROLE,
    ACD_ROLE: PBX_ROLE,
}
_LICENSED = PROTECTED | set(NEEDS)
_SUPERVISOR = re.compile(r"customer\.user\.supervisorl[1-5]")
_CUSTOMER = _LICENSED | {
    PORTAL_ROLE,
    CONNECT_ROLE,
    SOFTPHONE_ROLE,
    "admin.user",
    "customer.settings",
    "customer.billables.admin",
    "customer.device.admin",
    "customer.device.readonly",
    "customer.directories.manage",
    "customer.user.crm",
    "customer.user.uc.essential",
    "customer_user_uc",
    "customer_user_uc_softphone",
}
_ACCOUNT = {
    ACCOUNT_ROLE,
    "user.admin",
    "account.service.status",
    "account.storage.admin",
    "branding.admin",
    "customer.admin",
    "onboarding.admin",
    "webhooks.admin",
    "billing.admin",
}


def check(roles: Collection[str], *, reseller: bool, extra: Collection[str]) -> None:
    """Refuse with 400 roles that do not exist, lack another one, or exclude each other."""
    known = _ACCOUNT if reseller else _CUSTOMER
    for role in roles:
        if role not in known and role not in extra and (reseller or not _SUPERVISOR.fullmatch(role)):
            raise invalid(f"The role '{role}' is not valid for roles.")
        if role in NEEDS and NEEDS[role] not in roles:
            raise invalid(f"The role '{role}' needs the role '{NEEDS[role]}'.")
    if sum(_SUPERVISOR.fullmatch(role) is not None for role in roles) > 1:
        raise invalid("The roles hold more than one supervisor level.")


def charged(before: Iterable[str], after: Iterable[str]) -> list[str]:
    """Return the reasons to charge for a change of roles: licensed ones that are new."""
    had = set(before)
    return [f"role {role}" for role in after if role not in had and (role in _LICENSED or _SUPERVISOR.fullmatch(role))]


def with_protected(wanted: Iterable[str], *, had: Iterable[str]) -> tuple[str, ...]:
    """Return the wanted roles, with those that the API neither gives nor takes as they were."""
    kept = [role for role in had if role in PROTECTED]
    return tuple(dict.fromkeys([*kept, *(role for role in wanted if role not in PROTECTED)]))


def without_pbx(roles: Iterable[str]) -> tuple[str, ...]:
    """Return the roles of a user whose last PBX has gone."""
    return tuple(role for role in roles if role != PBX_ROLE and NEEDS.get(role) != PBX_ROLE)
