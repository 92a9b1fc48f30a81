"""How long something has been so, in words; between two moments, so that the same document always says the same."""

from datetime import datetime

_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60))


def age(since: str, now: datetime) -> str:
    """Return `3 days` or `1 hour`, rounded down; nothing for what is no moment with a zone, or is to come."""
    try:
        began = datetime.fromisoformat(since)
    except ValueError:
        return ""
    if began.tzinfo is None:
        return ""
    seconds = (now - began).total_seconds()
    for unit, length in _UNITS:
        number = int(seconds // length)
        if number >= 1:
            return f"{number} {unit}{'s' if number > 1 else ''}"
    return "" if seconds < 0 else "less than a minute"
