"""Every registered vendor against what it declares, with its simulator."""

import pytest

from reconciler.settings import discovery
from reconciler.testing import conformance
from tests.contract.conformance_benches import BENCHES, SUITES


@pytest.mark.parametrize("rule", conformance.RULES)
@pytest.mark.parametrize("vendor", BENCHES)
def test_what_a_vendor_declares_holds(vendor: str, rule: str) -> None:
    """No rule of the suite finds anything that the bench does not excuse with a reason."""
    assert SUITES[vendor].findings(rule) == []


def test_every_registered_vendor_is_on_a_bench() -> None:
    """A plug-in that is installed with the product is attacked."""
    assert {bench.plugin.name for bench in BENCHES.values()} == set(discovery.find_plugins())


@pytest.mark.parametrize("rule", conformance.RULES)
def test_each_rule_says_what_it_demands(rule: str) -> None:
    """The first line of a rule's docstring is what the page for authors prints."""
    assert (conformance.RULES[rule].__doc__ or "").startswith("Demand ")
