"""Rules of claims and attempts, for a ledger on disk and one in memory: at most once, in order, behind a fence."""

import asyncio
from pathlib import Path

import pytest

from reconciler.contract import ClaimState
from reconciler.errors import FenceLost
from reconciler.ledger.opening import open_ledger
from reconciler.ledger.protocol import Attempt, ClaimKey, Denied, Ledger, Run, Verdict
from reconciler.model import Secret
from tests.edges.ledger_samples import (
    DONE,
    DOUBT,
    FORMER,
    LATER,
    NOW,
    RELEASED,
    SCOPE,
    URL,
    Book,
    intent_of,
    key_of,
    within,
)


@pytest.fixture(params=["file", "memory"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> Path | None:
    """Return where the ledger lies; None is memory."""
    return tmp_path if request.param == "file" else None


def test_first_attempt_is_sent(root: Path | None) -> None:
    """Taking a claim writes intent and the first attempt before anything leaves."""

    async def scenario(book: Book) -> None:
        assert await book.take(payload={"items": [1]}) == Attempt(key_of(), 1)
        found = await book.open_claim()
        assert (found.key, found.state, found.attempts) == (key_of(), ClaimState.SENT, 1)
        assert (found.last_sent_at, found.last_ended_at, found.doubt_since) == (NOW, None, NOW)
        assert (found.once, found.payload) == (True, {"items": [1]})

    within(root, scenario)


@pytest.mark.parametrize("state", [ClaimState.DOUBT, ClaimState.PARKED])
def test_open_claim_is_denied(root: Path | None, state: ClaimState) -> None:
    """While it is unknown whether the vendor did it nothing more is sent, once or not."""

    async def scenario(book: Book) -> None:
        await book.ended(Verdict(state), intent_of(once=False))
        assert await book.take(intent_of(once=False)) == Denied(state)

    within(root, scenario)


def test_claim_in_flight_is_denied(root: Path | None) -> None:
    """Of many who want the same claim at the same time one gets it."""

    async def scenario(book: Book) -> None:
        claimed = await asyncio.gather(*(book.take() for _ in range(20)))
        assert sorted(map(repr, claimed)) == sorted(map(repr, [Attempt(key_of(), 1), *[Denied(ClaimState.SENT)] * 19]))

    within(root, scenario)


@pytest.mark.parametrize("first", [True, False], ids=["claimed-once", "claimed-repeatable"])
@pytest.mark.parametrize("second", [True, False], ids=["wanted-once", "wanted-repeatable"])
def test_done_is_final_only_for_what_happens_once(root: Path | None, *, first: bool, second: bool) -> None:
    """A done claim is never taken again if either the claim or the intent says once; others count on."""

    async def scenario(book: Book) -> None:
        await book.ended(DONE, intent_of(once=first))
        expected = Denied(ClaimState.DONE, "v-1") if first or second else Attempt(key_of(), 2)
        assert await book.take(intent_of(once=second)) == expected

    within(root, scenario)


@pytest.mark.parametrize("state", [ClaimState.RELEASED, ClaimState.REFUSED])
def test_what_was_not_executed_may_be_sent_again(root: Path | None, state: ClaimState) -> None:
    """After proof of not executed the next attempt has the next number, without waiting for the record of the last."""

    async def scenario(book: Book) -> None:
        await book.ended(Verdict(state, reason="refused"))
        assert await book.take() == Attempt(key_of(), 2)

    within(root, scenario)


@pytest.mark.parametrize(
    "alias",
    [key_of("former-name"), key_of(scope=FORMER), key_of("former-name", scope=FORMER)],
    ids=["name", "project", "both"],
)
@pytest.mark.parametrize(
    ("verdict", "denied"), [(DONE, Denied(ClaimState.DONE, "v-1")), (DOUBT, Denied(ClaimState.DOUBT)), (RELEASED, None)]
)
def test_aliases_count(root: Path | None, *, alias: ClaimKey, verdict: Verdict, denied: Denied | None) -> None:
    """What was claimed under a former name or project is not claimed again under the new one."""

    async def scenario(book: Book) -> None:
        await book.ended(verdict, intent_of(alias))
        claimed = await book.take(intent_of(aliases=(key_of("another"), alias)))
        assert claimed == (denied or Attempt(key_of(), 1))

    within(root, scenario)


def test_revision_operation_and_scope_are_separate_claims(root: Path | None) -> None:
    """A raised revision, another operation and another environment are other things to do."""

    async def scenario(book: Book) -> None:
        await book.ended(DONE)
        for other in (key_of(revision=2), key_of(operation="create"), key_of(scope=FORMER)):
            assert await book.take(intent_of(other)) == Attempt(other, 1)

    within(root, scenario)


def test_person_settles_doubt(root: Path | None) -> None:
    """A look-up or a person's word moves a claim out of doubt; then it may be sent again, or never."""

    async def scenario(book: Book) -> None:
        await book.ended(DOUBT)
        book.ledger.settle(None, key_of(), RELEASED, now=LATER)
        assert await book.take() == Attempt(key_of(), 2)
        book.ledger.settle(book.run, key_of(), DONE, now=LATER)
        assert await book.take() == Denied(ClaimState.DONE, "v-1")
        assert await book.ledger.read_open_claims([SCOPE]) == []

    within(root, scenario)


def test_doubt_keeps_its_beginning_and_its_deadline(root: Path | None) -> None:
    """Later looks do not make a doubt younger, nor forget that our own deadline ended the wait."""

    async def scenario(book: Book) -> None:
        await book.ended(Verdict(ClaimState.DOUBT, reason="deadline", deadline=True))
        book.ledger.settle(
            book.run, key_of(), Verdict(ClaimState.PARKED, reason="asks a person"), now=LATER.replace(year=2027)
        )
        found = await book.open_claim()
        assert (found.state, found.reason, found.deadline) == (ClaimState.PARKED, "asks a person", True)
        assert (found.last_ended_at, found.doubt_since) == (LATER, LATER)

    within(root, scenario)


def test_new_attempt_is_a_new_doubt(root: Path | None) -> None:
    """What was proved not executed leaves no deadline on the next attempt."""

    async def scenario(book: Book) -> None:
        await book.ended(Verdict(ClaimState.DOUBT, deadline=True))
        book.ledger.settle(book.run, key_of(), RELEASED, now=LATER)
        await book.sent()
        found = await book.open_claim()
        assert (found.attempts, found.deadline, found.last_ended_at) == (2, False, None)

    within(root, scenario)


def test_done_is_not_settled_away(root: Path | None) -> None:
    """Neither a late doubt nor a late look-up undoes what was clearly done; only a withdrawal does."""

    async def scenario(book: Book) -> None:
        attempt = await book.ended(DONE)
        book.ledger.settle(book.run, key_of(), RELEASED, now=LATER)
        book.ledger.conclude(book.run, attempt, DOUBT, now=LATER)
        assert await book.state() is ClaimState.DONE
        book.ledger.withdraw(book.run, key_of(), reason="it never was", now=LATER)
        assert await book.take() == Attempt(key_of(), 2)

    within(root, scenario)


def test_clear_answer_beats_an_earlier_guess(root: Path | None) -> None:
    """An attempt that turns out to be done is done, whatever was believed meanwhile."""

    async def scenario(book: Book) -> None:
        attempt = await book.ended(RELEASED)
        book.ledger.conclude(book.run, attempt, DONE, now=LATER)
        assert await book.take() == Denied(ClaimState.DONE, "v-1")

    within(root, scenario)


def test_answer_to_an_old_attempt_does_not_end_the_new_one(root: Path | None) -> None:
    """Only the latest attempt moves the claim."""

    async def scenario(book: Book) -> None:
        first = await book.ended(RELEASED)
        await book.sent()
        book.ledger.conclude(book.run, first, RELEASED, now=LATER)
        assert await book.state() is ClaimState.SENT

    within(root, scenario)


def test_adopted_is_done(root: Path | None) -> None:
    """What was found at the vendor counts as done without an attempt, with what it froze."""

    async def scenario(book: Book) -> None:
        book.ledger.adopt(book.run, key_of(), vendor_id="v-7", frozen={"items": "hmac:1"}, now=NOW)
        book.ledger.adopt(book.run, key_of(), vendor_id="v-7", frozen={"items": "hmac:2"}, now=NOW)
        assert await book.take() == Denied(ClaimState.DONE, "v-7")
        memory = (await book.ledger.read_memory([SCOPE]))[key_of().address]
        assert memory.frozen == {1: {"items": "hmac:1"}}

    within(root, scenario)


def test_plan_is_used_once(root: Path | None) -> None:
    """A plan is burnt by its first use, for every later run too."""

    async def scenario(book: Book) -> None:
        ledger = book.ledger
        assert await ledger.use_plan(book.run, "sha256:1", now=NOW)
        assert not await ledger.use_plan(book.run, "sha256:1", now=NOW)
        await ledger.end_run(book.run, now=LATER)
        run = await ledger.begin_run("apply", now=LATER)
        assert not await ledger.use_plan(run, "sha256:1", now=LATER)
        assert await ledger.use_plan(run, "sha256:2", now=LATER)

    within(root, scenario)


async def overtake(book: Book, root: Path | None) -> tuple[Ledger, Run]:
    """Begin a later run while the first believes to be the only one; on disk by forcing its lock away."""
    if root is None:
        return book.ledger, await book.ledger.begin_run("apply", now=LATER)
    (root / ".reconciler" / "state.db.lock").unlink()
    other = open_ledger(URL, root=root)
    return other, await other.begin_run("apply", now=LATER)


def test_overtaken_run_can_do_nothing(root: Path | None) -> None:
    """After a later run has begun the earlier one sends nothing and changes nothing."""

    async def scenario(book: Book) -> None:
        attempt = await book.sent()
        other, run = await overtake(book, root)
        assert run.fence > book.run.fence
        with pytest.raises(FenceLost):
            await book.take(intent_of(key_of("second")))
        with pytest.raises(FenceLost):
            await book.ledger.use_plan(book.run, "sha256:1", now=LATER)
        book.ledger.conclude(book.run, attempt, DONE, now=LATER)
        with pytest.raises(FenceLost):
            await book.ledger.flush()
        with pytest.raises(FenceLost):
            await book.ledger.end_run(book.run, now=LATER)
        assert await other.begin_attempt(run, intent_of(), now=LATER) == Denied(ClaimState.SENT)
        if other is not book.ledger:
            await other.aclose()

    within(root, scenario)


def test_secret_is_never_recorded(root: Path | None) -> None:
    """A secret in a payload fails where it is handed over, before anything is written."""

    async def scenario(book: Book) -> None:
        with pytest.raises(TypeError):
            await book.take(payload={"key": Secret("s3cret")})
        assert await book.state() is None

    within(root, scenario)


def test_time_needs_a_zone(root: Path | None) -> None:
    """A time that could mean anything is refused."""

    async def scenario(book: Book) -> None:
        attempt = await book.sent()
        with pytest.raises(ValueError, match="zone"):
            book.ledger.conclude(book.run, attempt, DONE, now=NOW.replace(tzinfo=None))

    within(root, scenario)
