"""Moments and days as Divalto means them: instants in UTC, days in Paris. Pure."""

from datetime import UTC, date, datetime

from reconciler.vendors.divalto import paris


def read(text: str | None) -> datetime | None:
    """Return an instant that the vendor wrote, None when it is none."""
    try:
        found = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def is_past(day: object, now: datetime | None) -> bool:
    """Say whether a day `YYYY-MM-DD` is over at Divalto; an unknown present is never after anything."""
    try:
        return now is not None and date.fromisoformat(str(day)) < paris.day(now)
    except ValueError:
        return False
