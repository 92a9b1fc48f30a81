"""An order to be judged, with what the rules look up about it; read defensively, since drafts may be incomplete."""

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import datetime

from reconciler.sandbox.divalto.records import Catalog, JsonMap, Opportunity, Site
from reconciler.sandbox.divalto.store import Desk
from reconciler.sandbox.messages import JsonObject

OPPORTUNITE, SITE_EXISTANT, NOUVEAU_SITE = "OPPORTUNITE", "SITE_EXISTANT", "NOUVEAU_SITE"
ODATA = "ODATA_"


@dataclasses.dataclass(frozen=True)
class Line:
    """An order line with its product, if the catalogue has it."""

    place: str
    reference: str
    quantity: object
    product: JsonMap | None

    @property
    def family(self) -> str:
        """Return the product's family."""
        return str((self.product or {}).get("family", ""))

    @property
    def odata(self) -> bool:
        """Say whether the line orders an ODATA level."""
        return self.family.startswith(ODATA)


@dataclasses.dataclass(frozen=True)
class Case:
    """One order body and the documents it comes with; `submitting` is False for a dry run."""

    desk: Desk
    partner: str
    body: JsonMap
    documents: Sequence[JsonMap]
    now: datetime
    submitting: bool

    @property
    def catalog(self) -> Catalog:
        """Return the catalogue."""
        return self.desk.catalog

    @property
    def site(self) -> Site | None:
        """Return the existing site, if it is this partner's."""
        site = self.desk.books.sites.get(self.text("siteNumber"))
        return site if site is not None and site.partner == self.partner else None

    @property
    def opportunity(self) -> Opportunity | None:
        """Return the opportunity, if it is this partner's."""
        return opportunity_of(self.desk, self.body, partner=self.partner)

    @property
    def lines(self) -> list[Line]:
        """Return the lines."""
        return lines_of(self.catalog, self.body)

    def text(self, name: str) -> str:
        """Return a text field without spaces around it; empty when it is missing."""
        return str(self.body.get(name) or "").strip()

    def part(self, name: str) -> JsonMap:
        """Return an object field; empty when it is missing."""
        return part(self.body, name)


def lines_of(catalog: Catalog, body: JsonMap) -> list[Line]:
    """Return the lines of an order body."""
    lines = body.get("lines")
    return [
        Line(
            f"/lines/{index}",
            spaced(str(line.get("reference") or "")),
            line.get("quantity"),
            product_of(catalog, str(line.get("reference") or "")),
        )
        for index, line in enumerate(lines if isinstance(lines, list | tuple) else ())
    ]


def product_of(catalog: Catalog, reference: str) -> JsonMap | None:
    """Return a product; spaces around and runs of spaces do not count, case does."""
    return next((item for item in catalog.products if item["reference"] == spaced(reference)), None)


def spaced(text: str) -> str:
    """Return text without spaces around it and without runs of spaces."""
    return " ".join(text.split())


def part(body: JsonMap, name: str) -> JsonMap:
    """Return an object field of a body; empty when it is missing."""
    value = body.get(name)
    return value if isinstance(value, dict) else {}


def opportunity_of(desk: Desk, body: JsonMap, *, partner: str) -> Opportunity | None:
    """Return the opportunity an order body names, if it is this partner's."""
    found = desk.books.opportunities.get(str(body.get("opportunityCode") or "").strip())
    return found if found is not None and found.partner == partner else None


def filling(desk: Desk, body: JsonMap, *, partner: str) -> JsonObject:
    """Return generation and solution as an opportunity supplies them where the body leaves them out."""
    found = opportunity_of(desk, body, partner=partner)
    if found is None or body.get("origin") != OPPORTUNITE:
        return {}
    offered: Mapping[str, str | None] = {"generation": found.generation, "solution": found.solution}
    return {name: value for name, value in offered.items() if value and not body.get(name)}
