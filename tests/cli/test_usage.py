"""Rules of wrong usage: always 64, the reason and what to do on stderr, nothing on stdout, no vendor asked."""

import concurrent.futures
import dataclasses
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.cli.repository import Ended, Repository
from tests.cli.server import Vendor
from tests.cli.stage import Stage, chosen

WRONG = {
    "no-such-command": ["plan-all"],
    "no-such-flag": ["plan", "--force"],
    "no-such-global-flag": ["--verbose", "plan"],
    "no-such-form": ["plan", "-o", "yaml"],
    "no-such-form-of-validate": ["validate", "-o", "html"],
    "no-such-form-of-apply": ["apply", "--yes", "-o", "html"],
    "no-such-refresh": ["plan", "--refresh", "some"],
    "no-such-colour": ["--color", "blue", "validate"],
    "no-such-level": ["validate", "--log-level", "trace"],
    "no-such-log-form": ["validate", "--log-format", "xml"],
    "flag-without-value": ["plan", "--out"],
    "extra-argument": ["validate", "specs"],
    "show-without-file": ["show"],
    "explain-without-code": ["explain"],
    "explain-unknown-code": ["explain", "E999"],
    "resolve-without-address": ["resolve", "--done"],
    "resolve-without-answer": ["resolve", "avg/order/acme-avg"],
    "resolve-two-answers": ["resolve", "avg/order/acme-avg", "--done", "--not-executed"],
    "resolve-bad-address": ["resolve", "acme", "--done"],
    "resolve-as-without-done": ["resolve", "avg/order/acme-avg", "--adopt", "1", "--as", "2"],
    "resend-without-order": ["resend"],
    "assets-without-command": ["assets"],
    "assets-no-such-command": ["assets", "sell"],
    "assets-show-without-order": ["assets", "show", "--reveal"],
    "catalogue-without-command": ["catalogue"],
    "catalogue-pull-without-vendor": ["catalogue", "pull"],
    "catalogue-pull-unknown-vendor": ["catalogue", "pull", "nobody"],
    "check-unknown-vendor": ["check", "nobody"],
    "completion-unknown-shell": ["completion", "csh"],
    "completion-without-shell": ["completion"],
    "sandbox-port-too-large": ["sandbox", "--port", "70000"],
    "sandbox-port-no-number": ["sandbox", "--port", "http"],
    "watch-interval-zero": ["watch", "--interval", "0"],
    "watch-interval-unreadable": ["watch", "--interval", "often"],
    "watch-apply-outside-git": ["watch", "--apply", "--once"],
    "apply-without-terminal": ["apply"],
    "apply-wait-unreadable": ["apply", "--yes", "--wait", "a while"],
    "apply-wait-negative": ["apply", "--yes", "--wait", "-5s"],
    "apply-allow-unknown": ["apply", "--yes", "--allow", "everything=1"],
    "apply-allow-no-number": ["apply", "--yes", "--allow", "creates=all"],
    "apply-allow-negative": ["apply", "--yes", "--allow", "creates=-1"],
    "plan-allow-unreadable": ["plan", "--allow", "creates"],
    "apply-missing-plan-file": ["apply", "no-such.plan"],
    "apply-plan-file-is-directory": ["apply", "specs"],
    "show-missing-plan-file": ["show", "no-such.plan"],
    "plan-out-into-missing-directory": ["plan", "--out", "/dev/null/plan.json"],
    "select-nothing": ["plan", "--select", "name=nobody"],
    "select-unreadable": ["plan", "--select", "kind="],
}


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory, bss: Vendor) -> Repository:
    """Return a repository that no wrong command changes."""
    return Repository(tmp_path_factory.mktemp("usage") / "repository", bss)


@dataclasses.dataclass(frozen=True)
class Refusal:
    """How a wrong command ended, which files it made, and what it asked the vendor."""

    ended: Ended
    made: set[Path]
    asked: list[object]


@pytest.fixture(scope="module")
def refusals(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, stage: Stage
) -> Mapping[str, "concurrent.futures.Future[Refusal]"]:
    """Give every wrong command."""
    folder = tmp_path_factory.mktemp("wrong")

    def one(name: str) -> "concurrent.futures.Future[Refusal]":
        return stage.play(lambda vendor: refuse(Repository(folder / name, vendor), WRONG[name]))

    return {name: one(name) for name in chosen(request, "wrong", WRONG)}


def refuse(repository: Repository, arguments: list[str]) -> Refusal:
    """Give one wrong command."""
    before = set(repository.root.rglob("*"))
    ended = repository.run(*arguments)
    return Refusal(ended, set(repository.root.rglob("*")) - before, repository.vendor.sim("GET", "/log"))


@pytest.mark.parametrize("wrong", WRONG)
def test_wrong_usage(refusals: Mapping[str, "concurrent.futures.Future[Refusal]"], wrong: str) -> None:
    """Whatever is wrong with a command line, it is 64, it is explained, and nothing was done."""
    refusal = refusals[wrong].result()
    assert (refusal.ended.code, refusal.ended.out) == (64, "")
    assert refusal.ended.err.startswith("error: ")
    assert not refusal.asked or wrong.startswith("plan-out")
    assert not refusal.made


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["plam"], "did you mean plan"),
        (["plan", "--ouput", "x"], "--out"),
        (["explain", "E2O4"], "did you mean E204"),
        (["apply"], "--yes"),
    ],
    ids=["command", "flag", "code", "no-terminal"],
)
def test_hint(untouched: Repository, arguments: list[str], hint: str) -> None:
    """What was misspelt is answered with what may have been meant."""
    assert hint in untouched.run(*arguments).err


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["plan", "--help"], ["assets", "show", "--help"]])
def test_help_needs_no_project(untouched: Repository, tmp_path: Path, arguments: list[str]) -> None:
    """Help is a result: stdout, 0, anywhere."""
    ended = untouched.run(*arguments, cwd=tmp_path)
    assert (ended.code, ended.err) == (0, "")
    assert "Usage: reconciler" in ended.out


def test_no_command_is_wrong_usage(untouched: Repository) -> None:
    """Without a command there is nothing to do: the help on stderr, and 64."""
    ended = untouched.run()
    assert (ended.code, ended.out) == (64, "")
    assert "Commands:" in ended.err
