"""Reads of Divalto as typed calls. Mutating calls are built in `preparing` and sent by the engine alone."""

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import TypeVar

from reconciler.contract import Answer, Call, Reader
from reconciler.errors import BadAnswer, Forbidden, VendorError
from reconciler.model import Json, Secret
from reconciler.vendors.divalto import failures, rows, wire
from reconciler.vendors.divalto.paging import Listing, read_rows

T = TypeVar("T")


class KeyWatch:
    """Reads through another reader and keeps what the vendor says of the key's end; `expires` as it writes it."""

    def __init__(self, read: Reader) -> None:
        self._read = read
        self.expires: str | None = None

    async def fetch(self, call: Call, *, missing_ok: bool = False) -> Answer:
        """Return what the other reader returns."""
        answer = await self._read.fetch(call, missing_ok=missing_ok)
        self.expires = answer.headers.get(wire.KEY_EXPIRES) or self.expires
        return answer


@dataclasses.dataclass(frozen=True)
class Client:
    """Typed reads through a reader; every one raises VendorError when it proves nothing."""

    read: Reader
    size: int = wire.MOST_ROWS

    async def fetch_orders(self, references: Collection[str]) -> tuple[rows.Order, ...]:
        """Read all orders; return those with our references that can be understood. The list may lag behind."""
        found = await read_rows(self.read, Listing(wire.LIST_ORDERS, "orderNumber", self.size))
        own = (row for row in found if row.get(wire.REFERENCE.lower()) in references)
        return tuple(order for row in own if (order := _understood(rows.order, row)) is not None)

    async def fetch_order_count(self) -> int:
        """Return how many orders the key may see, with one row read."""
        answer = await self.read.fetch(wire.LIST_ORDERS.call(query={wire.OFFSET: "0", wire.COUNT: "1"}))
        failures.require_success(answer, what="list of orders")
        return rows.counted(rows.folded(answer.data, what="list of orders"), wire.TOTAL, what="list of orders")

    async def fetch_orders_by_reference(self, references: Sequence[str]) -> tuple[rows.Order, ...]:
        """Return the orders with our references; this knows what was just written."""
        lists = [await self._orders_of(reference) for reference in references]
        return tuple({row.number: row for some in lists for row in some}.values())

    async def _orders_of(self, reference: str) -> tuple[rows.Order, ...]:
        listing = Listing(wire.LIST_ORDERS, "orderNumber", self.size, {wire.REFERENCE: reference})
        found = await read_rows(self.read, listing)
        own = [await self._whole(row) for row in found if row.get(wire.REFERENCE.lower()) == reference]
        return tuple(rows.order(row) for row in own)

    async def _whole(self, row: rows.Row) -> rows.Row:
        """Return an order's row with its documents, read apart where the row does not show them."""
        if "documents" in row:
            return row
        number = rows.identity(row, "orderNumber", what="order")
        listing = Listing(wire.LIST_DOCUMENTS, "documentId", self.size, arguments={"order": number}, short=True)
        return {**row, "documents": [dict(one) for one in await read_rows(self.read, listing)]}

    async def fetch_order(self, number: str) -> rows.Order | None:
        """Return one order, None when the vendor says that there is none."""
        row = await self._one(wire.READ_ORDER.call({"order": number}))
        return None if row is None else _asked(rows.order(await self._whole(row)), number)

    async def fetch_passages(self, number: str) -> tuple[rows.Passage, ...]:
        """Return through which statuses an order went."""
        listing = Listing(wire.READ_HISTORY, None, self.size, arguments={"order": number}, short=True)
        return tuple(rows.passage(row) for row in await read_rows(self.read, listing))

    async def fetch_site(self, number: str) -> rows.Site | None:
        """Return one site, None when the vendor says that the partner has none of that number."""
        row = await self._one(wire.READ_SITE.call({"site": number}))
        return None if row is None else _asked(rows.site(await self._pending(row, number)), number)

    async def _pending(self, row: rows.Row, site: str) -> rows.Row:
        """Return a site's row with its open change request, looked for where the row does not tell."""
        if "pendingchangerequestid" in row:
            return row
        query = {"siteNumber": site, "status": wire.A_TRAITER}
        found = await read_rows(self.read, Listing(wire.LIST_CHANGES, "id", self.size, query))
        requests = [rows.change_request(one) for one in found]
        open_ = (one.id for one in requests if one.site in {None, site} and one.status == wire.A_TRAITER)
        return {**row, "pendingchangerequestid": next(open_, None)}

    async def fetch_changes(self, references: Sequence[str], site: str) -> tuple[rows.ChangeRequest, ...]:
        """Return the change requests of a site with our references; this knows what was just written."""
        lists = [await self._changes_of(reference) for reference in references]
        found = {row.id: row for some in lists for row in some}.values()
        return tuple(row for row in found if row.site in {None, site})

    async def _changes_of(self, reference: str) -> tuple[rows.ChangeRequest, ...]:
        listing = Listing(wire.LIST_CHANGES, "id", self.size, {wire.REFERENCE: reference})
        found = [rows.change_request(row) for row in await read_rows(self.read, listing)]
        return tuple(row for row in found if row.reference == reference)

    async def fetch_opportunity(self, code: str) -> rows.Opportunity | None:
        """Return one opportunity, None when the vendor says that the partner has none of that code."""
        row = await self._one(wire.READ_OPPORTUNITY.call({"code": code}))
        if row is None:
            return None
        found = rows.opportunity(row)
        if found.code != code:
            raise BadAnswer(f"opportunity {found.code} came for {code}; nothing was concluded from it")
        return found

    async def fetch_certificates(self, orders: Collection[str], order: str = "") -> tuple[rows.Certificate, ...]:
        """Read all certificates, or those of an order; return the ones of some orders that can be understood.

        Without what is secret. The list may lag behind.
        """
        query = {"orderNumber": order} if order else {}
        found = await read_rows(self.read, Listing(wire.LIST_CERTIFICATES, "id", self.size, query))
        own = (row for row in found if str(row.get("ordernumber")) in orders)
        return tuple(one for row in own if (one := _understood(rows.certificate, row)) is not None)

    async def fetch_content(self, number: str) -> Mapping[str, Secret]:
        """Return what a certificate holds, secret."""
        call = wire.READ_CONTENT.call({"certificate": number})
        row = await self._one(call)
        if row is None:
            raise BadAnswer(f"{call} says that there is none; nothing was concluded from it")
        return rows.secrets_of_certificate(row, what=f"content of certificate {number}")

    async def fetch_catalogue(self) -> Mapping[str, Json]:
        """Return the catalogue as the vendor writes it."""
        answer = await self.read.fetch(wire.READ_CATALOG.call())
        failures.require_success(answer, what="catalogue")
        if not isinstance(answer.data, Mapping):
            raise BadAnswer("catalogue is no JSON object; nothing was concluded from it")
        return answer.data

    async def fetch_findings(self, body: Mapping[str, Json], documents: Sequence[Json]) -> tuple[rows.Finding, ...]:
        """Return what the vendor says of an order before it is submitted; a dry run without effect."""
        answer = await self.read.fetch(wire.VALIDATE.call(body={**body, "documents": list(documents)}))
        failures.require_success(answer, what="validation")
        row = rows.folded(answer.data, what="validation")
        found = rows.listed(row, "results", rows.finding, what="validation")
        if row.get("valid") is not True and not any(one.severity == "error" for one in found):
            raise BadAnswer("validation is not valid and says not why; nothing was concluded from it")
        return found

    async def _one(self, call: Call) -> rows.Row | None:
        answer = await self.read.fetch(call, missing_ok=True)
        if failures.is_missing(answer):
            return None
        if answer.status == 404:
            raise BadAnswer(f"{call} answered 404 without the vendor's error body; this does not prove that it is gone")
        failures.require_success(answer, what=str(call))
        return rows.folded(answer.data, what=str(call))


def _understood(parse: Callable[[rows.Row], T], row: rows.Row) -> T | None:
    """Return a row parsed, None when it is wrong: one broken row of a list says nothing about the others."""
    try:
        return parse(row)
    except BadAnswer:
        return None


Identified = TypeVar("Identified", rows.Order, rows.Site)


def _asked(row: Identified, number: str) -> Identified:
    if row.number != number:
        raise BadAnswer(f"row {row.number} came for {number}; nothing was concluded from it")
    return row


async def attempt(call: Awaitable[T]) -> T | VendorError:
    """Return the result or the vendor's failure as a value."""
    try:
        return await call
    except VendorError as error:
        return error


async def attempts(calls: Sequence[Awaitable[T]]) -> list[T | VendorError]:
    """Try all at once; the reader paces them."""
    return list(await asyncio.gather(*(attempt(call) for call in calls)))


def reason_of(error: VendorError) -> str:
    """Return why something could not be read, for people."""
    return f"missing right: {error}" if isinstance(error, Forbidden) else str(error)
