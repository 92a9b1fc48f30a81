"""Rules of secrets and of foreign text: no canary anywhere it must not be, nothing foreign that acts."""

import base64
import html.parser
import json
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes.harness import ACCOUNTS, ENVIRONMENT, ORDERS, Project

CREDENTIALS = {
    "BSS_CLIENT_KEY": "canary-Key/9+ä=1",
    "BSS_CLIENT_SECRET": 'canary-"Secret"\\2',
    "BSS_USERNAME": "canary-user@3",
    "BSS_PASSWORD": "canary pass&word=4",
}


def forms(value: str) -> Iterator[str]:
    """Yield a secret as it might leak: plain, encoded, escaped, reversed, its ends."""
    raw = value.encode()
    yield value
    yield json.dumps(value)[1:-1]
    yield urllib.parse.quote(value, safe="")
    yield urllib.parse.quote_plus(value)
    yield base64.b64encode(raw).decode().rstrip("=")
    yield base64.urlsafe_b64encode(raw).decode().rstrip("=")
    yield raw.hex()
    yield value[::-1]
    yield repr(value)[1:-1]


def pairs(key: str, secret: str) -> str:
    """Return the Basic credentials of a pair."""
    return base64.b64encode(f"{key}:{secret}".encode()).decode().rstrip("=")


def found(canaries: list[str], text: str) -> list[str]:
    """Return the canaries that are in a text in any form."""
    return [canary for canary in canaries if any(form in text for form in forms(canary))]


def everything(root: Path, *printed: str) -> str:
    """Return all a run left behind: what it printed and every file of the project, as text."""
    files = [
        path.read_bytes().decode("latin-1")
        for path in sorted(root.rglob("*"))
        if path.is_file() and path.name != "identity.txt"
    ]
    return "\n".join([*printed, *files])


def vendor_secrets(project: Project) -> list[str]:
    """Return every key and coupon that the vendor has issued."""
    rows = project.server.sim("GET", "/state")["assets"]
    return [row[name] for row in rows for name in ("licenseKey", "couponCode") if row.get(name)]


def commands(project: Project, env: dict[str, str]) -> list[str]:
    """Run everything that might say too much, at the most talkative level, and return what was printed."""
    printed = []
    for arguments in (
        ["validate"],
        ["check"],
        ["plan", "--out", "plan.json"],
        ["plan", "-o", "json"],
        ["plan", "-o", "html"],
        ["plan", "-o", "markdown"],
        ["apply", "--yes", "-o", "json"],
        ["apply", "--yes"],
        ["status", "-o", "json"],
        ["assets", "list"],
        ["assets", "list", "-o", "json"],
        ["assets", "show", "acme-avg"],
        ["resend", "acme-avg"],
        ["catalogue", "pull", "interworks"],
        ["watch", "--once"],
    ):
        ended = project.run(*arguments, "--log-level", "debug", "--log-format", "json", env=env)
        printed += [ended.out, ended.err]
    return printed


def test_vendor_secrets_are_nowhere(project: Project) -> None:
    """Keys and coupons are in no output, no file and no log of a whole day's work, whatever form."""
    project.write(a=ACCOUNTS, b=ORDERS)
    printed = commands(project, {})
    canaries = vendor_secrets(project)
    assert len(canaries) == 2
    assert found(canaries, everything(project.root, *printed)) == []


@pytest.mark.parametrize("fault", [None, "status_before", "html", "garbage", "drop_after", "truncate", "hang"])
def test_credentials_are_nowhere(project: Project, fault: str | None) -> None:
    """Credentials are in no output, file or log, also when the vendor refuses, lies or is silent."""
    project.write(a=ACCOUNTS)
    project.configure("lookupLag: 100ms", "lookupLag: 100ms\n    timeout: 300ms")
    if fault is not None:
        project.server.fault(fault, "/oauth/token", count=None)
    printed = []
    for arguments in (["check"], ["plan"], ["apply", "--yes"]):
        ended = project.run(*arguments, "--log-level", "debug", env=CREDENTIALS)
        assert ended.code == 1
        printed += [ended.out, ended.err]
    text = everything(project.root, *printed)
    assert found(list(CREDENTIALS.values()), text) == []
    assert pairs(CREDENTIALS["BSS_CLIENT_KEY"], CREDENTIALS["BSS_CLIENT_SECRET"]) not in text


def test_secret_echoed_by_the_vendor_is_masked(project: Project) -> None:
    """A vendor that throws our own password back at us does not get it printed."""
    project.write(a=ACCOUNTS)
    secret = CREDENTIALS["BSS_PASSWORD"]
    body = {"Type": "ValidationError", "Message": f"password {secret} is wrong"}
    project.server.fault("status_before", "/oauth/token", count=None, status=400, body=body)
    ended = project.run("plan", "--log-level", "debug", env=CREDENTIALS)
    assert ended.code == 1
    assert found([secret], ended.out + ended.err) == []


def test_the_scanner_sees_each_form() -> None:
    """The control: with nothing hidden, every form of every canary is found."""
    for canary in CREDENTIALS.values():
        for form in forms(canary):
            assert found([canary], f"... {form} ...") == [canary]


def test_revealing_on_purpose_is_seen_by_the_scanner(project: Project) -> None:
    """The control in the flesh: the one command that may show a secret does, and the scanner finds it."""
    project.write(a=ACCOUNTS, b=ORDERS)
    assert project.run("apply", "--yes").code == 0
    ended = project.run("assets", "show", "acme-avg", "--reveal")
    assert len(found(vendor_secrets(project), ended.out)) == 1


UNMASKED = """
import sys
from reconciler import logs, model, sealing
from reconciler.cli import running
from reconciler.vendors.http import outgoing
outgoing.hide = lambda text, secrets: text
logs.mask = lambda secrets: None
sealing.seal = lambda secret, recipients, bound: secret.reveal().encode()
sys.exit(running.run(sys.argv[1:]))
"""


def test_with_redaction_off_each_class_is_found(project: Project) -> None:
    """The control: without masking and sealing, the same scan finds the credential, the key and the coupon."""
    project.write(a=ACCOUNTS, b=ORDERS)
    assert project.run_program(UNMASKED, "apply", "--yes").code == 0
    canaries = vendor_secrets(project)
    assert found(canaries, everything(project.root)) == canaries
    secret = ENVIRONMENT["BSS_PASSWORD"]
    body = {"Type": "ValidationError", "Message": f"password {secret} is wrong"}
    project.server.fault("status_before", "/accounts", method="GET", count=None, status=400, body=body)
    ended = project.run_program(UNMASKED, "plan")
    assert found([secret], ended.out + ended.err) == [secret]
    masked = project.run("plan")
    assert found([secret], masked.out + masked.err) == []


HOSTILE = "\x1b[31mred\x1b[0m\r::add-mask::x\n##[error]y <script>alert(1)</script> ```` | @all ![i](http://e.example)"


class _Tags(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 - the parser's signature
        self.seen.add(tag)


@pytest.mark.parametrize("form", ["text", "json", "markdown", "html"])
def test_hostile_names_are_inert_in_plans(project: Project, form: str) -> None:
    """What a vendor calls an account acts in no output: no escape, no workflow command, no tag."""
    project.write(a=ACCOUNTS)
    assert project.run("apply", "--yes").code == 0
    number = project.server.row("accounts", code="acme")["id"]
    project.server.sim("POST", "/edit", {"what": "accounts", "id": number, "set": {"name": HOSTILE}})
    ended = project.run("plan", "-o", form, "--log-level", "debug")
    assert "red" in ended.out
    inert(ended.out)
    inert(ended.err)
    if form == "html":
        tags = _Tags()
        tags.feed(ended.out)
        assert not tags.seen & {"script", "img", "a", "iframe"}


@pytest.mark.parametrize("form", ["text", "json", "markdown"])
def test_hostile_errors_are_inert_in_reports(project: Project, form: str) -> None:
    """What a vendor says about a failure acts in no report, no status and no status file."""
    project.write(a=ACCOUNTS)
    project.server.sim("POST", "/settings", {"syncFailures": {"AVG": HOSTILE}, "syncPolls": 1})
    ended = project.run("apply", "--yes", "-o", form)
    assert ended.code == 5
    for text in (ended.out, ended.err, project.run("status").out, project.run("status", "-o", "json").out):
        inert(text)
    for path in (project.root / "status").rglob("*.yaml"):
        inert(path.read_text(encoding="utf-8"))


def inert(text: str) -> None:
    """Assert that a text controls no terminal and gives no CI system a command."""
    assert not [letter for letter in text if ord(letter) < 32 and letter != "\n"]
    assert "\x7f" not in text
    assert not [line for line in text.splitlines() if line.lstrip().startswith(("::", "##["))]
