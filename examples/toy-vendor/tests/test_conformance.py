"""The mail host against everything it declares."""

import pytest
from toy_bench import BENCH

from reconciler.testing import conformance

SUITE = conformance.suite(BENCH)


@pytest.mark.parametrize("rule", conformance.RULES)
def test_what_is_declared_holds(rule: str) -> None:
    """A rule of the suite finds nothing."""
    assert SUITE.findings(rule) == []
