"""Each format of the samples is exactly its golden file."""

import pytest

from tests.unit import render_samples


@pytest.mark.parametrize("name", sorted(render_samples.documents()))
def test_format_matches_its_golden_file(name: str) -> None:
    """A change of any output shows as a difference of a golden file."""
    expected = (render_samples.GOLDEN / name).read_text(encoding="utf-8")

    assert render_samples.documents()[name] == expected


def test_every_golden_file_is_compared() -> None:
    """A golden file that no test reads is a mistake."""
    kept = {path.name for path in render_samples.GOLDEN.iterdir()}

    assert kept == set(render_samples.documents())
