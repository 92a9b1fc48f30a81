"""The table of commands, and the group that loads each module only when its command runs."""

import importlib
from collections.abc import Mapping

import click

from reconciler.cli.options import global_flags

COMMANDS: Mapping[str, tuple[str, str]] = {
    "apply": ("applying:apply", "Plan (or load a saved plan) and carry it out."),
    "assets": ("reporting:assets", "List assets; show one order's secrets."),
    "catalogue": ("vendors:catalogue", "Refresh what is kept in git of a vendor's catalogue."),
    "check": ("vendors:check", "Check credentials and reachability of vendors, read-only."),
    "completion": ("reference:completion", "Print the completion script of a shell."),
    "explain": ("reference:explain", "Say what a problem code means and what to do."),
    "login": ("login:login", "Let a person consent to the access to a vendor, once."),
    "plan": ("planning:plan", "Read the vendors and show what would change."),
    "resend": ("deciding:resend", "Have the vendor send a licence key or an invitation again."),
    "resolve": ("deciding:resolve", "Answer for an action that is in doubt, parked or manual."),
    "sandbox": ("simulating:sandbox", "Serve the vendor simulators on loopback."),
    "schema": ("reference:schema", "Print or write the JSON Schemas."),
    "show": ("planning:show", "Show a saved plan, offline."),
    "status": ("reporting:status", "Show the last known conditions from the ledger."),
    "validate": ("validating:validate", "Check every manifest offline."),
    "version": ("reference:version", "Print the version."),
    "watch": ("watching:watch", "Report drift again and again; with --apply, correct it."),
}


class LateGroup(click.Group):
    """A group whose commands live in modules that are imported when needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names, sorted."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's
        """Import a command; None when there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command = getattr(importlib.import_module(f"reconciler.cli.{module}"), name)
        assert isinstance(command, click.Command)
        return with_variables(command)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or say which one may have been meant."""
        if args and not args[0].startswith("-") and args[0] not in COMMANDS:
            import difflib  # late: only a misspelt name needs it

            near = difflib.get_close_matches(args[0], COMMANDS, n=1)
            hint = f"; did you mean {near[0]}" if near else ""
            raise click.UsageError(f"there is no command {args[0]!r}{hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in sorted(COMMANDS.items())])


def with_variables(command: click.Command) -> click.Command:
    """Let every flag be set by `RECONCILER_<FLAG>` too, in the commands below it as well."""
    for parameter in command.params:
        long = max(parameter.opts, key=len).lstrip("-")
        if isinstance(parameter, click.Option) and parameter.envvar is None:
            parameter.envvar = "RECONCILER_" + long.upper().replace("-", "_")
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            with_variables(inner)
    return command


@click.group(cls=LateGroup, context_settings={"help_option_names": ["-h", "--help"]})
@global_flags
def cli() -> None:
    """Declare accounts and orders in git; plan exactly; execute at most once."""


with_variables(cli)
