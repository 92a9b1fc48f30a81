"""Reads of Dimensions as typed calls. Mutating calls are built in `preparing` and sent by the engine alone."""

import asyncio
import dataclasses
from collections.abc import Awaitable, Mapping, Sequence
from typing import TypeVar

from reconciler.contract import Answer, Call, Endpoint, Reader
from reconciler.errors import BadAnswer, Forbidden, VendorError
from reconciler.model import Json, Secret
from reconciler.vendors.dimensions import rows, wire
from reconciler.vendors.dimensions.paging import Listing, members, once, read_pages

T = TypeVar("T")


@dataclasses.dataclass(frozen=True)
class Place:
    """Where a customer is: its reseller account (empty at reseller level, where it is not said) and its own id."""

    account: str
    customer: str = ""

    def arguments(self, **more: str) -> dict[str, str]:
        """Return the path arguments of something there."""
        return {"account": self.account, "customer": self.customer, **more}


@dataclasses.dataclass(frozen=True)
class Client:
    """Typed reads through a reader; every one raises VendorError when it proves nothing."""

    read: Reader
    endpoints: wire.Endpoints
    size: int = wire.MOST_ROWS

    async def fetch_accounts(self) -> tuple[rows.Tenant, ...]:
        """Return all reseller accounts."""
        found = await read_pages(self.read, Listing(self.endpoints.list_accounts, {}, self.size))
        return tuple(rows.tenant(row) for row in found)

    async def fetch_account(self, number: str) -> rows.Tenant | None:
        """Return one reseller account, None when the vendor says that there is none."""
        row = await self._one(self.endpoints.read_account.call({"account": number}))
        return None if row is None else _asked(rows.tenant(row), number)

    async def fetch_metrics(self, account: str) -> Mapping[str, rows.CustomerMetrics]:
        """Return what a reseller's metrics show of each customer, by lower-case id; nothing where there are none."""
        call = self.endpoints.read_metrics.call({"account": account})
        answer = await self.read.fetch(call, missing_ok=True)
        what = call.endpoint.name
        # Whoever has no metrics shows less; that is no proof of anything.
        return {} if answer.status == 404 else rows.metrics(rows.folded(rows.data(answer.data, what=what), what=what))

    async def fetch_customers(self, account: str, text: str = "") -> tuple[rows.Tenant, ...]:
        """Return all customers of a reseller, or those whose name or reference contains a text."""
        listing = Listing(self.endpoints.list_customers, Place(account).arguments(), self.size, text)
        return tuple(rows.tenant(row) for row in await read_pages(self.read, listing))

    async def fetch_customers_by_reference(self, account: str, references: Sequence[str]) -> tuple[rows.Tenant, ...]:
        """Return the customers that carry one of our references exactly."""
        lists = await asyncio.gather(*(self.fetch_customers(account, text) for text in references))
        found = {row.id: row for some in lists for row in some if row.reference in references}
        return tuple(found.values())

    async def fetch_customer(self, place: Place) -> rows.Tenant | None:
        """Return one customer, None when the vendor says that there is none."""
        row = await self._one(self.endpoints.read_customer.call(place.arguments()))
        return None if row is None else _asked(rows.tenant(row), place.customer)

    async def fetch_instance(self, instance: str | Secret) -> rows.Instance:
        """Return who has a telephone system connected, in the whole of Dimensions; the vendor's 404 means nobody."""
        row = await self._one(self.endpoints.find_instance.call(query={wire.INSTANCE: instance}))
        return rows.Instance(False) if row is None else rows.instance(row)

    async def fetch_pbxs(self, place: Place) -> tuple[rows.Pbx, ...]:
        """Return the PBX connections of a customer."""
        found = [rows.pbx(row) for row in await self._members(self.endpoints.list_pbxs, place)]
        return once(found, lambda row: row.id, what="list of PBXs")

    async def fetch_pbx(self, place: Place, number: str) -> rows.Pbx | None:
        """Return one PBX connection, None when the vendor says that there is none."""
        row = await self._one(self.endpoints.read_pbx.call(place.arguments(pbx=number)))
        return None if row is None else _asked(rows.pbx(row), number)

    async def fetch_users(self, place: Place) -> tuple[rows.User, ...]:
        """Return the users of a customer, without their roles."""
        found = [rows.user(row) for row in await self._members(self.endpoints.list_users, place)]
        return once(found, lambda row: row.id, what="list of users")

    async def fetch_user(self, place: Place, number: str) -> rows.User | None:
        """Return one user with roles, None when the vendor says that there is none."""
        row = await self._one(self.endpoints.read_user.call(place.arguments(user=number)))
        if row is None:
            return None
        found = _asked(rows.user(row), number)
        if found.roles is None:
            raise BadAnswer(f"user {number} is shown without roles; nothing was concluded from it")
        return found

    async def fetch_users_by_email(self, place: Place, email: str) -> tuple[rows.User, ...]:
        """Return the users with an e-mail, whatever the case of its letters."""
        return tuple(row for row in await self.fetch_users(place) if row.email.casefold() == email.casefold())

    async def fetch_first(self, endpoint: Endpoint, account: str) -> int:
        """Return how many rows a page of one has."""
        query = {wire.PAGE: "0", wire.SIZE: "1"}
        answer = await self.read.fetch(endpoint.call(Place(account).arguments(), query=query))
        return len(members(answer.data, what=endpoint.name, asked=1))

    async def _members(self, endpoint: Endpoint, place: Place) -> tuple[rows.Row, ...]:
        answer = await self.read.fetch(endpoint.call(place.arguments()))
        return members(answer.data, what=endpoint.name)

    async def _one(self, call: Call) -> rows.Row | None:
        answer = await self.read.fetch(call, missing_ok=True)
        if answer.status == 404:
            _check_missing(call, answer)
            return None
        return rows.folded(rows.data(answer.data, what=call.endpoint.name), what=call.endpoint.name)


def _check_missing(call: Call, answer: Answer) -> None:
    """Take a 404 for absence only in the vendor's own envelope; a proxy's page or a wrong URL proves nothing."""
    body: Mapping[str, Json] = answer.data if isinstance(answer.data, Mapping) else {}
    names = {name.lower() for name in body}
    if not {wire.ERROR, wire.MESSAGE} & names:
        raise BadAnswer(f"{call} answered 404 without the vendor's envelope; this does not prove that it is gone")


Identified = TypeVar("Identified", rows.Tenant, rows.Pbx, rows.User)


def _asked(row: Identified, number: str) -> Identified:
    if row.id.lower() != number.lower():
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
