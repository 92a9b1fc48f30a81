"""The source tree as data for the rules: files, modules, imports."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "reconciler"
SOURCES = sorted(PACKAGE.rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
SCRIPTS = sorted(path for folder in ("benchmarks", "examples", "tools") for path in (ROOT / folder).rglob("*.py"))
EVERY = [*SOURCES, *TESTS, *SCRIPTS]

Function = ast.FunctionDef | ast.AsyncFunctionDef


def text(path: Path) -> str:
    """Return a file's text."""
    return path.read_text(encoding="utf-8")


def place(path: Path) -> str:
    """Return a file's path in the repository."""
    return path.relative_to(ROOT).as_posix()


def module(path: Path) -> str:
    """Return the dotted name of a source file."""
    return place(path).removesuffix(".py").removesuffix("/__init__").replace("/", ".")


MODULES = frozenset(module(path) for path in SOURCES)


def functions(path: Path) -> Iterator[Function]:
    """Yield every function of a file."""
    for node in ast.walk(ast.parse(text(path))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def classes(path: Path) -> Iterator[ast.ClassDef]:
    """Yield every class of a file."""
    for node in ast.walk(ast.parse(text(path))):
        if isinstance(node, ast.ClassDef):
            yield node


def imports_of(path: Path) -> Iterator[str]:
    """Yield every module that a file imports, wherever in it; ours as exactly as they are named."""
    for node in ast.walk(ast.parse(text(path))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in MODULES else node.module


def within(name: str, roots: frozenset[str]) -> bool:
    """Say whether a module is one of the roots or below one."""
    return any(name == root or name.startswith(root + ".") for root in roots)


def belongs(path: Path, owners: frozenset[str]) -> bool:
    """Say whether a source file is of an owner: a file or a folder of the package."""
    inside = path.relative_to(PACKAGE).as_posix()
    return any(inside == owner or inside.startswith(owner + "/") for owner in owners)
