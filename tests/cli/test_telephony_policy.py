"""Rules of policy over Dimensions at the command line: maintenance windows, and who may accept charges."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli import telephony
from tests.cli.server import Vendor
from tests.cli.telephony import CONFIGURATION, CONNECTION, CUSTOMER, OFF, Exchange

ENABLE = "PATCH /customers/-/pbxs/-"


@pytest.fixture
def made(tmp_path: Path, bss: Vendor) -> Iterator[Exchange]:
    """Return a repository with the main job, nothing of which is at the vendor."""
    with telephony.exchange(tmp_path / "repository", bss.origin) as exchange:
        yield exchange


def window(begins: datetime) -> str:
    """Return a policy with a window of twelve hours on each day."""
    times = f'from: "{begins:%H:%M}", to: "{begins + timedelta(hours=12):%H:%M}"'
    days = "days: [mon, tue, wed, thu, fri, sat, sun]"
    return f"policy: {{maintenance: {{dimensions: [{{{days}, {times}, zone: UTC}}]}}}}\n"


def test_one_line_enables_a_connection_inside_its_window(made: Exchange) -> None:
    """Outside it the step waits and says until when, everything else is done; inside it is exactly one PATCH."""
    now = datetime.now(UTC)
    opens = now + timedelta(hours=6)
    made.write("hq", OFF)
    made.remove("tom")
    made.apply()
    made.vendor.mutations()
    made.write("hq", CONNECTION)
    made.write("acme", CUSTOMER.replace("Acme Dental", "Acme Smile"))
    made.configure(CONFIGURATION + window(opens))

    planned = made.run("plan", "--detailed-exitcode")
    assert planned.code == 2
    assert f"until {opens:%Y-%m-%dT%H:%M}:00Z" in planned.out
    assert made.run("apply", "--yes").code == 0
    assert made.vendor.mutations() == ["PATCH /customers/-"]
    assert made.run("apply", "--yes", "--detailed-exitcode").code == 8
    assert made.vendor.mutations() == []

    made.configure(CONFIGURATION + window(now - timedelta(hours=6)))
    assert made.until_quiet() == [0]
    assert made.vendor.mutations() == [ENABLE]
    assert made.until_quiet() == [0]
    assert made.vendor.mutations() == []


REFUSED = {
    "executes-0": ("policy: {limits: {executes: 0}}\n", "E501"),
    "unpriced": ("policy: {unpriced: refuse}\n", "E503"),
    "unpriced-with-budget": ('policy: {unpriced: refuse, budget: {EUR: "5000"}}\n', "E503"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_no_charge_is_accepted_that_policy_refuses(made: Exchange, name: str) -> None:
    """The plan is shown and refused, 3; nothing was sent that accepts charges, nor anything else that changes."""
    policy, rule = REFUSED[name]
    made.configure(CONFIGURATION + policy)
    planned, applied = made.side_by_side("plan --detailed-exitcode", "apply --yes")
    assert [planned.code, applied.code] == [3, 3]
    assert "create dimensions/customer/acme (costs" in planned.out
    assert rule in planned.err
    assert rule in applied.err
    assert made.vendor.accepted() == []
    assert made.vendor.mutations() == []


def test_charges_are_accepted_where_the_plan_says_costs(made: Exchange) -> None:
    """Allowed, the header goes with exactly those steps that the plan calls costly, and with no read."""
    assert made.run("plan", "--out", "plan.json").code == 0
    saved = json.loads(made.run("show", "plan.json", "-o", "json").out)
    costly = {one["address"]: one["operation"] for one in saved["actions"] if "costs" in one["effects"]}
    assert made.run("apply", "plan.json").code == 0
    assert costly == {
        "dimensions/customer/acme": "enable",
        "dimensions/pbx/acme-hq": "create",
        "dimensions/user/tom-lang": "create",
    }
    assert made.vendor.accepted() == [
        "POST /customers",
        "POST /customers/-/pbxs",
        "PATCH /customers/-",
        "PATCH /customers/-/users/-",
    ]


def test_resending_an_invitation(made: Exchange) -> None:
    """One more mail and nothing else; of a user who is unknown, or not there yet, it says what to do."""
    early, unknown = made.side_by_side("resend User/lea-martin", "resend User/nobody")
    assert [early.code, unknown.code] == [1, 1]
    assert "`reconciler apply` first" in early.err
    assert "User nobody is not declared" in unknown.err
    assert made.vendor.mutations() == []
    made.apply()
    made.vendor.mutations()
    assert made.run("resend", "User/lea-martin").code == 0
    assert made.vendor.mutations() == ["POST /customers/-/users/-/sendActivationEmail"]
    assert made.vendor.books()["invited"] == ["lea@acme-dental.example"] * 2
    assert made.run("plan", "--detailed-exitcode").code == 0
