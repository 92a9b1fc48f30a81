"""What the client is told about one vendor account."""

import dataclasses
import math
from pathlib import Path

from reconciler import contract
from reconciler.errors import ConfigurationError
from reconciler.model import Secret

MIB = 1024 * 1024


@dataclasses.dataclass(frozen=True)
class Connection:
    """One vendor account: where it is, what its wire looks like, how much it bears.

    `timeout`: seconds one call may take in all, from the first byte of connecting to the last of the answer.
    `concurrency`: requests in flight. `per_second`: request starts, sign-in included (`math.inf`: no limit).
    `allow_private`: private addresses and loopback are admitted. `ca_file`: certificates trusted besides the
    usual ones. `max_bytes`: of an answer, on the wire and decoded. `hidden`: what the vendor was told of in whichever
    request, so that no refusal of another one may show it; its credentials are hidden anyway.
    """

    name: str
    url: str
    wire: contract.Wire
    timeout: float = 30.0
    concurrency: int = 4
    per_second: float = 5.0
    allow_private: bool = False
    ca_file: Path | None = None
    max_bytes: int = 32 * MIB
    hidden: frozenset[Secret] = frozenset()

    def __post_init__(self) -> None:
        """Refuse limits that cannot be kept."""
        if not (math.isfinite(self.timeout) and self.timeout > 0):
            raise ConfigurationError(f"vendors.{self.name}.timeout is {self.timeout}; give a time above zero")
        if self.concurrency < 1:
            raise ConfigurationError(f"vendors.{self.name}.limits.concurrency is {self.concurrency}; give 1 or more")
        if not self.per_second > 0:
            raise ConfigurationError(f"vendors.{self.name}.limits.perSecond is {self.per_second}; give more than 0")
