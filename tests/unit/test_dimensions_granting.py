"""Decisions about users at Dimensions: roles that come and go, licences that flap, devices from our own record."""

import dataclasses
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

import pytest

from reconciler.contract import Case, Effect, Memory, Observation, Observed, Step, Wanted
from reconciler.model import Address, Json, Severity
from reconciler.testing.clock import VirtualClock
from reconciler.vendors.dimensions import codes
from reconciler.vendors.dimensions.granting import FLAPS_WITHIN
from tests.contract.dimensions_bench import expanded, fingerprint, make_case, make_vendor, world_of
from tests.contract.dimensions_manifests import ALL, CUSTOMER, PBX, PRIMARY, USER

WANTED = expanded(make_vendor(), world_of(*ALL))
LOGIN, LEVEL_1, LEVEL_2 = "customer.user", "customer.user.supervisorl1", "customer.user.supervisorl2"
UC, SOFTPHONE, FROM_PBX = "customer.user.uc", "customer.user.uc.softphone", "customer.user.pbx"
MINE = (LOGIN, LEVEL_1, UC, SOFTPHONE)
NOW = VirtualClock().now()
VENDOR = make_vendor()


def ben(given: Iterable[str] = MINE, *, assigned: Mapping[str, str] | None = None, **options: Any) -> Wanted:
    """Return Ben as declared with roles, devices and options."""
    wanted = WANTED[USER]
    fields: dict[str, Json] = {name: wanted.fields[name] for name in ("email", "displayName")}
    fields |= {f"roles/{role}": True for role in given}
    fields |= {f"devices/{name}": kind for name, kind in (assigned or {}).items()}
    ensure = options.pop("ensure", "present")
    if ensure == "disabled":
        fields[f"roles/{LOGIN}"] = False
    return dataclasses.replace(wanted, fields=fields, ensure=ensure, options={**wanted.options, **options})


def case_of(wanted: Wanted, has: Iterable[str] | None = MINE, *, memory: Memory | None = None, **extra: Json) -> Case:
    """Return the case of a user who has some roles; None: who is not there."""
    matches: tuple[Observed, ...] = ()
    if has is not None:
        lacks = {name: False for name in wanted.fields if name.startswith("roles/")}
        fields: dict[str, Json] = {"email": "ben@acme.example", "displayName": "Ben Ode", **lacks}
        fields |= {f"roles/{role}": True for role in has}
        matches = (Observed("ben-1", "ben@acme.example", fields, extra={"roles": [*has], **extra}),)
    customer = Observed("acme-1", "acme", {"enabled": True})
    seen = Observation(NOW, {USER: matches, CUSTOMER: (customer,)})
    return make_case(VENDOR, wanted, seen, memory=memory, now=NOW)


def remembered(*names: str, ago: timedelta = timedelta(days=100), kinds: Mapping[str, str] | None = None) -> Memory:
    """Return a memory of roles and devices that we applied, some while ago."""
    applied = {name: fingerprint(True) for name in names}
    applied |= {f"devices/{name}": fingerprint(kind) for name, kind in (kinds or {}).items()}
    return Memory("ben-1", applied, changed_at=dict.fromkeys(applied, NOW - ago))


def roles_in(step: Step) -> dict[str, Json]:
    """Return role -> whether it is there after the step."""
    return {change.path.removeprefix("/roles/"): change.after for change in step.changes}


def test_the_primary_user_comes_between_its_customer_and_enabling_it() -> None:
    """It is created before the import and invited by the enabling, so its creation says that it mails nobody."""
    (step,) = VENDOR.steps(make_case(VENDOR, WANTED[PRIMARY])).steps
    assert (step.operation, step.follows, step.needs) == ("create", ((CUSTOMER, "create"),), ())
    assert step.effects == frozenset()
    assert step.body["roles"] == ["admin.user", LOGIN]


def test_roles_that_need_the_import_come_to_the_primary_user_after_it() -> None:
    """The vendor refuses them before: they are a second step, which waits for the connection."""
    fields = {**WANTED[PRIMARY].fields, "roles/customer.user.acd": True}
    create, update = VENDOR.steps(make_case(VENDOR, dataclasses.replace(WANTED[PRIMARY], fields=fields))).steps
    assert "customer.user.acd" not in create.body["roles"]  # type: ignore[operator]  # a list
    assert (update.after, update.needs, roles_in(update)) == (("create",), (PBX,), {"customer.user.acd": True})
    assert Effect.COSTS in update.effects


def test_other_users_are_awaited_from_the_import() -> None:
    """Who is on the PBX is imported and needs roles only; who is not is created then, with an invitation."""
    create, assign = VENDOR.steps(make_case(VENDOR, WANTED[USER])).steps
    assert (create.needs, create.follows) == ((PBX,), ((CUSTOMER, "create"), (CUSTOMER, "enable")))
    assert create.effects == {Effect.COSTS, Effect.NOTIFIES}
    assert (assign.operation, assign.after, assign.needs) == ("assign:ben-soft", ("create",), (PBX,))


@pytest.mark.parametrize(
    ("wanted", "has", "memory", "after"),
    [
        pytest.param(ben(), (FROM_PBX, LOGIN, UC), None, {LEVEL_1: True, SOFTPHONE: True}, id="missing"),
        pytest.param(ben([LOGIN]), (LOGIN, UC), None, {}, id="given-by-others-stays"),
        pytest.param(ben([LOGIN]), (LOGIN, UC), remembered(f"roles/{UC}"), {UC: None}, id="ours-left-the-list"),
        pytest.param(ben([LOGIN], roles=False), (LOGIN, UC), remembered(f"roles/{UC}"), {}, id="not-managed"),
        pytest.param(ben([LOGIN], rolesMode="exact"), (LOGIN, UC, FROM_PBX), None, {UC: None}, id="exact"),
        pytest.param(ben([LOGIN]), (LOGIN, FROM_PBX), remembered(f"roles/{FROM_PBX}"), {}, id="the-pbx-has-its-own"),
        pytest.param(ben([LEVEL_2]), (LEVEL_1,), None, {LEVEL_2: True, LEVEL_1: None}, id="another-level"),
        pytest.param(ben([UC], ensure="disabled"), (LOGIN, UC), None, {LOGIN: None}, id="disabled"),
        pytest.param(ben([UC], ensure="disabled"), (UC,), None, {}, id="disabled-already"),
        pytest.param(ben([LOGIN, UC], ensure="disabled"), (LOGIN, UC), None, {LOGIN: None}, id="disabled-over-list"),
    ],
)
def test_roles_come_and_go_in_one_patch(
    wanted: Wanted, has: tuple[str, ...], memory: Memory | None, after: dict[str, Json]
) -> None:
    """Listed roles are added; only our own, or with `exact` all but the PBX's, are taken; levels exclude each other."""
    steps = VENDOR.steps(case_of(wanted, has, memory=memory)).steps
    assert [roles_in(step) for step in steps] == ([after] if after else [])


@pytest.mark.parametrize(
    ("wanted", "has", "effects"),
    [
        pytest.param(ben([LEVEL_1]), (), {Effect.COSTS}, id="licensed"),
        pytest.param(ben([UC]), (), set(), id="free"),
        pytest.param(ben([LOGIN]), (), {Effect.NOTIFIES}, id="login"),
        pytest.param(ben([LOGIN], sendNewUserEmail=False), (), set(), id="login-without-mail"),
        pytest.param(ben([LOGIN], customerEnabled=False), (), set(), id="login-of-a-disabled-customer"),
        pytest.param(ben([], rolesMode="exact"), (LEVEL_1,), set(), id="licence-goes"),
    ],
)
def test_a_patch_of_roles_says_what_it_brings_about(wanted: Wanted, has: tuple[str, ...], effects: set[Effect]) -> None:
    """Licensed roles cost; the login role invites, unless mails are off or nobody can sign in anyway."""
    (step,) = VENDOR.steps(case_of(wanted, has)).steps
    assert step.effects == effects


@pytest.mark.parametrize(
    ("wanted", "has", "memory", "word"),
    [
        pytest.param(
            ben(),
            (LOGIN, UC, SOFTPHONE),
            Memory("ben-1", changed_at={f"roles/{LEVEL_1}": NOW - timedelta(days=3)}),
            "given again",
            id="back",
        ),
        pytest.param(
            ben([LOGIN]), (LOGIN, LEVEL_1), remembered(f"roles/{LEVEL_1}", ago=timedelta(days=3)), "taken", id="gone"
        ),
        pytest.param(ben([LOGIN]), (LOGIN, LEVEL_1), remembered(f"roles/{LEVEL_1}", ago=FLAPS_WITHIN), "", id="old"),
        pytest.param(ben([LOGIN]), (LOGIN, UC), remembered(f"roles/{UC}", ago=timedelta(days=1)), "", id="free-role"),
    ],
)
def test_a_licence_that_flaps_is_warned_about(wanted: Wanted, has: tuple[str, ...], memory: Memory, word: str) -> None:
    """A licence costs a month at least: coming and going within it is paid for twice."""
    problems = VENDOR.steps(case_of(wanted, has, memory=memory)).problems
    assert [(one.code, one.severity, word in one.summary) for one in problems] == (
        [(codes.LICENCE_FLAPS, Severity.WARNING, True)] if word else []
    )


def test_devices_are_assigned_from_our_own_record() -> None:
    """Nothing shows assignments: what was not applied so is assigned, what left the list is freed, each by itself."""
    wanted = ben(assigned={"soft": "mobile", "desk": "desktop"})
    record = remembered(kinds={"soft": "desktop", "desk": "desktop", "old": "crm"})
    assign, unassign = VENDOR.steps(case_of(wanted, memory=record)).steps
    assert (assign.operation, assign.body) == ("assign:soft", {"device": "soft", "clientType": "mobile"})
    assert (unassign.operation, unassign.body) == ("unassign:old", {"device": "old", "clientType": "crm"})
    assert (unassign.changes[0].path, unassign.changes[0].after) == ("/devices/old", None)


@pytest.mark.parametrize(("has", "needs"), [(MINE, (PBX,)), ((*MINE, FROM_PBX), ())], ids=["not-yet", "imported"])
def test_a_device_is_assigned_to_a_user_of_the_pbx(has: tuple[str, ...], needs: tuple[Address, ...]) -> None:
    """A device is the user's on the PBX first: who has not come from there gets it after the import."""
    (assign,) = VENDOR.steps(case_of(ben(assigned={"soft": "mobile"}), has)).steps
    assert assign.needs == needs


def test_devices_that_are_not_managed_stay() -> None:
    """Without a list nothing is freed."""
    record = remembered(kinds={"old": "crm"})
    assert VENDOR.steps(case_of(ben(devices=False), memory=record)).steps == ()


def test_a_user_declared_absent_is_deleted_unless_from_above() -> None:
    """Deleting a user of a higher level would take it from everywhere."""
    wanted = ben(ensure="absent")
    (step,) = VENDOR.steps(case_of(wanted, isParent=False)).steps
    assert (step.operation, set(step.effects)) == ("delete", {Effect.IRREVERSIBLE})
    decision = VENDOR.steps(case_of(wanted, isParent=True))
    assert (decision.steps, decision.waiting[0].party) == ((), "person")
    assert VENDOR.steps(case_of(wanted, None)).steps == ()


def test_a_disabled_user_is_not_created() -> None:
    """Creating one would give it the login."""
    assert VENDOR.steps(case_of(ben(ensure="disabled"), None)).steps == ()
