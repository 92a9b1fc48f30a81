"""The endpoint table of the BSS: methods and paths to functions (`interworks.md` section 2).

Paths are compared in lower case; `*` is one variable part. Action paths take POST and PUT, as the vendor
documents only one action and that one with PUT.
"""

from collections.abc import Callable, Sequence

from reconciler.sandbox.interworks import accounts, assets, execution, options, orders, products, synchronizing
from reconciler.sandbox.interworks.calls import Call
from reconciler.sandbox.interworks.errors import not_found
from reconciler.sandbox.interworks.store import Desk
from reconciler.sandbox.messages import Reply, Request

Endpoint = Callable[[Desk, Call], Reply]

_TABLE: Sequence[tuple[str, str, Endpoint]] = (
    ("GET", "accounts", accounts.list_accounts),
    ("POST", "accounts", accounts.create_account),
    ("GET", "accounts/*", accounts.read_account),
    ("PATCH", "accounts/*", accounts.patch_account),
    ("GET", "accounts/*/syncoptions", options.read_options),
    ("GET", "accounts/*/syncoptions/*", options.read_options),
    ("PUT", "accounts/*/syncoptions/*", options.write_options),
    ("POST PUT", "accounts/*/synchronize/*", synchronizing.synchronize),
    ("GET", "accounts/*/syncstatus", synchronizing.read_status),
    ("GET", "accounts/*/syncstatus/*", synchronizing.read_status),
    ("GET", "synchronization", products.list_systems),
    ("GET", "synchronization/*/producttypes", products.list_product_types),
    ("GET", "products", products.list_products),
    ("GET", "products/*", products.read_product),
    ("GET", "orders", orders.list_orders),
    ("POST", "orders", orders.create_order),
    ("GET", "orders/*", orders.read_order),
    ("PATCH", "orders/*", orders.patch_order),
    ("GET", "orders/*/items", orders.read_items),
    ("POST", "orders/*/items", orders.add_item),
    ("POST PUT", "orders/*/execute", execution.execute_order),
    ("POST PUT", "orders/*/cancel", orders.cancel_order),
    ("GET", "assets", assets.list_assets),
    ("GET", "assets/*", assets.read_asset),
    ("PATCH", "assets/*", assets.patch_asset),
    ("GET", "assets/*/characteristics", assets.read_characteristics),
    ("GET", "assets/*/customfields", assets.read_custom_fields),
    ("POST PUT", "assets/*/resendlicensekey", assets.resend_licence_key),
    ("POST PUT", "assets/*/retry", assets.retry_asset),
)
_BY_METHOD: dict[str, list[tuple[list[str], Endpoint]]] = {}
for _methods, _path, _endpoint in _TABLE:
    for _method in _methods.split():
        _BY_METHOD.setdefault(_method, []).append((_path.split("/"), _endpoint))


def answer(desk: Desk, request: Request) -> Reply:
    """Hand a request to its endpoint; refused with 404 when there is none."""
    parts = request.path.strip("/").lower().split("/")
    if parts[0] == "api":
        for template, endpoint in _BY_METHOD.get(request.method, ()):
            if _fits(template, parts[1:]):
                args = tuple(part for part, name in zip(parts[1:], template, strict=True) if name == "*")
                return endpoint(desk, Call(request, args))
    raise not_found(f"{request.method} {request.path}")


def _fits(template: Sequence[str], parts: Sequence[str]) -> bool:
    return len(template) == len(parts) and all(
        name == part or (name == "*" and part != "") for name, part in zip(template, parts, strict=True)
    )
