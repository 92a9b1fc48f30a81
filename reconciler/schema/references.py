"""What manifests say of each other and of the world's tables, checked offline."""

import functools
import itertools
import zoneinfo
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from reconciler.documents import advice
from reconciler.model import Manifest, Problem
from reconciler.schema.registry import Named
from reconciler.schema.tables import COUNTRIES, CURRENCIES

_MOST_LISTED = 8
_MOST_ADVICE = 20
_UNKNOWN = {"parent": "E302", "account": "E306", "billTo": "E307"}
"""Field that names a manifest -> the code when there is none such; E313 for any other."""


def check(
    manifests: Sequence[Manifest], broken: Sequence[Named] = (), configured: Collection[str] | None = None
) -> list[Problem]:
    """Return every problem between manifests, and every unknown country, currency and time zone.

    `broken` are manifests that exist but have errors of their own: they are never called unknown. `configured` are
    the vendors that the configuration names, None when any may be meant.
    """
    estate = _Estate(manifests, broken)
    problems = [*_duplicates(estate), *_former_names(estate), *_same_references(estate), *_cycles(estate)]
    for manifest in manifests:
        problems.extend(_tables(manifest, estate))
        problems.extend(_named(manifest, estate))
        problems.extend(_not_configured(manifest, configured) if configured is not None else ())
    return problems


class _Estate:
    """All manifests, by kind and name."""

    def __init__(self, manifests: Sequence[Manifest], broken: Sequence[Named]) -> None:
        self.manifests = manifests
        self.by_name: dict[tuple[str, str], list[Manifest]] = defaultdict(list)
        for manifest in manifests:
            self.by_name[manifest.kind, manifest.name].append(manifest)
        self.accounts = {name: found[0] for (kind, name), found in self.by_name.items() if kind == "Account"}
        self.former = {(one.kind, old): one.name for one in manifests for old in one.previously}
        self.advised = 0
        self.hidden = {(named.kind, named.name) for named in broken}

    def knows(self, kind: str, name: str) -> bool:
        """Say whether a manifest may exist; one that does not tell its kind may be of any."""
        return (kind, name) in self.by_name or not self.hidden.isdisjoint(((kind, name), (None, name)))

    def advise(self, kind: str, unknown: str) -> str:
        """Return what an unknown manifest may be called; after many, only what takes no search."""
        if (kind, unknown) in self.former:
            return f"it is now called {self.former[kind, unknown]!r}"
        return self.advise_among(unknown, self._names(kind), otherwise=f"{kind}s are")

    def _names(self, kind: str) -> Iterable[str]:
        return self.accounts if kind == "Account" else (name for other, name in self.by_name if other == kind)

    def advise_among(self, unknown: str, known: Iterable[str], *, otherwise: str) -> str:
        """Search for the likeliest name, unless that was done often already."""
        self.advised += 1
        return advice(unknown, known, otherwise=otherwise) if self.advised <= _MOST_ADVICE else ""


def _listed(texts: Iterable[str]) -> str:
    """Join the first few texts, telling that there are more."""
    first = list(itertools.islice(texts, _MOST_LISTED + 1))
    return ", ".join([*first[:_MOST_LISTED], *(["..."] if len(first) > _MOST_LISTED else [])])


def _field(spec: Any, name: str) -> Any:
    """Return a field of a model, None when it has none such (`getattr` is slow on a model that lacks it)."""
    return vars(spec).get(name) if spec is not None else None


def _problem(manifest: Manifest, pointer: str, code: str, *, summary: str, detail: str = "") -> Problem:
    return Problem(code, summary, detail, manifest.place(pointer))


def _at(manifest: Manifest) -> str:
    place = manifest.place("/metadata/name")
    return f"{place.file}:{place.range.start.line}" if place.range else place.file


def _duplicates(estate: _Estate) -> Iterator[Problem]:
    for (kind, name), found in estate.by_name.items():
        for manifest in found if len(found) > 1 else ():
            others = _listed(_at(other) for other in found if other is not manifest)
            summary = f"{kind} {name} is declared more than once; also at {others}"
            yield _problem(manifest, "/metadata/name", "E301", summary=summary, detail="rename or remove one")


def _former_names(estate: _Estate) -> Iterator[Problem]:
    former: dict[tuple[str, str], Manifest] = {}
    for manifest in estate.manifests:
        for index, name in enumerate(manifest.previously):
            first = former.setdefault((manifest.kind, name), manifest)
            present = estate.by_name.get((manifest.kind, name))
            if present:
                summary = f"former name {name} is the present name of the {manifest.kind} at {_at(present[0])}"
            elif first is not manifest:
                summary = f"former name {name} is also one of {manifest.kind} {first.name} at {_at(first)}"
            else:
                continue
            detail = "a former name belongs to one manifest only"
            yield _problem(manifest, f"/metadata/previously/{index}", "E308", summary=summary, detail=detail)


def _same_references(estate: _Estate) -> Iterator[Problem]:
    holders: dict[str, list[Manifest]] = defaultdict(list)
    for account in estate.accounts.values():
        given = _field(account.spec, "reference")
        for reference in dict.fromkeys([given] if given else account.names):
            holders[reference].append(account)
    for reference, found in holders.items():
        for account in found if len(found) > 1 else ():
            yield from _same_reference(account, reference, found)


def _same_reference(account: Manifest, reference: str, found: Sequence[Manifest]) -> Iterator[Problem]:
    """Report at an account whose reference others have too; two names alone are `_former_names`'s to report."""
    given = _field(account.spec, "reference")
    if reference not in {given, account.name}:
        return
    others = (other for other in found if other is not account and (given or _field(other.spec, "reference")))
    listed = _listed(f"{other.name} ({_at(other)})" for other in others)
    if listed:
        pointer = "/spec/reference" if given else "/metadata/name"
        summary = f"reference {reference!r} is also that of {listed}"
        yield _problem(account, pointer, "E309", summary=summary, detail="give each Account its own spec.reference")


def _cycles(estate: _Estate) -> Iterator[Problem]:
    settled: set[str] = set()
    for start in estate.accounts:
        path: dict[str, None] = {}
        name: str | None = start
        while name is not None and name in estate.accounts and name not in settled and name not in path:
            path[name] = None
            name = _field(estate.accounts[name].spec, "parent")
        if name is not None and name in path:
            members = list(path)
            yield from _cycle(estate, members[members.index(name) :])
        settled.update(path)


def _cycle(estate: _Estate, members: list[str]) -> Iterator[Problem]:
    for index, name in enumerate(members):
        account = estate.accounts[name]
        if len(members) == 1:
            yield _problem(
                account, "/spec/parent", "E305", summary=f"account {name} is its own parent", detail="remove it"
            )
            return
        behind = [members[(index + step) % len(members)] for step in range(1, min(len(members), _MOST_LISTED))]
        circle = " -> ".join([name, *behind, *(["..."] if len(behind) + 1 < len(members) else []), name])
        yield _problem(
            account, "/spec/parent", "E304", summary=f"parents form a cycle: {circle}", detail="remove one parent"
        )


def _named(manifest: Manifest, estate: _Estate) -> Iterator[Problem]:
    for pointer, kind, name in _links(manifest):
        what = pointer.rpartition("/")[2]
        if what == "parent" and name == manifest.name:
            continue
        if not estate.knows(kind, name):
            code, summary = _UNKNOWN.get(what, "E313"), f"{what} {name} is no {kind} here"
            yield _problem(manifest, pointer, code, summary=summary, detail=estate.advise(kind, name))
        elif what == "parent":
            yield from _no_reseller(manifest, name, estate)


def _links(manifest: Manifest) -> Iterator[tuple[str, str, str]]:
    """Yield each field that names another manifest: where it stands, the kind and the name."""
    spec = manifest.spec
    parts = [("/spec", spec)]
    vendors = _field(spec, "vendors")
    if vendors is not None:
        parts.extend((f"/spec/vendors/{vendor}", options) for vendor, options in vars(vendors).items())
    for pointer, part in parts:
        for field, kind in getattr(type(part), "refers_to", {}).items() if part is not None else ():
            name = _field(part, field)
            if isinstance(name, str):
                yield f"{pointer}/{field}", kind, name


def _no_reseller(manifest: Manifest, parent: str, estate: _Estate) -> Iterator[Problem]:
    found = estate.accounts.get(parent)
    if found is not None and found.spec.role != "Reseller":
        summary = f"parent {parent} is no Reseller; its role is {found.spec.role} ({_at(found)})"
        detail = "set `role: Reseller` there, or name another parent"
        yield _problem(manifest, "/spec/parent", "E303", summary=summary, detail=detail)


def _not_configured(manifest: Manifest, configured: Collection[str]) -> Iterator[Problem]:
    vendor = _field(manifest.spec, "vendor")
    if isinstance(vendor, str) and vendor not in configured:
        summary = f"vendor {vendor} is not configured"
        detail = f"add `{vendor}` to `vendors` in reconciler.yaml, or remove the manifest"
        yield _problem(manifest, "/spec/vendor", "E215", summary=summary, detail=detail)


def _tables(manifest: Manifest, estate: _Estate) -> Iterator[Problem]:
    spec = manifest.spec
    tables = (
        ("/spec/country", _field(spec, "country"), COUNTRIES, "E310"),
        ("/spec/currency", _field(spec, "currency"), CURRENCIES, "E311"),
        ("/spec/maxPrice/currency", _field(_field(spec, "maxPrice"), "currency"), CURRENCIES, "E311"),
    )
    for pointer, value, table, code in tables:
        if isinstance(value, str) and value not in table:
            what = pointer.rpartition("/")[2]
            detail = "write the two-letter code, such as GR" if what == "country" else "write the code, such as EUR"
            yield _problem(manifest, pointer, code, summary=f"{what} {value!r} is unknown", detail=detail)
    zone = _field(spec, "timezone")
    if isinstance(zone, str) and zone not in _zones():
        yield _problem(
            manifest,
            "/spec/timezone",
            "E312",
            summary=f"time zone {zone[:60]!r} is unknown",
            detail=estate.advise_among(zone, _zones(), otherwise="names are such as"),
        )


@functools.cache
def _zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())
