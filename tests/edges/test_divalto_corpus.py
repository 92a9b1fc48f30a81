"""The corpus of Divalto's rules: every file breaks one of them at the exact place; the good ones break none."""

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reconciler import files, schema
from reconciler.contract import World
from reconciler.files import Limits, SourceFile
from reconciler.model import Problem
from reconciler.schema import attachments
from reconciler.vendors.divalto import checking, codes, options
from reconciler.vendors.divalto.kinds import kinds

RULES = Path(__file__).parent.parent / "specs" / "divalto"
EXPECTED = json.loads((RULES / "expected.json").read_text(encoding="utf-8"))
NAMES = sorted(path.name for path in RULES.glob("*.yaml"))
GOOD = sorted(path.name for path in (RULES / "good").glob("*.yaml"))
SETTINGS = options.parse({"partner": "Nordwind Conseil"})
NOW = datetime(2026, 2, 10, 9, 0, tzinfo=UTC)
"""A Tuesday."""


def check(path: Path) -> list[Problem]:
    """Return what one file breaks, by place: what the models refuse, else what the rules do."""
    loaded = schema.load([SourceFile(path.name, path.read_bytes())], schema.Registry([kinds()]), Limits())
    if loaded.problems:
        return list(loaded.problems)
    attached = files.read_attached(RULES, attachments.paths(loaded.manifests), Limits())
    world = World(loaded.manifests, ("acme-infra",), attached, now=NOW)
    return sorted(checking.check(world, SETTINGS), key=lambda problem: problem.sort_key)


@pytest.mark.parametrize("name", NAMES, ids=[name.removesuffix(".yaml") for name in NAMES])
def test_broken_rule_is_reported_where_it_is_broken(name: str) -> None:
    """All broken rules of a file, and no others, are reported with line, column, code and severity."""
    found = [
        [problem.place.range.start.line, problem.place.range.start.column, problem.code, problem.severity.value]
        for problem in check(RULES / name)
        if problem.place and problem.place.range
    ]

    assert found == EXPECTED[name]


@pytest.mark.parametrize("name", NAMES, ids=[name.removesuffix(".yaml") for name in NAMES])
def test_broken_rule_says_what_to_do(name: str) -> None:
    """Each problem has a place, a reason and what to do about it."""
    for problem in check(RULES / name):
        assert problem.place is not None
        assert problem.summary
        assert problem.detail or problem.code.startswith("E2")


@pytest.mark.parametrize("name", GOOD, ids=[name.removesuffix(".yaml") for name in GOOD])
def test_good_orders_break_no_rule(name: str) -> None:
    """Orders for existing sites, new sites and from opportunities are taken as they are meant to be written."""
    assert check(RULES / "good" / name) == []


def test_table_and_folder_name_the_same_files() -> None:
    """No file is expected to break nothing, none is forgotten, and there are many."""
    assert sorted(EXPECTED) == NAMES
    assert all(EXPECTED.values())
    assert len(NAMES) >= 50


def test_every_offline_rule_is_broken_by_a_file() -> None:
    """Each code found offline occurs in the corpus."""
    raised = Counter(code for rows in EXPECTED.values() for _, _, code, _ in rows)

    assert {code for code in codes.CODES if codes.VALUE_UNKNOWN <= code <= codes.WITHOUT_EFFECT} <= set(raised)
