"""What happens inside a transaction: the claim's compare-and-set and every queued write.

Each function gets the writer's connection within an open transaction. It either refuses before it writes
anything, or writes; what else goes wrong fails the whole commit.
"""

import dataclasses
import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from reconciler.contract import ClaimState
from reconciler.errors import FenceLost, StateError
from reconciler.ledger import reading, statements
from reconciler.ledger.protocol import Attempt, Claimed, ClaimKey, Denied
from reconciler.ledger.rows import Row, json_text, time_text
from reconciler.model import Json

# What rows lack that a program of schema 1 has spilled.
_OLD_ADOPT: dict[str, Json] = {"applied": "{}"}
_OLD_OBJECT: dict[str, Json] = {"changed": "{}", "now": ""}


@dataclasses.dataclass(frozen=True, slots=True)
class Write:
    """A queued write as data, so that it can be kept in a file when the database cannot take it.

    `fence`: of the run it belongs to; None for what a person says outside a run.
    """

    name: str
    fence: int | None
    row: Row

    def apply(self, connection: sqlite3.Connection) -> None:
        """Carry it out; FenceLost when a later run has begun."""
        if self.fence is not None:
            check_fence(connection, self.fence)
        _WRITES[self.name](connection, self.row)


def check_fence(connection: sqlite3.Connection, fence: int) -> None:
    """Raise FenceLost unless `fence` is the latest run's."""
    if present_fence(connection) != fence:
        raise FenceLost("this run was overtaken by a later one; it sends and records nothing more, run it again")


def present_fence(connection: sqlite3.Connection) -> int:
    """Return the number of the latest run; 0 before the first."""
    return int(connection.execute(statements.FENCE).fetchone()[0])


def begin_attempt(
    connection: sqlite3.Connection, key: ClaimKey, row: Row, *, others: Sequence[Row], once: bool
) -> Claimed:
    """Take the claim and write the numbered attempt, or say why not; see `Ledger.begin_attempt`."""
    check_fence(connection, int(row["fence"]))  # type: ignore[arg-type]  # JSON by type, a number by construction
    for name in (row, *others):
        found = connection.execute(statements.CLAIM, name).fetchone()
        if found is not None and (denied := _denied(found, once=once)):
            return denied
    if connection.execute(statements.BEHIND, row).fetchone():
        _catch_up(connection, key, row)
    [(claim, n)] = connection.execute(statements.TAKE_CLAIM, row).fetchall()
    connection.execute(statements.SENT, {**row, "claim": claim, "n": n})
    return Attempt(key, n)


def _catch_up(connection: sqlite3.Connection, key: ClaimKey, row: Row) -> None:
    """Record with the object what was applied since: a claim that is taken again forgets what it had applied."""
    known = reading.read_memory(connection, [key.scope])[key.address]
    changed = {name: time_text(moment) for name, moment in known.changed_at.items()}
    made = {"applied": json_text(dict(known.applied)), "changed": json_text(changed)}
    connection.execute(statements.CATCH_UP, {**row, **made})


def _denied(found: tuple[str, int, str | None], *, once: bool) -> Denied | None:
    state = ClaimState(found[0])
    if state.open or (state is ClaimState.DONE and (once or found[1])):
        return Denied(state, found[2])
    return None


def _conclude(connection: sqlite3.Connection, row: Row) -> None:
    if connection.execute(statements.END_ATTEMPT, row).rowcount != 1:
        raise StateError(f"{row['address']} has no attempt {row['n']} of {row['operation']}; this is a bug, report it")
    connection.execute(statements.CONCLUDE, row)


def _settle(connection: sqlite3.Connection, row: Row) -> None:
    connection.execute(statements.SETTLE, row)


def _withdraw(connection: sqlite3.Connection, row: Any) -> None:
    """Take a claim back, and from the object's record what it says that the claim applied."""
    for (by_claim,) in connection.execute(statements.APPLIED_BY, row).fetchall():
        for (recorded,) in connection.execute(statements.APPLIED_TO, row).fetchall():
            names = json.loads(by_claim)
            left = {name: value for name, value in json.loads(recorded).items() if name not in names}
            connection.execute(statements.SET_APPLIED, {**row, "applied": json_text(left)})
    connection.execute(statements.WITHDRAW, row)


def _adopt(connection: sqlite3.Connection, row: Any) -> None:
    connection.execute(statements.ADOPT, _OLD_ADOPT | row)


def _forget(connection: sqlite3.Connection, row: Row) -> None:
    connection.execute(statements.FORGET, row)
    connection.execute(statements.FORGET_APPLIED, row)


def _record_object(connection: sqlite3.Connection, row: Any) -> None:
    for former in row["replaces"]:
        if former != row["address"]:
            _forget(connection, {"scope": row["scope"], "address": former})
            _move_assets(connection, row["scope"], source=former, target=row["address"])
    connection.execute(statements.PUT_OBJECT, _OLD_OBJECT | row)


def _move_assets(connection: sqlite3.Connection, scope: str, *, source: str, target: str) -> None:
    present = _assets_of(connection, scope, target)
    for asset_id, old in _assets_of(connection, scope, source).items():
        kept = present.get(asset_id, old)
        connection.execute(statements.PUT_ASSET, _with_secrets_of(old, kept) | {"order": target})
    connection.execute(statements.DROP_ASSETS, {"scope": scope, "order": source})


def _record_assets(connection: sqlite3.Connection, row: Any) -> None:
    known = _assets_of(connection, row["scope"], row["order"])
    for asset in row["assets"]:
        old = known.get(asset["asset_id"], asset)
        connection.execute(statements.PUT_ASSET, _with_secrets_of(old, asset))


def _assets_of(connection: sqlite3.Connection, scope: str, order: str) -> dict[str, dict[str, Any]]:
    cursor = connection.execute(statements.ASSETS_OF, {"scope": scope, "order": order})
    names = [column[0] for column in cursor.description]
    found = [dict(zip(names, values, strict=True)) for values in cursor]
    return {row["asset_id"]: {**row, "scope": scope, "order": order} for row in found}


def _with_secrets_of(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """Return `new` with what only `old` knows of secrets: a sealed secret is never lost by a later read."""
    merged = {
        column: json_text(json.loads(old[column]) | json.loads(new[column])) for column in ("fingerprints", "sealed")
    }
    return {**new, **merged}


_WRITES: Mapping[str, Callable[[sqlite3.Connection, Any], None]] = {
    "conclude": _conclude,
    "settle": _settle,
    "adopt": _adopt,
    "withdraw": _withdraw,
    "forget": _forget,
    "record_object": _record_object,
    "record_assets": _record_assets,
}
