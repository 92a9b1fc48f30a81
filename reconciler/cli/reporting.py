"""`status` and `assets`: what the ledger knows, without asking a vendor."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence

import click

from reconciler.cli import output, session
from reconciler.cli.options import global_flags
from reconciler.clock import SystemClock
from reconciler.errors import Exit, ReconcilerError, UsageError
from reconciler.ledger.opening import open_ledger
from reconciler.ledger.protocol import AssetRecord, Ledger, ObjectRecord, Scope
from reconciler.settings.values import Settings


@click.command()
@click.argument("names", nargs=-1)
@click.option("-o", "--output", "form", type=click.Choice(["text", "json"]), default="text", help="Form of the result.")
@global_flags
def status(names: Sequence[str], form: str) -> int:
    """Show the last known conditions from the ledger, of all objects or of those of these manifests."""
    from reconciler.render import standing, to_json, to_text

    session.configure_logs()
    settings, _ = session.load_settings()
    records = asyncio.run(_objects(settings))
    chosen = [one for one in records if not names or one.name in names or str(one.address) in names]
    missing = sorted(set(names) - {one.name for one in chosen} - {str(one.address) for one in chosen})
    if missing:
        raise ReconcilerError(f"{', '.join(missing)}: the ledger knows no such object; apply first, or check the name")
    now = SystemClock().now()
    if form == "json":
        output.emit(to_json.text(standing.status_document(chosen, project=settings.project, generated_at=now)))
    else:
        report = standing.status_report(chosen, project=settings.project, generated_at=now)
        output.emit(to_text.text(report, color=output.color(), width=output.width()))
    return Exit.DONE


@click.group()
@global_flags
def assets() -> None:
    """List assets, or show one order's secrets."""


@assets.command("list")
@click.option("-o", "--output", "form", type=click.Choice(["text", "json"]), default="text", help="Form of the result.")
@global_flags
def list_assets(form: str) -> int:
    """List every asset; secrets as fingerprints."""
    from reconciler.render import standing, to_json, to_text

    session.configure_logs()
    settings, _ = session.load_settings()
    found = asyncio.run(_assets(settings))
    if form == "json":
        output.emit(to_json.text(standing.asset_document(found)))
    else:
        output.emit(to_text.text(standing.asset_report(found), color=output.color(), width=output.width()))
    return Exit.DONE


@assets.command("show")
@click.argument("order")
@click.option("--reveal", is_flag=True, help="Open the sealed secrets and print them.")
@global_flags
def show_assets(order: str, reveal: bool) -> int:
    """Show the assets of one order; with --reveal their secrets, which needs the identity."""
    from reconciler.render import standing, to_text

    session.configure_logs()
    settings, _ = session.load_settings()
    found = [one for one in asyncio.run(_assets(settings)) if order in {one.order.name, str(one.order)}]
    if not found:
        raise ReconcilerError(f"order {order} has no assets in the ledger; apply first, or check the name")
    if not reveal:
        output.emit(to_text.text(standing.asset_report(found), color=output.color(), width=output.width()))
        return Exit.DONE
    for asset in found:
        _reveal(settings, asset)
    return Exit.DONE


def _reveal(settings: Settings, asset: AssetRecord) -> None:
    """Print an asset's secrets: the one place where a person asked to see them."""
    from reconciler import sealing
    from reconciler.cli.sealing import read_identity
    from reconciler.reconcile.assets import bound_to
    from reconciler.render import escape

    identity = read_identity(settings)
    for name, blob in sorted(asset.sealed.items()):
        bound = bound_to(settings.vendors[asset.order.vendor].origin, asset.asset_id, name)
        secret = sealing.open_sealed(blob, identity, bound=bound)
        shown = escape.terminal(secret.reveal())
        click.echo(f"{escape.terminal(asset.order.name)} {escape.terminal(asset.asset_id)} {name} {shown}")


@contextlib.asynccontextmanager
async def _ledger(settings: Settings) -> AsyncIterator[tuple[Ledger, list[Scope]]]:
    origins = {vendor.origin for vendor in settings.vendors.values() if vendor.via is None}
    projects = (settings.project, *settings.former_projects)
    scopes = [Scope(project, settings.environment, url) for project in projects for url in sorted(origins)]
    book = open_ledger(settings.state, root=settings.root, read_only=True)
    try:
        yield book, scopes
    finally:
        await book.aclose()


async def _objects(settings: Settings) -> list[ObjectRecord]:
    async with _ledger(settings) as (book, scopes):
        return [record for _, record in sorted((await book.read_objects(scopes)).items())]


async def _assets(settings: Settings) -> list[AssetRecord]:
    async with _ledger(settings) as (book, scopes):
        return await book.read_assets(scopes)


def require_one(**choices: object) -> str:
    """Return the name of the one choice that was made; UsageError when it is not exactly one."""
    made = [name for name, value in choices.items() if value not in {None, False}]
    if len(made) != 1:
        raise UsageError(f"give exactly one of {', '.join('--' + name.replace('_', '-') for name in choices)}")
    return made[0]
