"""Accounts: create, read, list, change (`interworks.md` section 3)."""

from collections.abc import Mapping

from reconciler.sandbox.interworks.attributes import coerced, patched
from reconciler.sandbox.interworks.calls import Call, whole_number
from reconciler.sandbox.interworks.errors import conflict, invalid, not_found
from reconciler.sandbox.interworks.filters import Property
from reconciler.sandbox.interworks.listing import Listing, answer_list, fields
from reconciler.sandbox.interworks.records import SYNCHRONIZED, UNSYNCHRONIZED, Account
from reconciler.sandbox.interworks.store import Books, Desk
from reconciler.sandbox.messages import JsonObject, Reply, json_reply
from reconciler.sandbox.tables import snake, to_json, with_values

_TEXTS = [
    "name",
    "code",
    "phone",
    "fax",
    "website",
    "folder",
    "description",
    "currency",
    "transactionCurrency",
    "paymentMethod",
    "registrationNumber",
    "tradingName",
    "businessActivity",
]
_FLAGS = [
    "orderingEnabled",
    "resellingEnabled",
    "separateInvoices",
    "autoInvoiceNotification",
    "taxable",
    "isBackOrdering",
    "isNetworkReseller",
]
_WHOLE = ["billToAccountId", "parentAccountId", "typeId", "industryId", "leadSourceId"]
_NUMBERS = ["creditLimit", "billingFrequencyMarkup"]

WRITABLE: Mapping[str, str] = {
    **dict.fromkeys(_TEXTS, "text"),
    "email": "email",
    **dict.fromkeys(_FLAGS, "flag"),
    **dict.fromkeys(_WHOLE, "whole"),
    **dict.fromkeys(_NUMBERS, "number"),
    "customFields": "objects",
}
_FILTERABLE = fields(
    id="number",
    created_at="moment",
    updated_at="moment",
    email="text",
    **{snake(name): "text" for name in _TEXTS},
    **{snake(name): "flag" for name in _FLAGS},
    **{snake(name): "number" for name in (*_WHOLE, *_NUMBERS)},
)
_SORTABLE = ("name", "code", "email", "creditLimit", "createdAt", "updatedAt")


def list_accounts(desk: Desk, call: Call) -> Reply:
    """Answer `GET /api/accounts`."""
    books = desk.books
    bill_to = Property("billToAccountName", "text", lambda row: _bill_to_name(books, row))
    listing = Listing(
        name="accounts",
        table=books.accounts,
        properties={**_FILTERABLE, "billtoaccountname": bill_to},
        sortable=_SORTABLE,
        show=lambda row: shown(books, row),
    )
    return answer_list(desk, call, listing=listing)


def read_account(desk: Desk, call: Call) -> Reply:
    """Answer `GET /api/accounts/{id}`."""
    return json_reply(200, shown(desk.books, account_of(desk, call)))


def create_account(desk: Desk, call: Call) -> Reply:
    """Answer `POST /api/accounts`: 201 with the account."""
    values = coerced(call.form(), WRITABLE)
    number = desk.books.account_id()
    account = _account(desk.books, values, number=number, created_at=call.stamp, updated_at=call.stamp)
    desk.books.accounts.put(account)
    return json_reply(201, shown(desk.books, account), headers=(("location", f"/api/accounts/{number}"),))


def patch_account(desk: Desk, call: Call) -> Reply:
    """Answer `PATCH /api/accounts/{id}` with a JSON Patch: 200 with the account."""
    account = account_of(desk, call)
    check_patch_type(call)
    present = {name: value for name, value in to_json(account).items() if name in WRITABLE}
    values = coerced(patched(present, call.body(), writable=WRITABLE), WRITABLE)
    changed = _account(desk.books, values, number=account.id, created_at=account.created_at, updated_at=call.stamp)
    desk.books.accounts.put(changed)
    return json_reply(200, shown(desk.books, changed))


def check_patch_type(call: Call) -> None:
    """Refuse a patch whose content type is neither JSON Patch nor JSON."""
    content_type = call.request.headers.get("content-type", "").split(";")[0].strip().lower()
    if content_type not in {"application/json-patch+json", "application/json"}:
        raise invalid("a patch must be sent as application/json-patch+json", field="Content-Type")


def account_of(desk: Desk, call: Call) -> Account:
    """Return the account the path names; refused with 400 or 404."""
    account = desk.books.accounts.get(whole_number(call.args[0], field="accountId"))
    if account is None:
        raise not_found(f"account {call.args[0]}")
    return account


def shown(books: Books, account: Account) -> JsonObject:
    """Return the account as the wire shows it."""
    synced = any(row.status == SYNCHRONIZED for row in books.sync.find("account_id", account.id))
    return {
        **to_json(account, hidden=False),
        "billToAccountName": _bill_to_name(books, account),
        "provisioningSyncStatus": SYNCHRONIZED if synced else UNSYNCHRONIZED,
    }


def _bill_to_name(books: Books, row: object) -> str | None:
    number = row.bill_to_account_id if isinstance(row, Account) else None
    payer = None if number is None else books.accounts.get(number)
    return None if payer is None else payer.name


def _account(books: Books, values: Mapping[str, object], *, number: int, created_at: str, updated_at: str) -> Account:
    code = str(values.get("code") or "").strip() or f"ACC-{number:06}"
    chosen = {name: value for name, value in values.items() if name != "code"}
    if not str(chosen.get("name", "")).strip():
        raise invalid("name is required", field="name")
    if any(other.id != number for other in books.accounts.find("code", code)):
        raise conflict(f"code {code} is already used by another account", field="code")
    fresh = Account(id=number, name="", code=code, created_at=created_at, updated_at=updated_at)
    account = with_values(fresh, chosen)
    _check_reseller(books, account.parent_account_id, account=account, field="parentAccountId")
    if account.bill_to_account_id != account.id:
        _check_reseller(books, account.bill_to_account_id, account=account, field="billToAccountId")
    return account


def _check_reseller(books: Books, number: int | None, *, account: Account, field: str) -> None:
    if number is None:
        return
    other = books.accounts.get(number)
    if other is None or number == account.id:
        raise invalid(f"{field} {number} does not exist", field=field)
    if not other.reselling_enabled:
        raise invalid(f"{field} {number} is not a reseller", field=field)
