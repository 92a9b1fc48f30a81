"""Manifests of Divalto as text, what they stand for, and files as they are attached."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from reconciler import schema
from reconciler.contract import Attached, Wanted, World
from reconciler.files import Limits, SourceFile
from reconciler.model import Address, Problem
from reconciler.vendors.divalto import checking, expanding, options
from reconciler.vendors.divalto.kinds import kinds

PDF = b"%PDF-1.7 bon de commande"
ORDER: Mapping[str, str] = {
    "type": "ADDITIONNELLE",
    "origin": "SITE_EXISTANT",
    "generation": "INFINITY_V10_WEAVY_V5",
    "solution": "ERP_INFINITY",
    "site": "123456",
    "items": "[{product: SAAS IO ODATA, quantity: 1}]",
    "contact": '{lastName: Martin, firstName: Lea, email: lea@acme.example, phoneNumber: "+33300000000"}',
    "certificate": "{deliveryDate: 2026-03-02, recipients: [it@acme.example]}",
    "documents": "[{type: BON_DE_COMMANDE, generate: {signatory: Lea Martin}}]",
}


def order(metadata: str = "odata", **fields: str | None) -> str:
    """Return the text of an order with some fields changed, added, or with None left out."""
    lines = "".join(f"  {word}: {text}\n" for word, text in {**ORDER, **fields}.items() if text is not None)
    return manifest("Order", metadata, lines)


def site(metadata: str = "hq", **facts: str) -> str:
    """Return the text of a site."""
    return manifest("Site", metadata, "".join(f"  {word}: {text}\n" for word, text in facts.items()))


def manifest(kind: str, metadata: str, lines: str) -> str:
    """Return the text of a manifest; metadata is a name, or a mapping."""
    named = metadata if "{" in metadata else f"{{name: {metadata}}}"
    return f"apiVersion: reconciler/v1\nkind: {kind}\nmetadata: {named}\nspec:\n  vendor: divalto\n{lines}"


def attached(path: str, data: bytes = PDF) -> Attached:
    """Return a file as it is looked at."""
    text = data.decode() if path.endswith(".txt") else None
    return Attached(path, len(data), hashlib.sha256(data).hexdigest(), data[:16], text)


def world_of(
    *texts: str,
    owners: tuple[str, ...] = ("acme-infra",),
    files: Mapping[str, bytes] | None = None,
    pinned: Any = None,
    now: datetime | None = None,
) -> World:
    """Load manifests that fit their models."""
    source = SourceFile("specs/all.yaml", "---\n".join(texts).encode())
    loaded = schema.load([source], schema.Registry([kinds()]), Limits())
    assert loaded.problems == ()
    given = {path: attached(path, data) for path, data in (files or {}).items()}
    return World(loaded.manifests, owners, given, {"divalto": pinned} if pinned is not None else {}, now)


def settings_of(**given: Any) -> options.Options:
    """Return the operator's choices, with a partner."""
    return options.parse({"partner": "Nordwind Conseil", **given})


def wanted_of(*texts: str, **given: Any) -> dict[Address, Wanted]:
    """Return what the manifests stand for."""
    world = world_of(*texts, **given)
    found = (one for item in world.manifests for one in expanding.expand(item, world, settings_of()))
    return {one.address: one for one in found}


def one_order(**fields: str | None) -> Wanted:
    """Return the only order there is, expanded."""
    (wanted,) = wanted_of(order("odata", **fields)).values()
    return wanted


def problems_of(world: World, **given: Any) -> list[Problem]:
    """Return what is wrong with the manifests of a world."""
    return list(checking.check(world, settings_of(**given)))
