"""The rows of Divalto: orders with all that hangs on them, sites and their change requests, opportunities, keys.

Field names in camel case are the wire names of `divalto.md` section 6, with `Utc` for the vendor's `UTC`;
fields marked `own` are the simulator's and never go out.
"""

import dataclasses
from collections.abc import Mapping

from reconciler.sandbox.tables import own, rows_of

PARTNER = "P001"
BROUILLON, A_TRAITER, EN_COURS, EN_ATTENTE = "BROUILLON", "A_TRAITER", "EN_COURS", "EN_ATTENTE"
PROVISIONING, TRAITEE, REFUSEE, ANNULEE = "PROVISIONING", "TRAITEE", "REFUSEE", "ANNULEE"
ACCEPTEE = "ACCEPTEE"
OPEN = frozenset({A_TRAITER, EN_COURS, EN_ATTENTE, PROVISIONING})

JsonMap = Mapping[str, object]


@dataclasses.dataclass(frozen=True)
class Order:
    """An order: `body` is the partner's part as sent, `filled` what an opportunity supplied.

    `sinceUtc` is when it came into its status, `submissions` how often it was submitted, and
    `comingSiteNumber` the site it will make.
    """

    order_number: str
    partner: str
    client_reference: str
    body: JsonMap
    filled: JsonMap
    created_utc: str
    modified_utc: str
    since_utc: str
    version: int = 0
    status: str = BROUILLON
    status_reason: str | None = None
    requested_information: JsonMap | None = None
    submitted_utc: str | None = None
    processed_utc: str | None = None
    assigned_site_number: str | None = None
    certificate_ids: tuple[str, ...] = ()
    submitted_version: int | None = None
    submissions: int = 0
    coming_site_number: str | None = None


@dataclasses.dataclass(frozen=True)
class Edition:
    """An order as replies showed it from a moment on, for lists that lag."""

    id: str
    order_number: str
    at_utc: str
    shown: JsonMap


@dataclasses.dataclass(frozen=True)
class Deletion:
    """A draft that is gone; its reference is never free again."""

    order_number: str
    partner: str
    client_reference: str
    at_utc: str


@dataclasses.dataclass(frozen=True)
class Document:
    """A document of an order, without its content."""

    document_id: str
    document_type: str
    file_name: str
    content_type: str
    size: int
    sha256: str
    added_utc: str
    order_number: str = dataclasses.field(metadata=own())


@dataclasses.dataclass(frozen=True)
class Content:
    """What a document holds, as Base64."""

    document_id: str
    base64: str


@dataclasses.dataclass(frozen=True)
class Step:
    """One move of an order; never changed, never dropped."""

    id: int
    order_number: str
    at_utc: str
    from_: str | None
    to: str
    actor: str
    reason: str | None = None


@dataclasses.dataclass(frozen=True)
class Submission:
    """An order submitted for good."""

    id: int
    order_number: str
    at_utc: str
    version: int


@dataclasses.dataclass(frozen=True)
class Answer:
    """What the partner answered to a request for complement."""

    id: int
    order_number: str
    at_utc: str
    answer: str


@dataclasses.dataclass(frozen=True)
class Certificate:
    """A certificate; its content and access code are beside it, never in a list."""

    id: str
    order_number: str
    site_number: str
    kind: str
    issued_utc: str
    recipients: tuple[str, ...]
    environments: tuple[JsonMap, ...]
    partner: str = dataclasses.field(default=PARTNER, metadata=own())
    access_code: str = dataclasses.field(default="", metadata=own())


@dataclasses.dataclass(frozen=True)
class Activation:
    """A product that is active on a site."""

    family: str
    reference: str
    status: str
    since_utc: str
    order_number: str | None = None


@dataclasses.dataclass(frozen=True)
class Site:
    """A customer's site; `version` counts the changes of its facts and activations."""

    site_number: str
    name: str = ""
    hosting: str = "SAAS"
    address1: str | None = None
    address2: str | None = None
    address3: str | None = None
    postal_code: str | None = None
    city: str | None = None
    country: str | None = None
    phone_number: str | None = None
    email: str | None = None
    siret_number: str | None = None
    vat_intra: str | None = None
    ape_code: str | None = None
    legal_status: str | None = None
    workforce: str | None = None
    website: str | None = None
    site_name: str | None = None
    generation: str | None = None
    environments: tuple[str, ...] = ("PROD",)
    activations: tuple[Activation, ...] = dataclasses.field(default=(), metadata=rows_of(Activation))
    version: int = 1
    pending_change_request_id: str | None = None
    partner: str = dataclasses.field(default=PARTNER, metadata=own())


@dataclasses.dataclass(frozen=True)
class ChangeRequest:
    """A wish to change a site; `applied` is what the staff wrote, null until they accept."""

    id: str
    client_reference: str
    site_number: str
    base_version: int
    changes: JsonMap
    submitted_utc: str
    comment: str | None = None
    status: str = A_TRAITER
    status_reason: str | None = None
    decided_utc: str | None = None
    applied: JsonMap | None = dataclasses.field(default=None, metadata=own())
    partner: str = dataclasses.field(default=PARTNER, metadata=own())


@dataclasses.dataclass(frozen=True)
class Opportunity:
    """A sales opportunity; only an active one can be ordered against."""

    code: str
    label: str = ""
    type: str = "Primo"
    status: str = "ACTIVE"
    customer_name: str = ""
    generation: str | None = None
    solution: str | None = None
    prospect: JsonMap = dataclasses.field(default_factory=dict)
    creation_date_utc: str = "2024-01-08T09:00:00Z"
    partner: str = dataclasses.field(default=PARTNER, metadata=own())


@dataclasses.dataclass(frozen=True)
class Catalog:
    """The catalogue, as it goes out."""

    revision: str
    order_types: tuple[JsonMap, ...]
    origins: tuple[JsonMap, ...]
    generations: tuple[JsonMap, ...]
    solutions: tuple[JsonMap, ...]
    document_types: tuple[JsonMap, ...]
    products: tuple[JsonMap, ...]
    limits: Mapping[str, int]
    id: str = dataclasses.field(default="catalog", metadata=own())


@dataclasses.dataclass(frozen=True)
class Key:
    """An API key of a partner; null for `expiresUtc` is "as the setting says". Without a user there is no login."""

    label: str
    key: str
    partner: str = PARTNER
    environment: str = "TEST"
    expires_utc: str | None = None
    user_name: str = ""
    password: str = ""

    @property
    def code(self) -> str:
        """Return what stands before the `@`."""
        return f"{self.partner}-{self.environment}"


@dataclasses.dataclass(frozen=True)
class Token:
    """A bearer token from a login with the user of a key."""

    text: str
    label: str
    expires_utc: str


@dataclasses.dataclass(frozen=True)
class Mail:
    """A mail that left."""

    id: int
    to: str
    template: str
    subject: str
    body: str
    at: str
    order_number: str
