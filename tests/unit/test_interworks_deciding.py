"""Decisions about one object without a vendor: prices that are pinned, options that are described, unknown rows."""

from typing import Any

import pytest

from reconciler.contract import SyncStatus
from reconciler.errors import BadAnswer, ConfigurationError, StepRefused
from reconciler.model import Json
from reconciler.vendors.interworks import options, rows, systems
from tests.contract.adapter_bench import expanded
from tests.contract.interworks_bench import (
    AVG_ORDER,
    BITTITAN,
    CUSTOMER,
    ORDER,
    PANDA,
    RESELLER,
    SYNC,
    make_case,
    make_vendor,
    world_of,
)

WANTED = expanded(make_vendor(), world_of(RESELLER, CUSTOMER, ORDER))
PRODUCT = {"code": "AVG-IS-BE", "unitPrice": "1.10", "currency": "EUR"}
AVG = systems.configured({"avg": {"systemCode": "AVG2"}})["avg"]


def option(name: str, value: str | None = None, **definition: Json) -> rows.Option:
    """Return an option as the vendor shows it."""
    return rows.sync_option({"id": name, "value": value, "definition": definition})


def shown(*found: rows.Option) -> dict[str, rows.Option]:
    """Return options by lower-case id."""
    return {one.id.lower(): one for one in found}


@pytest.mark.parametrize(
    ("products", "cost"),
    [
        pytest.param([PRODUCT], "27.50 EUR", id="priced"),
        pytest.param([{**PRODUCT, "unitPrice": None}], "None", id="price-hidden"),
        pytest.param([], "None", id="not-in-it"),
    ],
)
def test_pinned_prices_stand_in_for_observed_ones(products: list[Json], cost: str) -> None:
    """The catalogue kept in git gives the price of a product that was not read; nothing is guessed."""
    case = make_case(make_vendor(), WANTED[AVG_ORDER], pinned={"interworks": {"products": products}})

    execute = make_vendor().steps(case).steps[-1]

    assert str(execute.cost) == cost


def test_system_code_is_configuration() -> None:
    """The code of a system is taken from reconciler.yaml."""
    assert AVG.code == "AVG2"


def test_options_at_their_values_need_no_request() -> None:
    """When all is set already, nothing is left to send."""
    present = shown(option("Email", "a@b.c"), option("role", "User"))

    assert options.settable({"email": "a@b.c", "role": "User"}, present, system=AVG) == {}


def test_options_are_sent_together_without_read_only_ones() -> None:
    """One that differs sends all that may be set; a locked one at its value is left out."""
    present = shown(option("email"), option("role", "User"), option("parentAccount", "101", IsReadOnly=True))

    sent = options.settable({"email": "a@b.c", "role": "User", "parentAccount": "101"}, present, system=AVG)

    assert sent == {"email": "a@b.c", "role": "User"}


@pytest.mark.parametrize(
    ("values", "present", "text"),
    [
        pytest.param({"email": "x"}, shown(option("role")), "offers no option email", id="not-offered"),
        pytest.param(
            {"role": "Boss"}, shown(option("role", None, PredefinedValues=["User"])), "allows User", id="not-a-choice"
        ),
        pytest.param({"role": "User"}, shown(option("role", "X", IsReadOnly=True)), "read-only at 'X'", id="locked"),
        pytest.param(
            {"role": "User"}, shown(option("role"), option("tier", IsRequired=True)), "tier .* required", id="required"
        ),
    ],
)
def test_options_the_vendor_does_not_allow_are_refused(
    values: dict[str, str | None], present: dict[str, rows.Option], text: str
) -> None:
    """The vendor's own definitions are checked right before anything is sent."""
    with pytest.raises(StepRefused, match=text):
        options.settable(values, present, system=AVG)


def test_described_options_come_from_the_pinned_catalogue() -> None:
    """Options of an account that does not exist yet are checked against those last seen; the parent is left out."""
    pinned: Any = {
        "systems": {"PandaAntivirus": {"options": [{"ID": "username", "IsReadOnly": True}, {"ID": "parentAccount"}]}}
    }

    described = make_vendor().described_options(WANTED[PANDA], None, pinned)

    assert described is not None
    assert described.definitions == [{"ID": "username", "IsReadOnly": False}]
    assert described.values == {"role": "User", "username": "acme-panda"}


@pytest.mark.parametrize("address", [SYNC, BITTITAN, AVG_ORDER])
def test_nothing_is_described_without_a_catalogue(address: Any) -> None:
    """Systems without options, orders, and everything before `catalogue pull` have nothing to check."""
    assert make_vendor().described_options(WANTED[address], None, {}) is None


def test_unknown_capability_is_an_error() -> None:
    """A misspelt capability would silently leave an operation allowed."""
    with pytest.raises(ConfigurationError, match="can_fly"):
        make_vendor(capabilities={"can_fly": False})


@pytest.mark.parametrize(
    "row",
    [
        pytest.param({"code": "a"}, id="account-without-id"),
        pytest.param({"id": "1"}, id="account-id-text"),
        pytest.param({"id": True}, id="account-id-boolean"),
        pytest.param({"id": 1, "code": 5}, id="account-code-number"),
    ],
)
def test_account_rows_are_strict_about_their_identity(row: dict[str, Json]) -> None:
    """Nothing is concluded from an account whose id or reference is of another type."""
    with pytest.raises(BadAnswer):
        rows.account(row)


@pytest.mark.parametrize("price", [-1, True, "x", "NaN", [1]], ids=["negative", "boolean", "text", "nan", "list"])
def test_odd_prices_are_bad_answers(price: Json) -> None:
    """A price that is no amount is never taken for unknown or free."""
    with pytest.raises(BadAnswer, match="unitPrice"):
        rows.product({"code": "p", "unitprice": price, "currency": "EUR"})


def test_price_without_currency_is_unknown() -> None:
    """An amount alone is no price."""
    assert rows.product({"code": "p", "unitprice": 1}).price is None


def test_decimal_prices_keep_their_digits() -> None:
    """A price read as a float is the decimal that was written."""
    assert str(rows.product({"code": "p", "unitprice": 29.9, "currency": "EUR"}).price) == "29.90 EUR"


@pytest.mark.parametrize("items", [None, "x", [{}], [{"productCode": "p", "quantity": "2"}]])
def test_items_that_cannot_be_understood_are_unknown(items: Json) -> None:
    """An order whose lines are not readable shows none, and so is never equal to a manifest."""
    assert rows.order({"id": "g", "status": "Submitted", "items": items}).items is None


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("UnSynchronized", SyncStatus.UNSYNCHRONIZED),
        ("synchronized", SyncStatus.SYNCHRONIZED),
        ("InProgress", SyncStatus.IN_PROGRESS),
        ("FAILED", SyncStatus.FAILED),
        ("Synchronized ", SyncStatus.UNKNOWN),
        ("Done", SyncStatus.UNKNOWN),
    ],
)
def test_status_words_we_do_not_know_are_unknown(word: str, status: SyncStatus) -> None:
    """Only the table's words mean something."""
    assert rows.sync_status({"systemcode": "AVG", "status": word}).status is status


def test_catalogue_says_what_is_done_at_most_once() -> None:
    """Entering and executing are once-only; synchronisations are no objects of their own reference."""
    catalogue = make_vendor().catalogue

    once = {f"{name}:{op.name}" for name, kind in catalogue.items() for op in kind.operations.values() if op.once}
    assert once == {f"{name}/order:{op}" for name in ("avg", "panda", "bittitan") for op in ("create", "execute")}
    assert not catalogue["avg/sync"].adoptable
    assert catalogue["interworks/account"].adoptable
