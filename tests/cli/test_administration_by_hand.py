"""Rules of `transport: manual`: what people are handed, what they answer, and that nothing is asked for twice."""

import hashlib
from pathlib import Path

import pytest

from tests.cli import administration
from tests.cli.administration import BY_HAND, CONFIGURATION, ODATA, ORDER, QUOTE, REFERENCE, SITE, Check, Office
from tests.cli.server import DIVALTO
from tests.cli.stage import Stage

FILE = 'file: documents/bc.pdf, declares: {site: "123456", references: [SAAS IO ODATA EXT]}'
MADE = ODATA.replace(FILE, "generate: {template: standard, signatory: Lea Martin}")
NUMBER = "CDE-2026-000777"
ONLINE = CONFIGURATION.replace("    limits:", "    partner: Nordwind\n    limits:")


def by_hand(made: Office) -> None:
    """Leave no address of the vendor in the configuration, and no key."""
    made.configure(BY_HAND)
    del made.env["DIVALTO_API_KEY"]


def papers(made: Office) -> dict[str, Path]:
    """Return what people were handed, by vendor, name and file."""
    folder = made.root / ".reconciler" / "manual"
    return {str(path.relative_to(folder)): path for path in sorted(folder.rglob("*")) if path.is_file()}


def from_empty_to_placed(made: Office) -> None:
    """Have the site asked for, then the order placed, by somebody who also gives answers nobody asked for."""
    by_hand(made)
    made.write("site", SITE)
    assert [one.code for one in made.side_by_side("validate", "check")] == [0, 0]
    planned = made.run("plan", "--detailed-exitcode")
    assert (planned.code, planned.out.count("reconciler resolve")) == (2, 2)
    assert f"reconciler resolve {ORDER} --done --as ORDER_NUMBER" in planned.out

    first = made.run("apply", "--yes")
    assert (first.code, ".reconciler/manual/divalto/hq/" in first.err) == (0, True)
    assert list(papers(made)) == ["divalto/hq/site-hq.md"]
    assert made.run("resolve", "divalto/site/hq", "--done").code == 0
    again = made.run("apply", "--yes", "--detailed-exitcode", "-o", "json")
    assert (again.code, again.document["summary"]["manual"]) == (8, 1)
    _look_at_papers(made)
    assert "ActionRequired" in made.told("Order", "odata-hq")

    for address, code in (("divalto/site/odata-hq", 1), (ORDER, 0), (ORDER, 1)):
        ended = made.run("resolve", address, "--done", "--as", NUMBER)
        assert (ended.code, ended.out) == (code, ""), ended.said
    assert made.run("plan", "--detailed-exitcode").code == 0
    applied = made.run("apply", "--yes", "--detailed-exitcode")
    assert (applied.code, "all done" in applied.out) == (0, True)
    (row,) = made.run("status", "odata-hq", "-o", "json").document["objects"]
    assert (row["vendor_id"], row["facts"]["orderNumber"]) == (NUMBER, NUMBER)
    assert NUMBER in made.told("Order", "odata-hq")
    assert made.vendor.sim("GET", "/log") == []


def _look_at_papers(made: Office) -> None:
    site, purchase_order, form = papers(made).values()
    assert [path.stat().st_mode & 0o777 for path in (site, purchase_order, form)] == [0o600] * 3
    text = form.read_text(encoding="utf-8")
    for told in (f"[ref:{REFERENCE}]", "1 x SAAS IO ODATA EXT", hashlib.sha256(QUOTE).hexdigest(), purchase_order.name):
        assert told in text
    assert purchase_order.read_bytes().startswith(b"%PDF-")


def edited_afterwards(made: Office) -> None:
    """Edit an order that a person placed, and raise its revision."""
    by_hand(made)
    assert made.run("resolve", ORDER, "--done", "--as", NUMBER).code == 0
    made.write("odata", MADE.replace("it@acme.example", "other@acme.example"))
    applied = made.run("apply", "--yes")
    assert (applied.code, "E494" in applied.out) == (1, True)
    assert not papers(made)
    made.write("odata", MADE.replace("  execute:", f"  revision: 2\n  replaces: {NUMBER}\n  execute:"))
    assert made.run("plan", "--detailed-exitcode").code == 2


def by_hand_first(made: Office) -> None:
    """Place an order by hand, and give the program an address and a key later."""
    by_hand(made)
    made.run("resolve", ORDER, "--done", "--as", NUMBER)
    made.configure(ONLINE)
    made.env |= DIVALTO
    ended = made.run("apply", "--yes")
    assert (ended.code, "placed by a person" in ended.out) == (0, True)
    assert made.vendor.mutations() == []


def by_hand_later(made: Office) -> None:
    """Place an order over the interface, and turn to the portal; the address stays in the configuration."""
    made.configure(ONLINE)
    made.apply()
    made.configure(ONLINE.replace("    url:", "    transport: manual\n    url:"))
    planned = made.run("plan", "--detailed-exitcode", env={"DIVALTO_API_KEY": None})
    assert (planned.code, "submitted by an earlier run" in planned.out) == (0, True)
    assert made.vendor.books()["submissions"] == [REFERENCE]


@pytest.fixture(scope="module")
def check(tmp_path_factory: pytest.TempPathFactory, stage: Stage) -> Check:
    """Play the cases; to check one is to wait for its end, and to fail as it did."""
    cases = (from_empty_to_placed, edited_afterwards, by_hand_first, by_hand_later)
    return administration.ahead(stage, tmp_path_factory.mktemp("by-hand"), cases, {"odata": MADE})


def test_order_by_hand_from_empty_to_placed(check: Check) -> None:
    """Planned as manual steps, handed out as private papers, the site's first, settled by a number; nobody is called.

    An answer at another address, or a second one, is refused and changes nothing.
    """
    check(from_empty_to_placed)


def test_placed_order_is_frozen(check: Check) -> None:
    """Edited after a person placed it, it is refused and no papers are written; a raised revision is asked for anew."""
    check(edited_afterwards)


def test_placed_by_hand_then_over_the_interface(check: Check) -> None:
    """What a person placed is not ordered again by a program that gets an address and a key later."""
    check(by_hand_first)


def test_placed_over_the_interface_then_by_hand(check: Check) -> None:
    """What was submitted is not asked of a person when the operator turns to the portal; no key is needed then."""
    check(by_hand_later)
