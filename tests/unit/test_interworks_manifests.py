"""What manifests mean at the BSS: the objects they stand for, and the rules they break."""

import pytest

from reconciler.contract import Wanted
from reconciler.model import Address, Json, Place
from reconciler.vendors.interworks import codes, kinds
from tests.contract.adapter_bench import expanded
from tests.contract.interworks_bench import (
    ACCOUNT,
    AVG_ORDER,
    BITTITAN,
    CUSTOMER,
    ORDER,
    PANDA,
    RESELLER,
    SYNC,
    make_vendor,
    world_of,
)

RES = Address("interworks", "account", "res")


def wanted_of(*texts: str, owners: tuple[str, ...] = ("acme-infra",)) -> dict[Address, Wanted]:
    """Return what the manifests stand for."""
    return expanded(make_vendor(), world_of(*texts, owners=owners))


def problems_of(*texts: str, systems: tuple[str, ...] = ("avg", "panda", "bittitan")) -> list[tuple[str, str]]:
    """Return code and summary of every problem."""
    return [(found.code, found.summary) for found in make_vendor(systems).check(world_of(*texts))]


def test_an_account_stands_for_itself_and_its_synchronisations() -> None:
    """One account in the BSS and one synchronisation for each system it is declared at."""
    assert set(wanted_of(RESELLER, CUSTOMER)) >= {ACCOUNT, SYNC, PANDA, BITTITAN}


def test_an_account_of_other_vendors_stands_for_nothing() -> None:
    """Without an option of the BSS or its systems nothing is created there."""
    assert wanted_of(CUSTOMER.split("  vendors")[0].replace("  parent: res\n", "")) == {}


def test_only_what_is_written_is_managed() -> None:
    """Fields that are absent are not managed; ordering, reselling and bill-to follow from the rest."""
    account = wanted_of(RESELLER)[RES]

    assert account.fields == {
        "displayName": "Res SA",
        "email": "res@example.com",
        "ordering": True,
        "reselling": True,
        "billTo": "res",
    }


def test_null_clears() -> None:
    """A field written as null is managed and empty."""
    assert wanted_of(RESELLER.replace("  email", "  phone: null\n  email"))[RES].fields["phone"] is None


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        pytest.param("{}", {"ordering": True, "billTo": "res"}, id="defaults"),
        pytest.param("{ordering: false}", {"ordering": False, "billTo": "res"}, id="no-ordering"),
        pytest.param("{billTo: acme}", {"ordering": True, "billTo": "acme"}, id="itself"),
        pytest.param("{billTo: null}", {"ordering": True, "billTo": "res"}, id="null-is-the-default"),
    ],
)
def test_options_of_the_bss(options: str, expected: dict[str, Json]) -> None:
    """Ordering defaults to on, bill-to to the parent."""
    account = wanted_of(RESELLER, CUSTOMER.replace("bittitan: {}", f"interworks: {options}"))[ACCOUNT]

    assert {name: account.fields[name] for name in expected} == expected


def test_reseller_comes_before_its_customer() -> None:
    """A synchronisation needs its account, and the reseller's synchronisation with the same system where it counts."""
    wanted = wanted_of(RESELLER, CUSTOMER)

    assert wanted[ACCOUNT].needs == (RES,)
    assert wanted[SYNC].needs == (ACCOUNT, Address("avg", "sync", "res"))
    assert wanted[BITTITAN].needs == (ACCOUNT,)


@pytest.mark.parametrize(
    ("metadata", "spec", "keys"),
    [
        pytest.param("{name: acme}", "", ("acme",), id="name"),
        pytest.param("{name: acme, previously: [old]}", "", ("acme", "old"), id="former-name"),
        pytest.param("{name: acme, previously: [old]}", "  reference: R1\n", ("R1",), id="reference-stands-alone"),
    ],
)
def test_references_of_accounts(metadata: str, spec: str, keys: tuple[str, ...]) -> None:
    """An account is found by its written reference, else by any name it ever had."""
    text = CUSTOMER.replace("{name: acme}", metadata).replace("  parent", f"{spec}  parent")

    assert wanted_of(RESELLER, text)[ACCOUNT].keys == keys


def test_references_of_orders() -> None:
    """An order is found under every name and project it ever had, with its revision."""
    text = ORDER.replace("acme-avg}", "acme-avg, previously: [old]}").replace("  execute", "  revision: 2\n  execute")
    order = wanted_of(RESELLER, CUSTOMER, text, owners=("p.eu", "q"))[AVG_ORDER]

    assert order.keys == ("p.eu/acme-avg#2", "p.eu/old#2", "q/acme-avg#2", "q/old#2")
    assert order.former == (Address("avg", "order", "old"),)


def test_order_fields_and_options() -> None:
    """Account and lines are fields; what steers the execution is an option."""
    order = wanted_of(RESELLER, CUSTOMER, ORDER)[AVG_ORDER]

    assert order.fields == {"account": "acme", "items": [{"product": "AVG-IS-BE", "quantity": 25}]}
    assert order.needs == (ACCOUNT, SYNC)
    assert order.options == {
        "execute": True,
        "invoiceOption": 3,
        "startDate": None,
        "maxPrice": None,
        "billTo": "res",
        "accountNames": ["acme"],
        "accountEnsure": "present",
    }


def test_good_manifests_have_no_problem() -> None:
    """The sample breaks no rule."""
    assert problems_of(RESELLER, CUSTOMER, ORDER) == []


LONG = "x" * 60
BITTITAN_ORDER = ORDER.replace("vendor: avg", "vendor: bittitan")
NO_MAIL = CUSTOMER.replace("  email: it@acme.example\n", "")


@pytest.mark.parametrize(
    ("texts", "code"),
    [
        pytest.param((RESELLER, CUSTOMER.replace("avg: {email: keys@acme.example}, ", ""), ORDER), "E402", id="order"),
        pytest.param((RESELLER, NO_MAIL), "E403", id="panda-mail"),
        pytest.param(
            (RESELLER, NO_MAIL.replace("panda: {username: acme-panda}, ", ""), BITTITAN_ORDER), "E403", id="coupon-mail"
        ),
        pytest.param((RESELLER, CUSTOMER.replace("acme-panda", "RES-panda")), "E404", id="username-twice"),
        pytest.param(
            (RESELLER, CUSTOMER.replace("  parent", f"  reference: {LONG}\n  parent")), "E405", id="long-code"
        ),
        pytest.param((RESELLER, CUSTOMER, ORDER.replace("acme-avg", LONG)), None, id="long-order-fits"),
        pytest.param((RESELLER.replace("avg: {email: res-keys@example.com}, ", ""), CUSTOMER), "E406", id="parent-avg"),
        pytest.param(
            (
                RESELLER,
                CUSTOMER.replace("name: acme}", "name: b}").replace("acme-panda", "b-panda"),
                CUSTOMER.replace("bittitan: {}", "interworks: {billTo: b}"),
            ),
            "E408",
            id="payer-no-reseller",
        ),
        pytest.param(
            (RESELLER.split("  vendors")[0], CUSTOMER.split("  vendors")[0] + "  vendors: {bittitan: {}}\n"),
            "E409",
            id="parent-elsewhere",
        ),
    ],
)
def test_broken_rules_are_found_offline(texts: tuple[str, ...], code: str | None) -> None:
    """Each rule of the BSS and its systems gives its code, and only that."""
    assert {found for found, _ in problems_of(*texts)} == ({code} if code else set())


def test_long_order_reference_is_found() -> None:
    """The reference of an order holds project, environment, name and revision; together they may be too long."""
    world = world_of(RESELLER, CUSTOMER, ORDER.replace("acme-avg", LONG), owners=("p" * 60,))

    assert [found.code for found in make_vendor().check(world)] == ["E405"]


def test_system_that_is_not_configured_is_an_error() -> None:
    """A manifest that uses a system which reconciler.yaml does not name is told where to add it."""
    found = problems_of(RESELLER, CUSTOMER, ORDER, systems=("panda", "bittitan"))

    assert {code for code, _ in found} == {"E401"}
    assert AVG_ORDER not in expanded(make_vendor(("panda",)), world_of(RESELLER, CUSTOMER, ORDER))


def test_problems_have_their_place() -> None:
    """A problem points at the line that is wrong and says what to do."""
    text = CUSTOMER.replace("avg: {email: keys@acme.example}, ", "")

    (found,) = make_vendor().check(world_of(RESELLER, text, ORDER))

    assert isinstance(found.place, Place)
    assert found.place.range is not None
    assert "add `avg: {...}` to spec.vendors of account acme" in found.detail


@pytest.mark.parametrize("code", sorted(codes.CODES))
def test_codes_explain_themselves(code: str) -> None:
    """Every code has a title, a cause and a cure, in sentences."""
    rule = codes.CODES[code]

    assert not rule.title.endswith(".")
    assert rule.cause.endswith(".")
    assert rule.cure.endswith(".")


@pytest.mark.parametrize("day", ["2026-02-30", "2026-2-1", "tomorrow"])
def test_start_date_is_a_real_day(day: str) -> None:
    """A day that does not exist is refused."""
    with pytest.raises(ValueError, match="startDate"):
        kinds.AvgOrder.model_validate(
            {"vendor": "avg", "account": "a", "items": [{"product": "x", "quantity": 1}], "startDate": day}
        )
