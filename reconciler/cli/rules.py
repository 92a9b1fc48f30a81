"""Policy of a run: the project's, with what `--allow` adds for this once."""

import dataclasses
import zoneinfo
from collections.abc import Mapping
from datetime import datetime

from reconciler.errors import UsageError
from reconciler.plan.maintenance import Window
from reconciler.plan.policy import DEFAULT_LIMITS, Freeze, Rules
from reconciler.settings import values
from reconciler.settings.values import Settings


def allowances(text: str | None) -> dict[str, int]:
    """Read `NAME=N,...`; UsageError when it cannot be read."""
    found: dict[str, int] = {}
    for part in text.split(",") if text else ():
        name, _, number = part.strip().partition("=")
        if name not in DEFAULT_LIMITS or not number.isdecimal():
            known = ", ".join(DEFAULT_LIMITS)
            raise UsageError(f"--allow {part!r} cannot be read; write NAME=N with a name of {known}")
        found[name] = int(number)
    return found


def rules_of(settings: Settings, allowed: Mapping[str, int], *, now: datetime) -> Rules:
    """Return the rules of one run."""
    policy = settings.policy
    budget = None if policy.budget is None else {name: money.amount for name, money in policy.budget.items()}
    return Rules(
        limits={**dataclasses.asdict(policy.limits), **allowed},
        budget=budget,
        refuse_unpriced=policy.unpriced == "refuse",
        freezes=tuple(Freeze(one.begins, one.ends, one.reason) for one in policy.freeze),
        windows={name: tuple(map(_window, windows)) for name, windows in policy.maintenance.items()},
        waived=frozenset((one.rule, one.address) for one in policy.waivers if one.expires >= now.date()),
    )


def _window(window: values.Window) -> Window:
    return Window(window.days, window.begins, window.ends, zoneinfo.ZoneInfo(window.zone))
