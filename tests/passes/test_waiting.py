"""Rules of waiting: vendors and people that take their time, and answers of people."""

import asyncio

import pytest

from reconciler.contract import Call
from reconciler.errors import Exit, StateError
from reconciler.model import Address
from reconciler.reconcile import applying
from reconciler.reconcile.planning import Context
from reconciler.vendors.interworks.wire import EXECUTE_ORDER
from tests.passes.harness import ORDER as ORDER_MANIFEST
from tests.passes.harness import SECOND, SMALL, Estate, actions, outcomes

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


class _LedgerFails:
    """The ledger turns out unwritable at a poll, while an order is being entered."""

    def __init__(self) -> None:
        self._entering = False
        self._failed = asyncio.Event()

    async def before(self, call: Call) -> None:
        """Let the order wait for the failure, and the first call beside it fail."""
        if call.endpoint.mutates and not self._failed.is_set():
            self._entering = True
            await self._failed.wait()
        elif self._entering and not self._failed.is_set():
            self._failed.set()
            raise StateError("the disk is full")

    async def after(self, call: Call) -> None:
        """Leave the answer alone."""


def test_ledger_that_fails_at_a_poll_lets_what_is_in_flight_end(estate: Estate) -> None:
    """A poll that cannot go on lets the requests beside it end and be recorded; nothing more is sent."""
    estate.sim("POST", "/settings", {"assetSeconds": 3600})
    assert code(estate) is Exit.CONVERGING
    estate.manifests = (*SMALL, SECOND)
    estate.apply()
    estate.manifests = (*SMALL, SECOND, ORDER_MANIFEST.replace("name: acme-avg", "name: acme-more"))
    estate.mutations()
    with pytest.raises(StateError, match="disk is full"):
        estate.apply(by=_LedgerFails())
    assert estate.mutations() == {"POST orders": 1}
    assert estate.plan().doubts == ()


def test_apply_polls_what_is_at_work_from_before(estate: Estate) -> None:
    """A run with nothing to send waits for a vendor at work as long as it is told to."""
    estate.sim("POST", "/settings", {"assetSeconds": 100})
    assert code(estate, wait=10) is Exit.CONVERGING
    estate.mutations()
    assert code(estate, wait=600) is Exit.DONE
    assert not estate.mutations()
    assert len(estate.books()["assets"]) == 2


def test_no_wait_looks_once(estate: Estate) -> None:
    """`--wait 0` looks once and sleeps for nobody."""
    estate.sim("POST", "/settings", {"syncSeconds": 3600})
    before = estate.clock.monotonic()
    assert code(estate, wait=0) is Exit.CONVERGING
    assert estate.clock.monotonic() == before


def test_failed_account_is_tried_again_only_by_a_new_run(estate: Estate) -> None:
    """A synchronisation that failed is asked once in a run; the next run asks again and shows why."""
    estate.sim("POST", "/settings", {"syncFailures": {"PandaAntivirus": "no slot"}})
    estate.apply()
    assert estate.mutations()["POST PandaAntivirus"] == 1
    assert any("no slot" in action.step.reason for action in estate.plan().actions)


def test_parent_is_synchronised_first(estate: Estate) -> None:
    """A customer's synchronisation is never asked for while its reseller's has failed."""
    estate.sim("POST", "/settings", {"syncFailures": {"AVG": "bad data"}})
    found = outcomes(estate.apply())
    assert found["avg/sync/nordwind:synchronize"] == "failed"
    assert found["avg/sync/acme:synchronize"] == "blocked"
    log = estate.sim("GET", "/log")
    assert [line["path"] for line in log if line["path"].endswith("synchronize/AVG")] == [
        "/api/accounts/101/synchronize/AVG"
    ]


def test_nothing_is_built_on_a_status_we_do_not_know(estate: Estate) -> None:
    """A word for a status that is new to us is not taken for a good one: what depends on it waits."""
    estate.manifests = SMALL[:2]
    estate.apply()
    number = estate.row("accounts", code="acme")["id"]
    estate.edit("sync", f"{number}:AVG", status="Pending approval")
    estate.mutations()
    estate.manifests = SMALL
    applied = estate.apply()
    assert set(outcomes(applied).values()) == {"waiting"}
    assert applying.exit_code(applied, detailed=True) is Exit.CONVERGING
    assert not estate.mutations()
    estate.edit("sync", f"{number}:AVG", status="Synchronized")
    assert estate.until_quiet() == [Exit.DONE]


@pytest.mark.parametrize(
    ("capability", "held"),
    [
        ("can_set_sync_options", ["avg/sync/nordwind:synchronize", "avg/sync/acme:synchronize"]),
        ("can_synchronize", ["avg/order/acme-avg:create", "avg/order/acme-avg:execute"]),
    ],
)
def test_dependants_of_a_persons_work_wait(estate: Estate, capability: str, held: list[str]) -> None:
    """What comes after a manual step waits; it is neither sent nor blocked, and nobody is polled."""
    estate.options = {"capabilities": {capability: False}}
    before = estate.clock.monotonic()
    found = outcomes(estate.apply())
    assert {found[name] for name in held} == {"waiting"}
    assert set(found.values()) <= {"done", "manual", "waiting"}
    assert estate.clock.monotonic() - before < 60


def test_order_executed_by_hand_where_the_vendor_offers_no_call(estate: Estate) -> None:
    """A person executes in the BSS as the plan says: the next plan is empty, and the assets are there."""
    estate.options = {"capabilities": {"can_execute_order": False}}
    estate.apply()
    assert actions(estate.plan()) == ["avg/order/acme-avg:execute"]

    async def by_hand(context: Context) -> None:
        number = estate.row_in(await estate.ask("GET", "/state"), "orders", name="acme-infra/acme-avg#1")["id"]
        await context.accounts["avg"].client.send(EXECUTE_ORDER.call({"id": number}, body={"invoiceOption": 3}))

    estate.do(by_hand)
    assert actions(estate.plan()) == []
    assert len(estate.books()["assets"]) == 2
