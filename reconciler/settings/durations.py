"""Spans of time as people write them: `500ms`, `30s`, `15m`, `2h`, `1d`, or several together (`1h30m`).

Pure. Flags and configuration share this one reading, so that `--wait 60s` and `timeout: 60s` mean the same.
"""

import re

PATTERN = r"^(0|(\d{1,6}(ms|s|m|h|d))+)$"
"""What a span of time looks like; a bare `0` needs no unit."""

_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_PART = re.compile(r"(\d+)(ms|[smhd])")


def parse(text: str) -> float:
    """Return the span in seconds; ValueError when `text` is none."""
    if not re.fullmatch(PATTERN[1:-1], text, re.ASCII):
        raise ValueError(f"{text!r} is no span of time; write a number with a unit, such as 30s, 15m or 1h30m")
    return sum(int(number) * _SECONDS[unit] for number, unit in _PART.findall(text))


def show(seconds: float) -> str:
    """Return the span as text that `parse` reads back, to the millisecond."""
    rest = round(seconds * 1000)
    parts = []
    for unit, size in (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)):
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0"
