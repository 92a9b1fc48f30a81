"""What is wrong with the manifests by Divalto's rules, offline: sites and references here, the rest beside. Pure.

The rules rest on the catalogue kept in git, else on the working table that is shipped. What only the vendor knows (its
sites, what is active there, an opportunity) is judged when it is read.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reconciler.contract import World
from reconciler.model import Manifest, Problem
from reconciler.vendors.divalto import (
    checking_documents,
    checking_orders,
    checking_products,
    codes,
    completing,
    expanding,
    finding,
    wire,
)
from reconciler.vendors.divalto.catalogue import OWN
from reconciler.vendors.divalto.checking_facts import check_facts, check_site_number
from reconciler.vendors.divalto.known import Known
from reconciler.vendors.divalto.options import Options

_OF_ORDERS = re.compile(r"[A-Za-z0-9._/#:-]+")
_OF_CHANGES = re.compile(r"[A-Za-z0-9._/#:@-]+")


def check(world: World, settings: Options) -> Iterator[Problem]:
    """Return every problem, with its place."""
    known = Known.of(world)
    for order in world.of_kind("Order"):
        if order.spec.vendor == OWN:
            yield from _reference(order, expanding.keys_of_order(order, world), _OF_ORDERS)
            yield from checking_orders.check(order, world, known=known, settings=settings)
            yield from checking_products.check(order, known)
            yield from checking_documents.check(order, world, known=known, settings=settings)
    sites = [site for site in world.of_kind("Site") if site.spec.vendor == OWN]
    for site in sites:
        yield from _reference(site, expanding.keys_of_site(site, world), _OF_CHANGES)
        yield from _site(site, settings)
    yield from _same_numbers(sites)


def _reference(manifest: Manifest, keys: Sequence[str], allowed: re.Pattern[str]) -> Iterator[Problem]:
    """Check the reference that would be written; those of former names are only looked for."""
    for key in keys[:1]:
        if len(key) > wire.REFERENCE_LIMIT:
            yield finding.error(
                manifest,
                "/metadata/name",
                codes.TOO_LONG,
                says=f"reference {key} has {len(key)} characters; Divalto is taken to allow {wire.REFERENCE_LIMIT}",
                do="shorten the name of the manifest or of the project",
            )
        if not allowed.fullmatch(key):
            yield finding.error(
                manifest,
                "/metadata/name",
                codes.ILL_FORMED,
                says=f"reference {key!r} has characters that Divalto is taken to refuse",
                do="use letters, digits, dots and hyphens in the names of the manifest, project and environment",
            )


def _site(site: Manifest, settings: Options) -> Iterator[Problem]:
    facts: Mapping[str, Any] = expanding.facts_of(site)
    yield from check_site_number(site, "/spec/number", site.spec.number, settings=settings)
    yield from check_facts(site, "/spec", facts)
    for word in completing.NEEDED:
        if word in facts and facts[word] is None:
            yield finding.error(
                site,
                f"/spec/{word}",
                codes.REQUIRED,
                says=f"{word} of site {site.name} is blank, and every site has one",
                do="write it, or remove the line; what is absent is not managed",
            )


def _same_numbers(sites: Sequence[Manifest]) -> Iterator[Problem]:
    first: dict[str, Manifest] = {}
    for site in sites:
        other = first.setdefault(site.spec.number, site)
        if other is not site:
            yield finding.error(
                site,
                "/spec/number",
                codes.SITE_TWICE,
                says=f"site number {site.spec.number} of {site.name} is also that of {other.name}",
                do="keep one of the two manifests",
            )
