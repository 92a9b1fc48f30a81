"""The corpus: every bad manifest is refused at the exact place with the exact code, every good one is read."""

import json
from pathlib import Path

import pytest

from reconciler import codes, schema
from reconciler.files import Limits, SourceFile
from reconciler.vendors.dimensions.kinds import kinds as kinds_of_dimensions
from reconciler.vendors.interworks.kinds import kinds as kinds_of_interworks

SPECS = Path(__file__).parent.parent / "specs"
EXPECTED = json.loads((SPECS / "expected.json").read_text(encoding="utf-8"))
BAD = sorted(path.name for path in (SPECS / "bad").glob("*.yaml"))
GOOD = sorted(path.name for path in (SPECS / "good").glob("*.yaml"))
REGISTRY = schema.Registry([kinds_of_interworks(), kinds_of_dimensions()])


def load(folder: str, name: str) -> schema.Loaded:
    """Load one file of the corpus by itself."""
    data = (SPECS / folder / name).read_bytes()
    return schema.load([SourceFile(name, data)], REGISTRY, Limits())


@pytest.mark.parametrize("name", BAD, ids=[name.removesuffix(".yaml") for name in BAD])
def test_bad_manifest_is_refused_where_it_is_wrong(name: str) -> None:
    """All problems of a bad manifest, and no others, are reported with line, column and code."""
    problems = load("bad", name).problems

    found = [
        [problem.place.range.start.line, problem.place.range.start.column, problem.code]
        for problem in problems
        if problem.place and problem.place.range
    ]

    assert found == EXPECTED[name]
    assert len(found) == len(problems)


@pytest.mark.parametrize("name", GOOD, ids=[name.removesuffix(".yaml") for name in GOOD])
def test_good_manifest_has_no_problems(name: str) -> None:
    """A good manifest has no problem, and its places are those of its data."""
    loaded = load("good", name)

    assert loaded.problems == ()
    for manifest in loaded.manifests:
        assert "/spec/displayName" in manifest.places or manifest.kind in {"Order", "PBXTemplate", "PBXConnection"}
        assert manifest.places["/metadata/name"].range is not None


def test_every_bad_manifest_is_expected_to_be_bad() -> None:
    """The table and the folder name the same files, and no file is expected to have nothing wrong."""
    assert sorted(EXPECTED) == BAD
    assert all(EXPECTED.values())
    assert len(BAD) >= 70


def test_every_code_of_the_corpus_is_explained() -> None:
    """Each code the corpus raises has a title, a cause and a cure."""
    raised = {code for rows in EXPECTED.values() for _, _, code in rows}

    unexplained = [code for code in raised if codes.explain(code) is None]

    assert unexplained == []


def test_every_reading_and_schema_code_is_shown_by_the_corpus() -> None:
    """Codes of the reader, the schema and references occur in the corpus, except those about files and limits."""
    raised = {code for rows in EXPECTED.values() for _, _, code in rows}
    elsewhere = {f"E{number}" for number in (101, 102, 103, 104, 105, 106, 107, 121, 122, 123, 124, 127, 214)}

    known = {code for code in codes.CODES if code[1] in "123"}

    assert known - raised - elsewhere == set()


@pytest.mark.parametrize("name", BAD, ids=[name.removesuffix(".yaml") for name in BAD])
def test_snippet_is_the_offending_line(name: str) -> None:
    """The snippet of a problem is the line it names, cut to 200 characters."""
    try:
        text = (SPECS / "bad" / name).read_bytes().decode()
    except UnicodeDecodeError:
        text = ""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")

    for problem in load("bad", name).problems if text and "\x00k" not in text else ():
        assert problem.place is not None
        assert problem.place.range is not None
        assert problem.place.snippet == lines[problem.place.range.start.line - 1][:200]
