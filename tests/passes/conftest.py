"""Fixtures of the passes."""

from pathlib import Path

import pytest

from tests.passes.harness import Estate


@pytest.fixture
def estate(tmp_path: Path) -> Estate:
    """Return an empty vendor, an empty ledger and a small estate to bring there."""
    return Estate(tmp_path)
