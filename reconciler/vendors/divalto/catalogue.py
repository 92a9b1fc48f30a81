"""Object types of Divalto as data: fields, operations, their effects and how a lost answer is settled.

An order is an event: made once, submitted once, then the vendor's. A site is not ours: it is only asked to change.
"""

import dataclasses
from collections.abc import Iterable

from reconciler.contract import (
    ByKey,
    ByLookup,
    ByReadback,
    Effect,
    Field,
    Kind,
    NoRecovery,
    ObjectType,
    Operation,
)
from reconciler.vendors.divalto import options, papers, wire

OWN = "divalto"
ORDER, SITE, OPPORTUNITY = "order", "site", "opportunity"
TYPES = (ORDER, SITE)

CREATE, CORRECT, ATTACH, DETACH = "create", "correct", "attach", "detach"
SUBMIT, COMPLEMENT, PLACE = "submit", "complement", "place"
REQUEST, ASK = "request", "ask"

_FINAL = frozenset({Effect.COSTS, Effect.NOTIFIES, Effect.IRREVERSIBLE})
_ANSWER = "then answer with `reconciler resolve divalto/order/{name} --done"
_IN_PORTAL = "open the order in myBusiness under Traitement des commandes"


def catalogue_of() -> dict[str, ObjectType]:
    """Return the types by `<vendor>/<type>`."""
    return {f"{OWN}/{one.name}": one for one in (_order(), _site())}


def _order() -> ObjectType:
    fields = {word: Field(unordered=word == "items") for word in wire.ORDER_FIELDS}
    return ObjectType(ORDER, fields, _by_name((*_draft(), *_decided())))


def _draft() -> tuple[Operation, ...]:
    """Return what may happen to an order before it is submitted."""
    attach = Operation(
        ATTACH,
        Kind.UPDATE,
        wire.ATTACH,
        ByKey(),
        capability=options.CAN_ATTACH,
        instructions=f"{_IN_PORTAL} and drop the document that the plan names into its zone; {_ANSWER}`",
        papers=papers.of_order,
    )
    return (
        # Without the capability a person places the whole order, so that this is never for one.
        Operation(CREATE, Kind.CREATE, wire.CREATE_ORDER, ByKey(), once=True),
        Operation(
            CORRECT,
            Kind.UPDATE,
            wire.CORRECT_ORDER,
            ByReadback(()),
            capability=options.CAN_CORRECT,
            instructions=f"{_IN_PORTAL}, enter the values that the plan shows, save; {_ANSWER}`",
        ),
        attach,
        dataclasses.replace(
            attach,
            name=DETACH,
            endpoint=wire.DETACH,
            recovery=ByReadback(()),
            instructions=f"{_IN_PORTAL} and remove the document that the plan names; {_ANSWER}`",
            papers=None,
        ),
    )


def _decided() -> tuple[Operation, ...]:
    """Return what an order is submitted by, or entered by hand, and what people at the vendor are answered by."""
    submit = Operation(
        SUBMIT,
        Kind.SUBMIT,
        wire.SUBMIT,
        ByKey(),
        effects=_FINAL,
        once=True,
        settles=True,
        polled=False,
        capability=options.CAN_SUBMIT,
        instructions=f"{_IN_PORTAL}, compare it with the manifest, press Soumettre and confirm; {_ANSWER}`",
        papers=papers.of_order,
    )
    return (
        submit,
        Operation(
            COMPLEMENT,
            Kind.REQUEST,
            wire.COMPLEMENT,
            ByLookup(("requestedInformation",)),
            effects=frozenset({Effect.NOTIFIES}),
            once=True,
            settles=True,
            polled=False,
            capability=options.CAN_COMPLEMENT,
            instructions=f"{_IN_PORTAL}, add the documents and the answer that the manifest has; {_ANSWER}`",
            papers=papers.of_order,
        ),
        dataclasses.replace(
            submit,
            name=PLACE,
            kind=Kind.MANUAL,
            endpoint=None,
            recovery=NoRecovery(),
            capability=None,
            instructions="enter order {name} in myBusiness under Traitement des commandes, Nouveau, as the filled form "
            f"says, with its documents, press Soumettre and confirm; {_ANSWER} --as ORDER_NUMBER`",
        ),
    )


def _site() -> ObjectType:
    done = "then answer with `reconciler resolve divalto/site/{name} --done`"
    where = (
        "open the site in myBusiness from an order's site list, press Demande de changement des informations site, "
        f"enter the values that the plan shows, press Soumettre à validation and confirm with Valider; {done}"
    )
    operations = (
        Operation(
            REQUEST,
            Kind.REQUEST,
            wire.REQUEST_CHANGE,
            ByLookup((wire.REFERENCE,)),
            settles=True,
            polled=False,
            capability=options.CAN_CHANGE_SITES,
            instructions=where,
            papers=papers.of_site,
        ),
        Operation(
            ASK, Kind.MANUAL, None, NoRecovery(), settles=True, polled=False, instructions=where, papers=papers.of_site
        ),
    )
    return ObjectType(SITE, {word: Field() for word in wire.SITE_FACTS}, _by_name(operations), adoptable=False)


def _by_name(operations: Iterable[Operation]) -> dict[str, Operation]:
    return {operation.name: operation for operation in operations}
