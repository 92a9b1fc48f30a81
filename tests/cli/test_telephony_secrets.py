"""Rules of secrets at Dimensions: no credential, token, key or password in any output, file or log.

The scanner and the proof that it finds what is there are those of `test_secrets`.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli import telephony
from tests.cli.canaries import files_below, found_in
from tests.cli.server import DIMENSIONS, Vendor
from tests.cli.telephony import ESTATE, SECRETS, Exchange
from tests.cli.test_secrets import TALKATIVE

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
    row = made.vendor.row("pbxs", licenseKey=SECRETS["TCX_LICENCE"])
    assert row["password"] == replaced["TCX_PASSWORD"]
    assert made.vendor.row("pbxs", name="acme-hq")["apiKey"] == replaced["KAZOO_API_KEY"]
    also = {f"replaced {name}": value for name, value in replaced.items()}
    assert leaks(made, *printed, also=also) == []


@pytest.mark.parametrize("form", ["text", "json"])
def test_vendor_that_throws_secrets_back(made: Exchange, form: str) -> None:
    """A key, a password or a token that comes back in a refusal is blotted out, whichever request it was sent with."""
    told = [*SECRETS.values(), DIMENSIONS["DIM_CLIENT_SECRET"], telephony.access_token(1)]
    body = {"error": 400, "message": f"no such {' '.join(told)}", "status": "error"}
    made.vendor.fault("status_before", "/pbxs$", method="POST", status=400, body=body, count=None)
    ended = made.run("apply", "--yes", "-o", form, *TALKATIVE)
    assert ended.code == 5
    assert "no such" in ended.out
    assert leaks(made, ended.said, made.run("status", *TALKATIVE).said) == []


def test_killed_run_leaves_nothing(made: Exchange) -> None:
    """A run that is killed has written neither its token nor what the manifests name."""
    made.kill("pause_after", "/pbxs$", method="POST", command="apply --yes --log-level debug")
    assert leaks(made) == []


@pytest.mark.parametrize("name", SECRETS)
def test_secret_of_a_manifest_that_is_not_set(made: Exchange, name: str) -> None:
    """Plan and apply name the object, the field and the variable, 1, and ask no vendor; offline nothing is needed."""
    field, address = {
        "KAZOO_API_KEY": ("apiKey", "dimensions/pbx/acme-hq"),
        "TCX_LICENCE": ("licenseKey", "dimensions/pbx/harbour-tcx"),
        "TCX_PASSWORD": ("password", "dimensions/pbx/harbour-tcx"),
    }[name]
    commands = [["plan"], ["apply", "--yes"], ["validate"], ["check"]] if name == "KAZOO_API_KEY" else [["plan"]]
    ended = [made.run(*command, env={name: None}) for command in commands]
    assert [one.code for one in ended] == [1, 1, 0, 0][: len(commands)]
    for one in ended[:2]:
        assert f"{field} of {address}: environment variable {name} is not set" in one.err
    assert made.vendor.mutations() == []
