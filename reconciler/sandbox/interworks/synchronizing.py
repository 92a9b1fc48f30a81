"""Synchronising an account with a provisioning system, and how far it is (`interworks.md` 4.3, 4.4, 4.6)."""

import dataclasses
from datetime import datetime, timedelta

from reconciler.sandbox.interworks.accounts import account_of
from reconciler.sandbox.interworks.calls import Call, written
from reconciler.sandbox.interworks.checks import Application, first_problem
from reconciler.sandbox.interworks.errors import not_found
from reconciler.sandbox.interworks.mails import send_activation
from reconciler.sandbox.interworks.options import read_fields, stored, sync_of, system_of, value_of
from reconciler.sandbox.interworks.records import FAILED, IN_PROGRESS, SYNCHRONIZED, Sync
from reconciler.sandbox.interworks.store import Desk
from reconciler.sandbox.interworks.systems import PANDA, systems
from reconciler.sandbox.messages import JsonObject, Reply, json_reply


def synchronize(desk: Desk, call: Call) -> Reply:
    """Answer `POST|PUT /api/accounts/{id}/synchronize/{system}`; `Fields` makes it save-and-synchronise.

    Done once: a synchronised or running one answers with the same external id. A vendor's objection is
    400 ProvisioningError and leaves the status Failed.
    """
    if "synchronize" in desk.settings.cannot:
        raise not_found("this resource")
    account, system = account_of(desk, call), system_of(desk, call)
    fields = read_fields(call.form(optional=True))
    row = sync_of(desk, account, system=system.code)
    if fields:
        row = desk.books.sync.put(stored(desk, account, system=system, fields=fields, stamp=call.stamp))
    if row.status in {SYNCHRONIZED, IN_PROGRESS}:
        return _answer(row)
    problem = first_problem(Application(desk, account, system))
    if problem is not None:
        failed = dataclasses.replace(row, status=FAILED, comments=str(problem), updated_at=call.stamp)
        desk.books.sync.put(failed)
        raise problem
    started = dataclasses.replace(
        row,
        status=IN_PROGRESS,
        external_id=row.external_id or f"{system.code.upper()}-{desk.books.count(system.code):06}",
        comments=None,
        updated_at=call.stamp,
        polls=desk.settings.sync_polls,
        ready_at=written(call.now + timedelta(seconds=desk.settings.sync_seconds)),
        fate=desk.settings.sync_failures.get(system.code),
    )
    desk.books.sync.put(started)
    settle(desk, call.now)
    return _answer(sync_of(desk, account, system=system.code))


def read_status(desk: Desk, call: Call) -> Reply:
    """Answer `GET /api/accounts/{id}/syncstatus[/{system}]`; each read counts as a poll."""
    account = account_of(desk, call)
    if len(call.args) > 1:
        system = system_of(desk, call)
        return json_reply(200, _polled(desk, sync_of(desk, account, system=system.code)))
    found = systems(desk.settings).values()
    return json_reply(200, [_polled(desk, sync_of(desk, account, system=item.code)) for item in found])


def settle(desk: Desk, now: datetime) -> None:
    """Finish the synchronisations whose polls and seconds are over."""
    for row in desk.books.sync.find("status", IN_PROGRESS):
        ready_at = None if row.ready_at is None else datetime.fromisoformat(row.ready_at)
        if row.polls or (ready_at is not None and ready_at > now):
            continue
        done = dataclasses.replace(
            row,
            status=FAILED if row.fate else SYNCHRONIZED,
            comments=row.fate,
            updated_at=written(now),
            ready_at=None,
            fate=None,
        )
        desk.books.sync.put(done)
        if done.status == SYNCHRONIZED and done.system_code == PANDA:
            _welcome(desk, done, at=written(now))


def _welcome(desk: Desk, row: Sync, *, at: str) -> None:
    account = desk.books.accounts.get(row.account_id)
    if account is not None:
        username = value_of(desk, account, system=PANDA, option="username")
        send_activation(desk.books, to=account.email, username=username or "", at=at)


def _polled(desk: Desk, row: Sync) -> JsonObject:
    if row.status == IN_PROGRESS and row.polls:
        desk.books.sync.put(dataclasses.replace(row, polls=row.polls - 1))
    return {
        "SystemCode": row.system_code,
        "Status": row.status,
        "ExternalID": row.external_id if row.status == SYNCHRONIZED else None,
        "Comments": row.comments,
        "UpdatedAt": row.updated_at,
    }


def _answer(row: Sync) -> Reply:
    running = row.status == IN_PROGRESS
    message = "Synchronization in progress" if running else "Account synchronized"
    return json_reply(200, {"Code": 0, "Message": message, "Result": row.external_id})
