"""What is known of an object when people do everything in the portal: what they reported done. Pure."""

from reconciler.contract import Observed, Scope, SyncStatus, Wanted
from reconciler.vendors.divalto import catalogue


def seen(wanted: Wanted, scope: Scope) -> tuple[Observed, ...]:
    """Return an object as people reported it; nothing about it was read."""
    return _site(wanted, scope) if wanted.address.type == catalogue.SITE else _order(wanted, scope)


def asking(wanted: Wanted) -> str:
    """Return the operation that asks by hand for a site's facts; other facts are another operation."""
    return f"{catalogue.ASK}:{wanted.keys[0].rpartition('@')[2]}"


def _order(wanted: Wanted, scope: Scope) -> tuple[Observed, ...]:
    ways = [(one, way) for one in wanted.addresses for way in (catalogue.PLACE, catalogue.SUBMIT)]
    taken = next((one for one in ways if one in scope.done_at), None)
    if taken is None:
        return ()
    placed, (_, way) = scope.done_at[taken], taken
    number = next((scope.ids[one] for one in wanted.addresses if scope.ids.get(one)), "")
    at = placed.isoformat(timespec="seconds").replace("+00:00", "Z")
    facts = {"orderNumber": number, "placedUTC": at}
    return (
        Observed(
            vendor_id=number,
            key=wanted.keys[0],
            fields=wanted.fields,
            facts={name: value for name, value in facts.items() if value},
            extra={"placed": at},
            done=(way,),
        ),
    )


def _site(wanted: Wanted, scope: Scope) -> tuple[Observed, ...]:
    number = str(wanted.options["number"])
    asked = any((one, asking(wanted)) in scope.done_at for one in wanted.addresses)
    fields = wanted.fields if asked else {}
    status = SyncStatus.SYNCHRONIZED if asked else SyncStatus.UNSYNCHRONIZED
    return (Observed(number, number, fields, status, facts={"siteNumber": number}, extra={"asked": asked}),)
