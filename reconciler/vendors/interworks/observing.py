"""Reading the BSS: whole lists for a full look, ids for a focused one. What cannot be read whole is unreadable.

Orders and assets are listed only when orders are wanted; statuses and options are read for wanted accounts only.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from reconciler.contract import Observation, Observed, Reader, Scope, Wanted
from reconciler.errors import BadAnswer, VendorError
from reconciler.model import Address
from reconciler.vendors.interworks import rows, showing, wire
from reconciler.vendors.interworks.catalogue import OWN
from reconciler.vendors.interworks.client import Client, attempt, attempts, reason_of
from reconciler.vendors.interworks.expanding import product_address
from reconciler.vendors.interworks.locating import Located, ask_again, foreign, known_id
from reconciler.vendors.interworks.rounds import Round, learn_names, read_accounts
from reconciler.vendors.interworks.systems import System

NOT_STAMPED = datetime.min.replace(tzinfo=UTC)
"""An adapter reads no clock: the engine says when the reading began. Until then it is too old to prove anything."""


async def observe(scope: Scope, read: Reader, *, systems: Mapping[str, System], size: int) -> Observation:
    """Read what is wanted, or only the focus.

    Besides the wanted addresses, `objects` holds `<vendor>/product/<code>` for products whose price a coming
    execution needs.
    """
    served = {OWN, *systems}
    asked = scope.wanted if scope.focus is None else [one for one in sorted(scope.focus) if one in scope.wanted]
    wanted = {address: scope.wanted[address] for address in asked if address.vendor in served}
    this = Round(scope, Client(read, size), systems, wanted)
    if wanted:
        await read_accounts(this)
        await _read_syncs(this)
        await _read_orders(this)
        await _read_products(this)
    return Observation(NOT_STAMPED, this.objects, this.unreadable)


async def _read_syncs(this: Round) -> None:
    wanted = this.of_type("sync")
    there: dict[Address, rows.Account] = {}
    for address in wanted:
        place = this.located[address.name]
        if place.only is not None:
            there[address] = place.only
        elif place.reason or place.rows:
            this.unreadable[address] = place.reason or _several(place, address.name)
        else:
            this.objects[address] = ()
    statuses = await _statuses(this, there)
    asked = [address for address in there if this.systems[address.vendor].options]
    answers = await attempts(
        [this.client.fetch_options(there[address].id, this.systems[address.vendor].code) for address in asked]
    )
    options = dict(zip(asked, answers, strict=True))
    for address, account in there.items():
        _show_sync(this, address, account, status=statuses[address], options=options.get(address, {}))


async def _statuses(this: Round, there: Mapping[Address, rows.Account]) -> dict[Address, rows.Status | VendorError]:
    """Read statuses: one call for each account on a full look, one for each address on a focused one."""
    codes = {address: this.systems[address.vendor].code for address in there}
    if this.focused:
        calls = [this.client.fetch_status(account.id, codes[address]) for address, account in there.items()]
        return dict(zip(there, await attempts(calls), strict=True))
    numbers = sorted({account.id for account in there.values()})
    found = await attempts([this.client.fetch_statuses(number) for number in numbers])
    by_account = dict(zip(numbers, found, strict=True))
    statuses = {address: _status_in(by_account[account.id], codes[address]) for address, account in there.items()}
    # A list that leaves a system out says nothing of it: it is asked for by name.
    missing = [address for address, status in statuses.items() if status is None]
    again = await attempts([this.client.fetch_status(there[address].id, codes[address]) for address in missing])
    named = dict(zip(missing, again, strict=True))
    return {address: named[address] if status is None else status for address, status in statuses.items()}


def _status_in(found: Mapping[str, rows.Status] | VendorError, system: str) -> rows.Status | VendorError | None:
    return found if isinstance(found, VendorError) else found.get(system.lower())


def _show_sync(
    this: Round,
    address: Address,
    account: rows.Account,
    *,
    status: rows.Status | VendorError,
    options: Mapping[str, rows.Option] | VendorError,
) -> None:
    if isinstance(status, VendorError):
        this.unreadable[address] = reason_of(status)
        return
    if isinstance(options, VendorError):
        this.unreadable[address] = reason_of(options)
        return
    system = this.systems[address.vendor]
    this.objects[address] = (showing.sync(account, status, options, system=system, names=this.names),)


async def _read_orders(this: Round) -> None:
    wanted = this.of_type("order")
    if not wanted:
        return
    if this.focused:
        found = dict(zip(wanted, await attempts([_find_order(this, item) for item in wanted.values()]), strict=True))
    else:
        found = await _list_orders(this, wanted)
    orders: dict[Address, tuple[rows.Order, ...]] = {}
    for address, answer in found.items():
        place = this.located.get(str(wanted[address].fields["account"]), Located())
        if place.reason or isinstance(answer, VendorError):
            this.unreadable[address] = reason_of(answer) if isinstance(answer, VendorError) else place.reason
        else:
            orders[address] = answer
    linked = {number for some in orders.values() for row in some for number in (row.account, row.payer)}
    await learn_names(this, {number for number in linked if number is not None})
    await _show_orders(this, orders)


async def _find_order(this: Round, wanted: Wanted) -> tuple[rows.Order, ...]:
    number = known_id(wanted, this.scope.ids)
    if number is None:
        return await this.client.fetch_orders_by_name(wanted.keys)
    found = _by_id(await this.client.fetch_order(number), wanted)
    if isinstance(found, VendorError):
        raise found
    return found


async def _list_orders(
    this: Round, wanted: Mapping[Address, Wanted]
) -> dict[Address, tuple[rows.Order, ...] | VendorError]:
    names = {key for item in wanted.values() for key in item.keys}
    listed = await attempt(this.client.fetch_orders(names))
    if isinstance(listed, VendorError):
        return dict.fromkeys(wanted, listed)
    by_name: dict[str, list[rows.Order]] = {}
    for row in listed:
        by_name.setdefault(row.name or "", []).append(row)
    found: dict[Address, tuple[rows.Order, ...] | VendorError] = {
        address: tuple(row for key in item.keys for row in by_name.get(key, ())) for address, item in wanted.items()
    }
    lost = {
        str(address): number
        for address, item in wanted.items()
        if not found[address] and (number := known_id(item, this.scope.ids))
    }
    again = await ask_again(lost, this.client.fetch_order)
    return found | {address: _by_id(again[str(address)], wanted[address]) for address in wanted if str(address) in lost}


def _by_id(row: rows.Order | None | VendorError, wanted: Wanted) -> tuple[rows.Order, ...] | VendorError:
    if row is None or isinstance(row, VendorError):
        return () if row is None else row
    return (row,) if row.name in wanted.keys else BadAnswer(foreign(row.id))


async def _show_orders(this: Round, orders: Mapping[Address, Sequence[rows.Order]]) -> None:
    executed = {row.id for some in orders.values() for row in some if row.status == wire.EXECUTED}
    bare = {row.id for some in orders.values() for row in some if row.items is None}
    whole = dict(zip(bare, await attempts([this.client.fetch_order(number) for number in bare]), strict=True))
    assets = await _assets(this, executed)
    for address, found in orders.items():
        if isinstance(assets, VendorError) and any(row.id in executed for row in found):
            this.unreadable[address] = reason_of(assets)
            continue
        known = {} if isinstance(assets, VendorError) else assets
        shown = [_whole(row, whole.get(row.id)) for row in found]
        this.objects[address] = tuple(showing.order(row, known.get(row.id, ()), this.names) for row in shown)


def _whole(row: rows.Order, again: rows.Order | VendorError | None) -> rows.Order:
    return again if isinstance(again, rows.Order) else row


async def _assets(this: Round, orders: set[str]) -> dict[str, list[rows.AssetRow]] | VendorError:
    if not orders:
        return {}
    if this.focused:
        answers = await attempts([this.client.fetch_assets_of(number) for number in sorted(orders)])
    else:
        answers = [await attempt(this.client.fetch_assets(orders))]
    found: dict[str, list[rows.AssetRow]] = {}
    for answer in answers:
        if isinstance(answer, VendorError):
            return answer
        for row in answer:
            found.setdefault(row.order or "", []).append(row)
    return found


async def _read_products(this: Round) -> None:
    """Read the products of orders that are still to be executed; without them an order is unreadable."""
    pending = {
        address: wanted
        for address, wanted in this.of_type("order").items()
        if wanted.options.get("execute") and all(row.extra["status"] == wire.SUBMITTED for row in _seen(this, address))
    }
    lines = {address: _products(wanted) for address, wanted in pending.items() if address not in this.unreadable}
    codes = sorted({code for some in lines.values() for code in some})
    found = dict(zip(codes, await attempts([this.client.fetch_product(code) for code in codes]), strict=True))
    for address, some in lines.items():
        for code in some:
            answer = found[code]
            if isinstance(answer, VendorError):
                this.objects.pop(address, None)
                this.unreadable[address] = f"product {code} cannot be read: {reason_of(answer)}"
            else:
                this.objects[product_address(address.vendor, code)] = (showing.product(code, answer),)


def _seen(this: Round, address: Address) -> tuple[Observed, ...]:
    return this.objects.get(address, ())


def _products(wanted: Wanted) -> list[str]:
    items = wanted.fields.get("items")
    return [str(item["product"]) for item in items if isinstance(item, Mapping)] if isinstance(items, list) else []


def _several(place: Located, name: str) -> str:
    return f"{len(place.rows)} accounts carry the reference of {name}; a person must choose one with resolve"
