"""The object types of Divalto as data agree with what manifests stand for."""

import pytest

from reconciler.contract import ByKey, Effect, Kind, Operation, Wanted
from reconciler.vendors.divalto import catalogue, options, wire
from tests.unit.divalto_texts import order, site, wanted_of

CATALOGUE = catalogue.catalogue_of()
NEW_SITE = "{name: Neuf SARL}"
EVERYTHING = wanted_of(
    order(newSite=NEW_SITE, opportunity="X1", quoteNumber="Q-1", comments="x", replaces="CDE-1"),
    site(number="123456", **dict.fromkeys(wire.SITE_FACTS, "null") | dict.fromkeys(("name", "address1", "postalCode",
         "city", "phoneNumber"), "x") | {"country": "FR", "email": "a@b.example"}),
)  # fmt: skip
OPERATIONS = [(one.name, operation) for one in CATALOGUE.values() for operation in one.operations.values()]


@pytest.mark.parametrize("wanted", EVERYTHING.values(), ids=lambda wanted: str(wanted.address))
def test_wanted_fields_are_the_declared_ones(wanted: Wanted) -> None:
    """A manifest can ask for every field of its type, and for no other."""
    assert set(wanted.fields) == set(CATALOGUE[f"divalto/{wanted.address.type}"].fields)


@pytest.mark.parametrize(("type_", "operation"), OPERATIONS, ids=lambda one: getattr(one, "name", one))
def test_every_operation_is_a_call_or_says_what_a_person_does(type_: str, operation: Operation) -> None:
    """A manual operation has instructions and papers, every other has a mutating call, and a way out by hand."""
    if operation.kind is Kind.MANUAL:
        assert operation.endpoint is None
        assert operation.papers is not None
    else:
        assert operation.endpoint is not None
        assert operation.endpoint.mutates
    if operation.name != catalogue.CREATE:
        assert operation.kind is Kind.MANUAL or operation.capability in options.CAPABILITIES
        assert f"reconciler resolve divalto/{type_}/{{name}} --done" in operation.instructions


def test_what_costs_happens_once() -> None:
    """An order is made, submitted, placed and answered at most once; each has a way to be found out or a key."""
    operations = CATALOGUE["divalto/order"].operations

    assert {one.name for one in operations.values() if one.once} == {"create", "submit", "complement", "place"}
    assert {one.name for one in operations.values() if Effect.COSTS in one.effects} == {"submit", "place"}
    assert isinstance(operations[catalogue.SUBMIT].recovery, ByKey)


def test_a_site_is_not_ours() -> None:
    """A site carries no reference of ours, an order does."""
    assert not CATALOGUE["divalto/site"].adoptable
    assert CATALOGUE["divalto/order"].adoptable


def test_parts_are_of_their_operation() -> None:
    """Each document and each answer is an operation of its own in the ledger, by the rules of one."""
    kind = CATALOGUE["divalto/order"]

    assert kind.operation("attach:BON_DE_COMMANDE-1a2b3c4d").name == catalogue.ATTACH
    assert kind.operation("complement:2").name == catalogue.COMPLEMENT
