"""Start-up: what it costs to be told something that needs no project."""

from collections.abc import Iterator

from benchmarks.measuring import in_turn
from benchmarks.scenes import PROGRAM
from benchmarks.table import Row

PASS = ("-c", "pass")
CASES = (("f1", "--help", 1.3), ("", "version", None), ("f2", "plan --help", 5.0), ("f2", "apply --help", 5.0))
ROUNDS = 7


def measure() -> Iterator[Row]:
    """Yield a row for each command."""
    for number, words, target in CASES:
        pair = in_turn((*PROGRAM, *words.split()), PASS, rounds=ROUNDS)
        yield Row(number, f"{words} / python -c pass", pair.ratio(), target=target)
    pair = in_turn((*PROGRAM, "--help"), PASS, rounds=ROUNDS)
    yield Row("now", "--help within 5 x of python -c pass", pair.ratio(), target=5.0)
