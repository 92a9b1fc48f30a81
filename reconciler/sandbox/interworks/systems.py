"""The provisioning systems behind the BSS and the options an account has there.

Options of AVG and Panda are documented (sources 000 and 001), their ids, the system codes and the kinds
are proposed (`interworks.md` 4.2, 4.5, 7). BitTitan has none, or the two of its older revisions.
"""

import dataclasses
from collections.abc import Mapping, Sequence

from reconciler.sandbox.interworks.settings import Settings
from reconciler.sandbox.messages import JsonObject

AVG, PANDA, BITTITAN = "AVG", "PandaAntivirus", "BitTitan"
USER, RESELLER = "User", "Reseller"


@dataclasses.dataclass(frozen=True)
class Option:
    """One synchronisation option; `identity` ones are fixed once the account is synchronised."""

    id: str
    name: str
    required: bool = True
    choices: tuple[str, ...] = ()
    identity: bool = False
    secret: bool = False

    def definition(self, order: int, *, read_only: bool) -> JsonObject:
        """Return the option's `Definition` object."""
        return {
            "ID": self.id,
            "SortOrder": order,
            "Name": self.name,
            "Description": None,
            "Kind": "PredefinedList" if self.choices else "SimpleValue",
            "DataType": "Text",
            "IsRequired": self.required,
            "PredefinedValues": [{"ID": choice, "Name": choice} for choice in self.choices],
            "IsReadOnly": read_only,
            "AvailableToStorefront": False,
        }


@dataclasses.dataclass(frozen=True)
class System:
    """A provisioning system by code."""

    id: int
    code: str
    name: str
    options: tuple[Option, ...]


_PARENT = Option("parentAccount", "Parent Account", required=False, identity=True)
_ROLE = Option("role", "Role", choices=(USER, RESELLER), identity=True)
_LEGACY = (Option("email", "Email Address"), Option("password", "Password", secret=True))

_SYSTEMS: Sequence[System] = (
    System(1, AVG, "AVG", (_PARENT, Option("email", "Email"), _ROLE)),
    System(2, PANDA, "Panda Antivirus", (_PARENT, _ROLE, Option("username", "Username", identity=True))),
    System(3, BITTITAN, "BitTitan", ()),
)


def systems(settings: Settings) -> Mapping[str, System]:
    """Return the systems by lower-case code."""
    found = {system.code.lower(): system for system in _SYSTEMS}
    if settings.bittitan_legacy:
        found[BITTITAN.lower()] = dataclasses.replace(found[BITTITAN.lower()], options=_LEGACY)
    return found
