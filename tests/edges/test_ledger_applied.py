"""Rules of what counts as applied: the object's record, then every step that was done since."""

import asyncio
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from reconciler.contract import ClaimState, Memory
from reconciler.ledger import statements
from reconciler.ledger.opening import open_ledger
from reconciler.ledger.protocol import Attempt, Verdict
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
    closed,
    database,
    intent_of,
    key_of,
    record_of,
    within,
)

EARLIER = NOW - timedelta(minutes=1)
LATEST = LATER + timedelta(minutes=1)
OTHER = key_of("former-name").address


@pytest.fixture(params=["file", "memory"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> Path | None:
    """Return where the ledger lies; None is memory."""
    return tmp_path if request.param == "file" else None


async def memory_of(book: Book) -> Memory:
    """Return what is remembered of the sample object."""
    return (await book.ledger.read_memory([SCOPE]))[ORDER]


async def step(book: Book, operation: str, **applied: str | None) -> Attempt:
    """Carry out a step that is done at LATER."""
    return await book.ended(DONE, intent_of(key_of(operation=operation), once=False, applied=applied))


def test_done_step_counts_before_the_object_is_recorded(root: Path | None) -> None:
    """A run that died after a step was done and before its object was recorded still knows what it applied."""

    async def scenario(book: Book) -> None:
        await step(book, "assign", roles="hmac:1", name="hmac:2")
        memory = await memory_of(book)
        assert memory.applied == {"roles": "hmac:1", "name": "hmac:2"}
        assert memory.changed_at == {"roles": LATER, "name": LATER}
        assert memory.done_at == {("assign", 1): LATER}

    within(root, scenario)


def test_step_done_since_the_record_goes_over_it(root: Path | None) -> None:
    """What a step applied or took back after the object was recorded is added to the record, the rest stays."""

    async def scenario(book: Book) -> None:
        record = record_of(
            applied={"name": "hmac:1", "roles": "hmac:2"}, changed_at={"name": EARLIER, "roles": EARLIER}
        )
        book.ledger.record_object(book.run, SCOPE, record, now=NOW)
        await step(book, "unassign", roles=None, device="hmac:3")
        memory = await memory_of(book)
        assert memory.applied == {"name": "hmac:1", "device": "hmac:3"}
        assert memory.changed_at == {"name": EARLIER, "roles": LATER, "device": LATER}

    within(root, scenario)


def test_record_goes_over_steps_done_before_it(root: Path | None) -> None:
    """A step that was done before the object was recorded adds nothing: the record knew of it."""

    async def scenario(book: Book) -> None:
        await step(book, "assign", roles="hmac:1")
        record = record_of(applied={"name": "hmac:2"}, changed_at={"name": LATER})
        book.ledger.record_object(book.run, SCOPE, record, now=LATEST)
        memory = await memory_of(book)
        assert (memory.applied, memory.changed_at) == ({"name": "hmac:2"}, {"name": LATER})
        assert await book.ledger.read_objects([SCOPE]) == {ORDER: record}

    within(root, scenario)


def test_later_step_wins(root: Path | None) -> None:
    """Of two steps the one that was done later says what stands, in whatever order they were claimed."""

    async def scenario(book: Book) -> None:
        first = await book.sent(intent_of(key_of(operation="assign"), applied={"roles": "hmac:1"}))
        second = await book.sent(intent_of(key_of(operation="unassign"), applied={"roles": None}))
        book.ledger.conclude(book.run, second, DONE, now=LATER)
        book.ledger.conclude(book.run, first, DONE, now=LATEST)
        assert (await memory_of(book)).applied == {"roles": "hmac:1"}

    within(root, scenario)


@pytest.mark.parametrize("verdict", [DOUBT, RELEASED, Verdict(ClaimState.REFUSED)], ids=lambda one: one.state.value)
def test_step_taken_again_in_vain_leaves_what_stood(root: Path | None, verdict: Verdict) -> None:
    """After a run that died, the next attempt of the same step takes nothing of what the one before it applied."""

    async def scenario(book: Book) -> None:
        book.ledger.record_object(book.run, SCOPE, record_of(applied={"roles": "hmac:0", "name": "hmac:1"}), now=NOW)
        await step(book, "assign", roles="hmac:1")
        await step(book, "update", roles="hmac:2", device="hmac:3")
        again = intent_of(key_of(operation="update"), once=False, applied={"name": "hmac:4"})
        attempt = await book.ledger.begin_attempt(book.run, again, now=LATEST)
        assert isinstance(attempt, Attempt)
        book.ledger.conclude(book.run, attempt, verdict, now=LATEST)
        memory = await memory_of(book)
        assert memory.applied == {"roles": "hmac:2", "name": "hmac:1", "device": "hmac:3"}
        assert memory.changed_at == {"roles": LATER, "device": LATER}

    within(root, scenario)


@pytest.mark.parametrize("verdict", [DOUBT, RELEASED, Verdict(ClaimState.REFUSED)], ids=lambda one: one.state.value)
def test_step_that_is_not_done_applied_nothing(root: Path | None, verdict: Verdict) -> None:
    """What is in doubt, released or refused does not count as applied."""

    async def scenario(book: Book) -> None:
        await book.ended(verdict, intent_of(applied={"roles": "hmac:1"}))
        memory = await memory_of(book)
        assert (memory.applied, memory.changed_at, memory.done_at) == ({}, {}, {})

    within(root, scenario)


def test_doubt_that_ends_well_counts_from_then(root: Path | None) -> None:
    """A look-up that proves a step done makes its fields applied, and saying it again moves no time."""

    async def scenario(book: Book) -> None:
        await book.ended(DOUBT, intent_of(applied={"roles": "hmac:1"}))
        book.ledger.settle(book.run, key_of(), DONE, now=LATER)
        book.ledger.settle(book.run, key_of(), DONE, now=LATEST)
        memory = await memory_of(book)
        assert (memory.applied, memory.changed_at) == ({"roles": "hmac:1"}, {"roles": LATER})

    within(root, scenario)


def test_adopted_claim_says_what_stands(root: Path | None) -> None:
    """What was found to stand already counts as applied, and replaces what an earlier attempt meant."""

    async def scenario(book: Book) -> None:
        await step(book, "assign", roles="hmac:1")
        key = key_of(operation="assign")
        book.ledger.adopt(book.run, key, vendor_id="v-1", frozen={}, now=LATEST, applied={"roles": "hmac:2"})
        assert (await memory_of(book)).applied == {"roles": "hmac:2"}
        book.ledger.adopt(book.run, key, vendor_id="v-1", frozen={}, now=LATEST)
        assert (await memory_of(book)).applied == {}

    within(root, scenario)


def test_claim_of_a_former_project_fills_gaps(root: Path | None) -> None:
    """A former project's step counts where the present one has no claim of its own, and no newer record."""

    async def scenario(book: Book) -> None:
        await book.ended(DONE, intent_of(key_of(scope=FORMER), applied={"roles": "hmac:1"}))
        both = await book.ledger.read_memory([SCOPE, FORMER])
        assert both[ORDER].applied == {"roles": "hmac:1"}
        await book.ended(RELEASED, intent_of())
        both = await book.ledger.read_memory([SCOPE, FORMER])
        assert (both[ORDER].applied, both[ORDER].done_at) == ({}, {})

    within(root, scenario)


def test_forgotten_object_forgets_what_was_applied(root: Path | None) -> None:
    """Claims stay for ever, what they applied goes with the object, also when it moves to another name."""

    async def scenario(book: Book) -> None:
        await step(book, "assign", roles="hmac:1")
        book.ledger.forget(book.run, SCOPE, ORDER)
        memory = await memory_of(book)
        assert (memory.applied, memory.claims) == ({}, {("assign", 1): ClaimState.DONE})
        await step(book, "assign", roles="hmac:1")
        book.ledger.record_object(book.run, SCOPE, record_of(OTHER), now=LATEST, replaces=[ORDER])
        assert (await memory_of(book)).applied == {}

    within(root, scenario)


def test_withdrawn_step_applied_nothing(root: Path | None) -> None:
    """What a person says was never done does not stand, also when the object was recorded since; the rest stays."""

    async def scenario(book: Book) -> None:
        await step(book, "assign", device="hmac:1")
        book.ledger.record_object(
            book.run, SCOPE, record_of(applied={"device": "hmac:1", "name": "hmac:2"}), now=LATEST
        )
        book.ledger.withdraw(book.run, key_of(operation="assign"), reason="it never was", now=LATEST)
        assert (await memory_of(book)).applied == {"name": "hmac:2"}

    within(root, scenario)


def test_ledger_of_the_first_schema_is_upgraded(tmp_path: Path) -> None:
    """A ledger of version 1 is copied and brought up to date: what it knows stays, and steps count from then on."""
    database(tmp_path).parent.mkdir()
    connection = sqlite3.connect(database(tmp_path))
    for statement in statements.FIRST_SCHEMA:
        connection.execute(statement)
    connection.executescript(
        """
        INSERT INTO meta VALUES ('schema', '1'), ('ledger', 'l-1'), ('key', '00');
        INSERT INTO claims (scope, address, operation, revision, state, updated_at)
            VALUES ('acme-infra||https://bss.example.com', 'avg/order/acme-avg', 'create', 1, 'done',
                '2026-03-01T11:00:00.000000Z');
        INSERT INTO objects VALUES ('acme-infra||https://bss.example.com', 'avg/order/acme-avg', 'Order', 'acme-avg',
            'v-1', '{"items":"hmac:01"}', 'Synchronized', NULL, '', '[]', '{}', 0);
        """
    )
    connection.close()

    async def read_only() -> Memory:
        ledger = open_ledger(URL, root=tmp_path, read_only=True)
        memory = (await ledger.read_memory([SCOPE]))[ORDER]
        await ledger.aclose()
        return memory

    async def scenario(book: Book) -> None:
        await step(book, "assign", roles="hmac:1")
        assert (await memory_of(book)).applied == {"items": "hmac:01", "roles": "hmac:1"}

    before = asyncio.run(read_only())
    assert (before.vendor_id, before.applied, before.claims) == (
        "v-1",
        {"items": "hmac:01"},
        {("create", 1): ClaimState.DONE},
    )
    [notice] = closed(open_ledger(URL, root=tmp_path)).notices
    assert notice.endswith("state.db.backup-v1")
    within(tmp_path, scenario)
