"""The problems this vendor's rules find: code -> title, cause, cure. For `reconciler explain`."""

from collections.abc import Mapping
from typing import NamedTuple


class Rule(NamedTuple):
    """One rule, explained."""

    title: str
    cause: str
    cure: str


NOT_CONFIGURED = "E401"
NOT_DECLARED = "E402"
EMAIL_NEEDED = "E403"
USERNAME_TWICE = "E404"
REFERENCE_TOO_LONG = "E405"
PARENT_WITHOUT_SYSTEM = "E406"
UNFIT_PAYER = "E408"
PARENT_ELSEWHERE = "E409"
FIXED_ONCE_SYNCHRONISED = "E410"
ORDER_FROZEN = "E411"
ORDER_GONE = "E412"
ORDER_CANCELED = "E413"
REVISION_LOWERED = "E414"
UNKNOWN_STATUS = "E415"
PRODUCT_UNKNOWN = "E416"
ACCOUNT_ENDED = "E417"
EXECUTED_ANYWAY = "E418"
TOO_MANY_ASSETS = "E419"

CODES: Mapping[str, Rule] = {
    NOT_CONFIGURED: Rule(
        "system not configured",
        "A manifest uses a provisioning system of the BSS that `vendors` in reconciler.yaml does not name.",
        "Add it there, such as `avg: {via: interworks}`, or take it out of the manifest.",
    ),
    NOT_DECLARED: Rule(
        "account does not use the system",
        "An order goes to an account that is not declared at the order's vendor, so it is never synchronised with it.",
        "Add the vendor to `spec.vendors` of the account.",
    ),
    EMAIL_NEEDED: Rule(
        "account needs an e-mail",
        "Panda mails its activation to the account's corporate e-mail and the BSS mails BitTitan coupons to it.",
        "Set `spec.email` of the account.",
    ),
    USERNAME_TWICE: Rule(
        "user name used twice",
        "Two accounts have the same Panda user name; it must be unique in the whole Panda system.",
        "Give one of them another `username`.",
    ),
    REFERENCE_TOO_LONG: Rule(
        "reference too long",
        "The name an object gets at the BSS is longer than the BSS is taken to allow.",
        "Shorten the name of the project, the order or the account, or set `spec.reference`.",
    ),
    PARENT_WITHOUT_SYSTEM: Rule(
        "parent does not use the system",
        "The reseller must be synchronised before its end customer, and it is not declared at that system.",
        "Add the vendor to `spec.vendors` of the parent.",
    ),
    UNFIT_PAYER: Rule(
        "bill-to account cannot pay",
        "`billTo` names an account that is not declared at the BSS or is no reseller.",
        "Name an Account with role Reseller that has an option of the BSS, or the account itself.",
    ),
    PARENT_ELSEWHERE: Rule(
        "parent is not at the BSS",
        "The account is declared at the BSS, its parent is not.",
        "Add `interworks: {}` to `spec.vendors` of the parent.",
    ),
    FIXED_ONCE_SYNCHRONISED: Rule(
        "fixed once synchronised",
        "Role, user name and parent cannot change once the account is synchronised with the system.",
        "Revert the change, or declare a new account and stop managing the old one.",
    ),
    ORDER_FROZEN: Rule(
        "executed orders are frozen",
        "An order was changed after it had been executed; what was bought cannot be edited.",
        "Raise `revision` to order again, or revert the change.",
    ),
    ORDER_GONE: Rule(
        "order gone at the vendor",
        "The order was entered or executed earlier, and the BSS does not show it (any more) as such.",
        "It is never ordered again by itself: raise `revision`, or answer with `resolve ADDRESS --not-executed`.",
    ),
    ORDER_CANCELED: Rule(
        "order canceled at the vendor",
        "Somebody canceled the order in the BSS.",
        "It is never ordered again by itself: raise `revision` to order again, or remove the manifest.",
    ),
    REVISION_LOWERED: Rule(
        "revision lower than before",
        "A higher revision of this order was entered earlier; an old one is not taken up again.",
        "Set `revision` to the highest one used, or raise it to order again.",
    ),
    UNKNOWN_STATUS: Rule(
        "status not known",
        "The BSS shows a status this version does not know, so nothing is concluded from it.",
        "Look at the object in the BSS; the plan goes on once it has a known status.",
    ),
    PRODUCT_UNKNOWN: Rule(
        "product unknown",
        "The BSS has no product with this code, or it belongs to another provisioning system.",
        "Correct `product`; `reconciler catalogue pull interworks` lists the codes.",
    ),
    ACCOUNT_ENDED: Rule(
        "account is ended",
        "An order is to be entered or executed for an account with `ensure: disabled` or `absent`.",
        "Set the account to `ensure: present`, or set `execute: false`.",
    ),
    EXECUTED_ANYWAY: Rule(
        "executed although not asked for",
        "Somebody executed the order in the BSS while the manifest says `execute: false`.",
        "Set `execute: true` to say that this is right.",
    ),
    TOO_MANY_ASSETS: Rule(
        "more assets than lines",
        "The BSS shows more assets for the order than it has lines; it may have been executed more than once.",
        "Compare the order's assets and invoices in the BSS; nothing is changed by itself.",
    ),
}
