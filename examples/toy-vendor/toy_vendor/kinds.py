"""What the mail host adds to the manifest language: an option of accounts, and a kind of its own.

Imported late, since pydantic is heavy.
"""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

import pydantic

from reconciler.model import SecretSource
from reconciler.model.kinds import Email, Ensure, Kinds, Name, Spec

_UNMANAGED: Any = None


class ToyOptions(Spec):
    """The mailbox of an account."""

    address: Email = pydantic.Field(description="Address of the mailbox; it cannot change.")
    quota: Annotated[int, pydantic.Field(ge=1, le=100)] = pydantic.Field(default=1, description="Size in GB.")
    aliases: list[Email] = pydantic.Field(default=_UNMANAGED, description="Further addresses.")
    password: SecretSource = pydantic.Field(default=_UNMANAGED, description="Password of the mailbox.")


class MailingListSpec(Spec):
    """A mailing list."""

    names: ClassVar[Mapping[str, str]] = {"owner": "Account"}

    owner: Name = pydantic.Field(description="Account whose mailbox owns the list.")
    address: Email = pydantic.Field(description="Address of the list; it cannot change.")
    members: list[Email] = pydantic.Field(default=[], description="Who gets what is sent to it.")
    ensure: Ensure = pydantic.Field(default="present", description="absent ends the list.")


def kinds() -> Kinds:
    """Return the additions."""
    return Kinds(account_options={"toy": ToyOptions}, kinds={"MailingList": MailingListSpec})
