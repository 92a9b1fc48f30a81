"""The endpoint table of Divalto: methods and paths to functions (`divalto.md` section 6).

Paths are compared in lower case; a part in braces is variable and kept as it is.
"""

from collections.abc import Callable, Sequence
from urllib.parse import unquote

from reconciler.sandbox.divalto import certificates, documents, judging, keys, orders, placing, sites
from reconciler.sandbox.divalto.calls import Call
from reconciler.sandbox.divalto.errors import Refused, not_found
from reconciler.sandbox.divalto.records import Key
from reconciler.sandbox.divalto.store import Desk
from reconciler.sandbox.messages import Reply, Request

Endpoint = Callable[[Desk, Call], Reply]

_ROUTES: Sequence[tuple[str, str, Endpoint]] = (
    ("GET", "catalog", sites.read_catalog),
    ("GET", "sites", sites.list_sites),
    ("GET", "sites/{site}", sites.read_site),
    ("POST", "sites/{site}/changerequests", sites.request_change),
    ("GET", "sitechangerequests", sites.list_change_requests),
    ("GET", "sitechangerequests/{request}", sites.read_change_request),
    ("GET", "opportunities", sites.list_opportunities),
    ("GET", "opportunities/{code}", sites.read_opportunity),
    ("POST", "orders/validate", judging.validate),
    ("POST", "orders", orders.create_order),
    ("GET", "orders", orders.list_orders),
    ("GET", "orders/{order}", orders.read_order),
    ("PUT", "orders/{order}", orders.replace_order),
    ("DELETE", "orders/{order}", orders.delete_order),
    ("POST", "orders/{order}/documents", documents.attach),
    ("GET", "orders/{order}/documents", documents.list_documents),
    ("GET", "orders/{order}/documents/{document}/content", documents.read_content),
    ("DELETE", "orders/{order}/documents/{document}", documents.remove),
    ("POST", "orders/{order}/submit", placing.submit),
    ("POST", "orders/{order}/complement", placing.complement),
    ("POST", "orders/{order}/cancel", placing.cancel),
    ("GET", "orders/{order}/history", orders.read_history),
    ("GET", "certificates", certificates.list_certificates),
    ("GET", "certificates/{certificate}", certificates.read_certificate),
    ("GET", "certificates/{certificate}/content", certificates.read_content),
)
_TABLE = [(method, path.split("/"), endpoint) for method, path, endpoint in _ROUTES]
_NEED_RIGHT = frozenset({"orders", "certificates"})


def answer(desk: Desk, request: Request, *, key: Key) -> Reply:
    """Hand a request to its endpoint; refused with 404 when there is none, 405 when the method is another."""
    version, *parts = [unquote(part) for part in request.path.strip("/").split("/")]
    if version.lower() != "v1" or not parts:
        raise not_found(request.path)
    others = set()
    for method, template, endpoint in _TABLE:
        ids = _matched(template, parts)
        if ids is None:
            continue
        if method == request.method:
            if parts[0].lower() in _NEED_RIGHT:
                keys.require_right(desk)
            return endpoint(desk, Call(request, key, ids))
        others.add(method)
    if not others:
        raise not_found(request.path)
    raise Refused(405, "Méthode non admise", params={"allowed": sorted(others)})


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
