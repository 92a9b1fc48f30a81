"""What brings a site closer to what is declared: one request for a change, which people at Divalto decide. Pure.

What they have not decided yet is no difference. What they refused is not asked for again, and when they wrote
something else, that is for a person to settle.
"""

from collections.abc import Mapping
from typing import Any

from reconciler.contract import Decision, Observed
from reconciler.model import Json
from reconciler.vendors.divalto import catalogue, codes, handwork, wire
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
    words = sorted(word for word, value in case.wanted.fields.items() if facts.get(word) != value)
    if not words:
        return Decision()
    request = observed.extra.get("request")
    if isinstance(request, Mapping):
        return _requested(bench, observed, request)
    pending = observed.extra.get("pending")
    if pending:
        return Decision(waiting=(bench.vendor(f"another change request, {pending}, is open for the site"),))
    step = bench.step(
        catalogue.REQUEST,
        reason="differs from the manifest; people at Divalto decide",
        changes=case.changes,
        body={word: case.wanted.fields[word] for word in words},
        basis={word: facts.get(word) for word in words},
    )
    return Decision((step,))


def _by_hand(bench: Bench) -> Decision:
    case = bench.case
    assert case.observed is not None
    name, _, part = handwork.asking(case.wanted).partition(":")
    if case.observed.extra.get("asked") or not case.wanted.fields:
        return Decision()
    step = bench.step(
        name, part=part, reason="to be asked for by a person", changes=case.changes, body=case.wanted.fields
    )
    return Decision((step,))


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
