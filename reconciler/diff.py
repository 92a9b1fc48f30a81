"""What differs between an object as wanted and as observed: exact, in manifest words, nothing assumed.

Equal values never reach deepdiff: comparing canonical forms first is a thousand times cheaper, and on most
runs almost everything is equal. Pure.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

from reconciler.contract import Change, Field
from reconciler.model import Json, canonical

SECRET = "(secret)"  # noqa: S105 - what is shown instead of one
UNKNOWN = "(unknown)"
_PLAIN = Field()


def changes(
    wanted: Mapping[str, Json],
    observed: Mapping[str, Json] | None,
    *,
    fields: Mapping[str, Field],
    applied: Mapping[str, str],
    fingerprint: Callable[[Json], str],
) -> tuple[Change, ...]:
    """Return the differing fields, sorted by path.

    `observed` None means that the object does not exist. A field that was not observed is unknown: it differs only
    if the value is not the one last applied (`applied`: field -> keyed fingerprint); what is immutable may only then.
    """
    found: list[Change] = []
    for name in sorted(wanted):
        field, value = fields.get(name, _PLAIN), wanted[name]
        if observed is None:
            found.extend(_new(name, value, field=field))
        elif not field.create_only:
            if field.write_only or name not in observed:
                # What cannot change and was never applied from here is as whoever made the object left it.
                left = field.immutable and name not in applied
                found.extend(_unseen(name, value, field=field, same=left or applied.get(name) == fingerprint(value)))
            else:
                found.extend(_changed(name, value, before=observed[name], field=field))
    return tuple(found)


def _new(name: str, value: Json, *, field: Field) -> Iterator[Change]:
    if value is not None:
        yield Change(f"/{name}", None, SECRET if field.secret else value)


def _unseen(name: str, value: Json, *, field: Field, same: bool) -> Iterator[Change]:
    if not same:
        yield Change(f"/{name}", SECRET if field.secret else UNKNOWN, SECRET if field.secret else value)


def _changed(name: str, value: Json, *, before: Json, field: Field) -> Iterator[Change]:
    if equal(value, before, field=field):
        return
    if field.secret:
        yield Change(f"/{name}", SECRET, SECRET)
    else:
        yield from _exact(f"/{name}", before, value, unordered=field.unordered)


def equal(one: Json, other: Json, *, field: Field = _PLAIN) -> bool:
    """Say whether two values of a field mean the same."""
    if one == other and type(one) is type(other):
        return True
    return canonical(_normal(one, field=field)) == canonical(_normal(other, field=field))


def _normal(value: Json, *, field: Field) -> Json:
    if isinstance(value, str):
        return value.casefold() if field.fold else value
    if field.unordered and isinstance(value, Sequence):
        return sorted(value, key=canonical)
    return value


def _exact(path: str, before: Json, after: Json, *, unordered: bool) -> list[Change]:
    """Return the innermost differences of two unequal values."""
    if not (_is_container(before) and _is_container(after)) or type(before) is not type(after):
        return [Change(path, before, after)]
    # Late, because most runs find nothing different and deepdiff is heavy.
    from deepdiff import DeepDiff

    tree = DeepDiff(before, after, ignore_order=unordered, view="tree", verbose_level=2)
    found = [
        Change(path + _pointer(node.path(output_format="list")), _plain(node.t1), _plain(node.t2))
        for group in tree.values()
        for node in group
    ]
    return sorted(found, key=lambda change: change.path) or [Change(path, before, after)]


def _is_container(value: Json) -> bool:
    return isinstance(value, Mapping | list | tuple)


def _pointer(parts: Sequence[object]) -> str:
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def _plain(value: object) -> Json:
    if value is None or isinstance(value, bool | int | float | str | list | dict):
        return value
    return None  # deepdiff's own mark for "not there"
