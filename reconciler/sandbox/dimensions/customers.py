"""Customers: list, read, create, change, delete (`dimensions.md` section 4)."""

import dataclasses
from collections.abc import Mapping

from reconciler.sandbox.dimensions import charging, collecting, mails, pbxs, reading
from reconciler.sandbox.dimensions.binding import (
    Reader,
    bound,
    country,
    features,
    flag,
    require,
    text,
    whole,
    words,
    zone,
)
from reconciler.sandbox.dimensions.calls import Call
from reconciler.sandbox.dimensions.errors import (
    INTERNAL_SYSTEM_LIMIT,
    PRODUCT_TYPE_IMMUTABLE,
    TRIAL_NOT_PERMITTED,
    invalid,
    invalid_value,
)
from reconciler.sandbox.dimensions.locating import account_of, customer_of
from reconciler.sandbox.dimensions.moments import created, written
from reconciler.sandbox.dimensions.patching import patched
from reconciler.sandbox.dimensions.records import Account, Customer, Deletion
from reconciler.sandbox.dimensions.settings import IMMUTABLE
from reconciler.sandbox.dimensions.store import Books, Desk
from reconciler.sandbox.messages import Reply
from reconciler.sandbox.tables import to_json, with_values

_READERS: Mapping[str, Reader] = {
    "name": words(100),
    "description": text(200),
    "reference": text(200),
    "enabled": flag,
    "timezone": zone,
    "countryCode": country,
    "features": features,
    "syncAcdAgentWithPbx": flag,
    "sendNewUserEmail": flag,
    "sendConnectWelcomeEmail": flag,
    "tenantProfileType": words(200),
}
_CREATE = {**_READERS, "trialDuration": whole}
_PATCH = {**_READERS, "internalSystem": flag}


def list_customers(desk: Desk, call: Call) -> Reply:
    """Answer `GET /customers`; `filter` is contained in name or reference, in any case."""
    account = account_of(desk, call)
    rows = reading.visible(desk, desk.books.customers.find("parent", account.id), now=call.now)
    wanted = call.query.get("filter", "").lower()
    found = [row for row in rows if wanted in row.name.lower() or wanted in (row.reference or "").lower()]
    page, picked = reading.page_of(call, found)
    return call.listed([reading.shown_customer(desk, row) for row in picked], page=page)


def read_customer(desk: Desk, call: Call) -> Reply:
    """Answer `GET /customers/{id}`."""
    return call.answer(reading.shown_customer(desk, customer_of(desk, call)))


def create_customer(desk: Desk, call: Call) -> Reply:
    """Answer `POST /customers`: 201 with some of its fields; may bring PBX connections along."""
    account, form = account_of(desk, call), call.form()
    values = bound(form, _CREATE)
    require(values, "name")
    _check_trial(desk, values.get("trialDuration", 0))
    customer = _fresh(account, values, date_created=created(call.now))
    _check_product_type(desk, customer)
    connections = [
        pbxs.connection(desk, item, customer=customer, enabled=customer.enabled) for item in _connections(form)
    ]
    pbxs.check_instances(desk.books, connections)
    reasons = ["customer", *("pbx" for _ in connections)]
    charging.check(desk, call, reasons)
    customer = desk.books.customers.put(dataclasses.replace(customer, id=desk.books.guid("customer")))
    for pbx in connections:
        pbxs.connect(desk, call, dataclasses.replace(pbx, tenant_id=customer.id))
    charging.book(desk, call, reasons, tenant=customer.id)
    return call.created(customer.id, data=reading.answer_data(customer))


def patch_customer(desk: Desk, call: Call) -> Reply:
    """Answer `PATCH /customers/{id}`; enabling starts PBXs and sends invitations."""
    customer = customer_of(desk, call)
    document = {**to_json(customer, hidden=False), "internalSystem": customer.internal_system}
    values = patched(call, document, _PATCH).values
    require(values, "name")
    fresh = _fresh(account_of(desk, call), values, date_created=customer.date_created)
    kept = {name: getattr(customer, name) for name in ("id", "trial_duration", "enables", "date_deleted")}
    changed = dataclasses.replace(fresh, **kept)
    _check_change(desk, customer, changed)
    reasons = _reasons(customer, changed)
    charging.check(desk, call, reasons)
    charging.book(desk, call, reasons, tenant=customer.id)
    desk.books.customers.put(changed)
    if changed.enabled and not customer.enabled:
        _enable(desk, call, changed)
    return call.done()


def delete_customer(desk: Desk, call: Call) -> Reply:
    """Answer `DELETE /customers/{id}`: deactivated and marked for deletion."""
    customer = customer_of(desk, call)
    terminate(desk.books, customer, at=written(call.now))
    number = desk.books.count("deletion")
    desk.books.deletions.put(Deletion(number, "customers", customer.id, customer.parent_tenant_id, written(call.now)))
    return call.done()


def terminate(books: Books, customer: Customer, *, at: str) -> None:
    """Mark a customer as deleted; its PBX connections and users go with it."""
    books.customers.put(dataclasses.replace(customer, enabled=False, date_deleted=at))
    drop_contents(books, customer)


def drop_contents(books: Books, customer: Customer) -> None:
    """Drop the PBX connections and users of a customer that has gone."""
    for pbx in books.pbxs.find("tenant", customer.id):
        books.pbxs.remove(pbx.id)
    for user in books.users.find("tenant", customer.id):
        books.users.remove(user.id)


def _enable(desk: Desk, call: Call, customer: Customer) -> None:
    desk.books.customers.put(dataclasses.replace(customer, enables=customer.enables + 1))
    collecting.cascade(desk, customer, now=call.now)
    for user in desk.books.users.find("tenant", customer.id):
        mails.greet(desk.books, customer, user, at=written(call.now))


def _fresh(account: Account, values: Mapping[str, object], *, date_created: str) -> Customer:
    inherited = Customer(
        id="",
        name="",
        date_created=date_created,
        parent_tenant_id=account.id,
        timezone=account.timezone,
        country_code=account.country_code,
        features=account.features,
        tenant_profile_type=account.tenant_profile_type,
    )
    return with_values(inherited, values)


def _connections(form: Mapping[str, object]) -> list[object]:
    given = {name.lower(): value for name, value in form.items()}
    one, many = given.get("pbxconnectionprofile"), given.get("pbxconnectionprofiles")
    if many is not None and not isinstance(many, list):
        raise invalid_value(many, name="pbxConnectionProfiles")
    return [*([] if one is None else [one]), *(many if isinstance(many, list) else [])]


def _check_trial(desk: Desk, days: object) -> None:
    if not days:
        return
    if not desk.settings.trials_allowed:
        raise invalid("The account may not give trials.", code=TRIAL_NOT_PERMITTED)
    if not isinstance(days, int) or days > desk.settings.max_trial_days:
        raise invalid_value(days, name="trialDuration")


def _check_product_type(desk: Desk, customer: Customer) -> None:
    if customer.tenant_profile_type not in desk.settings.product_types:
        raise invalid_value(customer.tenant_profile_type, name="tenantProfileType")


def _check_change(desk: Desk, before: Customer, after: Customer) -> None:
    if after.tenant_profile_type != before.tenant_profile_type:
        _check_product_type(desk, after)
        if desk.settings.product_types.get(before.tenant_profile_type) == IMMUTABLE:
            raise invalid("The tenantProfileType of this customer cannot be changed.", code=PRODUCT_TYPE_IMMUTABLE)
    if after.internal_system and not before.internal_system:
        others = desk.books.customers.find("parent", after.parent_tenant_id)
        if any(row.internal_system and row.date_deleted is None for row in others):
            raise invalid("The account has an internal system already.", code=INTERNAL_SYSTEM_LIMIT)


def _reasons(before: Customer, after: Customer) -> list[str]:
    reasons = {
        "enabled": after.enabled and not before.enabled,
        "tenantProfileType": after.tenant_profile_type != before.tenant_profile_type,
        "features": any(amount > before.features.get(name, 0) for name, amount in after.features.items()),
    }
    return [name for name, rises in reasons.items() if rises]
