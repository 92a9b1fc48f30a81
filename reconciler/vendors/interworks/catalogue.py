"""Object types of the BSS as data: fields, operations, their effects and how a lost answer is settled."""

import dataclasses

from reconciler.contract import (
    ByLookup,
    ByReadback,
    Effect,
    Field,
    Kind,
    NoRecovery,
    ObjectType,
    Operation,
)
from reconciler.vendors.interworks import wire
from reconciler.vendors.interworks.systems import System

OWN = "interworks"
CAPABILITIES = ("can_set_sync_options", "can_synchronize", "can_execute_order", "can_resend_key")

CREATE, UPDATE, ENABLE, DISABLE, REMOVE = "create", "update", "enable", "disable", "remove"
SET_OPTIONS, SYNCHRONIZE, RESYNCHRONIZE = "set-options", "synchronize", "resynchronize"
CORRECT, EXECUTE, RESEND = "correct", "execute", "resend"

_PATCHED = ByReadback(tuple(wire.ACCOUNT_FIELDS.values()))

ACCOUNT = ObjectType(
    name="account",
    fields={name: Field() for name in wire.ACCOUNT_FIELDS},
    operations={
        operation.name: operation
        for operation in (
            Operation(CREATE, Kind.CREATE, wire.CREATE_ACCOUNT, ByLookup((wire.REFERENCE,))),
            Operation(UPDATE, Kind.UPDATE, wire.PATCH_ACCOUNT, _PATCHED),
            Operation(ENABLE, Kind.ENABLE, wire.PATCH_ACCOUNT, _PATCHED),
            Operation(DISABLE, Kind.DISABLE, wire.PATCH_ACCOUNT, _PATCHED),
            Operation(
                REMOVE,
                Kind.MANUAL,
                None,
                NoRecovery(),
                instructions="the BSS has no call that ends an account; end {name} there by hand, "
                "then answer with `reconciler resolve interworks/account/{name} --done`",
            ),
        )
    },
)


def sync_type(system: System) -> ObjectType:
    """Return the type of an account's synchronisation with a system."""
    where = f"open account {{name}} in the BSS, Provisioning Sync Status, {system.title}, Sync Options"
    done = f"then answer with `reconciler resolve {system.name}/sync/{{name}} --done`"
    first = Operation(
        SYNCHRONIZE,
        Kind.SYNC,
        wire.SYNCHRONIZE,
        ByLookup(("Status",)),
        effects=frozenset({Effect.NOTIFIES} if system.mails else ()),
        settles=True,
        capability="can_synchronize",
        instructions=f"{where}, press Save & Synchronize; {done}",
    )
    # The status does not show whether it was done again; asking again makes no second account (PROPOSED).
    again = dataclasses.replace(first, name=RESYNCHRONIZE, recovery=ByReadback(()))
    operations = [first, again]
    if system.options:
        operations.append(
            Operation(
                SET_OPTIONS,
                Kind.UPDATE,
                wire.SET_OPTIONS,
                ByReadback(tuple(system.options.values())),
                capability="can_set_sync_options",
                applies=False,
                instructions=f"{where}, enter the values that the plan shows, press Save; {done}",
            )
        )
    fields = {name: Field() for name in system.options}
    return ObjectType("sync", fields, {item.name: item for item in operations}, adoptable=False)


def order_type(system: System) -> ObjectType:
    """Return the type of an order of a system's products."""
    where = f"`reconciler resolve {system.name}/order/{{name}} --done`"
    operations = [
        Operation(CREATE, Kind.CREATE, wire.CREATE_ORDER, ByLookup((wire.ORDER_ACCOUNT, wire.ORDER_NAME)), once=True),
        Operation(
            EXECUTE,
            Kind.EXECUTE,
            wire.EXECUTE_ORDER,
            ByLookup(("status", "assets")),
            effects=frozenset({Effect.COSTS, Effect.NOTIFIES, Effect.IRREVERSIBLE}),
            once=True,
            settles=True,
            capability="can_execute_order",
            instructions="open order {name} in the BSS under Sales, Orders, press Execute Order and choose the invoice "
            f"option that the plan shows; then answer with {where}",
        ),
        Operation(
            CORRECT,
            Kind.MANUAL,
            None,
            NoRecovery(),
            instructions="order {name} was entered with other values; correct it in the BSS under Sales, Orders, or "
            f"cancel it there and raise `revision`; then answer with {where}",
        ),
    ]
    if system.name == "avg":
        operations.append(
            Operation(
                RESEND,
                Kind.REQUEST,
                wire.RESEND_KEY,
                NoRecovery(),
                effects=frozenset({Effect.NOTIFIES}),
                capability="can_resend_key",
                instructions="open the asset of order {name} in the BSS under Billing, Assets, and choose Resend "
                "License Key from its shortcuts",
            )
        )
    fields = {"account": Field(), "items": Field(unordered=True)}
    return ObjectType("order", fields, {item.name: item for item in operations})


def catalogue_of(systems: dict[str, System]) -> dict[str, ObjectType]:
    """Return the types by `<vendor>/<type>`."""
    result = {f"{OWN}/account": ACCOUNT}
    for name, system in systems.items():
        result[f"{name}/sync"] = sync_type(system)
        result[f"{name}/order"] = order_type(system)
    return result
