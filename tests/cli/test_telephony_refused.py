"""Rules of what cannot be had at Dimensions: refused with place, reason and cure before anything is made."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.sandbox.dimensions.seeds import DEMO_INSTANCE
from tests.cli import telephony
from tests.cli.server import Vendor
from tests.cli.telephony import CONFIGURATION, CONNECTION, CUSTOMER, ESTATE, IMPORTED, SMALL, Exchange

TRIAL = CUSTOMER.replace("TenantProfileType_voice", "TenantProfileType_voice, trialDays: 14")


@dataclasses.dataclass(frozen=True)
class Refusal:
    """A manifest, and the place, the reason and the cure with which it is refused."""

    manifest: str
    text: str
    place: str
    reason: str
    cure: str


@pytest.fixture
def made(tmp_path: Path, bss: Vendor) -> Iterator[Exchange]:
    """Return a repository with the main job, nothing of which is at the vendor."""
    with telephony.exchange(tmp_path / "repository", bss.origin) as exchange:
        yield exchange


OFFLINE = {
    "unknown-parent": Refusal(
        "acme",
        CUSTOMER.replace("parent: nordwind", "parent: nordvind"),
        "specs/acme.yaml:6:11: E302",
        "parent nordvind is no Account here",
        "did you mean 'nordwind'?",
    ),
    "two-supervisor-levels": Refusal(
        "tom",
        IMPORTED.replace("supervisorl1]", "supervisorl1, customer.user.supervisorl2]"),
        "specs/tom.yaml:9:85: E445",
        "has two supervisor levels, customer.user.supervisorl1 and customer.user.supervisorl2",
        "keep the higher one",
    ),
    "trial-without-the-right": Refusal(
        "acme",
        TRIAL,
        "specs/acme.yaml:9:75: E434",
        "account acme asks for a trial, and the reseller may give none",
        "remove `trialDays`, or `capabilities: {trials: false}`",
    ),
}


@pytest.mark.parametrize("name", OFFLINE)
def test_refused_offline(made: Exchange, name: str) -> None:
    """`validate` says it at the very value, and needs neither a vendor nor a secret."""
    refusal = OFFLINE[name]
    if refusal.text == TRIAL:
        made.configure(CONFIGURATION.replace("    limits:", "    capabilities: {trials: false}\n    limits:"))
    made.write(refusal.manifest, refusal.text)
    ended = made.run("validate", env={"KAZOO_API_KEY": None, "DIM_CLIENT_SECRET": None})
    assert ended.code == 1
    assert f"{refusal.place}: " in ended.out
    assert refusal.reason in ended.out
    assert refusal.cure in ended.out
    assert made.vendor.sim("GET", "/log") == []


FIXED = (
    Refusal(
        "acme",
        CUSTOMER.replace("TenantProfileType_voice", "TenantProfileType_uc"),
        "specs/acme.yaml:1:1: E460",
        "dimensions/customer/acme cannot leave product type TenantProfileType_voice once it has it",
        "another product type needs a new customer",
    ),
    Refusal(
        "hq",
        CONNECTION + "  monitorSubAccounts: true\n",
        "specs/hq.yaml:1:1: E604",
        "dimensions/pbx/acme-hq cannot change /monitorSubAccounts from false to true",
        "declare a new connection under another name",
    ),
)


def test_what_is_fixed_is_refused_when_planned(made: Exchange) -> None:
    """A product type that cannot be left and a connection's sub-accounts: 1, and no call for either is made."""
    made.apply()
    made.vendor.mutations()
    for refusal in FIXED:
        made.write(refusal.manifest, refusal.text)
    ended = made.side_by_side("validate", "plan", "apply --yes")
    assert [one.code for one in ended] == [0, 1, 1]
    for one in ended[1:]:
        for refusal in FIXED:
            assert f"{refusal.place}: {refusal.reason}" in one.out
            assert refusal.cure in one.out
    assert made.vendor.mutations() == []


def test_telephone_system_of_somebody_else(made: Exchange) -> None:
    """It is no fault of the manifests; the plan refuses the connection and its customer, and nothing is made."""
    made.write("hq", CONNECTION.replace(DEMO_INSTANCE, "foreign-instance"))
    ended = made.side_by_side("validate", "plan --detailed-exitcode", "apply --yes")
    assert [one.code for one in ended] == [0, 1, 5]
    for one in ended[1:]:
        for place in ("specs/acme.yaml:1:1: E461: ", "specs/hq.yaml:1:1: E461: "):
            assert f"{place}Kazoo account foreign-instance of dimensions/pbx/acme-hq is connected" in one.out
        assert "Free it there" in one.out
    assert made.vendor.mutations() == []
    assert made.vendor.books()["customers"] == []


def test_trial_that_the_vendor_refuses(made: Exchange) -> None:
    """When nobody told us of the missing right, the step fails with the vendor's reason and what to do."""
    for name in set(ESTATE) - set(SMALL):
        made.remove(name)
    made.vendor.settings(trialsAllowed=False)
    made.write("acme", TRIAL)
    assert made.run("validate").code == 0
    ended = made.run("apply", "--yes")
    assert ended.code == 5
    assert "TrialNotPermitted, The account may not give trials; remove `trialDays`, or have" in ended.out
    assert made.vendor.books()["customers"] == []
    made.write("acme", CUSTOMER)
    assert made.until_quiet() == [0]
