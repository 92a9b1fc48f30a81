"""The README against the program: what it promises to type works, what it shows comes out."""

import dataclasses
import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from reconciler.cli.commands import COMMANDS
from reconciler.files.limits import Limits
from reconciler.settings import discovery
from reconciler.settings.models import Vendor as VendorSettings
from reconciler.settings.models import VendorLimits
from tests.cli.repository import LIMIT, Repository
from tests.cli.server import Vendor
from tests.cli.test_examples import matches, told

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
VENDORS = ROOT / "docs" / "vendors"
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def section(title: str) -> str:
    """Return the part of the README below a heading."""
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", README, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


def test_two_commands_do_everything() -> None:
    """A newcomer needs two commands; every target that the README names is there, and the other way round."""
    two = re.findall(r"^\| `make ([a-z]+)` \|", section("Two commands"), re.MULTILINE)
    assert two == ["demo", "test"]
    named = set(re.findall(r"`make ([a-z]+)`", README))
    targets = {name for line in re.findall(r"^([a-z ]+):.*##", MAKEFILE, re.MULTILINE) for name in line.split()}
    assert named - targets == set()
    assert targets - named <= {"help", "check"}


def test_every_command_is_listed() -> None:
    """The table names each command of the program and no other."""
    rows = re.findall(r"^\| (`.*?`) \| ", section("Commands"), re.MULTILINE)
    listed = {words.split()[0] for row in rows for words in re.findall(r"`([a-z][^`]*)`", row)}
    assert listed == set(COMMANDS)


def test_listed_flags_exist(repository: Repository) -> None:
    """Each flag that the table shows for a command is in that command's help."""
    rows = re.findall(r"^\| (`.*?`) \| ", section("Commands"), re.MULTILINE)
    for words in (words for row in rows for words in re.findall(r"`([a-z][^`]*)`", row)):
        flags = re.findall(r"(?<![\w-])(--?[a-z][a-z-]*)", words)
        path = re.findall(r"^[a-z]+(?: (?:list|show|pull)\b)?", words)[0].split()
        said = repository.run(*path, "--help").out
        assert [flag for flag in flags if not re.search(rf"{flag}\b", said)] == [], words


def test_the_demo_shows_what_is_printed_here() -> None:
    """`make demo` runs to its end, and says what the README shows of it."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("BSS_", "RECONCILER_"))}
    ended = subprocess.run(
        [sys.executable, "-W", "error", "examples/demo.py"],
        cwd=ROOT,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=LIMIT,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout
    printed = re.split(r"^\$ ", ended.stdout, flags=re.MULTILINE)
    shown = list(told(README))
    assert len(shown) == 4
    for command, expected in shown:
        answers = [part.splitlines()[1:] for part in printed if part.splitlines()[:1] == [command]]
        assert any(matches(expected, answer) for answer in answers), command


def test_manifests_and_configuration_are_valid(repository: Repository) -> None:
    """What the README shows as YAML is accepted as it stands."""
    blocks = {re.findall(r"^kind: (\w+)$", block, re.MULTILINE)[0]: block for block in yaml_blocks()}
    assert set(blocks) == {"Order", "Project"}
    for path in (repository.root / "specs").iterdir():
        path.unlink()
    reseller = (ROOT / "specs" / "nordwind.yaml").read_text(encoding="utf-8")
    account = (ROOT / "specs" / "acme-dental.yaml").read_text(encoding="utf-8").split("---")[0]
    # The project shown has the BSS alone.
    repository.write("nordwind", reseller.replace("    dimensions: {}\n", ""))
    repository.write("acme", account.split("    dimensions:")[0] + "---\n" + blocks["Order"])
    (repository.root / "reconciler.yaml").write_text(blocks["Project"], encoding="utf-8")
    ended = repository.run("validate")
    assert ended.code == 0, ended.said


def yaml_blocks() -> list[str]:
    """Return the YAML of the README."""
    return re.findall(r"^```yaml\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def test_reading_limits_are_the_ones_in_force() -> None:
    """The table of limits lists every limit with its value."""
    rows = re.findall(r"^\| ([^|`]+) \| ([0-9][^|]*) \|$", section("Limits on what is read"), re.MULTILINE)
    numbers = [number for _, values in rows for number in re.findall(r"\d[\d,]*(?: MiB)?", values.replace(", ", "; "))]
    units = {" MiB": 1_048_576}
    listed = sorted(
        int(number.split()[0].replace(",", "")) * units.get(number.lstrip("0123456789,"), 1) for number in numbers
    )
    assert listed == sorted(dataclasses.asdict(Limits()).values())


def test_named_defaults_are_the_defaults() -> None:
    """The configuration shown says what holds anyway, where the README calls it the default."""
    project = next(block for block in yaml_blocks() if "kind: Project" in block)
    fields = VendorSettings.model_fields
    for name in ("timeout", "lookupLag", "doubtWindow"):
        assert f"{name}: {fields[name].default} " in project.replace("\n", " ")
    limits = VendorLimits()
    assert f"{{concurrency: {limits.concurrency}, perSecond: {limits.perSecond:g}}}" in project


def test_named_capabilities_exist() -> None:
    """The operations that can be switched off are the ones the adapter knows."""
    named = set(re.findall(r"`(can_[a-z_]+)`", (VENDORS / "interworks.md").read_text(encoding="utf-8")))
    known = discovery.find_plugins()["interworks"].options["capabilities"]
    assert isinstance(known, dict)
    assert named == set(known)


def test_page_of_dimensions_shows_a_configuration_that_works(repository: Repository) -> None:
    """The configuration on the vendor's page is accepted as it stands, with the manifests of the demo."""
    page = (VENDORS / "dimensions.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"^   ```yaml\n(.*?)^   ```", page, re.MULTILINE | re.DOTALL)
    for path in (repository.root / "specs").iterdir():
        path.unlink()
    shutil.copy(ROOT / "specs" / "acme-telephony.yaml", repository.root / "specs")
    for name, more in (("acme-dental", "parent: nordwind"), ("nordwind", "role: Reseller")):
        head = f"apiVersion: reconciler/v1\nkind: Account\nmetadata: {{name: {name}}}\n"
        repository.write(name, head + f"spec: {{displayName: X, {more}, vendors: {{dimensions: {{}}}}}}\n")
    (repository.root / "reconciler.yaml").write_text(textwrap.dedent(block), encoding="utf-8")
    ended = repository.run("validate")
    assert ended.code == 0, ended.said


def test_table_of_vendors_says_what_each_rests_on() -> None:
    """Every platform has its features there, each with what is documented, assumed or left to people, and its page."""
    rows = [row.strip("|").split("|") for row in section("Vendors").splitlines() if row.startswith("|")]
    assert [cell.strip() for cell in rows[0]] == ["vendor", "feature", "documented", "assumed", "manual"]
    cells = [[cell.strip() for cell in row] for row in rows[2:]]
    named = [re.fullmatch(r"\[(\w+)\]\(docs/vendors/(\w+)\.md\)", row[0]) for row in cells if row[0]]
    pages = {found[1]: found[2] for found in named if found is not None}
    assert pages == {name: name for name in discovery.find_plugins()}
    assert len(named) == len(pages) == len(list(VENDORS.iterdir()))
    assert all(row[1] and row[2] and (row[3] or row[4]) for row in cells)


def divalto_alone(repository: Repository, block: str) -> None:
    """Have the repository hold the order of the demo at Divalto and this configuration."""
    for path in (repository.root / "specs").iterdir():
        path.unlink()
    shutil.copy(ROOT / "specs" / "acme-odata.yaml", repository.root / "specs")
    (repository.root / "reconciler.yaml").write_text(textwrap.dedent(block), encoding="utf-8")


def test_page_of_divalto_shows_a_configuration_that_works(repository: Repository) -> None:
    """The configuration on the vendor's page is accepted as it stands, and names every capability."""
    page = (VENDORS / "divalto.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"^   ```yaml\n(.*?)^   ```", page, re.MULTILINE | re.DOTALL)
    divalto_alone(repository, block)
    ended = repository.run("validate")
    assert ended.code == 0, ended.said
    known = discovery.find_plugins()["divalto"].options["capabilities"]
    assert isinstance(known, dict)
    assert [name for name in known if f"`{name}`" not in page] == []


def test_page_of_divalto_tells_the_work_by_hand_as_it_goes(repository: Repository) -> None:
    """With `transport: manual` each command of the page succeeds and says what the page shows."""
    page = (VENDORS / "divalto.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"^```yaml\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    divalto_alone(repository, block)
    commands = list(told(page))
    assert len(commands) == 5
    for command, expected in commands:
        ended = repository.run(*command.split()[1:])
        assert ended.code == 0, ended.said
        assert matches(expected, ended.said.splitlines()), f"$ {command}\n{ended.said}"


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        pytest.param("git", "git is missing; install git", id="git"),
        pytest.param("python", "Python 3.11 or newer is missing", id="python"),
        pytest.param("venv", "the venv module of", id="venv"),
    ],
)
def test_missing_tool_is_named(tmp_path: Path, missing: str, said: str) -> None:
    """A machine without one of the tools is told which, before anything is made."""
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("sh", "make", "git"):
        found = shutil.which(name)
        assert found is not None
        if name != missing:
            (tools / name).symlink_to(found)
    python = {"python": "#!/bin/sh\nexit 1\n", "venv": '#!/bin/sh\ncase "$2" in *venv*) exit 1;; esac\n'}
    if missing in python:
        (tools / "python3").write_text(python[missing])
        (tools / "python3").chmod(0o755)
    ended = subprocess.run(
        [str(tools / "make"), "-C", str(ROOT), "--no-print-directory", "tools"],
        env={"PATH": str(tools)},
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )
    assert ended.returncode != 0
    assert said in ended.stderr


def test_checklist_runs_against_a_vendor(repository: Repository, vendor: Vendor) -> None:
    """The commands of "Your first real BSS" work in the order in which they stand, and change nothing."""
    commands = re.findall(r"`reconciler ([a-z ]+)`", section("Your first real BSS"))
    assert commands == ["check", "catalogue pull interworks", "plan"]
    for command in commands:
        assert repository.run(*command.split()).code == 0
    assert vendor.mutations() == []
