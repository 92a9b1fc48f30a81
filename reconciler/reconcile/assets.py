"""Assets as they are kept: facts in clear, secrets sealed to people and told apart by a short fingerprint."""

from collections.abc import Mapping, Sequence

from reconciler import sealing
from reconciler.contract import Asset, Observed, Wanted
from reconciler.ledger.protocol import AssetRecord, Ledger, Scope

FINGERPRINT = len("hmac:") + 8
"""A fingerprint tells secrets apart for people; it need not be longer."""


def bound_to(origin: str, asset_id: str, name: str) -> dict[str, str]:
    """Return what a secret belongs to; sealed with it, so that it opens as nothing else."""
    return {"origin": origin, "asset": asset_id, "name": name}


def rows_of(
    observed: Observed,
    wanted: Wanted,
    *,
    known: Sequence[AssetRecord],
    scope: Scope,
    recipients: Sequence[str],
    ledger: Ledger,
) -> list[AssetRecord]:
    """Return the records of an order's assets; a secret that is known is not sealed again."""
    before = {one.asset_id: one.fingerprints for one in known if one.order in wanted.addresses}
    ordered = sorted(observed.assets, key=lambda asset: asset.asset_id)
    return [
        _row(asset, wanted, known=before.get(asset.asset_id, {}), scope=scope, recipients=recipients, ledger=ledger)
        for asset in ordered
    ]


def _row(
    asset: Asset,
    wanted: Wanted,
    *,
    known: Mapping[str, str],
    scope: Scope,
    recipients: Sequence[str],
    ledger: Ledger,
) -> AssetRecord:
    fingerprints, sealed = {}, {}
    for name, secret in sorted(asset.secrets.items()):
        fingerprints[name] = ledger.fingerprint(secret.reveal())[:FINGERPRINT]
        if known.get(name) != fingerprints[name]:
            bound = bound_to(scope.origin, asset.asset_id, name)
            sealed[name] = sealing.seal(secret, recipients, bound=bound)
    return AssetRecord(
        order=wanted.address,
        asset_id=asset.asset_id,
        product=asset.product,
        quantity=asset.quantity,
        sync_status=asset.sync_status,
        purchased_at=asset.purchased_at,
        expires_at=asset.expires_at,
        fingerprints=fingerprints,
        sealed=sealed,
    )
