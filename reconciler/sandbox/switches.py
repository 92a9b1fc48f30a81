"""Settings of a simulator as a frozen dataclass that the control plane reads and changes.

The type of a field's default is the type it accepts; a `choices` entry in the field's metadata limits
the values. JSON names are the camel-case field names.
"""

import dataclasses
from collections.abc import Mapping
from typing import TypeVar

from reconciler.sandbox.messages import JsonObject
from reconciler.sandbox.tables import Row, camel, to_json

S = TypeVar("S", bound=Row)


def read(settings: Row) -> JsonObject:
    """Return all switches by JSON name."""
    return to_json(settings)


def merged(settings: S, changes: Mapping[str, object]) -> S:
    """Return settings with the named switches changed; ValueError names the first bad one."""
    known = {camel(field.name): field for field in dataclasses.fields(settings)}
    values: dict[str, object] = {}
    for name, value in changes.items():
        field = known.get(name)
        if field is None:
            raise ValueError(f"{name} is not a setting; known are {', '.join(sorted(known))}")
        values[field.name] = _checked(name, value, like=getattr(settings, field.name))
        allowed = field.metadata.get("choices")
        for item in _items(values[field.name]):
            if allowed is not None and item not in allowed:
                raise ValueError(f"{name} holds {item!r}; allowed are {', '.join(map(str, allowed))}")
    return dataclasses.replace(settings, **values)


def _items(value: object) -> tuple[object, ...]:
    return value if isinstance(value, tuple) else (value,)


def _checked(name: str, value: object, *, like: object) -> object:
    if isinstance(like, tuple) and isinstance(value, list):
        return tuple(str(item) for item in value)
    if isinstance(like, dict) and isinstance(value, dict):
        return {str(key): str(text) for key, text in value.items()}
    if isinstance(like, float) and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if type(value) is not type(like):
        raise ValueError(f"{name} must be of type {type(like).__name__}; it is {type(value).__name__}")
    if isinstance(value, int | float) and value < 0:
        raise ValueError(f"{name} is negative; give zero or more")
    return value
