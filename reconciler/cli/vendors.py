"""`check` and `catalogue pull`: reads of a vendor that no manifest asks for."""

import json
from collections.abc import Sequence

import click

from reconciler import files
from reconciler.cli import interrupting, output, session
from reconciler.cli.options import global_flags
from reconciler.errors import Exit, UsageError, VendorError
from reconciler.settings import durations


@click.command()
@click.argument("vendors", nargs=-1)
@global_flags
def check(vendors: Sequence[str]) -> int:
    """Check credentials and reachability of each vendor with one read."""
    session.configure_logs()
    project = session.open_project()
    names = [_carrier(project, name) for name in vendors]
    return interrupting.run(lambda _: _check(project, names))


async def _check(project: session.Project, names: list[str]) -> int:
    failed = False
    async with session.online(project, writing=False, only=names) as context:
        for account in context.distinct:
            config = project.settings.vendors[account.vendor.name]
            try:
                found = await account.vendor.probe(account.client.reader)
            except VendorError as error:
                failed = True
                output.note(f"{account.vendor.name}: {str(error).removeprefix(f'{account.vendor.name}: ')}")
                continue
            lag = durations.show(config.lookup_lag)
            assumed = f"; look-ups are taken to show a change after {lag} (assumed; set lookupLag)"
            output.emit(f"{account.vendor.name}: {found}{assumed if account.client.requests else ''}\n")
    return Exit.ERROR if failed else Exit.DONE


@click.group()
@global_flags
def catalogue() -> None:
    """Refresh what is kept in git of a vendor's catalogue."""


@catalogue.command("pull")
@click.argument("vendor")
@global_flags
def pull(vendor: str) -> int:
    """Read a vendor's catalogue (products, option definitions) and write it to `catalogue/`."""
    session.configure_logs()
    project = session.open_project()
    name = _carrier(project, vendor)
    data = interrupting.run(lambda _: _pull(project, name))
    path = project.settings.root / "catalogue" / f"{name}.json"
    text = json.dumps(data, indent=2, sort_keys=True, ensure_ascii=True) + "\n"
    changed = files.write_file(path, text.encode())
    output.note(f"catalogue/{path.name} {'written; commit it' if changed else 'is up to date'}")
    return Exit.DONE


async def _pull(project: session.Project, name: str) -> object:
    async with session.online(project, writing=False, only=[name]) as context:
        account = context.distinct[0]
        return await account.vendor.pull_catalogue(account.client.reader)


def _carrier(project: session.Project, name: str) -> str:
    """Return the vendor that is reached by itself; UsageError when there is none of that name."""
    config = project.settings.vendors.get(name)
    if config is None:
        known = ", ".join(project.settings.vendors)
        raise UsageError(f"vendor {name} is not configured; configured are {known}")
    return config.via or name
