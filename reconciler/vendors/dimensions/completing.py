"""Asking one by one for what a list does not show, unless the vendor shows no more then either."""

import dataclasses
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import TypeVar

from reconciler.errors import IncompleteRead, VendorError
from reconciler.vendors.dimensions.client import attempt, attempts
from reconciler.vendors.dimensions.rows import Pbx, Tenant

Key = TypeVar("Key")
Found = TypeVar("Found", Tenant, Pbx)


async def complete(
    listed: Mapping[Key, Found],
    needed: Callable[[Key], Collection[str]],
    ask: Callable[[Key], Awaitable[Found | None]],
) -> dict[Key, Found | VendorError]:
    """Return the rows with the members that are needed, as far as the vendor shows them.

    When the first row asked for brings nothing that the list had not, the others are not asked for.
    """
    result: dict[Key, Found | VendorError] = dict(listed)
    lacking = [key for key, row in listed.items() if any(name.lower() not in row.row for name in needed(key))]
    if not lacking:
        return result
    first, *others = lacking
    answer = await attempt(ask(first))
    result[first] = _whole(listed[first], answer)
    if not isinstance(answer, VendorError | None) and answer.row.keys() <= listed[first].row.keys():
        return result
    answers = await attempts([ask(key) for key in others])
    return result | {key: _whole(listed[key], one) for key, one in zip(others, answers, strict=True)}


def _whole(listed: Found, answer: Found | None | VendorError) -> Found | VendorError:
    """Return what was answered, and what only the list shows."""
    if answer is None:
        return IncompleteRead("it vanished while it was read; look again")
    if isinstance(answer, VendorError):
        return answer
    return dataclasses.replace(answer, row={**listed.row, **answer.row})
