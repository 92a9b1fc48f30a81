"""The corpus of Dimensions' rules: every file is well-formed and breaks one of them at the exact place."""

import json
from collections import Counter
from pathlib import Path

import pytest

from reconciler import schema
from reconciler.contract import World
from reconciler.files import Limits, SourceFile
from reconciler.model import Problem
from reconciler.vendors.dimensions import checking, codes, options
from reconciler.vendors.dimensions.kinds import kinds

SPECS = Path(__file__).parent.parent / "specs"
RULES = SPECS / "dimensions"
EXPECTED = json.loads((RULES / "expected.json").read_text(encoding="utf-8"))
NAMES = sorted(path.name for path in RULES.glob("*.yaml"))
SETTINGS = options.parse(
    {
        "productTypes": [{"id": "TenantProfileType_uc"}, {"id": "TenantProfileType_voice", "immutable": True}],
        "capabilities": {"trials": False},
    }
)
OF_SETTINGS = {codes.OWN_RESELLER_UNKNOWN, codes.NO_ACCOUNT_TENANT}


def check(path: Path) -> list[Problem]:
    """Return what one file breaks, by place."""
    loaded = schema.load([SourceFile(path.name, path.read_bytes())], schema.Registry([kinds()]), Limits())
    assert loaded.problems == ()
    found = checking.check(World(loaded.manifests, ("acme-infra",)), SETTINGS)
    return sorted(found, key=lambda problem: problem.sort_key)


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
    """Each problem has a place, a reason and what to do about it, and its code is explained."""
    for problem in check(RULES / name):
        assert problem.place is not None
        assert problem.summary
        assert problem.detail
        assert problem.code in codes.CODES


def test_good_manifests_break_no_rule() -> None:
    """A whole small estate of a reseller, a customer, two connections and two users has no problem."""
    assert check(SPECS / "good" / "dimensions.yaml") == []


def test_table_and_folder_name_the_same_files() -> None:
    """No file is expected to break nothing, and none is forgotten."""
    assert sorted(EXPECTED) == NAMES
    assert all(EXPECTED.values())


def test_every_offline_rule_is_broken_by_a_file() -> None:
    """Each code found offline occurs in the corpus, except those about the settings."""
    raised = Counter(code for rows in EXPECTED.values() for _, _, code, _ in rows)

    offline = {code for code in codes.CODES if code < codes.PRODUCT_TYPE_FIXED}

    assert offline - OF_SETTINGS == set(raised)
