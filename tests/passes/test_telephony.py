"""Rules of a customer with a PBX and users: everything in its order, each thing once, nothing left to do after it."""

from pathlib import Path

import pytest

from reconciler.errors import Exit
from reconciler.reconcile import applying
from tests.passes.harness import actions, done
from tests.passes.telephony import ENTERPRISE, Telephony

LEVELS = {"reseller": {}, "enterprise": ENTERPRISE}
ORDER = [
    "POST customers",
    "POST customers/-/pbxs",
    "POST customers/-/users",
    "PATCH customers/-",
    "PATCH customers/-/pbxs/-",
    "PATCH customers/-/users/-",
    "PUT customers/-/users/-/devices/pbx/tom-soft/assign",
]


@pytest.mark.parametrize("mode", ["full", "sparse"])
@pytest.mark.parametrize("level", LEVELS)
def test_customer_with_a_pbx_and_users_from_empty(tmp_path: Path, level: str, mode: str) -> None:
    """One apply makes all of it, in the order of the vendor's guide; the second plan is empty in both read modes."""
    estate = Telephony(tmp_path, options=LEVELS[level], read_mode=mode)
    applied = estate.apply()
    assert done(applied)
    prefix = "accounts/-/" if level == "enterprise" else ""
    assert estate.calls() == [call.replace(" ", f" {prefix}", 1) for call in ORDER]
    assert estate.books() == {
        "customers": [("CRM-004711", True, "Acme Dental")],
        "pbxs": [("CRM-004711", "Acme HQ", True)],
        "users": [
            ("branch@acme.example", "Branch", ("customer.user.pbx",)),
            (
                "lea@acme.example",
                "Lea Martin",
                ("admin.user", "customer.user", "customer.user.acd", "customer.user.pbx"),
            ),
            (
                "tom@acme.example",
                "Tom Lang",
                (
                    "customer.user.pbx",
                    "customer.user.supervisorl1",
                    "customer.user.uc",
                    "customer.user.uc.softphone",
                ),
            ),
        ],
        "devices": [("tom-soft", "desktop", 1)],
        "invitations": {"lea@acme.example": 1},
    }
    plan = estate.plan()
    assert actions(plan) == []
    assert applying.exit_code(estate.apply(), detailed=True) is Exit.DONE
    assert estate.calls() == []
