"""The benchmarks measure what they say: generator, vendor, floor and plan agree. No times here."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks import journal, scenes
from benchmarks.estates import Estate
from benchmarks.measuring import Spread, run
from benchmarks.scenes import Scene
from benchmarks.table import Row, text

SIZE = 20


@pytest.fixture(params=[False, True], ids=["accounts", "mixed"])
def estate(request: pytest.FixtureRequest) -> Estate:
    """Return an estate of either sort."""
    return Estate(SIZE, mixed=request.param)


@pytest.fixture
def scene(estate: Estate) -> Iterator[Scene]:
    """Yield a project in step with its vendor."""
    with scenes.settled(estate.size, mixed=estate.mixed) as found:
        yield found


def test_the_generator_the_floor_and_the_reader_count_alike(estate: Estate, scene: Scene) -> None:
    """The floor parses every manifest and fetches every row; reading validates as many manifests."""
    orders = len(list(estate.orders()))
    rows = len(list(estate.accounts())) + 2 * orders  # each order has one asset

    assert run(*scene.floor).out.split() == [str(SIZE), str(rows)]
    assert run("-m", "benchmarks.reading", "ours", str(scene.root)).out.split() == [str(SIZE)]
    assert run("-m", "benchmarks.reading", "floor", str(scene.root)).out.split() == [str(SIZE)]


def test_a_settled_estate_needs_no_change(estate: Estate, scene: Scene) -> None:
    """The measured plan sees every object and changes none, so that it is the plan without changes."""
    plan = json.loads(run(*scene.plan, "-o", "json").out)

    synced = sum(estate.is_synced(number) for number in range(1, SIZE + 1))
    assert plan["complete"]
    assert plan["actions"] == []
    assert plan["summary"]["unchanged"] == SIZE + synced


def test_an_empty_vendor_counts_each_creation_once() -> None:
    """The vendor's own count is what rates are made from: one creation for each manifest, a look-up before it."""
    with scenes.empty(SIZE, latency=0, concurrency=4) as scene:
        run(*scene.program, "apply", "--yes")
        window = scene.window()

    assert window["creations"] == SIZE
    assert window["requests"] >= 2 * SIZE - 1
    assert window["seconds"] > 0


@pytest.mark.parametrize(("root", "least"), [("ledger", 3), ("bare", 0)])
def test_the_journal_counts_commits(tmp_path: Path, root: str, least: int) -> None:
    """With a ledger there are a few commits for many records; without one there are none."""
    place = str(tmp_path) if root == "ledger" else root

    counted = json.loads(run("-m", "benchmarks.journal", place, "200", "16", "0").out)

    assert counted["records"] == 400
    assert least <= counted["commits"] < (400 if least else 1)


def test_a_program_that_fails_is_no_figure() -> None:
    """A run that ends with an error is an error of the benchmark, never a fast run."""
    with pytest.raises(RuntimeError, match="ended with 64"):
        run(*scenes.PROGRAM, "no-such-command")


@pytest.mark.parametrize(
    ("figure", "least", "verdict"),
    [(0.7, False, "met"), (0.9, False, "missed"), (0.9, True, "met"), (0.7, True, "missed")],
)
def test_a_target_is_met_from_its_own_side(figure: float, *, least: bool, verdict: str) -> None:
    """Costs have to stay below the target, rates above it."""
    row = Row("a2", "something", Spread(figure, figure, figure), target=0.8, least=least)

    assert row.verdict == verdict
    assert verdict in text([row])


def test_counting_leaves_connections_usable() -> None:
    """A counted connection does what any other does."""
    connection = sqlite3.connect(":memory:", factory=journal.Counting)

    assert connection.execute("SELECT 1").fetchone() == (1,)
    connection.close()
