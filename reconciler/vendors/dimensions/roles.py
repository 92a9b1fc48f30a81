"""Roles of customer users as data: what is licensed, what excludes or needs what. Role keys are opaque otherwise.

The vendor's pages name these; a role that is not here is taken as it is written.
"""

from collections.abc import Iterable, Mapping

LOGIN, ADMINISTRATOR = "customer.user", "admin.user"
PBX_USER, TEAMS_USER = "customer.user.pbx", "customer.user.microsoftteams"
UC, UC_REMOTE, SOFTPHONE = "customer.user.uc", "customer.user.uc.remote", "customer.user.uc.softphone"
REALTIME, AGENT = "customer.user.pbx.realtime", "customer.user.acd"

FROM_PBX = frozenset({PBX_USER, TEAMS_USER})
"""Given and taken by the synchronisation with the PBX; never by us."""

PRIMARY = (LOGIN, ADMINISTRATOR)
"""What the primary administrator of a customer must have."""

DEVICES = ((UC, "customer_user_uc"), (SOFTPHONE, "customer_user_uc_softphone"))
"""What a user needs before a device can be assigned; the vendor's pages spell each in two ways."""

NEEDS: Mapping[str, str] = {UC_REMOTE: UC, REALTIME: PBX_USER, AGENT: PBX_USER}
"""Role -> the role that the vendor's pages say it needs."""

_SUPERVISOR = "customer.user.supervisor"
_ACCESS = frozenset({PBX_USER, UC_REMOTE, REALTIME, AGENT, TEAMS_USER})


def is_supervisor(role: str) -> bool:
    """Say whether a role is a supervisor level, of which a user can have one."""
    return role.startswith(_SUPERVISOR)


def is_licensed(role: str) -> bool:
    """Say whether giving a role may cost: the user access and the supervisor groups are licensed."""
    return role in _ACCESS or is_supervisor(role)


def asked_for(written: Iterable[str]) -> tuple[str, ...]:
    """Return the written roles that the API can give, each once."""
    return tuple(role for role in dict.fromkeys(written) if role not in FROM_PBX)
