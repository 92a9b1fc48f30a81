"""Rules of `transport: manual`: what people are handed, what they answer, and that nothing is asked for twice."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli import administration
from tests.cli.administration import BY_HAND, CONFIGURATION, ODATA, ORDER, QUOTE, REFERENCE, SITE, Office
from tests.cli.server import DIVALTO, Vendor

FILE = 'file: documents/bc.pdf, declares: {site: "123456", references: [SAAS IO ODATA EXT]}'
MADE = ODATA.replace(FILE, "generate: {template: standard, signatory: Lea Martin}")
NUMBER = "CDE-2026-000777"
SITE_ADDRESS = "divalto/site/hq"


@pytest.fixture
def made(tmp_path: Path, bss: Vendor) -> Iterator[Office]:
    """Return a repository with an order and no address of the vendor; no key is set."""
    with administration.office(tmp_path / "repository", bss.origin, {"odata": MADE}) as office:
        office.configure(BY_HAND)
        del office.env["DIVALTO_API_KEY"]
        yield office


def papers(made: Office) -> dict[str, Path]:
    """Return what people were handed, by vendor, name and file."""
    folder = made.root / ".reconciler" / "manual"
    return {str(path.relative_to(folder)): path for path in sorted(folder.rglob("*")) if path.is_file()}


def test_order_by_hand_from_empty_to_placed(made: Office) -> None:
    """Planned as one manual step, handed out as private papers, settled by a number; the vendor is never asked."""
    assert [made.run(command).code for command in ("validate", "check")] == [0, 0]
    planned = made.run("plan", "--detailed-exitcode")
    assert (planned.code, planned.out.count("reconciler resolve")) == (2, 1)
    assert f"reconciler resolve {ORDER} --done --as ORDER_NUMBER" in planned.out

    first, again = made.run("apply", "--yes"), made.run("apply", "--yes", "--detailed-exitcode", "-o", "json")
    assert (first.code, again.code) == (0, 8)
    assert ".reconciler/manual/divalto/odata-hq/" in first.err
    assert again.document["summary"]["manual"] == 1
    purchase_order, form = papers(made).values()
    assert [path.stat().st_mode & 0o777 for path in (form, purchase_order)] == [0o600, 0o600]
    text = form.read_text(encoding="utf-8")
    for told in (f"[ref:{REFERENCE}]", "1 x SAAS IO ODATA EXT", hashlib.sha256(QUOTE).hexdigest(), purchase_order.name):
        assert told in text
    assert purchase_order.read_bytes().startswith(b"%PDF-")
    assert made.condition("ActionRequired") is not None

    ended = made.run("resolve", ORDER, "--done", "--as", NUMBER)
    assert (ended.code, "place recorded" in ended.err) == (0, True)
    assert made.run("plan", "--detailed-exitcode").code == 0
    applied = made.run("apply", "--yes", "--detailed-exitcode")
    assert (applied.code, "all done" in applied.out) == (0, True)
    (row,) = made.run("status", "-o", "json").document["objects"]
    assert (row["vendor_id"], row["facts"]["orderNumber"]) == (NUMBER, NUMBER)
    assert NUMBER in (made.root / "status" / "Order" / "odata-hq.yaml").read_text(encoding="utf-8")
    assert made.vendor.sim("GET", "/log") == []


def test_answers_nobody_asked_for(made: Office) -> None:
    """A wrong address, a wrong word or a second answer changes nothing and says what waits."""
    for address in ("divalto/order/other", "divalto/site/odata-hq"):
        ended = made.run("resolve", address, "--done", "--as", NUMBER)
        assert (ended.code, ended.out) == (1, ""), ended.said
    assert made.run("resolve", ORDER, "--as", NUMBER).code == 64
    assert made.run("resolve", ORDER, "--done", "--as", NUMBER).code == 0
    ended = made.run("resolve", ORDER, "--done", "--as", "CDE-2026-000778")
    assert (ended.code, "nothing at" in ended.err) == (1, True)


def test_placed_order_is_frozen(made: Office) -> None:
    """Edited after a person placed it, it is refused; reverted, quiet; with a raised revision, asked for anew."""
    made.run("resolve", ORDER, "--done", "--as", NUMBER)
    made.write("odata", MADE.replace("it@acme.example", "other@acme.example"))
    planned = made.run("plan", "--detailed-exitcode")
    assert (planned.code, "E494" in planned.out) == (1, True)
    assert made.run("apply", "--yes").code == 1
    assert not papers(made)
    made.write("odata", MADE)
    assert made.run("plan", "--detailed-exitcode").code == 0
    made.write("odata", MADE.replace("  execute:", f"  revision: 2\n  replaces: {NUMBER}\n  execute:"))
    assert made.run("plan", "--detailed-exitcode").code == 2


def test_order_waits_for_a_site_asked_for_by_hand(made: Office) -> None:
    """Papers are handed out for the site first; the order's when a person has asked for the site's change."""
    made.write("site", SITE)
    assert made.run("apply", "--yes", "--detailed-exitcode").code == 8
    assert [name.split("/")[1] for name in papers(made)] == ["hq"]
    assert made.run("resolve", SITE_ADDRESS, "--done").code == 0
    assert made.run("apply", "--yes", "--detailed-exitcode").code == 8
    assert {name.split("/")[1] for name in papers(made)} == {"hq", "odata-hq"}


def test_placed_by_hand_then_over_the_interface(made: Office) -> None:
    """What a person placed is not ordered again by a program that gets an address and a key later."""
    made.run("resolve", ORDER, "--done", "--as", NUMBER)
    made.configure(CONFIGURATION.replace("    limits:", "    partner: Nordwind\n    limits:"))
    made.env |= DIVALTO
    ended = made.run("apply", "--yes")
    assert (ended.code, "placed by a person" in ended.out) == (0, True)
    assert made.vendor.mutations() == []


def test_placed_over_the_interface_then_by_hand(made: Office) -> None:
    """What was submitted is not asked of a person when the operator turns to the portal and leaves the address."""
    online = CONFIGURATION.replace("    limits:", "    partner: Nordwind\n    limits:")
    made.configure(online)
    made.run("apply", "--yes", env=DIVALTO)
    made.configure(online.replace("    url:", "    transport: manual\n    url:"))
    planned = made.run("plan", "--detailed-exitcode")
    assert (planned.code, "submitted by an earlier run" in planned.out) == (0, True)
    assert made.vendor.books()["submissions"] == [REFERENCE]
