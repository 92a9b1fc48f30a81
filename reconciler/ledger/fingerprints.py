"""Keyed fingerprints: what tells values apart without keeping them. One way, so secrets may go in."""

import hmac
from collections.abc import Mapping

from reconciler.model import Secret, canonical


def fingerprint(value: object, *, key: bytes) -> str:
    """Return `hmac:<hex>` of the canonical form of JSON data that may hold secrets; ValueError when it is no JSON."""
    return "hmac:" + hmac.digest(key, canonical(_opened(value)), "sha256").hex()  # type: ignore[arg-type]  # JSON now


def _opened(value: object) -> object:
    if isinstance(value, Secret):
        # Marked, so that a secret never has the fingerprint of a text or of its own reference.
        return {"secret": value.reveal()}
    if isinstance(value, Mapping):
        return {name: _opened(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_opened(item) for item in value]
    return value
