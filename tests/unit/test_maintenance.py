"""Rules of maintenance windows: when one is open, and when the next one opens."""

import dataclasses
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from reconciler.contract import Effect, Kind, Step
from reconciler.model import Address, ManifestRef
from reconciler.plan import maintenance, policy
from reconciler.plan.maintenance import Window
from reconciler.plan.policy import Rules
from reconciler.plan.value import Action, Plan, Revision

LONDON = ZoneInfo("Europe/London")
SAT, SUN = 5, 6
NIGHT = Window(frozenset({SAT}), time(22), time(4), LONDON)
FRIDAY = datetime(2026, 6, 5, 12, tzinfo=UTC)
STEP = Step(Address("pbx", "line", "hq"), "enable", Kind.ENABLE, "", effects=frozenset({Effect.DISRUPTS}))


def at(text: str) -> datetime:
    """Return a moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def opening(now: str, *windows: Window) -> str:
    """Return when the next window opens, in UTC; empty when one is open."""
    opens = maintenance.next_opening(windows, at(now))
    return f"{opens.astimezone(UTC):%Y-%m-%d %H:%M}" if opens else ""


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        pytest.param("2026-06-05 12:00", "2026-06-06 21:00", id="the-day-before"),
        pytest.param("2026-06-06 20:59", "2026-06-06 21:00", id="a-minute-before"),
        pytest.param("2026-06-06 21:00", "", id="first-moment"),
        pytest.param("2026-06-07 02:59", "", id="after-midnight-it-is-still-saturdays"),
        pytest.param("2026-06-07 03:00", "2026-06-13 21:00", id="end"),
        pytest.param("2026-06-07 22:00", "2026-06-13 21:00", id="sunday-night-is-none"),
        pytest.param("2026-01-03 21:30", "2026-01-03 22:00", id="winter-time"),
    ],
)
def test_window_belongs_to_the_day_it_begins_on(now: str, expected: str) -> None:
    """A window over midnight is that of the evening; its hours are those of the zone, summer and winter."""
    assert opening(now, NIGHT) == expected


@pytest.mark.parametrize(
    ("begins", "ends", "opens", "closes"),
    [
        pytest.param(time(0), time(4), "2026-03-29 00:00", "2026-03-29 03:00", id="gap-inside"),
        pytest.param(time(1, 30), time(4), "2026-03-29 01:00", "2026-03-29 03:00", id="begins-in-the-gap"),
        pytest.param(time(0), time(1, 30), "2026-03-29 00:00", "2026-03-29 01:00", id="ends-in-the-gap"),
        pytest.param(time(1, 15), time(1, 45), "2026-04-05 00:15", "2026-04-05 00:45", id="wholly-in-the-gap"),
    ],
)
def test_time_that_spring_leaves_out_is_the_moment_of_the_jump(
    begins: time, ends: time, opens: str, closes: str
) -> None:
    """On the night when the clock jumps from 1:00 to 2:00 a window has what is left of it, or does not open at all."""
    window = Window(frozenset({SUN}), begins, ends, LONDON)
    assert opening("2026-03-28 12:00", window) == opens
    assert opening(str(at(closes) - timedelta(minutes=1))[:16], window) == ""
    assert opening(closes, window) != ""


@pytest.mark.parametrize(
    ("begins", "ends", "opens", "closes"),
    [
        pytest.param(time(0), time(4), "2026-10-24 23:00", "2026-10-25 04:00", id="hour-inside"),
        pytest.param(time(1, 30), time(4), "2026-10-25 00:30", "2026-10-25 04:00", id="begins-in-the-hour"),
        pytest.param(time(0), time(1, 30), "2026-10-24 23:00", "2026-10-25 00:30", id="ends-in-the-hour"),
        pytest.param(time(1, 15), time(1, 45), "2026-10-25 00:15", "2026-10-25 00:45", id="wholly-in-the-hour"),
    ],
)
def test_hour_that_autumn_repeats_counts_once(begins: time, ends: time, opens: str, closes: str) -> None:
    """Begin and end are the first time that the clock shows them: no window opens twice in one night."""
    window = Window(frozenset({SUN}), begins, ends, LONDON)
    assert opening("2026-10-24 12:00", window) == opens
    assert opening(str(at(closes) - timedelta(minutes=1))[:16], window) == ""
    assert opening(closes, window) == f"{at(opens).astimezone(LONDON) + timedelta(days=7):%Y-%m-%d %H:%M}"


def test_day_that_a_zone_leaves_out_has_no_window() -> None:
    """Samoa had no 30 December 2011: that Friday has no window, the next one has."""
    window = Window(frozenset({4}), time(10), time(12), ZoneInfo("Pacific/Apia"))
    assert opening("2011-12-29 12:00", window) == "2012-01-05 20:00"


def test_earliest_of_several_windows_counts() -> None:
    """Windows in different zones are compared as moments; one that is open is enough."""
    athens = Window(frozenset({SAT}), time(23), time(23, 30), ZoneInfo("Europe/Athens"))
    assert opening("2026-06-06 12:00", NIGHT, athens) == "2026-06-06 20:00"
    assert opening("2026-06-06 20:30", NIGHT, athens) == "2026-06-06 21:00"
    assert opening("2026-06-06 20:10", NIGHT, athens) == ""


@pytest.mark.parametrize(
    ("days", "ends"),
    [
        pytest.param(frozenset(), time(0), id="no-day-named-is-every-day"),
        pytest.param(frozenset(range(7)), time(0), id="equal-times-are-a-whole-day"),
    ],
)
def test_every_whole_day_is_always_open(days: frozenset[int], ends: time) -> None:
    """Windows of whole days that touch leave no moment out, not even where the clock changes."""
    window = Window(days, time(0), ends, LONDON)
    hours = [at("2026-03-28 00:00") + timedelta(hours=n) for n in range(48)]
    assert [hour for hour in hours if maintenance.next_opening([window], hour)] == []


def test_vendor_without_windows_is_always_open() -> None:
    """No windows is no restriction."""
    assert maintenance.next_opening((), FRIDAY) is None


@pytest.mark.parametrize(
    ("step", "waived"),
    [
        pytest.param(dataclasses.replace(STEP, effects=frozenset({Effect.NOTIFIES})), None, id="disrupts-nothing"),
        pytest.param(dataclasses.replace(STEP, kind=Kind.MANUAL), None, id="a-persons"),
        pytest.param(dataclasses.replace(STEP, address=Address("bss", "line", "hq")), None, id="another-vendors"),
        pytest.param(STEP, "pbx/line/hq", id="waived"),
    ],
)
def test_only_what_disrupts_this_vendor_waits(step: Step, waived: str | None) -> None:
    """A step waits when it disrupts, is ours to send, its vendor has windows, and nobody waived the rule for it."""
    rules = Rules(windows={"pbx": (NIGHT,)})
    assert policy.held(STEP, rules, now=FRIDAY)
    if waived is not None:
        rules = dataclasses.replace(rules, waived=frozenset({("maintenance", waived)}))
    assert policy.held(step, rules, now=FRIDAY) == ""


def test_wait_says_until_when_in_both_times() -> None:
    """A person reads the moment in UTC and by the clock of the place; a waiver for another address changes nothing."""
    rules = Rules(windows={"pbx": (NIGHT,)}, waived=frozenset({("maintenance", "pbx/line/other")}))
    assert policy.held(STEP, rules, now=FRIDAY) == (
        "pbx/line/hq:enable disrupts and waits for a maintenance window until 2026-06-06T21:00:00Z "
        "(2026-06-06 22:00 Europe/London)"
    )


def test_waiting_changes_neither_digest_nor_actions() -> None:
    """A plan made outside a window is the plan made inside it: only `waiting` tells them apart."""
    actions = (Action(STEP, ManifestRef("PBXConnection", "hq", "specs/a.yaml", 1)),)
    plan = Plan("p", None, Revision(), FRIDAY, "c", "0", actions)
    outside = policy.with_holds(plan, Rules(windows={"pbx": (NIGHT,)}), now=FRIDAY)
    inside = policy.with_holds(plan, Rules(windows={"pbx": (NIGHT,)}), now=at("2026-06-06 22:00"))
    assert [(one.address, one.party, one.since) for one in outside.waiting] == [(STEP.address, "maintenance", None)]
    assert inside.waiting == ()
    assert (outside.digest, outside.actions) == (inside.digest, inside.actions)


def test_what_waits_still_counts_against_limits() -> None:
    """A step outside its window may still be sent when the run lasts until it opens."""
    plan = Plan("p", None, Revision(), FRIDAY, "c", "0", (Action(STEP, ManifestRef("A", "b", "specs/a.yaml", 1)),))
    rules = Rules(limits={"updates": 0}, windows={"pbx": (NIGHT,)})
    assert [one.code for one in policy.violations(plan, rules, now=FRIDAY)] == ["E501"]
