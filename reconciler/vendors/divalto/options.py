"""The settings of `vendors.divalto` in reconciler.yaml, read once into a value. Pure."""

import dataclasses
import re
from collections.abc import Mapping
from typing import Any

from reconciler.errors import ConfigurationError
from reconciler.model import Json

HTTP, MANUAL = "http", "manual"
TRANSPORTS = (HTTP, MANUAL)

CAN_CREATE, CAN_CORRECT, CAN_SUBMIT, CAN_ATTACH = "create", "update_draft", "submit", "documents"
CAN_COMPLEMENT, CAN_VALIDATE = "complement", "validate"
CAN_CHANGE_SITES, CAN_READ_OPPORTUNITIES, CAN_READ_CERTIFICATES = "site_change", "opportunities", "certificates"
CAPABILITIES = (
    CAN_CREATE,
    CAN_CORRECT,
    CAN_SUBMIT,
    CAN_ATTACH,
    CAN_COMPLEMENT,
    CAN_VALIDATE,
    CAN_CHANGE_SITES,
    CAN_READ_OPPORTUNITIES,
    CAN_READ_CERTIFICATES,
)
SITE_NUMBER = r"^[0-9]{6}$"

DEFAULTS: Mapping[str, Json] = {
    "transport": HTTP,
    "siteNumberPattern": SITE_NUMBER,
    "partner": None,
    "capabilities": dict.fromkeys(CAPABILITIES, True),
}
"""The keys that the plug-in knows beyond the common ones, with their defaults."""


@dataclasses.dataclass(frozen=True)
class Options:
    """What the operator chose.

    `transport`: by the interface, or by a person in the portal. `site_number`: what a site number looks like.
    `partner`: the name that generated purchase orders carry.
    """

    transport: str = HTTP
    site_number: re.Pattern[str] = re.compile(SITE_NUMBER)
    partner: str | None = None
    capabilities: Mapping[str, bool] = dataclasses.field(default_factory=dict)

    @property
    def manual(self) -> bool:
        """Whether a person does everything, and nothing can be read."""
        return self.transport == MANUAL

    @property
    def placed_by_hand(self) -> bool:
        """Whether a person enters orders in the portal."""
        return self.manual or not self.able(CAN_CREATE)

    def able(self, capability: str) -> bool:
        """Say whether the vendor offers something, as far as the operator says."""
        return not self.manual and self.capabilities.get(capability, True)


def parse(given: Mapping[str, Any]) -> Options:
    """Read the options of a `Setup`; ConfigurationError when one is wrong."""
    transport = given.get("transport") or HTTP
    if transport not in TRANSPORTS:
        raise ConfigurationError(f"transport {transport!r} of divalto is unknown; use {' or '.join(TRANSPORTS)}")
    partner = given.get("partner")
    return Options(
        transport=transport,
        site_number=_pattern(given.get("siteNumberPattern") or SITE_NUMBER),
        partner=str(partner).strip() or None if partner is not None else None,
        capabilities=_capabilities(given.get("capabilities")),
    )


def _pattern(given: Any) -> re.Pattern[str]:
    try:
        return re.compile(str(given), re.ASCII)
    except re.error as problem:
        raise ConfigurationError(
            f"siteNumberPattern {given!r} of divalto is no pattern: {problem}; write one such as {SITE_NUMBER}"
        ) from problem


def _capabilities(given: Any) -> dict[str, bool]:
    said = given if isinstance(given, Mapping) else {}
    unknown = sorted(set(said) - set(CAPABILITIES))
    if unknown:
        known = ", ".join(CAPABILITIES)
        raise ConfigurationError(f"capability {unknown[0]} of divalto is unknown; use one of {known}")
    return {name: said.get(name) is not False for name in CAPABILITIES}
