"""Spans of time as people write them."""

import pytest

from reconciler.settings import durations


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("0", 0), ("500ms", 0.5), ("30s", 30), ("15m", 900), ("2h", 7200), ("1d", 86_400), ("1h30m", 5400)],
)
def test_a_span_is_read_in_seconds(text: str, seconds: float) -> None:
    """A number with a unit, or several together, is a span in seconds."""
    assert durations.parse(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "30", "s", "-5s", "1.5s", "30 s", "30S", "1w", "30s\n", "\u0663s", "1" * 7 + "s"], ids=ascii
)
def test_anything_else_is_refused(text: str) -> None:
    """Text without a known unit, signs, fractions, spaces and other scripts' digits are no span."""
    with pytest.raises(ValueError, match="is no span of time; write a number with a unit"):
        durations.parse(text)


@pytest.mark.parametrize("seconds", [0, 0.25, 1, 59, 60, 5400, 90_061])
def test_a_shown_span_reads_back(seconds: float) -> None:
    """What is shown means the same when written."""
    assert durations.parse(durations.show(seconds)) == seconds
