"""Retry-After: both forms, clamped; anything else is no value."""

from datetime import UTC, datetime

import pytest

from reconciler.vendors.http import retry_after

NOW = datetime(2026, 11, 25, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("0", 0.0),
        ("1", 1.0),
        ("007", 7.0),
        (" 5\t", 5.0),
        ("59", 59.0),
        ("60", 60.0),
        ("61", 60.0),
        ("3600", 60.0),
        ("9999999999", 60.0),
        ("0" * 300 + "3", 3.0),
        ("9" * 5000, 60.0),
        ("Wed, 25 Nov 2026 12:00:09 GMT", 9.0),
        ("Wed, 25 Nov 2026 13:00:00 GMT", 60.0),
        ("Wed, 25 Nov 2026 11:59:00 GMT", 0.0),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 60.0),
        ("Wednesday, 25-Nov-26 12:00:09 GMT", 9.0),
        ("Sunday, 06-Nov-94 08:49:37 GMT", 0.0),
        ("Wed Nov 25 12:00:09 2026", 9.0),
        ("Sun Nov  6 08:49:37 1994", 0.0),
    ],
)
def test_a_valid_value_is_obeyed_up_to_a_minute(value: str, wait: float) -> None:
    """Seconds and the three forms of a date are read; the wait is between 0 and 60 seconds."""
    assert retry_after.seconds({"retry-after": value}, now=NOW) == wait


@pytest.mark.parametrize(
    "value",
    [
        "",
        " ",
        "-1",
        "+1",
        "1.5",
        "1e3",
        "1e400",
        "inf",
        "Infinity",
        "nan",
        "0x10",
        "1_0",
        "1, 2",
        "1;2",
        "1 s",
        "soon",
        "\u0661\u0662",
        "\xb2",
        "\xff\xfe",
        "1\x00",
        "1\n2",
        "Wed, 25 Nov 2026 12:00:09",
        "Wed, 25 Nov 2026 12:00:09 CET",
        "Wed, 25 Nov 2026 12:00:09 +0100",
        "wed, 25 nov 2026 12:00:09 gmt",
        "Wed, 31 Nov 2026 12:00:09 GMT",
        "Wed, 25 Nov 2026 25:00:09 GMT",
        "Wed, 25 Nov 0000 12:00:09 GMT",
        "Wed, 25 Nov 20261 12:00:09 GMT",
        "Wed, 25 Nov 2026 12:00:09 GMT, Wed, 25 Nov 2026 12:00:10 GMT",
        "2026-11-25T12:00:09Z",
    ],
)
def test_anything_else_is_no_value(value: str) -> None:
    """A value that is neither form is as good as none: the caller waits as it sees fit."""
    assert retry_after.seconds({"retry-after": value}, now=NOW) is None


def test_a_missing_header_is_no_value() -> None:
    """Without the header there is nothing to obey."""
    assert retry_after.seconds({}, now=NOW) is None
