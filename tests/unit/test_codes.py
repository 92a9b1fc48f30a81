"""The table of codes."""

import re

import pytest

from reconciler import codes


def test_codes_are_found_however_typed() -> None:
    """A code is explained in any case and with spaces around it; an unknown one is None."""
    assert codes.explain(" e204 ") is codes.CODES["E204"]
    assert codes.explain("E999") is None


def test_a_plug_in_explains_its_own_codes() -> None:
    """A plug-in's table comes before the general one."""
    own = codes.Code("own", "cause", "cure")

    assert codes.explain("E401", {"E401": own}) is own


@pytest.mark.parametrize("code", sorted(codes.CODES))
def test_every_code_says_why_and_what_to_do(code: str) -> None:
    """Titles are short and unstopped; causes and cures are sentences."""
    row = codes.CODES[code]

    assert re.fullmatch(r"E\d{3}", code)
    assert 0 < len(row.title) <= 60
    assert not row.title.endswith(".")
    assert row.cause.endswith(".")
    assert row.cure.endswith(".")
