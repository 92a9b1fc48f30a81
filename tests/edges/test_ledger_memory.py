"""Rules of what a ledger remembers: objects, assets, frozen orders, former projects; and of its fingerprints."""

import asyncio
from pathlib import Path

import pytest

from reconciler.contract import ClaimState, Memory, SyncStatus
from reconciler.ledger.opening import open_ledger
from reconciler.ledger.protocol import ObjectRecord, Verdict
from reconciler.model import Address
from reconciler.testing.ledger import memory_ledger
from tests.edges.ledger_samples import (
    DONE,
    DOUBT,
    FORMER,
    LATER,
    NOW,
    ORDER,
    RELEASED,
    SCOPE,
    URL,
    Book,
    asset_of,
    intent_of,
    key_of,
    record_of,
    within,
)

OTHER = Address("avg", "order", "former-name")


@pytest.fixture(params=["file", "memory"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> Path | None:
    """Return where the ledger lies; None is memory."""
    return tmp_path if request.param == "file" else None


@pytest.mark.parametrize(
    "record",
    [
        record_of(),
        record_of(vendor_id=None, observed_at=None, applied={}, conditions=(), facts={}, protect=True),
        record_of(sync_status=SyncStatus.FAILED, facts={"comment": "\x1b[31m'); DROP TABLE claims; -- ☎"}),
    ],
    ids=["whole", "sparse", "hostile"],
)
def test_object_comes_back_as_it_was(root: Path | None, record: ObjectRecord) -> None:
    """An object is read back as it was recorded, at once, whatever its texts hold."""

    async def scenario(book: Book) -> None:
        book.ledger.record_object(book.run, SCOPE, record, now=NOW)
        assert await book.ledger.read_objects([SCOPE]) == {ORDER: record}

    within(root, scenario)


def test_memory_joins_objects_and_claims(root: Path | None) -> None:
    """Memory holds the id, what was applied, every claim, and what open and done orders froze."""

    async def scenario(book: Book) -> None:
        book.ledger.record_object(book.run, SCOPE, record_of(), now=NOW)
        await book.ended(DONE, intent_of(key_of(operation="create"), frozen={"account": "hmac:a"}))
        await book.ended(DOUBT, intent_of(frozen={"items": "hmac:b"}))
        await book.ended(RELEASED, intent_of(key_of(revision=2), frozen={"items": "hmac:c"}))
        assert await book.ledger.read_memory([SCOPE]) == {
            ORDER: Memory(
                vendor_id="v-1",
                applied={"items": "hmac:01"},
                claims={
                    ("create", 1): ClaimState.DONE,
                    ("execute", 1): ClaimState.DOUBT,
                    ("execute", 2): ClaimState.RELEASED,
                },
                frozen={1: {"account": "hmac:a", "items": "hmac:b"}},
                done_at={("create", 1): LATER},
            )
        }

    within(root, scenario)


def test_done_claim_gives_the_id_of_an_object_not_yet_recorded(root: Path | None) -> None:
    """A run that died between the answer and the object's record leaves the vendor's id behind."""

    async def scenario(book: Book) -> None:
        await book.ended(Verdict(ClaimState.DONE, "v-9"))
        assert (await book.ledger.read_memory([SCOPE]))[ORDER].vendor_id == "v-9"

    within(root, scenario)


def test_first_scope_wins(root: Path | None) -> None:
    """A former project's memory fills gaps and never overrules the present one's."""

    async def scenario(book: Book) -> None:
        ledger, run = book.ledger, book.run
        ledger.record_object(run, FORMER, record_of(vendor_id="v-old", applied={"items": "hmac:old"}), now=NOW)
        ledger.record_object(run, FORMER, record_of(OTHER), now=NOW)
        ledger.record_object(run, SCOPE, record_of(vendor_id="v-new", applied={}), now=NOW)
        await book.ended(DONE, intent_of(key_of(scope=FORMER), frozen={"items": "hmac:old"}))
        await book.ended(DOUBT, intent_of(frozen={"items": "hmac:new"}))
        await book.ended(DONE, intent_of(key_of(scope=FORMER, revision=2), frozen={"items": "hmac:2"}))
        memory = await ledger.read_memory([SCOPE, FORMER])
        assert memory[ORDER] == Memory(
            vendor_id="v-new",
            applied={},
            claims={("execute", 1): ClaimState.DOUBT, ("execute", 2): ClaimState.DONE},
            frozen={1: {"items": "hmac:new"}, 2: {"items": "hmac:2"}},
            done_at={("execute", 2): LATER},
        )
        assert memory[OTHER].vendor_id == "v-1"
        assert (await ledger.read_objects([SCOPE, FORMER]))[ORDER].vendor_id == "v-new"
        assert set(await ledger.read_memory([SCOPE])) == {ORDER}

    within(root, scenario)


def test_forgotten_object_keeps_its_claims_and_assets(root: Path | None) -> None:
    """Removing and adding a manifest again is not a new order."""

    async def scenario(book: Book) -> None:
        await book.ended(DONE)
        book.ledger.record_object(book.run, SCOPE, record_of(), now=NOW)
        book.ledger.record_assets(book.run, SCOPE, ORDER, [asset_of(license_key=b"sealed")])
        book.ledger.forget(book.run, SCOPE, ORDER)
        assert await book.ledger.read_objects([SCOPE]) == {}
        assert await book.state() is ClaimState.DONE
        assert await book.ledger.read_assets([SCOPE]) == [asset_of(license_key=b"sealed")]

    within(root, scenario)


def test_renamed_object_takes_its_assets_along(root: Path | None) -> None:
    """The record of a former address goes, its assets and their secrets move, also onto assets already there."""

    async def scenario(book: Book) -> None:
        ledger, run = book.ledger, book.run
        ledger.record_object(run, SCOPE, record_of(OTHER), now=NOW)
        ledger.record_assets(
            run,
            SCOPE,
            OTHER,
            [asset_of("a-1", order=OTHER, license_key=b"old"), asset_of("a-2", order=OTHER, key=b"2")],
        )
        ledger.record_assets(run, SCOPE, ORDER, [asset_of("a-1")])
        ledger.record_object(run, SCOPE, record_of(), now=NOW, replaces=[OTHER, ORDER])
        assert set(await ledger.read_objects([SCOPE])) == {ORDER}
        assert await ledger.read_assets([SCOPE]) == [asset_of("a-1", license_key=b"old"), asset_of("a-2", key=b"2")]

    within(root, scenario)


def test_sealed_secret_outlives_a_read_without_it(root: Path | None) -> None:
    """A later read that lacks a secret or an asset loses neither; a new secret replaces the old one."""

    async def scenario(book: Book) -> None:
        ledger, run = book.ledger, book.run
        ledger.record_assets(
            run, SCOPE, ORDER, [asset_of("a-1", license_key=b"\x00\xff"), asset_of("a-2", coupon=b"c")]
        )
        ledger.record_assets(run, SCOPE, ORDER, [asset_of("a-1", other=b"o")])
        assert [one.sealed for one in await ledger.read_assets([SCOPE])] == [
            {"license_key": b"\x00\xff", "other": b"o"},
            {"coupon": b"c"},
        ]
        ledger.record_assets(run, SCOPE, ORDER, [asset_of("a-2"), asset_of("a-1", license_key=b"new")])
        assert [one.sealed for one in await ledger.read_assets([SCOPE])] == [
            {"license_key": b"new", "other": b"o"},
            {"coupon": b"c"},
        ]

    within(root, scenario)


def test_assets_are_sorted_and_merged(root: Path | None) -> None:
    """Assets come by order and id, each once, the present project's first."""

    async def scenario(book: Book) -> None:
        ledger, run = book.ledger, book.run
        ledger.record_assets(run, FORMER, ORDER, [asset_of("a-1"), asset_of("a-3")])
        ledger.record_assets(run, SCOPE, OTHER, [asset_of("a-9", order=OTHER)])
        ledger.record_assets(run, SCOPE, ORDER, [asset_of("a-2"), asset_of("a-1", key=b"k")])
        found = await ledger.read_assets([SCOPE, FORMER])
        assert [(one.order.name, one.asset_id) for one in found] == [
            ("acme-avg", "a-1"),
            ("acme-avg", "a-2"),
            ("acme-avg", "a-3"),
            ("former-name", "a-9"),
        ]
        assert found[0].sealed == {"key": b"k"}

    within(root, scenario)


def test_open_claims_are_sorted(root: Path | None) -> None:
    """Claims in doubt come by address, operation and revision."""

    async def scenario(book: Book) -> None:
        for key in (key_of("b"), key_of("a", operation="z"), key_of("a", revision=2), key_of("a")):
            await book.sent(intent_of(key))
        found = [claim.key for claim in await book.ledger.read_open_claims([SCOPE])]
        assert found == [key_of("a"), key_of("a", revision=2), key_of("a", operation="z"), key_of("b")]

    within(root, scenario)


def test_serial_grows_with_each_run(root: Path | None) -> None:
    """A plan made before a run differs from one made after it, and holds during it."""

    async def scenario(book: Book) -> None:
        assert book.ledger.serial == 0
        await book.ledger.end_run(book.run, now=LATER)
        assert book.ledger.serial == 1
        run = await book.ledger.begin_run("apply", now=LATER)
        await book.ledger.end_run(run, now=LATER)
        assert book.ledger.serial == 2

    within(root, scenario)


def test_fingerprint_is_keyed_by_the_ledger(tmp_path: Path) -> None:
    """The same value has one fingerprint in a ledger for ever, and another in every other ledger."""
    ledgers = [open_ledger(URL, root=tmp_path), open_ledger(URL, root=tmp_path, read_only=True), memory_ledger()]
    first, again, other = [ledger.fingerprint({"b": 1, "a": "x"}) for ledger in ledgers]
    assert first == again == ledgers[0].fingerprint({"a": "x", "b": 1})
    assert first.startswith("hmac:")
    assert len({first, other, ledgers[0].fingerprint("x"), ledgers[0].fingerprint({"b": "1", "a": "x"})}) == 4
    for ledger in ledgers:
        asyncio.run(ledger.aclose())


def test_one_ledger_serves_several_event_loops(root: Path | None) -> None:
    """A program that starts its event loop anew goes on with the same ledger."""
    ledger = memory_ledger() if root is None else open_ledger(URL, root=root)
    run = asyncio.run(ledger.begin_run("apply", now=NOW))
    first = asyncio.run(ledger.begin_attempt(run, intent_of(), now=NOW))
    second = asyncio.run(ledger.begin_attempt(run, intent_of(), now=NOW))
    asyncio.run(ledger.end_run(run, now=NOW))
    asyncio.run(ledger.aclose())
    assert [type(one).__name__ for one in (first, second)] == ["Attempt", "Denied"]
