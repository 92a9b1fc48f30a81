"""The status of an object, derived: from what a complete read shows and what is still open. Pure.

The table from situation to reason is here and nowhere else. `Synchronized` is only said of an object whose read
shows the wanted state, its absence included.
"""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from reconciler.contract import Asset, Change, ClaimState, Observed, SyncStatus, Waiting


@dataclasses.dataclass(frozen=True)
class Standing:
    """What is known of an object at the end of a pass.

    `observed` None with `readable`: proved absent. `changes`: what differs from the manifest. `doubt`: the state of
    an open claim. `error`: why its action failed. `manual`: what a person has to do. `ensure`: as declared.
    """

    observed: Observed | None
    readable: bool
    changes: Sequence[Change] = ()
    waiting: Sequence[Waiting] = ()
    doubt: ClaimState | None = None
    error: str = ""
    manual: str = ""
    pending: bool = False
    order: bool = False
    ensure: str = "present"

    @property
    def gone(self) -> bool:
        """Whether it is proved absent, as declared, and nothing more is to be done about it."""
        open_ends = self.pending or self.waiting or self.manual or self.error or self.doubt
        return self.ensure == "absent" and self.readable and self.observed is None and not open_ends


def sync_status(standing: Standing) -> SyncStatus:
    """Return the one public word for how far the object is."""
    if not standing.readable or standing.doubt is not None:
        return SyncStatus.UNKNOWN
    if standing.observed is None:
        return SyncStatus.SYNCHRONIZED if standing.gone else SyncStatus.UNSYNCHRONIZED
    if standing.observed.status is SyncStatus.SYNCHRONIZED and (standing.changes or standing.pending):
        return SyncStatus.UNSYNCHRONIZED
    return standing.observed.status


def conditions(
    standing: Standing, *, before: Sequence[Mapping[str, str]], now: datetime
) -> tuple[Mapping[str, str], ...]:
    """Return the conditions, sorted by type; the time of each moves only when its status does."""
    times = {(one["type"], one["status"]): one["lastTransitionTime"] for one in before}
    rows = [_ready(standing), *_others(standing)]
    moment = now.isoformat(timespec="seconds").replace("+00:00", "Z")
    return tuple(
        {
            "type": kind,
            "status": status,
            "reason": reason,
            "message": message,
            "lastTransitionTime": times.get((kind, status), moment),
        }
        for kind, status, reason, message in sorted(rows)
    )


def asked_since(conditions: Iterable[Mapping[str, str]]) -> Iterator[datetime]:
    """Yield since when a person is asked to do by hand what no call does."""
    for one in conditions:
        if (one["type"], one["status"], one["reason"]) == ("ActionRequired", "True", "Manual"):
            yield datetime.fromisoformat(one["lastTransitionTime"])


_Row = tuple[str, str, str, str]


def _ready(standing: Standing) -> _Row:
    status, observed = sync_status(standing), standing.observed
    if standing.gone:
        return ("Ready", "True", "AbsentAsDeclared", "it is not at the vendor, as declared")
    if status is SyncStatus.SYNCHRONIZED:
        return ("Ready", "True", "Synchronized", "the vendor shows the wanted state")
    if status is SyncStatus.UNKNOWN:
        return ("Ready", "Unknown", "InDoubt" if standing.doubt else "NotReadable", standing.error)
    return _not_synchronized(standing, detail=observed.detail if observed else "it is not at the vendor")


def _not_synchronized(standing: Standing, *, detail: str) -> _Row:
    status = sync_status(standing)
    if standing.error or status is SyncStatus.FAILED:
        return ("Ready", "False", "Failed", standing.error or detail)
    if status is SyncStatus.IN_PROGRESS:
        return ("Ready", "False", "InProgress", detail)
    if standing.observed is None:
        return ("Ready", "False", "Absent", detail)
    if not (standing.changes or standing.pending or standing.waiting or standing.manual):
        return ("Ready", "True", "AsDeclared", "nothing more is asked of it")
    return ("Ready", "False", "NotSynchronized", detail)


def _others(standing: Standing) -> list[_Row]:
    rows: list[_Row] = []
    if standing.doubt is not None:
        rows.append(("InDoubt", "True", standing.doubt.value, standing.error))
    failed = standing.observed is not None and sync_status(standing) is SyncStatus.FAILED
    if (standing.error or failed) and standing.doubt is None:
        detail = standing.observed.detail if standing.observed is not None else ""
        rows.append(("Stalled", "True", "Failed", standing.error or detail))
    if standing.changes and standing.observed is not None:
        paths = ", ".join(change.path for change in standing.changes)
        rows.append(("Drifted", "True", "Differs", f"differs from the manifest: {paths}"))
    if standing.pending:
        rows.append(("Reconciling", "True", "Planned", "actions are planned"))
    if standing.manual:
        rows.append(("ActionRequired", "True", "Manual", standing.manual))
    rows.extend(_waits(standing))
    if standing.order and standing.observed is not None and standing.observed.status is not SyncStatus.UNSYNCHRONIZED:
        rows.append(_delivered(standing.observed.assets))
    return rows


def _waits(standing: Standing) -> list[_Row]:
    rows: list[_Row] = []
    for party, kind in (("vendor", "AwaitingVendor"), ("person", "ActionRequired")):
        details = [wait.detail for wait in standing.waiting if wait.party == party]
        if details and not (kind == "ActionRequired" and standing.manual):
            rows.append((kind, "True", "Waiting", details[0]))
    return rows


def _delivered(assets: Sequence[Asset]) -> _Row:
    done = bool(assets) and all(asset.sync_status is SyncStatus.SYNCHRONIZED for asset in assets)
    reason = "Delivered" if done else "Pending"
    return ("AssetsDelivered", "True" if done else "False", reason, f"{len(assets)} assets")
