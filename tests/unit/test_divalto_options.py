"""The settings of Divalto: defaults, readings, and what is refused."""

from typing import Any

import pytest

from reconciler.errors import ConfigurationError
from reconciler.vendors.divalto import options


def test_defaults_are_read_back() -> None:
    """What the plug-in gives as defaults means the interface, with everything it offers."""
    settings = options.parse(options.DEFAULTS)

    assert settings == options.parse({})
    assert not settings.manual
    assert all(settings.able(capability) for capability in options.CAPABILITIES)


def test_manual_transport_is_able_to_do_nothing() -> None:
    """With `transport: manual` a person does everything, whatever the capabilities say."""
    settings = options.parse({"transport": "manual", "capabilities": {"create": True}})

    assert settings.manual
    assert settings.placed_by_hand
    assert not any(settings.able(capability) for capability in options.CAPABILITIES)


def test_order_is_placed_by_hand_where_the_interface_creates_none() -> None:
    """Without the capability to create, a person places the order; other things still go by the interface."""
    settings = options.parse({"capabilities": {"create": False}})

    assert settings.placed_by_hand
    assert not settings.manual
    assert settings.able(options.CAN_CHANGE_SITES)


def test_site_numbers_have_the_operators_pattern() -> None:
    """The whole number has to fit; six digits unless the operator says otherwise."""
    assert options.parse({}).site_number.fullmatch("123456")
    assert not options.parse({}).site_number.fullmatch("1234567")
    assert options.parse({"siteNumberPattern": "[A-Z0-9-]+"}).site_number.fullmatch("C-12")


@pytest.mark.parametrize("given", ["", "  ", None], ids=["empty", "blank", "absent"])
def test_partner_without_letters_is_none(given: str | None) -> None:
    """A purchase order needs a name; blanks are none."""
    assert options.parse({"partner": given}).partner is None


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"transport": "portal"}, "transport 'portal'"),
        ({"siteNumberPattern": "[0-9"}, "siteNumberPattern"),
        ({"capabilities": {"sumbit": False}}, "capability sumbit"),
    ],
    ids=["transport", "pattern", "capability"],
)
def test_wrong_setting_is_refused(given: dict[str, Any], word: str) -> None:
    """A setting that means nothing is an error that names it."""
    with pytest.raises(ConfigurationError, match=word.replace("(", r"\(")):
        options.parse(given)
