"""Writing status files back: one per manifest, only when something in it changed."""

from collections.abc import Iterable, Sequence

from reconciler import files
from reconciler.cli import output
from reconciler.contract import Kind
from reconciler.ledger.protocol import AssetRecord, ObjectRecord
from reconciler.reconcile.applying import Applied
from reconciler.render import status_file
from reconciler.settings.values import Settings


def write_status(settings: Settings, done: Applied, assets: Sequence[AssetRecord]) -> None:
    """Write `status/<Kind>/<name>.yaml` for every manifest; a failure is a note, never a failed apply."""
    if settings.status_dir is None:
        return
    by_manifest: dict[tuple[str, str], list[ObjectRecord]] = {}
    for record in done.statuses:
        by_manifest.setdefault((record.kind, record.name), []).append(record)
    try:
        for (kind, name), objects in sorted(by_manifest.items()):
            own = [asset for asset in assets if asset.order in {record.address for record in objects}]
            document = status_file.status_document(kind, name, objects=objects, assets=own)
            files.write_file(settings.status_dir / kind / f"{name}.yaml", status_file.to_yaml(document).encode())
        for kind, name in _forgotten(done):
            if (kind, name) not in by_manifest:
                (settings.status_dir / kind / f"{name}.yaml").unlink(missing_ok=True)
    except OSError as error:
        output.note(f"warning: status cannot be written ({error.strerror}); what was applied is recorded in the ledger")


def _forgotten(done: Applied) -> Iterable[tuple[str, str]]:
    return {(a.manifest.kind, a.manifest.name) for a in done.plan.actions if a.kind is Kind.FORGET}
