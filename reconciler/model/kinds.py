"""The manifest kinds that belong to no single vendor, as pydantic models, and what vendors add to them.

Not imported by `reconciler.model` itself: pydantic is heavy and `--help` needs none of it. Models are
strict: a scalar has already been typed by the field it lands in (see `reconciler.documents`).
"""

import dataclasses
import decimal
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

import pydantic

NAME_PATTERN = r"^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$"

Name = Annotated[
    str,
    pydantic.StringConstraints(pattern=NAME_PATTERN, max_length=63),
]
"""An RFC 1123 label."""

Text = Annotated[str, pydantic.StringConstraints(min_length=1, max_length=1000)]
Email = Annotated[
    str,
    pydantic.StringConstraints(pattern=r"^[^@\s<>\"',;]+@[^@\s<>\"',;]+\.[^@\s<>\"',;.]+$", max_length=254),
]
Country = Annotated[str, pydantic.StringConstraints(pattern=r"^[A-Z]{2}$")]
Currency = Annotated[str, pydantic.StringConstraints(pattern=r"^[A-Z]{3}$")]
Role = Literal["User", "Reseller"]
Ensure = Literal["present", "disabled", "absent"]


class Spec(pydantic.BaseModel):
    """Base of every model a manifest is checked against: unknown fields are errors, nothing is converted.

    A class variable `refers_to` tells which fields are the name of another manifest, and of which kind; there must be
    such a one. `attaches` tells which fields are paths of files in the project.
    """

    model_config = pydantic.ConfigDict(extra="forbid", strict=True, frozen=True, populate_by_name=False)


class Metadata(Spec):
    """Identity of a manifest."""

    name: Name = pydantic.Field(description="Identity of the object; unique per kind (RFC 1123 label).")
    previously: list[Name] = pydantic.Field(default=[], description="Former names: a rename, never remove and create.")
    labels: dict[str, str] = pydantic.Field(default={}, description="Free labels for --select.")
    protect: bool = pydantic.Field(default=False, description="Refuse `ensure: absent`, also after this line is gone.")


class Price(Spec):
    """An amount of money; the amount is text so that no digit is lost."""

    amount: Annotated[str, pydantic.StringConstraints(pattern=r"^\d{1,12}(\.\d{1,4})?$")]
    currency: Currency

    @property
    def decimal(self) -> decimal.Decimal:
        """The amount as an exact number."""
        return decimal.Decimal(self.amount)


class AccountSpec(Spec):
    """A customer or a reseller, wherever vendors keep one. `vendors` holds the options per vendor."""

    refers_to: ClassVar[Mapping[str, str]] = {"parent": "Account"}

    displayName: Text = pydantic.Field(description="Name people see.")  # noqa: N815 - the public field name
    role: Role = pydantic.Field(default="User", description="User (an end customer) or Reseller.")
    parent: Name | None = pydantic.Field(default=None, description="Name of an Account whose role is Reseller.")
    reference: Annotated[str, pydantic.StringConstraints(min_length=1, max_length=100)] | None = pydantic.Field(
        default=None, description="Our stable external key at every vendor; default metadata.name."
    )
    email: Email | None = pydantic.Field(default=None, description="Corporate e-mail; vendors send mail to it.")
    phone: Text | None = None
    country: Country | None = pydantic.Field(default=None, description="ISO 3166-1 alpha-2, such as GR.")
    timezone: Text | None = pydantic.Field(default=None, description="IANA name, such as Europe/Athens.")
    currency: Currency | None = pydantic.Field(default=None, description="ISO 4217, such as EUR.")
    website: Text | None = None
    notes: Annotated[str, pydantic.StringConstraints(max_length=4000)] | None = None
    ensure: Ensure = pydantic.Field(
        default="present", description="disabled stops ordering; absent asks for the end of the account."
    )
    vendors: Any = pydantic.Field(default={}, description="Options per vendor.")


class OrderItem(Spec):
    """One line of an order."""

    product: Text = pydantic.Field(description="Product code at the vendor.")
    quantity: Annotated[int, pydantic.Field(ge=1, le=1_000_000)]


class OrderSpec(Spec):
    """What every order has; each vendor's order model extends this."""

    vendor: Text = pydantic.Field(description="The vendor this order goes to.")
    revision: Annotated[int, pydantic.Field(ge=1, le=1_000_000)] = pydantic.Field(
        default=1, description="A person raises it to order again."
    )
    execute: bool = pydantic.Field(default=False, description="false: entered at the vendor, but not executed.")
    items: Annotated[list[OrderItem], pydantic.Field(max_length=500)] = pydantic.Field(default=[])
    maxPrice: Price | None = pydantic.Field(  # noqa: N815 - the public field name
        default=None, description="The most the whole order may cost."
    )


@dataclasses.dataclass(frozen=True)
class Kinds:
    """What one plug-in adds to the manifest language.

    `account_options`: vendor name -> model of `spec.vendors.<name>` of an Account; `order_specs`: vendor
    name -> model of an Order's spec; `kinds`: kinds that exist for this plug-in only.
    """

    account_options: Mapping[str, type[Spec]] = dataclasses.field(default_factory=dict)
    order_specs: Mapping[str, type[OrderSpec]] = dataclasses.field(default_factory=dict)
    kinds: Mapping[str, type[Spec]] = dataclasses.field(default_factory=dict)
