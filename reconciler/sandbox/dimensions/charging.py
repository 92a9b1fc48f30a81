"""The charges handshake (`dimensions.md` 2.6): what costs is refused with 402 until the caller accepts it."""

from collections.abc import Sequence

from reconciler.sandbox.dimensions.calls import Call
from reconciler.sandbox.dimensions.errors import ChargesNotAccepted
from reconciler.sandbox.dimensions.moments import written
from reconciler.sandbox.dimensions.records import Charge
from reconciler.sandbox.dimensions.store import Desk


def check(desk: Desk, call: Call, reasons: Sequence[str]) -> None:
    """Refuse with 402 when there are reasons to charge and the caller has not accepted charges."""
    if reasons and desk.settings.charges == "on" and not call.accepts_charges:
        raise ChargesNotAccepted(call.request)


def book(desk: Desk, call: Call, reasons: Sequence[str], *, tenant: str) -> None:
    """Write down what was charged to a tenant."""
    for reason in reasons if desk.settings.charges == "on" else ():
        desk.books.charges.put(Charge(desk.books.count("charge"), tenant, reason, written(call.now)))
