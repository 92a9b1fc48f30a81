"""The problems this vendor's rules find: code -> title, cause, cure. For `reconciler explain`.

E430 to E459 are found offline, E460 and later when the vendor is read.
"""

from collections.abc import Mapping
from typing import NamedTuple


class Rule(NamedTuple):
    """One rule, explained."""

    title: str
    cause: str
    cure: str


NOT_DECLARED = "E430"
ACCOUNT_IS_RESELLER = "E431"
PARENT_ELSEWHERE = "E432"
PRODUCT_TYPE_UNKNOWN = "E433"
NO_TRIALS = "E434"
INTERNAL_TWICE = "E435"
TEAMS_REFUSED = "E436"
TEMPLATE_UNFIT = "E437"
DEFAULT_TWICE = "E438"
CONNECTION_INCOMPLETE = "E439"
OTHER_TYPES_FIELD = "E440"
INSTANCE_TWICE = "E441"
EMAIL_TWICE = "E442"
PRIMARY_MISSING = "E443"
PRIMARY_ROLES = "E444"
TWO_SUPERVISORS = "E445"
ROLE_NEEDS_ROLE = "E446"
ROLE_NEEDS_PBX = "E447"
TOO_LONG = "E448"
ACCOUNT_ENDS = "E449"
OWN_RESELLER_UNKNOWN = "E450"
NO_ACCOUNT_TENANT = "E451"
DEVICE_TWICE = "E452"
CUSTOMERS_ONLY = "E453"

PRODUCT_TYPE_FIXED = "E460"
INSTANCE_ELSEWHERE = "E461"
IMPORT_LATE = "E462"
ADMINISTRATOR_UNDECLARED = "E463"
LICENCE_FLAPS = "E464"
CONNECTION_MAY_START = "E465"

CODES: Mapping[str, Rule] = {
    NOT_DECLARED: Rule(
        "account is not at Dimensions",
        "A user or a PBX connection belongs to an account that is not declared at Dimensions.",
        "Add `dimensions: {}` to `spec.vendors` of the account, or name another account.",
    ),
    ACCOUNT_IS_RESELLER: Rule(
        "account is a reseller",
        "A user or a PBX connection belongs to an account with role Reseller; only customers have them here.",
        "Name a customer's account (role User).",
    ),
    PARENT_ELSEWHERE: Rule(
        "parent is not at Dimensions",
        "A customer is under its reseller, and the parent is not declared at Dimensions.",
        "Add `dimensions: {}` to `spec.vendors` of the parent, or say `reseller: <parent>` in vendors.dimensions of "
        "reconciler.yaml when the credentials are that reseller's own.",
    ),
    PRODUCT_TYPE_UNKNOWN: Rule(
        "product type unknown",
        "`productType` is not among the `productTypes` of vendors.dimensions in reconciler.yaml. The vendor lists "
        "them nowhere, so the operator's list is what can be checked.",
        "Correct it, or add it to that list.",
    ),
    NO_TRIALS: Rule(
        "no right to give trials",
        "`trialDays` asks for a trial, and `capabilities` in reconciler.yaml says `trials: false`.",
        "Remove `trialDays`, or have the vendor grant the right and remove that line.",
    ),
    INTERNAL_TWICE: Rule(
        "second internal system",
        "Two customers of a reseller are declared as its internal system; it may have one.",
        "Keep `internalSystem: true` at one of them.",
    ),
    TEAMS_REFUSED: Rule(
        "Teams cannot be connected from here",
        "A Microsoft Teams connection needs a person's consent at Microsoft, and the vendor documents no connection "
        "profile for it.",
        "Connect it in the vendor's portal, and remove the manifest.",
    ),
    TEMPLATE_UNFIT: Rule(
        "template does not fit",
        "A PBX connection names a template of another type or of another vendor.",
        "Name a template of its type, or `template: null` to take none.",
    ),
    DEFAULT_TWICE: Rule(
        "second default template",
        "Two PBX templates of a vendor say `default: true`; at most one may.",
        "Keep it at one of them, and name the other where it is wanted.",
    ),
    CONNECTION_INCOMPLETE: Rule(
        "connection lacks something",
        "With its template, a PBX connection has no type, or lacks a field that its type needs.",
        "Add the field to the connection or to its template.",
    ),
    OTHER_TYPES_FIELD: Rule(
        "field of another PBX type",
        "A connection or template has a field that only another type of PBX knows.",
        "Remove the field, or correct `type`.",
    ),
    INSTANCE_TWICE: Rule(
        "PBX connected twice",
        "Two connections name one PBX instance (Kazoo account id, 3CX licence key); the vendor allows it once.",
        "Remove one of them; to move it, set the old one to `ensure: absent`.",
    ),
    EMAIL_TWICE: Rule(
        "e-mail used twice",
        "Two users have one e-mail. In one account they would be one user; across accounts only one of them can sign "
        "in, since the e-mail is the login name in the whole system.",
        "Give one of them another e-mail, or remove it.",
    ),
    PRIMARY_MISSING: Rule(
        "not exactly one primary user",
        "An enabled customer must have exactly one declared User with `primary: true`: enabling invites it, and "
        "nobody else could let people in. An administrator that somebody made at the vendor does not count before "
        "it is declared; a plan warns of one that is not.",
        "Declare one, set `primary: true` at one only, or set the customer to `enabled: false`.",
    ),
    PRIMARY_ROLES: Rule(
        "primary user lacks a role",
        "The primary user must be able to sign in and to manage users.",
        "Add `customer.user` and `admin.user` to its roles.",
    ),
    TWO_SUPERVISORS: Rule(
        "two supervisor levels",
        "A user has one supervisor level; a higher one includes the lower ones.",
        "Keep the highest one.",
    ),
    ROLE_NEEDS_ROLE: Rule(
        "role needs another role",
        "The vendor gives this role, or assigns a device, only to users who have the role that the message names.",
        "Add the named role.",
    ),
    ROLE_NEEDS_PBX: Rule(
        "role needs a PBX user",
        "The role is for users who were imported from a PBX, and no connection of the account is declared.",
        "Declare a PBXConnection of the account, unless there is one at the vendor already.",
    ),
    TOO_LONG: Rule(
        "text too long",
        "A text is longer than the vendor allows.",
        "Shorten it; `description` of vendors.dimensions stands for `notes` when these are long.",
    ),
    ACCOUNT_ENDS: Rule(
        "account ends, this does not",
        "An account is wanted absent, and a customer under it, or one of its users or PBX connections, is not.",
        "Set it to `ensure: absent` too, or remove its manifest.",
    ),
    OWN_RESELLER_UNKNOWN: Rule(
        "own reseller unknown",
        "`reseller` of vendors.dimensions in reconciler.yaml names no Account with role Reseller.",
        "Correct it, or declare the Account.",
    ),
    NO_ACCOUNT_TENANT: Rule(
        "customer has nowhere to go",
        "At `level: enterprise` a customer is under a reseller account; this one names no parent, and no "
        "`accountTenantId` is configured.",
        "Set `spec.parent`, or `accountTenantId` of vendors.dimensions in reconciler.yaml.",
    ),
    DEVICE_TWICE: Rule(
        "device given twice",
        "A device of the PBX is listed twice in one account; it belongs to one user and one client.",
        "Keep it at the user who has it on the PBX.",
    ),
    CUSTOMERS_ONLY: Rule(
        "option of customers only",
        "An account with role Reseller has an option that only a customer has.",
        "Remove the option, or correct `role`.",
    ),
    PRODUCT_TYPE_FIXED: Rule(
        "product type cannot be left",
        "The customer has a product type that the operator's catalogue calls immutable.",
        "Revert the change; another product type needs a new customer.",
    ),
    INSTANCE_ELSEWHERE: Rule(
        "PBX belongs to another tenant",
        "The PBX instance is connected by a tenant that is not the customer; the vendor allows it once.",
        "Free it there, or ask the vendor who has it.",
    ),
    IMPORT_LATE: Rule(
        "no users were imported",
        "The connection is enabled, and its users did not appear in time. The vendor shows no reason.",
        "Check the connection's credentials and its state at the PBX; `importDeadline` sets how long is waited.",
    ),
    ADMINISTRATOR_UNDECLARED: Rule(
        "administrator is not declared",
        "The customer has a user at the vendor who may sign in and manage users, and no manifest declares it.",
        "Declare it as a User, or take the role away at the vendor.",
    ),
    LICENCE_FLAPS: Rule(
        "licensed role comes and goes",
        "A licensed role is given or taken back within 30 days of the opposite; each time the vendor charges a month.",
        "Make sure that it is meant.",
    ),
    CONNECTION_MAY_START: Rule(
        "disabled connection may start",
        "Enabling a customer may start its PBX connections at the vendor; one of them is wanted disabled.",
        "Look at it after the change; the next plan shows whether it runs and stops it.",
    ),
}
