"""Options a vendor describes only at run time: its definitions as a JSON Schema, and values checked against it.

Pure. A definition is `{"ID", "Definition": {"Name", "DataType", "IsRequired", "PredefinedValues", "IsReadOnly"}}`;
names, ids and data types are compared without case. What a definition does not say is not demanded.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from reconciler.documents import advice
from reconciler.model import Json
from reconciler.schema.contracts import DIALECT, SchemaDocument
from reconciler.schema.published import violations

_TYPES: Mapping[str, SchemaDocument] = {
    "text": {"type": "string"},
    "number": {"type": ["number", "string"], "pattern": r"^-?\d+(\.\d+)?$"},
    "boolean": {"enum": [True, False, "true", "false", "True", "False"]},
    "date": {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}([T ].*)?$"},
}


def options_schema(definitions: Sequence[Mapping[str, Any]]) -> SchemaDocument:
    """Return a JSON Schema for an object of option values keyed by lower-case option id."""
    properties = {_id(one): _property(_definition(one)) for one in definitions if _id(one)}
    required = [_id(one) for one in definitions if _id(one) and _flag(_definition(one), "IsRequired")]
    return {
        "$schema": DIALECT,
        "type": "object",
        "properties": properties,
        "required": sorted(dict.fromkeys(required)),
        "additionalProperties": False,
    }


def check_options(
    definitions: Sequence[Mapping[str, Any]], values: Mapping[str, Json], current: Mapping[str, Json]
) -> list[str]:
    """Return why `values` (option id -> value) cannot be set, empty when they can.

    `current` holds what the vendor has now: a required option may be there already, and a read-only one may
    only be given the value it has.
    """
    by_id = {_id(one): one for one in definitions if _id(one)}
    wanted = {name.casefold(): value for name, value in values.items() if value is not None}
    present = {name.casefold(): value for name, value in current.items() if value is not None}
    schema = options_schema(definitions)
    found = [f"option {name} is unknown; {advice(name, _names(by_id))}" for name in wanted if name not in by_id]
    for name, one in by_id.items():
        label, value = _label(one), wanted.get(name, present.get(name))
        if value in {None, ""} and name in schema["required"]:
            found.append(f"option {label} is required; give it a value")
        elif name in wanted:
            found.extend(_unfit(one, wanted[name], present.get(name), schema=schema["properties"][name]))
    return found


def _unfit(one: Mapping[str, Any], value: Json, present: Json, *, schema: SchemaDocument) -> list[str]:
    label = _label(one)
    if _flag(_definition(one), "IsReadOnly") and str(value) != str(present):
        return [f"option {label} is read-only; it holds {present!r} and cannot become {value!r}"]
    choices = _choices(_definition(one))
    if choices:
        known = {str(choice).casefold() for choice in choices}
        if str(value).casefold() in known:
            return []
        return [f"option {label} cannot be {value!r}; {advice(str(value), choices, otherwise='choices are')}"]
    if violations(schema, value):
        return [f"option {label} must be a {_kind(_definition(one))}, not {value!r}"]
    return []


def _property(definition: Mapping[str, Any]) -> SchemaDocument:
    choices = _choices(definition)
    made: SchemaDocument = {"enum": choices} if choices else dict(_TYPES.get(_kind(definition), {}))
    name, description = _get(definition, "Name"), _get(definition, "Description")
    made |= {"title": name} if isinstance(name, str) else {}
    made |= {"description": description} if isinstance(description, str) else {}
    return made | ({"readOnly": True} if _flag(definition, "IsReadOnly") else {})


def _choices(definition: Mapping[str, Any]) -> list[str]:
    listed = _get(definition, "PredefinedValues")
    found = [_get(item, "ID") if isinstance(item, Mapping) else item for item in listed or ()]
    return [str(value) for value in found if value is not None]


def _definition(one: Mapping[str, Any]) -> Mapping[str, Any]:
    inner = _get(one, "Definition")
    return inner if isinstance(inner, Mapping) else one


def _id(one: Mapping[str, Any]) -> str:
    return str(_get(one, "ID") or _get(_definition(one), "ID") or "").casefold()


def _label(one: Mapping[str, Any]) -> str:
    return str(_get(one, "ID") or _get(_definition(one), "ID") or _get(_definition(one), "Name"))


def _names(by_id: Mapping[str, Mapping[str, Any]]) -> list[str]:
    return [_label(one) for one in by_id.values()]


def _kind(definition: Mapping[str, Any]) -> str:
    return str(_get(definition, "DataType") or "text").casefold()


def _flag(definition: Mapping[str, Any], name: str) -> bool:
    return _get(definition, name) is True


def _get(mapping: Mapping[str, Any], name: str) -> Any:
    """Return a member by its name in any case."""
    if name in mapping:
        return mapping[name]
    return next((value for key, value in mapping.items() if key.casefold() == name.casefold()), None)
