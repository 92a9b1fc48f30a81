"""`docs/writing-a-vendor.md`, done: its files become a package, installed beside us, that passes what the page says."""

import os
import re
import socket
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from reconciler.testing import conformance
from tests.cli.test_examples import matches, told
from tests.cli.waiting import until

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "toy-vendor"
PAGE = (ROOT / "docs" / "writing-a-vendor.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"^```[a-z]+ (\S+)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL))
ADDRESS = "127.0.0.1:8710"
LIMIT = 60
"""Seconds after which a command is taken to hang."""


def test_page_prints_the_example() -> None:
    """The files that the page prints are those of the example, each in full, and there are no others."""
    kept = (".py", ".toml", ".yaml")
    there = [path for path in EXAMPLE.rglob("*") if path.suffix in kept and ".reconciler" not in path.parts]
    assert {path.relative_to(EXAMPLE).as_posix(): path.read_text(encoding="utf-8") for path in there} == FILES


def test_page_lists_every_rule() -> None:
    """The page says of each rule what it demands, in the rule's own words."""
    section = PAGE.partition("## 10.")[2]
    listed = dict(re.findall(r"^\| `([a-z-]+)` \| (.+) \|$", section.partition("## 11.")[0], re.MULTILINE))
    assert list(listed) == list(conformance.RULES)
    words = {rule: (check.__doc__ or "").splitlines()[0] for rule, check in conformance.RULES.items()}
    assert [rule for rule, text in listed.items() if not words[rule].rstrip(".").endswith(text)] == []


def test_page_names_rules_that_exist() -> None:
    """Every rule that the table of declarations names is one of the suite."""
    rows = re.findall(r"^\| .+ \| .+ \| (`.+) \|$", PAGE.partition("## 4.")[2].partition("## 5.")[0], re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`([a-z-]+)`(?!:)", row)}
    assert len(rows) > 8
    assert named - {"resolve"} - set(conformance.RULES) == set()


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the files that the page prints, installed in an environment of its own beside it."""
    folder = tmp_path_factory.mktemp("beside") / "toy-vendor"
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    environment = folder.parent / "environment"
    venv.create(environment, symlinks=True)
    # What runs this test is seen from there too, so that nothing is fetched.
    places = sysconfig.get_paths(vars={"base": str(environment), "platbase": str(environment)})
    ours = sysconfig.get_path("purelib")
    (Path(places["purelib"]) / "beside.pth").write_text(f"import site; site.addsitedir({ours!r})\n", encoding="utf-8")
    pip = [sys.executable, "-m", "pip", "--python", str(python(folder)), "install", "--quiet"]
    offline = ["--disable-pip-version-check", "--no-index", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, *offline, str(folder)], check=True, timeout=LIMIT, stdin=subprocess.DEVNULL)
    return folder


def python(folder: Path) -> Path:
    """Return the interpreter of the environment beside a folder."""
    return folder.parent / "environment" / "bin" / "python"


@pytest.fixture
def simulator(package: Path) -> Iterator[str]:
    """Serve the simulator of the installed package on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    command = [str(python(package)), "-m", "toy_vendor.simulator", str(port)]
    with subprocess.Popen(command, cwd=package.parent, stdin=subprocess.DEVNULL) as process:
        try:
            until(lambda: answers(port), "the simulator does not answer")
            yield f"127.0.0.1:{port}"
        finally:
            process.terminate()


def answers(port: int) -> bool:
    """Say whether something listens on a port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def variables() -> Mapping[str, str]:
    """Return the environment that the page sets up."""
    exported = dict(re.findall(r"([A-Z_]+)=(\S+)", PAGE.partition("```sh\nexport ")[2].partition("```")[0]))
    kept = {name: value for name, value in os.environ.items() if name not in {"CI", "PYTHONPATH"}}
    assert set(exported) == {"TOY_API_KEY", "ACME_PASSWORD"}
    return {**kept, **exported}


def test_reader_of_the_page_ends_where_it_says(package: Path, simulator: str) -> None:
    """Each command of the page succeeds in the other environment and says what the page shows."""
    configuration = package / "reconciler.yaml"
    configuration.write_text(FILES["reconciler.yaml"].replace(ADDRESS, simulator), encoding="utf-8")
    commands = [*told(PAGE), ("python -c 'import toy_vendor; print(toy_vendor.__file__)'", ["..."])]
    assert len(commands) == 7
    said = [run(command, package) for command, _ in commands]
    for (command, expected), ended in zip(commands, said, strict=True):
        assert ended.returncode == 0, (command, ended.stdout)
        assert matches(expected, ended.stdout.splitlines()), f"$ {command}\n{ended.stdout}"
    assert f"{len(conformance.RULES)} passed" in said[-2].stdout
    assert Path(said[-1].stdout.strip()).is_relative_to(package.parent / "environment")


def run(command: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    """Run a command of the page with the other environment's interpreter, which finds what is installed only."""
    program, _, rest = command.partition(" ")
    module = "" if program == "python" else f"-m {program}"
    return subprocess.run(
        ["bash", "-c", f"{python(folder)} -P -W error {module} {rest}"],
        cwd=folder,
        env=dict(variables()),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=LIMIT,
        check=False,
    )
