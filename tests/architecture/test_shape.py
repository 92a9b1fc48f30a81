"""The shape of the code: sizes, names, escapes. The tail is what counts."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

from tests.architecture.tree import (
    EVERY,
    ROOT,
    SOURCES,
    TESTS,
    Function,
    classes,
    functions,
    place,
    text,
)

BANNED = {"utils", "helpers", "common", "misc", "core", "base", "manager", "service", "types", "handlers"}
LONGEST_FILE = 350
MEDIAN_FILE = 150
LONGEST_FUNCTION = 50
USUAL_FUNCTION = 25
MOST_METHODS = 12
MOST_POSITIONAL = 3

WIDE = {
    "Ledger": "the whole ledger is one seam with two implementations",
    "SqliteLedger": "as many methods as the ledger's protocol, each a line or two to the committer",
    "Client": "one typed call for each endpoint of the BSS",
    "Dimensions": "as many methods as the vendor contract",
    "Divalto": "as many methods as the vendor contract",
    "Interworks": "as many methods as the vendor contract",
}
"""Classes with more methods than we like, and why."""

POSITIONAL = {
    "connect_tcp": "httpcore's signature",
    "problem": "a problem reads in the order in which it is printed",
    "_problem": "a problem reads in the order in which it is printed",
    "stop": "a problem reads in the order in which it is printed",
    "_Refused.__init__": "a problem reads in the order in which it is printed",
    "record_assets": "a row is found by run, scope and order",
    "_prefilled": "one signature for all rules of the table",
    "_Loader.__init__": "made in one place",
}
"""Functions with more positional parameters than we like, and why."""

ESCAPES = {
    r"# type: ignore": (8, r"# type: ignore\[[a-z-]+\]"),
    r"# noqa": (26, r"# noqa: [A-Z]+[0-9]+"),
    r"pragma: no cover": (0, ""),
    r"except (Base)?Exception\b": (12, ""),
    r"\bcast\(": (0, ""),
}
"""Escapes from the checkers in the product: how many at most, and the form they have."""


def length(node: Function) -> int:
    """Return the lines of a function without its docstring."""
    assert node.end_lineno is not None
    first = node.body[0]
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    docstring = (first.end_lineno or 0) - first.lineno + 1 if documented else 0
    return node.end_lineno - node.lineno + 1 - docstring


def positional(node: Function) -> int:
    """Count the parameters that may be given by place."""
    names = [one.arg for one in (*node.args.posonlyargs, *node.args.args)]
    return len([name for name in names if name not in {"self", "cls"}])


@pytest.mark.parametrize(("paths", "median"), [(SOURCES, MEDIAN_FILE), (TESTS, 250)], ids=["product", "tests"])
def test_files_are_short(paths: list[Path], median: int) -> None:
    """No file is longer than fits a head; half of them are much shorter."""
    sizes = {place(path): text(path).count("\n") for path in paths}
    assert {name: size for name, size in sizes.items() if size > LONGEST_FILE} == {}
    assert sorted(sizes.values())[len(sizes) // 2] <= median


def test_functions_are_short() -> None:
    """No function is long, and nine of ten are short."""
    sizes = sorted((length(node), place(path), node.name) for path in SOURCES for node in functions(path))
    assert [one for one in sizes if one[0] > LONGEST_FUNCTION] == []
    assert sizes[len(sizes) * 9 // 10][0] <= USUAL_FUNCTION


def test_classes_are_small() -> None:
    """No class does everything; the exemptions are needed."""
    sizes = {
        node.name: sum(isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef) for item in node.body)
        for path in SOURCES
        for node in classes(path)
    }
    assert {name for name, size in sizes.items() if size > MOST_METHODS} == set(WIDE)


def test_calls_read_aloud() -> None:
    """From the fourth parameter on, and mostly before, parameters are given by name; the exemptions are needed."""
    long = {name_of(path, node) for path in SOURCES for node in functions(path) if positional(node) > MOST_POSITIONAL}
    assert long == set(POSITIONAL)


def name_of(path: Path, node: Function) -> str:
    """Return a function's name; a constructor's with its class."""
    if node.name != "__init__":
        return node.name
    inside = [one for one in classes(path) if one.lineno < node.lineno <= (one.end_lineno or 0)]
    return f"{inside[-1].name}.__init__"


def test_module_names_say_something() -> None:
    """No module is named for nothing in particular."""
    assert [place(path) for path in EVERY if path.stem in BANNED or path.parent.name in BANNED] == []


def test_no_mocks_and_no_dry_run() -> None:
    """Fakes are functions and simulators; a dry run is a plan that is not applied."""
    words = re.compile("unittest.mock|mocker|MagicMock|dry_run")
    assert [place(path) for path in EVERY if path != Path(__file__) and words.search(text(path))] == []


def test_tests_neither_sleep_nor_skip() -> None:
    """Time in tests is an argument, and a test that does not run proves nothing."""
    words = re.compile(r"time\.sleep\(|asyncio\.sleep\((?!0\))|mark\.(skip|xfail)|pytest\.(skip|xfail)\(|importorskip")
    here = Path(__file__).parent
    assert [place(path) for path in TESTS if path.parent != here and words.search(text(path))] == []


def test_every_test_says_its_rule_and_asserts() -> None:
    """Each test has a docstring and something that can fail."""
    tests = [
        (place(path), node)
        for path in TESTS
        if path.name.startswith("test_")
        for node in functions(path)
        if node.name.startswith("test_")
    ]
    assert [(name, node.name) for name, node in tests if not ast.get_docstring(node)] == []
    checks = re.compile(r"\bassert\b|raises\(|\binert\(|\bcheck\w*\(|\bassert_\w+\(|\bexpect\w*\(")
    assert [(name, node.name) for name, node in tests if not checks.search(ast.unparse(node))] == []


@pytest.mark.parametrize("escape", ESCAPES)
def test_escapes_are_counted(escape: str) -> None:
    """Escapes from the checkers stay few and name what they escape."""
    most, form = ESCAPES[escape]
    lines = [
        f"{place(path)}: {line}" for path in SOURCES for line in text(path).splitlines() if re.search(escape, line)
    ]
    assert len(lines) <= most, "\n".join(lines)
    assert [line for line in lines if not re.search(form, line)] == []


def test_the_checkers_are_strict() -> None:
    """What the style asks of docstrings, complexity, nesting and types is switched on, for tests too."""
    tools = tomllib.loads(text(ROOT / "pyproject.toml"))["tool"]
    lint = tools["ruff"]["lint"]
    assert {"D", "C90", "PLR", "BLE", "PGH", "T20"} <= set(lint["select"])
    assert not [rule for rule in lint["ignore"] if re.fullmatch(r"D1|D10[0-4]|C90\d*|BLE\d*", rule)]
    assert not [rule for rules in lint["per-file-ignores"].values() for rule in rules if rule.startswith(("D", "C9"))]
    assert (lint["mccabe"]["max-complexity"], lint["pylint"]["max-nested-blocks"]) == (10, 3)
    assert tools["mypy"]["strict"] is True
    assert {"reconciler", "tests"} <= set(tools["mypy"]["files"])
    assert tools["pytest"]["ini_options"]["filterwarnings"] == ["error"]
