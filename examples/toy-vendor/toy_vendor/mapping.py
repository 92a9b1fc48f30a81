"""Between manifests, wanted objects and rows of the mail host. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from reconciler.contract import Observed, Wanted, World
from reconciler.errors import BadAnswer
from reconciler.model import Address, Json, Manifest, Problem, SecretSource
from toy_vendor import wire
from toy_vendor.catalogue import CATALOGUE, OWN


class Rule(NamedTuple):
    """One rule, explained; for `reconciler explain`."""

    title: str
    cause: str
    cure: str


CODES = {
    "E490": Rule(
        "address used twice",
        "Two mailboxes or lists are declared with one address; at the mail host it is unique.",
        "Give one of them another address.",
    )
}


def expand(manifest: Manifest, world: World) -> Iterator[Wanted]:
    """Return the mailbox of an account, or a list after the mailbox of its owner."""
    spec = manifest.spec
    if manifest.kind == "Account" and options_of(manifest) is not None:
        yield _wanted(manifest, wire.MAILBOX, options_of(manifest))
    if manifest.kind == "MailingList":
        owner = world.find("Account", spec.owner)
        there = owner is not None and options_of(owner) is not None
        yield _wanted(manifest, wire.LIST, spec, needs=(Address(OWN, wire.MAILBOX, spec.owner),) if there else ())


def options_of(manifest: Manifest) -> Any:
    """Return what an account says of the mail host, None when it says nothing."""
    return getattr(manifest.spec.vendors, OWN, None) if manifest.kind == "Account" else None


def _wanted(manifest: Manifest, kind: str, spec: Any, *, needs: tuple[Address, ...] = ()) -> Wanted:
    written = {"address", "quota", *spec.model_fields_set}
    known = CATALOGUE[f"{OWN}/{kind}"].fields
    fields = {name: _json(getattr(spec, name)) for name in known if name in written and hasattr(spec, name)}
    reference = getattr(manifest.spec, "reference", None)
    return Wanted(
        address=Address(OWN, kind, manifest.name),
        manifest=manifest.ref,
        keys=(reference,) if reference else manifest.names,
        fields=fields,
        needs=needs,
        former=tuple(Address(OWN, kind, name) for name in manifest.previously),
        ensure=manifest.spec.ensure,
        protect=manifest.protect,
        manifest_revision=manifest.revision,
    )


def _json(value: Any) -> Json:
    return {value.kind: value.name} if isinstance(value, SecretSource) else value


def check(world: World) -> Iterator[Problem]:
    """Yield what is wrong by the rules of the mail host, offline."""
    seen: dict[str, str] = {}
    for manifest in world.manifests:
        spec = manifest.spec if manifest.kind == "MailingList" else options_of(manifest)
        first = seen.setdefault(spec.address.casefold(), manifest.name) if spec is not None else manifest.name
        if first != manifest.name:
            text = f"address {spec.address} of {manifest.name} is that of {first} too"
            yield Problem("E490", text, CODES["E490"].cure, manifest.place("/spec"))


def observed(kind: str, row: Mapping[str, Json]) -> Observed:
    """Return a row as an object; BadAnswer when it is not whole."""
    number, reference = row.get("id"), row.get(wire.REFERENCE)
    if not isinstance(number, str) or not isinstance(reference, str):
        raise BadAnswer(f"{kind} has no id or no reference; nothing was concluded from it")
    fields = {name: row[name] for name in CATALOGUE[f"{OWN}/{kind}"].fields if name in row}
    for name, value in fields.items():
        if isinstance(value, list) and row.get(f"{name}Count") != len(value):
            raise BadAnswer(f"{kind} {number} does not show all {name}; nothing was concluded from it")
    return Observed(number, reference, fields)
