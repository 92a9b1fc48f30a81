"""Rules of the global flags: before or after the command, from the environment, and which of them wins."""

import subprocess
from pathlib import Path

import pytest

from tests.cli.repository import CONFIGURATION, PROGRAM, Repository
from tests.cli.server import Vendor


@pytest.fixture(scope="module")
def offline(tmp_path_factory: pytest.TempPathFactory, bss: Vendor) -> Repository:
    """Return a repository for commands that change nothing."""
    extra = "environments: {staging: {vendors: {interworks: {lookupLag: 1s}}}}\n"
    return Repository(tmp_path_factory.mktemp("flags") / "repository", bss, extra=extra)


@pytest.mark.parametrize(
    "arguments",
    [
        ["-C", "DIR", "validate"],
        ["validate", "-C", "DIR"],
        ["--config", "DIR/reconciler.yaml", "validate"],
        ["validate", "--config", "DIR/reconciler.yaml"],
        ["-C", "DIR/specs", "validate"],
    ],
    ids=["C-before", "C-after", "config-before", "config-after", "from-below"],
)
def test_project_is_found(offline: Repository, tmp_path: Path, arguments: list[str]) -> None:
    """A project is found from another directory by each of the flags, on either side of the command."""
    placed = [text.replace("DIR", str(offline.root)) for text in arguments]
    ended = offline.run(*placed, cwd=tmp_path)
    assert (ended.code, ended.err) == (0, "")
    assert "5 manifests" in ended.out


def test_config_counts_from_the_directory(offline: Repository, tmp_path: Path) -> None:
    """`--config` is relative to `-C`."""
    ended = offline.run("-C", str(offline.root), "validate", "--config", "reconciler.yaml", cwd=tmp_path)
    assert ended.code == 0


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["-C", "nowhere", "validate"], "nowhere"),
        (["--config", "nowhere.yaml", "validate"], "nowhere.yaml"),
        (["validate"], "reconciler.yaml"),
    ],
    ids=["no-directory", "no-file", "no-project"],
)
def test_project_is_not_found(offline: Repository, tmp_path: Path, arguments: list[str], text: str) -> None:
    """Without a project nothing runs: 1, and the name that was looked for."""
    ended = offline.run(*arguments, cwd=tmp_path)
    assert (ended.code, ended.out) == (1, "")
    assert text in ended.err


def test_search_ends_at_the_top_of_the_tree(offline: Repository) -> None:
    """A repository inside another does not take the outer one's project."""
    inner = offline.root / "inner"
    (inner / "deep").mkdir(parents=True)
    subprocess.run(["git", "init", "--quiet", str(inner)], check=True)
    assert offline.run("validate", cwd=inner / "deep").code == 1


@pytest.mark.parametrize(
    ("before", "after", "variable", "shown"),
    [
        ([], [], None, "null"),
        (["--env", "staging"], [], None, '"staging"'),
        ([], ["--env", "staging"], None, '"staging"'),
        ([], [], "staging", '"staging"'),
        ([], ["--env", "staging"], "elsewhere", '"staging"'),
        (["--env", "staging"], [], "elsewhere", '"staging"'),
        (["--env", "elsewhere"], ["--env", "staging"], None, '"staging"'),
    ],
    ids=["none", "before", "after", "variable", "flag-over-variable", "before-over-variable", "after-over-before"],
)
def test_environment(
    offline: Repository, vendor: Vendor, before: list[str], after: list[str], variable: str | None, shown: str
) -> None:
    """`--env` works on both sides of the command, from the environment, and the flag wins."""
    ended = offline.run(*before, "plan", "-o", "json", *after, env={"RECONCILER_ENV": variable})
    assert ended.code == 0
    assert f'"environment": {shown},' in ended.out


def test_orders_of_an_environment_carry_its_name(repository: Repository) -> None:
    """Under `--env` references at the vendor name the environment, and its settings hold."""
    limits = "environments: {staging: {policy: {limits: {executes: 0}}}}\n"
    repository.configure(CONFIGURATION + limits)
    assert repository.run("plan", "--env", "staging").code == 3
    assert repository.run("apply", "--yes", "--env", "staging", "--allow", "executes=3").code == 0
    charged = repository.vendor.books()["charges"]
    assert len(charged) == 3
    assert all("acme-infra.staging/" in str(charge) for charge in charged)


def test_unknown_environment(offline: Repository) -> None:
    """An environment that is not declared is 1 and names those that are near."""
    ended = offline.run("validate", "--env", "stagin")
    assert ended.code == 1
    assert "staging" in ended.err


@pytest.mark.parametrize(
    ("expression", "addresses"),
    [
        ("kind=Account", {"interworks/account/acme", "interworks/account/nordwind"}),
        ("name=nord*", {"interworks/account/nordwind"}),
        ("nordwind", {"interworks/account/nordwind"}),
        ("region=no", {"interworks/account/nordwind"}),
        ("kind=Order,name=acme-a*", {"avg/order/acme-avg", "interworks/account/acme", "interworks/account/nordwind"}),
    ],
    ids=["kind", "pattern", "name", "label", "both"],
)
def test_select(offline: Repository, vendor: Vendor, expression: str, addresses: set[str]) -> None:
    """A part of the estate is planned with everything it depends on, and nothing of the rest."""
    planned = offline.run("plan", "-o", "json", "--select", expression).document
    created = {one["address"] for one in planned["actions"] if one["operation"] == "create"}
    assert created == addresses


def test_select_forgets_nothing(repository: Repository) -> None:
    """What is not selected is not taken for removed."""
    repository.apply()
    planned = repository.run("plan", "--detailed-exitcode", "--select", "nordwind", "-o", "json")
    assert planned.code == 0
    assert planned.document["summary"]["forget"] == 0


def test_every_flag_from_the_environment(repository: Repository, tmp_path: Path) -> None:
    """A pipeline can set what it would write as flags."""
    variables = {
        "RECONCILER_CONFIG": str(repository.root / "reconciler.yaml"),
        "RECONCILER_SELECT": "name=nordwind",
        "RECONCILER_YES": "1",
        "RECONCILER_WAIT": "5s",
        "RECONCILER_OUTPUT": "json",
        "RECONCILER_DETAILED_EXITCODE": "1",
        "RECONCILER_ALLOW": "creates=1",
    }
    ended = repository.run("apply", env=variables, cwd=tmp_path)
    assert ended.code == 0
    assert ended.document["kind"] == "ApplyReport"
    assert repository.vendor.books()["accounts"] == ["nordwind"]


@pytest.mark.parametrize(
    ("variables", "flags", "colored"),
    [
        ({}, [], False),
        ({}, ["--color", "always"], True),
        ({"RECONCILER_COLOR": "always"}, [], True),
        ({"RECONCILER_COLOR": "always"}, ["--color", "never"], False),
    ],
    ids=["pipe", "flag", "variable", "flag-over-variable"],
)
def test_color(offline: Repository, variables: dict[str, str], flags: list[str], colored: bool) -> None:
    """A pipe gets no colour unless it is asked for; text is coloured, never JSON."""
    offline_text = offline.run("validate", *flags, env=variables)
    offline_json = offline.run("validate", "-o", "json", *flags, env=variables)
    assert ("\x1b[" in offline_text.out) is colored
    assert "\x1b[" not in offline_json.out


def test_bad_variable_is_wrong_usage(offline: Repository) -> None:
    """A variable with a value the flag does not take is 64, like the flag."""
    ended = offline.run("validate", env={"RECONCILER_LOG_LEVEL": "loud"})
    assert ended.code == 64
    assert "loud" in ended.err


def test_closed_stdout_is_no_crash(offline: Repository) -> None:
    """The reader of a pipe may go away early."""
    with subprocess.Popen(
        [*PROGRAM, "schema"], cwd=offline.root, env=offline.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        complaint = process.stderr.read()
    assert complaint == b""
    assert process.returncode == 1
