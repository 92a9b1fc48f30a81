"""`--select`: a part of the estate, with everything it depends on."""

import dataclasses
import fnmatch

from reconciler.errors import UsageError
from reconciler.model import Address, Manifest
from reconciler.reconcile.estate import Estate


def select(estate: Estate, expression: str) -> Estate:
    """Keep the objects of matching manifests and what they need. UsageError when the expression cannot be read.

    Terms are separated by commas and must all match: `kind=`, `name=` (with `*` and `?`), `<label>=`; a term
    without `=` is a name.
    """
    terms = [_term(text) for text in expression.split(",")]
    chosen = {(one.kind, one.name) for one in estate.manifests if all(_matches(one, *term) for term in terms)}
    if not chosen:
        raise UsageError(f"--select {expression} matches no manifest; terms are kind=, name= and labels")
    kept: dict[Address, None] = {}
    todo = [address for address, one in estate.wanted.items() if (one.manifest.kind, one.manifest.name) in chosen]
    while todo:
        address = todo.pop()
        if address in estate.wanted and address not in kept:
            kept[address] = None
            todo.extend((*estate.wanted[address].needs, *estate.wanted[address].beside))
    wanted = {address: one for address, one in estate.wanted.items() if address in kept}
    return dataclasses.replace(estate, wanted=wanted, partial=True)


def _term(text: str) -> tuple[str, str]:
    name, equals, value = text.strip().partition("=")
    if not name or (equals and not value):
        raise UsageError(f"--select term {text!r} cannot be read; write kind=Order, name=acme-* or label=value")
    return (name, value) if equals else ("name", name)


def _matches(manifest: Manifest, name: str, pattern: str) -> bool:
    value = {"kind": manifest.kind, "name": manifest.name}.get(name, manifest.labels.get(name))
    return value is not None and fnmatch.fnmatchcase(value, pattern)
