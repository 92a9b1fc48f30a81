"""The problems this vendor's rules find: code -> title, cause, cure. For `reconciler explain`.

E470 to E491 are found offline, the others when the vendor is read. V1 to V23 are the rules of the reference.
"""

from collections.abc import Mapping
from typing import NamedTuple


class Rule(NamedTuple):
    """One rule, explained."""

    title: str
    cause: str
    cure: str


VALUE_UNKNOWN = "E470"
ORIGIN_NOT_ALLOWED = "E471"
SOLUTION_NOT_ALLOWED = "E472"
GENERATION_RESTRICTED = "E473"
SITE_EXCLUSIVE = "E474"
REQUIRED = "E475"
NOT_APPLICABLE = "E476"
ILL_FORMED = "E477"
RECIPIENTS = "E478"
DATE = "E479"
PRODUCT_REQUIRES = "E480"
PRODUCT_EXCLUSIVE = "E481"
QUANTITY = "E482"
PRODUCT_SOLUTION = "E483"
PRODUCT_UNKNOWN = "E484"
TOO_LONG = "E485"
DOCUMENT_REQUIRED = "E486"
DOCUMENT_UNFIT = "E487"
DOCUMENT_DECLARES = "E488"
TEMPLATE_BROKEN = "E489"
SITE_TWICE = "E490"
WITHOUT_EFFECT = "E491"

CATALOGUE_CHANGED = "E468"
SUBMITTED_ANYWAY = "E466"
OUT_OF_SIGHT = "E467"
REVISION_LOWERED = "E492"
ORDER_GONE = "E493"
ORDER_FROZEN = "E494"
UNKNOWN_STATUS = "E495"
OPPORTUNITY_UNFIT = "E496"
SITE_UNKNOWN = "E497"
NOT_ACCEPTABLE = "E498"
KEY_EXPIRES = "E499"

_PULL = "Correct it; `reconciler catalogue pull divalto` refreshes the catalogue when the vendor has something new."

CODES: Mapping[str, Rule] = {
    VALUE_UNKNOWN: Rule(
        "value not in the catalogue",
        "An order type, an origin, a generation, a solution or a document type is not in the vendor's catalogue (V1). "
        "Until the catalogue is pulled a working table stands for it, most of which is an assumption.",
        _PULL,
    ),
    ORIGIN_NOT_ALLOWED: Rule(
        "origin not allowed",
        "Each order type allows some origins only (V2).",
        f"Use an origin of the type, or another type. {_PULL}",
    ),
    SOLUTION_NOT_ALLOWED: Rule(
        "solution not of the generation",
        "Each generation has its own solutions (V3).",
        f"Use a solution of the generation. {_PULL}",
    ),
    GENERATION_RESTRICTED: Rule(
        "generation restricted",
        "The generation can only be ordered with some order types and origins: Infinity V7 only as an additional order "
        "for an existing site (V4).",
        "Choose another generation, or the type and the origin that it allows.",
    ),
    SITE_EXCLUSIVE: Rule(
        "site and new site",
        "An order is for an existing site or for a new one, never for both (V5).",
        "Keep `site` or `newSite`.",
    ),
    REQUIRED: Rule(
        "required here",
        "What an order needs depends on its origin, its country and its generation (V6 to V12).",
        "Add what the message names.",
    ),
    NOT_APPLICABLE: Rule(
        "not applicable here",
        "A field belongs to another origin: an opportunity to origin OPPORTUNITE, a site number to an existing site, a "
        "new site to a new one (V5 to V8).",
        "Remove the field, or change `origin`.",
    ),
    ILL_FORMED: Rule(
        "not in the vendor's form",
        "A number or a reference is not written as the vendor writes it: site numbers, SIRET (14 digits), and our "
        "references, which may hold letters, digits and `._/#:-` only, with `@` for change requests.",
        "Correct it; `siteNumberPattern` of vendors.divalto in reconciler.yaml says what a site number looks like.",
    ),
    RECIPIENTS: Rule(
        "recipients of the certificate",
        "A certificate goes to 1 to 5 e-mail addresses, all different (V13). Capital letters make no difference.",
        "Name as many recipients as allowed, each once.",
    ),
    DATE: Rule(
        "delivery date",
        "The desired day of delivery is past or less than two working days away (V12, V21); a past one is refused "
        "before the order is submitted. Days are those of Paris.",
        "Choose a later day.",
    ),
    PRODUCT_REQUIRES: Rule(
        "product needs another type or origin",
        "ODATA is activated by an additional order for an existing site only (V15).",
        "Set `type` and `origin` as the message says, or order the product by itself.",
    ),
    PRODUCT_EXCLUSIVE: Rule(
        "two levels of one product",
        "An order has at most one ODATA reference for the ERP and one for the CRM (V16).",
        "Keep one of them.",
    ),
    QUANTITY: Rule(
        "quantity out of range",
        "ODATA is activated once: its quantity is 1 (V18).",
        "Set `quantity: 1`.",
    ),
    PRODUCT_SOLUTION: Rule(
        "product does not fit the solution",
        "A reference for the ERP needs a solution with an ERP, one for the CRM a solution with a CRM (V22).",
        "Choose the other reference, or another solution.",
    ),
    PRODUCT_UNKNOWN: Rule(
        "product not in the catalogue",
        "A reference is not in the catalogue: an error when that is the vendor's own, a warning while the working "
        "table stands for it, since the vendor's price lists are not public.",
        "Compare it with the price list of myBusiness. Blanks are collapsed; capital letters count.",
    ),
    TOO_LONG: Rule(
        "too long",
        "The vendor takes texts of a limited length (V20), and our reference of at most 64 characters.",
        "Shorten it; a reference is made from the names of the project and of the manifest.",
    ),
    DOCUMENT_REQUIRED: Rule(
        "document missing",
        "Every order has a purchase order, BON_DE_COMMANDE (V14), and as many documents of a type as the catalogue "
        "says.",
        "Attach one by `file`, or have it made by `generate`.",
    ),
    DOCUMENT_UNFIT: Rule(
        "document cannot be sent",
        "A document is a readable file of the project, of a format that the vendor takes (pdf, png, jpeg, docx, xlsx, "
        "odt), with the contents that its name promises, not empty, not too large, attached once; or it is made here.",
        "Follow the message.",
    ),
    DOCUMENT_DECLARES: Rule(
        "purchase order and order differ",
        "ODATA references stand in the purchase order, which nobody can read here: `declares` says what a supplied one "
        "names, and it must be the order's site and products.",
        "Correct the order, or the purchase order and then `declares`.",
    ),
    TEMPLATE_BROKEN: Rule(
        "purchase order cannot be made",
        "The template is missing, is no text, uses a name that there is not, or holds letters that cannot be drawn; or "
        "`partner` of vendors.divalto in reconciler.yaml is not set.",
        "Follow the message; a document with other letters can be supplied as a `file`.",
    ),
    SITE_TWICE: Rule(
        "site declared twice",
        "Two Site manifests hold the facts of one site.",
        "Keep one of them.",
    ),
    WITHOUT_EFFECT: Rule(
        "has no effect",
        "Something is written that nothing follows from: an order waits for a site change and no Site manifest has its "
        "number, or a complement is answered in an order that is not to be submitted.",
        "Add what is missing, or remove the line.",
    ),
    CATALOGUE_CHANGED: Rule(
        "catalogue changed at the vendor",
        "The vendor's catalogue has another revision than the one kept in git, by which orders are judged offline.",
        "Run `reconciler catalogue pull divalto`, look at the difference, and commit it.",
    ),
    SUBMITTED_ANYWAY: Rule(
        "order is submitted, and the manifest does not ask for it",
        "The manifest says `execute: false`, and the vendor shows the order as submitted.",
        "Set `execute: true` if that is right; a submitted order is never taken back here.",
    ),
    OUT_OF_SIGHT: Rule(
        "progress is seen in the portal only",
        "A person placed the order; with `transport: manual` nothing can be read, so nobody here knows how far it is.",
        "Look at the order in myBusiness under Traitement des commandes.",
    ),
    REVISION_LOWERED: Rule(
        "revision is lower than what was ordered",
        "A revision of this order with a higher number was placed earlier; going back would look like a new order.",
        "Restore the higher `revision`.",
    ),
    ORDER_GONE: Rule(
        "order is not what it was",
        "We entered or submitted this order earlier, and the vendor shows none, or shows it as a draft again.",
        "Find out at the vendor what became of it; raise `revision` to order again. Nothing is repeated by itself.",
    ),
    ORDER_FROZEN: Rule(
        "submitted orders are frozen",
        "A submitted order is an event: its spec cannot change any more.",
        "Raise `revision` to order again, or revert. A change that the vendor should know of is a message by a person.",
    ),
    UNKNOWN_STATUS: Rule(
        "status is not known",
        "The vendor shows a status that this version does not know; nothing is concluded from it and nothing is sent.",
        "Look at it in myBusiness; nothing has to be done here when it moves on.",
    ),
    OPPORTUNITY_UNFIT: Rule(
        "opportunity cannot be ordered from",
        "The opportunity is unknown, not active, says another generation or solution, or its prospect and the manifest "
        "together do not describe a whole new site (V8 to V10).",
        "Follow the message.",
    ),
    SITE_UNKNOWN: Rule(
        "site is not one of this partner's",
        "The vendor shows no site of that number to this key.",
        "Correct `number`, or ask the vendor whose site it is.",
    ),
    NOT_ACCEPTABLE: Rule(
        "order would be refused",
        "The vendor's dry run, or the delivery date, says that the order as it is cannot be submitted.",
        "Correct the manifest as the message says.",
    ),
    KEY_EXPIRES: Rule(
        "API key expires soon",
        "The vendor says so with each answer, from 30 days before the key ends.",
        "Make a new key on my.divalto.com under Clé d'API, and put it where `apiKey` comes from.",
    ),
}
