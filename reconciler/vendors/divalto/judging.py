"""What is only known when the vendor is read: whether an opportunity fits, which catalogue there is. Pure."""

from collections.abc import Mapping

from reconciler.contract import Observed
from reconciler.model import Problem
from reconciler.vendors.divalto import codes, comparing, completing, options, wire
from reconciler.vendors.divalto.catalogue import OWN
from reconciler.vendors.divalto.comparing import CATALOGUE
from reconciler.vendors.divalto.expanding import opportunity_address
from reconciler.vendors.divalto.steps import Bench


def opportunity_problems(bench: Bench) -> list[Problem]:
    """Return why an order cannot come from its opportunity (V8 to V10)."""
    code = bench.case.wanted.fields.get("opportunity")
    if code is None or not bench.settings.able(options.CAN_READ_OPPORTUNITIES):
        return []
    found = bench.case.related.get(opportunity_address(str(code)))
    if found is None or not found.extra.get("known"):
        return [_problem(bench, f"/spec/opportunity: {code} is not an opportunity of this partner")]
    if found.extra.get("status") != wire.ACTIVE:
        return [_problem(bench, f"/spec/opportunity: {code} is {found.extra.get('status')}, not {wire.ACTIVE}")]
    return [*_conflicts(bench, found), *_incomplete(bench)]


def _conflicts(bench: Bench, found: Observed) -> list[Problem]:
    fields = bench.case.wanted.fields
    pairs = [(word, fields.get(word), found.extra.get(word)) for word in ("generation", "solution")]
    return [
        _problem(bench, f"/spec/{word}: the opportunity says {theirs}, the manifest {own}; leave it out")
        for word, own, theirs in pairs
        if own is not None and own != theirs
    ]


def _incomplete(bench: Bench) -> list[Problem]:
    """Return what the prospect and the manifest together do not say of a new site."""
    wanted = bench.case.wanted
    if not wanted.options.get("prefilled"):
        return []
    site = comparing.whole(wanted, comparing.prospect_of(bench.case)).fields.get("newSite")
    lacking = completing.missing(site if isinstance(site, Mapping) else {})
    return [
        _problem(bench, f"/spec/newSite/{word}: neither the manifest nor the prospect has it; write it")
        for word in lacking
    ]


def _problem(bench: Bench, text: str) -> Problem:
    return bench.problem(codes.OPPORTUNITY_UNFIT, text)


def catalogue_problems(bench: Bench) -> list[Problem]:
    """Return the warning that the vendor's catalogue is not the one kept in git."""
    seen, pinned = bench.case.related.get(CATALOGUE), bench.case.pinned.get(OWN)
    if seen is None or not isinstance(pinned, Mapping):
        return []
    ours, theirs = pinned.get("revision"), seen.extra.get("revision")
    if not theirs or ours == theirs:
        return []
    return [bench.warning(codes.CATALOGUE_CHANGED, f"catalogue is {theirs} at the vendor and {ours} in git")]
