"""Synchronisation options as wanted, and whether the vendor's definitions allow them. Pure."""

from collections.abc import Mapping
from typing import Any

from reconciler.contract import Described, Observed, Wanted
from reconciler.errors import StepRefused
from reconciler.model import Address, Json
from reconciler.vendors.interworks import rows
from reconciler.vendors.interworks.expanding import account_address
from reconciler.vendors.interworks.systems import System


def options_of(
    fields: Mapping[str, Json], system: System, ids: Mapping[Address, str] | None = None
) -> dict[str, str | None]:
    """Return option id -> wanted value; a parent is its id as text, or its name while the id is not known."""
    values: dict[str, str | None] = {}
    for word, option in system.options.items():
        if word in fields:
            value = None if fields[word] is None else str(fields[word])
            if word == "parent" and value is not None:
                value = (ids or {}).get(account_address(value), value)
            values[option] = value
    return values


def described(
    wanted: Wanted, observed: Observed | None, *, system: System, pinned: Mapping[str, Any]
) -> Described | None:
    """Return what is wanted beside what the BSS says of it; a parent is left out, since only its id could be checked.

    None when the BSS has not been asked and no catalogue was pulled. What is read-only depends on the account, so a
    pulled definition does not say it.
    """
    values = options_of({word: value for word, value in wanted.fields.items() if word != "parent"}, system)
    if observed is not None:
        definitions = observed.extra.get("definitions")
        now = options_of({word: value for word, value in observed.fields.items() if word != "parent"}, system)
        kept = [one for one in _definitions(definitions) if one.get("ID") != system.options.get("parent")]
        return Described(kept, values, now) if kept else None
    known = _definitions(pinned.get("systems", {}).get(system.code, {}).get("options"))
    kept = [{**one, "IsReadOnly": False} for one in known if one.get("ID") != system.options.get("parent")]
    return Described(kept, values, {}) if kept else None


def _definitions(data: Any) -> list[Mapping[str, Any]]:
    return [one for one in data if isinstance(one, Mapping)] if isinstance(data, list | tuple) else []


def wanted_options(wanted: Wanted, system: System, ids: Mapping[Address, str]) -> dict[str, str | None]:
    """Return the options to send; StepRefused when the parent's id is not known."""
    parent = wanted.fields.get("parent")
    if "parent" in system.options and parent is not None and account_address(str(parent)) not in ids:
        raise StepRefused(f"parent {parent} of {wanted.address} is not settled; apply again when it is")
    return options_of(wanted.fields, system, ids)


def settable(
    values: Mapping[str, str | None], present: Mapping[str, rows.Option], *, system: System
) -> dict[str, str | None]:
    """Return what is to be set: nothing when all is so already, else every option that may be set.

    StepRefused when the vendor's definitions do not allow it.
    """
    missing = [name for name in values if name.lower() not in present]
    if missing:
        raise StepRefused(f"{system.title} offers no option {', '.join(missing)}; compare with the BSS's Sync Options")
    _check_required(values, present, system=system)
    result: dict[str, str | None] = {}
    for name, value in values.items():
        option = present[name.lower()]
        if option.read_only and not same(option.value, value):
            raise StepRefused(
                f"option {option.id} of {system.title} is read-only at {shown(option.value)}, wanted is "
                f"{shown(value)}; change it in the manifest or in the BSS"
            )
        if value is not None and option.choices and value not in option.choices:
            raise StepRefused(
                f"option {option.id} of {system.title} is wanted to be {value!r}; it allows {', '.join(option.choices)}"
            )
        if not option.read_only:
            result[option.id] = value
    return result if not all_set(values, present) else {}


def _check_required(values: Mapping[str, str | None], present: Mapping[str, rows.Option], *, system: System) -> None:
    ours = {name.lower(): value for name, value in values.items()}
    for name, option in present.items():
        if option.required and not ours.get(name, option.value):
            raise StepRefused(f"option {option.id} of {system.title} is required; set it in the manifest or in the BSS")


def all_set(values: Mapping[str, str | None], present: Mapping[str, rows.Option]) -> bool:
    """Say whether every option has its wanted value; one the vendor does not show has not."""
    return all(name.lower() in present and same(present[name.lower()].value, value) for name, value in values.items())


def same(one: str | None, other: str | None) -> bool:
    """Say whether two option values mean the same: no value and empty text do."""
    return (one or None) == (other or None)


def shown(value: object) -> str:
    """Return a value for an error text."""
    return "empty" if value is None else repr(value)
