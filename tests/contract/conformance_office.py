"""Behind the simulators of the sandbox, as a bench of the conformance suite looks there."""

from typing import Any

from reconciler.sandbox import Sandbox
from reconciler.testing.conformance import Books


def office(app: Sandbox) -> Any:
    """Return what is behind the only vendor of a sandbox."""
    (gate,) = app.gates.values()
    return gate.simulator.office


def books(app: Sandbox) -> Books:
    """Return the vendor's books and its mails."""
    found = office(app)
    return {**found.books(app.clock.now()), "mails": found.outbox()}


def edit(app: Sandbox, table: str, key: str, **values: Any) -> None:
    """Change a row by hand."""
    office(app).edit({"what": table, "id": key, "set": values}, app.clock.now())
