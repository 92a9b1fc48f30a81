"""The problems found when Divalto is read or decided about: code -> title, cause, cure. For `reconciler explain`."""

from collections.abc import Mapping

from reconciler.vendors.divalto.codes import Rule

CATALOGUE_CHANGED = "E465"
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

RULES: Mapping[str, Rule] = {
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
