"""Rules of foreign text from Dimensions: names and refusals are shown and do nothing, in every form.

The texts and what makes one harmless are those of `test_hostile`.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli import telephony
from tests.cli.server import Vendor
from tests.cli.telephony import Exchange
from tests.cli.test_hostile import CONTROLS, MARK, TEXTS, inert, shown_in_every_form, well_formed

HOSTILE = {**TEXTS, **CONTROLS}
ALL = " ".join(HOSTILE.values())
"""All of them in one text, as an error message may be long."""


@pytest.fixture
def made(tmp_path: Path, bss: Vendor) -> Iterator[Exchange]:
    """Return a repository with the main job, nothing of which is at the vendor."""
    with telephony.exchange(tmp_path / "repository", bss.origin) as exchange:
        yield exchange


def test_names_at_the_vendor(made: Exchange) -> None:
    """What a customer, a connection, a user or a role is called there is data in every form of a plan."""
    made.apply()
    texts = list(HOSTILE.values())
    state = made.vendor.sim("GET", "/state")
    rows = [("customers", row, "name") for row in state["customers"] if row["reference"] == "acme"]
    rows += [("pbxs", row, "name") for row in state["pbxs"] if row["name"] == "acme-hq"]
    rows += [("users", row, "displayName") for row in state["users"]]
    for number, (what, row, name) in enumerate(rows):
        mine = texts[number :: len(rows)]
        made.vendor.edit(what, row["id"], **{name: " ".join(mine)})
    shown = shown_in_every_form(made)
    for form in ("text", "json", "markdown", "html"):
        assert shown[form].count(MARK) >= len(rows) - 1


@pytest.mark.parametrize("form", ["text", "json", "markdown"])
def test_message_of_a_refused_change(made: Exchange, form: str) -> None:
    """What the vendor says of a change that it refuses is data in the report, the status, its files and the log.

    It is cut: nobody can flood a report.
    """
    for number, (path, text) in enumerate((("/customers$", ALL), ("/users$", ALL[::-1]), ("/pbxs$", "x" * 100_000))):
        body = {"error": 400, "errorCode": f"{number}{text}"[:90], "message": text, "status": "error"}
        made.vendor.fault("status_before", path, method="POST", status=400, body=body, nth=1)
    ended = made.run("apply", "--yes", "-o", form, "--log-level", "debug")
    assert ended.code == 5
    assert MARK in ended.out
    inert(ended.said)
    well_formed(form, ended.out)
    again = made.run("apply", "--yes", "-o", form)
    assert "x" * 200 in again.out
    assert "x" * 400 not in again.out
    for command in (["status"], ["status", "-o", "json"]):
        inert(made.run(*command).said)
    files = [path.read_text(encoding="utf-8") for path in (made.root / "status").rglob("*.yaml")]
    assert files
    for one in files:
        inert(one)


@pytest.mark.parametrize("path", ["/customers", "/connect/token$"], ids=["read", "sign-in"])
def test_message_of_a_refused_read(made: Exchange, path: str) -> None:
    """So is what it says of a read or a sign-in that it refuses, also where no renderer is at work."""
    body = {"error": "invalid_scope", "error_description": ALL, "errorCode": "E", "message": ALL, "status": "error"}
    made.vendor.fault("status_before", path, status=400, body=body, count=None)
    for command in (["check"], ["plan"], ["plan", "-o", "markdown"]):
        ended = made.run(*command, "--log-level", "debug")
        assert ended.code == 1
        assert MARK in ended.said
        inert(ended.said)
