"""What purity means: no I/O, no clock, no randomness, no logger; and who may open a secret."""

import ast
import re
from pathlib import Path

import pytest

from tests.architecture.tree import SOURCES, belongs, functions, imports_of, module, place, text, within

PURE = frozenset({
    "reconciler.codes", "reconciler.contract", "reconciler.diff", "reconciler.errors", "reconciler.graph",
    "reconciler.model", "reconciler.plan", "reconciler.render", "reconciler.status",
    *(
        f"reconciler.vendors.interworks.{name}"
        for name in ("answers", "catalogue", "checking", "codes", "deciding", "expanding", "kinds", "ordering",
                     "pricing", "rows", "showing", "systems", "wire")
    ),
    *(
        f"reconciler.vendors.dimensions.{name}"
        for name in ("answers", "catalogue", "checking", "checking_connections", "checking_users", "codes", "deciding",
                     "expanding", "finding", "kinds", "options", "places", "roles", "rows", "showing", "wire")
    ),
    *(
        f"reconciler.vendors.divalto.{name}"
        for name in ("answers", "catalogue", "checking", "checking_documents", "checking_facts", "checking_orders",
                     "checking_products", "codes", "comparing", "completing", "deciding", "documents", "expanding",
                     "failures", "finding", "generating", "handwork", "judging", "kinds", "known", "moments", "normal",
                     "options", "papers", "paris", "rows", "shipped", "showing", "sites", "steps", "submitted", "wire")
    ),
})  # fmt: skip
"""The modules that decide. They take values and return values."""

PURE_TOO = frozenset({
    "reconciler", "reconciler.vendors.dimensions", "reconciler.vendors.divalto", "reconciler.vendors.interworks"
})  # fmt: skip
"""Packages whose `__init__` holds nothing but a docstring or the version."""

IMPURE = frozenset({"asyncio", "concurrent", "glob", "http", "httpcore", "httpx", "io", "logging", "multiprocessing",
                    "os", "pathlib", "random", "secrets", "select", "shutil", "socket", "sqlite3", "ssl", "structlog",
                    "subprocess", "sys", "tempfile", "threading", "time", "urllib.request", "uuid", "watchfiles",
                    "yaml", "zoneinfo"})  # fmt: skip

REVEALING = {
    "ledger/fingerprints.py": "keyed and one way: what tells one secret from another",
    "cli/reporting.py": "the one command that a person asks with --reveal",
    "logs.py": "the second net has to know what to mask",
    "reconcile/assets.py": "the keyed fingerprint of an asset's secret",
    "reconcile/credentials.py": "the keyed fingerprint of a credential's starting value",
    "sealing.py": "the sealer",
    "vendors/http": "the transport",
}
"""Who may open a secret, and why."""

CLOCKS = frozenset({"clock.py", "cli/watching.py", "ledger", "logs.py", "sandbox", "testing/clock.py", "vendors/http"})
"""Who may ask for the time: the clock, those at the edge who measure waits, and what stands outside."""

PURE_FILES = [path for path in SOURCES if within(module(path), PURE)]


@pytest.mark.parametrize("name", sorted(PURE))
def test_pure_module_is_there(name: str) -> None:
    """The list names modules that exist."""
    assert any(within(module(path), frozenset({name})) for path in PURE_FILES)


@pytest.mark.parametrize("path", PURE_FILES, ids=module)
def test_pure_modules_import_pure_modules(path: Path) -> None:
    """A pure module reaches no I/O library, clock, logger or randomness, not through another of ours either."""
    found = set(imports_of(path))
    assert {name for name in found if within(name, IMPURE)} == set()
    ours = {name for name in found if name.split(".")[0] == "reconciler"}
    assert {name for name in ours if not within(name, PURE) and name not in PURE_TOO} == set()


def test_pure_modules_wait_for_nothing() -> None:
    """Waiting stays at the edges: what decides are plain functions; only the contract names what is awaited."""
    waiting = {
        place(path)
        for path in PURE_FILES
        for node in functions(path)
        if isinstance(node, ast.AsyncFunctionDef) and path.parent.name != "contract"
    }
    assert waiting == set()


def test_pure_modules_open_and_print_nothing() -> None:
    """`open`, `print` and `input` are called by no pure module."""
    calls = {
        (place(path), node.func.id)
        for path in PURE_FILES
        for node in ast.walk(ast.parse(text(path)))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert {call for call in calls if call[1] in {"open", "print", "input", "exec", "eval"}} == set()


def test_secrets_are_opened_by_few() -> None:
    """`reveal` is called where the table says, and nowhere else."""
    callers = [path for path in SOURCES if ".reveal(" in text(path)]
    assert [place(path) for path in callers if not belongs(path, frozenset(REVEALING))] == []
    unused = [owner for owner in REVEALING if not any(belongs(path, frozenset({owner})) for path in callers)]
    assert unused == []


def test_only_the_clock_tells_the_time() -> None:
    """Time is an argument: `datetime.now`, `time.*` and `asyncio.sleep` are called in few places only."""
    calls = ("datetime.now(", "datetime.utcnow(", "date.today(", "time.time(", "time.monotonic(", "asyncio.sleep(")
    users = [path for path in SOURCES if any(call in text(path) for call in calls)]
    assert [place(path) for path in users if not belongs(path, CLOCKS)] == []


def test_only_the_command_line_prints() -> None:
    """The standard streams are written by `cli` alone."""
    words = re.compile(r"\bprint\(|\bsys\.std(out|err)\b")
    users = [path for path in SOURCES if words.search(text(path))]
    assert [place(path) for path in users if not belongs(path, frozenset({"cli", "__main__.py", "logs.py"}))] == []
