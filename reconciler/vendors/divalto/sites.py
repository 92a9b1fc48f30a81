"""What brings a site closer to what is declared: one request for a change, which people at Divalto decide. Pure.

What they have not decided yet is no difference. What they refused is not asked for again, and when they wrote
something else, that is for a person to settle.
"""

from collections.abc import Mapping
from typing import Any

from reconciler.contract import ClaimState, Decision, Observed
from reconciler.model import Json
from reconciler.vendors.divalto import catalogue, codes, handwork, options, showing, wire
from reconciler.vendors.divalto.steps import Bench


def decide_site(bench: Bench) -> Decision:
    """Ask for a change, wait for its decision, or say why it goes no further."""
    case = bench.case
    observed = case.observed
    if observed is None:
        text = f"site {case.wanted.options['number']} is not one of this partner's"
        return Decision(problems=(bench.problem(codes.SITE_UNKNOWN, text),))
    if bench.settings.manual:
        return _by_hand(bench)
    facts: Any = observed.extra.get("facts") or {}
    words = showing.differing_facts(case.wanted, facts)
    if not words:
        return Decision()
    request = observed.extra.get("request")
    if isinstance(request, Mapping):
        return _requested(bench, observed, request)
    return _unasked(bench, observed, {word: facts.get(word) for word in words})


def _unasked(bench: Bench, observed: Observed, shown: Mapping[str, Json]) -> Decision:
    """Ask for a change of what differs, unless somebody else's request comes first; `shown` is what stands there."""
    pending = observed.extra.get("pending")
    if pending:
        return Decision(waiting=(bench.vendor(f"another change request, {pending}, is open for the site"),))
    if not bench.settings.able(options.CAN_CHANGE_SITES) or _asked_by_person(bench):
        return _by_hand(bench)
    step = bench.step(
        catalogue.REQUEST,
        reason="differs from the manifest; people at Divalto decide",
        changes=bench.case.changes,
        body={word: bench.case.wanted.fields[word] for word in shown},
        basis=dict(shown),
    )
    return Decision((step,))


def _by_hand(bench: Bench) -> Decision:
    """Have a person ask; other facts are another operation, so that each is asked for once."""
    case = bench.case
    asking = handwork.asking(case.wanted)
    name, _, part = asking.partition(":")
    if (case.observed is not None and case.observed.extra.get("asked")) or not case.wanted.fields:
        return Decision()
    if _asked_by_person(bench):
        return Decision(waiting=(bench.vendor("a person asked for the change, and the site does not show it yet"),))
    step = bench.step(
        name, part=part, reason="to be asked for by a person", changes=case.changes, body=case.wanted.fields
    )
    return Decision((step,))


def _asked_by_person(bench: Bench) -> bool:
    """Say whether a person reported having asked for these facts; they are not asked for again."""
    wanted, claims = bench.case.wanted, bench.case.memory.claims
    return claims.get((handwork.asking(wanted), wanted.revision)) is ClaimState.DONE


def _requested(bench: Bench, observed: Observed, request: Mapping[str, Json]) -> Decision:
    status, at = request.get("status"), request.get("at")
    since = at if isinstance(at, str) else None
    if status == wire.A_TRAITER:
        return Decision(waiting=(bench.vendor(observed.detail, since=since),))
    if status == wire.REFUSEE:
        advice = "the same facts are not asked for again; change the manifest or settle it with the vendor"
        return Decision(waiting=(bench.person(f"{observed.detail}; {advice}", since=since),))
    if status == wire.ACCEPTEE:
        advice = "correct the manifest to what the site shows, or settle it with the vendor"
        return Decision(waiting=(bench.person(f"{observed.detail}; {advice}", since=since),))
    warning = bench.warning(codes.UNKNOWN_STATUS, f"change request {observed.detail}")
    return Decision(waiting=(bench.vendor(observed.detail, since=since),), problems=(warning,))
