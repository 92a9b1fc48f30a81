"""The settings of `vendors.dimensions` in reconciler.yaml, read once into a value. Pure."""

import dataclasses
import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from reconciler.errors import ConfigurationError
from reconciler.model import Json
from reconciler.vendors.dimensions import wire

CAN_GIVE_TRIALS = "trials"
CAPABILITIES = (CAN_GIVE_TRIALS,)

DEFAULTS: Mapping[str, Json] = {
    "level": wire.RESELLER_LEVEL,
    "accountTenantId": None,
    "reseller": None,
    "productTypes": [],
    "importDeadline": "10m",
    "capabilities": dict.fromkeys(CAPABILITIES, True),
}
"""The keys that the plug-in knows beyond the common ones, with their defaults."""

_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_SPAN = re.compile(r"(0|(\d{1,6}(ms|s|m|h|d))+)", re.ASCII)
_PART = re.compile(r"(\d+)(ms|[smhd])")
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


@dataclasses.dataclass(frozen=True)
class ProductType:
    """One product type (tenant profile) of the operator's catalogue."""

    id: str
    immutable: bool = False


@dataclasses.dataclass(frozen=True)
class Options:
    """What the operator chose.

    `level`: whose credentials these are. `account_tenant_id`: the reseller account that customers without a parent go
    to at enterprise level. `reseller`: the Account these credentials belong to, which needs no step. `product_types`:
    by id, empty when the operator lists none, so that any is taken. `import_deadline`: how long the import of users is
    awaited after enabling.
    """

    level: str = wire.RESELLER_LEVEL
    account_tenant_id: str | None = None
    reseller: str | None = None
    product_types: Mapping[str, ProductType] = dataclasses.field(default_factory=dict)
    capabilities: Mapping[str, bool] = dataclasses.field(default_factory=dict)
    import_deadline: dt.timedelta = dt.timedelta(minutes=10)

    @property
    def enterprise(self) -> bool:
        """Whether the credentials are a service provider's."""
        return self.level == wire.ENTERPRISE_LEVEL

    @property
    def trials(self) -> bool:
        """Whether the reseller may give trials, as far as the operator says."""
        return self.capabilities.get(CAN_GIVE_TRIALS, True)

    def immutable(self, product_type: Json) -> bool:
        """Say whether a customer cannot leave a product type any more."""
        known = self.product_types.get(str(product_type))
        return known is not None and known.immutable


def parse(given: Mapping[str, Any]) -> Options:
    """Read the options of a `Setup`; ConfigurationError when one is wrong."""
    level = given.get("level") or wire.RESELLER_LEVEL
    if level not in wire.LEVELS:
        raise ConfigurationError(f"level {level!r} of dimensions is unknown; use {' or '.join(wire.LEVELS)}")
    account = given.get("accountTenantId")
    if account is not None and not _GUID.fullmatch(str(account)):
        raise ConfigurationError(
            f"accountTenantId {account!r} of dimensions is no tenant id; copy it from the enterprise portal"
        )
    if account is not None and level != wire.ENTERPRISE_LEVEL:
        raise ConfigurationError("accountTenantId of dimensions is for `level: enterprise`; remove it or set the level")
    return Options(
        level=level,
        account_tenant_id=account,
        reseller=given.get("reseller"),
        product_types=_product_types(given.get("productTypes")),
        capabilities=_capabilities(given.get("capabilities")),
        import_deadline=_span(given.get("importDeadline", "10m")),
    )


def _product_types(given: Any) -> dict[str, ProductType]:
    if not isinstance(given or [], list | tuple):
        raise ConfigurationError("productTypes of dimensions is no list; write `[{id: ..., immutable: true}]`")
    found: dict[str, ProductType] = {}
    for number, one in enumerate(given or [], start=1):
        named = one.get("id") if isinstance(one, Mapping) else None
        immutable = one.get("immutable", False) if isinstance(one, Mapping) else None
        if not isinstance(named, str) or not named or not isinstance(immutable, bool):
            raise ConfigurationError(
                f"entry {number} of productTypes of dimensions is no product type; write `{{id: ..., immutable: true}}`"
            )
        unknown = sorted(set(one) - {"id", "immutable"})
        if unknown:
            raise ConfigurationError(f"key {unknown[0]!r} of product type {named} is unknown; use id, immutable")
        if named in found:
            raise ConfigurationError(f"product type {named} of dimensions is listed twice; remove one")
        found[named] = ProductType(named, immutable)
    return found


def _capabilities(given: Any) -> dict[str, bool]:
    said = given if isinstance(given, Mapping) else {}
    unknown = sorted(set(said) - set(CAPABILITIES))
    if unknown:
        known = ", ".join(CAPABILITIES)
        raise ConfigurationError(f"capability {unknown[0]} of dimensions is unknown; use one of {known}")
    return {name: said.get(name) is not False for name in CAPABILITIES}


def _span(given: Any) -> dt.timedelta:
    if not isinstance(given, str) or not _SPAN.fullmatch(given):
        raise ConfigurationError(
            f"importDeadline {given!r} of dimensions is no span of time; write a number with a unit, such as 10m"
        )
    return dt.timedelta(seconds=sum(int(number) * _UNITS[unit] for number, unit in _PART.findall(given)))
