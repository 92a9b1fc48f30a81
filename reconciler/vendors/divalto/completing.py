"""What a new site must have, and what an opportunity's prospect adds to it: one rule, offline and online. Pure."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from reconciler.contract import Wanted
from reconciler.model import Json
from reconciler.vendors.divalto import normal, wire

NEEDED = ("name", "address1", "postalCode", "city", "country", "phoneNumber", "email")
"""What every new site has (reference, 2.3)."""

EU = frozenset({
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU",
    "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
})  # fmt: skip
"""ISO 3166-1 codes of the European Union's members."""


def missing(new_site: Mapping[str, Any]) -> list[str]:
    """Return the words that a new site lacks, in the order of the form."""
    lacking = [word for word in NEEDED if not new_site.get(word)]
    country = new_site.get("country")
    if country == "FR" and not new_site.get("siretNumber"):
        lacking.append("siretNumber")
    if country in EU - {"FR"} and not new_site.get("vatIntra"):
        lacking.append("vatIntra")
    return lacking


def prefilled(wanted: Wanted, prospect: Mapping[str, Any]) -> Wanted:
    """Return an order with its new site filled up from an opportunity's prospect; what is written stands.

    As it was given when the site is an existing one.
    """
    if not wanted.options.get("prefilled"):
        return wanted
    own = wanted.fields.get("newSite")
    written: Mapping[str, Json] = own if isinstance(own, Mapping) else {}
    known = normal.filled({word: prospect[word] for word in wire.SITE_FACTS if isinstance(prospect.get(word), str)})
    return dataclasses.replace(wanted, fields={**wanted.fields, "newSite": {**known, **written}})
