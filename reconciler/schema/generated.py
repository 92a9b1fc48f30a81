"""JSON Schemas generated from models, for editors: one per kind of manifest, one for all, one per configuration.

Draft 7, which every editor's YAML language server reads. A text field also admits a number where its form
does, because an editor types `004711` by itself while we read text.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import pydantic
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, JsonSchemaValue, models_json_schema
from pydantic_core import core_schema

from reconciler.model import SecretSource, kinds
from reconciler.schema.registry import API_VERSION, Registry

DIALECT = "http://json-schema.org/draft-07/schema#"
_REFERENCE = "#/definitions/{model}"
_MODE: JsonSchemaMode = "validation"
SchemaDocument = dict[str, Any]


class _Generator(GenerateJsonSchema):
    """Pydantic's generator with our readings: sources of secrets, text that looks like a number, no null defaults."""

    def str_schema(self, schema: core_schema.StringSchema) -> JsonSchemaValue:
        """Admit numbers where text of digits would fit."""
        made = super().str_schema(schema)
        pattern = made.get("pattern")
        if pattern is None or re.search(pattern, "12"):
            made["type"] = ["string", "number"]
        return made

    def dataclass_schema(self, schema: core_schema.DataclassSchema) -> JsonSchemaValue:
        """Describe a source of a secret as people write it."""
        if schema["cls"] is not SecretSource:
            return super().dataclass_schema(schema)
        text = {"type": "string", "minLength": 1}
        return {
            "title": "SecretSource",
            "description": "Where a secret is found: {env: NAME} or {file: path}; never the secret.",
            "type": "object",
            "properties": {"env": text, "file": text},
            "additionalProperties": False,
            "minProperties": 1,
            "maxProperties": 1,
        }

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """Leave a default of null out: absent is not managed, null clears."""
        made = super().default_schema(schema)
        if made.get("default", "") is None:
            del made["default"]
        return made

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - pydantic's signature
        """Give fields no title: it would only repeat the name."""
        return False


def model_schema(model: type[pydantic.BaseModel]) -> SchemaDocument:
    """Return the schema of one model, such as the configuration's."""
    references, definitions = _definitions([model])
    return _flat({"$schema": DIALECT, "title": model.__name__, "allOf": [references[model]]}, definitions)


def manifests(registry: Registry) -> dict[str, SchemaDocument]:
    """Return the schemas of manifests by file name: one per kind, and `manifest.schema.json` for any."""
    models = [kinds.Metadata, kinds.OrderSpec, *registry.specs.values(), *registry.orders.values()]
    references, definitions = _definitions(models)
    specs = {kind: references[model] for kind, model in registry.specs.items()}
    specs["Order"] = _orders(registry, references)
    found = {}
    for kind in registry.kinds:
        body = _manifest([kind], references[kinds.Metadata])
        body["title"], body["properties"]["spec"] = kind, specs[kind]
        found[f"{kind.lower()}.schema.json"] = _flat({"$schema": DIALECT, **body}, definitions)
    combined = _manifest(registry.kinds, references[kinds.Metadata])
    combined["title"] = "Manifest"
    combined["allOf"] = [
        {"if": _has("kind", kind), "then": {"properties": {"spec": specs[kind]}}} for kind in registry.kinds
    ]
    found["manifest.schema.json"] = _flat({"$schema": DIALECT, **combined}, definitions)
    return found


def _manifest(known: Iterable[str], metadata: SchemaDocument) -> SchemaDocument:
    return {
        "type": "object",
        "properties": {
            "apiVersion": {"const": API_VERSION, "description": "The version of this language."},
            "kind": {"enum": sorted(known), "description": "What the manifest declares."},
            "metadata": metadata,
            "spec": {"type": "object", "description": "The wanted state."},
        },
        "required": ["apiVersion", "kind", "metadata", "spec"],
        "additionalProperties": False,
    }


def _orders(registry: Registry, references: Mapping[Any, SchemaDocument]) -> SchemaDocument:
    if not registry.orders:
        return references[kinds.OrderSpec]
    return {
        "type": "object",
        "description": kinds.OrderSpec.model_fields["vendor"].description,
        "properties": {"vendor": {"enum": sorted(registry.orders)}},
        "required": ["vendor"],
        "allOf": [
            {"if": _has("vendor", vendor), "then": references[model]}
            for vendor, model in sorted(registry.orders.items())
        ],
    }


def _has(name: str, value: str) -> SchemaDocument:
    return {"properties": {name: {"const": value}}, "required": [name]}


def _definitions(models: Iterable[type[pydantic.BaseModel]]) -> tuple[dict[Any, SchemaDocument], SchemaDocument]:
    unique = list(dict.fromkeys(models))
    references, made = models_json_schema(
        [(model, _MODE) for model in unique], ref_template=_REFERENCE, schema_generator=_Generator
    )
    return {model: references[model, _MODE] for model in unique}, made.get("$defs", {})


def _flat(document: SchemaDocument, definitions: SchemaDocument) -> SchemaDocument:
    """Return a document with the definitions it reaches, and no others."""
    reached: dict[str, Any] = {}
    waiting = _references(document)
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached[name] = definitions[name]
            waiting |= _references(definitions[name])
    return {**document, "definitions": dict(sorted(reached.items()))} if reached else document


def _references(schema: Any) -> set[str]:
    if isinstance(schema, Mapping):
        own = {str(schema["$ref"]).rpartition("/")[2]} if isinstance(schema.get("$ref"), str) else set()
        return own.union(*(_references(value) for value in schema.values()))
    if isinstance(schema, list):
        return set().union(*(_references(value) for value in schema))
    return set()
