"""Reads of the BSS as typed calls. Mutating calls are built in `preparing` and sent by the engine alone."""

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import TypeVar

from reconciler.contract import Answer, Call, Endpoint, Reader
from reconciler.errors import BadAnswer, Forbidden, IncompleteRead, VendorError
from reconciler.model import Json
from reconciler.vendors.interworks import rows, wire
from reconciler.vendors.interworks.paging import Listing, read_rows, together

T = TypeVar("T")
PAGE_SIZE = 100


@dataclasses.dataclass(frozen=True)
class Client:
    """Typed reads through a reader; every one raises VendorError when it proves nothing."""

    read: Reader
    size: int = PAGE_SIZE

    async def fetch_accounts(self, condition: str = "") -> tuple[rows.Account, ...]:
        """Return all accounts, or those of a filter."""
        return await self._list(wire.LIST_ACCOUNTS, rows.account, condition=condition)

    async def fetch_accounts_by_code(self, codes: Sequence[str]) -> tuple[rows.Account, ...]:
        """Return the accounts that carry one of our references."""
        lists = await together(self.fetch_accounts(wire.equals(wire.REFERENCE, code)) for code in codes)
        found = {row.id: row for some in lists for row in some if row.code in codes}
        return tuple(found.values())

    async def fetch_account(self, number: str) -> rows.Account | None:
        """Return one account, None when the vendor says that there is none."""
        row = await self._one(wire.READ_ACCOUNT, number)
        return None if row is None else _asked(rows.account(row), number)

    async def fetch_statuses(self, number: int) -> Mapping[str, rows.Status]:
        """Return how far an account is with every system, by lower-case system code."""
        data = (await self.read.fetch(wire.LIST_STATUSES.call({"id": number}))).data
        found = [rows.sync_status(row) for row in _members(data, what="sync statuses")]
        return {status.system.lower(): status for status in found}

    async def fetch_status(self, number: int, system: str) -> rows.Status:
        """Return how far an account is with one system."""
        data = (await self.read.fetch(wire.READ_STATUS.call({"id": number, "system": system}))).data
        status = rows.sync_status(rows.folded(data, what="sync status"))
        if status.system.lower() != system.lower():
            raise BadAnswer(f"sync status of {status.system} came for {system}; nothing was concluded from it")
        return status

    async def fetch_options(self, number: int, system: str) -> Mapping[str, rows.Option]:
        """Return an account's options for a system that has some, by lower-case id; none at all proves nothing."""
        data = (await self.read.fetch(wire.READ_OPTIONS.call({"id": number, "system": system}))).data
        found = [rows.sync_option(row) for row in _members(data, what="sync options")]
        options = {option.id.lower(): option for option in found}
        if not options or len(options) != len(found):
            raise BadAnswer(f"sync options of {system} are empty or name one twice; nothing was concluded from them")
        return options

    async def fetch_orders(self, names: Collection[str], condition: str = "") -> tuple[rows.Order, ...]:
        """Read all orders, or those of a filter; return the ones with our references."""
        return await self._list(
            wire.LIST_ORDERS, rows.order, condition=condition, keep=lambda row: row.get(wire.ORDER_NAME) in names
        )

    async def fetch_orders_by_name(self, names: Sequence[str], account: int | None = None) -> tuple[rows.Order, ...]:
        """Return the orders that carry one of our references, of one account when it is known."""
        prefix = "" if account is None else wire.equals(wire.ORDER_ACCOUNT, account) + " and "
        lists = await together(self.fetch_orders(names, prefix + wire.equals(wire.ORDER_NAME, name)) for name in names)
        found = {row.id: row for some in lists for row in some}
        return tuple(found.values())

    async def fetch_order(self, number: str) -> rows.Order | None:
        """Return one order, None when the vendor says that there is none."""
        row = await self._one(wire.READ_ORDER, number)
        return None if row is None else _asked(rows.order(row), number)

    async def fetch_assets(self, orders: Collection[str], condition: str = "") -> tuple[rows.AssetRow, ...]:
        """Read all assets, or those of a filter; return the ones of some orders."""
        return await self._list(
            wire.LIST_ASSETS,
            rows.asset,
            condition=condition,
            keep=lambda row: row.get(wire.ASSET_ORDER.lower()) in orders,
        )

    async def fetch_assets_of(self, order: str) -> tuple[rows.AssetRow, ...]:
        """Return the assets of one order."""
        return await self.fetch_assets([order], wire.equals(wire.ASSET_ORDER, order))

    async def fetch_asset(self, number: str) -> rows.AssetRow | None:
        """Return one asset, None when the vendor says that there is none."""
        row = await self._one(wire.READ_ASSET, number)
        return None if row is None else _asked(rows.asset(row), number)

    async def fetch_product(self, code: str) -> rows.Product | None:
        """Return a product by its code, None when there is none."""
        exact = await self._list(
            wire.LIST_PRODUCTS,
            rows.product,
            condition=wire.equals("code", code),
            keep=lambda row: row.get("code") == code,
        )
        if len(exact) > 1:
            raise IncompleteRead(f"product code {code} is used {len(exact)} times; correct the products in the BSS")
        return exact[0] if exact else None

    async def fetch_products(self) -> tuple[rows.Product, ...]:
        """Return all products."""
        return await self._list(wire.LIST_PRODUCTS, rows.product)

    async def fetch_first_accounts(self) -> tuple[tuple[rows.Account, ...], int | None]:
        """Return the rows of a page of one, and how many accounts there are when the answer tells."""
        answer = await self.read.fetch(wire.LIST_ACCOUNTS.call(query={wire.PAGE: "1", wire.SIZE: "1"}))
        body: Mapping[str, Json] = {}
        data = answer.data
        if not isinstance(data, list | tuple):
            body = rows.folded(data, what="list of accounts")
            data = body.get(wire.DATA)
        metadata = rows.folded(body.get(wire.METADATA) or {}, what="metadata of the list of accounts")
        found = tuple(rows.account(row) for row in _members(data, what="list of accounts"))
        return found, rows.whole(metadata, wire.TOTAL_RECORDS, what="metadata of the list of accounts")

    async def _list(
        self,
        endpoint: Endpoint,
        parse: Callable[[rows.Row], T],
        *,
        condition: str = "",
        keep: Callable[[rows.Row], bool] = lambda _: True,
    ) -> tuple[T, ...]:
        """Read a whole list; rows that are not kept need not be understood."""
        found = await read_rows(self.read, Listing(endpoint, self.size, condition))
        return tuple(parse(row) for row in found if keep(row))

    async def _one(self, endpoint: Endpoint, number: str) -> rows.Row | None:
        call = endpoint.call({"id": number})
        answer = await self.read.fetch(call, missing_ok=True)
        if answer.status == 404:
            _check_missing(call, answer)
            return None
        return rows.folded(answer.data, what=str(call))


def _members(data: Json, *, what: str) -> list[rows.Row]:
    return [rows.folded(item, what=f"row of {what}") for item in rows.listed(data, what=what)]


def _check_missing(call: Call, answer: Answer) -> None:
    """Take a 404 for absence only in the vendor's own words; a proxy's page or a wrong URL proves nothing."""
    data = answer.data if isinstance(answer.data, Mapping) else {}
    if wire.ERROR_TYPE not in {name.lower() for name in data}:
        raise BadAnswer(f"{call} answered 404 without the vendor's error body; this does not prove that it is gone")


Identified = TypeVar("Identified", rows.Account, rows.Order, rows.AssetRow)


def _asked(row: Identified, number: str) -> Identified:
    if str(row.id).lower() != number.lower():
        raise BadAnswer(f"row {row.id} came for {number}; nothing was concluded from it")
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
