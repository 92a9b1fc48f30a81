"""The one request of each step, made after a last look. StepRefused when what is there is not what was planned.

A patch holds only what does not stand yet; when all does, nothing is sent.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

from reconciler.contract import Call, Satisfied
from reconciler.errors import StepRefused
from reconciler.model import Json
from reconciler.vendors.dimensions import catalogue, patching, rows, showing, wire
from reconciler.vendors.dimensions.catalogue import CUSTOMER, PBX, RESELLER, USER
from reconciler.vendors.dimensions.client import Place
from reconciler.vendors.dimensions.connecting import SECRETS
from reconciler.vendors.dimensions.connections import held_elsewhere, instance_of
from reconciler.vendors.dimensions.desk import Desk
from reconciler.vendors.dimensions.locating import by_reference


async def prepare(desk: Desk) -> Call | Satisfied:
    """Make the request of a step; StepRefused for one that only a person can do."""
    step = desk.step
    made = _PREPARED.get((step.address.type, step.operation.partition(":")[0]))
    if made is None:
        raise StepRefused(f"{step.address} {step.operation} is done by a person; see its instructions in the plan")
    return await made(desk)


async def _create_account(desk: Desk) -> Call | Satisfied:
    there = await by_reference(desk.client, desk.wanted)
    if there:
        return Satisfied(_only(desk, there).id)
    body = patching.created(desk.step.body, wire.ACCOUNT_FIELDS)
    return desk.post(desk.endpoints.create_account, Place(""), body)


async def _patch_account(desk: Desk) -> Call | Satisfied:
    number = desk.own_id()
    row = _there(desk, await desk.client.fetch_account(number))
    operations = _differing(desk, showing.account_fields(row), wire.ACCOUNT_FIELDS)
    return _patch(desk, Place(number), operations, vendor_id=number)


async def _delete_account(desk: Desk) -> Call | Satisfied:
    number = desk.own_id()
    if await desk.client.fetch_account(number) is None:
        return Satisfied(number)
    return desk.endpoints.delete_account.call({"account": number})


def _only(desk: Desk, there: tuple[rows.Tenant, ...]) -> rows.Tenant:
    if len(there) > 1:
        raise StepRefused(
            f"{len(there)} tenants carry the reference of {desk.step.address}; choose with `reconciler resolve`"
        )
    return there[0]


async def _create_customer(desk: Desk) -> Call | Satisfied:
    account = desk.account()
    there = await desk.client.fetch_customers_by_reference(account, desk.wanted.keys)
    if there:
        return Satisfied(_only(desk, there).id)
    body = {**patching.created(desk.step.body, wire.CUSTOMER_FIELDS), "enabled": False}
    return desk.post(desk.endpoints.create_customer, Place(account), body)


async def _patch_customer(desk: Desk) -> Call | Satisfied:
    place = desk.place()
    row = _there(desk, await desk.client.fetch_customer(place))
    operations = _differing(desk, showing.customer_fields(row, desk.wanted), wire.CUSTOMER_FIELDS)
    return _patch(desk, place, operations, vendor_id=place.customer)


async def _delete_customer(desk: Desk) -> Call | Satisfied:
    place = desk.place()
    if await desk.client.fetch_customer(place) is None:
        return Satisfied(place.customer)
    return desk.endpoints.delete_customer.call(place.arguments())


async def _create_pbx(desk: Desk) -> Call | Satisfied:
    place, instance = desk.place(), instance_of(desk.wanted)
    if instance is None:
        raise StepRefused(f"{desk.step.address} names no telephone system; correct its manifest")
    there = await desk.client.fetch_instance(instance)
    if there.exists and there.pbx is not None:
        if (there.tenant or "").lower() != place.customer.lower():
            raise StepRefused(f"{held_elsewhere(desk.wanted, there)}; free it there and plan again", stale=True)
        return Satisfied(there.pbx)
    body = {**patching.created(_with_secrets(desk, desk.step.body), wire.PBX_FIELDS), "enabled": False}
    return desk.post(desk.endpoints.create_pbx, place, body)


async def _patch_pbx(desk: Desk) -> Call | Satisfied:
    place, number = desk.place(), desk.own_id()
    row = _there(desk, await desk.client.fetch_pbx(place, number))
    operations = _differing(desk, showing.pbx_fields(row), wire.PBX_FIELDS)
    return _patch(desk, place, operations, vendor_id=number)


async def _delete_pbx(desk: Desk) -> Call | Satisfied:
    place, number = desk.place(), desk.own_id()
    if await desk.client.fetch_pbx(place, number) is None:
        return Satisfied(number)
    return desk.endpoints.delete_pbx.call(place.arguments(pbx=number))


def _with_secrets(desk: Desk, body: Mapping[str, Json]) -> dict[str, Json]:
    """Return values with the secrets of the manifest in place of what stands for them in a step."""
    return {word: desk.wanted.fields[word] if word in SECRETS else value for word, value in body.items()}


async def _create_user(desk: Desk) -> Call | Satisfied:
    """Make the creation of a user; one who is there already, from the PBX perhaps, gets the roles that are missing."""
    place = desk.place()
    there = await desk.client.fetch_users_by_email(place, desk.wanted.keys[0])
    if len(there) > 1:
        raise StepRefused(f"{len(there)} users have the e-mail of {desk.step.address}; keep one at the vendor")
    if there:
        return await _patch_of(desk, place, there[0].id)
    body = patching.created(desk.step.body, wire.USER_FIELDS)
    return desk.post(desk.endpoints.create_user, place, body)


async def _patch_user(desk: Desk) -> Call | Satisfied:
    place = desk.place()
    return await _patch_of(desk, place, await user_id(desk, place))


async def _patch_of(desk: Desk, place: Place, number: str) -> Call | Satisfied:
    row = _there(desk, await desk.client.fetch_user(place, number))
    now: dict[str, Json] = {"displayName": row.display_name}
    body = desk.step.body
    patching.check_basis(desk.step, now)
    renamed = patching.left_to_do({word: body[word] for word in now if word in body}, now)
    added, taken = patching.role_changes(desk.step)
    operations = [
        *patching.replacements({word: body[word] for word in renamed}, wire.USER_FIELDS),
        *patching.role_operations(row.roles or (), added=added, taken=taken),
    ]
    return _patch(desk, place, operations, vendor_id=number)


async def user_id(desk: Desk, place: Place) -> str:
    """Return the id of the step's user: as known, else by e-mail."""
    known = desk.step.target or desk.situation.ids.get(desk.step.address)
    if known:
        return known
    found = await desk.client.fetch_users_by_email(place, desk.wanted.keys[0])
    if len(found) != 1:
        raise StepRefused(f"{desk.step.address} is not there yet; apply again when it is settled")
    return found[0].id


async def _delete_user(desk: Desk) -> Call | Satisfied:
    place, number = desk.place(), desk.own_id()
    user = await desk.client.fetch_user(place, number)
    if user is None:
        return Satisfied(number)
    if user.is_parent:
        raise StepRefused(f"{desk.step.address} is a user of a higher level by now; take it away there", stale=True)
    return desk.endpoints.delete_user.call(place.arguments(user=number))


async def _assign(desk: Desk) -> Call | Satisfied:
    operation, _, device = desk.step.operation.partition(":")
    place, endpoints = desk.place(), desk.endpoints
    arguments = place.arguments(user=await user_id(desk, place), device=device)
    endpoint = endpoints.assign_device if operation == catalogue.ASSIGN else endpoints.unassign_device
    kind = desk.step.body.get("clientType")
    return endpoint.call(arguments, body={"clientType": kind} if kind else {}, content_type=wire.JSON_TYPE)


async def _invite(desk: Desk) -> Call | Satisfied:
    place = desk.place()
    return desk.endpoints.invite_user.call(place.arguments(user=await user_id(desk, place)))


Row = TypeVar("Row", rows.Tenant, rows.Pbx, rows.User)


def _there(desk: Desk, row: Row | None) -> Row:
    if row is None:
        raise StepRefused(f"{desk.step.address} is not at the vendor any more; plan again", stale=True)
    return row


def _differing(desk: Desk, now: Mapping[str, Json], names: Mapping[str, str]) -> list[Json]:
    patching.check_basis(desk.step, now)
    body = _with_secrets(desk, desk.step.body)
    return patching.replacements({word: body[word] for word in patching.left_to_do(desk.step.body, now)}, names)


def _patch(desk: Desk, place: Place, operations: list[Json], *, vendor_id: str) -> Call | Satisfied:
    if not operations:
        return Satisfied(vendor_id)
    endpoint = {
        RESELLER: desk.endpoints.patch_account,
        CUSTOMER: desk.endpoints.patch_customer,
        PBX: desk.endpoints.patch_pbx,
        USER: desk.endpoints.patch_user,
    }[desk.step.address.type]
    arguments = place.arguments(pbx=vendor_id, user=vendor_id)
    return endpoint.call(arguments, body=operations, content_type=wire.JSON_TYPE, headers=desk.headers())


_PATCHES = (catalogue.UPDATE, catalogue.ENABLE, catalogue.DISABLE)
_PREPARED: Mapping[tuple[str, str], Callable[[Desk], Awaitable[Call | Satisfied]]] = {
    (RESELLER, catalogue.CREATE): _create_account,
    **{(RESELLER, name): _patch_account for name in _PATCHES},
    (RESELLER, catalogue.DELETE): _delete_account,
    (CUSTOMER, catalogue.CREATE): _create_customer,
    **{(CUSTOMER, name): _patch_customer for name in _PATCHES},
    (CUSTOMER, catalogue.DELETE): _delete_customer,
    (PBX, catalogue.CREATE): _create_pbx,
    **{(PBX, name): _patch_pbx for name in _PATCHES},
    (PBX, catalogue.DELETE): _delete_pbx,
    (USER, catalogue.CREATE): _create_user,
    (USER, catalogue.UPDATE): _patch_user,
    (USER, catalogue.DISABLE): _patch_user,
    (USER, catalogue.DELETE): _delete_user,
    (USER, catalogue.ASSIGN): _assign,
    (USER, catalogue.UNASSIGN): _assign,
    (USER, catalogue.INVITE): _invite,
}
