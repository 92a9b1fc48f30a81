"""The one table of the BSS's wire: paths, member names, words, option ids, limits.

Only little of it is documented (`DOCUMENTED`); the rest is PROPOSED, a convention in the documented style, to be
corrected here from an installation's own description (`<BSS URL>/apidocs`) without touching logic. Names are
compared in lower case. Source numbers are those of the vendor's manuals: AVG, Panda, BitTitan.
"""

from collections.abc import Mapping

from reconciler.contract import Endpoint

VERSION_HEADER = {"X-Api-Version": "3.0"}  # DOCUMENTED
TOKEN_PATH = "/oauth/token"  # noqa: S105 - DOCUMENTED; a path
ASSUMED_TOKEN_LIFETIME = 600.0
"""Seconds a token is taken to live when the answer does not say."""

# --- endpoints: accounts, orders, assets and products are DOCUMENTED as reads; actions are PROPOSED
LIST_ACCOUNTS = Endpoint("list-accounts", "GET", "/api/accounts")
READ_ACCOUNT = Endpoint("read-account", "GET", "/api/accounts/{id}")
CREATE_ACCOUNT = Endpoint("create-account", "POST", "/api/accounts", mutates=True)
PATCH_ACCOUNT = Endpoint("patch-account", "PATCH", "/api/accounts/{id}", mutates=True)
READ_OPTIONS = Endpoint("read-sync-options", "GET", "/api/accounts/{id}/syncoptions/{system}")
SET_OPTIONS = Endpoint("set-sync-options", "PUT", "/api/accounts/{id}/syncoptions/{system}", mutates=True)
SYNCHRONIZE = Endpoint("synchronize", "POST", "/api/accounts/{id}/synchronize/{system}", mutates=True)
LIST_STATUSES = Endpoint("list-sync-statuses", "GET", "/api/accounts/{id}/syncstatus")
READ_STATUS = Endpoint("read-sync-status", "GET", "/api/accounts/{id}/syncstatus/{system}")
LIST_PRODUCTS = Endpoint("list-products", "GET", "/api/products")
LIST_ORDERS = Endpoint("list-orders", "GET", "/api/orders")
READ_ORDER = Endpoint("read-order", "GET", "/api/orders/{id}")
CREATE_ORDER = Endpoint("create-order", "POST", "/api/orders", mutates=True)
EXECUTE_ORDER = Endpoint("execute-order", "POST", "/api/orders/{id}/execute", mutates=True)
LIST_ASSETS = Endpoint("list-assets", "GET", "/api/assets")
READ_ASSET = Endpoint("read-asset", "GET", "/api/assets/{id}")
RESEND_KEY = Endpoint("resend-key", "POST", "/api/assets/{id}/resendlicensekey", mutates=True)

ENDPOINTS = (
    LIST_ACCOUNTS,
    READ_ACCOUNT,
    CREATE_ACCOUNT,
    PATCH_ACCOUNT,
    READ_OPTIONS,
    SET_OPTIONS,
    SYNCHRONIZE,
    LIST_STATUSES,
    READ_STATUS,
    LIST_PRODUCTS,
    LIST_ORDERS,
    READ_ORDER,
    CREATE_ORDER,
    EXECUTE_ORDER,
    LIST_ASSETS,
    READ_ASSET,
    RESEND_KEY,
)

# --- lists
PAGE, SIZE, FILTER, ORDER_BY = "page", "size", "$filter", "$orderby"
DATA, METADATA = "data", "metadata"
PAGE_NUMBER, PAGE_SIZE, TOTAL_PAGES, TOTAL_RECORDS = "page", "size", "totalpages", "totalrecords"
SORTED_BY: Mapping[str, str] = {
    LIST_ACCOUNTS.name: "createdAt",  # DOCUMENTED
    LIST_ASSETS.name: "createdAt",  # DOCUMENTED
    LIST_ORDERS.name: "createdAt",
    LIST_PRODUCTS.name: "updatedAt",  # DOCUMENTED
}
"""A stable order, so that a row made while pages are read lands on the last one."""

# --- accounts: manifest word -> member
ACCOUNT_TEXTS: Mapping[str, str] = {
    "displayName": "name",
    "email": "email",
    "phone": "phone",
    "website": "website",
    "currency": "currency",
    "notes": "description",
}
ACCOUNT_FLAGS: Mapping[str, str] = {"ordering": "orderingEnabled", "reselling": "resellingEnabled"}
ACCOUNT_LINKS: Mapping[str, str] = {"parent": "parentAccountId", "billTo": "billToAccountId"}
ACCOUNT_FIELDS: Mapping[str, str] = {**ACCOUNT_TEXTS, **ACCOUNT_FLAGS, **ACCOUNT_LINKS}
REFERENCE = "code"
PATCH_TYPE = "application/json-patch+json"
REFERENCE_LIMIT = 50
"""Longest account code. ASSUMED."""

# --- synchronisation
SYNC_STATUSES: Mapping[str, str] = {
    "unsynchronized": "UnSynchronized",  # DOCUMENTED, this spelling
    "inprogress": "InProgress",
    "synchronized": "Synchronized",  # DOCUMENTED
    "failed": "Failed",  # DOCUMENTED for assets
}
AVG_CODE, PANDA_CODE, BITTITAN_CODE = "AVG", "PandaAntivirus", "BitTitan"
AVG_OPTIONS: Mapping[str, str] = {"parent": "parentAccount", "email": "email", "role": "role"}
PANDA_OPTIONS: Mapping[str, str] = {"parent": "parentAccount", "role": "role", "username": "username"}

# --- orders and assets
ORDER_NAME, ORDER_ACCOUNT, ORDER_PAYER, ORDER_ITEMS = "name", "accountId", "billToAccountId", "items"
ITEM_PRODUCT, ITEM_QUANTITY = "productCode", "quantity"
DRAFT, SUBMITTED, EXECUTED, CANCELED = "Draft", "Submitted", "Executed", "Canceled"  # DOCUMENTED
ORDER_NAME_LIMIT = 100
"""Longest order name. ASSUMED."""
INVOICE_OPTION, START_DATE = "invoiceOption", "startDate"
INVOICE_OPTIONS = (1, 2, 3)
DEFAULT_INVOICE_OPTION = 3
"""DOCUMENTED: "select the 3rd option" (AVG, BitTitan). What the three mean is not."""
ASSET_ORDER = "orderId"
ASSET_SECRETS: Mapping[str, str] = {"license_key": "licenseKey", "coupon_code": "couponCode"}

# --- results and errors
RESULT_CODE, RESULT_MESSAGE, RESULT_VALUE = "code", "message", "result"  # DOCUMENTED for service managers
ERROR_TYPE, ERROR_MESSAGE = "type", "message"  # `Type` is DOCUMENTED
RATE_LIMIT, CONFLICT = "ratelimit", "conflict"
REFUSING = frozenset({400, 404, 405, 409, 415, 422})
"""Statuses that say nothing was done, when the body is the vendor's own."""


def equals(name: str, value: str | int) -> str:
    """Return the filter `name eq value`; quotes in text are doubled."""
    literal = str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"
    return f"{name} eq {literal}"
