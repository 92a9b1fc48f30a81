"""`sandbox`: every vendor simulator on one loopback port."""

from pathlib import Path

import click

from reconciler.cli import output
from reconciler.cli.options import global_flags
from reconciler.errors import Exit, ReconcilerError


@click.command()
@click.option("--port", default=8700, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one.")
@click.option("--state", type=click.Path(dir_okay=False), help="Keep the simulated state in this file.")
@click.option("--auto-decide", is_flag=True, help="Have the people at a vendor accept whatever waits for them.")
@global_flags
def sandbox(port: int, state: str | None, auto_decide: bool) -> int:
    """Serve all vendor simulators on loopback; print their URLs and demo credentials."""
    from reconciler import sandbox as simulators

    def ready(base_url: str) -> None:
        for name, facts in simulators.demo(base_url).items():
            output.emit("".join([f"{name}\n", *(f"  {key}: {value}\n" for key, value in facts.items())]))

    try:
        simulators.serve(port, Path(state) if state else None, ready=ready, auto_decide=auto_decide)
    except KeyboardInterrupt:  # how a person ends it
        return Exit.INTERRUPTED
    except (OSError, ValueError) as error:
        raise ReconcilerError(f"the sandbox cannot start: {error}; choose another --port or --state") from error
    return Exit.DONE
