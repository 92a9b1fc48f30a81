"""Who may import whom, and who owns which outside library."""

import os
import re
import subprocess
import sys
import tomllib

import pytest

from tests.architecture.tree import MODULES, PACKAGE, ROOT, SOURCES, belongs, imports_of, module, place, text, within

OWNERS = {
    "click": {"cli"},
    "deepdiff": {"diff.py"},
    "httpcore": {"vendors/http"},
    "httpx": {"vendors/http", "testing"},
    "jinja2": {"render", "vendors/divalto/generating.py"},
    "jsonschema": {"schema"},
    "pydantic": {
        "documents",
        "model/kinds.py",
        "schema",
        "settings",
        "vendors/dimensions/kinds.py",
        "vendors/divalto/kinds.py",
        "vendors/interworks/kinds.py",
    },
    "pydyf": {"vendors/divalto/generating.py"},
    "pyrage": {"sealing.py"},
    "rich": {"cli"},
    "sqlite3": {"ledger"},
    "starlette": {"sandbox", "testing"},
    "structlog": {"logs.py"},
    "uvicorn": {"sandbox"},
    "watchfiles": {"watch.py"},
    "yaml": {"documents"},
}
"""One outside library, one owner. pydantic is a language of several: models, and what reads them."""

STANDARD = sys.stdlib_module_names
ADAPTERS = sorted(
    path.name for path in (PACKAGE / "vendors").iterdir() if (path / "__init__.py").exists() and path.name != "http"
)
ADAPTER_SEES = frozenset({"reconciler.contract", "reconciler.errors", "reconciler.model"})
ADAPTER_NEVER = frozenset({"http", "io", "multiprocessing", "os", "pathlib", "random", "secrets", "select", "shutil",
                           "socket", "socketserver", "ssl", "sqlite3", "subprocess", "tempfile", "threading", "time",
                           "urllib", "logging"})  # fmt: skip


def test_import_contracts_hold() -> None:
    """The contracts in pyproject.toml hold, imports inside functions and for typing included."""
    ended = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "0 broken" in ended.stdout


@pytest.mark.parametrize("library", OWNERS)
def test_each_library_has_one_owner(library: str) -> None:
    """Only its owner imports an outside library, and the owner does."""
    users = [path for path in SOURCES if any(name.split(".")[0] == library for name in imports_of(path))]
    assert users
    assert [place(path) for path in users if not belongs(path, frozenset(OWNERS[library]))] == []


def test_every_library_is_owned_and_declared() -> None:
    """Nothing from outside is imported that has no owner, and every dependency that is declared is used."""
    used = {name.split(".")[0] for path in SOURCES for name in imports_of(path)} - STANDARD - {"reconciler"}
    # anyio comes with starlette, pydantic_core with pydantic
    assert used - {"anyio", "pydantic_core"} <= set(OWNERS)
    project = tomllib.loads(text(ROOT / "pyproject.toml"))["project"]
    declared = {line.split(">")[0].replace("pyyaml", "yaml") for line in project["dependencies"]}
    # tzdata is data
    assert declared - {"tzdata"} == set(OWNERS) - {"sqlite3"}


@pytest.mark.parametrize("name", ADAPTERS)
def test_adapter_sees_the_contract_only(name: str) -> None:
    """An adapter imports the contract, the model, the errors and itself: it can build no client of its own."""
    own = frozenset({f"reconciler.vendors.{name}"})
    files = [path for path in SOURCES if within(module(path), own)]
    found = {(module(path), imported) for path in files for imported in imports_of(path)}
    ours = {pair for pair in found if pair[1].split(".")[0] == "reconciler"}
    assert {pair for pair in ours if not within(pair[1], own | ADAPTER_SEES)} == set()
    outside = {(where, what.split(".")[0]) for where, what in found - ours}
    assert {what for _, what in outside} - STANDARD <= {"jinja2", "pydantic", "pydyf"}
    assert {pair for pair in outside if pair[1] in ADAPTER_NEVER} == set()


def test_sandbox_knows_nothing_of_ours() -> None:
    """A simulator imports nothing of the product, so that a mistake cannot repeat itself there."""
    own = frozenset({"reconciler.sandbox"})
    files = [path for path in SOURCES if within(module(path), own)]
    ours = {what for path in files for what in imports_of(path) if what.split(".")[0] == "reconciler"}
    assert files
    assert {what for what in ours if not within(what, own)} == set()


def test_nobody_imports_for_typing_only() -> None:
    """No import hides from the contracts under TYPE_CHECKING or behind a name in a string."""
    assert [place(path) for path in SOURCES if "TYPE_CHECKING" in text(path)] == []
    words = re.compile(r"\bimport_module\(|\b__import__\(|\bentry_points\(|\brunpy\b")
    assert {place(path) for path in SOURCES if words.search(text(path))} == {
        "reconciler/cli/commands.py",  # commands are imported when they run
        "reconciler/settings/discovery.py",  # plug-ins are found by their entry points
    }


def test_own_vendors_come_in_by_the_public_door() -> None:
    """Nothing but the entry point names an adapter of ours: a third party's is found the same way."""
    adapters = frozenset(f"reconciler.vendors.{name}" for name in ADAPTERS)
    users = [path for path in SOURCES if not within(module(path), adapters)]
    found = {(place(path), what) for path in users for what in imports_of(path) if within(what, adapters)}
    assert found == set()
    points = tomllib.loads(text(ROOT / "pyproject.toml"))["project"]["entry-points"]["reconciler.vendors"]
    assert {target.partition(":")[0] for target in points.values()} <= MODULES
    assert sorted(points) == ADAPTERS


def test_help_is_light() -> None:
    """`--help` loads none of the heavy libraries."""
    heavy = sorted({*OWNERS, "asyncio", "ssl"} - {"click"})
    program = (
        "import sys; from reconciler.cli import running; code = running.run(['--help']); "
        f"print([name for name in {heavy!r} if name in sys.modules], code, file=sys.stderr)"
    )
    # Measuring coverage in the child would itself load sqlite3.
    env = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT, env=env
    )
    assert ended.stderr.strip() == "[] 0"
