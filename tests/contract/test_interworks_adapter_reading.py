"""Reading the BSS: lists whole or not at all, absence only when it is proved, one failure kept to itself."""

from typing import Any

import pytest

from reconciler.contract import SyncStatus
from reconciler.errors import IncompleteRead
from reconciler.model import Address
from reconciler.sandbox.interworks.records import Account
from reconciler.vendors.interworks.client import Client as Reads
from tests.contract.adapter_bench import observed
from tests.contract.interworks_bench import (
    ACCOUNT,
    AVG_ORDER,
    BITTITAN,
    CUSTOMER,
    ORDER,
    PANDA,
    RESELLER,
    SYNC,
    Bench,
)

RES = Address("interworks", "account", "res")
LONG_AGO = "2024-01-01T00:00:00+00:00"
PRODUCT = Address("avg", "product", "AVG-IS-BE")


@pytest.fixture
def bench() -> Bench:
    """Return a BSS in which everything declared is done."""
    ready = Bench(RESELLER, CUSTOMER, ORDER)
    ready.settle()
    return ready


def fill(bench: Bench, count: int) -> None:
    """Put accounts into the simulator's books."""
    for number in range(1000, 1000 + count):
        put(bench, number, f"a-{number}")


def put(bench: Bench, number: int, code: str) -> None:
    """Put one account into the simulator's books, past all rules."""
    simulator: Any = bench.app.gates["interworks"].simulator
    simulator._desk.books.accounts.put(Account(number, "A", code, LONG_AGO, LONG_AGO))


def read_ids(bench: Bench) -> list[int]:
    """Return the ids of all accounts as the adapter lists them."""
    rows = bench.run(lambda client: Reads(client.reader).fetch_accounts())
    return [row.id for row in rows]


@pytest.mark.parametrize("count", [0, 1, 99, 101, 250])
@pytest.mark.parametrize("mode", ["wrapped", "bare", "noMetadata"])
def test_lists_are_read_whole(mode: str, count: int) -> None:
    """Every row is read exactly once, whatever form pages have."""
    bench = Bench()
    bench.set(pageMode=mode)
    fill(bench, count)

    assert sorted(read_ids(bench)) == list(range(1000, 1000 + count))


@pytest.mark.parametrize("mode", ["wrapped", "bare", "noMetadata"])
def test_a_list_that_ends_with_a_full_page_is_read_whole(mode: str) -> None:
    """A full last page does not end the list: the empty one after it does."""
    bench = Bench()
    bench.set(pageMode=mode)
    fill(bench, 200)

    assert len(read_ids(bench)) == 200


def test_smaller_pages_than_asked_for_are_fine_with_totals() -> None:
    """A vendor that caps the page size says so in the metadata."""
    bench = Bench()
    bench.set(pageMax=50)
    fill(bench, 120)

    assert len(read_ids(bench)) == 120


def test_smaller_pages_than_asked_for_are_refused_without_totals() -> None:
    """Without totals a short page in the middle may be a cut one; the text says what to set."""
    bench = Bench()
    bench.set(pageMax=50, pageMode="bare")
    fill(bench, 120)

    with pytest.raises(IncompleteRead, match="pageSize"):
        read_ids(bench)


@pytest.mark.parametrize("kind", ["empty_list", "truncate", "html", "garbage", "duplicate_keys", "redirect"])
def test_spoilt_account_list_makes_everything_unreadable(bench: Bench, kind: str) -> None:
    """A bad list of accounts proves nothing: no object is absent, none is shown."""
    bench.fault(kind, match={"path": "^/api/accounts$", "count": None})

    seen = bench.observe()

    assert set(seen.unreadable) == set(bench.wanted)
    assert not set(seen.objects) & set(bench.wanted)


@pytest.mark.parametrize("path", ["^/api/orders$", "^/api/assets$"])
@pytest.mark.parametrize("kind", ["empty_list", "truncate", "html"])
def test_spoilt_order_list_leaves_accounts_readable(bench: Bench, kind: str, path: str) -> None:
    """A failure of orders or assets keeps to the orders."""
    bench.fault(kind, match={"path": path, "count": None})

    seen = bench.observe()

    assert set(seen.unreadable) == {AVG_ORDER}
    assert observed(seen, ACCOUNT).vendor_id == "102"


def test_list_without_the_right_to_it_says_so(bench: Bench) -> None:
    """A 403 that is no rate limit is a missing right, not an empty list."""
    bench.fault("status_before", status=403, match={"path": "^/api/orders$", "count": None})

    assert bench.observe().unreadable[AVG_ORDER].startswith("missing right: ")


def test_failed_status_of_one_account_keeps_to_its_synchronisations(bench: Bench) -> None:
    """A read per account that fails makes only that account's objects unreadable."""
    bench.fault("html", match={"path": "/api/accounts/102/syncstatus", "count": None})

    assert set(bench.observe().unreadable) == {SYNC, PANDA, BITTITAN}


def test_failed_options_keep_to_their_system(bench: Bench) -> None:
    """Options that cannot be read make one synchronisation unreadable."""
    bench.fault("garbage", match={"path": "/api/accounts/102/syncoptions/PandaAntivirus", "count": None})

    assert set(bench.observe().unreadable) == {PANDA}


def test_failed_price_makes_a_coming_order_unreadable() -> None:
    """An order is not planned on a price that could not be read."""
    bench = Bench(RESELLER, CUSTOMER, ORDER)
    bench.fault("html", match={"path": "/api/products", "count": None})

    seen = bench.observe()

    assert set(seen.unreadable) == {AVG_ORDER}
    assert AVG_ORDER not in seen.objects


def test_unknown_status_word_is_never_taken_for_done(bench: Bench) -> None:
    """A word the vendor has added since means unknown."""
    bench.edit("sync", "102:AVG", status="Synchronised2")

    assert observed(bench.observe(), SYNC).status is SyncStatus.UNKNOWN
    assert [found.code for found in bench.decide(SYNC).problems] == ["E415"]


def test_one_status_read_serves_three_systems(bench: Bench) -> None:
    """Statuses of all systems of an account come from one request."""
    bench.ask("DELETE", "log")
    bench.observe()

    paths = [line["path"] for line in bench.ask("GET", "log")]

    assert paths.count("/api/accounts/102/syncstatus") == 1
    assert not [path for path in paths if path.startswith("/api/accounts/102/syncoptions/BitTitan")]


def test_orders_are_not_listed_when_none_is_wanted() -> None:
    """Without orders there is no read of orders, assets or products."""
    bench = Bench(RESELLER, CUSTOMER)
    bench.settle()
    bench.ask("DELETE", "log")
    bench.observe()

    paths = {line["path"].split("/")[2] for line in bench.ask("GET", "log")}
    assert paths <= {"accounts", "token"}


def test_deleted_account_is_proved_gone_by_its_id(bench: Bench) -> None:
    """A known account that is not listed is asked for; the vendor's own 404 proves that it is gone."""
    bench.delete("accounts", "102")

    seen = bench.observe()

    assert seen.objects[ACCOUNT] == ()
    assert seen.objects[SYNC] == ()


def test_account_missing_from_the_list_alone_is_not_gone(bench: Bench) -> None:
    """A known account that the list lacks but its id shows makes the list untrustworthy."""
    bench.edit("accounts", "102", code="someone-elses")

    seen = bench.observe()

    assert {ACCOUNT, SYNC, AVG_ORDER} <= set(seen.unreadable)
    assert "not listed under our reference" in seen.unreadable[ACCOUNT]


def test_order_hidden_by_lag_is_not_gone() -> None:
    """An order we know by id and that lists do not show yet is read by its id, never absent."""
    bench = Bench(RESELLER, CUSTOMER, ORDER)
    bench.settle("account", "sync")
    bench.set(lag=60, lagOn=["orders"])
    bench.send(bench.step(AVG_ORDER, "create"))

    seen = bench.observe()

    assert [order.key for order in seen.objects[AVG_ORDER]] == ["acme-infra/acme-avg#1"]
    assert not seen.unreadable


def test_page_of_html_with_404_proves_no_absence(bench: Bench) -> None:
    """A 404 in other words than the vendor's own is a proxy or a wrong URL."""
    bench.edit("accounts", "102", code="someone-elses")
    page = "<html>not found</html>"
    bench.fault("status_before", status=404, body=page, match={"path": "^/api/accounts/102$", "count": None})

    assert ACCOUNT in bench.observe().unreadable


def test_many_known_ids_gone_at_once_prove_nothing() -> None:
    """A whole collection that vanished is a fault or a lost right."""
    accounts = [CUSTOMER.replace("name: acme", f"name: acme-{n}").replace("acme-panda", f"p-{n}") for n in range(21)]
    bench = Bench(RESELLER, *accounts)
    bench.ids = {one: str(500 + n) for n, one in enumerate(bench.wanted) if one.type == "account"}
    bench.ids.pop(RES)

    seen = bench.observe()

    assert "gone at once" in seen.unreadable[Address("interworks", "account", "acme-0")]


def test_two_accounts_with_our_reference_are_both_shown(bench: Bench) -> None:
    """Several matches are for a person; what hangs on them is unreadable, unless the ledger knows which is ours."""
    put(bench, 900, "acme")
    known = bench.observe()
    del bench.ids[ACCOUNT]

    seen = bench.observe()

    assert sorted(one.vendor_id for one in seen.objects[ACCOUNT]) == ["102", "900"]
    assert "2 accounts carry the reference" in seen.unreadable[SYNC]
    assert observed(known, SYNC).extra["accountId"] == 102


def test_renamed_account_is_found_by_its_former_name(bench: Bench) -> None:
    """A former name is a key as good as the present one; the reference at the vendor stays."""
    renamed = CUSTOMER.replace("name: acme}", "name: acme-dental, previously: [acme]}")
    bench.declare(RESELLER, renamed)
    address = Address("interworks", "account", "acme-dental")

    decision = bench.decide(address)

    assert decision.steps == ()
    assert observed(bench.observe(), address).key == "acme"


def test_foreign_ids_show_as_numbers(bench: Bench) -> None:
    """A parent that no manifest names is shown by its id."""
    bench.declare(RESELLER, CUSTOMER)
    bench.edit("accounts", "102", billToAccountId=777)

    assert observed(bench.observe(), ACCOUNT).fields["billTo"] == "#777"


@pytest.mark.parametrize("address", [ACCOUNT, SYNC, PANDA, BITTITAN, AVG_ORDER])
@pytest.mark.parametrize("known", [True, False], ids=["ids-known", "ids-unknown"])
def test_a_focused_look_shows_the_same(bench: Bench, address: Address, known: bool) -> None:
    """Looking at one object by its id, or by its reference, gives what the whole look gives."""
    whole = bench.observe()
    if not known:
        bench.ids.clear()
    bench.ask("DELETE", "log")

    near = bench.observe(address)

    assert near.objects == {address: whole.objects[address]}
    assert not [line for line in bench.ask("GET", "log") if line["path"] == "/api/accounts" and known]


def test_price_is_observed_only_for_coming_executions(bench: Bench) -> None:
    """Products are read for orders that are still to be executed."""
    before = Bench(RESELLER, CUSTOMER, ORDER).observe()

    assert before.single[PRODUCT].fields["price"] == {"amount": "29.90", "currency": "EUR"}
    assert PRODUCT not in bench.observe().objects


@pytest.mark.parametrize(
    ("polls", "failures", "status"),
    [
        pytest.param(0, {}, SyncStatus.SYNCHRONIZED, id="done"),
        pytest.param(99, {}, SyncStatus.IN_PROGRESS, id="working"),
        pytest.param(0, {"AVG-IS-BE": "no stock"}, SyncStatus.FAILED, id="failed"),
    ],
)
def test_order_is_as_far_as_its_assets(polls: int, failures: dict[str, str], status: SyncStatus) -> None:
    """An executed order is done when every line has its asset; a failed asset brings its comment."""
    bench = Bench(RESELLER, CUSTOMER, ORDER)
    bench.set(assetPolls=polls, assetFailures=failures)
    bench.settle()

    order = observed(bench.observe(), AVG_ORDER)

    assert order.status is status
    assert ("no stock" in order.detail) == bool(failures)
