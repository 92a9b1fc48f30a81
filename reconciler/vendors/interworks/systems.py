"""The provisioning systems behind the BSS as data: their options and what their manuals ask for."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from reconciler.vendors.interworks import wire


@dataclasses.dataclass(frozen=True)
class System:
    """One system.

    `options`: manifest word -> option id. `fixed`: words that cannot change once an account is synchronised.
    `parent_first`: a reseller is synchronised before its end customers. `email`: when the account must have one
    (`never`, `always`, `ordered`: once there is an order). `mails`: synchronising sends a mail.
    """

    name: str
    title: str
    code: str
    options: Mapping[str, str] = dataclasses.field(default_factory=dict)
    fixed: frozenset[str] = frozenset()
    parent_first: bool = False
    email: str = "never"
    mails: bool = False


KNOWN: tuple[System, ...] = (
    # AVG mails key and certificate to the option Email; reseller first is PROPOSED for AVG.
    System(
        "avg",
        "AVG",
        wire.AVG_CODE,
        options=wire.AVG_OPTIONS,
        fixed=frozenset({"role", "parent"}),
        parent_first=True,
        mails=True,
    ),
    # Panda mails activation instructions to the account's e-mail; reseller first is DOCUMENTED.
    System(
        "panda",
        "Panda Antivirus",
        wire.PANDA_CODE,
        options=wire.PANDA_OPTIONS,
        fixed=frozenset({"role", "username", "parent"}),
        parent_first=True,
        email="always",
        mails=True,
    ),
    # BitTitan has no options; the coupon goes to the account's e-mail.
    System("bittitan", "BitTitan", wire.BITTITAN_CODE, email="ordered"),
)
NAMES = tuple(system.name for system in KNOWN)


def configured(settings: Mapping[str, Mapping[str, Any]]) -> dict[str, System]:
    """Return the systems that the configuration names, with their codes."""
    return {
        system.name: dataclasses.replace(system, code=str(settings[system.name].get("systemCode", system.code)))
        for system in KNOWN
        if system.name in settings
    }
