"""Rules of waiting: vendors and people that take their time, and answers of people."""

import asyncio

import pytest

from reconciler.contract import ClaimState
from reconciler.errors import Exit, FenceLost, Locked, ReconcilerError
from reconciler.ledger.opening import open_ledger
from reconciler.ledger.protocol import ClaimKey, Denied, Intent, Scope
from reconciler.model import Address
from reconciler.reconcile import applying, deciding
from reconciler.reconcile.deciding import Answer
from tests.passes.harness import SMALL, Estate, actions, outcomes

ORDER = Address("avg", "order", "acme-avg")


def code(estate: Estate, **more: float) -> Exit:
    """Apply once and return the detailed exit code."""
    return applying.exit_code(estate.apply(**more), detailed=True)  # type: ignore[arg-type] # only `wait` is given


def test_slow_synchronisation_is_awaited(estate: Estate) -> None:
    """A vendor that needs some polls is polled, and what depends on it follows in the same run."""
    estate.sim("POST", "/settings", {"syncPolls": 3, "assetPolls": 3})
    assert code(estate) is Exit.DONE


def test_very_slow_synchronisation_converges_later(estate: Estate) -> None:
    """When the wait is over the run ends as converging; the next looks again and never asks twice."""
    estate.sim("POST", "/settings", {"syncSeconds": 3600})
    assert code(estate) is Exit.CONVERGING
    first = estate.mutations()
    assert first["POST AVG"] == 1
    assert code(estate) is Exit.CONVERGING
    assert not estate.mutations()
    estate.clock.advance(3601)
    codes: list[Exit] = []
    while not codes or codes[-1] is not Exit.DONE:
        codes.append(code(estate))
        estate.clock.advance(3601)
        assert len(codes) < 6
    assert estate.books()["charges"] == ["acme-infra/acme-avg#1"]


def test_dependants_of_what_waits_wait(estate: Estate) -> None:
    """An action behind a vendor at work is waiting, not blocked."""
    estate.sim("POST", "/settings", {"syncSeconds": 3600})
    found = outcomes(estate.apply(wait=0))
    assert found["avg/sync/nordwind:synchronize"] == "waiting"
    assert found["avg/sync/acme:synchronize"] == "waiting"
    assert found["avg/order/acme-avg:execute"] == "waiting"


def test_slow_assets_are_waited_for_without_asking_twice(estate: Estate) -> None:
    """An executed order whose assets are on their way is waiting; they come without a second execution."""
    estate.sim("POST", "/settings", {"assetSeconds": 3600})
    assert code(estate) is Exit.CONVERGING
    assert estate.plan().waiting[0].party == "vendor"
    estate.mutations()
    assert code(estate) is Exit.CONVERGING
    estate.clock.advance(3601)
    assert code(estate) is Exit.DONE
    assert not estate.mutations()


def test_failed_asset_is_never_executed_again(estate: Estate) -> None:
    """An asset that failed is a person's matter; its comment is shown, the order stays as it is."""
    estate.sim("POST", "/settings", {"assetFailures": {"AVG-IS-BE": "no licences left"}, "assetPolls": 1})
    applied = estate.apply()
    assert applied.report is not None
    assert any("no licences left" in (result.error or "") for result in applied.report.results)
    estate.mutations()
    estate.apply()
    assert not estate.mutations()
    assert estate.plan().waiting[0].party == "person"


def test_failed_synchronisation_shows_the_comment_and_blocks(estate: Estate) -> None:
    """The vendor's comment is in the error; dependants are blocked; when it works again everything goes on."""
    estate.sim("POST", "/settings", {"syncFailures": {"AVG": "bad postal code"}, "syncPolls": 1})
    applied = estate.apply()
    assert applied.report is not None
    assert outcomes(applied)["avg/order/acme-avg:create"] == "blocked"
    assert any("bad postal code" in (result.error or "") for result in applied.report.results)
    assert applying.exit_code(applied, detailed=False) is Exit.PARTIAL
    estate.sim("POST", "/settings", {"syncFailures": {}})
    assert estate.until_quiet()[-1] is Exit.DONE


def test_taken_username_is_refused_by_the_vendor(estate: Estate) -> None:
    """A Panda user name that somebody else has fails that synchronisation and nothing else."""
    estate.sim("POST", "/settings", {"takenUsernames": ["acme"]})
    found = outcomes(estate.apply())
    assert found["panda/sync/acme:synchronize"] == "failed"
    assert found["avg/order/acme-avg:execute"] == "done"


@pytest.mark.parametrize("capability", ["can_synchronize", "can_set_sync_options", "can_execute_order"])
def test_operation_the_vendor_does_not_offer_is_manual(estate: Estate, capability: str) -> None:
    """Without the capability the step is a person's, with instructions; what depends on it waits."""
    estate.options = {"capabilities": {capability: False}}
    applied = estate.apply()
    assert applying.exit_code(applied, detailed=True) is Exit.CONVERGING
    manual = [action for action in applied.plan.actions if action.kind.value == "manual"]
    assert manual
    assert all("resolve" in action.step.instructions for action in manual)
    assert estate.books()["charges"] == []


def test_person_says_it_was_not_executed(estate: Estate) -> None:
    """A parked execution is released by a person's word and then done exactly once."""
    estate.timeout, estate.lag, estate.window = 0.2, 1.0, 10.0
    estate.fault("hang", "/execute$", seconds=3600)
    estate.apply()
    estate.clock.advance(11)
    assert code(estate) is Exit.DOUBT
    estate.do(lambda context: deciding.resolve(context, ORDER, answer=Answer(ClaimState.RELEASED, None)))
    estate.timeout = 30.0
    assert estate.until_quiet()[-1] is Exit.DONE
    assert estate.books()["charges"] == ["acme-infra/acme-avg#1"]


def test_person_says_it_was_done(estate: Estate) -> None:
    """A parked execution that a person settles as done is not sent again."""
    estate.timeout, estate.lag, estate.window = 0.2, 1.0, 10.0
    estate.fault("hang", "/execute$", seconds=3600)
    estate.apply()
    estate.mutations()
    number = estate.row("orders", name="acme-infra/acme-avg#1")["id"]
    estate.do(lambda context: deciding.resolve(context, ORDER, answer=Answer(ClaimState.DONE, number)))
    estate.edit("orders", number, status="Executed")
    estate.apply(wait=0)
    assert "POST execute" not in estate.mutations()


def test_nothing_to_answer_is_an_error(estate: Estate) -> None:
    """A word about something that waits for none is refused."""
    estate.apply()
    with pytest.raises(ReconcilerError, match="nothing at"):
        estate.do(lambda context: deciding.resolve(context, ORDER, answer=Answer(ClaimState.DONE, None)))


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


def test_refresh_of_what_changed_reads_only_that(estate: Estate) -> None:
    """`--refresh changed` asks the vendor nothing about what is settled, and says how old that knowledge is."""
    estate.apply()
    estate.sim("DELETE", "/log")
    plan = estate.plan(only_changed=True)
    assert actions(plan) == []
    assert [line for line in estate.sim("GET", "/log") if "oauth" not in line["path"]] == []
    assert {problem.code for problem in plan.problems} == {"E605"}
    estate.manifests = (SMALL[0], SMALL[1].replace("Acme Dental", "Acme AS"), SMALL[2])
    assert actions(estate.plan(only_changed=True)) == ["interworks/account/acme:update"]
