"""Rules of secrets (T15): no credential, key, coupon or token in any output, file, log, argument or crash."""

import base64
import concurrent.futures
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path

import httpx
import pytest

from tests.cli.canaries import FORMS, files_below, found_in
from tests.cli.repository import Repository
from tests.cli.server import CREDENTIALS, token
from tests.cli.stage import Stage, chosen

TALKATIVE = ("--log-level", "debug", "--log-format", "json")
DAY = [
    ["validate"],
    ["validate", "-o", "json"],
    ["check"],
    ["plan", "--out", "plan.json"],
    ["plan", "-o", "markdown"],
    ["plan", "-o", "html"],
    ["show", "plan.json", "-o", "json"],
    ["apply", "plan.json", "-o", "json"],
    ["apply", "--yes"],
    ["status"],
    ["status", "-o", "json"],
    ["assets", "list"],
    ["assets", "list", "-o", "json"],
    ["assets", "show", "acme-avg"],
    ["resend", "acme-avg"],
    ["catalogue", "pull", "interworks"],
    ["plan", "--detailed-exitcode", "-o", "gitlab"],
    ["watch", "--once"],
]


def canaries(repository: Repository) -> dict[str, str]:
    """Return all secrets that are about, by name."""
    issued = {f"issued {number}": value for number, value in enumerate(repository.vendor.issued())}
    key, secret = CREDENTIALS["BSS_CLIENT_KEY"], CREDENTIALS["BSS_CLIENT_SECRET"]
    return {**CREDENTIALS, "basic": base64.b64encode(f"{key}:{secret}".encode()).decode(), **issued}


def leaks(repository: Repository, *printed: str) -> list[str]:
    """Return every canary in what was printed and in every file that was left, the key file aside."""
    texts = {"printed": "\n".join(printed), **files_below(repository.root.parent, but=["identity.txt"])}
    secrets = canaries(repository)
    if not found_in("\n\n".join(texts.values()), secrets):
        return []
    return [f"{where}: {leak}" for where, text in texts.items() for leak in found_in(text, secrets)]


def test_forty_canaries_in_a_day_of_work(repository: Repository) -> None:
    """A day's commands at the most talkative level leave no canary anywhere, in any form."""
    printed = []
    for command in DAY:
        ended = repository.run(*command, *TALKATIVE)
        assert ended.code == 0, ended.said
        printed += [ended.out, ended.err]
    assert len(canaries(repository)) >= 40
    assert len(repository.vendor.rows("assets")) == 3
    assert leaks(repository, *printed) == []


SIGN_IN = (["check"], ["plan", "-o", "json"], ["apply", "--yes"])
WORK = (["plan", "-o", "json"], ["apply", "--yes", "--wait", "0", "-o", "json"])
FAULTS: Mapping[str, tuple[str, str, dict[str, object], Sequence[list[str]]]] = {
    "sign-in-refused": ("status_before", "/oauth/token", {"status": 401}, SIGN_IN),
    "sign-in-is-a-page": ("html", "/oauth/token", {}, SIGN_IN),
    "sign-in-is-garbage": ("garbage", "/oauth/token", {}, SIGN_IN),
    "sign-in-is-cut": ("truncate", "/oauth/token", {"declared": True}, SIGN_IN),
    "sign-in-redirects": ("redirect", "/oauth/token", {"location": "https://elsewhere.example/"}, SIGN_IN),
    "list-redirects": ("redirect", "/api/accounts", {"location": "https://elsewhere.example/"}, WORK),
    "list-is-cut": ("truncate", "/api/accounts", {"declared": True}, WORK),
    "assets-are-cut": ("truncate", "/api/assets", {"declared": True}, WORK),
    "assets-are-refused": ("status_after", "/api/assets", {"status": 400}, WORK),
    "execute-lost": ("drop_after", "/execute$", {}, WORK),
    "resend-lost": ("drop_after", "/resendlicensekey$", {}, (["apply", "--yes"], ["resend", "acme-avg"])),
}


@pytest.fixture(scope="module")
def failures(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, stage: Stage
) -> Mapping[str, "concurrent.futures.Future[list[str]]"]:
    """Play the faults; the results are the leaks."""
    folder = tmp_path_factory.mktemp("failures")

    def one(name: str) -> "concurrent.futures.Future[list[str]]":
        return stage.play(lambda vendor: fail(Repository(folder / name / "repository", vendor), name))

    return {name: one(name) for name in chosen(request, "fault", FAULTS)}


def fail(repository: Repository, name: str) -> list[str]:
    """Run the commands of a fault and return what leaked."""
    kind, path, options, commands = FAULTS[name]
    repository.vendor.fault(kind, path, count=None, **options)
    side_by_side = len(commands) if commands is SIGN_IN else 1  # clients that wait before they try again
    with concurrent.futures.ThreadPoolExecutor(side_by_side) as pool:
        ended = list(pool.map(lambda command: repository.run(*command, *TALKATIVE), commands))
    assert repository.vendor.sim("GET", "/faults")["faults"][0]["hits"]
    return leaks(repository, *(one.said for one in ended))


@pytest.mark.parametrize("fault", FAULTS)
def test_failures_tell_nothing(failures: Mapping[str, "concurrent.futures.Future[list[str]]"], fault: str) -> None:
    """Whatever goes wrong, the message says what, never with what."""
    assert failures[fault].result() == []


@pytest.mark.parametrize(("name", "form"), list(zip(CREDENTIALS, ("text", "json", "markdown", "text"), strict=True)))
def test_vendor_that_throws_a_credential_back(repository: Repository, name: str, form: str) -> None:
    """A credential that comes back in a refusal is blotted out, however the vendor wrapped it."""
    refuse(repository, CREDENTIALS[name], base64.b64encode(CREDENTIALS[name].encode()).decode())
    ended = repository.run("apply", "--yes", "-o", form, *TALKATIVE)
    assert ended.code == 5
    assert "no such" in ended.said
    assert leaks(repository, ended.said, repository.run("status", *TALKATIVE).said) == []


def refuse(repository: Repository, *texts: str) -> None:
    """Have the vendor refuse new accounts and quote some texts."""
    message = f"no such {' '.join(texts)}"
    body = {"Type": "ValidationError", "Message": message, "Errors": [{"Field": "Name", "Message": message}]}
    repository.vendor.fault("status_before", "/api/accounts$", method="POST", status=400, body=body, count=None)


def test_issued_key_that_the_vendor_puts_elsewhere(repository: Repository) -> None:
    """A key that turns up in a name or comment of an asset it belongs to is not carried into any output."""
    repository.apply()
    asset = next(row for row in repository.vendor.rows("assets") if row["licenseKey"])
    repository.vendor.edit("assets", asset["id"], name=f"AVG {asset['licenseKey']}", syncComments=asset["licenseKey"])
    commands = (["plan"], ["apply", "--yes", "-o", "json"], ["status", "-o", "json"], ["assets", "list"])
    printed = [repository.run(*command, *TALKATIVE).said for command in commands]
    assert leaks(repository, *printed) == []


def test_killed_run_leaves_nothing(repository: Repository) -> None:
    """A run that is killed has written nothing in clear that it would have removed later."""
    repository.vendor.fault("pause_after", "/execute$", method="POST", nth=3)
    with repository.running("apply", "--yes", *TALKATIVE) as run:
        repository.vendor.await_paused()
        run.kill()
    repository.vendor.release(drop=True)
    assert leaks(repository) == []


def test_not_in_the_arguments_of_any_process(repository: Repository) -> None:
    """What other users of the machine can see of a run holds no secret; its children get no credential."""
    repository.commit()
    repository.vendor.fault("pause_after", "/api/accounts$")
    with repository.running("apply", "--yes") as run:
        repository.vendor.await_paused()
        seen = [path.read_bytes() for path in Path("/proc").glob(f"{run.process.pid}/cmdline")]
        repository.vendor.release()
        assert run.end().code == 0
    assert seen
    assert found_in(b"\n".join(seen).decode("latin-1"), canaries(repository)) == []


def test_children_inherit_no_credential(repository: Repository, tmp_path: Path) -> None:
    """Git, the only program that is started, is not handed the environment with the credentials."""
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "git").write_text(f"#!/bin/sh\nenv >> {tmp_path}/environment\nexit 1\n", encoding="utf-8")
    (tools / "git").chmod(0o755)
    path = f"{tools}{os.pathsep}{repository.env['PATH']}"
    assert repository.run("plan", env={"PATH": path}).code == 0
    seen = (tmp_path / "environment").read_text(encoding="utf-8")
    assert "PATH=" in seen
    assert found_in(seen, canaries(repository)) == []


CRASH = textwrap.dedent(
    """
    import sys
    from reconciler.render import {module}
    from reconciler.cli import running

    def fail(*_, **__):
        raise RuntimeError("stumbled over " + {words})

    {module}.{name} = fail
    sys.exit(running.run(sys.argv[1:]))
    """
)


def crash(repository: Repository, words: str) -> str:
    """Plan with a bug planted in a renderer, whose message holds what it was working on; return all that it said."""
    script = CRASH.format(module="planned", name="report", words=words)
    done = subprocess.run(
        [sys.executable, "-c", script, "plan", *TALKATIVE],
        cwd=repository.root,
        env=repository.env,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 1
    return (done.stdout + done.stderr).decode()


def test_crash_tells_nothing(repository: Repository) -> None:
    """A traceback in the log, also one whose message holds a credential, comes out blotted."""
    said = crash(repository, "__import__('os').environ['BSS_PASSWORD']")
    assert "traceback" in said
    assert "stumbled over (secret)" in said
    assert leaks(repository, said) == []


def test_core_of_a_signal_tells_nothing(repository: Repository) -> None:
    """A run that the system aborts prints nothing of what it held."""
    repository.vendor.fault("pause_before", "/api/accounts$")
    with repository.running("plan", *TALKATIVE, env={"PYTHONFAULTHANDLER": "1"}) as run:
        repository.vendor.await_paused()
        run.signal(signal.SIGABRT)
        out, err = run.process.communicate()
    repository.vendor.release(drop=True)
    assert b"Current thread" in err
    assert leaks(repository, out.decode(), err.decode()) == []


# Controls: the scanner finds what is there, and each net is what holds it back.


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", CREDENTIALS)
def test_scanner_finds_each_form(name: str, form: str) -> None:
    """Every form of every credential is found in the midst of other text."""
    for one in FORMS[form](CREDENTIALS[name]):
        assert any(leak.startswith(name) for leak in found_in(f"... {one} ...", {name: CREDENTIALS[name]}))


def test_scanner_finds_base64_inside_other_text() -> None:
    """A secret encoded together with what stands around it is found at each of the three places it can begin."""
    value = CREDENTIALS["BSS_PASSWORD"]
    for around in ("", "a", "ab", "abc"):
        text = base64.b64encode(f"{around}{value}{around}".encode()).decode()
        assert found_in(text, {"password": value})


UNMASKED = textwrap.dedent(
    """
    import sys
    from reconciler import logs
    from reconciler.cli import running
    from reconciler.vendors.http import outgoing

    outgoing.hide = lambda text, secrets: text
    logs.mask = lambda secrets: None
    sys.exit(running.run(sys.argv[1:]))
    """
)
UNSEALED = textwrap.dedent(
    """
    import sys
    from reconciler import sealing
    from reconciler.cli import running

    sealing.seal = lambda secret, recipients, *, bound: secret.reveal().encode()
    sys.exit(running.run(sys.argv[1:]))
    """
)


def altered(repository: Repository, script: str, *arguments: str) -> str:
    """Run the program with one of its nets taken away; return what it said."""
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        cwd=repository.root,
        env=repository.env,
        capture_output=True,
        check=False,
    )
    return (done.stdout + done.stderr).decode()


@pytest.mark.parametrize("name", CREDENTIALS)
def test_control_without_masking(repository: Repository, name: str) -> None:
    """With the masks off, a credential that the vendor throws back is found by the scanner."""
    refuse(repository, CREDENTIALS[name])
    said = altered(repository, UNMASKED, "apply", "--yes", *TALKATIVE)
    assert any(leak.startswith(name) for leak in found_in(said, CREDENTIALS))


def test_control_without_sealing(repository: Repository) -> None:
    """With the seal off, every key and coupon is found in the bytes of the ledger."""
    altered(repository, UNSEALED, "apply", "--yes")
    issued = {value: value for value in repository.vendor.issued() if not value.startswith("sim-")}
    texts = "\n".join(files_below(repository.root).values())
    assert {leak.split(" as ")[0] for leak in found_in(texts, issued)} == set(issued)
    assert len(issued) == 2


def test_control_with_reveal(applied: Repository) -> None:
    """The one command that may show a secret shows it, and the scanner finds it there."""
    said = applied.run("assets", "show", "acme-avg", "--reveal").out
    assert len({leak.split(" as ")[0] for leak in found_in(said, canaries(applied))}) == 1


def test_control_tokens_are_as_expected(repository: Repository) -> None:
    """The access tokens that are looked for are those the sandbox issues."""
    key, secret = CREDENTIALS["BSS_CLIENT_KEY"], CREDENTIALS["BSS_CLIENT_SECRET"]
    form = {
        "grant_type": "password",
        "username": CREDENTIALS["BSS_USERNAME"],
        "password": CREDENTIALS["BSS_PASSWORD"],
    }
    answer = httpx.post(f"{repository.vendor.url}/oauth/token", auth=(key, secret), data=form, trust_env=False)
    assert answer.json()["access_token"] in {token(number) for number in range(1, 40)}
