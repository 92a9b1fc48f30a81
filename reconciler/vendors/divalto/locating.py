"""Which orders at Divalto are the wanted ones, and when one is proved absent.

The list of all orders may lag behind, so only what it shows as ended is taken from it: what is open, unknown or not
in it is looked up by reference, which knows what was just written. An order that ended is not read one by one.
"""

from collections.abc import Mapping

from reconciler.contract import Wanted
from reconciler.errors import IncompleteRead, VendorError
from reconciler.model import Address
from reconciler.vendors.divalto import catalogue, rows, wire
from reconciler.vendors.divalto.client import attempt, attempts
from reconciler.vendors.divalto.rounds import Round, ours

Orders = tuple[rows.Order, ...]
MOST_VANISHED = 20
"""More known numbers than this gone at once is a fault of the vendor or of a right, not of many orders."""


async def locate_orders(this: Round) -> dict[Address, Orders]:
    """Return the orders found for each wanted one; what cannot be said is unreadable in the round."""
    wanted = this.of_type(catalogue.ORDER)
    if not wanted:
        return {}
    found = {} if this.focused else await _ended(this, wanted)
    if found is None:
        return {}
    asked = [address for address in wanted if address not in found]
    answers = await attempts([_look_up(this, wanted[address]) for address in asked])
    vanished = [
        address
        for address, answer in zip(asked, answers, strict=True)
        if answer == () and this.known_id(wanted[address]) is not None
    ]
    for address, answer in zip(asked, answers, strict=True):
        if isinstance(answer, VendorError):
            this.lose(address, answer)
        elif address in vanished and len(vanished) > MOST_VANISHED:
            text = f"{len(vanished)} known orders are gone at once; look at the rights of the key"
            this.lose(address, IncompleteRead(text))
        else:
            found[address] = answer
    return found


async def _ended(this: Round, wanted: Mapping[Address, Wanted]) -> dict[Address, Orders] | None:
    """Return what the list shows as ended, by address; None when it cannot be read."""
    references = {key for one in wanted.values() for key in one.keys}
    listed = await attempt(this.client.fetch_orders(references))
    if isinstance(listed, VendorError):
        for address in wanted:
            this.lose(address, listed)
        return None
    by_reference: dict[str, list[rows.Order]] = {}
    for row in listed:
        by_reference.setdefault(row.reference, []).append(row)
    found: dict[Address, Orders] = {}
    for address, one in wanted.items():
        matches = tuple(row for key in one.keys for row in by_reference.get(key, ()))
        if matches and all(row.status in wire.TERMINAL for row in matches):
            found[address] = matches
    return found


async def _look_up(this: Round, wanted: Wanted) -> Orders:
    number = this.known_id(wanted)
    if number is None or not this.focused:
        found = await this.client.fetch_orders_by_reference(wanted.keys)
        if found or number is None:
            return found
    by_hand = (wanted.address, catalogue.PLACE) in this.scope.done_at
    return ours(await this.client.fetch_order(number), wanted, by_hand=by_hand)
