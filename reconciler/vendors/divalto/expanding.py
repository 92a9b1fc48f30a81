"""From manifests to wanted objects: orders and sites, in the canonical form that the vendor compares. Pure.

What steers an order's steps without being a field of it is in `options`: its documents, whether it is to be submitted,
the answer to a request, the site manifest that comes first, and the labels that people at the portal see.
"""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.contract import Wanted, World
from reconciler.model import Address, Json, Manifest, canonical
from reconciler.vendors.divalto import documents, normal, wire
from reconciler.vendors.divalto.catalogue import OPPORTUNITY, ORDER, OWN, SITE
from reconciler.vendors.divalto.known import Known
from reconciler.vendors.divalto.options import Options

_PLAIN = ("type", "origin", "generation", "solution", "site", "opportunity", "quoteNumber", "comments", "replaces")


def expand(manifest: Manifest, world: World, settings: Options) -> Iterator[Wanted]:
    """Return the objects a manifest stands for at Divalto."""
    if manifest.kind == "Order" and manifest.spec.vendor == OWN:
        yield _order(manifest, world, settings)
    elif manifest.kind == "Site" and manifest.spec.vendor == OWN:
        yield _site(manifest, world)


def order_address(name: str) -> Address:
    """Return the address of an order."""
    return Address(OWN, ORDER, name)


def site_address(name: str) -> Address:
    """Return the address of a site."""
    return Address(OWN, SITE, name)


def opportunity_address(code: str) -> Address:
    """Return where an observation keeps an opportunity; nothing is wanted there."""
    return Address(OWN, OPPORTUNITY, code)


def written(value: Any) -> dict[str, Any]:
    """Return what was written into a model."""
    return {name: getattr(value, name) for name in value.model_fields_set}


def keys_of_order(manifest: Manifest, world: World) -> tuple[str, ...]:
    """Return every reference the order may have at the vendor, the one to write first."""
    revision = manifest.spec.revision
    return tuple(f"{owner}/{name}#{revision}" for owner in world.owners for name in manifest.names)


def keys_of_site(manifest: Manifest, world: World) -> tuple[str, ...]:
    """Return every reference that a change request for the wanted facts may have, the one to write first."""
    mark = hashlib.sha256(canonical(facts_of(manifest))).hexdigest()[:12]
    return tuple(f"{owner}/{name}@{mark}" for owner in world.owners for name in manifest.names)


def facts_of(manifest: Manifest) -> dict[str, Json]:
    """Return the facts that a Site manifest holds, in canonical form."""
    given = written(manifest.spec)
    return normal.facts({word: given[word] for word in wire.SITE_FACTS if word in given})


def site_of(order: Manifest, world: World) -> Manifest | None:
    """Return the Site manifest of the number that an order names."""
    number = normal.text(order.spec.site)
    sites = (one for one in world.of_kind("Site") if one.spec.vendor == OWN)
    return next((one for one in sites if number is not None and one.spec.number == number), None)


def fields_of(manifest: Manifest) -> dict[str, Json]:
    """Return the managed fields of an order, in canonical form; null clears."""
    spec, given = manifest.spec, written(manifest.spec)
    fields: dict[str, Json] = {word: normal.text(given[word]) for word in _PLAIN if word in given}
    if "items" in given:
        fields["items"] = normal.items((item.product, item.quantity) for item in spec.items)
    if "newSite" in given:
        fields["newSite"] = None if spec.newSite is None else normal.filled(written(spec.newSite))
    fields["contact"] = normal.filled(written(spec.contact))
    fields["certificate"] = {
        "deliveryDate": spec.certificate.deliveryDate,
        "recipients": normal.recipients(spec.certificate.recipients),
    }
    return fields


def _order(manifest: Manifest, world: World, settings: Options) -> Wanted:
    spec = manifest.spec
    site = site_of(manifest, world) if spec.waitForSiteChange else None
    fields, keys = fields_of(manifest), keys_of_order(manifest, world)
    facts = documents.facts_of(fields, reference=keys[0], partner=settings.partner)
    answer = spec.complement
    listed = documents.listed(spec.documents, world, facts)
    answering = documents.listed(answer.documents, world, facts) if answer is not None else []
    options: dict[str, Json] = {
        "execute": spec.execute,
        "documents": listed,
        "complement": None,
        "siteObject": site.name if site is not None else None,
        "maxPrice": spec.maxPrice.model_dump() if spec.maxPrice is not None else None,
        "prefilled": fields.get("opportunity") is not None and fields.get("site") is None,
        "labels": Known.of(world).labels,
    }
    if answer is not None:
        options["complement"] = {"number": answer.number, "answer": answer.answer.strip(), "documents": answering}
    return _wanted(
        manifest,
        order_address(manifest.name),
        keys=keys,
        fields=fields,
        options=options,
        # Only its submission waits for the site, but without the site nobody could tell how long.
        beside=() if site is None else (site_address(site.name),),
        revision=spec.revision,
        attached=[one["sha256"] for one in (*listed, *answering) if isinstance(one, Mapping)],
    )


def _site(manifest: Manifest, world: World) -> Wanted:
    return _wanted(
        manifest,
        site_address(manifest.name),
        keys=keys_of_site(manifest, world),
        fields=facts_of(manifest),
        options={"number": manifest.spec.number},
    )


def _wanted(
    manifest: Manifest,
    address: Address,
    *,
    keys: tuple[str, ...],
    fields: Mapping[str, Json],
    options: Mapping[str, Json],
    beside: tuple[Address, ...] = (),
    revision: int = 1,
    attached: Json = None,
) -> Wanted:
    return Wanted(
        address=address,
        manifest=manifest.ref,
        keys=keys,
        fields=fields,
        beside=beside,
        former=tuple(Address(address.vendor, address.type, name) for name in manifest.previously),
        revision=revision,
        protect=manifest.protect,
        options=options,
        attached=attached,
        manifest_revision=manifest.revision,
    )
