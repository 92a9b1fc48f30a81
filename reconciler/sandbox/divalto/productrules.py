"""What Divalto checks of an order's lines (`divalto.md` section 7: V15 to V18, V22, V23)."""

from collections.abc import Iterator, Sequence

from reconciler.sandbox.divalto import formrules
from reconciler.sandbox.divalto.cases import Case, Line, lines_of
from reconciler.sandbox.divalto.errors import finding
from reconciler.sandbox.messages import JsonObject

Found = Iterator[JsonObject]
_LEVELS = ("standard", "extended")


def products(case: Case) -> Found:
    """V15, V18, V22: a known product, ordered in the way and number it wants, with a solution of its side."""
    sides = case.text("solution").split("_")
    for line in case.lines:
        yield from _quantity(line)
        if line.product is None:
            place = f"{line.place}/reference"
            yield finding(place, "UNKNOWN_VALUE", "référence inconnue") if line.reference else formrules.required(place)
            continue
        needs = line.product.get("requires")
        for name, value in needs.items() if isinstance(needs, dict) else ():
            if case.text(name) != value:
                yield finding(line.place, "PRODUCT_REQUIRES", f"{name} {value} exigé", params={name: value})
        if case.text("solution") and line.product["side"] not in sides:
            yield finding(line.place, "PRODUCT_SOLUTION_MISMATCH", f"solution {line.product['side']} exigée")


def levels(case: Case) -> Found:
    """V16, V17, V23: one ODATA level a side, on a hosted site, above what is active or on its way."""
    seen: set[str] = set()
    for line in case.lines:
        if not line.odata:
            continue
        if line.family in seen:
            yield finding(line.place, "PRODUCT_EXCLUSIVE", "un seul niveau ODATA par côté")
        seen.add(line.family)
        if case.site is not None:
            if case.site.hosting != "SAAS":
                yield finding("/siteNumber", "SITE_NOT_SAAS", "site non hébergé")
            yield from _above(line, [*_active(case, line.family), *_ordered(case, line.family)])


def _quantity(line: Line) -> Found:
    amount = line.quantity if isinstance(line.quantity, int | float) else 0
    if amount < 1 or amount % 1 or (line.odata and amount != 1):
        yield finding(f"{line.place}/quantity", "OUT_OF_RANGE", "quantité hors limites")


def _above(line: Line, present: Sequence[int]) -> Found:
    wanted = _level(line)
    if any(level == wanted for level in present):
        yield finding(line.place, "DUPLICATE_ACTIVATION", "niveau ODATA déjà actif ou commandé")
    elif any(level > wanted for level in present):
        yield finding(line.place, "DOWNGRADE_NOT_SUPPORTED", "niveau ODATA supérieur déjà actif ou commandé")


def _active(case: Case, family: str) -> Iterator[int]:
    for activation in case.site.activations if case.site is not None else ():
        if activation.family == family and activation.status == "ACTIVE":
            lines = lines_of(case.catalog, {"lines": [{"reference": activation.reference}]})
            yield from map(_level, lines)


def _ordered(case: Case, family: str) -> Iterator[int]:
    for order in case.desk.books.orders.find("open", True):
        other = order.client_reference != case.text("clientReference") or order.partner != case.partner
        if other and str(order.body.get("siteNumber") or "").strip() == case.text("siteNumber"):
            yield from (_level(line) for line in lines_of(case.catalog, order.body) if line.family == family)


def _level(line: Line) -> int:
    quota = str((line.product or {}).get("quota", ""))
    return _LEVELS.index(quota) if quota in _LEVELS else -1
