"""Which files manifests attach, by the fields that their models call paths. Pure."""

from collections.abc import Iterator, Sequence
from typing import Any

from reconciler.model import Manifest
from reconciler.model.kinds import Spec


def paths(manifests: Sequence[Manifest]) -> list[str]:
    """Return the paths that manifests name, as written, each once, sorted."""
    return sorted({path for manifest in manifests for path in _paths(manifest.spec)})


def _paths(value: Any) -> Iterator[str]:
    if isinstance(value, Spec):
        attaches = getattr(type(value), "attaches", ())
        for name, inner in vars(value).items():
            if name in attaches and isinstance(inner, str):
                yield inner
            else:
                yield from _paths(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _paths(inner)
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _paths(inner)
