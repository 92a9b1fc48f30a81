"""What status and asset renderers read of a remembered object or asset.

The ledger's records fit these shapes; renderers know the shapes only, not the ledger.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from reconciler.contract import SyncStatus
from reconciler.model import Address


class ObjectRow(Protocol):
    """An object as remembered; `conditions` as the status documents show them."""

    @property
    def address(self) -> Address:
        """What it is."""
        ...

    @property
    def kind(self) -> str:
        """Kind of its manifest."""
        ...

    @property
    def name(self) -> str:
        """Name of its manifest."""
        ...

    @property
    def vendor_id(self) -> str | None:
        """The vendor's id, when known."""
        ...

    @property
    def sync_status(self) -> SyncStatus:
        """How far it is."""
        ...

    @property
    def observed_at(self) -> datetime | None:
        """When the last complete reading began."""
        ...

    @property
    def manifest_revision(self) -> str:
        """Digest of the manifest it was compared with, or nothing."""
        ...

    @property
    def conditions(self) -> tuple[Mapping[str, str], ...]:
        """Its conditions."""
        ...

    @property
    def facts(self) -> Mapping[str, str]:
        """What the vendor assigned; never secret."""
        ...


class AssetRow(Protocol):
    """An asset as remembered, its secrets as fingerprints and sealed bytes."""

    @property
    def order(self) -> Address:
        """The order that yielded it."""
        ...

    @property
    def asset_id(self) -> str:
        """The vendor's id."""
        ...

    @property
    def product(self) -> str:
        """What was bought."""
        ...

    @property
    def quantity(self) -> int:
        """How many."""
        ...

    @property
    def sync_status(self) -> SyncStatus:
        """How far it is."""
        ...

    @property
    def purchased_at(self) -> str | None:
        """When it was bought, RFC 3339."""
        ...

    @property
    def expires_at(self) -> str | None:
        """When it ends, RFC 3339."""
        ...

    @property
    def fingerprints(self) -> Mapping[str, str]:
        """Secret name to keyed fingerprint."""
        ...

    @property
    def sealed(self) -> Mapping[str, bytes]:
        """Secret name to sealed bytes; only the names are looked at."""
        ...


def condition(entry: Mapping[str, str], *, time_key: str) -> dict[str, str | None]:
    """Return a condition in contract order, its time under `time_key`."""
    moment = entry.get("last_transition_time") or entry.get("lastTransitionTime")
    return {
        "type": entry.get("type", ""),
        "status": entry.get("status", "Unknown"),
        "reason": entry.get("reason", ""),
        "message": entry.get("message", ""),
        time_key: moment,
    }


def secret_names(asset: AssetRow) -> list[str]:
    """Return the names of the asset's secrets."""
    return sorted({*asset.fingerprints, *asset.sealed})


def asset_order(asset: AssetRow) -> tuple[Address, str]:
    """Order assets by order and id."""
    return (asset.order, asset.asset_id)
