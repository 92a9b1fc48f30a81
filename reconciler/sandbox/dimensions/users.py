"""Users of a customer, and of a reseller account (`dimensions.md` sections 6 and 8.3).

A user belongs to one tenant and may be attached to others as a guest, with other roles there.
"""

import dataclasses
from collections.abc import Callable, Mapping

from reconciler.sandbox.dimensions import charging, mails, membership, reading, roles
from reconciler.sandbox.dimensions.binding import Reader, bound, email, names, require, words
from reconciler.sandbox.dimensions.calls import Call
from reconciler.sandbox.dimensions.errors import TENANT_NOT_PRIMARY, invalid
from reconciler.sandbox.dimensions.moments import created, written
from reconciler.sandbox.dimensions.patching import patched
from reconciler.sandbox.dimensions.records import Account, Customer, Deletion, Guest, User
from reconciler.sandbox.dimensions.store import Desk
from reconciler.sandbox.messages import Reply

_PATCH: Mapping[str, Reader] = {"displayName": words(100), "roles": names}
_CREATE: Mapping[str, Reader] = {**_PATCH, "email": email}


def list_users(desk: Desk, call: Call) -> Reply:
    """Answer `GET .../users`; rows come without roles."""
    tenant = membership.tenant_of(desk, call)
    guests = [desk.books.users.get(guest.user_id) for guest in desk.books.guests.find("tenant", tenant.id)]
    rows = [*desk.books.users.find("tenant", tenant.id), *(user for user in guests if user is not None)]
    listed = [user for user in rows if reading.settled(desk, user.date_created, now=call.now)]
    return call.listed([membership.shown(user, tenant=tenant) for user in listed])


def read_user(desk: Desk, call: Call) -> Reply:
    """Answer `GET .../users/{id}`: with the roles it has at this tenant."""
    tenant, user = membership.tenant_of(desk, call), membership.user_of(desk, call)
    had = membership.roles_at(desk.books, user, tenant=tenant.id)
    return call.answer({**membership.shown(user, tenant=tenant), "roles": list(had)})


def create_user(desk: Desk, call: Call) -> Reply:
    """Answer `POST .../users`: 201; always with portal access."""
    tenant = membership.tenant_of(desk, call)
    values = bound(call.form(), _CREATE)
    require(values, "displayName", "email")
    wanted = roles.with_protected([*_texts(values.get("roles")), membership.portal_role(tenant)], had=())
    membership.check_roles(desk, wanted, tenant=tenant)
    address = str(values["email"])
    membership.check_new(desk.books, address, tenant=tenant.id)
    reasons = roles.charged((), wanted)
    charging.check(desk, call, reasons)
    charging.book(desk, call, reasons, tenant=tenant.id)
    user = User(
        id=desk.books.guid("user"),
        display_name=str(values["displayName"]),
        email=address,
        primary_tenant=tenant.id,
        roles=wanted,
        date_created=created(call.now),
    )
    _greet(desk, call, desk.books.users.put(user), tenant=tenant)
    shown = {name: value for name, value in membership.shown(user, tenant=tenant).items() if name != "isParent"}
    return call.created(user.id, data={**shown, "roles": list(user.roles)})


def patch_user(desk: Desk, call: Call) -> Reply:
    """Answer `PATCH .../users/{id}`: the name, and the roles at this tenant."""
    tenant, user = membership.tenant_of(desk, call), membership.user_of(desk, call)
    had = membership.roles_at(desk.books, user, tenant=tenant.id)
    patch = patched(call, {**membership.shown(user, tenant=tenant), "roles": had}, _PATCH)
    require(patch.values, "displayName")
    membership.check_explicit(patch.changes)
    wanted = roles.with_protected(_texts(patch.values.get("roles")), had=had)
    if set(wanted) != set(had):
        membership.check_roles(desk, wanted, tenant=tenant)
    if membership.portal_role(tenant) in set(wanted) - set(had):
        membership.check_access(desk.books, user)
    reasons = roles.charged(had, wanted)
    charging.check(desk, call, reasons)
    charging.book(desk, call, reasons, tenant=tenant.id)
    user = dataclasses.replace(user, display_name=str(patch.values["displayName"]))
    if user.primary_tenant == tenant.id:
        user = dataclasses.replace(user, roles=wanted)
    else:
        desk.books.guests.put(Guest(user.id, tenant.id, wanted))
    desk.books.users.put(user)
    if isinstance(tenant, Customer) and tenant.enabled:
        mails.welcome(desk.books, tenant, user, at=written(call.now))
    return call.done()


def delete_user(desk: Desk, call: Call) -> Reply:
    """Answer `DELETE .../users/{id}`: everywhere from its primary tenant, else from this tenant only."""
    tenant, user = membership.tenant_of(desk, call), membership.user_of(desk, call)
    primary = user.primary_tenant == tenant.id
    for guest in desk.books.guests.find("user", user.id):
        if primary or guest.tenant_id == tenant.id:
            desk.books.guests.remove(guest.key)
    if primary:
        desk.books.users.remove(user.id)
    number = desk.books.count("deletion")
    desk.books.deletions.put(Deletion(number, "users", user.id, tenant.id, written(call.now)))
    return call.done()


def send_activation(desk: Desk, call: Call) -> Reply:
    """Answer `POST .../users/{id}/sendActivationEmail`: one mail for every call."""
    return _mailed(desk, call, mails.send_invitation)


def send_connect_welcome(desk: Desk, call: Call) -> Reply:
    """Answer `POST .../users/{id}/sendUConnectActivationEmail`: one mail for every call."""
    return _mailed(desk, call, mails.send_connect_welcome)


def _mailed(desk: Desk, call: Call, send: Callable[..., User]) -> Reply:
    tenant, user = membership.tenant_of(desk, call), membership.user_of(desk, call)
    if user.primary_tenant != tenant.id:
        raise invalid("This is not the primary tenant for this User.", code=TENANT_NOT_PRIMARY)
    send(desk.books, user, at=written(call.now))
    return Reply(204)


def _greet(desk: Desk, call: Call, user: User, *, tenant: Account | Customer) -> None:
    if isinstance(tenant, Account):  # of a reseller's users, each is mailed (dimensions.md 8.3)
        mails.send_invitation(desk.books, user, at=written(call.now))
    elif tenant.enabled:
        mails.greet(desk.books, tenant, user, at=written(call.now))


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(item) for item in value) if isinstance(value, tuple) else ()
