"""How Divalto writes moments: UTC, whole seconds, `Z`; days are those of Paris."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

_PARIS = ZoneInfo("Europe/Paris")
_SATURDAY = 5


def stamp(moment: datetime) -> str:
    """Write a moment."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read(text: str) -> datetime:
    """Read a moment that has a time zone; ValueError when it is none."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text} has no time zone; end it with Z")
    return moment


def today(moment: datetime) -> date:
    """Return the day it is in Paris."""
    return moment.astimezone(_PARIS).date()


def working_days(first: date, last: date) -> int:
    """Count the days from Monday to Friday after `first`, up to and including `last`."""
    span = max(0, (last - first).days)
    whole, rest = divmod(span, 7)
    tail = (last - timedelta(days=back) for back in range(rest))
    return whole * 5 + sum(day.weekday() < _SATURDAY for day in tail)
