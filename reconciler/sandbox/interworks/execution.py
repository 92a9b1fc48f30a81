"""Executing an order: the step that bills, makes assets and starts provisioning (`interworks.md` 5.4).

Careless by default: an executed order may be executed again and is then billed again. The vendor's
documentation promises nothing else, so a client must never rely on a refusal.
"""

import dataclasses
from collections.abc import Mapping
from datetime import date, timedelta

from reconciler.sandbox.interworks import errors
from reconciler.sandbox.interworks.assets import settle
from reconciler.sandbox.interworks.calls import Call, written
from reconciler.sandbox.interworks.errors import conflict, invalid, not_found, provisioning
from reconciler.sandbox.interworks.orders import order_of
from reconciler.sandbox.interworks.records import (
    EXECUTED,
    IN_PROGRESS,
    SUBMITTED,
    SYNCHRONIZED,
    Account,
    Asset,
    Charge,
    Execution,
    Item,
    Order,
    Product,
)
from reconciler.sandbox.interworks.store import Desk
from reconciler.sandbox.messages import JsonObject, Reply, json_reply

_YEAR = timedelta(days=365)
_CHARACTERISTICS: tuple[JsonObject, ...] = (
    {"ID": "expire", "Name": "Expire(days)", "Value": "365"},
    {"ID": "validity", "Name": "Validity(days)", "Value": "365"},
)


def execute_order(desk: Desk, call: Call) -> Reply:
    """Answer `POST|PUT /api/orders/{id}/execute`: one asset per item, one charge."""
    if "execute_order" in desk.settings.cannot:
        raise not_found("this resource")
    order = order_of(desk, call)
    form = {name.lower(): value for name, value in call.form(optional=True).items()}
    option, start = _invoice_option(form), _start_date(form)
    account = _check(desk, order)
    order = desk.books.orders.put(
        dataclasses.replace(order, status=EXECUTED, executions=order.executions + 1, updated_at=call.stamp)
    )
    assets = [_asset(desk, call, order=order, item=item, account=account) for item in order.items]
    _book(desk, call, order=order, execution=(option, start, tuple(asset.id for asset in assets)))
    settle(desk, call.now)
    return json_reply(
        200,
        {
            "Code": 0,
            "Message": "Order executed",
            "Result": order.id,
            "assetIds": [asset.id for asset in assets],
            "subscriptionIds": [],
        },
    )


def _invoice_option(form: Mapping[str, object]) -> int:
    option = form.get("invoiceoption")
    if isinstance(option, str) and option in {"1", "2", "3"}:
        return int(option)
    if not isinstance(option, int) or isinstance(option, bool) or option not in {1, 2, 3}:
        raise invalid("invoiceOption is required and must be 1, 2 or 3", field="invoiceOption")
    return option


def _start_date(form: Mapping[str, object]) -> str | None:
    start = form.get("startdate")
    if start is None:
        return None
    try:
        return date.fromisoformat(str(start)[:10]).isoformat()
    except ValueError as error:
        raise invalid("startDate must be a date", field="startDate") from error


def _check(desk: Desk, order: Order) -> Account:
    if order.status != SUBMITTED and not (order.status == EXECUTED and desk.settings.careless):
        raise conflict(f"an order in status {order.status} cannot be executed")
    account = desk.books.accounts.get(order.account_id)
    if account is None:
        raise conflict(f"account {order.account_id} does not exist any more")
    if not account.ordering_enabled:
        raise conflict("ordering is not enabled for the account")
    if not order.items:
        raise invalid("the order has no items", field="items")
    for item in order.items:
        product = _product(desk, item)
        sync = desk.books.sync.get(f"{account.id}:{product.system_code}")
        if sync is None or sync.status != SYNCHRONIZED:
            text = f"the account is not synchronized with {product.system_code}"
            raise provisioning(errors.ACCOUNT_NOT_SYNCHRONIZED, text)
        if not 1 <= item.quantity <= product.quantity_limit:
            text = f"quantity of {product.code} must be from 1 to {product.quantity_limit}"
            raise provisioning(errors.QUANTITY_OUT_OF_RANGE, text)
    return account


def _product(desk: Desk, item: Item) -> Product:
    product = desk.books.products.get(item.product_id)
    if product is None:
        raise conflict(f"product {item.product_code} does not exist any more")
    return product


def _asset(desk: Desk, call: Call, *, order: Order, item: Item, account: Account) -> Asset:
    product = _product(desk, item)
    payer = desk.books.accounts.get(order.bill_to_account_id) or account
    settings = desk.settings
    asset = Asset(
        id=desk.books.guid("asset"),
        name=item.asset_name or product.name,
        sync_status=IN_PROGRESS,
        customer_id=account.id,
        customer_name=account.name,
        billing_to_id=payer.id,
        billing_to_name=payer.name,
        product_id=product.id,
        product_name=product.name,
        product_code=product.code,
        product_type_name=product.product_type_name,
        quantity=item.quantity,
        order_id=order.id,
        order_item_id=item.id,
        purchase_date=call.stamp,
        created_at=call.stamp,
        updated_at=call.stamp,
        expiration_date=written(call.now + _YEAR),
        characteristics=_CHARACTERISTICS,
        system_code=product.system_code,
        polls=settings.asset_polls,
        ready_at=written(call.now + timedelta(seconds=settings.asset_seconds)),
        fate=settings.asset_failures.get(product.code),
    )
    return desk.books.assets.put(asset)


def _book(desk: Desk, call: Call, *, order: Order, execution: tuple[int, str | None, tuple[str, ...]]) -> None:
    option, start, asset_ids = execution
    amount = 0.0
    for item in order.items:
        price = item.unit_price if item.unit_price is not None else _product(desk, item).billed_price
        amount += item.quantity * price * (1 - item.discount / 100)
    desk.books.executions.put(
        Execution(
            id=desk.books.count("execution"),
            order_id=order.id,
            execution=order.executions,
            invoice_option=option,
            start_date=start,
            asset_ids=asset_ids,
            at=call.stamp,
        )
    )
    desk.books.charges.put(
        Charge(
            id=desk.books.count("charge"),
            order_id=order.id,
            order_name=order.name,
            account_id=order.bill_to_account_id,
            amount=round(amount, 2),
            currency=order.currency or "EUR",
            at=call.stamp,
            execution=order.executions,
        )
    )
