"""Reading the users of customers: one list for each customer, and one read for each user whose roles matter."""

from reconciler.contract import Wanted
from reconciler.errors import VendorError
from reconciler.vendors.dimensions import roles, rows, showing
from reconciler.vendors.dimensions.catalogue import USER
from reconciler.vendors.dimensions.client import Place, attempt, attempts, reason_of
from reconciler.vendors.dimensions.rounds import Round, customer_of


async def read_users(this: Round) -> None:
    """Read the users that are asked for."""
    wanted = this.of_type(USER)
    await list_users(this, {customer_of(one) for address, one in wanted.items() if this.known_id(address) is None})
    answers = await attempts([_matches(this, one) for one in wanted.values()])
    for (address, one), answer in zip(wanted.items(), answers, strict=True):
        if isinstance(answer, VendorError):
            this.unreadable[address] = reason_of(answer)
        elif reason := this.reason(customer_of(one)):
            this.unreadable[address] = reason
        else:
            this.objects[address] = tuple(showing.user(row, one) for row in answer)


async def list_users(this: Round, customers: set[str]) -> None:
    """List the users of customers that are there and were not listed yet."""
    places = {name: this.place(name) for name in sorted(customers - this.listed.keys())}
    there = {name: place for name, place in places.items() if place is not None}
    answers = await attempts([this.client.fetch_users(place) for place in there.values()])
    this.listed.update(zip(there, answers, strict=True))


async def has_imported(this: Round, customer: str) -> bool:
    """Say whether a user of a customer comes from its PBX; asks for one after the other until one does."""
    metrics = this.customer_metrics(customer)
    if metrics is not None and metrics.roles.get(roles.PBX_USER):
        return True
    known = [user for (name, _), user in this.detailed.items() if name == customer]
    if any(_is_imported(user) for user in known):
        return True
    await list_users(this, {customer})
    listed, place = this.listed.get(customer, ()), this.place(customer)
    if isinstance(listed, VendorError):
        raise listed
    for row in listed if place is not None else ():
        if place is not None and _is_imported(await _detail(this, customer, place, number=row.id)):
            return True
    return False


async def names_awaited(this: Round, customer: str) -> list[str]:
    """Return the declared users who can only come from a customer's PBX and have not come yet."""
    declared = [one for one in this.scope.wanted.values() if one.address.type == USER and one.ensure == "present"]
    awaited = [one for one in declared if customer_of(one) == customer and _must_come(one)]
    found = [await _matches(this, one) for one in awaited]
    return [one.address.name for one, some in zip(awaited, found, strict=True) if not any(map(_is_imported, some))]


def _must_come(wanted: Wanted) -> bool:
    """Say whether a user must be on the PBX: its devices are there, and some roles are for its users only."""
    named = [name.partition("/") for name in wanted.fields]
    return any(kind == "devices" or roles.NEEDS.get(name) == roles.PBX_USER for kind, _, name in named)


def _is_imported(user: rows.User | None) -> bool:
    return user is not None and roles.PBX_USER in (user.roles or ())


async def _matches(this: Round, wanted: Wanted) -> tuple[rows.User, ...]:
    """Return the user that the ledger knows, else those with the e-mail, with their roles."""
    customer, number = customer_of(wanted), this.known_id(wanted.address)
    place = this.place(customer)
    if place is None:
        return ()
    # By id first: that a list lacks a user is no proof that it is gone.
    if number is not None and (user := await _detail(this, customer, place, number=number)) is not None:
        return (user,)
    await list_users(this, {customer})
    listed = this.listed.get(customer, ())
    if isinstance(listed, VendorError):
        raise listed
    same = [row for row in listed if row.email.casefold() == wanted.keys[0].casefold()]
    found = [await _detail(this, customer, place, number=row.id) for row in same]
    return tuple(user for user in found if user is not None)


async def _detail(this: Round, customer: str, place: Place, *, number: str) -> rows.User | None:
    if (customer, number) not in this.detailed:
        this.detailed[customer, number] = await this.client.fetch_user(place, number)
    return this.detailed[customer, number]


async def find_administrator(this: Round, customer: str) -> str | None:
    """Return the e-mail of an undeclared user who administers a customer; None when there is none to be seen."""
    await list_users(this, {customer})
    listed, place = this.listed.get(customer, ()), this.place(customer)
    if isinstance(listed, VendorError) or place is None:
        return None
    declared = {one.keys[0].casefold() for one in this.scope.wanted.values() if one.address.type == USER}
    for row in listed:
        user = await attempt(_detail(this, customer, place, number=row.id))
        if isinstance(user, rows.User) and user.email.casefold() not in declared and _administers(user):
            return user.email
    return None


def _administers(user: rows.User) -> bool:
    return set(roles.PRIMARY) <= set(user.roles or ())
