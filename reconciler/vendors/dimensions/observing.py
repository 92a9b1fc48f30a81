"""Reading Dimensions: whole lists for a full look, ids for a focused one. What cannot be read whole is unreadable.

Resellers and customers come first, since everything hangs on them; users come before connections, whose import
shows in the users only.
"""

import dataclasses
from datetime import UTC, datetime

from reconciler.contract import Observation, Reader, Scope, Wanted
from reconciler.errors import Forbidden, VendorError
from reconciler.model import Address
from reconciler.vendors.dimensions import rows, showing, wire
from reconciler.vendors.dimensions.catalogue import CUSTOMER, OWN, RESELLER
from reconciler.vendors.dimensions.client import Client, Place, attempts, reason_of
from reconciler.vendors.dimensions.completing import complete
from reconciler.vendors.dimensions.connections import read_pbxs
from reconciler.vendors.dimensions.expanding import user_address
from reconciler.vendors.dimensions.locating import locate_customers, locate_resellers
from reconciler.vendors.dimensions.members import find_administrator, read_users
from reconciler.vendors.dimensions.options import Options
from reconciler.vendors.dimensions.rounds import Located, Round

NOT_STAMPED = datetime.min.replace(tzinfo=UTC)
"""An adapter reads no clock: the engine says when the reading began. Until then it is too old to prove anything."""


async def observe(
    scope: Scope, read: Reader, *, endpoints: wire.Endpoints, settings: Options, size: int
) -> Observation:
    """Read what is wanted, or only the focus."""
    asked = scope.wanted if scope.focus is None else [one for one in sorted(scope.focus) if one in scope.wanted]
    wanted = {address: scope.wanted[address] for address in asked if address.vendor == OWN}
    this = Round(scope, Client(read, endpoints, size), settings, wanted)
    if wanted:
        await locate_resellers(this)
        _show_resellers(this)
        await locate_customers(this)
        await _read_metrics(this)
        await _show_customers(this)
        await read_users(this)
        await _mark_administrators(this)
        await read_pbxs(this)
    return Observation(scope.now or NOT_STAMPED, this.objects, this.unreadable, tuple(this.problems), this.obstacles)


def _show_resellers(this: Round) -> None:
    """Show the reseller accounts; a reseller's own credentials see none, which a person then opens."""
    for address in this.of_type(RESELLER):
        place = this.accounts.get(address.name, Located())
        if isinstance(place, Located) and place.reason:
            this.unreadable[address] = place.reason
        elif isinstance(place, Located):
            _take(this, address, place.rows, make=lambda row, _: showing.reseller(row))


async def _read_metrics(this: Round) -> None:
    """Read the metrics of each reseller account; without the right to, what only they show counts as unknown."""
    places = [this.place(name) for name in this.customer_names()]
    accounts = sorted({place.account for place in places if place is not None})
    if this.focused or not this.settings.enterprise:
        return
    answers = await attempts([this.client.fetch_metrics(account) for account in accounts])
    for account, answer in zip(accounts, answers, strict=True):
        if not isinstance(answer, VendorError):
            this.metrics[account] = answer
        elif not isinstance(answer, Forbidden):
            this.unmeasured[account] = answer


async def _show_customers(this: Round) -> None:
    wanted = this.of_type(CUSTOMER)
    single: dict[Address, rows.Tenant] = {}
    for address in wanted:
        found = this.customers[address.name]
        if isinstance(found, str) or found.reason:
            this.unreadable[address] = found.reason if isinstance(found, Located) else "it was not read"
        elif reason := this.unmeasured_reason(address.name):
            this.unreadable[address] = reason
        elif found.only is not None:
            single[address] = found.only
        else:
            _take_customers(this, address, found.rows)
    whole = await complete(single, lambda one: _needed(this, wanted[one]), lambda one: _read(this, one))
    for address, row in whole.items():
        if isinstance(row, VendorError):
            this.unreadable[address] = reason_of(row)
        else:
            _take_customers(this, address, (row,))


def _needed(this: Round, wanted: Wanted) -> list[str]:
    """Return the members that a row must have to compare it; none when it was read whole."""
    found = this.customers[wanted.address.name]
    if isinstance(found, Located) and found.whole:
        return []
    metrics = this.customer_metrics(wanted.address.name)
    shown = {"trialDays"} | ({"productType"} if metrics is not None and metrics.product_type else set())
    return [wire.CUSTOMER_FIELDS[word] for word in wanted.fields if word not in shown]


async def _read(this: Round, address: Address) -> rows.Tenant | None:
    return await this.client.fetch_customer(this.place(address.name) or Place(""))


def _take_customers(this: Round, address: Address, found: tuple[rows.Tenant, ...]) -> None:
    metrics = this.customer_metrics(address.name)
    _take(this, address, found, make=lambda row, wanted: showing.customer(row, wanted, metrics))


def _take(this: Round, address: Address, found: tuple[rows.Tenant, ...], *, make: showing.Make) -> None:
    """Take the rows of one address as observed; a row that is wrong makes this address unreadable."""
    try:
        this.objects[address] = tuple(make(row, this.wanted[address]) for row in found)
    except VendorError as error:
        this.unreadable[address] = reason_of(error)


async def _mark_administrators(this: Round) -> None:
    """Look who administers the customers that are to be enabled and whose declared primary user is not there."""
    for address, wanted in {} if this.focused else this.of_type(CUSTOMER).items():
        names = wanted.options.get("primary")
        primary = [user_address(str(name)) for name in names] if isinstance(names, list | tuple) else []
        seen = this.objects.get(address, ())
        missing = all(this.objects.get(one) == () for one in primary)
        if len(seen) == 1 and missing and wanted.fields.get("enabled") is True:
            email = await find_administrator(this, address.name)
            this.objects[address] = (dataclasses.replace(seen[0], extra={"administrator": email}),)
