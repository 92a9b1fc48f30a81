"""From manifests to wanted objects: accounts, their synchronisations, orders. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from reconciler.contract import Wanted, World
from reconciler.model import Address, Json, Manifest, canonical
from reconciler.vendors.interworks.catalogue import OWN
from reconciler.vendors.interworks.systems import NAMES, System
from reconciler.vendors.interworks.wire import ACCOUNT_TEXTS

VENDORS = (OWN, *NAMES)


def account_address(name: str) -> Address:
    """Return the address of an account in the BSS."""
    return Address(OWN, "account", name)


def sync_address(system: str, name: str) -> Address:
    """Return the address of an account's synchronisation."""
    return Address(system, "sync", name)


def product_address(vendor: str, code: str) -> Address:
    """Return where an observation keeps a product's price; nothing is wanted there."""
    return Address(vendor, "product", code)


def options_of_account(manifest: Manifest) -> dict[str, dict[str, Any]]:
    """Return the written options by vendor, of the vendors served here only."""
    written = _written(manifest.spec.vendors)
    return {name: _written(written[name]) for name in VENDORS if written.get(name) is not None}


def _written(value: Any) -> dict[str, Any]:
    """Return what was written into a mapping or a model."""
    if isinstance(value, Mapping):
        return dict(value)
    return {name: getattr(value, name) for name in value.model_fields_set}


def keys_of_account(manifest: Manifest) -> tuple[str, ...]:
    """Return the references an account may be found by; a written one stands alone."""
    return (manifest.spec.reference,) if manifest.spec.reference else manifest.names


def keys_of_order(manifest: Manifest, world: World) -> tuple[str, ...]:
    """Return every reference the order may have at the vendor, the one to write first."""
    revision = manifest.spec.revision
    return tuple(f"{owner}/{name}#{revision}" for owner in world.owners for name in manifest.names)


def expand(manifest: Manifest, world: World, systems: Mapping[str, System]) -> Iterator[Wanted]:
    """Return the objects a manifest stands for in the BSS and its systems."""
    if manifest.kind == "Account":
        options = options_of_account(manifest)
        if options:
            yield _account(manifest, options.get(OWN, {}))
            for name, system in systems.items():
                if name in options:
                    yield _sync(manifest, system, options=options[name], world=world)
    elif manifest.kind == "Order" and manifest.spec.vendor in systems:
        yield _order(manifest, world)


def bill_to(manifest: Manifest) -> str:
    """Return the name of the account that pays: as written, else the parent, else itself."""
    written = options_of_account(manifest).get(OWN, {}).get("billTo")
    return str(written or manifest.spec.parent or manifest.name)


def _account(manifest: Manifest, options: Mapping[str, Any]) -> Wanted:
    spec = manifest.spec
    fields: dict[str, Json] = {
        name: getattr(spec, name) for name in ACCOUNT_TEXTS if name in spec.model_fields_set or name == "displayName"
    }
    fields["ordering"] = bool(options.get("ordering", True)) and spec.ensure == "present"
    fields["reselling"] = spec.role == "Reseller"
    if "parent" in spec.model_fields_set:
        fields["parent"] = spec.parent
    fields["billTo"] = bill_to(manifest)
    others = sorted({str(name) for name in (spec.parent, fields["billTo"]) if name} - {manifest.name})
    return _wanted(
        manifest,
        account_address(manifest.name),
        keys=keys_of_account(manifest),
        fields=fields,
        needs=[account_address(name) for name in others],
    )


def _sync(manifest: Manifest, system: System, *, options: Mapping[str, Any], world: World) -> Wanted:
    spec = manifest.spec
    fields: dict[str, Json] = {}
    if "role" in system.options:
        fields["role"] = options.get("role") or spec.role
    fields |= {name: options[name] for name in ("email", "username") if name in system.options and name in options}
    if "parent" in system.options and "parent" in spec.model_fields_set:
        fields["parent"] = spec.parent
    needs = [account_address(manifest.name)]
    parent = world.find("Account", spec.parent) if spec.parent else None
    if system.parent_first and parent is not None and system.name in options_of_account(parent):
        needs.append(sync_address(system.name, parent.name))
    address = sync_address(system.name, manifest.name)
    return _wanted(manifest, address, keys=keys_of_account(manifest), fields=fields, needs=needs)


def _order(manifest: Manifest, world: World) -> Wanted:
    spec = manifest.spec
    account = world.find("Account", spec.account)
    items: list[Json] = [{"product": item.product, "quantity": item.quantity} for item in spec.items]
    options: dict[str, Json] = {
        "execute": spec.execute,
        "invoiceOption": spec.invoiceOption,
        "startDate": spec.startDate,
        "maxPrice": spec.maxPrice.model_dump() if spec.maxPrice is not None else None,
        "billTo": bill_to(account) if account is not None else spec.account,
        "accountNames": list(account.names) if account is not None else [spec.account],
        "accountEnsure": account.spec.ensure if account is not None else "present",
    }
    return _wanted(
        manifest,
        Address(spec.vendor, "order", manifest.name),
        keys=keys_of_order(manifest, world),
        fields={"account": spec.account, "items": sorted(items, key=canonical)},
        needs=[account_address(spec.account), sync_address(spec.vendor, spec.account)],
        revision=spec.revision,
        options=options,
    )


def _wanted(
    manifest: Manifest,
    address: Address,
    *,
    keys: tuple[str, ...],
    fields: Mapping[str, Json],
    needs: Iterable[Address],
    revision: int = 1,
    options: Mapping[str, Json] | None = None,
) -> Wanted:
    return Wanted(
        address=address,
        manifest=manifest.ref,
        keys=keys,
        fields=fields,
        needs=tuple(needs),
        former=tuple(Address(address.vendor, address.type, name) for name in manifest.previously),
        revision=revision,
        ensure=getattr(manifest.spec, "ensure", "present"),
        protect=manifest.protect,
        options=options or {},
        manifest_revision=manifest.revision,
    )
