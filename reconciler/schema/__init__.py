"""Manifests as data: the registry of kinds, loading and checking, references, and every published JSON Schema.

Owner of jsonschema. Stands above documents; knows no vendor by its code, only what plug-ins add as data.
"""

from reconciler.schema.generated import model_schema
from reconciler.schema.loading import Loaded, load
from reconciler.schema.options import check_options, options_schema
from reconciler.schema.published import published, validate, violations, write
from reconciler.schema.registry import API_VERSION, Registry

__all__ = [
    "API_VERSION",
    "Loaded",
    "Registry",
    "check_options",
    "load",
    "model_schema",
    "options_schema",
    "published",
    "validate",
    "violations",
    "write",
]
