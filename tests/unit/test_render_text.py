"""What people read: order, wrapping, places, next steps."""

import dataclasses
from datetime import datetime

import pytest

from reconciler.contract import Kind, SyncStatus
from reconciler.model import Place, Position, Problem, Range
from reconciler.plan.report import ApplyReport, Outcome
from reconciler.render import applied, findings, planned, standing, to_markdown, to_text
from reconciler.render.report import timestamp
from tests.unit import render_samples
from tests.unit.render_samples import euros


def test_reviewer_reads_the_gravest_first() -> None:
    """Verdict, counts and money; deletes, what costs, other effects, the rest; waiting, doubts, gaps, diagnostics."""
    text = to_text.text(planned.report(render_samples.plan()))

    marks = [
        "Plan: 9 actions",
        "unchanged 40",
        "money: 125.50 EUR",
        "- delete dimensions/user/lea-martin",
        "$ execute avg/order/acme-avg-2026 revision 2 (costs 125.50 EUR at most 150.00 EUR, irreversible)",
        "> sync avg/sync/acme-dental (notifies)",
        "+ create interworks/account/acme-dental",
        "* divalto/site/hq waits for vendor",
        "? panda/order/hotel-panda",
        "Not everything could be read",
        "E301",
    ]
    assert [text.find(mark) for mark in marks] == sorted(text.find(mark) for mark in marks)
    assert all(mark in text for mark in marks)


def test_money_is_added_up_per_currency() -> None:
    """Known prices count, else the most it may cost; what has neither is named as such."""
    first = next(action for action in render_samples.plan().actions if action.kind is Kind.EXECUTE)
    dollars = dataclasses.replace(euros("10"), currency="USD")
    actions = (
        first,
        dataclasses.replace(first, step=dataclasses.replace(first.step, cost=euros("0.25"), max_price=None)),
        dataclasses.replace(first, step=dataclasses.replace(first.step, cost=None, max_price=dollars)),
        dataclasses.replace(first, step=dataclasses.replace(first.step, cost=None, max_price=None)),
    )

    text = to_text.text(planned.report(dataclasses.replace(render_samples.plan(), actions=actions)))

    assert "  money: 125.75 EUR + 10.00 USD, 1 action without a known price\n" in text


def test_plan_without_changes_says_so() -> None:
    """An empty plan is one clear line and its counts."""
    plan = dataclasses.replace(render_samples.plan(), actions=(), waiting=(), doubts=(), problems=(), complete=True)

    lines = to_text.text(planned.report(plan)).splitlines()

    assert lines[0] == "Plan: no changes"
    assert len(lines) == 5


def test_manual_step_says_what_to_do_and_how_to_tell() -> None:
    """A person reads the instructions and the command that ends them."""
    text = to_text.text(planned.report(render_samples.plan()))

    assert "to do: create the reseller nordwind in the partner portal" in text
    assert "then run reconciler resolve dimensions/reseller/nordwind --done" in text


@pytest.mark.parametrize("width", [50, 60, 80, 120])
def test_lines_fit_the_width(width: int) -> None:
    """Wrapped text stays within the terminal unless one word is longer than that."""
    report = planned.report(dataclasses.replace(render_samples.plan(), problems=()))
    text = to_text.text(report, width=width)

    _verdict, *lines = text.splitlines()
    breakable = [line for line in lines if max(map(len, line.split()), default=0) < width - len("      ")]
    assert [line for line in breakable if len(line) > width] == []


def test_wrapping_loses_no_word() -> None:
    """Wrapped text has the words of the text that is not wrapped."""
    report = planned.report(render_samples.plan())

    assert to_text.text(report, width=50).split() == to_text.text(report).split()


def test_problem_shows_its_place_and_the_line() -> None:
    """`file:line:column: CODE: message`, advice, then the source line with carets below the value."""
    lines = to_text.text(findings.report(render_samples.problems()[:1])).splitlines()

    assert lines == [
        "specs/acme.yaml:4:3: E204: unknown field emial",
        "    did you mean email?",
        "    |   emial: it@acme.example",
        "    |   ^^^^^",
        "",
        "1 error in 1 file",
    ]


@pytest.mark.parametrize(
    ("snippet", "column", "shown", "caret"),
    [
        ("a\tb: x", 6, "a\\tb: x", "      ^"),
        ("日本: x", 5, "日本: x", "      ^"),
        ("e\u0301: x", 5, "e\u0301: x", "   ^"),
        ("x" * 300 + "BAD", 301, "x" * 50 + "BAD", " " * 50 + "^"),
        ("short", 40, "short", "     ^"),
    ],
    ids=["tab", "wide", "combining", "long-line", "past-the-end"],
)
def test_caret_stands_below_the_value(snippet: str, column: int, shown: str, caret: str) -> None:
    """Whatever stands before it, the caret is below the first character of the value."""
    place = Place("a.yaml", Range(Position(1, column), Position(1, column + 1)), snippet)

    lines = to_text.text(findings.report([Problem("E101", "wrong", place=place)])).splitlines()

    assert lines[1:3] == [f"    | {shown}", f"    | {caret}"]


def test_validation_without_problems_says_how_much_was_read() -> None:
    """Silence would not tell whether anything was checked."""
    assert to_text.text(findings.report([], checked=1)) == "1 manifest checked: no problems\n"


@pytest.mark.parametrize(
    ("outcome", "step"),
    [
        (Outcome.IN_DOUBT, "in doubt: "),
        (Outcome.PARKED, "in doubt: "),
        (Outcome.FAILED, "applied in part: "),
        (Outcome.BLOCKED, "applied in part: "),
        (Outcome.WAITING, "converging: "),
        (Outcome.MANUAL, "converging: "),
        (Outcome.NOT_STARTED, "not started: "),
        (Outcome.DONE, "all done"),
        (Outcome.ADOPTED, "all done"),
    ],
)
def test_apply_says_what_to_do_next(outcome: Outcome, step: str) -> None:
    """The last line says what the outcome means and what to do."""
    report = _only(outcome)

    assert to_text.text(applied.report(report)).splitlines()[-1].startswith(step)


def test_apply_that_could_not_plan_everything_does_not_say_that_all_is_done() -> None:
    """What kept an object from being planned counts in the first line and is what the last one is about."""
    wrong = Problem("E601", "acme could not be read")
    report = dataclasses.replace(_only(Outcome.DONE), results=(), problems=(wrong,))

    lines = to_text.text(applied.report(report)).splitlines()

    assert lines[0] == "Apply: 1 error"
    assert lines[-1].startswith("not everything: ")


def test_result_is_one_line_with_attempts_and_error() -> None:
    """Outcome, operation, address, attempts and error stand on one line."""
    text = to_text.text(applied.report(_only(Outcome.FAILED)))

    assert "  x failed sync avg/sync/acme-dental, 3 attempts: username is taken; choose another\n" in text


def test_markdown_stays_below_the_limit_and_says_what_it_hides() -> None:
    """A long plan is cut; the counts stay, the hidden items are counted, the digest names the whole."""
    plan = render_samples.plan()
    long = dataclasses.replace(plan, actions=plan.actions * 300)

    text = to_markdown.text(planned.report(long))

    shown = text.count("\n- `") - text.count("\n- `specs")
    hidden = int(text.split("**Cut here:** ")[1].split(" more items")[0])
    assert len(text.encode()) <= 60_000
    assert "| 300 | 300 | 300 | 600 | 300 |" in text
    assert f"of `{long.digest}`" in text
    assert shown + hidden == len(long.actions) + len(long.waiting) + len(long.doubts) + 1 + len(long.problems)


def test_markdown_of_one_endless_item_is_cut_too() -> None:
    """An item with thousands of changes cannot push the comment over the limit."""
    plan = render_samples.plan()
    first = plan.actions[0]
    step = dataclasses.replace(first.step, changes=first.step.changes * 2_000)

    text = to_markdown.text(planned.report(dataclasses.replace(plan, actions=(dataclasses.replace(first, step=step),))))

    assert len(text.encode()) <= 60_000
    assert "**Cut here:**" in text


def test_settled_estate_needs_no_eye() -> None:
    """Conditions that are as they should be are not listed."""
    good = [record for record in render_samples.objects() if record.sync_status is SyncStatus.SYNCHRONIZED]

    text = to_text.text(standing.status_report(good, project="acme-infra", generated_at=render_samples.NOON))

    assert text.startswith("Status: 2 objects, 2 synchronized\n")
    assert "Conditions" not in text


def test_time_without_zone_is_refused() -> None:
    """A time that could be anywhere is never printed as UTC."""
    with pytest.raises(ValueError, match="no zone"):
        timestamp(datetime(2026, 1, 1))  # noqa: DTZ001 - the fault itself


def _only(outcome: Outcome) -> ApplyReport:
    sample = render_samples.apply_report()
    result = dataclasses.replace(sample.results[2], outcome=outcome)
    return dataclasses.replace(sample, results=(result,))
