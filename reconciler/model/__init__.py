"""The nouns every layer shares: manifests, addresses, places in files, problems, money, secrets.

Values only: nothing here does I/O, reads a clock or knows a vendor.
"""

from reconciler.model.address import Address
from reconciler.model.ages import age
from reconciler.model.canonical import Json, JsonObject, canonical, digest
from reconciler.model.manifest import Manifest, ManifestRef
from reconciler.model.money import Money
from reconciler.model.place import Place, Position, Problem, Range, Severity
from reconciler.model.secret import Secret, SecretSource

__all__ = [
    "Address",
    "Json",
    "JsonObject",
    "Manifest",
    "ManifestRef",
    "Money",
    "Place",
    "Position",
    "Problem",
    "Range",
    "Secret",
    "SecretSource",
    "Severity",
    "age",
    "canonical",
    "digest",
]
