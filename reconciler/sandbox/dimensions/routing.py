"""The endpoint table of Dimensions: methods and paths to functions (`dimensions.md` sections 1, 4 to 8).

A reseller's token works in its own account; an enterprise's names the account in the path. Routes of the
other level do not exist. Paths are compared in lower case; a part in braces is variable.
"""

from collections.abc import Callable, Mapping, Sequence

from reconciler.sandbox.dimensions import accounts, customers, devices, pbxs, users
from reconciler.sandbox.dimensions.calls import Call, guid
from reconciler.sandbox.dimensions.errors import not_found
from reconciler.sandbox.dimensions.records import Token
from reconciler.sandbox.dimensions.settings import ENTERPRISE
from reconciler.sandbox.dimensions.store import Desk
from reconciler.sandbox.messages import Reply, Request

Endpoint = Callable[[Desk, Call], Reply]
Row = tuple[str, str, Endpoint]

_USERS: Sequence[Row] = (
    ("GET", "users", users.list_users),
    ("POST", "users", users.create_user),
    ("GET", "users/{user}", users.read_user),
    ("PATCH", "users/{user}", users.patch_user),
    ("DELETE", "users/{user}", users.delete_user),
    ("POST", "users/{user}/sendactivationemail", users.send_activation),
)
_CUSTOMER: Sequence[Row] = (
    ("GET", "", customers.read_customer),
    ("PATCH", "", customers.patch_customer),
    ("DELETE", "", customers.delete_customer),
    ("GET", "pbxs", pbxs.list_pbxs),
    ("POST", "pbxs", pbxs.create_pbx),
    ("GET", "pbxs/{pbx}", pbxs.read_pbx),
    ("PATCH", "pbxs/{pbx}", pbxs.patch_pbx),
    ("DELETE", "pbxs/{pbx}", pbxs.delete_pbx),
    *_USERS,
    ("POST", "users/{user}/senduconnectactivationemail", users.send_connect_welcome),
    ("POST PUT", "users/{user}/devices/pbx/{device}/assign", devices.assign),
    ("POST PUT", "users/{user}/devices/pbx/{device}/unassign", devices.unassign),
)
_RESELLER: Sequence[Row] = (
    ("GET", "customers", customers.list_customers),
    ("POST", "customers", customers.create_customer),
    *((methods, f"customers/{{customer}}/{path}", endpoint) for methods, path, endpoint in _CUSTOMER),
    ("GET", "pbxs", pbxs.find_instance),
)
_ACCOUNT: Sequence[Row] = (
    ("GET", "", accounts.read_account),
    ("PATCH", "", accounts.patch_account),
    ("DELETE", "", accounts.delete_account),
    ("GET", "metrics", accounts.read_metrics),
    *_USERS,
    *_RESELLER,
)
_ENTERPRISE: Sequence[Row] = (
    ("GET", "accounts", accounts.list_accounts),
    ("POST", "accounts", accounts.create_account),
    *((methods, f"accounts/{{account}}/{path}", endpoint) for methods, path, endpoint in _ACCOUNT),
    ("GET", "pbxs", pbxs.find_instance),
)


def _by_method(rows: Sequence[Row]) -> Mapping[str, list[tuple[list[str], Endpoint]]]:
    table: dict[str, list[tuple[list[str], Endpoint]]] = {}
    for methods, path, endpoint in rows:
        for method in methods.split():
            table.setdefault(method, []).append((path.rstrip("/").split("/"), endpoint))
    return table


_TABLES = {True: _by_method(_ENTERPRISE), False: _by_method(_RESELLER)}


def answer(desk: Desk, request: Request, *, token: Token) -> Reply:
    """Hand a request to its endpoint; refused with 404 when there is none, 400 when an id is no GUID."""
    parts = _below_version(desk, request.path)
    enterprise = token.level == ENTERPRISE
    for template, endpoint in _TABLES[enterprise].get(request.method, ()):
        found = _matched(template, parts)
        if found is not None:
            ids = {name: text if name == "device" else guid(text) for name, text in found.items()}
            own = {} if enterprise else {"account": token.tenant_id}
            return endpoint(desk, Call(request, token, {**own, **ids}))
    raise not_found()


def _below_version(desk: Desk, path: str) -> list[str]:
    parts = path.strip("/").split("/")
    if parts[0].lower() == "api":
        parts = parts[1:]
    elif not desk.settings.short_paths:
        raise not_found()
    if not parts or parts[0].lower() != "v1.0":
        raise not_found()
    return parts[1:]


def _matched(template: Sequence[str], parts: Sequence[str]) -> dict[str, str] | None:
    if len(template) != len(parts):
        return None
    found: dict[str, str] = {}
    for name, part in zip(template, parts, strict=True):
        if name.startswith("{") and part:
            found[name[1:-1]] = part
        elif name != part.lower():
            return None
    return found
