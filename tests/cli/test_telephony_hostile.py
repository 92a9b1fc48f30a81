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


def test_message_of_a_refused_change(made: Exchange) -> None:
    """What the vendor says of a change that it refuses is data in the report, the status, its files and the log.

    It is cut: nobody can flood a report.
    """
    for path, text in (("/users$", ALL), ("/pbxs$", "x" * 100_000)):
        body = {"error": 400, "errorCode": text[:90], "message": text, "status": "error"}
        made.vendor.fault("status_before", path, method="POST", status=400, body=body, count=None)
    for form in ("text", "json", "markdown"):
        ended = made.run("apply", "--yes", "-o", form, "--log-level", "debug")
        assert ended.code == 5
        assert MARK in ended.out
        inert(ended.said)
        well_formed(form, ended.out)
        assert "x" * 200 in ended.out
        assert "x" * 400 not in ended.out
    for ended in made.side_by_side("status", "status -o json"):
        inert(ended.said)
    files = [path.read_text(encoding="utf-8") for path in (made.root / "status").rglob("*.yaml")]
    assert any(MARK in one for one in files)
    for one in files:
        inert(one)


@pytest.mark.parametrize("path", ["/customers", "/connect/token$"], ids=["read", "sign-in"])
def test_message_of_a_refused_read(made: Exchange, path: str) -> None:
    """So is what it says of a read or a sign-in that it refuses, also where no renderer is at work."""
    body = {"error": "invalid_scope", "error_description": ALL, "errorCode": "E", "message": ALL, "status": "error"}
    made.vendor.fault("status_before", path, status=400, body=body, count=None)
    commands = ("check", "plan", "plan -o markdown")
    for ended in made.side_by_side(*(f"{command} --log-level debug" for command in commands)):
        assert ended.code == 1
        assert MARK in ended.said
        inert(ended.said)
