"""The settings of Dimensions: defaults, readings, and what is refused."""

import datetime as dt
from typing import Any

import pytest

from reconciler.errors import ConfigurationError
from reconciler.vendors.dimensions import options

TENANT = "8d2f0a5e-6c1b-4f7e-9d3a-0b1c2d3e4f5a"


def test_defaults_are_read_back() -> None:
    """What the plug-in gives as defaults means a reseller who lists no product types and may give trials."""
    assert options.parse(options.DEFAULTS) == options.parse({})
    assert options.parse({}).trials
    assert not options.parse({}).enterprise
    assert options.parse({}).import_deadline == dt.timedelta(minutes=10)


def test_enterprise_level_has_an_account() -> None:
    """At enterprise level customers without a parent go to the configured account."""
    settings = options.parse({"level": "enterprise", "accountTenantId": TENANT})

    assert settings.enterprise
    assert settings.account_tenant_id == TENANT


@pytest.mark.parametrize(
    ("product_type", "immutable"),
    [("voice", True), ("uc", False), ("other", False), (None, False)],
    ids=["immutable", "mutable", "not listed", "none"],
)
def test_a_product_type_is_immutable_when_the_operator_says_so(product_type: str | None, immutable: bool) -> None:
    """Only a listed product type with `immutable: true` cannot be left."""
    settings = options.parse({"productTypes": [{"id": "voice", "immutable": True}, {"id": "uc"}]})

    assert settings.immutable(product_type) is immutable


@pytest.mark.parametrize(
    ("text", "seconds"), [("0", 0), ("90s", 90), ("1h30m", 5400), ("500ms", 0.5)], ids=["none", "s", "two", "ms"]
)
def test_import_deadline_is_a_span_of_time(text: str, seconds: float) -> None:
    """Spans are written as everywhere in reconciler.yaml."""
    assert options.parse({"importDeadline": text}).import_deadline.total_seconds() == seconds


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"level": "customer"}, "level 'customer' of dimensions is unknown"),
        ({"level": "enterprise", "accountTenantId": "acme"}, "accountTenantId 'acme' of dimensions is no tenant id"),
        ({"accountTenantId": TENANT}, "accountTenantId of dimensions is for `level: enterprise`"),
        ({"productTypes": {"id": "uc"}}, "productTypes of dimensions is no list"),
        ({"productTypes": ["uc"]}, "entry 1 of productTypes"),
        ({"productTypes": [{"id": "uc", "immutable": "yes"}]}, "entry 1 of productTypes"),
        ({"productTypes": [{"id": "uc"}, {"immutable": True}]}, "entry 2 of productTypes"),
        ({"productTypes": [{"id": "uc", "fixed": True}]}, "key 'fixed' of product type uc is unknown"),
        ({"productTypes": [{"id": "uc"}, {"id": "uc"}]}, "product type uc of dimensions is listed twice"),
        ({"capabilities": {"trial": False}}, "capability trial of dimensions is unknown"),
        ({"importDeadline": "soon"}, "importDeadline 'soon' of dimensions is no span of time"),
        ({"importDeadline": 10}, "importDeadline 10 of dimensions is no span of time"),
    ],
)
def test_a_wrong_setting_is_refused_with_its_name(given: dict[str, Any], says: str) -> None:
    """The error names the setting and what to write."""
    with pytest.raises(ConfigurationError, match="; ") as caught:
        options.parse(given)

    assert str(caught.value).startswith(says)
