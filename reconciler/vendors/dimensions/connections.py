"""Reading PBX connections: by id, in the customer's list, or by the telephone system, which only one may have.

A telephone system that another tenant holds is an obstacle: also to creating its customer, which would be billed
without being of any use.
"""

import datetime as dt
from collections.abc import Mapping

from reconciler.contract import Observed, Wanted
from reconciler.errors import IncompleteRead, VendorError
from reconciler.model import Address, Problem, Secret, Severity
from reconciler.vendors.dimensions import codes, rows, showing, wire
from reconciler.vendors.dimensions.catalogue import ENABLE, PBX, USER
from reconciler.vendors.dimensions.client import Place, attempt, attempts, reason_of
from reconciler.vendors.dimensions.completing import complete
from reconciler.vendors.dimensions.expanding import INSTANCE, KAZOO, customer_address
from reconciler.vendors.dimensions.members import has_imported, names_awaited
from reconciler.vendors.dimensions.rounds import Round, customer_of

ONE_BY_ONE = dt.timedelta(seconds=30)
"""For how long after enabling others may follow the first user: nothing says when an import is complete."""


async def read_pbxs(this: Round) -> None:
    """Read the connections that are asked for; users were read before."""
    wanted = this.of_type(PBX)
    listed = await _lists(this, wanted)
    answers = await attempts([_find(this, one, listed.get(customer_of(one))) for one in wanted.values()])
    found: dict[Address, rows.Pbx] = {}
    for address, answer in zip(wanted, answers, strict=True):
        if reason := this.reason(customer_of(wanted[address])) or this.unmeasured_reason(customer_of(wanted[address])):
            this.unreadable[address] = reason
        elif isinstance(answer, VendorError):
            this.unreadable[address] = reason_of(answer)
        elif isinstance(answer, rows.Pbx):
            found[address] = answer
        else:
            this.objects[address] = ()
    whole = await complete(found, lambda one: _needed(this, wanted[one]), lambda one: _read(this, wanted[one], found))
    for address, row in whole.items():
        await _show(this, wanted[address], row)


async def _lists(this: Round, wanted: Mapping[Address, Wanted]) -> dict[str, Mapping[str, rows.Pbx] | VendorError]:
    """List the connections of each customer once; in a focused look they are asked for by id."""
    names = sorted({customer_of(one) for one in wanted.values()}) if not this.focused else []
    there = {name: place for name in names if (place := this.place(name)) is not None}
    answers = await attempts([this.client.fetch_pbxs(place) for place in there.values()])
    return {
        name: answer if isinstance(answer, VendorError) else {row.id.lower(): row for row in answer}
        for name, answer in zip(there, answers, strict=True)
    }


async def _find(this: Round, wanted: Wanted, listed: Mapping[str, rows.Pbx] | VendorError | None) -> rows.Pbx | None:
    if isinstance(listed, VendorError):
        raise listed
    known, place = listed or {}, this.place(customer_of(wanted))
    number = this.known_id(wanted.address)
    if number is not None and place is not None:
        row = known.get(number.lower()) or await this.client.fetch_pbx(place, number)
        if row is not None:
            return row
    instance = instance_of(wanted)
    if instance is None or this.reason(customer_of(wanted)):
        return None
    there = await this.client.fetch_instance(instance)
    if not there.exists or there.pbx is None:
        return None
    if place is None or there.tenant is None or there.tenant.lower() != place.customer.lower():
        _hinder(this, wanted, there)
        return None
    row = known.get(there.pbx.lower()) or await this.client.fetch_pbx(place, there.pbx)
    if row is None:
        raise IncompleteRead(f"connection {there.pbx} is named by the instance look-up and does not show; look again")
    return row


def instance_of(wanted: Wanted) -> str | Secret | None:
    """Return what names the telephone system: a Kazoo account or, secret, a 3CX licence key."""
    value = wanted.fields.get(INSTANCE.get(str(wanted.fields.get("type")), ""))
    return value if isinstance(value, str | Secret) and value else None


def held_elsewhere(wanted: Wanted, there: rows.Instance) -> str:
    """Return what is wrong when another tenant has the telephone system; a licence key is not shown."""
    kind = wanted.fields.get("type")
    name = f"Kazoo account {wanted.fields.get('accountId')}" if kind == KAZOO else f"{kind} licence"
    return f"{name} of {wanted.address} is connected to tenant {there.tenant} already, as connection {there.pbx}"


def _hinder(this: Round, wanted: Wanted, there: rows.Instance) -> None:
    if wanted.ensure == "absent":
        return
    code, customer = codes.INSTANCE_ELSEWHERE, customer_address(customer_of(wanted))
    summary, cure = held_elsewhere(wanted, there), codes.CODES[codes.INSTANCE_ELSEWHERE].cure
    this.obstacles[wanted.address] = Problem(code, summary, cure, address=str(wanted.address))
    if customer in this.wanted and this.place(customer.name) is None:
        this.obstacles[customer] = Problem(code, summary, cure, address=str(customer))


def _needed(this: Round, wanted: Wanted) -> list[str]:
    """Return the members that a row must have to compare it; none when the metrics show them or it was read whole."""
    if this.focused:
        return []
    metrics = this.customer_metrics(customer_of(wanted))
    shown = {"enabled", "monitorSubAccounts"} if metrics is not None else set()
    secret = {"apiKey", "licenseKey", "password", "accountId"}
    return [wire.PBX_FIELDS[word] for word in wanted.fields if word not in shown | secret]


async def _read(this: Round, wanted: Wanted, found: Mapping[Address, rows.Pbx]) -> rows.Pbx | None:
    place = this.place(customer_of(wanted)) or Place("")
    return await this.client.fetch_pbx(place, found[wanted.address].id)


async def _show(this: Round, wanted: Wanted, row: rows.Pbx | VendorError) -> None:
    address = wanted.address
    if isinstance(row, VendorError):
        this.unreadable[address] = reason_of(row)
        return
    metrics = this.customer_metrics(customer_of(wanted))
    known = this.known_id(address)
    instance = instance_of(wanted) if known is None or known.lower() != row.id.lower() else None
    try:
        observed = showing.pbx(
            row,
            metrics.pbxs.get(row.id.lower()) if metrics is not None else None,
            instance=instance if isinstance(instance, str) else None,
        )
        this.objects[address] = (await _settled(this, wanted, observed),)
    except VendorError as error:
        this.unreadable[address] = reason_of(error)


async def _settled(this: Round, wanted: Wanted, observed: Observed) -> Observed:
    """Return the connection as still at work while its first import of users is awaited."""
    age = _enabled_for(this, wanted)
    if age is None or observed.fields.get("enabled") is False:
        return observed
    late, customer = age >= this.settings.import_deadline, customer_of(wanted)
    users_asked = any(address.type == USER and customer_of(one) == customer for address, one in this.wanted.items())
    if late and not users_asked:
        return observed
    imported = await attempt(has_imported(this, customer))
    if isinstance(imported, VendorError):
        return observed if late else showing.awaiting(observed, f"users cannot be read: {reason_of(imported)}")
    if imported:
        return await _all_there(this, customer, age, observed=observed)
    if not late:
        return showing.awaiting(observed, "users of the PBX are being imported")
    minutes = int(this.settings.import_deadline.total_seconds() // 60)
    text = f"no users were imported from {wanted.address} within {minutes} minutes of enabling it"
    cure = codes.CODES[codes.IMPORT_LATE].cure
    this.problems.append(Problem(codes.IMPORT_LATE, text, cure, severity=Severity.WARNING, address=str(wanted.address)))
    return observed


async def _all_there(this: Round, customer: str, age: dt.timedelta, *, observed: Observed) -> Observed:
    """Return the connection as at work for a little longer when users come one by one and a declared one is awaited."""
    if age >= ONE_BY_ONE:
        return observed
    awaited = await attempt(names_awaited(this, customer))
    if isinstance(awaited, VendorError) or not awaited:
        return observed
    return showing.awaiting(observed, f"users of the PBX are being imported, {', '.join(sorted(awaited))} not yet")


def _enabled_for(this: Round, wanted: Wanted) -> dt.timedelta | None:
    """Return for how long we have had a connection enabled; None when it is not, or since when is not known."""
    if wanted.fields.get("enabled") is not True or wanted.ensure != "present" or this.scope.now is None:
        return None
    names = (wanted.address, customer_address(customer_of(wanted)))
    done = [this.scope.done_at[name, ENABLE] for name in names if (name, ENABLE) in this.scope.done_at]
    return max(dt.timedelta(0), this.scope.now - max(done)) if done else None
