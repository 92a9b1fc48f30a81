"""Rows of Dimensions as typed values: strict about what we rest on, deaf to the rest.

Member names are compared in lower case. A missing member stays missing (unknown), null is None, and empty text
counts as null. Keys and passwords that an answer echoes are never taken up. Pure; BadAnswer for a wrong type.
"""

import dataclasses
import re
from collections.abc import Mapping
from typing import TypeAlias

from reconciler.errors import BadAnswer
from reconciler.model import Json
from reconciler.vendors.dimensions import wire

Row: TypeAlias = Mapping[str, Json]
"""A JSON object with its member names in lower case."""

_ID = re.compile(r"(?!\.+$)[A-Za-z0-9_.{}-]{1,100}")


@dataclasses.dataclass(frozen=True)
class Tenant:
    """A reseller account or a customer; `row` holds every member."""

    id: str
    reference: str | None
    row: Row = dataclasses.field(repr=False)


@dataclasses.dataclass(frozen=True)
class Pbx:
    """A PBX connection; `row` holds every member."""

    id: str
    tenant: str | None
    row: Row = dataclasses.field(repr=False)


@dataclasses.dataclass(frozen=True)
class User:
    """A customer's user; `roles` None when the row does not show them. `is_parent`: it comes from a higher level."""

    id: str
    email: str
    display_name: str | None
    roles: tuple[str, ...] | None
    is_parent: bool


@dataclasses.dataclass(frozen=True)
class Instance:
    """Whether a telephone system is connected anywhere: by which connection, of which customer."""

    exists: bool
    pbx: str | None = None
    tenant: str | None = None


@dataclasses.dataclass(frozen=True)
class CustomerMetrics:
    """What the metrics of a reseller show of one customer: product type, connections by id, users by role."""

    product_type: str | None
    pbxs: Mapping[str, Row]
    roles: Mapping[str, int]


def folded(value: Json, *, what: str) -> Row:
    """Return an object's members by lower-case name."""
    if not isinstance(value, Mapping):
        raise BadAnswer(f"{what} is no JSON object; nothing was concluded from it")
    result = {name.lower(): member for name, member in value.items()}
    if len(result) != len(value):
        raise BadAnswer(f"{what} names a member twice; nothing was concluded from it")
    return result


def listed(value: Json, *, what: str) -> tuple[Json, ...]:
    """Return a JSON array."""
    if isinstance(value, list | tuple):
        return tuple(value)
    raise BadAnswer(f"{what} is no list; nothing was concluded from it")


def data(value: Json, *, what: str) -> Json:
    """Return what an envelope holds."""
    envelope = folded(value, what=what)
    if wire.DATA not in envelope:
        raise BadAnswer(f"{what} has no `data`; nothing was concluded from it")
    return envelope[wire.DATA]


def text(row: Row, name: str, *, what: str) -> str | None:
    """Return a text member; None when it is missing, null or empty."""
    value = row.get(name.lower())
    if value is None or isinstance(value, str):
        return value or None
    raise _wrong(what, name, "text")


def flag(row: Row, name: str, *, what: str) -> bool | None:
    """Return true or false, also when written as text; None when it is missing or null."""
    value = row.get(name.lower())
    if isinstance(value, str) and value.lower() in {"true", "false"}:
        return value.lower() == "true"
    if value is None or isinstance(value, bool):
        return value
    raise _wrong(what, name, "true or false")


def whole(row: Row, name: str, *, what: str) -> int | None:
    """Return a whole number, also when written as text; None when it is missing or null."""
    value = row.get(name.lower())
    if isinstance(value, str) and value.isdecimal() and len(value) < 10:
        return int(value)
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    raise _wrong(what, name, "a whole number")


def identity(row: Row, name: str = "id", *, what: str) -> str:
    """Return an id, which may stand in a path."""
    value = row.get(name.lower())
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise BadAnswer(f"{what} has no usable {name}; nothing was concluded from the answer")
    return value


def tenant(row: Row) -> Tenant:
    """Read the row of a reseller account or a customer."""
    number = identity(row, what="tenant")
    return Tenant(number, text(row, "reference", what=f"tenant {number}"), row)


def pbx(row: Row) -> Pbx:
    """Read the row of a PBX connection."""
    number = identity(row, what="PBX")
    return Pbx(number, text(row, "tenantId", what=f"PBX {number}"), row)


def user(row: Row) -> User:
    """Read the row of a user."""
    number = identity(row, what="user")
    what = f"user {number}"
    email = text(row, "email", what=what)
    return User(
        id=number,
        email=email or "",
        display_name=text(row, "displayName", what=what),
        roles=_roles(row, what=what),
        is_parent=flag(row, "isParent", what=what) or False,
    )


def _roles(row: Row, *, what: str) -> tuple[str, ...] | None:
    value = row.get("roles")
    if value is None:
        return None
    found = listed(value, what=f"roles of {what}")
    names = tuple(one for one in found if isinstance(one, str))
    if len(names) != len(found):
        raise BadAnswer(f"roles of {what} are not all text; nothing was concluded from them")
    return tuple(dict.fromkeys(names))


def instance(row: Row) -> Instance:
    """Read the answer to an instance look-up."""
    exists = flag(row, "exists", what="PBX instance")
    if exists is None:
        raise BadAnswer("PBX instance does not say whether it exists; nothing was concluded from it")
    if not exists:
        return Instance(False)
    return Instance(True, identity(row, what="PBX instance"), identity(row, "tenantId", what="PBX instance"))


def metrics(row: Row) -> dict[str, CustomerMetrics]:
    """Read the metrics of a reseller by lower-case customer id."""
    what = "metrics"
    found = [folded(one, what=f"customer in {what}") for one in listed(row.get("customers") or [], what=what)]
    return {identity(one, "tenantId", what=what).lower(): _customer_metrics(one) for one in found}


def _customer_metrics(row: Row) -> CustomerMetrics:
    what = "customer in metrics"
    pbxs = [folded(one, what=f"PBX of {what}") for one in listed(row.get("pbxs") or [], what=what)]
    counts = folded(row.get("roles") or {}, what=f"roles of {what}")
    return CustomerMetrics(
        product_type=text(row, "tenantProfileType", what=what),
        pbxs={identity(one, what=f"PBX of {what}").lower(): one for one in pbxs},
        roles={name: count for name, count in counts.items() if isinstance(count, int)},
    )


def _wrong(what: str, name: str, kind: str) -> BadAnswer:
    return BadAnswer(f"{what} has a {name} that is not {kind}; nothing was concluded from it")
