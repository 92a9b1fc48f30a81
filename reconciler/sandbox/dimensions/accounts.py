"""Reseller accounts, for the enterprise above them, and their metrics (`dimensions.md` 8.1 and 8.4)."""

import collections
import dataclasses

from reconciler.sandbox.dimensions import customers, reading
from reconciler.sandbox.dimensions.binding import bound, country, flag, require, text, words, zone
from reconciler.sandbox.dimensions.calls import Call
from reconciler.sandbox.dimensions.locating import account_of
from reconciler.sandbox.dimensions.moments import created, written
from reconciler.sandbox.dimensions.patching import patched
from reconciler.sandbox.dimensions.records import KAZOO, TEAMS, THREE_CX, Account, Customer, Deletion
from reconciler.sandbox.dimensions.store import Books, Desk
from reconciler.sandbox.messages import JsonObject, Reply
from reconciler.sandbox.tables import to_json, with_values

_READERS = {
    "name": words(100),
    "description": text(200),
    "reference": text(200),
    "enabled": flag,
    "timezone": zone,
    "countryCode": country,
}
_DEFAULTS = {
    "description": None,
    "reference": None,
    "enabled": False,
    "timezone": "Europe/London",
    "countryCode": "GB",
}
_TYPES = {KAZOO: "Kazoo", THREE_CX: "3CX", TEAMS: "Teams"}


def list_accounts(desk: Desk, call: Call) -> Reply:
    """Answer `GET /accounts`: the enterprise's resellers."""
    rows = reading.visible(desk, desk.books.accounts.find("parent", call.token.tenant_id), now=call.now)
    page, picked = reading.page_of(call, rows)
    return call.listed([reading.shown_account(desk, row) for row in picked], page=page)


def read_account(desk: Desk, call: Call) -> Reply:
    """Answer `GET /accounts/{id}`."""
    return call.answer(reading.shown_account(desk, account_of(desk, call)))


def create_account(desk: Desk, call: Call) -> Reply:
    """Answer `POST /accounts`: 201 with some of its fields."""
    values = bound(call.form(), _READERS)
    require(values, "name")
    fresh = Account(
        id=desk.books.guid("account"),
        name="",
        date_created=created(call.now),
        parent_tenant_id=call.token.tenant_id,
    )
    account = desk.books.accounts.put(with_values(fresh, values))
    return call.created(account.id, data=reading.answer_data(account))


def patch_account(desk: Desk, call: Call) -> Reply:
    """Answer `PATCH /accounts/{id}`; enabling mails nobody, as its users are invited when created."""
    account = account_of(desk, call)
    values = patched(call, to_json(account, hidden=False), _READERS).values
    require(values, "name")
    desk.books.accounts.put(with_values(account, {**_DEFAULTS, **values}))
    return call.done()


def delete_account(desk: Desk, call: Call) -> Reply:
    """Answer `DELETE /accounts/{id}`: deactivated and marked, with all its customers."""
    account = account_of(desk, call)
    for customer in desk.books.customers.find("parent", account.id):
        if customer.date_deleted is None:
            customers.terminate(desk.books, customer, at=written(call.now))
    gone = dataclasses.replace(account, enabled=False, date_deleted=written(call.now))
    desk.books.accounts.put(gone)
    number = desk.books.count("deletion")
    desk.books.deletions.put(Deletion(number, "accounts", account.id, account.parent_tenant_id, written(call.now)))
    return call.done()


def read_metrics(desk: Desk, call: Call) -> Reply:
    """Answer `GET /accounts/{id}/metrics`: customers with PBXs and licence counts, and the PBX templates."""
    account = account_of(desk, call)
    rows = reading.visible(desk, desk.books.customers.find("parent", account.id), now=call.now)
    profiles = [
        {"id": item.id, "pbxType": item.pbx_type, **({"instanceId": item.instance_id} if item.instance_id else {})}
        for item in desk.books.templates.find("tenant", account.id)
    ]
    return call.answer(
        {
            "accountTenantId": account.id,
            "accountName": account.name,
            "enabled": account.enabled,
            "dateCreated": account.date_created,
            "pbxProfiles": profiles,
            "customers": [_measured(desk.books, row) for row in rows],
        }
    )


def _measured(books: Books, customer: Customer) -> JsonObject:
    roles = collections.Counter(role for user in books.users.find("tenant", customer.id) for role in user.roles)
    return {
        "tenantId": customer.id,
        "tenantName": customer.name,
        "enabled": customer.enabled,
        "dateCreated": customer.date_created,
        "tenantProfileType": customer.tenant_profile_type,
        "pbxs": [
            {
                "id": pbx.id,
                "pbxType": _TYPES[pbx.type],
                "instanceId": pbx.instance_id,
                "name": pbx.name,
                "enabled": pbx.enabled,
                "monitorSubAccounts": bool(pbx.monitor_sub_accounts),
            }
            for pbx in books.pbxs.find("tenant", customer.id)
        ],
        "roles": dict(sorted(roles.items())),
    }
