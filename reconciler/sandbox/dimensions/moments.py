"""How Dimensions writes moments (`dimensions.md` 2.3), and how the books do."""

from datetime import UTC, datetime


def stamp(moment: datetime) -> str:
    """Write an envelope's timestamp: UTC, seven fractional digits, `Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f") + "0Z"


def created(moment: datetime) -> str:
    """Write a `dateCreated`: UTC without saying so, six fractional digits."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")


def written(moment: datetime) -> str:
    """Write a moment for the books: with its offset."""
    return moment.isoformat(timespec="microseconds")
