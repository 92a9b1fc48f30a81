"""`python -m benchmarks [PART...] [--large]`: run the parts and print one table."""

import argparse
import sys
from collections.abc import Callable, Iterator

from benchmarks import applying, planning, recording, starting, table
from benchmarks.table import Row

SIZES = (1_000, 10_000)
LARGE = (100_000,)


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help="starting, recording, applying, planning; default all")
    parser.add_argument("--large", action="store_true", help="plan 100,000 manifests instead; takes many minutes")
    given = parser.parse_args()
    sizes = LARGE if given.large else SIZES
    parts: dict[str, Callable[[], Iterator[Row]]] = {
        "starting": starting.measure,
        "recording": recording.measure,
        "applying": applying.measure,
        "planning": lambda: planning.measure(sizes),
    }
    rows: list[Row] = []
    for name in given.parts or (["planning"] if given.large else list(parts)):
        for row in parts[name]():
            rows.append(row)
            print(" ".join(filter(None, row.cells)), file=sys.stderr)
    print(table.text(rows))


if __name__ == "__main__":
    main()
