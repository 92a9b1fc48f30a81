"""Whether texts have the form and the length that Divalto is taken to want: of sites and orders. Pure."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.model import Manifest, Problem
from reconciler.vendors.divalto import codes, finding
from reconciler.vendors.divalto.options import Options

TEXT_LIMIT = 255
_LIMITS = {"vatIntra": 20}
_SIRET = re.compile(r"[0-9]{14}")


def check_site_number(manifest: Manifest, pointer: str, number: str, *, settings: Options) -> Iterator[Problem]:
    """Check a site number by the operator's pattern."""
    if not settings.site_number.fullmatch(number):
        yield finding.error(
            manifest,
            pointer,
            codes.ILL_FORMED,
            says=f"site number {number} does not look like one ({settings.site_number.pattern})",
            do="correct it, or set `siteNumberPattern` of vendors.divalto in reconciler.yaml",
        )


def check_facts(manifest: Manifest, pointer: str, facts: Mapping[str, Any]) -> Iterator[Problem]:
    """Check the facts of a site, new or not, in canonical form."""
    siret = facts.get("siretNumber")
    if siret is not None and not _SIRET.fullmatch(siret):
        yield finding.error(
            manifest,
            f"{pointer}/siretNumber",
            codes.ILL_FORMED,
            says=f"siretNumber {siret[:40]!r} has not 14 digits",
            do="write the 14 digits without blanks",
        )
    yield from check_lengths(manifest, pointer, {word: text for word, text in facts.items() if word != "siretNumber"})


def check_lengths(
    manifest: Manifest, pointer: str, texts: Mapping[str, Any], *, limits: Mapping[str, int] | None = None
) -> Iterator[Problem]:
    """Check the lengths of texts by name."""
    allowed = {**_LIMITS, **(limits or {})}
    for word, text in texts.items():
        limit = allowed.get(word, TEXT_LIMIT)
        if isinstance(text, str) and len(text) > limit:
            yield finding.error(
                manifest,
                f"{pointer}/{word}",
                codes.TOO_LONG,
                says=f"{word} has {len(text)} characters; Divalto is taken to allow {limit}",
                do="shorten it",
            )
