"""Whether a step whose answer was lost was done. A look-up that fails proves nothing."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeAlias

from reconciler.contract import Absent, Found, Several, SyncStatus, Unknown
from reconciler.errors import VendorError
from reconciler.vendors.interworks import catalogue, showing, wire
from reconciler.vendors.interworks.client import reason_of
from reconciler.vendors.interworks.options import all_set, wanted_options
from reconciler.vendors.interworks.preparing import Desk

Verdict: TypeAlias = Found | Absent | Several | Unknown


async def recover(desk: Desk) -> Verdict:
    """Look for what a step should have done."""
    look = _LOOKS.get((desk.step.address.type, desk.step.operation))
    if look is None:
        return Unknown(f"the BSS has no way to tell whether {desk.step.operation} was done")
    try:
        return await look(desk)
    except VendorError as error:
        return Unknown(reason_of(error))


def _one_of(ids: Sequence[str]) -> Verdict:
    if len(ids) > 1:
        return Several(tuple(sorted(ids)))
    return Found(ids[0]) if ids else Absent()


async def _account_created(desk: Desk) -> Verdict:
    return _one_of([str(row.id) for row in await desk.client.fetch_accounts_by_code(desk.wanted.keys)])


async def _account_patched(desk: Desk) -> Verdict:
    step = desk.step
    number = step.target or desk.id_of(step.address)
    row = await desk.client.fetch_account(number)
    if row is None:
        return Unknown(f"account {number} is gone")
    now = showing.account_fields(row, desk.names(), own=step.address.name)
    done = all(word in now and now[word] == value for word, value in step.body.items())
    return Found(number) if done else Absent()


async def _options_set(desk: Desk) -> Verdict:
    number = desk.account_id(desk.step.address.name)
    values = wanted_options(desk.wanted, desk.system, desk.situation.ids)
    present = await desk.client.fetch_options(number, desk.system.code)
    done = all_set(values, present)
    return Found(desk.step.target or f"{number}:{desk.system.code}") if done else Absent()


async def _synchronized(desk: Desk) -> Verdict:
    return await _in_sync(desk, at_rest=True)


async def _synchronized_again(desk: Desk) -> Verdict:
    """Nothing at rest shows whether it was done again, and to ask once more does no harm: it counts as not done."""
    return await _in_sync(desk, at_rest=False)


async def _in_sync(desk: Desk, *, at_rest: bool) -> Verdict:
    number = desk.account_id(desk.step.address.name)
    status = await desk.client.fetch_status(number, desk.system.code)
    if status.status is SyncStatus.IN_PROGRESS or (at_rest and status.status is SyncStatus.SYNCHRONIZED):
        return Found(status.external_id or f"{number}:{desk.system.code}")
    if status.status is SyncStatus.UNKNOWN:
        return Unknown(f"status is {status.word!r}, which is not known")
    return Absent()


async def _order_created(desk: Desk) -> Verdict:
    account = desk.account_id(str(desk.step.body.get("account") or desk.wanted.fields["account"]))
    return _one_of([row.id for row in await desk.client.fetch_orders_by_name(_references(desk), account)])


def _references(desk: Desk) -> tuple[str, ...]:
    """Return the references of the revision that the step is about; the manifest may ask for a later one by now."""
    now, then = f"#{desk.wanted.revision}", f"#{desk.step.revision}"
    return tuple(key.removesuffix(now) + then for key in desk.wanted.keys)


async def _order_executed(desk: Desk) -> Verdict:
    same = desk.step.revision == desk.wanted.revision
    number = (desk.situation.ids.get(desk.step.address) if same else None) or desk.step.target
    if number is None:
        found = await _order_created(desk)
        if not isinstance(found, Found):
            return Unknown("the order that was executed cannot be found")
        number = found.vendor_id
    order = await desk.client.fetch_order(number)
    if order is None:
        return Unknown(f"order {number} is gone")
    if order.status == wire.EXECUTED or await desk.client.fetch_assets_of(number):
        return Found(number)
    return Absent() if order.status == wire.SUBMITTED else Unknown(f"order {number} is {order.status!r}")


_LOOKS: Mapping[tuple[str, str], Callable[[Desk], Awaitable[Verdict]]] = {
    ("account", catalogue.CREATE): _account_created,
    ("account", catalogue.UPDATE): _account_patched,
    ("account", catalogue.ENABLE): _account_patched,
    ("account", catalogue.DISABLE): _account_patched,
    ("sync", catalogue.SET_OPTIONS): _options_set,
    ("sync", catalogue.SYNCHRONIZE): _synchronized,
    ("sync", catalogue.RESYNCHRONIZE): _synchronized_again,
    ("order", catalogue.CREATE): _order_created,
    ("order", catalogue.EXECUTE): _order_executed,
}
