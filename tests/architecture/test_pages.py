"""What is written for people is tested against the program: codes, exit codes, links, decisions, requirements."""

import importlib
import re
import tomllib
from pathlib import Path

import pytest

from reconciler import codes
from reconciler.errors import Exit
from tests.architecture.tree import EVERY, ROOT, SOURCES, place, text

PAGES = sorted(
    path
    for path in ROOT.rglob("*.md")
    if not {part for part in path.relative_to(ROOT).parts if part.startswith(".")} and "tests" not in path.parts
)
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
CODE = re.compile(r'"(E\d{3})"')


ADAPTERS = sorted(
    path.parent.name for path in SOURCES if path.name == "codes.py" and path.parent.parent.name == "vendors"
)
TABLES = {name: importlib.import_module(f"reconciler.vendors.{name}.codes").CODES for name in ADAPTERS}
"""Each adapter's own codes."""


def test_every_code_is_explained() -> None:
    """Each problem code in the product has a title, a cause and a cure."""
    used = {code for path in SOURCES for code in CODE.findall(text(path))}
    known = {*codes.CODES, *(code for table in TABLES.values() for code in table)}
    assert used - known == set()
    assert all(codes.explain(code, *TABLES.values()) for code in known)


def test_every_general_code_can_come_up() -> None:
    """The general table explains no code that nothing raises."""
    raised = {code for path in SOURCES if path.name != "codes.py" for code in CODE.findall(text(path))}
    assert set(codes.CODES) - raised == set()


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_every_code_of_an_adapter_can_come_up(adapter: str) -> None:
    """An adapter explains no code that it does not use by name."""
    table = text(ROOT / "reconciler" / "vendors" / adapter / "codes.py")
    names = dict(re.findall(r'^([A-Z_]+) = "(E\d{3})"$', table, re.MULTILINE))
    users = "".join(text(path) for path in SOURCES if path.parent.name == adapter and path.name != "codes.py")
    used = {code for name, code in names.items() if re.search(rf"\bcodes\.{name}\b", users)}
    assert set(TABLES[adapter]) - used == set()


def test_no_code_has_two_meanings() -> None:
    """A code is in one table only."""
    every = [*codes.CODES, *(code for table in TABLES.values() for code in table)]
    assert len(every) == len(set(every))


def test_readme_lists_every_exit_code() -> None:
    """The table in the README is the exit codes of the program."""
    listed = [int(code) for code in re.findall(r"^\| (\d+) \| ", text(ROOT / "README.md"), re.MULTILINE)]
    assert listed == [int(code) for code in Exit]


@pytest.mark.parametrize("page", PAGES, ids=place)
def test_pages_name_files_that_exist(page: Path) -> None:
    """Links lead somewhere."""
    links = re.findall(r"\]\(([^)#:]+)[)#]", text(page))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_architecture_page_names_places_that_exist() -> None:
    """Each place in the table of the architecture page is there."""
    rows = re.findall(r"^\| [^|]+ \| (.+) \|$", text(ROOT / "docs" / "architecture.md"), re.MULTILINE)
    places = {name for row in rows for name in re.findall(r"`([a-z_]+(?:/[a-z_<>.]*)?[a-z_.]*)`", row)}
    assert len(places) > 8
    missing = [
        name for name in places if not (ROOT / "reconciler" / name.replace("<name>", "interworks").rstrip("/")).exists()
    ]
    assert missing == []


def test_architecture_page_shows_the_layers() -> None:
    """The picture of the layers is the contract that is checked."""
    contracts = tomllib.loads(text(ROOT / "pyproject.toml"))["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    shown = re.findall(r"^```\n(.*?)^```", text(ROOT / "docs" / "architecture.md"), re.MULTILINE | re.DOTALL)
    assert shown == ["\n".join(layers) + "\n"]


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.stem)
def test_decision_says_why(page: Path) -> None:
    """A decision has its context, its alternatives and its consequences, and is short."""
    parts = re.findall(r"^\*\*(\w+)\.\*\*", text(page), re.MULTILINE)
    assert parts == ["Context", "Decision", "Alternatives", "Consequences"]
    assert len(text(page).splitlines()) <= 40
    assert text(page).startswith(f"# {page.name[:3]} ")


@pytest.mark.parametrize("name", ["run", "dev"])
def test_requirements_are_pinned_and_hashed(name: str) -> None:
    """Each requirement is one version, with hashes."""
    blocks = re.split(r"\n(?=[a-z])", re.sub(r"^#.*\n(-r .*\n)?", "", text(ROOT / "requirements" / f"{name}.txt")))
    assert len(blocks) > 10
    pinned = re.compile(r"[a-z0-9-]+==[^ ;]+ \\\n(    --hash=sha256:[0-9a-f]{64}( \\)?\n?)+")
    assert [block.split()[0] for block in blocks if not pinned.fullmatch(block)] == []


def test_nothing_is_left_for_later() -> None:
    """What is not done is in an issue, not in a comment."""
    words = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    assert [place(path) for path in EVERY if path != Path(__file__) and words.search(text(path))] == []
