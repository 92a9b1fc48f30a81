"""Writing back: status files, one per manifest and only when something in it changed; papers for manual steps."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from reconciler import files
from reconciler.cli import output
from reconciler.contract import Kind
from reconciler.ledger.protocol import AssetRecord, ObjectRecord
from reconciler.plan.report import Outcome
from reconciler.reconcile.applying import Applied
from reconciler.reconcile.planning import Context
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


def write_papers(context: Context, root: Path, done: Applied) -> None:
    """Write what people are handed for manual steps to `.reconciler/manual/<vendor>/<name>/`; say where it is."""
    manual = {one.action for one in done.report.results if one.outcome is Outcome.MANUAL} if done.report else set()
    for action in done.plan.actions:
        address, wanted = action.address, context.estate.wanted.get(action.address)
        if action.id not in manual or wanted is None:
            continue
        kind = context.accounts[address.vendor].vendor.catalogue[f"{address.vendor}/{address.type}"]
        papers = kind.operation(action.step.operation).papers
        folder = root / ".reconciler" / "manual" / address.vendor / address.name
        if papers is None:
            continue
        try:
            for name, content in sorted(papers(wanted).items()):
                files.write_file(folder / name, content, mode=0o600)
        except OSError as error:
            output.note(
                f"warning: papers of {address} cannot be written ({error.strerror}); free {folder} and apply again"
            )
        else:
            output.note(f"{address}: what you need for it is in {folder.relative_to(root)}/")


def _forgotten(done: Applied) -> Iterable[tuple[str, str]]:
    return {(a.manifest.kind, a.manifest.name) for a in done.plan.actions if a.kind is Kind.FORGET}
