"""Collectors: what makes them run, and the import of a telephone system's users (`dimensions.md` 5.3, 5.4).

An import is due work: written down at the start of a collector, done when the books are next looked at
after its time. Nothing on the wire shows it but its effect on the users.
"""

import dataclasses
import hashlib
from datetime import datetime, timedelta

from reconciler.sandbox.dimensions.moments import created, written
from reconciler.sandbox.dimensions.records import Customer, Directory, Entry, Pbx, User
from reconciler.sandbox.dimensions.roles import ACD_ROLE, PBX_ROLE, without_pbx
from reconciler.sandbox.dimensions.store import Books, Desk

_SLOW = 10


def started(desk: Desk, pbx: Pbx, *, now: datetime) -> Pbx:
    """Start the collector of an enabled PBX: its import comes after the delay."""
    return _expecting(desk, dataclasses.replace(pbx, starts=pbx.starts + 1), now=now)


def restarted(desk: Desk, before: Pbx, after: Pbx, *, now: datetime) -> Pbx:
    """Restart the collector, as every patch does; it imports when it was off or has imported nothing yet."""
    after = dataclasses.replace(after, restarts=after.restarts + 1)
    if not after.enabled:
        return dataclasses.replace(after, import_at=None)
    if not before.enabled:
        return started(desk, after, now=now)
    return after if after.imported_at is not None else _expecting(desk, after, now=now)


def cascade(desk: Desk, customer: Customer, *, now: datetime) -> None:
    """Start the PBXs that go on with their customer, as the setting says."""
    which = desk.settings.enable_cascade
    for pbx in desk.books.pbxs.find("tenant", customer.id):
        if not pbx.enabled and (which == "all" or (which == "untold" and not pbx.told)):
            desk.books.pbxs.put(started(desk, dataclasses.replace(pbx, enabled=True), now=now))


def settle(desk: Desk, now: datetime) -> None:
    """Do the imports that have come due, in the order of their times."""
    due = [(datetime.fromisoformat(pbx.import_at), pbx) for pbx in desk.books.pbxs.find("due", True) if pbx.import_at]
    for at, pbx in sorted((pair for pair in due if pair[0] <= now), key=lambda pair: pair[0]):
        fault = desk.settings.import_fault
        came = None if fault == "never" else written(at)
        desk.books.pbxs.put(dataclasses.replace(pbx, import_at=None, imported_at=came or pbx.imported_at))
        customer = desk.books.customers.get(pbx.tenant_id)
        if came is None or customer is None:
            continue
        users = directory_of(desk.books, pbx.instance_id).users
        for entry in users[: (len(users) + 1) // 2] if fault == "partial" else users:
            if entry.sub_account is None or pbx.monitor_sub_accounts:
                _take_in(desk.books, entry, pbx=pbx, customer=customer, at=at)


def leave(books: Books, pbx: Pbx) -> None:
    """Take the PBX off the users it imported; those without another one lose the roles that need it."""
    for user in books.users.find("tenant", pbx.tenant_id):
        if pbx.id in user.pbxs:
            others = tuple(item for item in user.pbxs if item != pbx.id)
            roles = user.roles if others else without_pbx(user.roles)
            books.users.put(dataclasses.replace(user, pbxs=others, roles=roles))


def directory_of(books: Books, instance: str) -> Directory:
    """Return what a telephone system knows: as told by the control plane, else a small directory made up."""
    told = books.directories.get(instance)
    if told is not None:
        return told
    tag = hashlib.sha256(instance.encode()).hexdigest()[:8]
    return Directory(
        instance,
        (
            Entry(f"anna.{tag}@pbx.example", "Anna Example", devices=(f"{tag}-anna-soft", f"{tag}-anna-desk")),
            Entry(f"ben.{tag}@pbx.example", "Ben Example", is_acd_agent=True, devices=(f"{tag}-ben-soft",)),
            Entry(f"carla.{tag}@pbx.example", "Carla Example", sub_account=f"{tag}-branch"),
        ),
    )


def has_device(books: Books, user: User, device: str) -> bool:
    """Say whether the device is the user's on one of its tenant's telephone systems."""
    return any(
        entry.email.lower() == user.email.lower() and device in entry.devices
        for pbx in books.pbxs.find("tenant", user.primary_tenant)
        for entry in directory_of(books, pbx.instance_id).users
    )


def _expecting(desk: Desk, pbx: Pbx, *, now: datetime) -> Pbx:
    delay = desk.settings.sync_delay * (_SLOW if desk.settings.import_fault == "slow" else 1)
    return dataclasses.replace(pbx, import_at=written(now + timedelta(seconds=delay)))


def _take_in(books: Books, entry: Entry, *, pbx: Pbx, customer: Customer, at: datetime) -> None:
    known = [user for user in books.users.find("email", entry.email.lower()) if user.primary_tenant == customer.id]
    user = known[0] if known else None
    if user is None:
        user = User(
            id=books.guid("user"),
            display_name=entry.display_name or entry.email,
            email=entry.email,
            primary_tenant=customer.id,
            date_created=created(at),
        )
    given = [PBX_ROLE, *([ACD_ROLE] if entry.is_acd_agent and customer.sync_acd_agent_with_pbx else [])]
    roles = tuple(dict.fromkeys([*user.roles, *given]))
    books.users.put(dataclasses.replace(user, roles=roles, pbxs=tuple(dict.fromkeys([*user.pbxs, pbx.id]))))
