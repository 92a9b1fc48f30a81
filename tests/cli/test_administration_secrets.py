"""Rules of secrets at Divalto: no API key, access code or content of a certificate in any output, file or log.

The scanner and the proof that it finds what is there are those of `test_secrets`.
"""

from collections.abc import Sequence

import pytest

from tests.cli import administration
from tests.cli.administration import PATIENT, SITE, Check, Office
from tests.cli.canaries import files_below, found_in
from tests.cli.server import DIVALTO
from tests.cli.stage import Stage
from tests.cli.test_secrets import TALKATIVE, UNSEALED, altered

ORDERING = (
    ("check", "catalogue pull divalto"),
    ("validate -o json", "plan --out plan.json"),
    ("show plan.json -o html", "apply plan.json -o json"),
)
DECIDED = ("plan -o markdown",), ("apply --yes",)
RECORDED = (("status -o json", "assets list -o json", "plan --detailed-exitcode -o gitlab"),)


def leaks(made: Office, *printed: str) -> list[str]:
    """Return every canary in what was printed and in every file that was left, the key file aside."""
    issued = {f"issued {number}": value for number, value in enumerate(made.vendor.issued())}
    canaries = {"key": DIVALTO["DIVALTO_API_KEY"].partition("@")[2], **DIVALTO, **issued}
    texts = {"printed": "\n".join(printed), **files_below(made.root.parent, but=["identity.txt"])}
    return [f"{where}: {leak}" for where, text in texts.items() for leak in found_in(text, canaries)]


def processed(made: Office, *groups: Sequence[str]) -> list[str]:
    """Run groups of commands at the most talkative level, those of one side by side; return what they said."""
    ended = [
        one
        for commands in groups
        for one in made.side_by_side(*(f"{command} {' '.join(TALKATIVE)}" for command in commands))
    ]
    assert [one.said for one in ended if one.code != 0] == []
    return [one.said for one in ended]


def whole_way(made: Office) -> None:
    """Take an order from validation to its certificate."""
    printed = processed(made, *ORDERING)
    made.vendor.decide("take", "validate", "provisioned")
    made.vendor.answer("accept")
    printed += processed(made, *DECIDED, *RECORDED)
    (row,) = made.vendor.rows("certificates")
    assert row["id"] in "".join(printed)
    assert leaks(made, *printed) == []
    revealed = made.run("assets", "show", "odata-hq", "--reveal").out
    assert f"access_code {row['accessCode']}\n" in revealed
    assert f"content {administration.sent_content(row)}\n" in revealed


def key_thrown_back(made: Office) -> None:
    """Have the vendor write the key into its refusals."""
    key = DIVALTO["DIVALTO_API_KEY"]
    body = {"error": 422, "txterr": f"refus de {key}", "code": "ORDER_INVALID", "infos": key}
    made.vendor.fault("status_before", "/orders$", method="POST", status=422, body=body, count=None)
    made.vendor.fault("status_before", "/sites/", method="GET", status=403, body=body, count=None)
    ended = made.run("apply", "--yes", "-o", "json", *TALKATIVE)
    assert ended.code == 5
    assert ended.out.count("refus de (secret)") > 1
    assert leaks(made, ended.said) == []


def killed_at_a_certificate(made: Office) -> None:
    """Kill a run that reads a certificate; then have it read by one that seals nothing."""
    made.apply()
    made.vendor.decide("take", "validate", "provisioned")
    made.kill("pause_after", "/content$", method="GET", command="apply --yes --log-level debug")
    assert leaks(made) == []
    altered(made, UNSEALED, "apply", "--yes")
    found = leaks(made)
    for number in (0, 2):  # access code, content as sent
        assert any("state.db" in leak and f"issued {number} as" in leak for leak in found), found


@pytest.fixture(scope="module")
def check(tmp_path_factory: pytest.TempPathFactory, stage: Stage) -> Check:
    """Play the cases; to check one is to wait for its end, and to fail as it did."""
    cases = (whole_way, key_thrown_back, killed_at_a_certificate)
    return administration.ahead(stage, tmp_path_factory.mktemp("secrets"), cases, {"odata": PATIENT, "site": SITE})


def test_way_of_an_order_tells_nothing(check: Check) -> None:
    """From validation to the certificate nothing tells key, access code or content; only `--reveal` does."""
    check(whole_way)


def test_vendor_that_throws_the_key_back(check: Check) -> None:
    """A key in a refusal, of a reading or of an order, is blotted out before anybody sees it."""
    check(key_thrown_back)


def test_killed_run_leaves_nothing(check: Check) -> None:
    """A run that dies over a certificate has written neither it nor the key; with the seal off the scanner finds it."""
    check(killed_at_a_certificate)
