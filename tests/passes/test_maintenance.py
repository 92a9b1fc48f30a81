"""Rules of maintenance windows in a pass: what disrupts is sent inside one only, and everything else goes on."""

from datetime import UTC, datetime, time

import pytest

from reconciler.errors import Exit, PolicyRefused
from reconciler.model import Address
from reconciler.plan.maintenance import Window
from reconciler.plan.policy import Rules
from reconciler.reconcile import applying
from reconciler.render import applied as apply_view
from reconciler.render import planned as plan_view
from reconciler.render import to_json, to_markdown, to_text
from reconciler.testing.clock import VirtualClock
from tests.passes.harness import errors, outcomes, through_a_file
from tests.passes.toy import LINE, USER, Bench

NIGHTS = Window(frozenset(range(7)), time(22), time(4), UTC)
BEHIND = Address("pbx", "user", "after-hq")
WORDS = (
    "pbx/line/hq:enable disrupts and waits for a maintenance window until 2026-03-01T22:00:00Z (2026-03-01 22:00 UTC)"
)


@pytest.fixture
def bench() -> Bench:
    """Return a line, a user and a user behind the line; it is noon, and lines may be disrupted at night."""
    made = Bench(clock=VirtualClock(datetime(2026, 3, 1, 12, tzinfo=UTC)), rules=Rules(windows={"pbx": (NIGHTS,)}))
    made.want(LINE)
    made.want(USER)
    made.want(BEHIND, needs=[LINE])
    return made


def to_night(bench: Bench) -> None:
    """Let time pass until the window is open."""
    bench.clock.advance(10 * 3600)


def test_outside_a_window_only_what_disrupts_waits(bench: Bench) -> None:
    """The step and its dependants wait, with the words of the plan; the rest is done, and that is no failure."""
    planned = bench.plan()
    done = bench.apply()
    assert [(one.party, one.detail) for one in planned.waiting] == [("maintenance", WORDS)]
    assert outcomes(done) == {
        "pbx/line/hq:create": "done",
        "pbx/line/hq:enable": "waiting",
        "pbx/user/after-hq:create": "waiting",
        "pbx/user/lea:create": "done",
    }
    assert errors(done)["pbx/line/hq:enable"] == WORDS
    assert sorted(bench.books.sent) == ["hq:create", "lea:create"]
    assert applying.exit_code(done, detailed=False) is Exit.DONE
    assert applying.exit_code(done, detailed=True) is Exit.CONVERGING


def test_held_step_asks_the_vendor_nothing(bench: Bench) -> None:
    """What waits for its window is not even prepared."""
    prepared: list[str] = []
    bench.toy.on_prepare = lambda step: prepared.append(step.id)
    done = bench.apply().report
    assert done is not None
    result = next(one for one in done.results if one.action == "pbx/line/hq:enable")
    assert (result.attempts, result.requests) == (0, 0)
    assert sorted(prepared) == ["pbx/line/hq:create", "pbx/user/lea:create"]


def test_inside_a_window_everything_is_done(bench: Bench) -> None:
    """When the window is open nothing waits, and the next plan is empty."""
    to_night(bench)
    assert bench.plan().waiting == ()
    assert set(outcomes(bench.apply()).values()) == {"done"}
    assert bench.plan().actions == ()


def test_plan_made_outside_is_applied_inside(bench: Bench) -> None:
    """Opening times are no part of what was approved: a saved plan is as fresh in the night as at noon."""
    approved = through_a_file(bench.plan())
    to_night(bench)
    assert approved.digest == bench.plan().digest
    assert set(outcomes(bench.apply(approved=approved)).values()) == {"done"}


def test_window_that_ends_during_a_run_holds_what_has_not_started(bench: Bench) -> None:
    """The clock is looked at right before each step: what was planned inside and starts outside waits."""
    to_night(bench)
    assert bench.plan().waiting == ()
    bench.books.on_send = lambda path: bench.clock.advance(7 * 3600) if path == "/hq/create" else None
    done = bench.apply()
    assert outcomes(done)["pbx/line/hq:create"] == "done"
    assert outcomes(done)["pbx/line/hq:enable"] == "waiting"
    assert "until 2026-03-02T22:00:00Z" in errors(done)["pbx/line/hq:enable"]
    assert "hq:enable" not in bench.books.sent


def test_window_that_ends_while_a_step_is_prepared_holds_it(bench: Bench) -> None:
    """The last look before the request leaves counts, not the first."""
    to_night(bench)
    bench.toy.on_prepare = lambda step: bench.clock.advance(7 * 3600) if step.operation == "enable" else None
    assert outcomes(bench.apply())["pbx/line/hq:enable"] == "waiting"
    assert "hq:enable" not in bench.books.sent


def test_waiver_lets_one_object_through(bench: Bench) -> None:
    """A waiver of the rule for the address: it is not held at any time."""
    bench.rules = Rules(windows={"pbx": (NIGHTS,)}, waived=frozenset({("maintenance", "pbx/line/hq")}))
    assert bench.plan().waiting == ()
    assert set(outcomes(bench.apply()).values()) == {"done"}


def test_what_waits_counts_against_limits(bench: Bench) -> None:
    """A held step is refused by its limit as any other: the window may open within the run."""
    bench.rules = Rules(limits={"updates": 0}, windows={"pbx": (NIGHTS,)})
    with pytest.raises(PolicyRefused, match="1 updates planned"):
        bench.apply()
    assert bench.books.sent == []


def test_every_form_says_until_when(bench: Bench) -> None:
    """The plan as JSON, text and Markdown, and the report of the apply, name the moment."""
    planned = bench.plan()
    document = to_json.plan(planned)
    assert document["waiting"] == [{"address": "pbx/line/hq", "for": "maintenance", "since": None, "detail": WORDS}]
    shown = plan_view.report(planned)
    done = bench.apply().report
    assert done is not None
    texts = [to_text.text(shown, color=False, width=300), to_text.text(apply_view.report(done), color=False, width=300)]
    for text in (*texts, to_markdown.text(shown), to_markdown.text(apply_view.report(done))):
        assert "2026-03-01T22:00:00Z" in text
        assert "maintenance window" in text


def test_plan_is_the_same_document_twice(bench: Bench) -> None:
    """At one moment the plan is one document, whatever waits."""
    assert to_json.text(to_json.plan(bench.plan())) == to_json.text(to_json.plan(bench.plan()))
