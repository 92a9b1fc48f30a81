"""The shape of the code: sizes, names, escapes. The tail is what counts."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler import codes
from reconciler.errors import Exit
from reconciler.vendors.interworks.plugin import PLUGIN

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "reconciler").rglob("*.py"))
EVERY = [*SOURCES, *sorted((ROOT / "tests").rglob("*.py"))]
BANNED = {"utils", "helpers", "common", "misc", "core", "base", "manager", "service", "types", "handlers"}
LONGEST_FILE = 350
LONGEST_FUNCTION = 50
MOST_METHODS = 21
WIDE = {"SqliteLedger": "the ledger protocol has twenty methods, each a line or two to the committer"}


def text(path: Path) -> str:
    """Return a file's text."""
    return path.read_text(encoding="utf-8")


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield every function of a file."""
    for node in ast.walk(ast.parse(text(path))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return the lines of a function without its docstring."""
    assert node.end_lineno is not None
    first = node.body[0]
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    docstring = (first.end_lineno or 0) - first.lineno + 1 if documented else 0
    return node.end_lineno - node.lineno + 1 - docstring


def test_files_are_short() -> None:
    """No file of the product is longer than fits a head; half of them are much shorter."""
    sizes = sorted(text(path).count("\n") for path in SOURCES)
    assert sizes[-1] <= LONGEST_FILE
    assert sizes[len(sizes) // 2] <= 150


def test_functions_are_short() -> None:
    """No function is long, and nine of ten are short."""
    sizes = sorted(length(node) for path in SOURCES for node in functions(path))
    assert sizes[-1] <= LONGEST_FUNCTION
    assert sizes[len(sizes) * 9 // 10] <= 25


def test_classes_are_small() -> None:
    """No class does everything."""
    classes = [node for path in SOURCES for node in ast.walk(ast.parse(text(path))) if isinstance(node, ast.ClassDef)]
    sizes = {
        node.name: sum(isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef) for item in node.body)
        for node in classes
    }
    assert {name: size for name, size in sizes.items() if size > MOST_METHODS and name not in WIDE} == {}


def test_module_names_say_something() -> None:
    """No module is named for nothing in particular."""
    assert [path.name for path in SOURCES if path.stem in BANNED or path.parent.name in BANNED] == []


def test_no_mocks_and_no_dry_run() -> None:
    """Fakes are functions and simulators; a dry run is a plan that is not applied."""
    words = re.compile("|".join(["unittest.mock", "mocker", "MagicMock", "dry_run"]))
    assert [path.name for path in EVERY if path != Path(__file__) and words.search(text(path))] == []


def test_every_test_says_its_rule_and_asserts() -> None:
    """Each test has a docstring and something that can fail."""
    tests = [
        (path.name, node)
        for path in EVERY
        if path.name.startswith("test_")
        for node in functions(path)
        if node.name.startswith("test_")
    ]
    assert [(name, node.name) for name, node in tests if not ast.get_docstring(node)] == []
    checks = re.compile(r"\bassert\b|raises\(|\binert\(|\bcheck\w*\(|\bassert_\w+\(|\bexpect\w*\(")
    assert [(name, node.name) for name, node in tests if not checks.search(ast.unparse(node))] == []


def test_escapes_are_counted() -> None:
    """Escapes from the checkers stay few, name what they escape and say why."""
    ignores = [line for path in SOURCES for line in text(path).splitlines() if "type: ignore" in line]
    assert all(re.search(r"type: ignore\[[a-z-]+\]", line) for line in ignores)
    assert len(ignores) <= 8
    silenced = [line for path in SOURCES for line in text(path).splitlines() if "# noqa" in line]
    assert all(re.search(r"# noqa: [A-Z]+[0-9]+", line) for line in silenced)
    assert len(silenced) <= 40


def test_every_code_is_explained() -> None:
    """Each problem code in the product has a title, a cause and a cure, and belongs to one table."""
    used = {code for path in SOURCES for code in re.findall(r'"(E[1-6]\d\d)"', text(path))}
    known = {*codes.CODES, *PLUGIN.codes}
    assert used - known == set()


def test_readme_lists_every_exit_code() -> None:
    """The table in the README is the exit codes of the program."""
    listed = {int(code) for code in re.findall(r"^\| (\d+) \| ", text(ROOT / "README.md"), re.MULTILINE)}
    assert listed == {int(code) for code in Exit}


@pytest.mark.parametrize("name", ["README.md", "docs/architecture.md"])
def test_pages_name_files_that_exist(name: str) -> None:
    """Links and paths in the pages lead somewhere."""
    page = ROOT / name
    links = [link for link in re.findall(r"\]\(([^)#:]+)\)", text(page)) if not link.startswith("http")]
    assert [link for link in links if not (page.parent / link).exists()] == []
