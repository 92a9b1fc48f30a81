"""The registry of kinds: what the core knows and what plug-ins add, composed into the shapes of manifests."""

import dataclasses
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, ClassVar

import pydantic

from reconciler import documents
from reconciler.errors import ConfigurationError
from reconciler.model import kinds

API_VERSION = "reconciler/v1"


class Envelope(kinds.Spec):
    """What every manifest has around its spec; apiVersion and kind are checked before anything else."""

    apiVersion: str = ""  # noqa: N815 - the public field name
    kind: str = ""
    metadata: kinds.Metadata


class VendorOptions(kinds.Spec):
    """`spec.vendors` of an Account: one optional entry per vendor, None when it is absent."""

    reading: ClassVar[dict[str, str]] = {"noun": "vendor", "code": "E215"}


class Registry:
    """Every kind of manifest there is, with the models of specs.

    `accounts`: vendor name -> options model; `orders`: vendor name -> model of an Order's spec; `specs`: kind ->
    model for kinds with one model; `configured`: the vendors that manifests may name, None for any.
    ConfigurationError when two plug-ins add the same thing.
    """

    def __init__(self, additions: Sequence[kinds.Kinds], configured: Collection[str] | None = None) -> None:
        self.configured = configured
        self.accounts = _merged([added.account_options for added in additions], "Account options of vendor")
        self.orders = _merged([added.order_specs for added in additions], "Order spec of vendor")
        others = _merged([added.kinds for added in additions], "kind")
        account = account_spec(self.accounts)
        self.specs: Mapping[str, type[kinds.Spec]] = _merged([{"Account": account}, others], "kind")
        if "Order" in self.specs:
            raise ConfigurationError("kind Order is added by a plug-in; use order_specs to add a vendor's orders")
        self.kinds = tuple(sorted({*self.specs, "Order"}))
        self._shapes: dict[tuple[str, str], documents.Shape] = {}

    def shape(self, kind: str, vendor: str | None = None) -> documents.Shape:
        """Return the shape of a kind's manifest; an Order's depends on its vendor (None: any)."""
        key = (kind, vendor if kind == "Order" and vendor in self.orders else "")
        if key not in self._shapes:
            spec = self.orders.get(key[1], kinds.OrderSpec) if kind == "Order" else self.specs[kind]
            self._shapes[key] = documents.shape(envelope(kind, spec))
        return self._shapes[key]

    def likely_vendor(self, named: str | None, fields: Iterable[str]) -> str | None:
        """Return the vendor an Order without a known one most probably is for: by its name, else by its fields."""
        near = documents.nearest(named, self.orders) if named else None
        given = set(fields)
        return near or max(sorted(self.orders), key=lambda name: len(given & self._fields(name)), default=None)

    def _fields(self, vendor: str) -> set[str]:
        return {field.alias or name for name, field in self.orders[vendor].model_fields.items()}


def envelope(kind: str, spec: type[kinds.Spec]) -> type[Envelope]:
    """Return the model of a whole manifest."""
    fields: dict[str, Any] = {"spec": (spec, ...)}
    return pydantic.create_model(f"{kind}Manifest", __base__=Envelope, **fields)


def account_spec(options: Mapping[str, type[kinds.Spec]]) -> type[kinds.Spec]:
    """Return AccountSpec with one optional field per vendor under `vendors`."""
    known: dict[str, Any] = {
        name: (model, pydantic.Field(default=None, description=(model.__doc__ or "").split("\n")[0] or None))
        for name, model in sorted(options.items())
    }
    vendors = pydantic.create_model("AccountVendors", __base__=VendorOptions, __doc__="Options per vendor.", **known)
    described = pydantic.Field(default_factory=vendors, description="Options per vendor.")
    fields: dict[str, Any] = {"vendors": (vendors, described)}
    return pydantic.create_model("Account", __base__=kinds.AccountSpec, __doc__=kinds.AccountSpec.__doc__, **fields)


def _merged(parts: Sequence[Mapping[str, Any]], what: str) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for part in parts:
        for name, value in part.items():
            if name in merged and merged[name] is not value:
                raise ConfigurationError(f"{what} {name!r} is added twice; remove one of the plug-ins")
            merged[name] = value
    return merged


@dataclasses.dataclass(frozen=True, slots=True)
class Named:
    """What a document that does not fit still tells of itself: enough not to call it unknown."""

    kind: str | None
    name: str
