"""Rules of how the policy in reconciler.yaml becomes the rules of a run."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from reconciler.cli.rules import rules_of
from reconciler.contract import Effect, Kind, Step
from reconciler.model import Address
from reconciler.plan import policy
from tests.edges.settings_samples import BSS, HEAD, good

WINDOW = '{days: [sat, mon], from: "22:00", to: "04:00", zone: Europe/London}'
WAIVER = "{rule: maintenance, address: bss/line/hq, reason: agreed, expires: 2026-06-05}"
STEP = Step(Address("bss", "line", "hq"), "enable", Kind.ENABLE, "", effects=frozenset({Effect.DISRUPTS}))


@pytest.mark.parametrize(
    ("day", "held"),
    [
        pytest.param(datetime(2026, 6, 5, 23, 59, tzinfo=UTC), "", id="waived"),
        pytest.param(datetime(2026, 6, 6, 12, tzinfo=UTC), "until 2026-06-06T21:00:00Z", id="waiver-expired"),
        pytest.param(datetime(2026, 6, 6, 21, tzinfo=UTC), "", id="saturday-night"),
        pytest.param(datetime(2026, 6, 7, 12, tzinfo=UTC), "until 2026-06-08T21:00:00Z", id="monday-next"),
    ],
)
def test_windows_and_waivers_reach_the_rules(tmp_path: Path, day: datetime, held: str) -> None:
    """Days and hours are those of the zone written beside them; a waiver holds through its last day."""
    text = f"{HEAD}{BSS}policy: {{maintenance: {{bss: [{WINDOW}]}}, waivers: [{WAIVER}]}}\n"
    rules = rules_of(good(tmp_path, text), {}, now=day)
    found = policy.held(STEP, rules, now=day)
    assert bool(found) is bool(held)
    assert held in found
