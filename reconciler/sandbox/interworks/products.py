"""Products and provisioning systems: what can be bought and from whom (`interworks.md` 2, 4.5, 5.2)."""

from reconciler.sandbox.interworks.calls import Call
from reconciler.sandbox.interworks.errors import not_found
from reconciler.sandbox.interworks.listing import Listing, answer_list, fields
from reconciler.sandbox.interworks.records import Product
from reconciler.sandbox.interworks.store import Desk
from reconciler.sandbox.interworks.systems import systems
from reconciler.sandbox.messages import JsonObject, Reply, json_reply
from reconciler.sandbox.tables import to_json

_FILTERABLE = fields(
    id="text",
    code="text",
    name="text",
    product_type_id="number",
    product_type_name="text",
    system_code="text",
    updated_at="moment",
)


def list_products(desk: Desk, call: Call) -> Reply:
    """Answer `GET /api/products`."""
    listing = Listing("products", desk.books.products, _FILTERABLE, ("code", "name", "updatedAt"), _shown)
    return answer_list(desk, call, listing=listing)


def read_product(desk: Desk, call: Call) -> Reply:
    """Answer `GET /api/products/{id}`."""
    product = desk.books.products.get(call.args[0])
    if product is None:
        raise not_found(f"product {call.args[0]}")
    return json_reply(200, _shown(product))


def list_systems(desk: Desk, call: Call) -> Reply:
    """Answer `GET /api/synchronization`: the provisioning systems."""
    rows = [{"id": item.id, "code": item.code, "name": item.name} for item in systems(desk.settings).values()]
    if desk.settings.page_mode == "bare":
        return json_reply(200, rows)
    metadata = {"page": 1, "size": desk.settings.page_size, "totalPages": 1, "totalRecords": len(rows)}
    return json_reply(
        200, {"data": rows, "metadata": metadata} if desk.settings.page_mode == "wrapped" else {"data": rows}
    )


def list_product_types(desk: Desk, call: Call) -> Reply:
    """Answer `GET /api/synchronization/{systemId}/productTypes`."""
    found = [item for item in systems(desk.settings).values() if str(item.id) == call.args[0]]
    if not found:
        raise not_found(f"provisioning system {call.args[0]}")
    products = [row for row in desk.books.products if row.system_code == found[0].code]
    types = {row.product_type_id: row.product_type_name for row in products}
    return json_reply(200, [{"id": number, "name": name} for number, name in types.items()])


def _shown(product: Product) -> JsonObject:
    row = to_json(product, hidden=False)
    return {name: value for name, value in row.items() if name != "unitPrice" or value is not None}
