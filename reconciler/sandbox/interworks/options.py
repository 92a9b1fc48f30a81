"""Synchronisation options of an account: what they are, and storing them (`interworks.md` 4.1 to 4.3)."""

import dataclasses
from collections.abc import Iterator

from reconciler.sandbox.interworks.accounts import account_of
from reconciler.sandbox.interworks.calls import Call
from reconciler.sandbox.interworks.errors import conflict, invalid, not_found
from reconciler.sandbox.interworks.records import IN_PROGRESS, SYNCHRONIZED, Account, Sync
from reconciler.sandbox.interworks.store import Desk
from reconciler.sandbox.interworks.systems import PANDA, Option, System, systems
from reconciler.sandbox.messages import JsonObject, Reply, json_reply

_MASK = "********"


def read_options(desk: Desk, call: Call) -> Reply:
    """Answer `GET /api/accounts/{id}/syncoptions[/{system}]`: one flat array."""
    account = account_of(desk, call)
    chosen = [system_of(desk, call)] if len(call.args) > 1 else systems(desk.settings).values()
    return json_reply(200, [row for system in chosen for row in _shown(desk, account, system)])


def write_options(desk: Desk, call: Call) -> Reply:
    """Answer `PUT /api/accounts/{id}/syncoptions/{system}`: stores, calls no vendor."""
    if "set_sync_options" in desk.settings.cannot:
        raise not_found("this resource")
    account, system = account_of(desk, call), system_of(desk, call)
    fields = read_fields(call.form())
    if fields is None:
        raise invalid("Fields is required", field="Fields")
    for option, value in _chosen(system, fields):
        if value is not None and option.choices and value not in option.choices:
            raise invalid(f"{option.id} must be one of {', '.join(option.choices)}", field=option.id)
    desk.books.sync.put(stored(desk, account, system=system, fields=fields, stamp=call.stamp))
    return json_reply(200, list(_shown(desk, account, system)))


def system_of(desk: Desk, call: Call) -> System:
    """Return the system the path names; refused with 404."""
    system = systems(desk.settings).get(call.args[1])
    if system is None:
        raise not_found(f"provisioning system {call.args[1]}")
    return system


def sync_of(desk: Desk, account: Account, *, system: str) -> Sync:
    """Return where the account is with a system; a fresh row when it never was there."""
    found = desk.books.sync.get(f"{account.id}:{system}")
    return found or Sync(account.id, system, updated_at=account.created_at)


def value_of(desk: Desk, account: Account, *, system: str, option: str) -> str | None:
    """Return an option's effective value: pre-filled, stored, or filled in by the platform."""
    prefilled = _prefilled(desk, account, system, option)
    if prefilled is not None:
        return prefilled
    value = sync_of(desk, account, system=system).options.get(option)
    if value is None and option == "username" and desk.settings.username_autofill:
        return account.email
    return value


def read_fields(form: JsonObject) -> dict[str, str | None] | None:
    """Read `Fields` of a body into values by lower-case id; None when there are none."""
    fields = next((value for name, value in form.items() if name.lower() == "fields"), None)
    if fields is None:
        return None
    if not isinstance(fields, list):
        raise invalid("Fields must be a list", field="Fields")
    result: dict[str, str | None] = {}
    for field in fields:
        lowered = {name.lower(): value for name, value in field.items()} if isinstance(field, dict) else {}
        if not isinstance(lowered.get("id"), str) or "value" not in lowered:
            raise invalid("a field needs ID and Value", field="Fields")
        value = lowered["value"]
        if isinstance(value, dict | list):
            raise invalid("a Value must be text", field=lowered["id"])
        text = str(value).lower() if isinstance(value, bool) else str(value)
        result[lowered["id"].lower()] = None if value is None or text == "" else text
    return result


def stored(desk: Desk, account: Account, *, system: System, fields: dict[str, str | None], stamp: str) -> Sync:
    """Return the account's row with the given options stored; refused when one may not change."""
    row = sync_of(desk, account, system=system.code)
    options = dict(row.options)
    for option, value in _chosen(system, fields):
        present = value_of(desk, account, system=system.code, option=option.id)
        prefilled = _prefilled(desk, account, system.code, option.id) is not None
        if value != present and prefilled:
            raise invalid(f"{option.id} is read-only", field=option.id)
        if value != present and option.identity and row.status in {SYNCHRONIZED, IN_PROGRESS}:
            raise conflict(f"{option.id} cannot change once the account is synchronized", field=option.id)
        if prefilled:
            continue
        options.pop(option.id, None)
        if value is not None:
            options[option.id] = value
    return dataclasses.replace(row, options=options, updated_at=stamp)


def _chosen(system: System, fields: dict[str, str | None]) -> Iterator[tuple[Option, str | None]]:
    known = {option.id.lower(): option for option in system.options}
    for name, value in fields.items():
        if name not in known:
            raise invalid(f"{system.code} has no option {name}", field=name)
        yield known[name], value


def _shown(desk: Desk, account: Account, system: System) -> Iterator[JsonObject]:
    for order, option in enumerate(system.options):
        value = value_of(desk, account, system=system.code, option=option.id)
        read_only = _prefilled(desk, account, system.code, option.id) is not None
        yield {
            "SystemCode": system.code,
            "ID": option.id,
            "Value": _MASK if option.secret and value else value,
            "Definition": option.definition(order, read_only=read_only),
        }


def _prefilled(desk: Desk, account: Account, system: str, option: str) -> str | None:
    """Return the reseller Panda shows by itself once that reseller is synchronised (source 001)."""
    if system != PANDA or option != "parentAccount" or account.parent_account_id is None:
        return None
    parent = desk.books.sync.get(f"{account.parent_account_id}:{system}")
    return str(account.parent_account_id) if parent and parent.status == SYNCHRONIZED else None
