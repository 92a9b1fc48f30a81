"""What is wrong with users: e-mails, roles, devices, offline. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from reconciler.contract import World
from reconciler.model import Manifest, Problem
from reconciler.vendors.dimensions import codes, finding, roles
from reconciler.vendors.dimensions.catalogue import OWN
from reconciler.vendors.dimensions.places import check_place


def check(world: World) -> Iterator[Problem]:
    """Return every problem, with its place."""
    users = [one for one in world.of_kind("User") if one.spec.vendor == OWN]
    staying = [one for one in users if one.spec.ensure != "absent"]
    for user in users:
        yield from check_place(user, world)
    for user in staying:
        yield from _primary(user)
        yield from _supervisors(user)
        yield from _needs(user, world)
        yield from _devices(user)
    yield from _emails(staying)
    yield from _shared_devices(staying)


def _primary(user: Manifest) -> Iterator[Problem]:
    missing = [role for role in roles.PRIMARY if role not in user.spec.roles]
    if user.spec.primary and missing:
        yield finding.error(
            user,
            "/spec/roles" if "roles" in user.spec.model_fields_set else "/spec/primary",
            codes.PRIMARY_ROLES,
            says=f"primary user {user.name} lacks {' and '.join(missing)}",
            do="add it to `roles`; the primary user signs in and manages users",
        )


def _supervisors(user: Manifest) -> Iterator[Problem]:
    levels = [(index, role) for index, role in enumerate(user.spec.roles) if roles.is_supervisor(role)]
    for index, role in levels[1:]:
        if role != levels[0][1]:
            yield finding.error(
                user,
                f"/spec/roles/{index}",
                codes.TWO_SUPERVISORS,
                says=f"user {user.name} has two supervisor levels, {levels[0][1]} and {role}",
                do="keep the higher one; it includes the lower",
            )


def _needs(user: Manifest, world: World) -> Iterator[Problem]:
    given = set(user.spec.roles)
    connections = world.belonging("PBXConnection", user.spec.account)
    has_pbx = any(one.spec.ensure != "absent" for one in connections)
    for index, role in enumerate(user.spec.roles):
        needed = roles.NEEDS.get(role)
        if needed is None or given & {needed, needed.replace(".", "_")}:
            continue
        if needed not in roles.FROM_PBX:
            yield finding.error(
                user,
                f"/spec/roles/{index}",
                codes.ROLE_NEEDS_ROLE,
                says=f"role {role} of user {user.name} needs {needed}",
                do=f"add {needed} to `roles`",
            )
        elif not has_pbx:
            yield finding.warning(
                user,
                f"/spec/roles/{index}",
                codes.ROLE_NEEDS_PBX,
                says=f"role {role} is for users of a PBX, and account {user.spec.account} has no PBXConnection here",
                do="declare one, unless there is one at the vendor already",
            )


def _devices(user: Manifest) -> Iterator[Problem]:
    given = set(user.spec.roles)
    missing = [spellings[0] for spellings in roles.DEVICES if not given.intersection(spellings)]
    if user.spec.devices and missing:
        yield finding.error(
            user,
            "/spec/devices",
            codes.ROLE_NEEDS_ROLE,
            says=f"devices of user {user.name} need {' and '.join(missing)}",
            do="add it to `roles`",
        )


def _emails(users: Sequence[Manifest]) -> Iterator[Problem]:
    """Report an e-mail used twice; across accounts two users may have one as long as not both sign in."""
    holders: dict[str, list[Manifest]] = defaultdict(list)
    for user in users:
        others = holders[user.spec.email.casefold()]
        if others:
            same = next((one for one in others if one.spec.account == user.spec.account), None)
            login = next((one for one in others if _signs_in(one) and _signs_in(user)), None)
            other = same or login or others[0]
            report = finding.error if same or login else finding.warning
            yield report(
                user,
                "/spec/email",
                codes.EMAIL_TWICE,
                says=f"e-mail {user.spec.email} of user {user.name} is also that of user {other.name} in account "
                f"{other.spec.account}",
                do="give one of them another e-mail, or remove it; it is the login name in the whole system",
            )
        others.append(user)


def _signs_in(user: Manifest) -> bool:
    return roles.LOGIN in user.spec.roles and user.spec.ensure == "present"


def _shared_devices(users: Sequence[Manifest]) -> Iterator[Problem]:
    holders: dict[tuple[str, str], str] = {}
    for user in users:
        for index, device in enumerate(user.spec.devices):
            place = (user.spec.account, device.id)
            if place in holders:
                yield finding.error(
                    user,
                    f"/spec/devices/{index}/id",
                    codes.DEVICE_TWICE,
                    says=f"device {device.id} of user {user.name} is also listed at user {holders[place]}",
                    do="keep it at the user who has it on the PBX",
                )
            holders.setdefault(place, user.name)
