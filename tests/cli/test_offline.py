"""Rules of the commands that ask no vendor: validate in each form, explain, schema, completion, version."""

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from reconciler import codes
from reconciler.settings import discovery
from tests.cli.repository import DIRECT, Repository
from tests.cli.server import Vendor

ROOT = Path(__file__).parents[2]
CODES = sorted({*codes.CODES, *(code for plugin in discovery.find_plugins().values() for code in plugin.codes)})
USER = """\
apiVersion: reconciler/v1
kind: User
metadata: {name: lea}
spec: {account: acme, vendor: dimensions, email: lea@acme.example, displayName: Lea}
"""
PLACE = {"file": "specs/bad.yaml", "line": 4, "column": 8}


@pytest.fixture(scope="module")
def offline(tmp_path_factory: pytest.TempPathFactory, bss: Vendor) -> Repository:
    """Return a repository with one bad manifest among good ones."""
    repository = Repository(tmp_path_factory.mktemp("offline") / "repository", bss)
    repository.write("bad", DIRECT.replace("displayName", "displayNme"))
    return repository


def text_place(out: str) -> Mapping[str, Any]:
    """Return where the first problem of the text form is."""
    found = re.search(r"(specs/\S+?):(\d+):(\d+): E204:", out)
    assert found
    return {"file": found[1], "line": int(found[2]), "column": int(found[3])}


def json_place(out: str) -> Mapping[str, Any]:
    """Return where the first problem of the JSON form is."""
    first = next(one for one in json.loads(out)["diagnostics"] if one["code"] == "E204")
    return {"file": first["file"], **first["range"]["start"]}


def sarif_place(out: str) -> Mapping[str, Any]:
    """Return where the first result of a SARIF log is."""
    log = json.loads(out)
    assert log["version"] == "2.1.0"
    first = next(one for one in log["runs"][0]["results"] if one["ruleId"] == "E204")
    place = first["locations"][0]["physicalLocation"]
    region = place["region"]
    return {"file": place["artifactLocation"]["uri"], "line": region["startLine"], "column": region["startColumn"]}


def github_place(out: str) -> Mapping[str, Any]:
    """Return where the first annotation is."""
    found = re.search(r"^::error file=([^,]+),line=(\d+),col=(\d+),.*title=E204::", out, re.MULTILINE)
    assert found
    return {"file": found[1], "line": int(found[2]), "column": int(found[3])}


def junit_place(out: str) -> Mapping[str, Any]:
    """Return where the first failure of a JUnit report is; each file is a test case."""
    tree = ET.fromstring(out)  # noqa: S314 - our own output
    assert len(list(tree.iter("testcase"))) >= 6
    failure = next(one for one in tree.iter("failure") if one.attrib["type"] == "E204")
    file, line, column = (failure.text or "").split(";")[0].split(":")
    return {"file": file, "line": int(line), "column": int(column)}


FORMS = {"text": text_place, "json": json_place, "sarif": sarif_place, "github": github_place, "junit": junit_place}


@pytest.mark.parametrize("form", FORMS)
def test_validate_says_the_same_in_each_form(offline: Repository, form: str) -> None:
    """Every form names the same code at the same place, on stdout, with 1."""
    ended = offline.run("validate", "-o", form)
    assert (ended.code, ended.err) == (1, "")
    assert FORMS[form](ended.out) == PLACE
    assert "displayName" in ended.out


@pytest.mark.parametrize("form", FORMS)
def test_validate_of_good_manifests(applied: Repository, form: str) -> None:
    """Without a problem each form is still a whole document, and 0."""
    ended = applied.run("validate", "-o", form)
    assert (ended.code, ended.err) == (0, "")
    assert "E204" not in ended.out
    if form in {"json", "sarif"}:
        json.loads(ended.out)
    if form == "junit":
        assert ET.fromstring(ended.out).attrib["failures"] == "0"  # noqa: S314 - our own output


def test_validate_needs_no_network(offline: Repository) -> None:
    """Validation opens no connection, not even to find that there is none."""
    offline.vendor.sim("DELETE", "/log")
    env = dict.fromkeys(("BSS_CLIENT_KEY", "BSS_CLIENT_SECRET", "BSS_USERNAME", "BSS_PASSWORD"))
    assert offline.run("validate", env=env).code == 1
    assert offline.vendor.sim("GET", "/log") == []


def test_a_manifest_of_a_vendor_that_is_not_configured_has_a_place(tmp_path: Path, bss: Vendor) -> None:
    """A user of a vendor that reconciler.yaml does not name is refused where it names the vendor, with what to add."""
    repository = Repository(tmp_path / "repository", bss)
    repository.write("lea", USER)
    ended = repository.run("validate")
    assert ended.code == 1
    assert "specs/lea.yaml:4:31: E215: vendor dimensions is not configured\n    add `dimensions` to" in ended.out


def test_every_code_is_explained(offline: Repository) -> None:
    """Each code that can be shown has a title, a cause and a cure, for people who are offline; case does not matter."""
    shown = [offline.run("explain", code.lower()) for code in CODES[::9]]
    for code, ended in zip(CODES[::9], shown, strict=True):
        assert (ended.code, ended.err) == (0, "")
        assert re.match(rf"{code}: .+\n\nCause: .+\nCure:  .+\n", ended.out)
    tables = [plugin.codes for plugin in discovery.find_plugins().values()]
    for code in CODES:
        found = codes.explain(code, *tables)
        assert found is not None
        assert all((found.title, found.cause, found.cure))


def test_schemas_are_those_checked_in(offline: Repository, tmp_path: Path) -> None:
    """What the program writes is what is published, to the byte; a second time changes nothing."""
    assert offline.run("schema", "--write", str(tmp_path)).code == 0
    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert written == {path.name: path.read_bytes() for path in (ROOT / "schemas").iterdir()}
    again = offline.run("schema", "--write", str(tmp_path))
    assert (again.code, again.out) == (0, "")


def test_schema_of_manifests_is_printed(offline: Repository) -> None:
    """Without a directory the manifests' schema is the result."""
    printed = offline.run("schema").document
    assert printed == json.loads((ROOT / "schemas" / "manifest.schema.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("shell", "check"), [("bash", ["bash", "-n"]), ("zsh", None), ("fish", None)])
def test_completion_script(offline: Repository, shell: str, check: list[str] | None) -> None:
    """Each shell gets a script; bash accepts it."""
    ended = offline.run("completion", shell)
    assert (ended.code, ended.err) == (0, "")
    assert "_RECONCILER_COMPLETE" in ended.out
    if check:
        assert subprocess.run(check, input=ended.out.encode(), check=False).returncode == 0


@pytest.mark.parametrize(
    ("words", "offered"),
    [("reconciler va", "validate"), ("reconciler assets sh", "show"), ("reconciler --co", "--config")],
)
def test_completion_offers(offline: Repository, words: str, offered: str) -> None:
    """What the script asks the program is answered with commands and flags."""
    env = {
        "_RECONCILER_COMPLETE": "bash_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split()) - 1),
    }
    script = [str(Path(sys.executable).parent / "reconciler")]
    done = subprocess.run(script, cwd=offline.root, env={**offline.env, **env}, capture_output=True, check=False)
    assert done.stderr == b""
    assert f"plain,{offered}" in done.stdout.decode()


def test_version(offline: Repository) -> None:
    """The version is one line."""
    ended = offline.run("version")
    assert ended.code == 0
    assert re.fullmatch(r"reconciler \d+\.\d+\.\d+\S*\n", ended.out)
