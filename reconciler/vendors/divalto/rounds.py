"""One reading of Divalto under way: what is asked for and what was found."""

import dataclasses
from collections.abc import Mapping

from reconciler.contract import Observed, Scope, Wanted
from reconciler.errors import BadAnswer, VendorError
from reconciler.model import Address
from reconciler.vendors.divalto import rows
from reconciler.vendors.divalto.client import Client, reason_of
from reconciler.vendors.divalto.options import Options


@dataclasses.dataclass
class Round:
    """`wanted` is the part of the scope to read."""

    scope: Scope
    client: Client
    settings: Options
    wanted: Mapping[Address, Wanted]
    objects: dict[Address, tuple[Observed, ...]] = dataclasses.field(default_factory=dict)
    unreadable: dict[Address, str] = dataclasses.field(default_factory=dict)

    @property
    def focused(self) -> bool:
        """Whether only some addresses are read, by id."""
        return self.scope.focus is not None

    def of_type(self, name: str) -> dict[Address, Wanted]:
        """Return the wanted objects of a type."""
        return {address: wanted for address, wanted in self.wanted.items() if address.type == name}

    def lose(self, address: Address, error: VendorError) -> None:
        """Say that an address cannot be read, and why."""
        self.objects.pop(address, None)
        self.unreadable[address] = reason_of(error)

    def known_id(self, wanted: Wanted) -> str | None:
        """Return the vendor's number known for an object, under its present or a former address."""
        return next((self.scope.ids[one] for one in wanted.addresses if self.scope.ids.get(one)), None)


def ours(row: rows.Order | None, wanted: Wanted, *, by_hand: bool) -> tuple[rows.Order, ...]:
    """Return an order that was read by its number, if it is the wanted one; BadAnswer when it is another's.

    An order that a person entered in the portal need not carry our reference.
    """
    if row is None:
        return ()
    if row.reference in wanted.keys or (by_hand and not row.reference):
        return (row,)
    raise BadAnswer(
        f"order {row.number} exists but does not carry our reference {wanted.keys[0]}; compare it with the manifest"
    )
