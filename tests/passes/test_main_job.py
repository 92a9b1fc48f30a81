"""Rules of the main job without faults: everything once, in order, and then nothing."""

from reconciler.errors import Exit
from reconciler.reconcile import applying
from tests.passes.harness import SECOND, SMALL, Estate, actions, done

STEPS = [
    "interworks/account/nordwind:create",
    "avg/sync/nordwind:set-options",
    "avg/sync/nordwind:synchronize",
    "interworks/account/acme:create",
    "avg/sync/acme:set-options",
    "avg/sync/acme:synchronize",
    "avg/order/acme-avg:create",
    "avg/order/acme-avg:execute",
]
CALLS = {
    "POST accounts": 2,
    "PUT AVG": 2,
    "PUT PandaAntivirus": 2,
    "POST AVG": 2,
    "POST PandaAntivirus": 2,
    "POST BitTitan": 1,
    "POST orders": 1,
    "POST execute": 1,
}


def test_plan_from_empty_lists_every_step_in_order(estate: Estate) -> None:
    """Resellers come before customers, synchronisations before orders, entering before executing."""
    planned = [name for name in actions(estate.plan()) if "panda" not in name and "bittitan" not in name]
    assert planned == STEPS


def test_plan_makes_no_mutating_request(estate: Estate) -> None:
    """Planning asks and never tells."""
    estate.plan()
    assert not estate.mutations()


def test_apply_does_each_step_once(estate: Estate) -> None:
    """One mutating request for each step, and each order is executed and charged once."""
    applied = estate.apply()
    assert done(applied)
    assert estate.mutations() == CALLS
    assert estate.books()["charges"] == ["acme-infra/acme-avg#1"]
    assert len(estate.books()["assets"]) == 2


def test_requests_are_counted_where_they_were_made(estate: Estate) -> None:
    """Each action counts its own requests although others are under way: together not more than the run made."""
    applied = estate.apply()
    assert applied.report is not None
    counts = {result.action: result.requests for result in applied.report.results}
    assert counts["avg/order/acme-avg:create"] == 2  # a look, the entry
    assert counts["interworks/account/acme:create"] == 2
    assert sum(counts.values()) < applied.report.requests


def test_second_plan_is_empty(estate: Estate) -> None:
    """What was applied is what is there; a second apply changes nothing."""
    estate.apply()
    estate.mutations()
    assert actions(estate.plan()) == []
    assert applying.exit_code(estate.apply(), detailed=True) is Exit.DONE
    assert not estate.mutations()


def test_simulator_is_careless(estate: Estate) -> None:
    """The control: whoever executes twice is charged twice and gets twice the assets."""
    estate.apply()
    number = estate.row("orders", name="acme-infra/acme-avg#1")["id"]
    before = estate.books()

    async def again(context: object) -> None:
        account = context.accounts["avg"]  # type: ignore[attr-defined] # the harness's own context
        execute = next(e for e in account.vendor.wire.endpoints if e.path.endswith("/execute"))
        await account.client.send(execute.call({"id": number}, body={"invoiceOption": 3}))

    estate.do(again)
    assert len(estate.books()["charges"]) == 2 * len(before["charges"])
    assert len(estate.books()["assets"]) == 2 * len(before["assets"])


def test_new_order_later_is_only_that(estate: Estate) -> None:
    """Adding a manifest plans what it needs and nothing else."""
    estate.apply()
    estate.mutations()
    estate.manifests = (*SMALL, SECOND)
    assert actions(estate.plan()) == ["bittitan/order/acme-boxes:create", "bittitan/order/acme-boxes:execute"]
    assert done(estate.apply())
    assert estate.mutations() == {"POST orders": 1, "POST execute": 1}


def test_removed_manifest_is_forgotten_not_deleted(estate: Estate) -> None:
    """Without its manifest an object is not managed any more; back again it is the same, not a new order."""
    estate.apply()
    before = estate.books()
    estate.manifests = SMALL[:2]
    assert actions(estate.plan()) == ["avg/order/acme-avg:forget"]
    estate.apply()
    estate.mutations()
    estate.manifests = SMALL
    assert done(estate.apply())
    assert not estate.mutations()
    assert estate.books() == before
