"""The one request of each step, made after a last look. StepRefused when what is there is not what was planned."""

import dataclasses
from collections.abc import Awaitable, Callable, Mapping

from reconciler.contract import Call, Satisfied, Situation, Step, SyncStatus, Wanted
from reconciler.errors import StepRefused
from reconciler.model import Address, Json
from reconciler.vendors.interworks import catalogue, rows, showing, wire
from reconciler.vendors.interworks.client import Client
from reconciler.vendors.interworks.expanding import account_address
from reconciler.vendors.interworks.options import all_set, settable, shown, wanted_options
from reconciler.vendors.interworks.paging import together
from reconciler.vendors.interworks.pricing import lines_of, total_price
from reconciler.vendors.interworks.systems import System


@dataclasses.dataclass(frozen=True)
class Desk:
    """A step about to be sent, with everything needed to make its request."""

    step: Step
    situation: Situation
    client: Client
    systems: Mapping[str, System]

    @property
    def wanted(self) -> Wanted:
        """The object as declared."""
        found = self.situation.wanted.get(self.step.address)
        if found is None:
            raise StepRefused(f"{self.step.address} is not declared any more; plan again", stale=True)
        return found

    @property
    def system(self) -> System:
        """The provisioning system the step is about."""
        return self.systems[self.step.address.vendor]

    def id_of(self, address: Address) -> str:
        """Return the vendor's id of a settled object."""
        number = self.situation.ids.get(address)
        if not number:
            raise StepRefused(
                f"{address} has no id yet, and {self.step.address} needs it; apply again when it is settled"
            )
        return number

    def account_id(self, name: str) -> int:
        """Return the vendor's id of an account."""
        number = self.id_of(account_address(name))
        if not number.isdecimal():
            raise StepRefused(f"account {name} has id {number!r}, which is no number; look at it in the BSS")
        return int(number)

    def names(self) -> dict[int, str]:
        """Return account names by id."""
        return {
            int(number): address.name
            for address, number in self.situation.ids.items()
            if address == account_address(address.name) and number.isdecimal()
        }


async def create_account(desk: Desk) -> Call | Satisfied:
    """Make the creation of an account, unless one with our reference is there already."""
    wanted = desk.wanted
    there = await desk.client.fetch_accounts_by_code(wanted.keys)
    if len(there) > 1:
        raise StepRefused(f"{len(there)} accounts carry the reference of {wanted.address}; a person must choose")
    if there:
        return Satisfied(str(there[0].id))
    body: dict[str, Json] = {wire.REFERENCE: wanted.keys[0]}
    for word, value in wanted.fields.items():
        own = word == "billTo" and value == wanted.address.name
        if value is not None and not own:
            body[wire.ACCOUNT_FIELDS[word]] = _account_value(desk, word, value)
    return wire.CREATE_ACCOUNT.call(body=body)


def _account_value(desk: Desk, word: str, value: Json) -> Json:
    return desk.account_id(str(value)) if word in wire.ACCOUNT_LINKS else value


async def patch_account(desk: Desk) -> Call | Satisfied:
    """Make one patch of all fields that differ; refused when someone changed them since the plan."""
    step, wanted = desk.step, desk.wanted
    number = step.target or desk.id_of(step.address)
    row = await desk.client.fetch_account(number)
    if row is None or row.code not in wanted.keys:
        raise StepRefused(f"account {number} is gone or does not carry our reference any more; plan again", stale=True)
    now = showing.account_fields(row, desk.names(), own=step.address.name)
    if all(word in now and now[word] == value for word, value in step.body.items()):
        return Satisfied(number)
    _check_basis(step, now, basis=step.basis)
    operations: list[Json] = [_patch(desk, word, step.body[word]) for word in sorted(step.body)]
    return wire.PATCH_ACCOUNT.call({"id": number}, body=operations, content_type=wire.PATCH_TYPE)


def _patch(desk: Desk, word: str, value: Json) -> Json:
    path = "/" + wire.ACCOUNT_FIELDS[word]
    if value is None or (word == "billTo" and value == desk.step.address.name):
        return {"op": "remove", "path": path}
    return {"op": "replace", "path": path, "value": _account_value(desk, word, value)}


def _check_basis(step: Step, now: Mapping[str, Json], *, basis: Json) -> None:
    planned = basis if isinstance(basis, Mapping) else {}
    for word, before in planned.items():
        if now.get(word) not in (before, step.body.get(word)):
            raise StepRefused(
                f"{word} of {step.address} was {shown(before)} when it was planned and is {shown(now.get(word))} now; "
                "plan again",
                stale=True,
            )


async def set_options(desk: Desk) -> Call | Satisfied:
    """Make the call that stores options, after a look at the vendor's definitions."""
    step, system = desk.step, desk.system
    number = desk.account_id(step.address.name)
    values = wanted_options(desk.wanted, system, desk.situation.ids)
    present = await desk.client.fetch_options(number, system.code)
    chosen = settable(values, present, system=system)
    if not chosen:
        return Satisfied(step.target or f"{number}:{system.code}")
    if isinstance(step.basis, Mapping):
        now = showing.sync_fields(present, system, desk.names())
        _check_basis(step, now, basis=step.basis.get("options"))
    fields: list[Json] = [{"ID": name, "Value": value} for name, value in chosen.items()]
    return wire.SET_OPTIONS.call({"id": number, "system": system.code}, body={"Fields": fields})


async def synchronize(desk: Desk) -> Call | Satisfied:
    """Make the synchronisation, unless it is done or under way."""
    step, system = desk.step, desk.system
    number = desk.account_id(step.address.name)
    status = await desk.client.fetch_status(number, system.code)
    done = status.status is SyncStatus.SYNCHRONIZED and step.operation != catalogue.RESYNCHRONIZE
    if done or status.status is SyncStatus.IN_PROGRESS:
        return Satisfied(status.external_id or f"{number}:{system.code}")
    if status.status is SyncStatus.UNKNOWN:
        raise StepRefused(f"{step.address} is in status {status.word!r}, which is not known; look at it in the BSS")
    if system.options:
        values = wanted_options(desk.wanted, system, desk.situation.ids)
        if not all_set(values, await desk.client.fetch_options(number, system.code)):
            raise StepRefused(f"options of {step.address} are not those of the manifest; plan again", stale=True)
    return wire.SYNCHRONIZE.call({"id": number, "system": system.code})


def check_order(desk: Desk, order: rows.Order) -> None:
    """Refuse when the vendor's order is not the manifest's: account, bill-to and lines."""
    wanted = desk.wanted
    compared: list[tuple[str, Json, Json]] = [
        ("account", order.account, desk.account_id(str(wanted.fields["account"]))),
        ("bill-to", order.payer, desk.account_id(str(wanted.options["billTo"]))),
        ("items", None if order.items is None else showing.items_json(order.items), wanted.fields["items"]),
    ]
    for name, there, declared in compared:
        if there != declared:
            raise StepRefused(
                f"order {order.id} has {name} {shown(there)}, the manifest says {shown(declared)}; correct it in the "
                "BSS or raise `revision`"
            )


async def create_order(desk: Desk) -> Call | Satisfied:
    """Make the entry of an order, unless one with any of our references is there."""
    wanted = desk.wanted
    account = desk.account_id(str(wanted.fields["account"]))
    payer = desk.account_id(str(wanted.options["billTo"]))
    there = await desk.client.fetch_orders_by_name(wanted.keys, account)
    if len(there) > 1:
        raise StepRefused(f"{len(there)} orders carry the reference of {wanted.address}; a person must choose")
    if there:
        check_order(desk, there[0])
        return Satisfied(there[0].id)
    return wire.CREATE_ORDER.call(
        body={
            wire.ORDER_NAME: wanted.keys[0],
            wire.ORDER_ACCOUNT: account,
            wire.ORDER_PAYER: payer,
            wire.ORDER_ITEMS: [
                {wire.ITEM_PRODUCT: code, wire.ITEM_QUANTITY: quantity} for code, quantity in lines_of(wanted)
            ],
        }
    )


async def execute_order(desk: Desk) -> Call | Satisfied:
    """Make the execution: only of a submitted order that is the manifest's, at a price that was planned."""
    step, wanted = desk.step, desk.wanted
    number = desk.situation.ids.get(step.address) or step.target or desk.id_of(step.address)
    order = await desk.client.fetch_order(number)
    if order is None or order.name not in wanted.keys:
        raise StepRefused(f"order {number} is gone or does not carry our reference any more; plan again", stale=True)
    if order.status == wire.EXECUTED:
        return Satisfied(order.id)
    if order.status != wire.SUBMITTED:
        raise StepRefused(
            f"order {number} is {order.status!r}, not {wire.SUBMITTED}; look at it in the BSS", stale=True
        )
    check_order(desk, order)
    await _check_price(desk)
    body: dict[str, Json] = {wire.INVOICE_OPTION: step.body.get(wire.INVOICE_OPTION, wire.DEFAULT_INVOICE_OPTION)}
    if step.body.get(wire.START_DATE) is not None:
        body[wire.START_DATE] = step.body[wire.START_DATE]
    return wire.EXECUTE_ORDER.call({"id": number}, body=body)


async def _check_price(desk: Desk) -> None:
    step = desk.step
    limit, planned = step.max_price, step.cost
    if limit is None and planned is None:
        return
    codes = list(dict.fromkeys(code for code, _ in lines_of(desk.wanted)))
    found = await together(desk.client.fetch_product(code) for code in codes)
    prices = {code: None if row is None else row.price for code, row in zip(codes, found, strict=True)}
    price = total_price(desk.wanted, prices)
    if price is None:
        if planned is not None:
            raise StepRefused(
                f"price of {step.address} was {planned} and is not shown any more; plan again", stale=True
            )
        return
    if limit is not None and (price.currency != limit.currency or price.amount > limit.amount):
        raise StepRefused(
            f"{step.address} costs {price}, `maxPrice` allows {limit}; raise it or order less", policy=True
        )
    if planned is not None and (price.currency != planned.currency or price.amount > planned.amount):
        raise StepRefused(f"{step.address} costs {price}, the plan showed {planned}; plan again", stale=True)


async def resend_key(desk: Desk) -> Call | Satisfied:
    """Make the call that mails a licence key again."""
    step = desk.step
    number = step.target or ""
    asset = await desk.client.fetch_asset(number)
    order = desk.situation.ids.get(step.address)
    if asset is None or (order is not None and asset.order != order):
        raise StepRefused(f"asset {number} is not one of {step.address}; `reconciler assets list` shows them")
    if asset.status is not SyncStatus.SYNCHRONIZED or "license_key" not in asset.secrets:
        raise StepRefused(f"asset {number} has no licence key that could be sent; look at it in the BSS")
    return wire.RESEND_KEY.call({"id": asset.id})


PREPARED: Mapping[tuple[str, str], Callable[[Desk], Awaitable[Call | Satisfied]]] = {
    ("account", catalogue.CREATE): create_account,
    ("account", catalogue.UPDATE): patch_account,
    ("account", catalogue.ENABLE): patch_account,
    ("account", catalogue.DISABLE): patch_account,
    ("sync", catalogue.SET_OPTIONS): set_options,
    ("sync", catalogue.SYNCHRONIZE): synchronize,
    ("sync", catalogue.RESYNCHRONIZE): synchronize,
    ("order", catalogue.CREATE): create_order,
    ("order", catalogue.EXECUTE): execute_order,
    ("order", catalogue.RESEND): resend_key,
}


async def prepare(desk: Desk) -> Call | Satisfied:
    """Make the request of a step; StepRefused for one that only a person can do."""
    step = desk.step
    made = PREPARED.get((step.address.type, step.operation))
    if made is None:
        raise StepRefused(f"{step.address} {step.operation} is done by a person; see its instructions in the plan")
    return await made(desk)
