"""The contract every vendor simulator fulfils; the rest of the sandbox sees no more than this.

A simulator is synchronous and knows neither sockets nor faults: it turns one request into one answer
and keeps the vendor's books. Must not read a clock, random numbers or files.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol

from reconciler.sandbox.messages import JsonObject, Reply, Request

Action = Callable[[JsonObject, datetime], object]
"""What the control plane calls for a request of the simulator's own: the body with the path's variables, and now."""


class BackOffice(Protocol):
    """What people can see and do behind a vendor's API, and what the control plane offers of it."""

    def actions(self) -> Mapping[str, Action]:
        """Return what only this vendor's people do, by `METHOD /path` below the simulator's control plane."""
        ...

    def books(self, now: datetime) -> JsonObject:
        """Return what a person could look up at the vendor; without tokens."""
        ...

    def outbox(self) -> list[JsonObject]:
        """Return the mails sent so far."""
        ...

    def clear_outbox(self) -> None:
        """Forget the mails."""
        ...

    def read_settings(self) -> JsonObject:
        """Return the switches."""
        ...

    def change_settings(self, changes: Mapping[str, object]) -> None:
        """Set some switches; ValueError when one is unknown or of the wrong type."""
        ...

    def edit(self, change: Mapping[str, object], now: datetime) -> JsonObject:
        """Change a row by hand; ValueError, TypeError or LookupError when impossible."""
        ...

    def delete(self, what: str, key: str) -> None:
        """Delete a row by hand; LookupError when it does not exist."""
        ...

    def reset(self) -> None:
        """Return to the seeded beginning, settings included."""
        ...

    def dump(self) -> JsonObject:
        """Return everything `load` needs."""
        ...

    def load(self, data: Mapping[str, object]) -> None:
        """Take over what an earlier `dump` returned."""
        ...


class Simulator(Protocol):
    """A vendor as it behaves, written from its documentation."""

    name: str

    @property
    def office(self) -> BackOffice:
        """Return what is behind the API."""
        ...

    @property
    def changes(self) -> int:
        """Count the changes to the books; the gate saves a snapshot when it moved."""
        ...

    def settle(self, now: datetime, /) -> None:
        """Do the vendor's own work that has come due by now."""
        ...

    def handle(self, request: Request) -> Reply:
        """Answer one request and commit its effects."""
        ...

    def is_mutating(self, request: Request) -> bool:
        """Say whether the request may change something a customer or the bill would notice."""
        ...

    def refusal(self, status: int) -> Reply:
        """Return an answer of this status in the vendor's error shape."""
        ...

    def rate_limited(self) -> Reply:
        """Return the vendor's answer to a caller that is too fast."""
        ...
