"""The published schemas: current, valid, and telling good documents from bad ones."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from reconciler import schema
from reconciler.files import Limits, SourceFile
from reconciler.model import Json
from reconciler.settings.vendors import project_model
from reconciler.vendors.dimensions.plugin import PLUGIN as DIMENSIONS
from reconciler.vendors.divalto.plugin import PLUGIN as DIVALTO
from reconciler.vendors.interworks.plugin import PLUGIN as INTERWORKS

ROOT = Path(__file__).parents[2]
PLUGINS = {plugin.name: plugin for plugin in (DIMENSIONS, DIVALTO, INTERWORKS)}
CONFIGURATION = schema.model_schema(project_model(PLUGINS))
REGISTRY = schema.Registry([plugin.kinds() for plugin in PLUGINS.values()])
PUBLISHED = schema.published(REGISTRY, {"reconciler.schema.json": CONFIGURATION})
DIAGNOSTIC: dict[str, Json] = {
    "severity": "error",
    "code": "E204",
    "summary": "s",
    "detail": "",
    "file": "a.yaml",
    "range": {"start": {"line": 4, "column": 9}, "end": {"line": 4, "column": 14}},
    "snippet": "x",
}


def document(name: str) -> dict[str, Any]:
    """Return a published schema."""
    found: dict[str, Any] = json.loads(PUBLISHED[name])
    return found


@pytest.mark.parametrize("name", sorted(PUBLISHED))
def test_published_file_is_current(name: str) -> None:
    """The file in `schemas/` is byte for byte what the models give; `reconciler schema --write schemas` renews it."""
    assert (ROOT / "schemas" / name).read_bytes() == PUBLISHED[name]


def test_nothing_else_is_published() -> None:
    """No schema stays behind when its model is gone."""
    assert sorted(path.name for path in (ROOT / "schemas").iterdir()) == sorted(PUBLISHED)


@pytest.mark.parametrize("name", sorted(PUBLISHED))
def test_published_file_is_a_schema(name: str) -> None:
    """Each file is valid in the dialect it names, and every reference in it leads somewhere."""
    made = document(name)
    kind = jsonschema.validators.validator_for(made)

    kind.check_schema(made)

    assert all(f'"#/definitions/{key}"' in json.dumps(made) for key in made.get("definitions", {}))


@pytest.mark.parametrize("path", sorted((ROOT / "tests/specs").rglob("good/*.yaml")), ids=lambda path: path.stem)
def test_good_manifests_fit_the_combined_schema(path: Path) -> None:
    """What the reader takes, an editor's schema takes."""
    loaded = schema.load([SourceFile(path.name, path.read_bytes())], REGISTRY, Limits())

    for manifest in loaded.manifests:
        assert schema.violations(document("manifest.schema.json"), manifest.data) == []
        assert schema.violations(document(f"{manifest.kind.lower()}.schema.json"), manifest.data) == []


@pytest.mark.parametrize(
    ("kind", "spec"),
    [
        ("Account", {"displayName": "A", "contry": "GR"}),
        ("Account", {"country": "GR"}),
        ("Account", {"displayName": "A", "country": "gr"}),
        ("Account", {"displayName": "A", "role": "Boss"}),
        ("Account", {"displayName": "A", "vendors": {"agv": {}}}),
        ("Order", {"vendor": "agv", "account": "a", "items": [{"product": "P", "quantity": 1}]}),
        ("Order", {"vendor": "avg", "items": [{"product": "P", "quantity": 1}]}),
        ("Order", {"vendor": "avg", "account": "a", "items": []}),
        ("User", {"account": "a", "vendor": "dimensions", "email": "lea", "displayName": "Lea"}),
        ("PBXConnection", {"account": "a", "vendor": "dimensions", "apiKey": "hunter2"}),
        ("Site", {"vendor": "divalto"}),
        ("Order", {"vendor": "divalto", "type": "PRIMO", "origin": "NOUVEAU_SITE", "documents": []}),
        ("Deployment", {}),
    ],
    ids=[
        "field",
        "missing",
        "pattern",
        "enum",
        "vendor",
        "order-vendor",
        "order-missing",
        "order-items",
        "user-email",
        "secret",
        "site-number",
        "order-contact",
        "kind",
    ],
)
def test_bad_manifests_do_not_fit(kind: str, spec: Json) -> None:
    """The combined schema finds what an editor can find."""
    data: Json = {"apiVersion": "reconciler/v1", "kind": kind, "metadata": {"name": "a"}, "spec": spec}

    assert schema.violations(document("manifest.schema.json"), data) != []


def test_editors_take_text_that_looks_like_a_number() -> None:
    """A reference of digits is text for us and a number for an editor; neither complains."""
    spec: Json = {"displayName": "A", "reference": 4711}
    data: Json = {"apiVersion": "reconciler/v1", "kind": "Account", "metadata": {"name": 123}, "spec": spec}

    assert schema.violations(document("account.schema.json"), data) == []


def test_secrets_are_sources_in_the_configuration() -> None:
    """The configuration's schema wants {env: NAME} or {file: path} where a secret belongs."""
    base: dict[str, Json] = {"apiVersion": "reconciler/v1", "kind": "Project", "metadata": {"name": "a"}}
    wrong: Json = {**base, "sealing": {"identity": "AGE-SECRET-KEY"}}
    right: Json = {**base, "sealing": {"identity": {"file": "~/identity.txt"}}}

    assert schema.violations(CONFIGURATION, right) == []
    assert schema.violations(CONFIGURATION, wrong) != []


def test_diagnostics_contract() -> None:
    """A document with exactly the contract's keys is valid, with one more or fewer below the top it is not."""
    good: dict[str, Json] = {
        "format_version": "1.0",
        "kind": "Diagnostics",
        "valid": False,
        "diagnostics": [DIAGNOSTIC],
    }
    more: Json = {**good, "diagnostics": [{**DIAGNOSTIC, "extra": 1}]}
    fewer: Json = {**good, "diagnostics": [{key: value for key, value in DIAGNOSTIC.items() if key != "code"}]}

    assert schema.validate("diagnostics", good) == []
    assert schema.validate("diagnostics", {**good, "note": "minor versions add"}) == []
    assert schema.validate("diagnostics", more) != []
    assert schema.validate("diagnostics", fewer) != []
    assert schema.validate("diagnostics", {**good, "format_version": "2.0"}) != []


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("plan", "plan"),
        ("apply", "apply-report"),
        ("status", "status"),
        ("assets", "assets"),
        ("validate", "diagnostics"),
    ],
)
def test_rendered_documents_keep_the_contract(file: str, name: str) -> None:
    """What the renderers print is what the contract promises."""
    rendered = json.loads((ROOT / "tests/unit/golden/render" / f"{file}.json").read_text(encoding="utf-8"))

    assert schema.validate(name, rendered) == []


def test_writing_says_what_changed(tmp_path: Path) -> None:
    """Files are written where they differ, and only those are named."""
    first = schema.write(tmp_path, PUBLISHED)
    (tmp_path / "plan.schema.json").write_bytes(b"{}")

    assert sorted(first) == sorted(PUBLISHED)
    assert schema.write(tmp_path, PUBLISHED) == ["plan.schema.json"]
