"""Rules of what may change at Dimensions: each in one request, what is fixed refused before anything is sent."""

from datetime import UTC, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from reconciler.contract import Effect
from reconciler.errors import Exit, PolicyRefused
from reconciler.plan import policy
from reconciler.plan.maintenance import Window
from reconciler.plan.policy import Rules
from reconciler.reconcile import applying
from tests.passes.harness import RULES, actions, codes, errors, outcomes
from tests.passes.interference import Undisturbed
from tests.passes.telephony import (
    CONNECTION,
    CUSTOMER,
    ENTERPRISE,
    IMPORTED,
    INSTANCE,
    PRIMARY,
    RESELLER,
    SMALL,
    TEMPLATE,
    Telephony,
)

OFF = CONNECTION.replace("  enabled: true\n", "")


def made(root: Path, *manifests: str, **more: Any) -> Telephony:
    """Return an estate that was applied once, its log empty."""
    telephony = Telephony(root, **more)
    telephony.manifests = manifests or SMALL
    assert applying.exit_code(telephony.apply(), detailed=True) is Exit.DONE
    telephony.calls()
    return telephony


def changed(text: str, old: str, new: str) -> str:
    """Return a manifest with one change."""
    assert text.count(old) == 1
    return text.replace(old, new)


@pytest.mark.parametrize("mode", ["full", "sparse"])
def test_enabling_a_connection_is_one_request(tmp_path: Path, mode: str) -> None:
    """A one-line change makes exactly one PATCH; once it is made, none."""
    telephony = made(tmp_path, RESELLER, CUSTOMER, TEMPLATE, OFF, PRIMARY, read_mode=mode)
    telephony.manifests = [RESELLER, CUSTOMER, TEMPLATE, CONNECTION, PRIMARY]
    assert actions(telephony.plan()) == ["dimensions/pbx/acme-hq:enable"]
    telephony.until_quiet()
    assert telephony.calls() == ["PATCH customers/-/pbxs/-"]
    telephony.until_quiet()
    assert telephony.calls() == []
    assert telephony.row("pbxs", name="Acme HQ")["restarts"] == 1


@pytest.mark.parametrize("mode", ["full", "sparse"])
def test_all_changes_of_a_connection_are_one_request(tmp_path: Path, mode: str) -> None:
    """A name, hosts and another secret go out together, since each patch restarts the collector."""
    telephony = made(tmp_path, read_mode=mode)
    telephony.manifests = [
        changed(changed(text, "rest.pbx", "rest2.pbx"), "ws.pbx", "ws2.pbx") if text == TEMPLATE else text
        for text in (*SMALL[:3], changed(CONNECTION, "Acme HQ", "Acme House"), *SMALL[4:])
    ]
    telephony.secrets = {"KAZOO_KEY": "another-key"}
    (action,) = telephony.plan().actions
    assert Effect.DISRUPTS in action.step.effects
    assert {one.path: one.after for one in action.step.changes} == {
        "/apiKey": "(secret)",
        "/displayName": "Acme House",
        "/hostRest": "https://rest2.pbx.example",
        "/hostWebsocket": "wss://ws2.pbx.example",
    }
    assert telephony.until_quiet() == [Exit.DONE]
    assert telephony.calls() == ["PATCH customers/-/pbxs/-"]
    assert telephony.row("pbxs", name="Acme House")["apiKey"] == "another-key"


def test_outside_its_window_a_disrupting_step_waits(tmp_path: Path) -> None:
    """It says until when; everything else is done, and inside the window it is one request."""
    telephony = made(tmp_path, RESELLER, CUSTOMER, TEMPLATE, OFF, PRIMARY)
    noon = telephony.clock.now().replace(hour=12, minute=0)
    telephony.clock.advance((noon + timedelta(days=1) - telephony.clock.now()).total_seconds())
    night = Window(frozenset(range(7)), time(22), time(4), UTC)
    telephony.rules = Rules(limits=RULES.limits, windows={"dimensions": (night,)})
    telephony.manifests = [RESELLER, changed(CUSTOMER, "Acme Dental", "Acme Smile"), TEMPLATE, CONNECTION, PRIMARY]
    applied = telephony.apply()
    assert outcomes(applied) == {
        "dimensions/customer/acme-dental:update": "done",
        "dimensions/pbx/acme-hq:enable": "waiting",
    }
    opens = (noon + timedelta(days=1)).replace(hour=22).astimezone(UTC)
    assert f"until {opens:%Y-%m-%dT%H:%M:%SZ}" in errors(applied)["dimensions/pbx/acme-hq:enable"]
    telephony.clock.advance(10 * 3600 + 60)
    telephony.calls()
    telephony.until_quiet()
    assert telephony.calls() == ["PATCH customers/-/pbxs/-"]


FIXED = {
    "product-type": (changed(CUSTOMER, "TenantProfileType_voice", "TenantProfileType_uc"), "E460"),
    "sub-accounts": (changed(CONNECTION, "monitorSubAccounts: true", "monitorSubAccounts: false"), "E604"),
    "instance": (changed(CONNECTION, INSTANCE, "f" * 32), "E604"),
    "e-mail": (changed(PRIMARY, "lea@acme", "lea.martin@acme"), "E604"),
}


@pytest.mark.parametrize("mode", ["full", "sparse"])
@pytest.mark.parametrize("name", FIXED)
def test_what_is_fixed_is_refused_when_planned(tmp_path: Path, name: str, mode: str) -> None:
    """It is said at the manifest with what to do instead, and nothing is sent, whether or not the vendor shows it."""
    options = {"productTypes": [{"id": "TenantProfileType_voice", "immutable": True}, {"id": "TenantProfileType_uc"}]}
    telephony = made(tmp_path, options=options, read_mode=mode)
    text, code = FIXED[name]
    telephony.manifests = [text if _named(one) == _named(text) else one for one in SMALL]
    plan = telephony.plan()
    assert codes(plan) == [code]
    (problem,) = plan.errors
    assert problem.place is not None
    assert problem.detail
    telephony.apply()
    assert telephony.calls() == []


@pytest.mark.parametrize("level", [{}, ENTERPRISE], ids=["reseller", "enterprise"])
def test_foreign_instance_stops_before_anything_is_made(tmp_path: Path, level: dict[str, Any]) -> None:
    """A telephone system of somebody else is refused when planned, the customer with it."""
    telephony = Telephony(tmp_path, options=level)
    telephony.manifests = [changed(text, INSTANCE, "foreign-instance") if INSTANCE in text else text for text in SMALL]
    plan = telephony.plan()
    assert codes(plan) == ["E461", "E461"]
    assert applying.exit_code(telephony.apply(), detailed=False) is Exit.PARTIAL
    assert telephony.calls() == []


def test_missing_right_to_give_trials_is_said(tmp_path: Path) -> None:
    """The vendor's refusal ends the step with its reason; nothing of the customer is there."""
    telephony = Telephony(tmp_path)
    telephony.sim("POST", "/settings", {"trialsAllowed": False})
    telephony.manifests = [RESELLER, changed(CUSTOMER, "      syncAcd", "      trialDays: 14\n      syncAcd"), PRIMARY]
    applied = telephony.apply()
    assert applying.exit_code(applied, detailed=False) is Exit.PARTIAL
    assert "trial" in errors(applied)["dimensions/customer/acme-dental:create"].lower()
    assert telephony.books()["customers"] == []


@pytest.mark.parametrize(
    "rules",
    [
        pytest.param(Rules(limits={**RULES.limits, "executes": 0}), id="executes-0"),
        pytest.param(Rules(limits=RULES.limits, refuse_unpriced=True), id="unpriced-refuse"),
    ],
)
def test_charges_are_accepted_only_where_the_plan_says_so(tmp_path: Path, rules: Rules) -> None:
    """A refused plan sends nothing; an allowed one accepts charges on exactly the steps that say `costs`."""
    telephony = Telephony(tmp_path, rules=rules)
    plan = telephony.plan()
    assert policy.violations(plan, rules, now=telephony.clock.now())
    with pytest.raises(PolicyRefused):
        telephony.apply()
    assert telephony.calls() == []
    telephony.rules = RULES
    sent = Undisturbed()
    telephony.apply(by=sent)
    costs = [action.id for action in plan.actions if Effect.COSTS in action.step.effects]
    assert costs == [
        "dimensions/customer/acme-dental:create",
        "dimensions/pbx/acme-hq:create",
        "dimensions/customer/acme-dental:enable",
        "dimensions/user/tom-lang:create",
    ]
    accepted = [f"{call.method} {call.endpoint.name}" for call in sent.calls if "accept-charges" in call.headers]
    assert accepted == ["POST create customer", "POST create PBX", "PATCH change customer", "PATCH change user"]


def test_unsaid_charge_is_a_refusal_with_nothing_done(tmp_path: Path) -> None:
    """A vendor that wants to charge for what the plan did not call costly is refused, and so says the step."""
    telephony = made(tmp_path)
    telephony.fault("status_before", "/customers/", method="PATCH", status=402)
    telephony.manifests = [changed(CUSTOMER, "Acme Dental", "Acme Smile") if one == CUSTOMER else one for one in SMALL]
    applied = telephony.apply()
    assert "charge" in errors(applied)["dimensions/customer/acme-dental:update"]
    assert telephony.row("customers", reference="CRM-004711")["name"] == "Acme Dental"


def test_roles_of_others_stay_and_ours_go(tmp_path: Path) -> None:
    """A role that left the list is taken away; one that somebody else gave, and those of the PBX, stay."""
    telephony = made(tmp_path)
    tom = telephony.row("users", email="tom@acme.example")
    telephony.edit("users", tom["id"], roles=[*tom["roles"], "customer.settings"])
    telephony.manifests = [
        changed(one, ", customer.user.supervisorl1", "") if one == IMPORTED else one for one in SMALL
    ]
    (action,) = telephony.plan().actions
    assert [(one.path, one.after) for one in action.step.changes] == [("/roles/customer.user.supervisorl1", None)]
    telephony.until_quiet()
    assert telephony.calls() == ["PATCH customers/-/users/-"]
    assert set(telephony.row("users", email="tom@acme.example")["roles"]) == {
        "customer.settings",
        "customer.user.pbx",
        "customer.user.uc",
        "customer.user.uc.softphone",
    }


def test_exact_roles_leave_only_those_of_the_pbx(tmp_path: Path) -> None:
    """With `rolesMode: exact` every other role goes, but the one that the PBX gives."""
    telephony = made(tmp_path)
    tom = telephony.row("users", email="tom@acme.example")
    telephony.edit("users", tom["id"], roles=[*tom["roles"], "customer.settings"])
    exact = changed(IMPORTED, "  roles:", "  rolesMode: exact\n  roles:")
    telephony.manifests = [exact if one == IMPORTED else one for one in SMALL]
    telephony.until_quiet()
    assert telephony.calls() == ["PATCH customers/-/users/-"]
    assert "customer.settings" not in telephony.row("users", email="tom@acme.example")["roles"]
    assert "customer.user.pbx" in telephony.row("users", email="tom@acme.example")["roles"]
    assert actions(telephony.plan()) == []


@pytest.mark.parametrize(("days", "warned"), [(10, True), (40, False)])
def test_licence_that_comes_back_within_a_month_is_warned_about(tmp_path: Path, days: int, warned: bool) -> None:
    """A licensed role that was taken away and is given again is paid for twice."""
    telephony = Telephony(tmp_path)
    telephony.sim("POST", "/settings", {"refreshDays": 1000})
    telephony.apply()
    less = [changed(one, ", customer.user.supervisorl1", "") if one == IMPORTED else one for one in SMALL]
    telephony.clock.advance(100 * 86_400)
    telephony.manifests = less
    telephony.until_quiet()
    telephony.clock.advance(days * 86_400)
    telephony.manifests = SMALL
    plan = telephony.plan()
    assert ("E464" in [one.code for one in plan.problems]) is warned
    assert plan.errors == ()
    assert [action.step.effects for action in plan.actions] == [{Effect.COSTS}]


def test_import_that_never_comes_is_warned_about(tmp_path: Path) -> None:
    """Users wait for the import; at its deadline they are made, with a warning, and nothing has failed."""
    telephony = Telephony(tmp_path)
    telephony.sim("POST", "/settings", {"importFault": "never"})
    first = telephony.apply()
    assert outcomes(first)["dimensions/pbx/acme-hq:enable"] == "waiting"
    assert applying.exit_code(first, detailed=True) is Exit.CONVERGING
    assert [one.party for one in telephony.plan().waiting] == ["vendor"]
    telephony.clock.advance(601)
    plan = telephony.plan()
    assert [one.code for one in plan.problems] == ["E462"]
    assert plan.errors == ()
    assert "dimensions/user/tom-lang:create" in actions(plan)


THREE_CX = """
apiVersion: reconciler/v1
kind: PBXConnection
metadata: {name: acme-hq}
spec:
  account: acme-dental
  vendor: dimensions
  type: ThreeCX
  enabled: true
  licenseKey: {env: KAZOO_KEY}
  username: reports
"""


@pytest.mark.parametrize("mode", ["full", "sparse"])
@pytest.mark.parametrize("connection", [CONNECTION, THREE_CX], ids=["kazoo", "3cx"])
def test_what_is_there_is_adopted(tmp_path: Path, connection: str, mode: str) -> None:
    """With the ledger gone, what carries our references is taken over, and nothing is made again."""
    telephony = Telephony(tmp_path, read_mode=mode)
    telephony.sim("POST", "/settings", {"refreshMode": "reusable"})
    telephony.manifests = [RESELLER, CUSTOMER, TEMPLATE, connection, PRIMARY]
    telephony.apply(wait=0)
    telephony.clock.advance(3600)
    telephony.until_quiet()
    telephony.calls()
    before = telephony.books()
    for name in ("state.db", "state.db-wal", "state.db-shm", "state.db.mark"):
        (tmp_path / name).unlink(missing_ok=True)
    adopted = [one for one in actions(telephony.plan()) if one.endswith(":adopt")]
    assert adopted == [
        "dimensions/customer/acme-dental:adopt",
        "dimensions/pbx/acme-hq:adopt",
        "dimensions/user/lea-martin:adopt",
    ]
    telephony.until_quiet()
    assert not [call for call in telephony.calls() if call.startswith(("POST", "DELETE"))]
    assert telephony.books() == before
    assert actions(telephony.plan()) == []


@pytest.mark.parametrize("ensure", ["disabled", "absent"])
def test_end_of_a_customer(tmp_path: Path, ensure: str) -> None:
    """Disabling is one patch; deleting is refused without a limit for it, and then ends users, PBX and customer."""
    telephony = made(tmp_path)
    telephony.manifests = [
        changed(one, "spec:\n", f"spec:\n  ensure: {ensure}\n") if one not in {TEMPLATE, RESELLER} else one
        for one in (SMALL if ensure == "absent" else SMALL[:2])
    ]
    if ensure == "disabled":
        telephony.until_quiet()
        assert telephony.calls() == ["PATCH customers/-"]
        assert telephony.books()["customers"] == [("CRM-004711", False, "Acme Dental")]
        return
    assert all(Effect.IRREVERSIBLE in action.step.effects for action in telephony.plan().actions)
    with pytest.raises(PolicyRefused):
        telephony.apply()
    telephony.rules = Rules(limits={**RULES.limits, "deletes": 9})
    telephony.until_quiet()
    assert telephony.calls()[-1] == "DELETE customers/-"
    assert telephony.books()["customers"] == []
    assert actions(telephony.plan()) == []


def test_reseller_that_others_must_open_is_a_persons_step(tmp_path: Path) -> None:
    """With a reseller's own credentials, another reseller is manual and its customers wait for it."""
    telephony = Telephony(tmp_path, options={"reseller": None})
    applied = telephony.apply()
    assert outcomes(applied)["dimensions/reseller/nordwind:open"] == "manual"
    assert set(outcomes(applied).values()) <= {"manual", "waiting"}
    assert applying.exit_code(applied, detailed=True) is Exit.CONVERGING
    assert telephony.calls() == []


def test_reseller_is_made_before_its_customers(tmp_path: Path) -> None:
    """With the service provider's credentials a reseller is an account, and its customers live below it."""
    telephony = Telephony(tmp_path, options={**ENTERPRISE, "reseller": None})
    assert telephony.until_quiet() == [Exit.DONE]
    assert telephony.calls()[:2] == ["POST accounts", "POST accounts/-/customers"]
    reseller = telephony.row("accounts", name="Nordwind")
    assert telephony.row("customers", reference="CRM-004711")["parentTenantId"] == reseller["id"]
    assert actions(telephony.plan()) == []


def _named(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith(("kind:", "metadata:"))]
