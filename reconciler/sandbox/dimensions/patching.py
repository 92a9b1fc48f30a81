"""JSON Patch as Dimensions takes it: add, remove, replace and test, names in any case (`dimensions.md` 2.7)."""

import copy
import dataclasses
from collections.abc import Mapping, Sequence

from reconciler.sandbox.dimensions.binding import Reader, bound
from reconciler.sandbox.dimensions.calls import Call
from reconciler.sandbox.dimensions.errors import Refused, invalid, nowhere
from reconciler.sandbox.messages import JsonObject

_TYPES = ("application/json", "application/json-patch+json")
_OPS = ("add", "remove", "replace", "test")


@dataclasses.dataclass(frozen=True)
class Change:
    """One operation that was applied; `value` is what was added or taken away."""

    op: str
    steps: tuple[str, ...]
    value: object


@dataclasses.dataclass(frozen=True)
class Patched:
    """What a patch makes of a resource: the writable values by wire name, and how it came to them."""

    values: Mapping[str, object]
    changes: tuple[Change, ...]

    def touches(self, name: str) -> bool:
        """Say whether the patch sets or removes this property or something in it."""
        return any(change.steps[0] == name for change in self.changes)


def patched(call: Call, document: JsonObject, readers: Mapping[str, Reader]) -> Patched:
    """Apply the call's patch to what `readers` may write of a document; refused as a whole when a part is wrong.

    The document's other properties exist but cannot be changed. A removed property is left out, so that
    it takes its default.
    """
    content_type = call.request.headers.get("content-type", "").split(";")[0].strip().lower()
    if content_type not in _TYPES:
        raise Refused(415, "Unsupported Media Type")
    operations = call.body()
    if not isinstance(operations, list):
        raise invalid("The body must be a JSON Patch: a list of operations.")
    result = copy.deepcopy(
        {name: list(value) if isinstance(value, tuple) else value for name, value in document.items()}
    )
    changes = [change for item in operations if (change := _applied(result, item, readers)) is not None]
    return Patched(bound({name: result[name] for name in readers if name in result}, readers), tuple(changes))


def _applied(document: JsonObject, operation: object, readers: Mapping[str, Reader]) -> Change | None:
    if not isinstance(operation, dict) or not isinstance(operation.get("path"), str):
        raise invalid("An operation needs op and path.")
    op = str(operation.get("op")).lower()
    if op not in _OPS:
        raise invalid(f"The operation '{op}' is not supported.")
    if op != "remove" and "value" not in operation:
        raise invalid(f"The operation '{op}' needs a value.")
    steps = _steps(operation["path"], {**dict.fromkeys(readers), **document})
    value = operation.get("value")
    if op == "test":
        _test(document, steps, value=value)
        return None
    if steps[0] not in readers:
        raise invalid(f"The property '{steps[0]}' cannot be changed.")
    return Change(op, tuple(steps), _apply(document, op, steps, value=value))


def _steps(path: str, known: Mapping[str, object]) -> list[str]:
    if not path.startswith("/"):
        raise invalid(f"The path '{path}' is not valid.")
    first, *rest = [step.replace("~1", "/").replace("~0", "~") for step in path[1:].split("/")]
    names = {name.lower(): name for name in known}
    if first.lower() not in names:
        raise nowhere(first)
    return [names[first.lower()], *rest]


def _test(document: JsonObject, steps: Sequence[str], *, value: object) -> None:
    place: object = document
    for step in steps:
        place = _inside(place, step)
    if place != value:
        text = f"The current value '{place}' at path '/{'/'.join(steps)}' is not equal to the test value '{value}'."
        raise invalid(text)


def _apply(document: JsonObject, op: str, steps: list[str], *, value: object) -> object:
    *way, last = steps
    place: object = document
    for step in way:
        place = _inside(place, step)
    if isinstance(place, list):
        return _apply_to_list(place, op, last, value=value)
    if not isinstance(place, dict):
        raise nowhere(last)
    name = last if place is document else _named(place, last)
    before = place.pop(name, None)
    if op == "remove":
        return before
    place[name] = value
    return value


def _apply_to_list(place: list[object], op: str, last: str, *, value: object) -> object:
    if op == "add":
        place.insert(len(place) if last == "-" else _index(place, last, extra=1), value)
        return value
    index = _index(place, last)
    if op == "remove":
        return place.pop(index)
    place[index] = value
    return value


def _inside(place: object, step: str) -> object:
    if isinstance(place, list):
        return place[_index(place, step)]
    if isinstance(place, dict):
        return place.get(_named(place, step)) if step not in place else place[step]
    raise nowhere(step)


def _named(place: Mapping[str, object], step: str) -> str:
    for name in place:
        if name.lower() == step.lower():
            return name
    raise nowhere(step)


def _index(place: list[object], step: str, *, extra: int = 0) -> int:
    if not step.isdecimal() or len(step) > 6 or int(step) >= len(place) + extra:
        raise nowhere(step)
    return int(step)
