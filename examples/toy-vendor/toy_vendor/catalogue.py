"""Object types of the mail host as data: fields, operations, their effects and how a lost answer is settled."""

from reconciler.contract import ByKey, ByLookup, ByReadback, Effect, Field, Kind, ObjectType, Operation, Recovery
from toy_vendor import wire

OWN = "toy"
CREATE, CHANGE, REMOVE = "create", "change", "remove"

_ADDRESS = Field(immutable=True, fold=True, advice="declare another one, and end this one with `ensure: absent`")


def _type(kind: str, fields: dict[str, Field], *, made: Recovery, effects: frozenset[Effect]) -> ObjectType:
    shown = tuple(name for name, field in fields.items() if not field.write_only)
    operations = (
        Operation(CREATE, Kind.CREATE, wire.CREATE[kind], made, effects),
        Operation(CHANGE, Kind.UPDATE, wire.CHANGE[kind], ByReadback(shown)),
        Operation(REMOVE, Kind.DELETE, wire.REMOVE[kind], ByReadback(()), frozenset({Effect.IRREVERSIBLE})),
    )
    return ObjectType(kind, fields, {one.name: one for one in operations})


CATALOGUE = {
    f"{OWN}/{wire.MAILBOX}": _type(
        wire.MAILBOX,
        {
            "address": _ADDRESS,
            "quota": Field(),
            "aliases": Field(unordered=True),
            "password": Field(write_only=True, secret=True),
        },
        made=ByLookup((wire.REFERENCE,)),
        effects=frozenset({Effect.COSTS, Effect.NOTIFIES}),
    ),
    f"{OWN}/{wire.LIST}": _type(
        wire.LIST,
        {"address": _ADDRESS, "members": Field(unordered=True)},
        made=ByKey(),
        effects=frozenset(),
    ),
}
