"""The offline half of a pass: manifests checked and expanded into wanted objects. Pure."""

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from reconciler.contract import Attached, Vendor, Wanted, World
from reconciler.model import Address, Json, Manifest, Problem, Secret, SecretSource, Severity, digest


@dataclasses.dataclass(frozen=True)
class Estate:
    """What git declares: manifests that fit, the objects they stand for, what is wrong with them.

    `partial`: only a selection is in `wanted`, so that what is missing from it is not gone.
    """

    manifests: tuple[Manifest, ...]
    wanted: Mapping[Address, Wanted]
    problems: tuple[Problem, ...]
    content: str
    partial: bool = False

    @property
    def valid(self) -> bool:
        """Whether nothing is wrong but warnings."""
        return not any(problem.severity is Severity.ERROR for problem in self.problems)


def expand(
    manifests: Sequence[Manifest],
    *,
    owners: tuple[str, ...],
    vendors: Sequence[Vendor],
    problems: Sequence[Problem] = (),
    configuration: Json = None,
    pinned: Mapping[str, Any] | None = None,
    files: Mapping[str, Attached] | None = None,
    now: datetime | None = None,
) -> Estate:
    """Check the manifests by every vendor's rules and expand them.

    Nothing is expanded when a manifest is wrong: half a desired state is not one.
    """
    world = World(tuple(manifests), owners, files or {}, pinned or {}, now)
    found = [*problems, *(problem for vendor in vendors for problem in vendor.check(world))]
    found.sort(key=lambda problem: problem.sort_key)
    wanted: dict[Address, Wanted] = {}
    if not any(problem.severity is Severity.ERROR for problem in found):
        for manifest in manifests:
            for vendor in vendors:
                wanted.update({one.address: one for one in vendor.expand(manifest, world)})
    content = digest(
        {
            "manifests": {f"{one.kind}/{one.name}": one.revision for one in manifests},
            "configuration": configuration,
            "catalogue": pinned,
            **({"files": {path: file.sha256 for path, file in files.items()}} if files else {}),
        }
    )
    return Estate(tuple(manifests), wanted, tuple(found), content)


Sources = Mapping[tuple[Address, str], SecretSource]
"""Where the secrets of wanted objects come from, by address and field."""


def secret_sources(estate: Estate, vendors: Sequence[Vendor]) -> Sources:
    """Return where the secret fields of what is wanted at some vendors come from."""
    catalogue = {key: kind for vendor in vendors for key, kind in vendor.catalogue.items()}
    found: dict[tuple[Address, str], SecretSource] = {}
    for address, wanted in estate.wanted.items():
        kind = catalogue.get(f"{address.vendor}/{address.type}")
        for name, field in kind.fields.items() if kind else ():
            source = _source(wanted.fields.get(name)) if field.secret else None
            if source is not None:
                found[address, name] = source
    return found


def _source(value: Json) -> SecretSource | None:
    match value:
        case {"env": str(name)}:
            return SecretSource("env", name)
        case {"file": str(name)}:
            return SecretSource("file", name)
    return None


def with_secrets(estate: Estate, secrets: Mapping[tuple[Address, str], Secret]) -> Estate:
    """Return the estate with the secrets themselves in place of where they come from."""
    wanted = dict(estate.wanted)
    for (address, name), secret in secrets.items():
        one = wanted[address]
        # A secret is no JSON: it goes out only through what opens it on purpose.
        wanted[address] = dataclasses.replace(one, fields={**one.fields, name: secret})  # type: ignore[dict-item]
    return dataclasses.replace(estate, wanted=wanted)


def secrets_at(estate: Estate, vendor: Vendor) -> frozenset[Secret]:
    """Return the opened secrets of what is wanted at a vendor."""
    found: list[object] = []
    for address, one in estate.wanted.items():
        found += one.fields.values() if address.vendor in vendor.serves else ()
    return frozenset(value for value in found if isinstance(value, Secret))
