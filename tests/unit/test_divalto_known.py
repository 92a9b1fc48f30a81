"""The catalogue by which orders are judged: the vendor's own, else the working table; days as they are in Paris."""

import datetime as dt
from typing import Any

import pytest

from reconciler.model import Severity
from reconciler.vendors.divalto import known, paris, shipped
from tests.unit.divalto_texts import order, problems_of, world_of

OWN: dict[str, Any] = {
    "revision": "2026-05-01.1",
    "orderTypes": [{"code": "ADDITIONNELLE", "origins": ["SITE_EXISTANT"]}],
    "origins": [{"code": "SITE_EXISTANT"}],
    "generations": [{"code": "INFINITY_V10_WEAVY_V5", "solutions": ["ERP_INFINITY"]}],
    "solutions": [{"code": "ERP_INFINITY", "sides": ["ERP"]}],
    "documentTypes": [{"code": "BON_DE_COMMANDE", "min": 1, "max": 1}],
    "products": [{"reference": "SAAS  IO ODATA", "side": "ERP", "family": "ODATA_ERP", "quota": "standard"}],
    "limits": {"recipientsMax": 2},
}
UTC = dt.UTC


def test_catalogue_in_git_stands_before_the_working_table() -> None:
    """What was pulled judges; nothing is added to it from the working table."""
    world = world_of(order(type="PRIMO"), pinned=OWN)

    found = known.Known.of(world)

    assert found.pulled
    assert found.revision == "2026-05-01.1"
    assert [problem.code for problem in problems_of(world)] == ["E470"]


def test_working_table_says_that_it_is_one() -> None:
    """A message that rests on the working table says so, and how to get the vendor's own."""
    (problem,) = problems_of(world_of(order(type="PRIM", items=None)))

    assert "working table" in problem.detail
    assert "reconciler catalogue pull divalto" in problem.detail
    assert "PROPOSED" in shipped.catalogue()["comment"]


def test_unlisted_product_is_wrong_by_the_vendors_own_catalogue() -> None:
    """The working table cannot know all products, the vendor's catalogue does."""
    text = order(items="[{product: SAAS OTHER, quantity: 1}]")

    assert [one.severity for one in problems_of(world_of(text))] == [Severity.WARNING]
    assert [one.severity for one in problems_of(world_of(text, pinned=OWN))] == [Severity.ERROR]


def test_limits_are_the_catalogues() -> None:
    """How many recipients and documents there may be stands in the catalogue."""
    world = world_of(
        order(
            certificate="{deliveryDate: 2026-03-02, recipients: [a@b.example, b@b.example, c@b.example]}",
            documents="[{type: BON_DE_COMMANDE, generate: {signatory: A}}, {type: BON_DE_COMMANDE, generate: "
            "{signatory: B}}]",
        ),
        pinned=OWN,
    )

    assert {problem.code for problem in problems_of(world)} == {"E478", "E486"}


def test_too_large_document_is_refused() -> None:
    """A file larger than the catalogue allows is refused before anything is sent."""
    text = order(documents="[{type: BON_DE_COMMANDE, file: a.pdf}]", items=None)
    world = world_of(text, files={"a.pdf": b"%PDF-" + b"x" * 100}, pinned={**OWN, "limits": {"documentBytesMax": 50}})

    (problem,) = problems_of(world)

    assert problem.code == "E487"
    assert "105 bytes" in problem.summary


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        "text",
        {"orderTypes": "x", "products": 3, "limits": []},
        {"orderTypes": [1, {"code": 2}, {"code": "A", "origins": 3}], "generations": [{"code": "G", "solutions": [1]}]},
        {"products": [{"reference": None}, {"reference": "A", "requires": []}], "documentTypes": [{"code": "D"}]},
        {"limits": {"recipientsMax": "5", "commentsMax": -1, "documentBytesMax": True}, "generations": [{"code": "G"}]},
    ],
    ids=["nothing", "list", "text", "no lists", "odd rows", "odd products", "odd limits"],
)
def test_odd_catalogue_is_read_as_far_as_it_goes(data: Any) -> None:
    """A catalogue comes from outside: what has not the right shape is left out, and nothing fails."""
    found = known.read(data, pulled=True)

    assert found.limits == {}
    assert all(isinstance(code, str) for code in found.order_types)
    assert all(isinstance(one, str) for row in found.generations.values() for one in row.solutions)


def test_a_restriction_that_is_null_restricts_nothing() -> None:
    """A generation restricted in its origins alone may be ordered with any type."""
    limited = {"orderTypes": None, "origins": ["SITE_EXISTANT"]}

    found = known.read({"generations": [{"code": "G", "restrictedTo": limited}]}, pulled=True).generations["G"]

    assert (found.order_types, found.origins) == (None, ("SITE_EXISTANT",))


def test_sides_of_a_solution_are_said_or_in_its_code() -> None:
    """Which products a solution takes stands in the catalogue, else in its code."""
    found = known.read(
        {"solutions": [{"code": "ERP_CRM"}, {"code": "X", "sides": ["CRM"]}, {"code": "Y"}]}, pulled=True
    )

    assert found.sides == {"ERP_CRM": {"ERP", "CRM"}, "X": {"CRM"}, "Y": frozenset()}


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (dt.datetime(2026, 1, 31, 22, 59, tzinfo=UTC), dt.date(2026, 1, 31)),
        (dt.datetime(2026, 1, 31, 23, 0, tzinfo=UTC), dt.date(2026, 2, 1)),
        (dt.datetime(2026, 7, 1, 21, 59, tzinfo=UTC), dt.date(2026, 7, 1)),
        (dt.datetime(2026, 7, 1, 22, 0, tzinfo=UTC), dt.date(2026, 7, 2)),
        (dt.datetime(2026, 3, 29, 22, 30, tzinfo=UTC), dt.date(2026, 3, 30)),
        (dt.datetime(2026, 3, 28, 22, 30, tzinfo=UTC), dt.date(2026, 3, 28)),
        (dt.datetime(2026, 10, 25, 22, 30, tzinfo=UTC), dt.date(2026, 10, 25)),
        (dt.datetime(2026, 10, 24, 22, 30, tzinfo=UTC), dt.date(2026, 10, 25)),
        (dt.datetime(2026, 7, 1, 20, 0, tzinfo=dt.timezone(dt.timedelta(hours=-5))), dt.date(2026, 7, 2)),
    ],
    ids=[
        "winter before",
        "winter after",
        "summer before",
        "summer after",
        "first of summer",
        "last of winter",
        "first of winter",
        "last of summer",
        "another zone",
    ],
)
def test_day_is_that_of_paris(moment: dt.datetime, day: dt.date) -> None:
    """A day begins at midnight in Paris, in summer two hours and in winter one before UTC."""
    assert paris.day(moment) == day


@pytest.mark.parametrize("year", range(2000, 2060))
def test_time_changes_on_the_days_that_the_zone_table_has(year: int) -> None:
    """The rule that is written out gives the same days as the table of time zones."""
    import zoneinfo

    zone = zoneinfo.ZoneInfo("Europe/Paris")
    for month in (3, 10):
        for day in range(24, 32):
            for hour in (0, 1, 22, 23):
                moment = dt.datetime(year, month, day, hour, 30, tzinfo=UTC)
                assert paris.day(moment) == moment.astimezone(zone).date()


@pytest.mark.parametrize(
    ("end", "days"),
    [("2026-02-09", 0), ("2026-02-10", 0), ("2026-02-11", 1), ("2026-02-13", 3), ("2026-02-15", 3), ("2026-02-16", 4),
     ("2026-02-24", 10), ("2026-02-28", 13)],
    ids=["past", "today", "tomorrow", "friday", "sunday", "monday", "two weeks", "more"],
)  # fmt: skip
def test_working_days_are_monday_to_friday(end: str, days: int) -> None:
    """From a Tuesday on, weekends do not count."""
    assert paris.working_days(dt.date(2026, 2, 10), dt.date.fromisoformat(end)) == days


def test_dates_are_not_judged_without_a_present() -> None:
    """When nobody says what day it is, no day is past."""
    text = order(certificate="{deliveryDate: 2020-01-01, recipients: [it@acme.example]}")
    today = dt.datetime(2026, 2, 10, 9, 0, tzinfo=UTC)

    assert problems_of(world_of(text)) == []
    assert [one.code for one in problems_of(world_of(text, now=today))] == ["E479"]


def test_file_that_holds_what_its_name_says_is_taken() -> None:
    """Each format that the vendor takes is told by its first bytes, whatever the case of the extension."""
    heads = {
        "pdf": b"%PDF-1",
        "PNG": b"\x89PNG\r\n\x1a\n",
        "jpeg": b"\xff\xd8\xff\xe0",
        "docx": b"PK\x03\x04",
        "odt": b"PK\x03\x04",
    }
    for kind, head in heads.items():
        path = f"a.{kind}"
        text = order(documents=f"[{{type: BON_DE_COMMANDE, file: {path}}}]", items=None)
        assert problems_of(world_of(text, files={path: head})) == []
        assert [one.code for one in problems_of(world_of(text, files={path: b"GIF89a"}))] == ["E487"]


@pytest.mark.parametrize(
    ("owner", "code"), [("acme_infra", []), ("acme infra", ["E477"]), ("é", ["E477"])], ids=["fine", "blank", "accent"]
)
def test_reference_has_the_characters_that_the_vendor_takes(owner: str, code: list[str]) -> None:
    """A reference that the vendor would refuse is refused before."""
    assert [one.code for one in problems_of(world_of(order(), owners=(owner,)))] == code
