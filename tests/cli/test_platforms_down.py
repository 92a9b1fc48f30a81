"""Rules of three platforms in one repository: what one cannot do keeps nothing from the others, and is said."""

import concurrent.futures
import dataclasses
import functools
from collections.abc import Mapping
from typing import Any

import pytest

from tests.cli import platforms
from tests.cli.administration import ORDER, REFERENCE
from tests.cli.platforms import NAMES, OBJECTS, Platforms
from tests.cli.repository import Ended
from tests.cli.stage import Stage, chosen

WHOLE: Mapping[str, Any] = {
    "interworks": ["harbour"],
    "dimensions": [("acme", True), "lea@acme-dental.example"],
    "divalto": [REFERENCE],
}
NOTHING: Mapping[str, Any] = {name: [] for name in NAMES}
REFUSING = "refusing"
"""The case in which the BSS is down and Dimensions refuses a customer."""


@dataclasses.dataclass(frozen=True)
class Aftermath:
    """The run while something was down, the books after it, the run after that, and the books at the end."""

    code: int
    report: Mapping[str, Any]
    books: Mapping[str, Any]
    later: Ended
    whole: Mapping[str, Any]


@pytest.fixture(scope="module")
def aftermaths(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, stage: Stage
) -> Mapping[str, "concurrent.futures.Future[Aftermath]"]:
    """Play the cases."""
    folder = tmp_path_factory.mktemp("platforms-down")
    cases = [*chosen(request, "down", NAMES), REFUSING]
    return {case: platforms.play(stage, folder / case, functools.partial(outage, case=case)) for case in cases}


def outage(made: Platforms, *, case: str) -> Aftermath:
    """Apply while something is down, and once more when everything is up."""
    down = case if case in NAMES else "interworks"
    made.mend(*(name for name in NAMES if name != down))
    if case == REFUSING:
        made.telephones.fault("status_before", "/customers$", method="POST", status=400)
    ended = made.repository.run("apply", "--yes", "--detailed-exitcode", "-o", "json")
    books = made.books()
    made.mend(down)
    later = made.repository.run("apply", "--yes", "--detailed-exitcode")
    return Aftermath(ended.code, ended.document, books, later, made.books())


@pytest.mark.parametrize("down", NAMES)
def test_others_finish(aftermaths: Mapping[str, "concurrent.futures.Future[Aftermath]"], down: str) -> None:
    """Connections refused: 1; each object there is named with the reason, all else is done, the next run ends it.

    People at Divalto are waited for, which counts less than what could not be read.
    """
    found = aftermaths[down].result()
    assert found.code == 1
    problems = {one["address"]: one["summary"] for one in found.report["diagnostics"] if one["severity"] == "error"}
    assert sorted(problems) == sorted(OBJECTS[down])
    for address, summary in problems.items():
        assert f"{address} could not be read" in summary
        assert "cannot connect" in summary
    assert found.books == {**WHOLE, down: NOTHING[down]}
    assert {one["outcome"] for one in found.report["results"]} <= {"done", "waiting"}
    assert (found.later.code, found.whole) == (8, WHOLE)
    assert ORDER in found.later.out
    assert "A_TRAITER" in found.later.out


def test_refused_at_one_down_at_another(aftermaths: Mapping[str, "concurrent.futures.Future[Aftermath]"]) -> None:
    """What failed counts more than what could not be read, and both more than waiting: 5; the next run ends it."""
    found = aftermaths[REFUSING].result()
    assert found.code == 5
    outcomes = {(one["address"], one["outcome"]) for one in found.report["results"]}
    assert {("dimensions/customer/acme", "failed"), ("dimensions/user/lea-martin", "blocked"), (ORDER, "waiting")} <= (
        outcomes
    )
    assert found.books == {**NOTHING, "divalto": [REFERENCE]}
    assert (found.later.code, found.whole) == (8, WHOLE)
