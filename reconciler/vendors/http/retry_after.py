"""The Retry-After header: both forms, strictly, clamped (RFC 9110, 10.2.3).

Pure. A value that is neither form is no value: servers have sent `inf`, `1e400`, -1 and 9999999999, and
clients have slept for ever on them.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime

LONGEST = 60.0

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTH, _TIME = rf"(?P<month>{'|'.join(_MONTHS)})", r"(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)"
_FORMS = tuple(
    re.compile(form, re.ASCII)
    for form in (
        rf"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (?P<day>\d\d) {_MONTH} (?P<year>\d{{4}}) {_TIME} GMT",
        rf"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, (?P<day>\d\d)-{_MONTH}-(?P<year>\d\d) {_TIME} GMT",
        rf"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) {_MONTH} (?P<day>[ \d]\d) {_TIME} (?P<year>\d{{4}})",
    )
)


def seconds(headers: Mapping[str, str], *, now: datetime) -> float | None:
    """Return how long to wait, from 0 to LONGEST; None when the header is missing or not valid.

    Header names are lower case; a repeated header arrives joined by commas and is not valid.
    """
    value = headers.get("retry-after", "").strip(" \t")
    if re.fullmatch("[0-9]+", value):
        return LONGEST if len(value.lstrip("0")) > 6 else min(float(value), LONGEST)
    moment = _moment(value, now)
    if moment is None:
        return None
    return min(max((moment - now).total_seconds(), 0.0), LONGEST)


def _moment(value: str, now: datetime) -> datetime | None:
    found = next((match for form in _FORMS if (match := form.fullmatch(value))), None)
    if found is None:
        return None
    year = int(found["year"])
    if len(found["year"]) == 2:
        year += now.year // 100 * 100
        year -= 100 if year > now.year + 50 else 0
    hour, minute, second = (int(found[part]) for part in ("hour", "minute", "second"))
    month = _MONTHS.index(found["month"]) + 1
    try:
        return datetime(year, month, int(found["day"]), hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
