"""How long something has been so, in words."""

from datetime import UTC, datetime

import pytest

from reconciler.model import age

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("since", "said"),
    [
        pytest.param("2026-03-04T12:00:00Z", "less than a minute", id="now"),
        pytest.param("2026-03-04T11:58:01Z", "1 minute", id="rounded-down"),
        pytest.param("2026-03-04T12:00:00+02:00", "2 hours", id="another-zone"),
        pytest.param("2026-03-03T12:00:00.5Z", "23 hours", id="almost-a-day"),
        pytest.param("2026-03-01T08:00:00Z", "3 days", id="days"),
        pytest.param("0001-01-01T00:00:00+14:00", "739679 days", id="long-ago"),
        pytest.param("2026-03-04T12:00:01Z", "", id="to-come"),
        pytest.param("2026-03-01", "", id="no-zone"),
        pytest.param("yesterday", "", id="no-moment"),
    ],
)
def test_age_is_said_in_its_largest_unit(since: str, said: str) -> None:
    """Whole units, the largest that fits; nothing is made up of what is no moment."""
    assert age(since, NOON) == said
