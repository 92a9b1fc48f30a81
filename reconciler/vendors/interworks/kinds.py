"""What the BSS adds to the manifest language: account options per system and the orders.

Imported late, since pydantic is heavy.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

import pydantic

from reconciler.model.kinds import Email, Kinds, Name, OrderItem, OrderSpec, Role, Spec, Text


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


class InterworksOptions(Spec):
    """An account in the BSS."""

    refers_to: ClassVar[Mapping[str, str]] = {"billTo": "Account"}

    ordering: bool = pydantic.Field(default=True, description="Whether the account may order.")
    billTo: Name | None = pydantic.Field(  # noqa: N815 - the public field name
        default=None, description="Account that pays; default the parent, else the account itself."
    )


class AvgOptions(Spec):
    """An account at AVG."""

    email: Email = pydantic.Field(description="Receives the licence keys.")
    role: Role | None = pydantic.Field(default=None, description="Default: the account's role.")


class PandaOptions(Spec):
    """An account at Panda."""

    username: Annotated[Text, pydantic.StringConstraints(max_length=100)] = pydantic.Field(
        description="User name at Panda; nobody else may have it."
    )
    role: Role | None = pydantic.Field(default=None, description="Default: the account's role.")


class BittitanOptions(Spec):
    """An account at BitTitan; there is nothing to choose."""


class BssOrder(OrderSpec):
    """An order of asset products in the BSS."""

    refers_to: ClassVar[Mapping[str, str]] = {"account": "Account"}

    account: Name = pydantic.Field(description="Account that receives the products.")
    items: Annotated[list[OrderItem], pydantic.Field(min_length=1, max_length=500)]
    invoiceOption: Literal[1, 2, 3] = pydantic.Field(  # noqa: N815 - the public field name
        default=3, description="Which of the three invoice options to choose on execution; the manuals say the third."
    )
    startDate: Day | None = pydantic.Field(default=None, description="Start date to execute with.")  # noqa: N815


class AvgOrder(BssOrder):
    """An order of AVG products."""

    vendor: Literal["avg"] = pydantic.Field(description="The vendor this order goes to.")


class PandaOrder(BssOrder):
    """An order of Panda products."""

    vendor: Literal["panda"] = pydantic.Field(description="The vendor this order goes to.")


class BittitanOrder(BssOrder):
    """An order of BitTitan products."""

    vendor: Literal["bittitan"] = pydantic.Field(description="The vendor this order goes to.")


def kinds() -> Kinds:
    """Return the additions."""
    return Kinds(
        account_options={
            "interworks": InterworksOptions,
            "avg": AvgOptions,
            "panda": PandaOptions,
            "bittitan": BittitanOptions,
        },
        order_specs={"avg": AvgOrder, "panda": PandaOrder, "bittitan": BittitanOrder},
    )
