"""The one canonical form of what an order or a site says, as the vendor compares it (reference, 6.3). Pure.

What is wanted and what is shown go through the same functions, so that only what means something differs.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from reconciler.model import Json, canonical

_EMAIL = "email"


def text(value: Any) -> Any:
    """Return a text without blanks around it; anything else, and an empty text as None."""
    return (value.strip() or None) if isinstance(value, str) else value


def product(reference: str) -> str:
    """Return a product reference with single blanks; the case of its letters counts."""
    return " ".join(reference.split())


def email(value: str) -> str:
    """Return an e-mail address in small letters."""
    return value.strip().lower()


def facts(given: Mapping[str, Any]) -> dict[str, Json]:
    """Return texts by name in canonical form; what is null is kept as null."""
    return {
        name: email(value) if name == _EMAIL and isinstance(value, str) else text(value)
        for name, value in sorted(given.items())
    }


def filled(given: Mapping[str, Any]) -> dict[str, Json]:
    """Return texts by name in canonical form, without what is null."""
    return {name: value for name, value in facts(given).items() if value is not None}


def items(given: Iterable[tuple[str, int]]) -> list[Json]:
    """Return lines from pairs of product and quantity, sorted."""
    lines: list[Json] = [{"product": product(reference), "quantity": quantity} for reference, quantity in given]
    return sorted(lines, key=canonical)


def recipients(given: Iterable[str]) -> list[Json]:
    """Return e-mail addresses in canonical form, sorted."""
    return [*sorted(email(one) for one in given)]
