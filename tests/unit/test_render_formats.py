"""What the formats of CI systems and of the browser need beyond being well-formed."""

import base64
import hashlib
import json
import re

import pytest

from reconciler.model import Place, Position, Problem, Range
from reconciler.render import escape, planned, to_github, to_html, to_sarif
from tests.unit import render_samples


def test_page_admits_only_its_own_style() -> None:
    """The policy forbids everything but the style sheet in the page, named by its hash."""
    page = to_html.text(planned.report(render_samples.plan()))

    styles = re.findall("<style>(.*?)</style>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(styles[0].encode()).digest()).decode()
    policy = re.findall('Content-Security-Policy" content="(.*?)"', page)[0].replace("&#39;", "'").replace("&#43;", "+")
    assert len(styles) == 1
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


@pytest.mark.parametrize("word", ["<script", "<a ", "<img", "href=", "src=", " style=", "onclick"])
def test_page_loads_and_links_nothing(word: str) -> None:
    """The page is self-contained: no script, no link, no image."""
    assert word not in to_html.text(planned.report(render_samples.plan()))


def test_sarif_fingerprint_survives_moved_lines() -> None:
    """The same finding further down the file is the same finding; two equal ones in a file are two."""
    here, there = (_problem(line) for line in (4, 40))

    assert _fingerprints(here) == _fingerprints(there)
    assert len(set(_fingerprints(here, there))) == 2


@pytest.mark.parametrize(
    ("file", "uri"),
    [("specs/a b#c.yaml", "specs/a%20b%23c.yaml"), ("//evil.example/x", "evil.example/x"), ("a:b", "a%3Ab")],
    ids=["escaped", "no-host", "no-scheme"],
)
def test_sarif_names_files_relative_to_the_project(file: str, uri: str) -> None:
    """A file name never becomes the address of a host."""
    document = json.loads(to_sarif.text([Problem("E101", "wrong", place=Place(file))]))

    location = document["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert location == {"uri": uri, "uriBaseId": "%SRCROOT%"}


def test_sarif_rule_index_names_the_rule() -> None:
    """Each result points at its own rule."""
    run = json.loads(to_sarif.text(render_samples.problems()))["runs"][0]

    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert [rules[result["ruleIndex"]] for result in run["results"]] == [result["ruleId"] for result in run["results"]]


def test_github_text_reads_back() -> None:
    """The runner decodes property and message to the text that was meant."""
    file, text = "a,b:c%2Cd.yaml", "100% wrong, 5:4 %0A"

    line = to_github.text([Problem("E101", text, place=Place(file))]).rstrip("\n")

    properties, _, message = line.removeprefix("::error ").partition("::")
    name = properties.split(",")[0].removeprefix("file=")
    assert name.replace("%2C", ",").replace("%3A", ":").replace("%25", "%") == file
    assert message.replace("%25", "%") == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain ü 日本 😀", "plain ü 日本 😀"),
        ("\x1b[31m", "\\x1b[31m"),
        ("a\r\n\tb", "a\\r\\n\\tb"),
        ("\u202e\u200b", "\\u202e\\u200b"),
        ("\U000e0041", "\\U000e0041"),
        ("x" * 201, "x" * 199 + "…"),
        ("x" * 200, "x" * 200),
        ("## [heading", "## [heading"),
        ("##[x", "\\x23#[x"),
    ],
    ids=["harmless", "escape", "line-ends", "bidi", "tag", "too-long", "long-enough", "no-command", "command"],
)
def test_unseen_characters_show_as_escapes(text: str, shown: str) -> None:
    """What a reader could not see is written out; everything else stays as it is."""
    assert escape.terminal(text) == shown


@pytest.mark.parametrize(
    ("text", "span"),
    [("a", "`a`"), ("a`b", "``a`b``"), ("`a`", "`` `a` ``"), ("a|b", "`a\\|b`"), (" a ", "`  a  `"), ("", "")],
    ids=["plain", "back-tick", "at-the-ends", "pipe", "spaces", "empty"],
)
def test_code_span_shows_exactly_the_text(text: str, span: str) -> None:
    """The fence is longer than any run inside; spaces that CommonMark strips are added."""
    assert escape.markdown(text, cell=True) == span


def _problem(line: int) -> Problem:
    place = Place("specs/acme.yaml", Range(Position(line, 3), Position(line, 8)))
    return Problem("E204", "unknown field emial", place=place)


def _fingerprints(*problems: Problem) -> list[str]:
    results = json.loads(to_sarif.text(problems))["runs"][0]["results"]
    return [result["partialFingerprints"]["reconciler/v1"] for result in results]
