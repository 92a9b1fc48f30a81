"""Which row of the BSS belongs to which account, and when an account is proved absent."""

import dataclasses
from collections.abc import Awaitable, Callable, Iterable, Mapping

from reconciler.contract import Scope, Wanted
from reconciler.errors import VendorError
from reconciler.model import Address
from reconciler.vendors.interworks import rows as bss
from reconciler.vendors.interworks.client import Client, attempt, attempts, reason_of
from reconciler.vendors.interworks.expanding import account_address, sync_address
from reconciler.vendors.interworks.systems import NAMES

MOST_VANISHED = 20
"""More known ids than this gone at once is a fault of the vendor or of a right, not of many accounts."""
_GONE_AT_ONCE = "a whole collection gone at once; look at the rights of the API user before anything is concluded"


@dataclasses.dataclass(frozen=True)
class Located:
    """The rows of one wanted object: no (proved absent), one, several; or why that cannot be said."""

    rows: tuple[bss.Account, ...] = ()
    reason: str = ""

    @property
    def only(self) -> bss.Account | None:
        """The one row, if there is exactly one."""
        return self.rows[0] if len(self.rows) == 1 and not self.reason else None


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
    proofs = await prove_gone(lost, client.fetch_account)
    return {name: Located(matches, proofs.get(name, "")) for name, matches in found.items()}


async def find_account(scope: Scope, client: Client, name: str) -> Located:
    """Find one account by its id, else by its references."""
    keys, number = keys_of(scope, name), _id_of(scope, name)
    try:
        if number is None:
            return Located(await client.fetch_accounts_by_code(keys))
        row = await client.fetch_account(number)
    except VendorError as error:
        return Located(reason=reason_of(error))
    if row is None:
        return Located()
    return Located((row,)) if row.code in keys else Located(reason=_foreign(number))


def _id_of(scope: Scope, name: str) -> str | None:
    address = account_address(name)
    wanted = scope.wanted.get(address)
    return scope.ids.get(address) if wanted is None else known_id(wanted, scope.ids)


def names_by_id(scope: Scope, located: Mapping[str, Located], names: Iterable[str]) -> dict[int, str]:
    """Return which of some accounts has which id: as known before, or as just found."""
    known = {name: _id_of(scope, name) or "" for name in names}
    found = {int(number): name for name, number in known.items() if number.isdecimal()}
    return found | {row.id: name for name, place in located.items() for row in place.rows}


async def prove_gone(lost: Mapping[str, str], fetch: Callable[[str], Awaitable[object]]) -> dict[str, str]:
    """Ask for each lost id; return why absence is not proved, for those for which it is not."""
    if len(lost) > MOST_VANISHED:
        return dict.fromkeys(lost, f"{len(lost)} known ids are missing from the list: {_GONE_AT_ONCE}")
    answers = await attempts([fetch(number) for number in lost.values()])
    return {
        name: reason
        for (name, number), answer in zip(lost.items(), answers, strict=True)
        if (reason := _doubt(number, answer))
    }


def _doubt(number: str, answer: object) -> str:
    if answer is None:
        return ""
    return reason_of(answer) if isinstance(answer, VendorError) else _foreign(number)


def _foreign(number: str) -> str:
    return (
        f"id {number} exists but is not listed under our reference; compare its reference in the BSS with the "
        "manifest, then look again"
    )
