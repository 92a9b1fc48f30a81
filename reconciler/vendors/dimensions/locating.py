"""Which rows belong to which reseller and customer, and when one is proved absent."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

from reconciler.contract import Wanted
from reconciler.errors import IncompleteRead, VendorError
from reconciler.model import Address
from reconciler.vendors.dimensions import rows
from reconciler.vendors.dimensions.catalogue import RESELLER
from reconciler.vendors.dimensions.client import Client, Place, attempt, attempts, reason_of
from reconciler.vendors.dimensions.expanding import customer_address, reseller_address
from reconciler.vendors.dimensions.rounds import GONE_AT_ONCE, MOST_VANISHED, Located, Round

Ask = Callable[[str], Awaitable[rows.Tenant | None]]


async def locate_resellers(this: Round) -> None:
    """Find the reseller accounts that are asked for or that a customer hangs on; only enterprise credentials can."""
    asked = [address.name for address in this.of_type(RESELLER)]
    if not this.settings.enterprise:
        return
    needed = {name for customer in this.customer_names() if (name := this.reseller_of(customer))}
    unread = {name: number for name in needed if name not in asked and (number := this.reseller_id(name))}
    names = sorted({*asked, *needed} - (unread.keys() if this.focused else set()))
    if this.focused:
        this.accounts.update(unread)
    if names:
        places = {name: reseller_address(name) for name in names}
        this.accounts.update(
            await _locate_all(this, places, fetch=this.client.fetch_accounts, ask=this.client.fetch_account)
        )


async def locate_customers(this: Round) -> None:
    """Find the customers: in their reseller's whole list, or one by one in a focused look."""
    names = this.customer_names()
    if this.focused:
        answers = await attempts([_find(this, name) for name in names])
        for name, answer in zip(names, answers, strict=True):
            this.customers[name] = _failed(answer) if isinstance(answer, VendorError) else answer
        return
    by_account: dict[str, list[str]] = {}
    for name in names:
        account = this.account_id(name)
        if account is None:
            this.customers[name] = _under_missing(this, name)
        else:
            by_account.setdefault(account, []).append(name)
    for account, some in by_account.items():
        await _locate_under(this, account, some)


def _under_missing(this: Round, customer: str) -> Located:
    """Return what is known of a customer whose reseller is not there: it is absent when the reseller surely is."""
    reseller = this.reseller_of(customer)
    if reseller is None:
        return Located(reason=f"no `accountTenantId` says whose customer {customer} is; set it in reconciler.yaml")
    found = this.accounts.get(reseller, Located())
    if isinstance(found, str) or not (found.reason or found.rows):
        return Located()
    return Located(reason=found.reason or f"several accounts carry the reference of {reseller}")


async def _locate_under(this: Round, account: str, names: Sequence[str]) -> None:
    async def fetch() -> tuple[rows.Tenant, ...]:
        return await this.client.fetch_customers(account)

    async def ask(number: str) -> rows.Tenant | None:
        return await this.client.fetch_customer(Place(account, number))

    this.customers.update(
        await _locate_all(this, {name: customer_address(name) for name in names}, fetch=fetch, ask=ask)
    )


async def _locate_all(
    this: Round,
    places: Mapping[str, Address],
    *,
    fetch: Callable[[], Awaitable[tuple[rows.Tenant, ...]]],
    ask: Ask,
) -> dict[str, Located]:
    """Find tenants in a whole list; those known by id and not in it are asked for one by one."""
    listed = await attempt(fetch())
    if isinstance(listed, VendorError):
        return dict.fromkeys(places, _failed(listed))
    found = {name: _matches(this, address, listed) for name, address in places.items()}
    lost = {name: number for name, some in found.items() if not some and (number := this.known_id(places[name]))}
    kept = [name for name in lost if not _is_ended(this, places[name])]
    if len(kept) > MOST_VANISHED:
        error = IncompleteRead(f"{len(kept)} known ids are missing from the list: {GONE_AT_ONCE}")
        return {name: Located(some) for name, some in found.items()} | dict.fromkeys(lost, _failed(error))
    again = dict(zip(lost, await attempts([ask(number) for number in lost.values()]), strict=True))
    return {name: Located(some) for name, some in found.items()} | {name: _place(row) for name, row in again.items()}


def _is_ended(this: Round, address: Address) -> bool:
    wanted = this.scope.wanted.get(address)
    return wanted is not None and wanted.ensure == "absent"


def _matches(this: Round, address: Address, listed: Iterable[rows.Tenant]) -> tuple[rows.Tenant, ...]:
    """Return the row that the ledger knows, else those with one of our references."""
    listed, number, keys = tuple(listed), this.known_id(address), keys_of(this.scope.wanted.get(address))
    ours = tuple(row for row in listed if number is not None and row.id.lower() == number.lower())
    return ours or tuple(row for row in listed if row.reference is not None and row.reference in keys)


def keys_of(wanted: Wanted | None) -> tuple[str, ...]:
    """Return the references something may be found by."""
    return wanted.keys if wanted is not None else ()


async def _find(this: Round, name: str) -> Located | str:
    """Find one customer by its id, else by its references; one that is not itself asked for need not be read."""
    address, account = customer_address(name), this.account_id(name)
    number = this.known_id(address)
    if account is None:
        return _under_missing(this, name)
    if number is not None and address not in this.wanted:
        return number
    if number is not None and (row := await this.client.fetch_customer(Place(account, number))) is not None:
        return Located((row,), whole=True)
    keys = keys_of(this.scope.wanted.get(address))
    return Located(await this.client.fetch_customers_by_reference(account, keys))


def _place(row: rows.Tenant | None | VendorError) -> Located:
    if isinstance(row, VendorError):
        return _failed(row)
    return Located() if row is None else Located((row,), whole=True)


def _failed(error: VendorError) -> Located:
    return Located(reason=reason_of(error))


async def by_reference(client: Client, wanted: Wanted) -> tuple[rows.Tenant, ...]:
    """Return the reseller accounts that carry one of an object's references."""
    return tuple(
        row for row in await client.fetch_accounts() if row.reference is not None and row.reference in wanted.keys
    )
