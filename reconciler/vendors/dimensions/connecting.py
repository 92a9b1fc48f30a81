"""What brings a PBX connection closer to what is declared. Pure.

Any patch restarts the collector: all changes go in one, and there is none without a change.
"""

from collections.abc import Mapping

from reconciler.contract import Case, Change, Decision, Operation, Step, SyncStatus, Waiting
from reconciler.model import Json
from reconciler.vendors.dimensions import catalogue
from reconciler.vendors.dimensions.deciding import SECRET, Follows, before_of, make_step, turning, words_of
from reconciler.vendors.dimensions.expanding import customer_address

SECRETS = frozenset({"apiKey", "licenseKey", "password"})
FIXED = frozenset({"type", "accountId", "licenseKey", "monitorSubAccounts"})
"""Fixed at creation. The engine refuses to change what is known; what is not known is left alone."""


def decide_pbx(case: Case, operations: Mapping[str, Operation]) -> Decision:
    """Create a connection disabled and enable it, patch it in one call, or disconnect it."""
    wanted, observed = case.wanted, case.observed
    if wanted.ensure == "absent":
        ended = make_step(case, operations[catalogue.DELETE], reason="declared absent")
        return Decision(() if observed is None else (ended,))
    if observed is None:
        return Decision(_creation(case, operations))
    changes = tuple(change for change in case.changes if change.path.split("/")[1] not in FIXED)
    if changes:
        return Decision((_patch(case, operations, changes),))
    if observed.status is SyncStatus.IN_PROGRESS:
        return Decision(waiting=(Waiting(wanted.address, "vendor", observed.detail or "users are being imported"),))
    return Decision()


def _creation(case: Case, operations: Mapping[str, Operation]) -> tuple[Step, ...]:
    on = case.wanted.fields.get("enabled") is True
    creation = make_step(
        case,
        operations[catalogue.CREATE],
        reason="not at the vendor",
        changes=tuple(change for change in case.changes if not on or change.path != "/enabled"),
        body=_values(case, [word for word in case.wanted.fields if word != "enabled"]),
        follows=((customer_address(str(case.wanted.options["customer"])), catalogue.CREATE),),
    )
    if not on:
        return (creation,)
    enabling = _patch(case, operations, (Change("/enabled", False, True),), after=(catalogue.CREATE,))
    return (creation, enabling)


def _patch(
    case: Case, operations: Mapping[str, Operation], changes: tuple[Change, ...], *, after: tuple[str, ...] = ()
) -> Step:
    words = words_of(changes)
    name = turning(words, on=case.wanted.fields.get("enabled"))
    follows: Follows = ()
    if name == catalogue.ENABLE:
        customer = customer_address(str(case.wanted.options["customer"]))
        follows = ((customer, catalogue.ENABLE),)
    reasons = {catalogue.ENABLE: "wanted enabled", catalogue.DISABLE: "wanted disabled"}
    return make_step(
        case,
        operations[name],
        reason=reasons.get(name, "differs from the manifest"),
        changes=changes,
        body=_values(case, words),
        basis=before_of(case, words) if case.observed is not None else None,
        after=after,
        follows=follows,
    )


def _values(case: Case, words: list[str]) -> dict[str, Json]:
    """Return the values to send; that of a secret is put in when the request is made."""
    return {word: SECRET if word in SECRETS else case.wanted.fields[word] for word in sorted(words)}
