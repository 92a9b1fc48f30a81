"""Days as they are counted in Paris, where the vendor judges dates. Pure.

The time there follows the European Union's rule: summer time from the last Sunday of March to that of October, changing
at 01:00 UTC. Written out, since a table of time zones is read from disk.
"""

import datetime as dt


def day(moment: dt.datetime) -> dt.date:
    """Return the calendar day in Paris at a moment that knows its offset."""
    utc = moment.astimezone(dt.UTC)
    summer = _last_sunday(utc.year, 3) <= utc < _last_sunday(utc.year, 10)
    return (utc + dt.timedelta(hours=2 if summer else 1)).date()


def _last_sunday(year: int, month: int) -> dt.datetime:
    """Return 01:00 UTC of the last Sunday of a month of 31 days."""
    last = dt.datetime(year, month, 31, 1, tzinfo=dt.UTC)
    return last - dt.timedelta(days=(last.weekday() + 1) % 7)


def working_days(start: dt.date, end: dt.date) -> int:
    """Return how many days from Monday to Friday come after `start`, up to and with `end`; holidays are not known."""
    weeks, rest = divmod(max((end - start).days, 0), 7)
    return weeks * 5 + sum((start + dt.timedelta(days=one)).weekday() < 5 for one in range(1, rest + 1))
