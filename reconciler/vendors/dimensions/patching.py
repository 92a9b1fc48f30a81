"""JSON Patch documents for Dimensions, and what of a change the vendor shows already. Pure."""

from collections.abc import Mapping, Sequence

from reconciler.contract import Step
from reconciler.errors import StepRefused
from reconciler.model import Json, canonical
from reconciler.vendors.dimensions import roles, wire
from reconciler.vendors.dimensions.connecting import SECRETS
from reconciler.vendors.dimensions.granting import ROLE


def left_to_do(body: Mapping[str, Json], now: Mapping[str, Json]) -> list[str]:
    """Return the words that do not stand as wanted yet; what is not shown, secrets above all, counts as not."""
    return sorted(word for word in body if not _stands(word, body[word], now))


def _stands(word: str, value: Json, now: Mapping[str, Json]) -> bool:
    return word not in SECRETS and word in now and canonical(now[word]) == canonical(value)


def compared(body: Mapping[str, Json], now: Mapping[str, Json]) -> bool | None:
    """Say whether what a read shows of a change stands: None when it shows nothing of it."""
    visible = [word for word in body if word in now and word not in SECRETS]
    return all(_stands(word, body[word], now) for word in visible) if visible else None


def check_basis(step: Step, now: Mapping[str, Json]) -> None:
    """Refuse a step when someone changed since the plan what it rests on."""
    planned = step.basis if isinstance(step.basis, Mapping) else {}
    for word, before in planned.items():
        if word in now and canonical(now[word]) not in (canonical(before), canonical(step.body.get(word))):
            raise StepRefused(
                f"{word} of {step.address} was {shown(before)} when it was planned and is {shown(now[word])} now; "
                "plan again",
                stale=True,
            )


def shown(value: Json) -> str:
    """Return a value for an error text."""
    return "empty" if value is None else repr(value)


def replacements(values: Mapping[str, Json], names: Mapping[str, str]) -> list[Json]:
    """Return the operations that set values by manifest word; a mapping is set member by member.

    None clears by `replace` too: the vendor's pages show that and `add`, and never say whether `remove` is taken.
    """
    found: list[Json] = []
    for word in sorted(values):
        path, value = f"/{names[word]}", values[word]
        if isinstance(value, Mapping):
            found += [{"op": "replace", "path": f"{path}/{name}", "value": value[name]} for name in sorted(value)]
        else:
            found.append({"op": "replace", "path": path, "value": _wire_value(word, value)})
    return found


def _wire_value(word: str, value: Json) -> Json:
    return wire.PBX_TYPES.get(value, value) if word == "type" and isinstance(value, str) else value


def created(values: Mapping[str, Json], names: Mapping[str, str]) -> dict[str, Json]:
    """Return the body that creates something from values by manifest word; None is left out."""
    return {names[word]: _wire_value(word, value) for word, value in values.items() if value is not None}


def role_changes(step: Step) -> tuple[list[str], list[str]]:
    """Return the roles that a step adds and those it takes away."""
    prefix = f"/{ROLE}"
    found = [(change.path.removeprefix(prefix), change.after) for change in step.changes if _is_role(change.path)]
    return [role for role, after in found if after is True], [role for role, after in found if after is not True]


def _is_role(path: str) -> bool:
    return path.startswith(f"/{ROLE}")


def role_operations(has: Sequence[str], *, added: Sequence[str], taken: Sequence[str]) -> list[Json]:
    """Return the operations on a user's roles: additions, or the whole list when one must go."""
    missing = [role for role in added if role not in has]
    going = [role for role in taken if role in has and role not in roles.FROM_PBX]
    if going:
        kept: list[Json] = [role for role in has if role not in going]
        return [{"op": "replace", "path": "/roles", "value": [*kept, *missing]}]
    return [{"op": "add", "path": "/roles/-", "value": role} for role in missing]
