"""What brings a user closer to what is declared: the user, its roles in one patch, its devices. Pure.

Roles that others gave stay, unless the manifest asks for exactly its own; those of the PBX always stay.
"""

import dataclasses
from collections.abc import Collection, Mapping
from datetime import timedelta

from reconciler.contract import Case, Change, Decision, Effect, Operation, Step, Waiting
from reconciler.model import Json, Problem, Severity
from reconciler.vendors.dimensions import catalogue, codes, roles
from reconciler.vendors.dimensions.deciding import Follows, before_of, make_step, named, problem, with_effects
from reconciler.vendors.dimensions.expanding import customer_address, pbx_address

FLAPS_WITHIN = timedelta(days=30)
"""A licence costs at least a month; one that comes and goes within it is paid for more than once."""
ROLE, DEVICE = "roles/", "devices/"
CLIENT_TYPES = ("desktop", "mobile", "webrtc", "crm")


@dataclasses.dataclass(frozen=True)
class Grant:
    """Roles to add and to take away, sorted."""

    added: tuple[str, ...]
    taken: tuple[str, ...]

    @property
    def changes(self) -> tuple[Change, ...]:
        """What a step says of it."""
        added = [Change(f"/{ROLE}{role}", False, True) for role in self.added]
        return (*added, *(Change(f"/{ROLE}{role}", True, None) for role in self.taken))

    @property
    def costs(self) -> bool:
        """Whether a licensed role is added."""
        return any(roles.is_licensed(role) for role in self.added)


def decide_user(case: Case, operations: Mapping[str, Operation]) -> Decision:
    """Create a user, change it in one patch, assign its devices, or delete it."""
    wanted, observed = case.wanted, case.observed
    if wanted.ensure == "absent":
        return _ending(case, operations)
    if observed is None:
        if wanted.ensure == "disabled":
            return Decision()
        steps = _creation(case, operations)
        problems = _flapping(case, Grant(wanted_roles(case), ()))
    else:
        grant = grant_of(case)
        steps = _update(case, operations, grant)
        problems = _flapping(case, grant)
    return Decision((*steps, *_devices(case, operations, after=tuple(step.operation for step in steps))), (), problems)


def _ending(case: Case, operations: Mapping[str, Operation]) -> Decision:
    if case.observed is None:
        return Decision()
    if case.observed.extra.get("isParent") is True:
        text = f"{case.observed.key} is a user of a higher level and is not deleted from here; take it away there"
        return Decision(waiting=(Waiting(case.wanted.address, "person", text),))
    return Decision((make_step(case, operations[catalogue.DELETE], reason="declared absent"),))


def wanted_roles(case: Case) -> tuple[str, ...]:
    """Return the roles that the manifest asks for."""
    fields = case.wanted.fields
    return tuple(sorted(name.removeprefix(ROLE) for name, value in fields.items() if name.startswith(ROLE) and value))


def grant_of(case: Case) -> Grant:
    """Return what must be done to the roles that a user has."""
    given = case.observed.extra.get("roles") if case.observed is not None else ()
    has = [str(role) for role in given] if isinstance(given, list | tuple) else []
    wanted = wanted_roles(case)
    return Grant(
        tuple(role for role in wanted if role not in has),
        tuple(sorted(role for role in set(has) - set(wanted) - roles.FROM_PBX if _must_go(case, role, wanted=wanted))),
    )


def _must_go(case: Case, role: str, *, wanted: Collection[str]) -> bool:
    name, options = f"{ROLE}{role}", case.wanted.options
    if case.wanted.fields.get(name) is False:
        return True
    if roles.is_supervisor(role) and any(roles.is_supervisor(other) for other in wanted):
        return True
    managed = options.get("roles") is True
    ours = case.memory.applied.get(name) == case.fingerprint(True)
    return managed and (options.get("rolesMode") == "exact" or ours)


def _creation(case: Case, operations: Mapping[str, Operation]) -> list[Step]:
    """Create a user; the primary one comes before the import, so roles that rest on that are a second step."""
    wanted, primary = wanted_roles(case), case.wanted.options.get("primary") is True
    later = tuple(role for role in wanted if primary and rests_on_pbx(role))
    grant = Grant(tuple(role for role in wanted if role not in later), ())
    postponed = {f"/{ROLE}{role}" for role in later}
    creation = make_step(
        case,
        operations[catalogue.CREATE],
        reason="not at the vendor",
        changes=tuple(
            change
            for change in case.changes
            if not change.path.startswith(f"/{DEVICE}") and change.path not in postponed
        ),
        body={"email": case.wanted.keys[0], "displayName": case.wanted.fields["displayName"], "roles": [*grant.added]},
        follows=_before_user(case),
    )
    creation = with_effects(creation, _effects(case, grant, created=True))
    if not later:
        return [creation if primary else _after_import(case, creation)]
    grant = Grant(later, ())
    update = make_step(
        case,
        operations[catalogue.UPDATE],
        reason="roles that need the PBX",
        changes=grant.changes,
        after=(catalogue.CREATE,),
    )
    return [creation, _after_import(case, with_effects(update, _effects(case, grant)))]


def rests_on_pbx(role: str) -> bool:
    """Say whether a role needs the one that the import from the PBX gives."""
    return roles.NEEDS.get(role) == roles.PBX_USER


def _before_user(case: Case) -> Follows:
    customer = customer_address(str(case.wanted.options["customer"]))
    if case.wanted.options.get("primary") is True:
        return ((customer, catalogue.CREATE),)
    return ((customer, catalogue.CREATE), (customer, catalogue.ENABLE))


def _after_import(case: Case, step: Step) -> Step:
    """Return the step for when the users of the PBX are imported, unless this one is seen to be among them."""
    has = case.observed.extra.get("roles") if case.observed is not None else ()
    if isinstance(has, list | tuple) and roles.PBX_USER in has:
        return step
    pbxs = tuple(pbx_address(name) for name in named(case, "pbxs"))
    return dataclasses.replace(step, needs=(*step.needs, *pbxs))


def _update(case: Case, operations: Mapping[str, Operation], grant: Grant) -> list[Step]:
    plain = tuple(change for change in case.changes if change.path == "/displayName")
    if not plain and not grant.added and not grant.taken:
        return []
    off = case.wanted.ensure == "disabled" and roles.LOGIN in grant.taken
    step = make_step(
        case,
        operations[catalogue.DISABLE if off else catalogue.UPDATE],
        reason="declared disabled" if off else "differs from the manifest",
        changes=(*plain, *grant.changes),
        body={"displayName": case.wanted.fields["displayName"]} if plain else {},
        basis=before_of(case, ["displayName"] if plain else []),
        follows=_before_user(case),
    )
    step = with_effects(step, _effects(case, grant))
    return [_after_import(case, step) if any(map(rests_on_pbx, grant.added)) else step]


def _effects(case: Case, grant: Grant, *, created: bool = False) -> frozenset[Effect]:
    options = case.wanted.options
    found = {Effect.COSTS} if grant.costs else set()
    # Users that are there when their customer is enabled are invited by that.
    customer = case.related.get(customer_address(str(options["customer"])))
    early = options.get("primary") is True and (customer is None or customer.fields.get("enabled") is False)
    invited = created or roles.LOGIN in grant.added
    if invited and options.get("customerEnabled") and options.get("sendNewUserEmail") is not False and not early:
        found.add(Effect.NOTIFIES)
    return frozenset(found)


def _flapping(case: Case, grant: Grant) -> tuple[Problem, ...]:
    """Warn of licensed roles that come back, or go again, within the month they are paid for."""
    applied = case.memory.applied
    back = [role for role in grant.added if f"{ROLE}{role}" not in applied and _is_recent(case, role)]
    away = [role for role in grant.taken if f"{ROLE}{role}" in applied and _is_recent(case, role)]
    return tuple(
        problem(
            case,
            codes.LICENCE_FLAPS,
            f"{', '.join(some)} of {case.wanted.address} is {what} within {FLAPS_WITHIN.days} days of its last change",
            severity=Severity.WARNING,
        )
        for some, what in ((back, "given again"), (away, "taken away"))
        if some
    )


def _is_recent(case: Case, role: str) -> bool:
    changed = case.memory.changed_at.get(f"{ROLE}{role}")
    if not roles.is_licensed(role) or changed is None or case.now is None:
        return False
    return case.now - changed < FLAPS_WITHIN


def _devices(case: Case, operations: Mapping[str, Operation], *, after: tuple[str, ...]) -> list[Step]:
    """Assign the devices that are not as last applied, free those that have left the list."""
    if case.wanted.ensure != "present":
        return []
    prefix = f"/{DEVICE}"
    steps = [
        _device(case, operations, catalogue.ASSIGN, change=change, after=after)
        for change in case.changes
        if change.path.startswith(prefix)
    ]
    gone = [name for name in case.memory.applied if name.startswith(DEVICE) and name not in case.wanted.fields]
    if case.wanted.options.get("devices") is True and case.observed is not None:
        changes = [Change(f"/{name}", "(unknown)", None) for name in sorted(gone)]
        steps += [_device(case, operations, catalogue.UNASSIGN, change=change, after=after) for change in changes]
    return steps


def _device(
    case: Case, operations: Mapping[str, Operation], operation: str, *, change: Change, after: tuple[str, ...]
) -> Step:
    device = change.path.removeprefix(f"/{DEVICE}")
    kind = change.after if operation == catalogue.ASSIGN else _client_type(case, device)
    body: dict[str, Json] = {"device": device, **({"clientType": kind} if kind else {})}
    step = make_step(
        case,
        operations[operation],
        reason="not assigned by us so" if operation == catalogue.ASSIGN else "left the list",
        changes=(change,),
        body=body,
        after=after,
        follows=_before_user(case),
    )
    return _after_import(case, dataclasses.replace(step, operation=f"{operation}:{device}"))


def _client_type(case: Case, device: str) -> Json:
    """Return the client type that a device was last assigned to, as far as its fingerprint tells."""
    applied = case.memory.applied.get(f"{DEVICE}{device}")
    return next((kind for kind in CLIENT_TYPES if case.fingerprint(kind) == applied), None)
