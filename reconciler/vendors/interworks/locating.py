"""Which row of the BSS belongs to which account, and when an account is proved absent."""

import dataclasses
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import TypeVar

from reconciler.contract import Scope, Wanted
from reconciler.errors import IncompleteRead, VendorError
from reconciler.model import Address
from reconciler.vendors.interworks import rows as bss
from reconciler.vendors.interworks.client import Client, attempt, attempts, reason_of
from reconciler.vendors.interworks.expanding import account_address, sync_address
from reconciler.vendors.interworks.systems import NAMES

T = TypeVar("T")

MOST_VANISHED = 20
"""More known ids than this gone at once is a fault of the vendor or of a right, not of many accounts."""
_GONE_AT_ONCE = "a whole collection gone at once; look at the rights of the API user before anything is concluded"


@dataclasses.dataclass(frozen=True)
class Located:
    """The rows of one wanted object: no (proved absent), one, several; or why that cannot be said.

    `ours`: the id that the ledger knows, or that a person chose.
    """

    rows: tuple[bss.Account, ...] = ()
    reason: str = ""
    ours: str | None = None

    @property
    def only(self) -> bss.Account | None:
        """The one row, or the one of several that is known to be ours."""
        if len(self.rows) == 1 and not self.reason:
            return self.rows[0]
        return next((row for row in self.rows if str(row.id) == self.ours and not self.reason), None)


def known_id(wanted: Wanted, ids: Mapping[Address, str]) -> str | None:
    """Return the vendor id known for an object, under its present or a former address."""
    return next((ids[address] for address in wanted.addresses if ids.get(address)), None)


def keys_of(scope: Scope, name: str) -> tuple[str, ...]:
    """Return the references of an account, as it or one of its synchronisations declares them."""
    addresses = (account_address(name), *(sync_address(system, name) for system in NAMES))
    return next((scope.wanted[address].keys for address in addresses if address in scope.wanted), ())


async def locate_accounts(scope: Scope, client: Client, names: Iterable[str]) -> dict[str, Located]:
    """Find accounts in the whole list; those known by id and not in it are asked for one by one."""
    listed = await attempt(client.fetch_accounts())
    if isinstance(listed, VendorError):
        return {name: Located(reason=reason_of(listed)) for name in names}
    by_code: dict[str, list[bss.Account]] = {}
    for row in listed:
        by_code.setdefault(row.code or "", []).append(row)
    found = {name: tuple(row for key in keys_of(scope, name) for row in by_code.get(key, ())) for name in names}
    lost = {name: number for name, matches in found.items() if not matches and (number := _id_of(scope, name))}
    again = await ask_again(lost, client.fetch_account)
    places = {name: _place(again[name], keys_of(scope, name), number) for name, number in lost.items()}
    return {name: places.get(name, Located(matches, ours=_id_of(scope, name))) for name, matches in found.items()}


def _place(row: bss.Account | None | VendorError, keys: tuple[str, ...], number: str) -> Located:
    if isinstance(row, VendorError):
        return Located(reason=reason_of(row))
    if row is None:
        return Located()
    return Located((row,)) if row.code in keys else Located(reason=foreign(number))


async def find_account(scope: Scope, client: Client, name: str) -> Located:
    """Find one account by its id, else by its references."""
    keys, number = keys_of(scope, name), _id_of(scope, name)
    try:
        if number is None:
            return Located(await client.fetch_accounts_by_code(keys))
        return _place(await client.fetch_account(number), keys, number)
    except VendorError as error:
        return Located(reason=reason_of(error))


def _id_of(scope: Scope, name: str) -> str | None:
    address = account_address(name)
    wanted = scope.wanted.get(address)
    return scope.ids.get(address) if wanted is None else known_id(wanted, scope.ids)


def names_by_id(scope: Scope, located: Mapping[str, Located], names: Iterable[str]) -> dict[int, str]:
    """Return which of some accounts has which id: as known before, or as just found."""
    known = {name: _id_of(scope, name) or "" for name in names}
    found = {int(number): name for name, number in known.items() if number.isdecimal()}
    return found | {row.id: name for name, place in located.items() for row in place.rows}


async def ask_again(
    lost: Mapping[str, str], fetch: Callable[[str], Awaitable[T | None]]
) -> dict[str, T | None | VendorError]:
    """Ask by id for what a list lacks: a list may lag behind, and one that lost a whole collection is not believed."""
    if len(lost) > MOST_VANISHED:
        text = f"{len(lost)} known ids are missing from the list: {_GONE_AT_ONCE}"
        return dict.fromkeys(lost, IncompleteRead(text))
    return dict(zip(lost, await attempts([fetch(number) for number in lost.values()]), strict=True))


def foreign(number: str) -> str:
    """Return why an id that the ledger knows says nothing about our object."""
    return (
        f"id {number} exists but is not listed under our reference; compare its reference in the BSS with the "
        "manifest, then look again"
    )
