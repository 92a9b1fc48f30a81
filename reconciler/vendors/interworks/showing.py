"""From rows of the BSS to observed objects in manifest words. Pure; BadAnswer for a row that is wrong."""

from collections.abc import Mapping, Sequence

from reconciler.contract import Asset, Observed, SyncStatus
from reconciler.model import Json, canonical
from reconciler.vendors.interworks import catalogue, rows, wire
from reconciler.vendors.interworks.systems import System

Names = Mapping[int, str]
"""Account names by the vendor's id."""


def name_of(number: int, names: Names) -> str:
    """Return the name of an account, or `#<id>` for one we do not manage."""
    return names.get(number, f"#{number}")


def account_fields(account: rows.Account, names: Names, *, own: str) -> dict[str, Json]:
    """Return an account in manifest words; `own` is its name: billed to nobody else means to itself."""
    what, row = f"account {account.id}", account.row
    fields: dict[str, Json] = {}
    for word, member in wire.ACCOUNT_TEXTS.items():
        if member.lower() in row:
            fields[word] = rows.text(row, member, what=what)
    for word, member in wire.ACCOUNT_FLAGS.items():
        if member.lower() in row:
            fields[word] = rows.flag(row, member, what=what) or False
    for word, member in wire.ACCOUNT_LINKS.items():
        if member.lower() in row:
            number = rows.whole(row, member, what=what)
            fields[word] = None if number is None else name_of(number, names)
            if word == "billTo" and number in {None, account.id}:
                fields[word] = own
    return fields


def account(found: rows.Account, names: Names, *, own: str) -> Observed:
    """Return an account as observed; a readable one is settled."""
    return Observed(str(found.id), found.code or "", account_fields(found, names, own=own))


def sync_fields(options: Mapping[str, rows.Option], system: System, names: Names) -> dict[str, Json]:
    """Return the options of an account in manifest words; one the vendor does not offer is missing."""
    fields: dict[str, Json] = {}
    for word, option in system.options.items():
        if option.lower() in options:
            fields[word] = _option_value(word, options[option.lower()].value, names)
    return fields


def _option_value(word: str, value: str | None, names: Names) -> Json:
    if word != "parent" or value is None:
        return value
    return name_of(int(value), names) if value.isdecimal() and len(value) < 19 else f"#{value}"


def sync(
    found: rows.Account,
    status: rows.Status,
    options: Mapping[str, rows.Option],
    *,
    system: System,
    names: Names,
) -> Observed:
    """Return an account's synchronisation as observed."""
    return Observed(
        vendor_id=status.external_id or f"{found.id}:{system.code}",
        key=found.code or "",
        fields=sync_fields(options, system, names),
        status=status.status,
        detail=status.comment if status.status is not SyncStatus.UNKNOWN else f"{status.word}: {status.comment}",
        facts={"externalId": status.external_id} if status.external_id else {},
        extra={
            "accountId": found.id,
            "definitions": [options[name].definition for name in sorted(options)],
        },
    )


def items_json(items: Sequence[rows.Item]) -> list[Json]:
    """Return the lines of an order in manifest words, sorted."""
    lines: list[Json] = [item.to_json() for item in items]
    return sorted(lines, key=canonical)


def order(found: rows.Order, assets: Sequence[rows.AssetRow], names: Names) -> Observed:
    """Return an order with its assets as observed."""
    fields: dict[str, Json] = {}
    if found.account is not None:
        fields["account"] = name_of(found.account, names)
    if found.items is not None:
        fields["items"] = items_json(found.items)
    status, detail = _order_status(found, assets)
    ordered = sorted(assets, key=lambda row: row.id)
    external = ",".join(row.external_id for row in ordered if row.external_id)
    facts = {"orderCode": found.code or "", "assetIds": ",".join(row.id for row in ordered), "externalIds": external}
    return Observed(
        vendor_id=found.id,
        key=found.name or "",
        fields=fields,
        status=status,
        detail=detail,
        facts={name: value for name, value in facts.items() if value},
        assets=tuple(_asset(row) for row in ordered),
        extra={
            "accountId": found.account,
            "billTo": None if found.payer is None else name_of(found.payer, names),
            "status": found.status,
            "lines": None if found.items is None else len(found.items),
        },
        done=(catalogue.CREATE, catalogue.EXECUTE) if found.status == wire.EXECUTED or assets else (catalogue.CREATE,),
    )


def _order_status(found: rows.Order, assets: Sequence[rows.AssetRow]) -> tuple[SyncStatus, str]:
    if found.status in {wire.DRAFT, wire.SUBMITTED}:
        return SyncStatus.UNSYNCHRONIZED, found.status
    if found.status != wire.EXECUTED:
        return SyncStatus.UNKNOWN, found.status
    states = {row.status for row in assets}
    if SyncStatus.FAILED in states:
        return SyncStatus.FAILED, "; ".join(row.comment for row in assets if row.status is SyncStatus.FAILED)
    if SyncStatus.UNKNOWN in states:
        return SyncStatus.UNKNOWN, "; ".join(row.word for row in assets if row.status is SyncStatus.UNKNOWN)
    expected = 1 if found.items is None else len(found.items)
    if len(assets) < expected or states != {SyncStatus.SYNCHRONIZED}:
        return SyncStatus.IN_PROGRESS, f"{len(assets)} of {expected} assets, not all are ready"
    return SyncStatus.SYNCHRONIZED, ""


def _asset(row: rows.AssetRow) -> Asset:
    return Asset(
        asset_id=row.id,
        product=row.product,
        quantity=row.quantity,
        sync_status=row.status,
        purchased_at=row.purchased_at,
        expires_at=row.expires_at,
        comment=row.comment,
        secrets=row.secrets,
    )


def product(code: str, found: rows.Product | None) -> Observed:
    """Return a product as observed, for the cost of orders; unknown ones are marked so."""
    if found is None:
        return Observed("", code, {}, SyncStatus.UNKNOWN, extra={"known": False})
    fields: dict[str, Json] = {"name": found.name, "systemCode": found.system}
    if found.price is not None:
        fields["price"] = dict(found.price.to_json())
    return Observed(code, code, fields, extra={"known": True})
