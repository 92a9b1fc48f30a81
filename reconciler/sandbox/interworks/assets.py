"""Assets: what an execution gave, how its provisioning ends, and mailing a key again (`interworks.md` 6)."""

import dataclasses
from datetime import datetime, timedelta

from reconciler.sandbox.interworks import errors
from reconciler.sandbox.interworks.accounts import check_patch_type
from reconciler.sandbox.interworks.attributes import coerced, patched
from reconciler.sandbox.interworks.calls import Call, written
from reconciler.sandbox.interworks.errors import conflict, not_found, provisioning
from reconciler.sandbox.interworks.listing import Listing, answer_list, fields
from reconciler.sandbox.interworks.mails import send_licence_key, send_welcome
from reconciler.sandbox.interworks.options import value_of
from reconciler.sandbox.interworks.records import FAILED, IN_PROGRESS, SYNCHRONIZED, Asset
from reconciler.sandbox.interworks.store import Desk
from reconciler.sandbox.interworks.systems import AVG, BITTITAN
from reconciler.sandbox.messages import JsonObject, Reply, json_reply
from reconciler.sandbox.tables import to_json

_FILTERABLE = fields(
    id="text",
    name="text",
    customer_id="number",
    customer_name="text",
    billing_to_id="number",
    billing_to_name="text",
    product_id="text",
    product_name="text",
    product_code="text",
    order_id="text",
    order_item_id="text",
    status="text",
    sync_status="text",
    created_at="moment",
    updated_at="moment",
)
_SORTABLE = ("billingToName", "createdAt", "customerName", "name", "productName", "updatedAt")
_WRITABLE = {"name": "text"}


def list_assets(desk: Desk, call: Call) -> Reply:
    """Answer `GET /api/assets`; each asset shown counts as a poll of it."""
    listing = Listing("assets", desk.books.assets, _FILTERABLE, _SORTABLE, _shown, shown=lambda row: _polled(desk, row))
    return answer_list(desk, call, listing=listing)


def read_asset(desk: Desk, call: Call) -> Reply:
    """Answer `GET /api/assets/{id}`; counts as a poll."""
    asset = asset_of(desk, call)
    _polled(desk, asset)
    return json_reply(200, _shown(asset))


def read_characteristics(desk: Desk, call: Call) -> Reply:
    """Answer `GET /api/assets/{id}/characteristics`."""
    return json_reply(200, list(asset_of(desk, call).characteristics))


def read_custom_fields(desk: Desk, call: Call) -> Reply:
    """Answer `GET /api/assets/{id}/customfields`: the key or coupon as the vendor returned it."""
    asset = asset_of(desk, call)
    pairs = {"licenseKey": asset.license_key, "couponCode": asset.coupon_code}
    return json_reply(200, [{"code": code, "name": code, "value": value} for code, value in pairs.items() if value])


def patch_asset(desk: Desk, call: Call) -> Reply:
    """Answer `PATCH /api/assets/{id}`. Hazard: saving a failed BitTitan asset provisions it again [S25]."""
    asset = asset_of(desk, call)
    check_patch_type(call)
    values = coerced(patched({"name": asset.name}, call.body(), writable=_WRITABLE), _WRITABLE)
    name = str(values.get("name") or asset.product_name)
    saved = desk.books.assets.put(dataclasses.replace(asset, name=name, updated_at=call.stamp))
    if saved.sync_status == FAILED and saved.system_code == BITTITAN:
        saved = _restarted(desk, saved, call=call)
    return json_reply(200, _shown(saved))


def retry_asset(desk: Desk, call: Call) -> Reply:
    """Answer `POST|PUT /api/assets/{id}/retry`: provision a failed asset again."""
    asset = asset_of(desk, call)
    if asset.sync_status != FAILED:
        raise conflict(f"an asset in status {asset.sync_status} cannot be retried")
    return json_reply(200, _shown(_restarted(desk, asset, call=call)))


def resend_licence_key(desk: Desk, call: Call) -> Reply:
    """Answer `POST|PUT /api/assets/{id}/resendlicensekey`: one mail for every call."""
    if "resend_key" in desk.settings.cannot:
        raise not_found("this resource")
    asset = asset_of(desk, call)
    if asset.system_code != AVG or asset.sync_status != SYNCHRONIZED or asset.license_key is None:
        raise provisioning(errors.KEY_NOT_SENDABLE, "the license key of this asset cannot be resent")
    to = _avg_address(desk, asset)
    send_licence_key(desk.books, asset, to=to, at=call.stamp)
    return json_reply(200, {"Code": 0, "Message": "License key sent", "Result": to})


def asset_of(desk: Desk, call: Call) -> Asset:
    """Return the asset the path names; refused with 404."""
    asset = desk.books.assets.get(call.args[0])
    if asset is None:
        raise not_found(f"asset {call.args[0]}")
    return asset


def settle(desk: Desk, now: datetime) -> None:
    """Finish the assets whose polls and seconds are over: key or coupon and its mail, or Failed."""
    for asset in desk.books.assets.find("sync_status", IN_PROGRESS):
        ready_at = None if asset.ready_at is None else datetime.fromisoformat(asset.ready_at)
        if asset.polls or (ready_at is not None and ready_at > now):
            continue
        done = dataclasses.replace(
            asset,
            sync_status=FAILED if asset.fate else SYNCHRONIZED,
            sync_comments=asset.fate,
            updated_at=written(now),
            ready_at=None,
            fate=None,
        )
        desk.books.assets.put(done)
        if done.sync_status == SYNCHRONIZED:
            _provisioned(desk, done, at=written(now))


def _provisioned(desk: Desk, asset: Asset, *, at: str) -> None:
    books = desk.books
    external = f"{asset.system_code.upper()}-ASSET-{books.count('provisioned'):06}"
    if asset.system_code == AVG:
        text = books.fake_text("avg-key", length=8)
        asset = dataclasses.replace(asset, license_key=f"AVG-SIM-{text[:4]}-{text[4:]}", external_id=external)
        send_licence_key(books, asset, to=_avg_address(desk, asset), at=at)
    elif asset.system_code == BITTITAN:
        coupon = "BT-SIM-" + books.fake_text("bittitan-coupon", length=12)
        asset = dataclasses.replace(asset, coupon_code=coupon, external_id=external)
        account = books.accounts.get(asset.customer_id)
        send_welcome(books, asset, to=account.email if account else None, at=at)
    else:
        asset = dataclasses.replace(asset, external_id=external)
    books.assets.put(asset)


def _avg_address(desk: Desk, asset: Asset) -> str | None:
    account = desk.books.accounts.get(asset.customer_id)
    return None if account is None else value_of(desk, account, system=AVG, option="email")


def _restarted(desk: Desk, asset: Asset, *, call: Call) -> Asset:
    started = dataclasses.replace(
        asset,
        sync_status=IN_PROGRESS,
        sync_comments=None,
        updated_at=call.stamp,
        polls=desk.settings.asset_polls,
        ready_at=written(call.now + timedelta(seconds=desk.settings.asset_seconds)),
        fate=desk.settings.asset_failures.get(asset.product_code),
    )
    desk.books.assets.put(started)
    settle(desk, call.now)
    return desk.books.assets.get(asset.id) or started


def _polled(desk: Desk, asset: Asset) -> None:
    if asset.sync_status == IN_PROGRESS and asset.polls:
        desk.books.assets.put(dataclasses.replace(asset, polls=asset.polls - 1))


def _shown(asset: Asset) -> JsonObject:
    return to_json(asset, hidden=False)
