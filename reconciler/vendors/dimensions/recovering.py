"""Whether a step whose answer was lost was done. A look-up that fails proves nothing.

A patch sets values: when nothing of it can be seen, it counts as not done and is made again.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeAlias

from reconciler.contract import Absent, Found, Several, Unknown
from reconciler.errors import VendorError
from reconciler.model import Json
from reconciler.vendors.dimensions import catalogue, patching, showing
from reconciler.vendors.dimensions.catalogue import CUSTOMER, PBX, RESELLER, USER
from reconciler.vendors.dimensions.client import reason_of
from reconciler.vendors.dimensions.connections import instance_of
from reconciler.vendors.dimensions.desk import Desk
from reconciler.vendors.dimensions.locating import by_reference
from reconciler.vendors.dimensions.preparing import user_id

Verdict: TypeAlias = Found | Absent | Several | Unknown


async def recover(desk: Desk) -> Verdict:
    """Look for what a step should have done."""
    look = _LOOKS.get((desk.step.address.type, desk.step.operation))
    if look is None:
        return Unknown(f"the vendor has no way to tell whether {desk.step.operation} was done")
    try:
        return await look(desk)
    except VendorError as error:
        return Unknown(reason_of(error))


def _one_of(ids: Sequence[str]) -> Verdict:
    if len(ids) > 1:
        return Several(tuple(sorted(ids)))
    return Found(ids[0]) if ids else Absent()


def _read_back(body: Mapping[str, Json], now: Mapping[str, Json], *, number: str) -> Verdict:
    return Found(number) if patching.compared(body, now) else Absent()


async def _account_created(desk: Desk) -> Verdict:
    return _one_of([row.id for row in await by_reference(desk.client, desk.wanted)])


async def _account_patched(desk: Desk) -> Verdict:
    number = desk.own_id()
    row = await desk.client.fetch_account(number)
    if row is None:
        return Unknown(f"account {number} is gone")
    return _read_back(desk.step.body, showing.account_fields(row), number=number)


async def _account_deleted(desk: Desk) -> Verdict:
    number = desk.own_id()
    return Found(number) if await desk.client.fetch_account(number) is None else Absent()


async def _customer_created(desk: Desk) -> Verdict:
    found = await desk.client.fetch_customers_by_reference(desk.account(), desk.wanted.keys)
    return _one_of([row.id for row in found])


async def _customer_patched(desk: Desk) -> Verdict:
    place = desk.place()
    row = await desk.client.fetch_customer(place)
    if row is None:
        return Unknown(f"customer {place.customer} is gone")
    return _read_back(desk.step.body, showing.customer_fields(row, desk.wanted), number=place.customer)


async def _customer_deleted(desk: Desk) -> Verdict:
    place = desk.place()
    return Found(place.customer) if await desk.client.fetch_customer(place) is None else Absent()


async def _pbx_created(desk: Desk) -> Verdict:
    place, instance = desk.place(), instance_of(desk.wanted)
    if instance is None:
        return Unknown("the manifest names no telephone system any more")
    there = await desk.client.fetch_instance(instance)
    if not there.exists or there.pbx is None:
        return Absent()
    ours = (there.tenant or "").lower() == place.customer.lower()
    return Found(there.pbx) if ours else Unknown(f"its telephone system is connected to tenant {there.tenant}")


async def _pbx_patched(desk: Desk) -> Verdict:
    number = desk.own_id()
    row = await desk.client.fetch_pbx(desk.place(), number)
    if row is None:
        return Unknown(f"connection {number} is gone")
    return _read_back(desk.step.body, showing.pbx_fields(row), number=number)


async def _pbx_deleted(desk: Desk) -> Verdict:
    number = desk.own_id()
    return Found(number) if await desk.client.fetch_pbx(desk.place(), number) is None else Absent()


async def _user_created(desk: Desk) -> Verdict:
    """Tell a user that was created from one that the import brought, who has not been given its roles yet."""
    place = desk.place()
    ids = [row.id for row in await desk.client.fetch_users_by_email(place, desk.wanted.keys[0])]
    if len(ids) != 1:
        return _one_of(ids)
    row = await desk.client.fetch_user(place, ids[0])
    given, asked = (row.roles if row is not None else None), desk.step.body.get("roles")
    missing = set(asked) - set(given or ()) if isinstance(asked, list | tuple) else set()
    return Found(ids[0], whole=not missing)


async def _user_patched(desk: Desk) -> Verdict:
    place = desk.place()
    number = await user_id(desk, place)
    row = await desk.client.fetch_user(place, number)
    if row is None:
        return Unknown(f"user {number} is gone")
    added, taken = patching.role_changes(desk.step)
    named = patching.compared(desk.step.body, {"displayName": row.display_name}) is not False
    stands = not patching.role_operations(row.roles or (), added=added, taken=taken)
    return Found(number) if named and stands else Absent()


async def _user_deleted(desk: Desk) -> Verdict:
    number = desk.own_id()
    return Found(number) if await desk.client.fetch_user(desk.place(), number) is None else Absent()


_PATCHES = (catalogue.UPDATE, catalogue.ENABLE, catalogue.DISABLE)
_LOOKS: Mapping[tuple[str, str], Callable[[Desk], Awaitable[Verdict]]] = {
    (RESELLER, catalogue.CREATE): _account_created,
    **{(RESELLER, name): _account_patched for name in _PATCHES},
    (RESELLER, catalogue.DELETE): _account_deleted,
    (CUSTOMER, catalogue.CREATE): _customer_created,
    **{(CUSTOMER, name): _customer_patched for name in _PATCHES},
    (CUSTOMER, catalogue.DELETE): _customer_deleted,
    (PBX, catalogue.CREATE): _pbx_created,
    **{(PBX, name): _pbx_patched for name in _PATCHES},
    (PBX, catalogue.DELETE): _pbx_deleted,
    (USER, catalogue.CREATE): _user_created,
    (USER, catalogue.UPDATE): _user_patched,
    (USER, catalogue.DISABLE): _user_patched,
    (USER, catalogue.DELETE): _user_deleted,
}
