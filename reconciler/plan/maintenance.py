"""When a vendor may be disrupted: weekly windows by the wall clock of a time zone. Pure; `now` is an argument.

A window belongs to the day it begins on. It begins, and ends, at the first moment at which the wall clock there shows
that time: an hour that autumn repeats counts once, and a time that spring leaves out is the moment of the jump, so that
a window that lies wholly in the gap does not open on that day.
"""

import dataclasses
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo

_DAY = timedelta(days=1)
_AHEAD = 22
"""Days looked ahead: the next two weekly windows may both lie in a gap, not three."""


@dataclasses.dataclass(frozen=True)
class Window:
    """A weekly time; it ends the next day when `ends` is not after `begins`. Both are whole minutes.

    `days` count from Monday, 0; none: every day.
    """

    days: frozenset[int]
    begins: time
    ends: time
    zone: tzinfo


def next_opening(windows: Sequence[Window], now: datetime) -> datetime | None:
    """Return when the next window opens, in its zone; None when one is open, or when there are none."""
    spans = [(begin, end, window.zone) for window in windows for begin, end in _spans(window, now)]
    if any(begin <= now < end for begin, end, _ in spans):
        return None
    later = [(begin, zone) for begin, _, zone in spans if begin > now]
    if not later:
        return None
    opens, zone = min(later, key=lambda found: found[0])
    return opens.astimezone(zone)


def _spans(window: Window, now: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Return the windows around a moment and after it, in UTC."""
    today = now.astimezone(window.zone).date()
    for number in range(-1, _AHEAD):
        day = today + number * _DAY
        if window.days and day.weekday() not in window.days:
            continue
        last = day if window.ends > window.begins else day + _DAY
        begin, end = _moment(day, window.begins, window.zone), _moment(last, window.ends, window.zone)
        if begin < end:
            yield begin, end


def _moment(day: date, at: time, zone: tzinfo) -> datetime:
    """Return the first moment, in UTC, at which the wall clock of a zone shows a time or one after it."""
    local = datetime.combine(day, at, tzinfo=zone)
    moment = local.astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None, fold=0) == local.replace(tzinfo=None):
        return moment
    # The clock jumps over this time: its two readings lie on both sides of the jump (PEP 495).
    before, after = local.replace(fold=1).astimezone(UTC), moment
    offset = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = (before + (after - before) / 2).replace(microsecond=0)
        before, after = (middle, after) if middle.astimezone(zone).utcoffset() == offset else (before, middle)
    return after
