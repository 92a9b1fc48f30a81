"""Sites, the requests to change them, opportunities and the catalogue (`divalto.md` 6.1 and 6.5)."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from reconciler.sandbox.divalto import formrules, shapes
from reconciler.sandbox.divalto.calls import Call, stale
from reconciler.sandbox.divalto.errors import (
    CHANGE_REQUEST_PENDING,
    SITE_CHANGE_INVALID,
    Refused,
    not_found,
    unconfirmed,
)
from reconciler.sandbox.divalto.keeping import horizon_of
from reconciler.sandbox.divalto.records import ChangeRequest, Opportunity, Site
from reconciler.sandbox.divalto.store import Desk
from reconciler.sandbox.divalto.wire import shown
from reconciler.sandbox.messages import JsonObject, Reply
from reconciler.sandbox.tables import with_values

_NEVER_EMPTY = frozenset({"name", "address1", "postalCode", "city", "country"})
T = TypeVar("T", Site, Opportunity, ChangeRequest)


def read_catalog(desk: Desk, call: Call) -> Reply:
    """Answer `GET /catalog`."""
    return call.answer(shown(desk.catalog))


def list_sites(desk: Desk, call: Call) -> Reply:
    """Answer `GET /sites`; `name` is contained in the name, in any case."""
    number, name = call.query.get("siteNumber"), call.query.get("name", "").lower()
    rows = _own(desk.books.sites, call)
    found = [row for row in rows if number in {None, row.site_number} and name in row.name.lower()]
    return call.listed(_sorted(found, lambda row: row.site_number))


def read_site(desk: Desk, call: Call) -> Reply:
    """Answer `GET /sites/{site}`."""
    site = _site(desk, call)
    return call.answer(shown(site), version=site.version)


def list_opportunities(desk: Desk, call: Call) -> Reply:
    """Answer `GET /opportunities`."""
    status = call.query.get("status")
    found = [row for row in _own(desk.books.opportunities, call) if status in {None, row.status}]
    return call.listed(_sorted(found, lambda row: row.code))


def read_opportunity(desk: Desk, call: Call) -> Reply:
    """Answer `GET /opportunities/{code}`."""
    row = desk.books.opportunities.get(call.ids["code"])
    if row is None or row.partner != call.partner:
        raise not_found(f"Opportunité {call.ids['code']}")
    return call.answer(shown(row))


def request_change(desk: Desk, call: Call) -> Reply:
    """Answer `POST /sites/{site}/changeRequests`: one open request a site, decided by the staff.

    A reference that was used before is taken again: the vendor does not promise to notice.
    """
    site, body = _site(desk, call), call.form()
    shapes.require(shapes.CHANGE_REQUEST, body)
    if body.get("confirm") is not True:
        raise unconfirmed()
    if site.pending_change_request_id is not None:
        params = {"id": site.pending_change_request_id}
        raise Refused(409, "Demande déjà en cours", code=CHANGE_REQUEST_PENDING, params=params)
    found = list(_wrong(body))
    if found:
        raise Refused(422, "Demande invalide", code=SITE_CHANGE_INVALID, details=found)
    if body["baseVersion"] != site.version:
        raise stale(site.version)
    changes, comment = body["changes"], body.get("comment")
    request = ChangeRequest(
        id=f"SCR-{desk.books.count('change request'):06d}",
        client_reference=str(body["clientReference"]),
        site_number=site.site_number,
        base_version=site.version,
        changes=changes if isinstance(changes, dict) else {},
        submitted_utc=call.at,
        comment=None if comment is None else str(comment),
        partner=call.partner,
    )
    desk.books.change_requests.put(request)
    desk.books.sites.put(with_values(site, {"pendingChangeRequestId": request.id}))
    return call.created(shown(request), place=f"/v1/siteChangeRequests/{request.id}")


def list_change_requests(desk: Desk, call: Call) -> Reply:
    """Answer `GET /siteChangeRequests`; a look-up by reference knows what was just written."""
    query, books = call.query, desk.books
    site, status, reference = query.get("siteNumber"), query.get("status"), query.get("clientReference")
    if reference is not None:
        rows = books.change_requests.find("reference", (call.partner, reference))
    else:
        horizon = horizon_of(desk, now=call.now)
        rows = [row for row in _own(books.change_requests, call) if row.submitted_utc <= horizon]
    found = [row for row in rows if site in {None, row.site_number} and status in {None, row.status}]
    return call.listed(_sorted(found, lambda row: row.id))


def read_change_request(desk: Desk, call: Call) -> Reply:
    """Answer `GET /siteChangeRequests/{request}`."""
    row = desk.books.change_requests.get(call.ids["request"])
    if row is None or row.partner != call.partner:
        raise not_found(f"Demande {call.ids['request']}")
    return call.answer(shown(row))


def _site(desk: Desk, call: Call) -> Site:
    site = desk.books.sites.get(call.ids["site"])
    if site is None or site.partner != call.partner:
        raise not_found(f"Site {call.ids['site']}")
    return site


def _wrong(body: JsonObject) -> Iterator[JsonObject]:
    changes = body.get("changes")
    reference = str(body.get("clientReference") or "")
    if not reference:
        yield formrules.required("/clientReference")
    if len(reference) > formrules.LONGEST_FACT:
        yield formrules.too_long("/clientReference", formrules.LONGEST_FACT)
    if body.get("baseVersion") is None:
        yield formrules.required("/baseVersion")
    if not isinstance(changes, dict) or not changes:
        yield formrules.required("/changes")
    else:
        yield from formrules.new_site(changes, base="/changes", needs=sorted(_NEVER_EMPTY & set(changes)))


def _own(rows: Iterable[T], call: Call) -> list[T]:
    return [row for row in rows if row.partner == call.partner]


def _sorted(rows: Iterable[T], key: Callable[[T], str]) -> list[JsonObject]:
    return [shown(row) for row in sorted(rows, key=key)]
