"""The stories in `examples/`, run line by line as their pages tell them."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from reconciler import sandbox
from tests.cli.repository import LIMIT, Repository
from tests.cli.server import Vendor

EXAMPLES = Path(__file__).parents[2] / "examples"
STORIES = sorted(path.parent.name for path in EXAMPLES.glob("*/README.md"))
ELLIPSIS = "..."
FAKE_URL = "http://127.0.0.1:8700"


def told(page: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each command of a page with the lines that are to follow it."""
    for block in re.findall(r"^```console\n(.*?)^```", page, re.MULTILINE | re.DOTALL):
        for command in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            line, *expected = command.splitlines()
            yield line, expected


def matches(expected: Sequence[str], said: Sequence[str]) -> bool:
    """Say whether lines are as expected, where `...` stands for any number of lines."""
    wildcard = r"(?:.*\n)*?"
    pattern = "".join(wildcard if line == ELLIPSIS else re.escape(line) + "\n" for line in expected)
    return re.fullmatch(pattern, "".join(f"{line.rstrip()}\n" for line in said)) is not None


@pytest.fixture
def folder(tmp_path: Path, vendor: Vendor, request: pytest.FixtureRequest) -> Path:
    """Return a copy of a story's folder, with the vendor of this test."""
    story: str = request.param
    shutil.copy(EXAMPLES / "vendor.py", tmp_path)
    copy = tmp_path / story
    shutil.copytree(EXAMPLES / story, copy, ignore=shutil.ignore_patterns(".reconciler", "*.plan"))
    configuration = copy / "reconciler.yaml"
    text = configuration.read_text(encoding="utf-8")
    assert FAKE_URL in text
    configuration.write_text(text.replace(FAKE_URL, vendor.origin), encoding="utf-8")
    return copy


@pytest.mark.parametrize("folder", STORIES, indirect=True)
def test_story_happens_as_it_is_told(folder: Path, vendor: Vendor) -> None:
    """Each command of a story's page succeeds and says what the page shows."""
    env = Repository(folder.parent / "unused", vendor).env
    env = {**env, "PATH": f"{Path(sys.executable).parent}:{env['PATH']}", "SANDBOX": vendor.origin}
    commands = list(told((folder / "README.md").read_text(encoding="utf-8")))
    assert len(commands) > 5
    for command, expected in commands:
        ended = subprocess.run(
            ["bash", "-c", command],
            cwd=folder,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=LIMIT,
            check=False,
        )
        assert ended.returncode == 0, (command, ended.stdout)
        assert matches(expected, ended.stdout.splitlines()), f"$ {command}\n{ended.stdout}"


def test_every_story_is_in_the_list() -> None:
    """The page of the stories links each of them, and no other."""
    page = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"\]\(([a-z-]+)/README\.md\)", page)) == STORIES
    assert STORIES


def test_credentials_are_the_ones_of_the_sandbox() -> None:
    """The file with credentials opens the sandbox."""
    text = (EXAMPLES / "credentials.sh").read_text(encoding="utf-8")
    written = set(re.findall(r"BSS_[A-Z_]+=(\S+)", text))
    facts = sandbox.demo(FAKE_URL)["interworks"]
    assert written == {value for name, value in facts.items() if name != "url"}


@pytest.mark.parametrize(
    ("expected", "said", "same"),
    [
        pytest.param(["a", "...", "d"], ["a", "b", "c", "d"], True, id="elided"),
        pytest.param(["a", "..."], ["a"], True, id="elided-nothing"),
        pytest.param(["a", "d"], ["a", "b", "d"], False, id="not-elided"),
        pytest.param(["...", "x"], ["a", "b"], False, id="missing"),
        pytest.param([], ["a"], False, id="silent"),
    ],
)
def test_elision(expected: list[str], said: list[str], same: bool) -> None:
    """The reading of a page is strict outside its elisions."""
    assert matches(expected, said) is same
