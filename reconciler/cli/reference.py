"""`version`, `explain`, `schema`, `completion`: answers that need no project."""

import difflib
import json
from pathlib import Path

import click

from reconciler.cli import output
from reconciler.cli.options import global_flags
from reconciler.errors import Exit, UsageError

LOOKALIKES = str.maketrans("OIL", "011")
"""Letters that are taken for digits."""


@click.command()
@global_flags
def version() -> int:
    """Print the version."""
    from reconciler import __version__

    output.emit(f"reconciler {__version__}\n")
    return Exit.DONE


@click.command()
@click.argument("code")
@global_flags
def explain(code: str) -> int:
    """Say what a problem code means, why it comes up and what to do; offline."""
    from reconciler import codes
    from reconciler.settings import discovery

    tables = [plugin.codes for _, plugin in sorted(discovery.find_plugins().items())]
    found = codes.explain(code, *tables)
    if found is None:
        known = [name for table in (codes.CODES, *tables) for name in table]
        meant = code.upper().translate(LOOKALIKES)
        near = difflib.get_close_matches(meant, known, n=1)
        hint = f"; did you mean {near[0]}" if near else ""
        raise UsageError(f"there is no code {code}{hint}")
    output.emit(f"{code.strip().upper()}: {found.title}\n\nCause: {found.cause}\nCure:  {found.cure}\n")
    return Exit.DONE


@click.command()
@click.option("--write", metavar="DIR", type=click.Path(file_okay=False), help="Write every schema into DIR.")
@global_flags
def schema(write: str | None) -> int:
    """Print the JSON Schema of manifests, or write all schemas."""
    from reconciler.schema import write as write_schemas

    documents = all_schemas()
    if write is None:
        output.emit(json.dumps(json.loads(documents["manifest.schema.json"]), indent=2) + "\n")
        return Exit.DONE
    for name in write_schemas(Path(write), documents):
        output.note(f"{name} written")
    return Exit.DONE


def all_schemas() -> dict[str, bytes]:
    """Return every published schema by file name, as the installed plug-ins make them."""
    from reconciler.schema import Registry, model_schema, published
    from reconciler.settings import discovery
    from reconciler.settings.vendors import project_model

    plugins = discovery.find_plugins()
    configuration = model_schema(project_model(plugins))
    return published(Registry(discovery.kinds(plugins)), {"reconciler.schema.json": configuration})


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@global_flags
def completion(shell: str) -> int:
    """Print the completion script of a shell."""
    from click.shell_completion import get_completion_class

    from reconciler.cli.commands import cli

    found = get_completion_class(shell)
    assert found is not None
    output.emit(found(cli, {}, "reconciler", "_RECONCILER_COMPLETE").source() + "\n")
    return Exit.DONE
