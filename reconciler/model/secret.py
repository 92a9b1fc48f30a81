"""Secrets as a type that cannot be shown by accident.

No `str`, `repr`, format, pickle or JSON of a `Secret` gives its value. `reveal` is called by the HTTP
transport, the sealer and the one command a person asks with `--reveal`; an architecture test keeps the list.
"""

import dataclasses
from typing import Literal, NoReturn


class Secret:
    """A value that must not be seen; compares by value, shows as `(secret)`."""

    __slots__ = ("__value",)

    def __init__(self, value: str) -> None:
        self.__value = value

    def reveal(self) -> str:
        """Return the value; for the transport and the sealer only."""
        return self.__value

    def __repr__(self) -> str:
        return "(secret)"

    def __str__(self) -> str:
        return "(secret)"

    def __format__(self, spec: str) -> str:
        return "(secret)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self.__value == other.__value

    def __hash__(self) -> int:
        return hash((Secret, self.__value))

    def __bool__(self) -> bool:
        return bool(self.__value)

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a secret cannot be pickled or copied; pass it by reference")


@dataclasses.dataclass(frozen=True, slots=True)
class SecretSource:
    """Where a secret comes from: `{env: NAME}` or `{file: path}`; itself not secret."""

    kind: Literal["env", "file"]
    name: str
