"""Rules of several runs at once, and of stopping: the lock is for people, the claim keeps the money."""

import asyncio

import pytest

from reconciler.apply.desk import Desk
from reconciler.contract import ClaimState
from reconciler.errors import Exit, FenceLost, Locked
from reconciler.ledger.opening import open_ledger
from reconciler.ledger.protocol import ClaimKey, Denied, Intent, Scope
from reconciler.model import Address
from reconciler.reconcile import applying
from reconciler.reconcile.applying import Applied
from tests.passes.harness import Estate, outcomes
from tests.passes.interference import Meanwhile
from tests.passes.test_faults import expected

ORDER = Address("avg", "order", "acme-avg")


def test_second_run_at_once_is_locked_out(estate: Estate) -> None:
    """While one run holds the lock, another is told so and does nothing."""

    async def hold() -> None:
        ledger = open_ledger("sqlite:///state.db", root=estate.root)
        run = await ledger.begin_run("apply", now=estate.clock.now())
        try:
            with pytest.raises(Locked):
                await asyncio.to_thread(estate.apply)
        finally:
            await ledger.end_run(run, now=estate.clock.now())
            await ledger.aclose()

    asyncio.run(hold())
    assert not estate.mutations()


def test_claim_guards_even_without_the_lock(estate: Estate) -> None:
    """A run whose fence is old can take no claim, and a claim that is done can be taken by nobody."""
    estate.apply()

    async def claim() -> object:
        ledger = open_ledger("sqlite:///state.db", root=estate.root)
        now = estate.clock.now()
        key = ClaimKey(Scope("acme-infra", None, "http://127.0.0.1"), ORDER, "execute", 1)
        old = await ledger.begin_run("apply", now=now)
        await ledger.end_run(old, now=now)
        run = await ledger.begin_run("apply", now=now)
        try:
            with pytest.raises(FenceLost):
                await ledger.begin_attempt(old, Intent(key, "x", "p", once=False), now=now)
            return await ledger.begin_attempt(run, Intent(key, "x", "p", once=True), now=now)
        finally:
            await ledger.end_run(run, now=now)
            await ledger.aclose()

    found = asyncio.run(claim())
    assert isinstance(found, Denied)
    assert found.state is ClaimState.DONE


def test_stopping_starts_nothing_new(estate: Estate) -> None:
    """Told to stop before it began, a run sends nothing, says so, and the next one does the work."""

    def stop(desk: object) -> None:
        desk.stopping = True  # type: ignore[attr-defined] # the run's own desk

    applied = estate.apply(started=stop)
    assert set(outcomes(applied).values()) == {"not_started"}
    assert applying.exit_code(applied, detailed=False) is Exit.INTERRUPTED
    assert not estate.mutations()
    assert estate.until_quiet() == [Exit.DONE]


def overtaken(estate: Estate, call: str, *, late: bool) -> list[Applied]:
    """Apply; at a call the lock is broken and another run does everything; return what that one did."""
    others: list[Applied] = []

    async def other() -> None:
        (estate.root / "state.db.lock").unlink()
        others.append(await estate.applying())

    with pytest.raises(FenceLost):
        estate.apply(by=Meanwhile(call, other, late=late))
    return others


OVERTAKEN = {
    "before-claiming-the-account": ("GET /api/accounts", False),
    "account-created": ("POST /api/accounts", True),
    "synchronised": ("synchronize", True),
    "order-entered": ("POST /api/orders", True),
    "before-claiming-the-execution": ("GET /api/orders/", False),
    "executed": ("/execute", True),
}


@pytest.mark.parametrize("point", OVERTAKEN)
def test_claims_keep_the_money_when_the_lock_is_broken(estate: Estate, point: str) -> None:
    """A run that was overtaken sends nothing more; together the two do everything once."""
    call, late = OVERTAKEN[point]
    [other] = overtaken(estate, call, late=late)
    assert applying.exit_code(other, detailed=False) is Exit.DONE
    assert estate.until_quiet() == [Exit.DONE]
    assert estate.books() == expected()


@pytest.mark.parametrize("call", ["POST /api/accounts", "PUT ", "synchronize", "POST /api/orders"])
@pytest.mark.parametrize("fault", [None, "drop_after"], ids=["", "answer-lost"])
def test_stopping_in_the_middle(estate: Estate, call: str, fault: str | None) -> None:
    """Told to stop, a run finishes what is in flight, starts nothing new and ends with 130, or 6 if in doubt."""
    desks: list[Desk] = []

    async def stop() -> None:
        desks[0].stopping = True

    if fault:
        estate.fault(fault, call.rsplit("/", maxsplit=1)[-1].strip() or "syncoptions", method=call.split(maxsplit=1)[0])
    applied = estate.apply(by=Meanwhile(call, stop), started=desks.append)
    assert applying.exit_code(applied, detailed=False) in {Exit.INTERRUPTED, Exit.DOUBT}
    assert {"not_started", "blocked"} & set(outcomes(applied).values())
    assert estate.until_quiet() == [Exit.DONE]
    assert estate.books() == expected()


def test_doubt_about_what_is_not_selected_is_left_alone(estate: Estate) -> None:
    """A run over a part of the estate neither settles nor reports the doubts about the rest."""
    assert estate.crash("/execute", after=True)
    estate.selection = "nordwind"
    assert estate.until_quiet() == [Exit.DONE]
    estate.selection = ""
    assert estate.plan().doubts == (ORDER,)
    assert estate.until_quiet() == [Exit.DONE]
    assert estate.books() == expected()
