"""The architecture as a checked contract: who may import whom, who owns which library, what purity means."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "reconciler"
SOURCES = sorted(PACKAGE.rglob("*.py"))

OWNERS = {
    "click": ("cli",),
    "deepdiff": ("diff.py",),
    "httpcore": ("vendors/http",),
    "httpx": ("vendors/http", "testing"),
    "jinja2": ("render",),
    "jsonschema": ("schema",),
    "pyrage": ("sealing.py",),
    "rich": ("cli",),
    "sqlite3": ("ledger",),
    "structlog": ("logs.py",),
    "uvicorn": ("sandbox",),
    "starlette": ("sandbox", "testing"),
    "watchfiles": ("watch.py",),
    "yaml": ("documents",),
}
"""One outside library, one owner."""

REVEALING = {
    "cli/reporting.py": "the one command that a person asks with --reveal",
    "logs.py": "the second net has to know what to mask",
    "reconcile/assets.py": "the keyed fingerprint of an asset's secret",
    "sealing.py": "the sealer",
    "vendors/http": "the transport",
}
"""Who may open a secret, and why."""


def imports_of(path: Path) -> Iterator[str]:
    """Yield every module that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def place(path: Path) -> str:
    """Return a file's path in the package."""
    return path.relative_to(PACKAGE).as_posix()


def belongs(path: Path, owners: tuple[str, ...]) -> bool:
    """Say whether a file is of an owner: a file or a folder."""
    return any(place(path) == owner or place(path).startswith(owner + "/") for owner in owners)


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
    assert [place(path) for path in users if not belongs(path, OWNERS[library])] == []


def test_secrets_are_opened_by_few() -> None:
    """`reveal` is called where the table says, and nowhere else."""
    callers = [path for path in SOURCES if ".reveal()" in path.read_text(encoding="utf-8")]
    assert [place(path) for path in callers if not belongs(path, tuple(REVEALING))] == []


def test_only_the_clock_tells_the_time() -> None:
    """Time is an argument: `datetime.now`, `time.*` and `asyncio.sleep` are called in few places only."""
    allowed = ("clock.py", "sandbox", "logs.py", "cli/watching.py", "vendors/http", "ledger", "testing/clock.py")
    calls = ("datetime.now(", "time.time(", "time.monotonic(", "asyncio.sleep(")
    users = [path for path in SOURCES if any(call in path.read_text(encoding="utf-8") for call in calls)]
    assert [place(path) for path in users if not belongs(path, allowed)] == []


def test_nobody_imports_for_typing_only() -> None:
    """No import hides from the contracts under TYPE_CHECKING."""
    assert [place(path) for path in SOURCES if "TYPE_CHECKING" in path.read_text(encoding="utf-8")] == []


def test_help_is_light() -> None:
    """`--help` loads none of the heavy libraries."""
    heavy = [
        "asyncio",
        "deepdiff",
        "httpx",
        "jinja2",
        "jsonschema",
        "pydantic",
        "rich",
        "structlog",
        "watchfiles",
        "yaml",
    ]
    program = (
        "import sys; from reconciler.cli import running; code = running.run(['--help']); "
        f"print([name for name in {heavy!r} if name in sys.modules], code, file=sys.stderr)"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert ended.stderr.strip() == "[] 0"
