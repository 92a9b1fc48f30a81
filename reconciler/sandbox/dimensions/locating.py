"""From ids in a path to rows: whoever is not below the caller's tenant does not exist for it."""

from reconciler.sandbox.dimensions.calls import Call
from reconciler.sandbox.dimensions.errors import not_found
from reconciler.sandbox.dimensions.records import Account, Customer, Pbx
from reconciler.sandbox.dimensions.settings import ENTERPRISE
from reconciler.sandbox.dimensions.store import Desk


def account_of(desk: Desk, call: Call) -> Account:
    """Return the reseller the call works in; refused with 404."""
    account = desk.books.accounts.get(call.ids["account"])
    if account is None or account.date_deleted is not None:
        raise not_found()
    if call.token.level == ENTERPRISE and account.parent_tenant_id != call.token.tenant_id:
        raise not_found()
    return account


def customer_of(desk: Desk, call: Call) -> Customer:
    """Return the customer the path names; refused with 404."""
    account = account_of(desk, call)
    customer = desk.books.customers.get(call.ids["customer"])
    if customer is None or customer.parent_tenant_id != account.id or customer.date_deleted is not None:
        raise not_found()
    return customer


def pbx_of(desk: Desk, call: Call) -> Pbx:
    """Return the PBX the path names; refused with 404."""
    customer = customer_of(desk, call)
    pbx = desk.books.pbxs.get(call.ids["pbx"])
    if pbx is None or pbx.tenant_id != customer.id:
        raise not_found()
    return pbx
