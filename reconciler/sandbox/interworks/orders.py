"""Orders: create, read, list, change, cancel (`interworks.md` section 5); executing is its own module."""

import dataclasses
from collections.abc import Mapping

from reconciler.sandbox.interworks.accounts import check_patch_type
from reconciler.sandbox.interworks.attributes import coerced, patched
from reconciler.sandbox.interworks.calls import Call
from reconciler.sandbox.interworks.errors import conflict, invalid, not_found
from reconciler.sandbox.interworks.listing import Listing, answer_list, fields
from reconciler.sandbox.interworks.records import CANCELED, DRAFT, EXECUTED, SUBMITTED, Account, Item, Order
from reconciler.sandbox.interworks.store import Books, Desk
from reconciler.sandbox.messages import JsonObject, Reply, json_reply
from reconciler.sandbox.tables import to_json, with_values

_WRITABLE: Mapping[str, str] = {
    "name": "text",
    "accountId": "whole",
    "billToAccountId": "whole",
    "currency": "text",
    "paymentMethod": "text",
    "description": "text",
    "customFields": "objects",
    "items": "objects",
}
_ITEM: Mapping[str, str] = {
    "id": "text",
    "productId": "text",
    "productCode": "text",
    "quantity": "whole",
    "unitId": "whole",
    "unitPrice": "number",
    "discount": "number",
    "startDate": "text",
    "assetName": "text",
    "attributes": "objects",
}
_FILTERABLE = fields(
    id="text",
    code="text",
    name="text",
    account_id="number",
    bill_to_account_id="number",
    status="text",
    payment_method="text",
    created_at="moment",
    updated_at="moment",
)
_SORTABLE = ("code", "name", "createdAt", "updatedAt")


def list_orders(desk: Desk, call: Call) -> Reply:
    """Answer `GET /api/orders`."""
    listing = Listing("orders", desk.books.orders, _FILTERABLE, _SORTABLE, shown)
    return answer_list(desk, call, listing=listing)


def read_order(desk: Desk, call: Call) -> Reply:
    """Answer `GET /api/orders/{id}`."""
    return json_reply(200, shown(order_of(desk, call)))


def read_items(desk: Desk, call: Call) -> Reply:
    """Answer `GET /api/orders/{id}/items`."""
    return json_reply(200, [to_json(item) for item in order_of(desk, call).items])


def create_order(desk: Desk, call: Call) -> Reply:
    """Answer `POST /api/orders`: 201 with the submitted order."""
    values = coerced(call.form(), _WRITABLE)
    account = _account(desk.books, values)
    code = f"ORD-{desk.books.count('order-code'):06}"
    order = Order(
        id=desk.books.guid("order"),
        code=code,
        name=str(values.get("name") or f"{account.name} {code}"),
        account_id=account.id,
        bill_to_account_id=account.bill_to_account_id or account.id,
        status=SUBMITTED,
        order_date=call.stamp,
        created_at=call.stamp,
        updated_at=call.stamp,
        currency=account.currency,
    )
    order = desk.books.orders.put(_filled(desk.books, order, values=values))
    return json_reply(201, shown(order), headers=(("location", f"/api/orders/{order.id}"),))


def add_item(desk: Desk, call: Call) -> Reply:
    """Answer `POST /api/orders/{id}/items`: 201 with the item."""
    order = _open_order(desk, call)
    item = _item(desk.books, call.form())
    desk.books.orders.put(dataclasses.replace(order, items=(*order.items, item), updated_at=call.stamp))
    return json_reply(201, to_json(item))


def patch_order(desk: Desk, call: Call) -> Reply:
    """Answer `PATCH /api/orders/{id}` with a JSON Patch; status cannot be patched, closed orders not at all."""
    order = _open_order(desk, call)
    check_patch_type(call)
    present = {name: value for name, value in to_json(order).items() if name in _WRITABLE}
    values = coerced(patched(present, call.body(), writable=_WRITABLE), _WRITABLE)
    account = _account(desk.books, values)
    bare = dataclasses.replace(
        order,
        name=str(values.get("name") or f"{account.name} {order.code}"),
        account_id=account.id,
        bill_to_account_id=account.bill_to_account_id or account.id,
        currency=account.currency,
        payment_method=None,
        description=None,
        custom_fields=(),
        items=(),
        updated_at=call.stamp,
    )
    return json_reply(200, shown(desk.books.orders.put(_filled(desk.books, bare, values=values))))


def cancel_order(desk: Desk, call: Call) -> Reply:
    """Answer `POST|PUT /api/orders/{id}/cancel`; an executed order cannot be cancelled."""
    order = order_of(desk, call)
    if order.status not in {DRAFT, SUBMITTED}:
        raise conflict(f"an order in status {order.status} cannot be cancelled")
    canceled = dataclasses.replace(order, status=CANCELED, updated_at=call.stamp)
    return json_reply(200, shown(desk.books.orders.put(canceled)))


def order_of(desk: Desk, call: Call) -> Order:
    """Return the order the path names; refused with 404."""
    order = desk.books.orders.get(call.args[0])
    if order is None:
        raise not_found(f"order {call.args[0]}")
    return order


def shown(order: Order) -> JsonObject:
    """Return the order as the wire shows it."""
    total = sum(item.quantity * (item.unit_price or 0) * (1 - item.discount / 100) for item in order.items)
    return {**to_json(order, hidden=False), "total": round(total, 2)}


def _open_order(desk: Desk, call: Call) -> Order:
    order = order_of(desk, call)
    if order.status in {EXECUTED, CANCELED}:
        raise conflict(f"an order in status {order.status} cannot be changed")
    return order


def _account(books: Books, values: Mapping[str, object]) -> Account:
    number = values.get("accountId")
    if number is None:
        raise invalid("accountId is required", field="accountId")
    account = books.accounts.get(number) if isinstance(number, int) else None
    if account is None:
        raise invalid(f"accountId {number} does not exist", field="accountId")
    return account


def _filled(books: Books, order: Order, *, values: Mapping[str, object]) -> Order:
    payer = values.get("billToAccountId")
    if isinstance(payer, int) and books.accounts.get(payer) is None:
        raise invalid(f"billToAccountId {payer} does not exist", field="billToAccountId")
    changes = {name: value for name, value in values.items() if name not in {"name", "accountId", "items"}}
    items = values.get("items", ())
    rows = tuple(_item(books, item) for item in items if isinstance(item, dict)) if isinstance(items, tuple) else ()
    return with_values(order, {**changes, "items": rows})


def _item(books: Books, given: Mapping[str, object]) -> Item:
    values = coerced(given, _ITEM)
    code, number = values.get("productCode"), values.get("productId")
    found = books.products.find("code", code) if isinstance(code, str) else []
    product = found[0] if found else books.products.get(number) if isinstance(number, str) and code is None else None
    if product is None:
        raise invalid(f"product {code or number} does not exist", field="productCode")
    if "quantity" not in values:
        raise invalid("quantity is required", field="quantity")
    values = {"unitPrice": product.unit_price, **values, "productId": product.id, "productCode": product.code}
    own = values.pop("id", None) or books.guid("item")
    fresh = Item(id=str(own), product_id=product.id, product_code=product.code, quantity=1)
    return with_values(fresh, values)
