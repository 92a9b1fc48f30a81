"""Plug-ins, texts and a loader that the tests of the configuration share."""

from pathlib import Path
from typing import Any

from reconciler import contract
from reconciler.settings import loading, values


def never(*_: Any) -> Any:
    """Stand for a function that reading settings must not call."""
    raise AssertionError


PLUGINS = {
    "bss": contract.Plugin(
        name="bss",
        contract=contract.VERSION,
        kinds=never,
        create=never,
        credentials=("clientKey", "clientSecret"),
        options={"level": "reseller", "reseller": None, "strict": False, "productTypes": []},
        systems={"avg": {"systemCode": "AVG"}, "panda": {"systemCode": "PandaAntivirus"}},
    ),
    "paper": contract.Plugin(
        name="paper",
        contract=contract.VERSION,
        kinds=never,
        create=never,
        credentials=("apiKey",),
        options={"transport": "http"},
    ),
}
HEAD = "apiVersion: reconciler/v1\nkind: Project\nmetadata: {name: acme-infra}\n"
BSS = """\
vendors:
  bss:
    url: https://bss.example.com
    credentials: {clientKey: {env: BSS_KEY}, clientSecret: {file: secret.txt}}
"""


def load(folder: Path, text: str, environment: str | None = None) -> values.Loaded:
    """Write the file and read it."""
    path = folder / "reconciler.yaml"
    path.write_text(text, encoding="utf-8")
    return loading.load_settings(path, environment=environment, plugins=PLUGINS)


def good(folder: Path, text: str, environment: str | None = None) -> values.Settings:
    """Write the file, read it and return settings without a problem."""
    loaded = load(folder, text, environment)
    assert loaded.problems == ()
    assert loaded.settings is not None
    return loaded.settings


def shown(loaded: values.Loaded) -> list[str]:
    """Return the problems as `line:column CODE summary; detail`."""
    lines = []
    for problem in loaded.problems:
        assert problem.place is not None
        assert problem.place.range is not None
        start = problem.place.range.start
        detail = f"; {problem.detail}" if problem.detail else ""
        lines.append(f"{start.line}:{start.column} {problem.code} {problem.summary}{detail}")
    return lines
