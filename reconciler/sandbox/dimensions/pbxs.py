"""PBX connections and the look-up of their instances (`dimensions.md` section 5)."""

import dataclasses
from collections.abc import Mapping, Sequence

from reconciler.sandbox.dimensions import charging, collecting, reading
from reconciler.sandbox.dimensions.binding import Reader, bound, country, flag, require, text, words
from reconciler.sandbox.dimensions.calls import Call
from reconciler.sandbox.dimensions.errors import INSTANCE_IN_USE, invalid, invalid_value
from reconciler.sandbox.dimensions.locating import account_of, customer_of, pbx_of
from reconciler.sandbox.dimensions.moments import created, written
from reconciler.sandbox.dimensions.patching import patched
from reconciler.sandbox.dimensions.records import KAZOO, TEAMS, THREE_CX, Customer, Deletion, Pbx, Template
from reconciler.sandbox.dimensions.store import Books, Desk
from reconciler.sandbox.messages import JsonObject, Reply
from reconciler.sandbox.tables import to_json, with_values

_ANY: Mapping[str, Reader] = {"name": words(200), "countryCode": country, "enabled": flag}
_OWN: Mapping[str, Mapping[str, Reader]] = {
    KAZOO: {"hostRest": words(500), "hostWebsocket": words(500), "accountId": words(200), "apiKey": words(500)},
    THREE_CX: {"licenseKey": words(200), "username": text(200), "password": text(500), "host": text(500)},
    TEAMS: {"microsoftTenantId": words(200)},
}
_NEEDED = {
    KAZOO: ("accountId", "hostRest", "hostWebsocket", "apiKey"),
    THREE_CX: ("licenseKey",),
    TEAMS: ("microsoftTenantId",),
}
_CREATE: Mapping[str, Reader] = {"monitorSubAccounts": flag, "pbxProvisionerProfileId": words(200)}


def find_instance(desk: Desk, call: Call) -> Reply:
    """Answer `GET /pbxs?instanceId=`: whether any connection in the whole system has this instance."""
    if "account" in call.ids:
        account_of(desk, call)
    instance = call.query.get("instanceid", "").strip()
    if not instance:
        raise invalid("The instanceId field is required.")
    found = [
        pbx
        for pbx in desk.books.pbxs.find("instance", instance)
        if reading.settled(desk, pbx.date_created, now=call.now)
    ]
    owner = {"id": found[0].id, "tenantId": found[0].tenant_id} if found else {}
    return call.answer({"exists": bool(found), "instanceId": instance, **owner})


def list_pbxs(desk: Desk, call: Call) -> Reply:
    """Answer `GET .../pbxs`."""
    rows = desk.books.pbxs.find("tenant", customer_of(desk, call).id)
    return call.listed([reading.shown_pbx(desk, row) for row in rows])


def read_pbx(desk: Desk, call: Call) -> Reply:
    """Answer `GET .../pbxs/{id}`."""
    return call.answer(reading.shown_pbx(desk, pbx_of(desk, call)))


def create_pbx(desk: Desk, call: Call) -> Reply:
    """Answer `POST .../pbxs`: 201 with all that was sent, secrets included; disabled unless told otherwise."""
    customer = customer_of(desk, call)
    pbx = connection(desk, call.form(), customer=customer, enabled=False)
    check_instances(desk.books, [pbx])
    charging.check(desk, call, ["pbx"])
    pbx = connect(desk, call, pbx)
    charging.book(desk, call, ["pbx"], tenant=customer.id)
    return call.created(pbx.id, data=reading.whole_pbx(pbx))


def patch_pbx(desk: Desk, call: Call) -> Reply:
    """Answer `PATCH .../pbxs/{id}`: restarts the collector, whatever the patch says."""
    pbx = pbx_of(desk, call)
    row = to_json(pbx, hidden=False)
    document = {"_type": row.pop("type"), **{name: value for name, value in row.items() if value is not None}}
    readers = {**_ANY, **_OWN[pbx.type]}
    patch = patched(call, document, readers)
    require(patch.values, "name", *(name for name in _NEEDED[pbx.type] if name in document))
    customer = customer_of(desk, call)
    defaults = {**dict.fromkeys(readers), "countryCode": customer.country_code, "enabled": False}
    told = {"told": pbx.told or patch.touches("enabled")}
    changed = with_values(pbx, {**defaults, **patch.values, **told})
    if changed.instance_id != pbx.instance_id:
        check_instances(desk.books, [changed])
    desk.books.pbxs.put(collecting.restarted(desk, pbx, changed, now=call.now))
    return call.done()


def delete_pbx(desk: Desk, call: Call) -> Reply:
    """Answer `DELETE .../pbxs/{id}`: collection stops; imported users stay, without their PBX roles."""
    pbx = pbx_of(desk, call)
    desk.books.pbxs.remove(pbx.id)
    collecting.leave(desk.books, pbx)
    number = desk.books.count("deletion")
    desk.books.deletions.put(Deletion(number, "pbxs", pbx.id, pbx.tenant_id, written(call.now)))
    return call.done()


def connection(desk: Desk, form: object, *, customer: Customer, enabled: bool) -> Pbx:
    """Read a connection profile; `enabled` is what it is when not told. Refused with 400 when it is wrong."""
    if not isinstance(form, dict):
        raise invalid_value(form, name="pbxConnectionProfile")
    kind = next((value for name, value in form.items() if name.lower() == "_type"), None)
    if kind is None:
        raise invalid("The _type field is required.")
    if not isinstance(kind, str) or kind not in _OWN:
        raise invalid_value(kind, name="_type")
    values = bound(form, {**_ANY, **_OWN[kind], **_CREATE})
    values = {**_shared(desk, values, customer=customer), **values}
    require(values, *_NEEDED[kind])
    if kind == KAZOO:
        values.setdefault("monitorSubAccounts", False)
    told = "enabled" in values
    defaults: JsonObject = {"name": customer.name, "countryCode": customer.country_code, "enabled": enabled}
    fresh = Pbx(id="", type=kind, name="", tenant_id=customer.id, country_code="", told=told)
    return with_values(fresh, {**defaults, **values})


def check_instances(books: Books, pbxs: Sequence[Pbx]) -> None:
    """Refuse with 400 connections to an instance that is in use, here or anywhere else."""
    seen: set[str] = set()
    for pbx in pbxs:
        if pbx.instance_id in seen or books.pbxs.find("instance", pbx.instance_id):
            raise invalid("The PBX instance is in use already.", code=INSTANCE_IN_USE)
        seen.add(pbx.instance_id)


def connect(desk: Desk, call: Call, pbx: Pbx) -> Pbx:
    """Put a connection into the books and start its collector if it is enabled."""
    pbx = dataclasses.replace(pbx, id=desk.books.guid("pbx"), date_created=created(call.now))
    return desk.books.pbxs.put(collecting.started(desk, pbx, now=call.now) if pbx.enabled else pbx)


def _shared(desk: Desk, values: Mapping[str, object], *, customer: Customer) -> JsonObject:
    wanted = values.get("pbxProvisionerProfileId")
    if wanted is None:
        return {}
    found = desk.books.templates.get(str(wanted))
    if not isinstance(found, Template) or found.tenant_id != customer.parent_tenant_id:
        raise invalid_value(wanted, name="pbxProvisionerProfileId")
    shared = {"hostRest": found.host_rest, "hostWebsocket": found.host_websocket, "apiKey": found.api_key}
    return {name: value for name, value in shared.items() if value is not None}
