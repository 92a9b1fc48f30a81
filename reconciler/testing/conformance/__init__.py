"""The conformance suite: attacks what a vendor declares, through the real engine, against any simulator.

An author describes the vendor once (`Bench`) and asks for the findings of each rule; an empty list is a pass. Needs
no test framework:

    SUITE = conformance.suite(BENCH)

    @pytest.mark.parametrize("rule", conformance.RULES)
    def test_vendor_conforms(rule: str) -> None:
        assert SUITE.findings(rule) == []
"""

from collections.abc import Callable, Iterable, Mapping

from reconciler.testing.conformance.bench import App, Bench, Books, Chapter, Fixed, Row
from reconciler.testing.conformance.declared import declarations, reads_only, total
from reconciler.testing.conformance.finding import Finding
from reconciler.testing.conformance.fixing import immutable
from reconciler.testing.conformance.losing import lag, once, recovery
from reconciler.testing.conformance.reading import absence, missing_members, unknown_members, whole_lists
from reconciler.testing.conformance.suite import Suite
from reconciler.testing.conformance.telling import effects, found_again, reached, secrets, settles

RULES: Mapping[str, Callable[[Suite], Iterable[Finding]]] = {
    "declarations": declarations,
    "reads-only": reads_only,
    "settles": settles,
    "reached": reached,
    "effects": effects,
    "found-again": found_again,
    "absence": absence,
    "whole-lists": whole_lists,
    "missing-members": missing_members,
    "unknown-members": unknown_members,
    "recovery": recovery,
    "lag": lag,
    "once": once,
    "immutable": immutable,
    "secrets": secrets,
    "total": total,
}
"""Every rule by its id; the first line of its docstring says what it demands."""


def suite(bench: Bench) -> Suite:
    """Return the suite over a bench; one for all rules, so that the story is told once."""
    return Suite(bench, RULES)


__all__ = ["RULES", "App", "Bench", "Books", "Chapter", "Finding", "Fixed", "Row", "Suite", "suite"]
