"""What was measured, as rows with a target, and the table of them."""

import dataclasses
from collections.abc import Sequence

from benchmarks.measuring import Spread


@dataclasses.dataclass(frozen=True)
class Row:
    """One measure. `target` is the bound (None: no target), `least`: whether the figure has to reach it from above."""

    number: str
    measure: str
    figure: Spread
    unit: str = "x"
    target: float | None = None
    least: bool = False
    note: str = ""

    @property
    def verdict(self) -> str:
        """Whether the median meets the target."""
        if self.target is None:
            return ""
        met = self.figure.middle >= self.target if self.least else self.figure.middle <= self.target
        return "met" if met else "missed"

    @property
    def bound(self) -> str:
        """The target as text."""
        return "" if self.target is None else f"{'>=' if self.least else '<='} {self.target:g} {self.unit}"

    @property
    def cells(self) -> tuple[str, ...]:
        """The row as texts."""
        shown = f"{number(self.figure.middle)} {self.unit}"
        spread = f"{number(self.figure.least)}-{number(self.figure.most)}"
        return (self.number, self.measure, shown, spread, self.bound, self.verdict, self.note)


HEAD = ("#", "measure", "median", "min-max", "target", "", "note")


def number(value: float) -> str:
    """Return a figure with about three digits."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def text(rows: Sequence[Row]) -> str:
    """Return the table in Markdown, which reads well in a terminal too."""
    cells = [HEAD, *(row.cells for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(HEAD))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |" for line in cells
    ]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([lines[0], rule, *lines[1:]])
