"""The schemas as published: their file names, their bytes, writing them, and validating a document against one."""

import functools
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from reconciler.files import write_file
from reconciler.model import Json, Problem
from reconciler.schema import contracts, generated
from reconciler.schema.registry import Registry

_MOST = 50
CONTRACTS = {
    "plan.schema.json": contracts.plan,
    "apply-report.schema.json": contracts.apply_report,
    "status.schema.json": contracts.status,
    "assets.schema.json": contracts.assets,
    "diagnostics.schema.json": contracts.diagnostics,
}
"""File name -> the schema of a document the program prints."""


def published(registry: Registry, others: Mapping[str, Mapping[str, Any]] | None = None) -> dict[str, bytes]:
    """Return every schema file by name; `others` adds schemas from elsewhere, such as the configuration's."""
    documents: dict[str, Mapping[str, Any]] = {name: make() for name, make in CONTRACTS.items()}
    documents |= generated.manifests(registry)
    documents |= others or {}
    return {
        name: (json.dumps(documents[name], indent=2, ensure_ascii=True) + "\n").encode() for name in sorted(documents)
    }


def _text(document: Mapping[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=True) + "\n"


def write(directory: Path, documents: Mapping[str, bytes]) -> list[str]:
    """Write schema files and return the names of those that changed; OSError when the file system refuses."""
    return [name for name, data in documents.items() if write_file(directory / name, data)]


def validate(name: str, data: Json) -> list[Problem]:
    """Check a document the program prints or reads back; `name` is plan, apply-report, status, assets, diagnostics."""
    return [Problem("E206", text, "the document is not of this version") for text in violations(_contract(name), data)]


def violations(schema: Mapping[str, Any], data: Json) -> list[str]:
    """Return what is wrong with data, in order of place, each with its JSON pointer; a limited number."""
    return [
        f"{_pointer(error)}: {error.message[:300]}"
        for _, error in zip(range(_MOST), _errors(schema, data), strict=False)
    ]


def _errors(schema: Mapping[str, Any], data: Json) -> Iterator[Any]:
    import jsonschema  # slow to import, needed only here

    kind = jsonschema.validators.validator_for(schema, default=jsonschema.Draft202012Validator)
    yield from sorted(kind(schema).iter_errors(data), key=lambda error: [str(step) for step in error.absolute_path])


def _pointer(error: Any) -> str:
    return "/" + "/".join(str(step) for step in error.absolute_path)


@functools.cache
def _contract(name: str) -> Mapping[str, Any]:
    return CONTRACTS[f"{name}.schema.json"]()
