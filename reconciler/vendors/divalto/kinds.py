# ruff: noqa: N815 - field names are the public names
"""What Divalto adds to the manifest language: its orders and its sites.

Imported late, since pydantic is heavy. What depends on the catalogue, on other fields or on files is judged by
`checking`; here is only what a field is.
"""

import datetime as dt
from typing import Annotated, Any, ClassVar, Literal

import pydantic

from reconciler.model.kinds import Country, Email, Kinds, OrderItem, OrderSpec, Spec, Text

_UNMANAGED: Any = None
"""The default of a field that need not be written but cannot be cleared by null."""


def _real_day(text: str) -> str:
    dt.date.fromisoformat(text)
    return text


Day = Annotated[
    str,
    pydantic.StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$"),
    pydantic.AfterValidator(_real_day),
    pydantic.Field(json_schema_extra={"format": "date"}),
]
"""A calendar day, such as 2026-01-31."""
Code = Annotated[str, pydantic.StringConstraints(pattern=r"^[A-Z0-9][A-Z0-9_]{0,63}$")]
"""A code of the vendor's catalogue."""
Number = Annotated[str, pydantic.StringConstraints(pattern=r"^[!-~]{1,64}$")]
"""A number that the vendor gave, as it writes it."""
Path = Annotated[str, pydantic.StringConstraints(min_length=1, max_length=500)]
Long = Annotated[str, pydantic.StringConstraints(max_length=200_000)]


class Contact(Spec):
    """The main contact at the end customer."""

    civility: Text | None = pydantic.Field(default=None, description="Such as M or Mme.")
    lastName: Text = pydantic.Field(description="Last name.")
    firstName: Text = pydantic.Field(description="First name.")
    position: Text | None = pydantic.Field(default=None, description="What the person does there.")
    service: Text | None = pydantic.Field(default=None, description="Department.")
    phoneNumber: Text | None = pydantic.Field(default=None, description="This or mobilePhoneNumber is needed.")
    mobilePhoneNumber: Text | None = pydantic.Field(default=None, description="This or phoneNumber is needed.")
    email: Email = pydantic.Field(description="E-mail of the person.")


class Certificate(Spec):
    """When the certificate is wanted, and by whom."""

    deliveryDate: Day = pydantic.Field(description="Desired day of delivery, such as 2026-03-02.")
    recipients: Annotated[list[Email], pydantic.Field(max_length=100)] = pydantic.Field(
        description="E-mail addresses that receive it; 1 to 5, all different."
    )


class _Optional(Spec):
    """What may be known of a site, and may be cleared."""

    address2: Text | None = pydantic.Field(default=None, description="Second line of the address.")
    address3: Text | None = pydantic.Field(default=None, description="Third line of the address.")
    siretNumber: Text | None = pydantic.Field(default=None, description="SIRET, 14 digits; needed in France.")
    vatIntra: Text | None = pydantic.Field(default=None, description="VAT number; needed in the EU outside France.")
    apeCode: Text | None = pydantic.Field(default=None, description="APE code of the trade.")
    legalStatus: Text | None = pydantic.Field(default=None, description="Legal form.")
    workforce: Text | None = pydantic.Field(default=None, description="Number of staff, as text.")
    website: Text | None = pydantic.Field(default=None, description="Address of the web site.")
    siteName: Text | None = pydantic.Field(default=None, description="Name of the site, beside the company's.")


class NewSite(_Optional):
    """A site to be made. With an opportunity, what is left out is taken from its prospect."""

    name: Text = pydantic.Field(default=_UNMANAGED, description="Name of the company.")
    address1: Text = pydantic.Field(default=_UNMANAGED, description="First line of the address.")
    postalCode: Text = pydantic.Field(default=_UNMANAGED, description="Postal code.")
    city: Text = pydantic.Field(default=_UNMANAGED, description="Town.")
    country: Country = pydantic.Field(default=_UNMANAGED, description="ISO 3166-1 alpha-2, such as FR.")
    phoneNumber: Text = pydantic.Field(default=_UNMANAGED, description="Telephone number.")
    email: Email = pydantic.Field(default=_UNMANAGED, description="E-mail of the company.")


class Declared(Spec):
    """What a supplied purchase order says, since nobody reads it here."""

    site: Number = pydantic.Field(default=_UNMANAGED, description="Number of the site that it names.")
    references: Annotated[list[Text], pydantic.Field(min_length=1, max_length=500)] = pydantic.Field(
        description="Product references that it names."
    )


class Generated(Spec):
    """A purchase order made from a template."""

    attaches: ClassVar[tuple[str, ...]] = ("template",)

    template: Path = pydantic.Field(
        default="standard", description="`standard`, or the path of a text file, relative to reconciler.yaml."
    )
    signatory: Text = pydantic.Field(description="Who signs it.")
    date: Day | None = pydantic.Field(default=None, description="Day it carries; absent: none.")


class Document(Spec):
    """A document of the order: a file, or one that is made here."""

    attaches: ClassVar[tuple[str, ...]] = ("file",)

    type: Code = pydantic.Field(description="Document type of the catalogue, such as BON_DE_COMMANDE.")
    file: Path = pydantic.Field(default=_UNMANAGED, description="Path relative to the directory of reconciler.yaml.")
    generate: Generated = pydantic.Field(default=_UNMANAGED, description="Make it, instead of `file`.")
    declares: Declared = pydantic.Field(default=_UNMANAGED, description="What a supplied purchase order says.")


class Complement(Spec):
    """A person's answer to what the vendor asked."""

    number: Annotated[int, pydantic.Field(ge=1, le=1000)] = pydantic.Field(
        description="Which request this answers, from 1; each number is sent once."
    )
    answer: Annotated[Long, pydantic.StringConstraints(min_length=1)] = pydantic.Field(description="The answer.")
    documents: Annotated[list[Document], pydantic.Field(max_length=50)] = pydantic.Field(
        default=[], description="Documents to add with it."
    )


class DivaltoOrder(OrderSpec):
    """An order that Divalto's sales administration decides about."""

    vendor: Literal["divalto"] = pydantic.Field(description="The vendor this order goes to.")
    items: Annotated[list[OrderItem], pydantic.Field(max_length=500)] = pydantic.Field(
        default=[], description="Product references with quantity, such as SAAS IO ODATA EXT."
    )
    type: Code = pydantic.Field(description="Order type of the catalogue, such as ADDITIONNELLE.")
    origin: Code = pydantic.Field(description="Origin that the type allows, such as SITE_EXISTANT.")
    generation: Code | None = pydantic.Field(default=None, description="Generation; an opportunity has its own.")
    solution: Code | None = pydantic.Field(default=None, description="Solution of the generation.")
    site: Number | None = pydantic.Field(default=None, description="Number of an existing site.")
    newSite: NewSite | None = pydantic.Field(default=None, description="A site to be made.")
    opportunity: Number | None = pydantic.Field(default=None, description="Code of the opportunity it comes from.")
    contact: Contact = pydantic.Field(description="Main contact at the end customer.")
    certificate: Certificate = pydantic.Field(description="Delivery of the certificate.")
    documents: Annotated[list[Document], pydantic.Field(max_length=50)] = pydantic.Field(
        description="At least one BON_DE_COMMANDE."
    )
    quoteNumber: Text | None = pydantic.Field(default=None, description="Number of Divalto's quote.")
    comments: Long | None = pydantic.Field(default=None, description="Free text.")
    replaces: Number | None = pydantic.Field(default=None, description="Number of the refused order it replaces.")
    waitForSiteChange: bool = pydantic.Field(
        default=True, description="Submit only when the Site manifest of the same number is settled."
    )
    complement: Complement | None = pydantic.Field(
        default=None, description="A person's answer to what the vendor asked."
    )


class Site(_Optional):
    """Facts about a site of a customer. A difference becomes a change request that a person at Divalto decides."""

    vendor: Literal["divalto"] = pydantic.Field(description="The vendor this is at.")
    number: Number = pydantic.Field(description="Number of the site.")
    name: Text = pydantic.Field(default=_UNMANAGED, description="Name of the company.")
    address1: Text = pydantic.Field(default=_UNMANAGED, description="First line of the address.")
    postalCode: Text = pydantic.Field(default=_UNMANAGED, description="Postal code.")
    city: Text = pydantic.Field(default=_UNMANAGED, description="Town.")
    country: Country = pydantic.Field(default=_UNMANAGED, description="ISO 3166-1 alpha-2, such as FR.")
    phoneNumber: Text = pydantic.Field(default=_UNMANAGED, description="Telephone number.")
    email: Email = pydantic.Field(default=_UNMANAGED, description="E-mail of the company.")


def kinds() -> Kinds:
    """Return the additions."""
    return Kinds(order_specs={"divalto": DivaltoOrder}, kinds={"Site": Site})
