"""Rules of secrets at Dimensions: no credential, token, key or password in any output, file or log.

The scanner and the proof that it finds what is there are those of `test_secrets`.
"""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.cli import telephony
from tests.cli.canaries import files_below, found_in
from tests.cli.server import DIMENSIONS, Vendor
from tests.cli.telephony import ESTATE, SECRETS, Exchange
from tests.cli.test_secrets import TALKATIVE, UNSEALED, altered

SECOND = """\
apiVersion: reconciler/v1
kind: Account
metadata: {name: harbour}
spec: {displayName: Harbour Law, parent: nordwind, vendors: {dimensions: {enabled: false}}}
---
apiVersion: reconciler/v1
kind: PBXConnection
metadata: {name: harbour-tcx}
spec:
  account: harbour
  vendor: dimensions
  type: ThreeCX
  licenseKey: {env: TCX_LICENCE}
  username: harbour
  password: {env: TCX_PASSWORD}
  host: tcx.harbour.example
  enabled: true
"""
DAY = [
    ["validate", "-o", "json"],
    ["check"],
    ["plan", "--out", "plan.json"],
    ["show", "plan.json", "-o", "html"],
    ["apply", "plan.json", "-o", "json"],
    ["status", "-o", "json"],
    ["resend", "User/lea-martin"],
]
ROTATED = ["plan", "-o", "markdown"], ["apply", "--yes"], ["plan", "--detailed-exitcode", "-o", "gitlab"]


@pytest.fixture
def made(tmp_path: Path, bss: Vendor) -> Iterator[Exchange]:
    """Return a repository with a customer on Kazoo and one on 3CX."""
    with telephony.exchange(tmp_path / "repository", bss.origin, {**ESTATE, "harbour": SECOND}) as exchange:
        yield exchange


def leaks(made: Exchange, *printed: str, also: dict[str, str] | None = None) -> list[str]:
    """Return every canary in what was printed and in every file that was left, the key file aside."""
    issued = {f"issued {number}": value for number, value in enumerate(made.vendor.issued())}
    canaries = {**DIMENSIONS, **SECRETS, **issued, **(also or {})}
    texts = {"printed": "\n".join(printed), **files_below(made.root.parent, but=["identity.txt"])}
    if not found_in("\n\n".join(texts.values()), canaries):
        return []
    return [f"{where}: {leak}" for where, text in texts.items() for leak in found_in(text, canaries)]


def test_day_of_work_tells_nothing(made: Exchange) -> None:
    """A day's commands at the most talkative level, also when each secret of a manifest is replaced, leave nothing."""
    printed = []
    replaced = {name: f"{value[::-1]}!2" for name, value in SECRETS.items() if name != "TCX_LICENCE"}
    for env, commands in ((SECRETS, DAY), (replaced, ROTATED)):
        for command in commands:
            ended = made.run(*command, *TALKATIVE, env=env)
            assert ended.code == 0, ended.said
            printed += [ended.out, ended.err]
    assert len(made.vendor.sign_ins()) < len(made.vendor.issued()) // 2
    row = made.vendor.row("pbxs", licenseKey=SECRETS["TCX_LICENCE"])
    assert row["password"] == replaced["TCX_PASSWORD"]
    assert made.vendor.row("pbxs", name="acme-hq")["apiKey"] == replaced["KAZOO_API_KEY"]
    also = {f"replaced {name}": value for name, value in replaced.items()}
    assert leaks(made, *printed, also=also) == []


def test_vendor_that_throws_secrets_back(made: Exchange) -> None:
    """A key, a password or a token that comes back in a refusal is blotted out, whichever request it was sent with."""
    told = [*SECRETS.values(), DIMENSIONS["DIM_CLIENT_SECRET"], telephony.access_token(1)]
    body = {"error": 400, "message": f"no such {' '.join(told)}", "status": "error"}
    made.vendor.fault("status_before", "/pbxs$", method="POST", status=400, body=body, count=None)
    ended = made.run("apply", "--yes", "-o", "json", *TALKATIVE)
    assert ended.code == 5
    assert "no such (secret) (secret)" in ended.out
    assert leaks(made, ended.said, made.run("status", *TALKATIVE).said) == []


def test_killed_run_leaves_nothing(made: Exchange) -> None:
    """A run that is killed has written neither its token nor what the manifests name."""
    made.kill("pause_after", "/pbxs$", method="POST", command="apply --yes --log-level debug")
    assert leaks(made) == []


NOT_SET = [
    f"{field}: environment variable {name} is not set"
    for field, name in (
        ("apiKey of dimensions/pbx/acme-hq", "KAZOO_API_KEY"),
        ("licenseKey of dimensions/pbx/harbour-tcx", "TCX_LICENCE"),
        ("password of dimensions/pbx/harbour-tcx", "TCX_PASSWORD"),
    )
]


def test_secrets_of_manifests_that_are_not_set(made: Exchange) -> None:
    """Plan and apply name object, field and variable of each, 1, and ask no vendor; offline nothing is needed."""
    commands = ("plan", "apply --yes", "validate", "check")
    ended = made.side_by_side(*commands, env=dict.fromkeys(SECRETS))
    assert [one.code for one in ended] == [1, 1, 0, 0]
    for one in ended[:2]:
        assert [text for text in NOT_SET if text not in one.err] == []
    assert made.vendor.sign_ins() == [200]


# Controls: what is looked for is what the vendor gives, and the seal is what keeps it out of the ledger.


def test_control_tokens_are_as_expected(made: Exchange) -> None:
    """The refresh and access tokens that are looked for are those the sandbox issues."""
    form = {name.removeprefix("DIM_").lower(): value for name, value in DIMENSIONS.items()}
    url = f"{made.vendor.url}-login/connect/token"
    answer = httpx.post(url, data={"grant_type": "refresh_token", **form}, trust_env=False).json()
    assert {answer["refresh_token"], answer["access_token"]} <= set(made.vendor.issued())


def test_control_without_sealing(made: Exchange) -> None:
    """With the seal off, the token that the vendor gave is found in the bytes of the ledger."""
    altered(made, UNSEALED, "check")
    assert any("state.db" in leak and "as raw" in leak for leak in leaks(made))
