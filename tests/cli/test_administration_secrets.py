"""Rules of secrets at Divalto: no API key, access code or content of a certificate in any output, file or log.

The scanner and the proof that it finds what is there are those of `test_secrets`.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli import administration
from tests.cli.administration import ODATA, REFERENCE, SITE, Office
from tests.cli.canaries import files_below, found_in
from tests.cli.server import DIVALTO, Vendor
from tests.cli.test_secrets import TALKATIVE, UNSEALED, altered

BEFORE = (
    ["validate", "-o", "json"],
    ["check"],
    ["catalogue", "pull", "divalto"],
    ["plan", "--out", "plan.json"],
    ["show", "plan.json", "-o", "html"],
    ["apply", "plan.json", "-o", "json"],
)
AFTER = (
    ["plan", "-o", "markdown"],
    ["apply", "--yes"],
    ["status", "-o", "json"],
    ["assets", "list", "-o", "json"],
    ["assets", "show", "odata-hq"],
    ["plan", "--detailed-exitcode", "-o", "gitlab"],
)


@pytest.fixture
def made(tmp_path: Path, bss: Vendor) -> Iterator[Office]:
    """Return a repository with an order and a site, nothing of which is at the vendor."""
    estate = {"odata": ODATA.replace("  execute:", "  waitForSiteChange: false\n  execute:"), "site": SITE}
    with administration.office(tmp_path / "repository", bss.origin, estate) as office:
        yield office


def leaks(made: Office, *printed: str) -> list[str]:
    """Return every canary in what was printed and in every file that was left, the key file aside."""
    issued = {f"issued {number}": value for number, value in enumerate(made.vendor.issued())}
    canaries = {"key": DIVALTO["DIVALTO_API_KEY"].partition("@")[2], **DIVALTO, **issued}
    texts = {"printed": "\n".join(printed), **files_below(made.root.parent, but=["identity.txt"])}
    return [f"{where}: {leak}" for where, text in texts.items() for leak in found_in(text, canaries)]


def processed(made: Office, *commands: list[str]) -> list[str]:
    """Run commands at the most talkative level; return what they said."""
    ended = [made.run(*command, *TALKATIVE) for command in commands]
    assert [one.said for one in ended if one.code != 0] == []
    return [one.said for one in ended]


def test_way_of_an_order_tells_nothing(made: Office) -> None:
    """From validation to the certificate nothing tells key, access code or content; only `--reveal` does."""
    printed = processed(made, *BEFORE)
    made.vendor.decide("take", "validate", "provisioned")
    made.vendor.answer("accept")
    printed += processed(made, *AFTER)
    (row,) = made.vendor.rows("certificates")
    assert row["id"] in "".join(printed)
    assert leaks(made, *printed) == []
    revealed = made.run("assets", "show", "odata-hq", "--reveal").out
    assert f"access_code {row['accessCode']}\n" in revealed
    assert f"content {administration.sent_content(row)}\n" in revealed


def test_vendor_that_throws_the_key_back(made: Office) -> None:
    """A key in a refusal, of a reading or of an order, is blotted out before anybody sees it."""
    key = DIVALTO["DIVALTO_API_KEY"]
    body = {"error": 422, "txterr": f"refus de {key}", "code": "ORDER_INVALID", "infos": key}
    made.vendor.fault("status_before", "/orders$", method="POST", status=422, body=body, count=None)
    made.vendor.fault("status_before", "/sites/", method="GET", status=403, body=body, count=None)
    ended = made.run("apply", "--yes", "-o", "json", *TALKATIVE)
    assert ended.code == 5
    assert ended.out.count("refus de (secret)") > 1
    assert leaks(made, ended.said, made.run("status", *TALKATIVE).said) == []


def test_killed_run_leaves_nothing(made: Office) -> None:
    """A run that is killed while it reads the content of a certificate has written neither that nor the key."""
    made.apply()
    made.vendor.decide("take", "validate", "provisioned")
    made.kill("pause_after", "/content$", method="GET", command="apply --yes --log-level debug")
    assert leaks(made) == []
    made.vendor.answer("accept")
    assert made.until_quiet() == [0]
    assert made.vendor.books()["submissions"] == [REFERENCE]
    assert made.run("assets", "list", "-o", "json").document["assets"][0]["secrets"]["content"]["present"] is True


def test_control_without_sealing(made: Office) -> None:
    """With the seal off, content and access code are found in the bytes of the ledger."""
    made.apply()
    made.vendor.decide("take", "validate", "provisioned")
    altered(made, UNSEALED, "apply", "--yes")
    found = leaks(made)
    for number in (0, 2):  # access code, content as sent
        assert any("state.db" in leak and f"issued {number} as" in leak for leak in found), found
