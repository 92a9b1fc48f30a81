"""Softphone devices: assigned and taken away, never read back (`dimensions.md` 6.8)."""

import dataclasses

from reconciler.sandbox.dimensions import collecting, membership
from reconciler.sandbox.dimensions.binding import Reader, bound, require
from reconciler.sandbox.dimensions.calls import Call
from reconciler.sandbox.dimensions.errors import invalid, not_found
from reconciler.sandbox.dimensions.mails import CONNECT_ROLE
from reconciler.sandbox.dimensions.records import Device
from reconciler.sandbox.dimensions.roles import SOFTPHONE_ROLE
from reconciler.sandbox.dimensions.store import Desk
from reconciler.sandbox.messages import Reply

_CLIENTS = ("desktop", "mobile", "webrtc", "crm")


def assign(desk: Desk, call: Call) -> Reply:
    """Answer `PUT|POST .../devices/pbx/{id}/assign`: 201 without data; another client type moves the device."""
    device = _device_of(desk, call)
    values = bound(call.form(), _READERS)
    require(values, "clientType")
    tenant = membership.tenant_of(desk, call)
    had = set(membership.roles_at(desk.books, membership.user_of(desk, call), tenant=tenant.id))
    for role in (CONNECT_ROLE, SOFTPHONE_ROLE):  # the vendor's page on devices spells them with underscores
        if not had & {role, role.replace(".", "_")}:
            raise invalid(f"The user needs the role '{role}'.")
    client = str(values["clientType"])
    desk.books.devices.put(dataclasses.replace(device, client_type=client, assigns=device.assigns + 1))
    return call.created("")


def unassign(desk: Desk, call: Call) -> Reply:
    """Answer `PUT|POST .../devices/pbx/{id}/unassign`: 200, also when it is not assigned."""
    device = _device_of(desk, call)
    bound(call.form(optional=True), _READERS)
    desk.books.devices.put(dataclasses.replace(device, client_type=None, unassigns=device.unassigns + 1))
    return call.done()


def _client_type(value: object) -> object:
    if not isinstance(value, str) or value.lower() not in _CLIENTS:
        raise ValueError(value)
    return value.lower()


_READERS: dict[str, Reader] = {"clientType": _client_type}


def _device_of(desk: Desk, call: Call) -> Device:
    user, name = membership.user_of(desk, call), call.ids["device"]
    if not collecting.has_device(desk.books, user, name):
        raise not_found()
    fresh = Device(user.primary_tenant, user.id, name)
    known = desk.books.devices.get(fresh.key) or fresh
    return dataclasses.replace(known, user_id=user.id)
