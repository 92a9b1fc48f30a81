"""Vendor simulators: the vendors as they behave, written from their documentation alone.

For trying the product without a vendor and for testing it against one that fails on request. Imports
nothing of the reconciler, so that a mistake in a client cannot repeat itself here. The control plane and
the faults are described in `docs/sandbox.md`.
"""

import pathlib
from collections.abc import Callable

from reconciler.sandbox.app import (
    Sandbox,
    create_app,
    create_dimensions_app,
    create_divalto_app,
    create_interworks_app,
    demo,
)
from reconciler.sandbox.exchange import ConnectionDropped

__all__ = [
    "ConnectionDropped",
    "Sandbox",
    "create_app",
    "create_dimensions_app",
    "create_divalto_app",
    "create_interworks_app",
    "demo",
    "serve",
]


def serve(
    port: int,
    snapshot: pathlib.Path | None = None,
    *,
    host: str = "127.0.0.1",
    ready: Callable[[str], None] | None = None,
    auto_decide: bool = False,
) -> None:
    """Serve all simulators on a loopback port until the process is told to stop.

    Port 0 takes a free one. `ready` is called once with the base URL (with the real port) when
    connections are accepted. With `auto_decide` the people at a vendor accept
    whatever waits for them. ValueError when `host` is not a loopback address or `snapshot` is not a
    sandbox state; OSError when the port is taken.
    """
    # Late, because uvicorn is heavy and in-process users need none of it.
    from reconciler.sandbox import serving

    serving.serve(port, snapshot, host=host, ready=ready, auto_decide=auto_decide)
