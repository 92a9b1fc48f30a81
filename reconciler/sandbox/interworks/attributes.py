"""Attributes a caller may write: their kinds, how text is coerced, and what a JSON Patch does to them.

The vendor's example patches a boolean with the text "true", so text is coerced (`interworks.md` 1.12).
"""

import copy
import math
import re
from collections.abc import Callable, Mapping

from reconciler.sandbox.interworks.errors import invalid
from reconciler.sandbox.messages import JsonObject

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")


def is_email(text: str | None) -> bool:
    """Say whether the text looks like one e-mail address."""
    return text is not None and _ADDRESS.fullmatch(text) is not None


def _text(value: object) -> object:
    if not isinstance(value, str):
        raise TypeError("must be text")
    return value


def _email(value: object) -> object:
    if not isinstance(value, str) or not (value == "" or is_email(value)):
        raise ValueError("must be an e-mail address")
    return value or None


def _flag(value: object) -> object:
    if isinstance(value, str) and value.strip().lower() in {"true", "false"}:
        return value.strip().lower() == "true"
    if not isinstance(value, bool):
        raise TypeError("must be true or false")
    return value


def _whole(value: object) -> object:
    if isinstance(value, str) and re.fullmatch(r"-?\d{1,18}", value.strip()):
        return int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError("must be a whole number")
    return value


def _number(value: object) -> object:
    if isinstance(value, str):
        value = float(value)
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        raise ValueError("must be a number")
    return float(value)


def _objects(value: object) -> object:
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise ValueError("must be a list of objects")
    return tuple(value)


_COERCE: Mapping[str, Callable[[object], object]] = {
    "text": _text,
    "email": _email,
    "flag": _flag,
    "whole": _whole,
    "number": _number,
    "objects": _objects,
}


def coerced(given: Mapping[str, object], kinds: Mapping[str, str]) -> dict[str, object]:
    """Return the attributes named in `kinds` (names in any case) with values of their kind.

    Null is left out: the attribute then takes its default. Other attributes are ignored. Refused with
    400 at the first value that does not fit.
    """
    names = {name.lower(): name for name in kinds}
    result: dict[str, object] = {}
    for key, value in given.items():
        name = names.get(key.lower())
        if name is None or value is None:
            continue
        try:
            result[name] = _COERCE[kinds[name]](value)
        except (ValueError, TypeError) as error:
            raise invalid(f"{name} {error}", field=name) from error
    return result


def patched(document: JsonObject, operations: object, *, writable: Mapping[str, str]) -> JsonObject:
    """Apply a JSON Patch of add, replace and remove; return the changed copy.

    Removing a top-level attribute leaves it out, so that it takes its default. Refused with 400 as a
    whole when one operation is wrong.
    """
    if not isinstance(operations, list) or not operations:
        raise invalid("the body must be a JSON Patch: a list of operations, not empty")
    result = copy.deepcopy(document)
    for operation in operations:
        if not isinstance(operation, dict) or not isinstance(operation.get("path"), str):
            raise invalid("an operation needs op and path")
        op = str(operation.get("op")).lower()
        if op not in {"add", "replace", "remove"}:
            raise invalid(f"op {op} is not supported; use add, replace or remove", field="op")
        if op != "remove" and "value" not in operation:
            raise invalid(f"op {op} needs a value", field="value")
        _apply(result, op, _steps(operation["path"], writable), value=operation.get("value"))
    return result


def _steps(path: str, writable: Mapping[str, str]) -> list[str]:
    if not path.startswith("/"):
        raise invalid(f"path {path!r} must start with a slash", field="path")
    steps = [step.replace("~1", "/").replace("~0", "~") for step in path[1:].split("/")]
    names = {name.lower(): name for name in writable}
    if steps[0].lower() not in names:
        raise invalid(f"{steps[0]} cannot be patched", field=steps[0])
    return [names[steps[0].lower()], *steps[1:]]


def _apply(document: JsonObject, op: str, steps: list[str], *, value: object) -> None:
    place: object = document
    for step in steps[:-1]:
        place = _inside(place, step)
    last = steps[-1]
    if isinstance(place, list):
        index = len(place) if last == "-" and op == "add" else _index(place, last, extra=op == "add")
        place[index : index + (op != "add")] = [] if op == "remove" else [value]
    elif isinstance(place, dict):
        place.pop(last, None)
        if op != "remove":
            place[last] = value
    else:
        raise invalid(f"path leads nowhere at {last!r}", field="path")


def _inside(place: object, step: str) -> object:
    if isinstance(place, list):
        return place[_index(place, step)]
    if isinstance(place, dict) and step in place:
        return place[step]
    raise invalid(f"path leads nowhere at {step!r}", field="path")


def _index(place: list[object], step: str, *, extra: bool = False) -> int:
    if not step.isdecimal() or len(step) > 6 or int(step) >= len(place) + extra:
        raise invalid(f"path leads nowhere at {step!r}", field="path")
    return int(step)
