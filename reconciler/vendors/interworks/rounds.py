"""One reading of the BSS under way: what is asked for, what was found, and the accounts everything hangs on."""

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from reconciler.contract import Observed, Scope, Wanted
from reconciler.errors import VendorError
from reconciler.model import Address
from reconciler.vendors.interworks import rows, showing, wire
from reconciler.vendors.interworks.client import Client, attempts, reason_of
from reconciler.vendors.interworks.expanding import account_address
from reconciler.vendors.interworks.locating import Located, find_account, locate_accounts, names_by_id
from reconciler.vendors.interworks.systems import System

T = TypeVar("T")


@dataclasses.dataclass
class Round:
    """`wanted` is the part of the scope to read; `located` and `names` are known once accounts were read."""

    scope: Scope
    client: Client
    systems: Mapping[str, System]
    wanted: Mapping[Address, Wanted]
    located: dict[str, Located] = dataclasses.field(default_factory=dict)
    names: dict[int, str] = dataclasses.field(default_factory=dict)
    objects: dict[Address, tuple[Observed, ...]] = dataclasses.field(default_factory=dict)
    unreadable: dict[Address, str] = dataclasses.field(default_factory=dict)

    @property
    def focused(self) -> bool:
        """Whether only some addresses are read, by id."""
        return self.scope.focus is not None

    def of_type(self, name: str) -> dict[Address, Wanted]:
        """Return the wanted objects of a type."""
        return {address: wanted for address, wanted in self.wanted.items() if address.type == name}

    def show(self, address: Address, make: Callable[[T], Observed], found: Iterable[T]) -> None:
        """Take the rows of one address as observed; a row that is wrong makes this address unreadable."""
        try:
            self.objects[address] = tuple(make(row) for row in found)
        except VendorError as error:
            self.unreadable[address] = reason_of(error)


async def read_accounts(this: Round) -> None:
    """Locate every account that is wanted or that something wanted hangs on, and show the wanted ones."""
    names = list(dict.fromkeys(_account_name(address, wanted) for address, wanted in this.wanted.items()))
    if this.focused:
        needed = [name for name in names if any(a.name == name and a.type != "order" for a in this.wanted)]
        places = await attempts([find_account(this.scope, this.client, name) for name in needed])
        this.located = {name: _place(place) for name, place in zip(needed, places, strict=True)}
    else:
        this.located = await locate_accounts(this.scope, this.client, names)
    this.names = names_by_id(this.scope, this.located, {*names, *_named(this.wanted)})
    await learn_names(this, _linked(this.located))
    for address in this.of_type("account"):
        place = this.located[address.name]
        if place.reason:
            this.unreadable[address] = place.reason
        else:
            _show_account(this, address, place)


async def learn_names(this: Round, numbers: Iterable[int]) -> None:
    """Learn the names of accounts that a focused look does not read; ids of others stay nameless."""
    unknown = sorted(set(numbers) - set(this.names)) if this.focused else []
    if not unknown:
        return
    codes = {
        key: address.name
        for address, wanted in this.scope.wanted.items()
        if address == account_address(address.name)
        for key in wanted.keys
    }
    for found in await attempts([this.client.fetch_account(str(number)) for number in unknown]):
        if isinstance(found, rows.Account) and found.code in codes:
            this.names[found.id] = codes[found.code]


def _named(wanted: Mapping[Address, Wanted]) -> set[str]:
    """Return the accounts that wanted objects name."""
    values = [
        (item.fields.get("parent"), item.fields.get("billTo"), item.options.get("billTo")) for item in wanted.values()
    ]
    return {name for some in values for name in some if isinstance(name, str)}


def _account_name(address: Address, wanted: Wanted) -> str:
    return str(wanted.fields["account"]) if address.type == "order" else address.name


def _place(found: Located | VendorError) -> Located:
    return Located(reason=reason_of(found)) if isinstance(found, VendorError) else found


def _linked(located: Mapping[str, Located]) -> set[int]:
    values = [
        row.row.get(member.lower())
        for place in located.values()
        for row in place.rows
        for member in wire.ACCOUNT_LINKS.values()
    ]
    return {value for value in values if isinstance(value, int)}


def _show_account(this: Round, address: Address, place: Located) -> None:
    def make(row: rows.Account) -> Observed:
        return showing.account(row, this.names, own=address.name)

    this.show(address, make, place.rows)
