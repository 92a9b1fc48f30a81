"""The flags every command takes, before or after its name; the last one given on the command line wins."""

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
from click.core import ParameterSource

F = TypeVar("F", bound=Callable[..., Any])

LEVELS = ("debug", "info", "warning", "error")


@dataclasses.dataclass
class Globals:
    """What the global flags say."""

    directory: str = "."
    config: str | None = None
    env: str | None = None
    select: str | None = None
    color: str = "auto"
    log_level: str = "warning"
    log_format: str = "console"

    @property
    def start(self) -> Path:
        """Where the project is looked for."""
        return Path(self.directory)


def globals_of(context: click.Context) -> Globals:
    """Return the flags of this run."""
    root = context.find_root()
    if not isinstance(root.obj, Globals):
        root.obj = Globals()
    return root.obj


def _keep(context: click.Context, parameter: click.Parameter, value: Any) -> Any:
    assert parameter.name is not None
    given = context.get_parameter_source(parameter.name)
    flags = globals_of(context)
    first = context.parent is None
    if value is not None and (given is ParameterSource.COMMANDLINE or first):
        setattr(flags, parameter.name, value)
    return value


def _flag(*names: str, **more: Any) -> Callable[[F], F]:
    return click.option(*names, expose_value=False, callback=_keep, **more)


def global_flags(function: F) -> F:
    """Add the global flags to a command."""
    flags = [
        _flag("-C", "directory", metavar="DIR", help="Work in DIR."),
        _flag("--config", metavar="FILE", help="The project file; default reconciler.yaml, searched upwards."),
        _flag("--env", metavar="NAME", help="Use this entry of `environments`."),
        _flag("--select", metavar="EXPR", help="Only these manifests: kind=Order,name=acme-*,<label>=value."),
        _flag("--color", type=click.Choice(["auto", "always", "never"]), help="Colour on stdout."),
        _flag("--log-level", type=click.Choice(LEVELS), help="What is logged to stderr."),
        _flag("--log-format", type=click.Choice(["console", "json"]), help="Form of the log lines."),
    ]
    for flag in reversed(flags):
        function = flag(function)
    return function
