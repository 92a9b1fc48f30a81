"""The one table of Divalto's wire: paths, member names, words, limits.

No interface of the portal for partners is public. All of it is PROPOSED, a convention in the style of the vendor's
documented interfaces, to be corrected here without touching logic; what the portal's own pages say is marked
`DOCUMENTED`. Names are compared in lower case.
"""

from collections.abc import Mapping

from reconciler.contract import Endpoint

KEY_HEADER = "X-Api-Key"
KEY_EXPIRES = "x-api-key-expires"
"""Reply header with the moment the key expires, within 30 days of it (DOCUMENTED for another interface)."""

# --- endpoints
READ_CATALOG = Endpoint("read-catalog", "GET", "/v1/catalog")
READ_SITE = Endpoint("read-site", "GET", "/v1/sites/{site}")
REQUEST_CHANGE = Endpoint("request-site-change", "POST", "/v1/sites/{site}/changeRequests", mutates=True)
READ_CHANGE = Endpoint("read-site-change", "GET", "/v1/siteChangeRequests/{change}")
LIST_CHANGES = Endpoint("list-site-changes", "GET", "/v1/siteChangeRequests")
READ_OPPORTUNITY = Endpoint("read-opportunity", "GET", "/v1/opportunities/{code}")
VALIDATE = Endpoint("validate-order", "POST", "/v1/orders/validate")
"""A dry run without side effects: a read, though it carries the order."""
LIST_ORDERS = Endpoint("list-orders", "GET", "/v1/orders")
READ_ORDER = Endpoint("read-order", "GET", "/v1/orders/{order}")
READ_HISTORY = Endpoint("read-history", "GET", "/v1/orders/{order}/history")
LIST_DOCUMENTS = Endpoint("list-documents", "GET", "/v1/orders/{order}/documents")
CREATE_ORDER = Endpoint("create-order", "POST", "/v1/orders", mutates=True)
CORRECT_ORDER = Endpoint("correct-order", "PUT", "/v1/orders/{order}", mutates=True)
ATTACH = Endpoint("attach-document", "POST", "/v1/orders/{order}/documents", mutates=True)
DETACH = Endpoint("detach-document", "DELETE", "/v1/orders/{order}/documents/{document}", mutates=True)
SUBMIT = Endpoint("submit-order", "POST", "/v1/orders/{order}/submit", mutates=True)
COMPLEMENT = Endpoint("answer-complement", "POST", "/v1/orders/{order}/complement", mutates=True)
LIST_CERTIFICATES = Endpoint("list-certificates", "GET", "/v1/certificates")
READ_CONTENT = Endpoint("read-certificate-content", "GET", "/v1/certificates/{certificate}/content")

ENDPOINTS = (
    READ_CATALOG,
    READ_SITE,
    REQUEST_CHANGE,
    READ_CHANGE,
    LIST_CHANGES,
    READ_OPPORTUNITY,
    VALIDATE,
    LIST_ORDERS,
    READ_ORDER,
    READ_HISTORY,
    LIST_DOCUMENTS,
    CREATE_ORDER,
    CORRECT_ORDER,
    ATTACH,
    DETACH,
    SUBMIT,
    COMPLEMENT,
    LIST_CERTIFICATES,
    READ_CONTENT,
)

# --- lists
OFFSET, COUNT, RECORDS, NBRECORD, TOTAL = "offset", "count", "records", "nbrecord", "total"
MOST_ROWS = 200
IF_MATCH = "If-Match"

# --- orders: manifest word -> member
REFERENCE = "clientReference"
ORDER_FIELDS: Mapping[str, str] = {
    "type": "orderType",
    "origin": "origin",
    "generation": "generation",
    "solution": "solution",
    "site": "siteNumber",
    "newSite": "newSite",
    "opportunity": "opportunityCode",
    "items": "lines",
    "contact": "primaryContact",
    "certificate": "certificate",
    "quoteNumber": "divaltoQuoteNumber",
    "comments": "comments",
    "replaces": "replacesOrderNumber",
}
ITEM_PRODUCT, ITEM_QUANTITY = "reference", "quantity"
DELIVERY_DATE, RECIPIENTS = "desiredDeliveryDate", "recipients"
CONTACT_FIELDS = (
    "civility",
    "lastName",
    "firstName",
    "position",
    "service",
    "phoneNumber",
    "mobilePhoneNumber",
    "email",
)
REFERENCE_LIMIT = 64

BROUILLON, A_TRAITER, EN_COURS, EN_ATTENTE = "BROUILLON", "A_TRAITER", "EN_COURS", "EN_ATTENTE"
PROVISIONING, TRAITEE, REFUSEE, ANNULEE = "PROVISIONING", "TRAITEE", "REFUSEE", "ANNULEE"
AT_WORK = frozenset({A_TRAITER, EN_COURS, PROVISIONING})
ENDED_BADLY = frozenset({REFUSEE, ANNULEE})
TERMINAL = frozenset({TRAITEE, REFUSEE, ANNULEE})

# --- sites and their change requests: the words of a manifest are the members
SITE_FACTS = (
    "name",
    "address1",
    "address2",
    "address3",
    "postalCode",
    "city",
    "country",
    "phoneNumber",
    "email",
    "siretNumber",
    "vatIntra",
    "apeCode",
    "legalStatus",
    "workforce",
    "website",
    "siteName",
)
ACCEPTEE = "ACCEPTEE"
ACTIVE = "ACTIVE"

# --- errors, on two levels
ERROR, TEXTS, CODE, DETAILS = "error", ("txterr", "txterror", "message"), "code", "details"
RESULT, INNER, RESULT_CODE, RESULT_TEXT = "result", "common", "resultcode", "errormessage"
CONFLICT = "CLIENT_REFERENCE_CONFLICT"
KEY_CODES = frozenset({"KEY_INVALID", "KEY_EXPIRED"})
REFUSING = frozenset({400, 404, 405, 409, 412, 413, 415, 422, 428})
"""Statuses that say nothing was done, when the body is the vendor's own."""
