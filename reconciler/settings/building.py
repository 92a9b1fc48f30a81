"""From the checked model of `reconciler.yaml` to the values the program uses: units, defaults, inheritance. Pure."""

import datetime as dt
import decimal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reconciler.contract import Plugin
from reconciler.model import JsonObject, Money
from reconciler.settings import durations, models, values

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NOT_EFFECTIVE = {"state", "status", "environments"}


def build(project: Any, *, path: Path, environment: str | None, plugins: Mapping[str, Plugin]) -> values.Settings:
    """Return the settings of a configuration that fits its model and breaks no rule."""
    root = path.parent.resolve()
    entries = {name: getattr(project.vendors, name) for name in type(project.vendors).model_fields}
    vendors: dict[str, values.VendorSettings] = {}
    for name, entry in entries.items():
        if isinstance(entry, models.Vendor):
            vendors[name] = _vendor(name, entry, root)
    for name, entry in entries.items():
        if isinstance(entry, models.System):
            vendors[name] = _system(name, entry, root=root, carrier=vendors[entry.via], plugins=plugins)
    return values.Settings(
        root=root,
        file=root / path.name,
        project=project.metadata.name,
        former_projects=tuple(project.metadata.previously),
        environment=environment,
        specs=tuple(project.specs),
        status_dir=root / project.status if project.status is not None else None,
        state=project.state,
        sealing=values.Sealing(
            tuple(project.sealing.recipients), project.sealing.identity, project.sealing.credentialKey
        ),
        vendors=dict(sorted(vendors.items())),
        policy=_policy(project.policy),
        effective=effective(project, environment),
    )


def effective(project: Any, environment: str | None) -> JsonObject:
    """Return what a plan depends on: everything with defaults, the environment's name, no state, no status."""
    data: JsonObject = project.model_dump(mode="json", by_alias=True, exclude=_NOT_EFFECTIVE)
    return {**data, "environment": environment}


def _vendor(name: str, entry: models.Vendor, root: Path) -> values.VendorSettings:
    return values.VendorSettings(
        name=name,
        plugin=name,
        url=entry.url,
        login_url=entry.loginUrl,
        credentials=dict(entry.credentials),
        concurrency=entry.limits.concurrency,
        per_second=entry.limits.perSecond,
        timeout=durations.parse(entry.timeout),
        page_size=entry.pageSize,
        ca_file=_path(entry.caFile, root),
        allow_private=entry.allowPrivate,
        lookup_lag=durations.parse(entry.lookupLag),
        doubt_window=durations.parse(entry.doubtWindow),
        capabilities=dict(entry.capabilities),
        options=_options(entry, models.Vendor),
    )


def _system(
    name: str, entry: models.System, *, root: Path, carrier: values.VendorSettings, plugins: Mapping[str, Plugin]
) -> values.VendorSettings:
    """Return the settings of a system: what it does not say is as its carrier has it."""
    said = entry.model_fields_set
    known = plugins[carrier.plugin].systems[name].get("systemCode")
    limits = entry.limits.model_fields_set if "limits" in said else set()
    return values.VendorSettings(
        name=name,
        plugin=carrier.plugin,
        url=carrier.url,
        login_url=carrier.login_url,
        via=entry.via,
        system_code=entry.systemCode or (str(known) if known else None),
        concurrency=entry.limits.concurrency if "concurrency" in limits else carrier.concurrency,
        per_second=entry.limits.perSecond if "perSecond" in limits else carrier.per_second,
        timeout=durations.parse(entry.timeout) if "timeout" in said else carrier.timeout,
        page_size=entry.pageSize or carrier.page_size,
        ca_file=_path(entry.caFile, root) or carrier.ca_file,
        allow_private=carrier.allow_private,
        lookup_lag=durations.parse(entry.lookupLag) if "lookupLag" in said else carrier.lookup_lag,
        doubt_window=durations.parse(entry.doubtWindow) if "doubtWindow" in said else carrier.doubt_window,
        capabilities={**carrier.capabilities, **entry.capabilities},
        options=_options(entry, models.System),
    )


def _options(entry: models.Shared, common: type[models.Shared]) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in type(entry).model_fields if name not in common.model_fields}


def _path(text: str | None, root: Path) -> Path | None:
    return root / Path(text).expanduser() if text is not None else None


def _policy(policy: models.Policy) -> values.Policy:
    budget = policy.budget
    return values.Policy(
        limits=values.Limits(**policy.limits.model_dump()),
        budget=None if budget is None else {name: Money(decimal.Decimal(text), name) for name, text in budget.items()},
        unpriced=policy.unpriced,
        maintenance={name: tuple(map(_window, windows)) for name, windows in policy.maintenance.items()},
        freeze=tuple(
            values.Freeze(models.moment(one.begins), models.moment(one.ends), one.reason) for one in policy.freeze
        ),
        waivers=tuple(
            values.Waiver(one.rule, one.address, one.reason, dt.date.fromisoformat(one.expires))
            for one in policy.waivers
        ),
    )


def _window(window: models.Window) -> values.Window:
    return values.Window(
        days=frozenset(_DAYS.index(day) for day in window.days),
        begins=dt.time.fromisoformat(window.begins),
        ends=dt.time.fromisoformat(window.ends),
        zone=window.zone,
    )
