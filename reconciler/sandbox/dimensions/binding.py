"""How Dimensions reads a JSON body: names in any case, text for numbers and flags, unknown names ignored.

A reader turns one value into what the books hold, or raises ValueError or TypeError. Null counts as absent.
"""

import re
from collections.abc import Callable, Mapping
from typing import TypeAlias
from zoneinfo import ZoneInfo

from reconciler.sandbox.dimensions.errors import invalid, invalid_value

Reader: TypeAlias = Callable[[object], object]
FEATURES = ("agent", "device")
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")


def text(longest: int) -> Reader:
    """Return a reader of text up to a length."""

    def read(value: object) -> object:
        if not isinstance(value, str) or len(value) > longest:
            raise ValueError(value)
        return value

    return read


def words(longest: int) -> Reader:
    """Return a reader of text up to a length that is not blank."""

    def read(value: object) -> object:
        if not isinstance(value, str) or not value.strip() or len(value) > longest:
            raise ValueError(value)
        return value

    return read


def flag(value: object) -> object:
    """Read true or false, also as text."""
    if isinstance(value, str) and value.strip().lower() in {"true", "false"}:
        return value.strip().lower() == "true"
    if not isinstance(value, bool):
        raise TypeError(value)
    return value


def whole(value: object) -> int:
    """Read a whole number from zero, also as text."""
    if isinstance(value, str) and re.fullmatch(r"\d{1,9}", value.strip()):
        return int(value)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(value)
    return value


def country(value: object) -> object:
    """Read an ISO 3166 code."""
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z]{2}", value):
        raise ValueError(value)
    return value


def zone(value: object) -> object:
    """Read an IANA time zone."""
    if not isinstance(value, str) or len(value) > 40:
        raise ValueError(value)
    try:
        return ZoneInfo(value).key
    except (KeyError, OSError) as error:
        raise ValueError(value) from error


def email(value: object) -> object:
    """Read one e-mail address."""
    if not isinstance(value, str) or len(value) > 200 or not _ADDRESS.fullmatch(value):
        raise ValueError(value)
    return value


def features(value: object) -> object:
    """Read the licensed features; those not named are off."""
    if not isinstance(value, dict):
        raise TypeError(value)
    given = {str(name).lower(): amount for name, amount in value.items()}
    return {name: whole(given.get(name) or 0) for name in FEATURES}


def names(value: object) -> object:
    """Read a list of texts; each counts once."""
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
        raise ValueError(value)
    return tuple(dict.fromkeys(value))


def bound(given: Mapping[str, object], readers: Mapping[str, Reader]) -> dict[str, object]:
    """Return the values named in `readers`; refused with 400 at the first that does not fit."""
    known = {name.lower(): name for name in readers}
    result: dict[str, object] = {}
    for key, value in given.items():
        name = known.get(key.lower())
        if name is None or value is None:
            continue
        try:
            result[name] = readers[name](value)
        except (ValueError, TypeError) as error:
            raise invalid_value(value, name=name) from error
    return result


def require(values: Mapping[str, object], *needed: str) -> None:
    """Refuse with 400 when a value is missing."""
    for name in needed:
        if name not in values:
            raise invalid(f"The {name} field is required.")
