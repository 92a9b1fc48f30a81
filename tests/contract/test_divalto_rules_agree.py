"""Verdicts of the offline rules beside those of the simulated vendor, which shares neither code nor data with them."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from reconciler import files, schema
from reconciler.contract import World
from reconciler.files import Limits, SourceFile
from reconciler.model import Manifest
from reconciler.sandbox import create_divalto_app
from reconciler.schema import attachments
from reconciler.vendors.divalto import checking, codes, completing, expanding, options, showing, wire
from reconciler.vendors.divalto.kinds import kinds
from tests.contract.divalto_caller import Caller

RULES = Path(__file__).parent.parent / "specs" / "divalto"
SETTINGS = options.parse({"partner": "Nordwind Conseil"})
NOW = datetime(2026, 2, 10, 9, 0, tzinfo=UTC)
SAME: dict[str, set[str]] = {
    codes.VALUE_UNKNOWN: {"UNKNOWN_VALUE", "ORIGIN_NOT_ALLOWED", "SOLUTION_NOT_ALLOWED"},
    codes.ORIGIN_NOT_ALLOWED: {"ORIGIN_NOT_ALLOWED"},
    codes.SOLUTION_NOT_ALLOWED: {"SOLUTION_NOT_ALLOWED"},
    codes.GENERATION_RESTRICTED: {"GENERATION_RESTRICTED"},
    codes.SITE_EXCLUSIVE: {"SITE_EXCLUSIVE"},
    codes.REQUIRED: {"REQUIRED", "SITE_EXCLUSIVE"},
    codes.NOT_APPLICABLE: {"NOT_APPLICABLE", "REQUIRED"},
    codes.ILL_FORMED: {"INVALID_FORMAT", "SITE_UNKNOWN", "ORDER_UNKNOWN"},
    codes.RECIPIENTS: {"TOO_FEW", "TOO_MANY", "DUPLICATE"},
    codes.DATE: {"DATE_IN_PAST", "DATE_TIGHT"},
    codes.PRODUCT_REQUIRES: {"PRODUCT_REQUIRES"},
    codes.PRODUCT_EXCLUSIVE: {"PRODUCT_EXCLUSIVE"},
    codes.QUANTITY: {"OUT_OF_RANGE"},
    codes.PRODUCT_SOLUTION: {"PRODUCT_SOLUTION_MISMATCH"},
    codes.PRODUCT_UNKNOWN: {"UNKNOWN_VALUE"},
    codes.TOO_LONG: {"TOO_LONG", "INVALID_FORMAT"},
    codes.DOCUMENT_REQUIRED: {"DOCUMENT_REQUIRED"},
}
"""Rule of ours -> what the vendor may call it."""
OURS_ONLY = {codes.DOCUMENT_UNFIT, codes.DOCUMENT_DECLARES, codes.TEMPLATE_BROKEN, codes.WITHOUT_EFFECT}
"""Rules about the project's files, which the vendor never sees."""
THEIRS_ONLY = {"OPPORTUNITY_CONFLICT"}
"""What only the vendor can know."""
UNSEEN = {"complement-with-blank-answer"}
"""Orders whose fault is in what a dry run does not show the vendor."""
ONLINE: dict[str, dict[str, str]] = {
    "replacement": {"ORDER_UNKNOWN": "error"},
    "from-opportunity-with-nothing": {"REQUIRED": "error"},
}
"""Good offline, but not with what this vendor has: no such order, a prospect of whom too little is known."""


def loaded(path: Path) -> World | None:
    """Return a file's manifests with the vendor's own catalogue pulled; None when they do not fit their models."""
    found = schema.load([SourceFile(path.name, path.read_bytes())], schema.Registry([kinds()]), Limits())
    if found.problems or found.manifests[0].kind != "Order":
        return None
    attached = files.read_attached(RULES, attachments.paths(found.manifests), Limits())
    return World(found.manifests, ("acme-infra",), attached, {"divalto": CATALOGUE}, NOW)


def vendor() -> Caller:
    """Return a partner of a fresh Divalto on the day of the corpus."""
    return Caller(create_divalto_app(clock=lambda: NOW))


CATALOGUE = vendor().get("/catalog")
ORDERS = {path.stem: world for path in sorted(RULES.glob("*.yaml")) if (world := loaded(path)) is not None}
GOOD = {path.stem: world for path in sorted((RULES / "good").glob("*.yaml")) if (world := loaded(path)) is not None}


def body_of(order: Manifest, world: World) -> dict[str, Any]:
    """Return an order as it would be sent, filled up from its opportunity."""
    caller, fields = vendor(), expanding.fields_of(order)
    code = fields.get("opportunity")
    if code is not None and fields.get("site") is None:
        (wanted,) = expanding.expand(order, world, SETTINGS)
        fields = dict(completing.prefilled(wanted, caller.get(f"/opportunities/{code}")["prospect"]).fields)
    return {wire.REFERENCE: expanding.keys_of_order(order, world)[0], **showing.order_body(fields)}


def judged(world: World) -> dict[str, str]:
    """Return what the vendor's dry run finds: code -> severity."""
    order = world.manifests[0]
    documents = [{"documentType": one.type, "fileName": "bc.pdf"} for one in order.spec.documents]
    answer = vendor().post("/orders/validate", {**body_of(order, world), "documents": documents})
    answer.raise_for_status()
    return {found["code"]: found["severity"] for found in answer.json()["results"]}


@pytest.mark.parametrize("name", sorted(set(ORDERS) - UNSEEN))
def test_vendor_agrees_with_offline_verdict(name: str) -> None:
    """What is found offline is found by the vendor too, by its own name, and the vendor finds nothing else."""
    ours = {problem.code for problem in checking.check(ORDERS[name], SETTINGS)} - OURS_ONLY

    theirs = set(judged(ORDERS[name])) - THEIRS_ONLY

    assert {code for code in ours if not SAME[code] & theirs} == set()
    assert theirs <= {word for code in ours for word in SAME[code]}


@pytest.mark.parametrize("name", GOOD)
def test_vendor_agrees_with_good_orders(name: str) -> None:
    """An order that is good offline is good for the vendor, by its own catalogue and as far as it can be known."""
    assert not [problem for problem in checking.check(GOOD[name], SETTINGS) if problem.code in SAME]
    assert judged(GOOD[name]) == ONLINE.get(name, {})


def test_many_orders_are_compared() -> None:
    """Most of the corpus reaches the vendor; every rule that it has too is among them."""
    compared = {problem.code for world in ORDERS.values() for problem in checking.check(world, SETTINGS)}

    assert len(ORDERS) >= 50
    assert set(SAME) <= compared
