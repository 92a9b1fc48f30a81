"""Rules of what is said of an object, from what is known of it."""

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest

from reconciler import status
from reconciler.contract import Asset, Change, ClaimState, Observed, SyncStatus, Waiting
from reconciler.model import Address
from reconciler.status import Standing

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SEEN = Observed("1", "a", {})
DRIFT = (Change("/email", "a", "b"),)
ENDED = Standing(None, readable=True, ensure="absent")
WAIT = (Waiting(Address("a", "b", "c"), "vendor", "working"),)


def conditions(standing: Standing) -> dict[str, tuple[str, str]]:
    """Return status and reason by condition type."""
    return {one["type"]: (one["status"], one["reason"]) for one in status.conditions(standing, before=(), now=NOW)}


def with_status(value: SyncStatus, detail: str = "") -> Standing:
    """Return the standing of an object that the vendor shows in this status."""
    return Standing(dataclasses.replace(SEEN, status=value, detail=detail), readable=True)


@pytest.mark.parametrize(
    ("standing", "expected"),
    [
        pytest.param(Standing(SEEN, readable=True), SyncStatus.SYNCHRONIZED, id="as-wanted"),
        pytest.param(Standing(SEEN, readable=True, changes=DRIFT), SyncStatus.UNSYNCHRONIZED, id="drifted"),
        pytest.param(Standing(SEEN, readable=True, pending=True), SyncStatus.UNSYNCHRONIZED, id="steps-open"),
        pytest.param(Standing(None, readable=True), SyncStatus.UNSYNCHRONIZED, id="absent"),
        pytest.param(ENDED, SyncStatus.SYNCHRONIZED, id="absent-as-declared"),
        pytest.param(
            dataclasses.replace(ENDED, ensure="disabled"), SyncStatus.UNSYNCHRONIZED, id="absent-not-disabled"
        ),
        pytest.param(dataclasses.replace(ENDED, readable=False), SyncStatus.UNKNOWN, id="absence-not-proved"),
        pytest.param(dataclasses.replace(ENDED, observed=SEEN, pending=True), SyncStatus.UNSYNCHRONIZED, id="not-gone"),
        pytest.param(dataclasses.replace(ENDED, pending=True), SyncStatus.UNSYNCHRONIZED, id="gone-but-steps-open"),
        pytest.param(dataclasses.replace(ENDED, waiting=WAIT), SyncStatus.UNSYNCHRONIZED, id="gone-but-vendor-at-work"),
        pytest.param(dataclasses.replace(ENDED, doubt=ClaimState.DOUBT), SyncStatus.UNKNOWN, id="gone-in-doubt"),
        pytest.param(dataclasses.replace(ENDED, error="taken"), SyncStatus.UNSYNCHRONIZED, id="gone-but-refused"),
        pytest.param(Standing(SEEN, readable=False), SyncStatus.UNKNOWN, id="not-readable"),
        pytest.param(Standing(SEEN, readable=True, doubt=ClaimState.DOUBT), SyncStatus.UNKNOWN, id="in-doubt"),
        pytest.param(with_status(SyncStatus.IN_PROGRESS), SyncStatus.IN_PROGRESS, id="in-progress"),
        pytest.param(with_status(SyncStatus.FAILED), SyncStatus.FAILED, id="failed"),
        pytest.param(with_status(SyncStatus.UNKNOWN), SyncStatus.UNKNOWN, id="unknown-word"),
    ],
)
def test_synchronized_is_only_said_of_what_a_read_shows_as_wanted(standing: Standing, expected: SyncStatus) -> None:
    """Anything less than a readable, equal, settled object is not synchronized."""
    assert status.sync_status(standing) is expected


@pytest.mark.parametrize(
    ("standing", "expected"),
    [
        pytest.param(Standing(SEEN, readable=True), {"Ready": ("True", "Synchronized")}, id="ready"),
        pytest.param(Standing(None, readable=True), {"Ready": ("False", "Absent")}, id="absent"),
        pytest.param(ENDED, {"Ready": ("True", "AbsentAsDeclared")}, id="absent-as-declared"),
        pytest.param(
            Standing(SEEN, readable=True, changes=DRIFT),
            {"Drifted": ("True", "Differs"), "Ready": ("False", "NotSynchronized")},
            id="drifted",
        ),
        pytest.param(
            Standing(SEEN, readable=True, doubt=ClaimState.PARKED, error="lost"),
            {"InDoubt": ("True", "parked"), "Ready": ("Unknown", "InDoubt")},
            id="parked",
        ),
        pytest.param(
            Standing(SEEN, readable=True, error="refused"),
            {"Ready": ("True", "Synchronized"), "Stalled": ("True", "Failed")},
            id="failed-step-on-a-settled-object",
        ),
        pytest.param(with_status(SyncStatus.UNSYNCHRONIZED), {"Ready": ("True", "AsDeclared")}, id="entered-only"),
        pytest.param(
            dataclasses.replace(with_status(SyncStatus.IN_PROGRESS), waiting=WAIT),
            {"AwaitingVendor": ("True", "Waiting"), "Ready": ("False", "InProgress")},
            id="vendor-at-work",
        ),
        pytest.param(
            dataclasses.replace(with_status(SyncStatus.UNSYNCHRONIZED), manual="press the button"),
            {"ActionRequired": ("True", "Manual"), "Ready": ("False", "NotSynchronized")},
            id="manual",
        ),
    ],
)
def test_conditions_follow_from_the_standing(standing: Standing, expected: dict[str, tuple[str, str]]) -> None:
    """Each situation has its conditions and no others."""
    assert conditions(standing) == expected


@pytest.mark.parametrize(
    ("assets", "expected"),
    [
        pytest.param((), ("False", "Pending"), id="none-yet"),
        pytest.param((SyncStatus.SYNCHRONIZED, SyncStatus.IN_PROGRESS), ("False", "Pending"), id="some"),
        pytest.param((SyncStatus.SYNCHRONIZED,), ("True", "Delivered"), id="all"),
    ],
)
def test_assets_are_delivered_when_all_are_there(assets: tuple[SyncStatus, ...], expected: tuple[str, str]) -> None:
    """An executed order says whether everything it bought has come."""
    rows = tuple(Asset(str(number), "P", 1, one) for number, one in enumerate(assets))
    standing = Standing(dataclasses.replace(SEEN, assets=rows), readable=True, order=True)
    assert conditions(standing)["AssetsDelivered"] == expected


def test_transition_time_moves_only_with_the_status() -> None:
    """A condition keeps its time while its status holds, and gets a new one when it changes."""
    first = status.conditions(Standing(SEEN, readable=True), before=(), now=NOW)
    later = NOW + timedelta(hours=1)
    same = status.conditions(Standing(SEEN, readable=True), before=first, now=later)
    other = status.conditions(Standing(None, readable=True), before=first, now=later)
    assert same == first
    assert other[0]["lastTransitionTime"] == "2026-03-01T13:00:00Z"
