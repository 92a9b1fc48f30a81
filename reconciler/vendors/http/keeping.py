"""What the client asks of whoever keeps a credential that the vendor replaces whenever it is used."""

import dataclasses
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from reconciler.model import Secret


@dataclasses.dataclass(frozen=True)
class Newest:
    """The newest of a credential; `configured` when it is the starting value that the operator wrote down."""

    secret: Secret
    configured: bool


class Keeper(Protocol):
    """Keeps one credential. What is read is used, and its successor written, while `holding` only."""

    def holding(self) -> AbstractAsyncContextManager[None]:
        """Hold it alone, over all processes; Locked when another holds it for too long."""
        ...

    async def newest(self) -> Newest | None:
        """Return the newest; None when there is none yet. SealingError when it cannot be opened."""
        ...

    async def prove(self) -> None:
        """Prove that the newest can be written, by writing again what is kept; StateError when it cannot."""
        ...

    async def keep(self, secret: Secret) -> None:
        """Write the newest; it is durable on return. StateError when that fails."""
        ...
