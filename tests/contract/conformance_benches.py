"""Every registered vendor with its simulator, as the conformance suite needs it."""

from collections.abc import Mapping

from reconciler.testing import conformance
from tests.contract import conformance_dimensions, conformance_divalto, conformance_interworks

BENCHES: Mapping[str, conformance.Bench] = {
    "dimensions": conformance_dimensions.ENTERPRISE,
    "dimensions-reseller": conformance_dimensions.RESELLER,
    "divalto": conformance_divalto.BENCH,
    "interworks": conformance_interworks.BENCH,
}
SUITES = {name: conformance.suite(bench) for name, bench in BENCHES.items()}
