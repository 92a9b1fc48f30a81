"""What is wrong with the product references of an order, offline. Pure."""

from collections.abc import Iterator

from reconciler.model import Manifest, Problem
from reconciler.vendors.divalto import codes, finding, normal
from reconciler.vendors.divalto.known import Known, Product


def check(order: Manifest, known: Known) -> Iterator[Problem]:
    """Return every problem, with its place."""
    sides: dict[str, str] = {}
    for index, item in enumerate(order.spec.items):
        reference, pointer = normal.product(item.product), f"/spec/items/{index}"
        product = known.products.get(reference)
        if product is None:
            yield _unknown(order, pointer, reference, known=known)
            continue
        yield from _fitting(order, pointer, product, known=known)
        if product.level is None:
            continue
        if item.quantity != 1:
            yield finding.error(
                order,
                f"{pointer}/quantity",
                codes.QUANTITY,
                says=f"quantity of {reference} is {item.quantity}",
                do="set `quantity: 1`; it is activated once for the site",
            )
        other = sides.setdefault(product.side, reference)
        if other is not reference:
            yield finding.error(
                order,
                f"{pointer}/product",
                codes.PRODUCT_EXCLUSIVE,
                says=f"{reference} is ordered beside {other}, and both are ODATA for the {product.side}"
                if other != reference
                else f"{reference} is ordered twice",
                do="keep one of them",
            )


def _unknown(order: Manifest, pointer: str, reference: str, *, known: Known) -> Problem:
    """Report a reference that is not listed: wrong by the vendor's own catalogue, open by the working table."""
    report = finding.error if known.pulled else finding.warning
    hint = finding.likely(reference, known.products) if known.products else "compare it with the price list"
    return report(
        order,
        f"{pointer}/product",
        codes.PRODUCT_UNKNOWN,
        says=f"product {reference} is not in the catalogue",
        do=known.or_pull(hint),
    )


def _fitting(order: Manifest, pointer: str, product: Product, *, known: Known) -> Iterator[Problem]:
    spec = order.spec
    needed = {"type": product.order_type, "origin": product.origin}
    unfit = [f"{word} {value}" for word, value in needed.items() if value is not None and getattr(spec, word) != value]
    if unfit:
        yield finding.error(
            order,
            f"{pointer}/product",
            codes.PRODUCT_REQUIRES,
            says=f"{product.reference} can be ordered with {' and '.join(unfit)} only",
            do=known.or_pull("set it, or order the product by itself"),
        )
    sides = known.sides.get(spec.solution or "")
    if sides is not None and product.side and product.side not in sides:
        yield finding.error(
            order,
            f"{pointer}/product",
            codes.PRODUCT_SOLUTION,
            says=f"{product.reference} is for the {product.side}, and solution {spec.solution} has none",
            do="choose the reference of the other side, or another solution",
        )
