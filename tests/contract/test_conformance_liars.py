"""The conformance suite against vendors and simulators that lie: each lie is found, by the rule meant for it."""

import dataclasses

import pytest

from reconciler.testing import conformance
from reconciler.testing.conformance import losing, mishaps
from tests.contract.conformance_liars import LIARS, LIST, PARKING


@pytest.mark.parametrize("lie", LIARS)
def test_each_lie_is_found(lie: str) -> None:
    """What is declared and not so is found by its rule, and no other rule has anything to say."""
    bench, rules = LIARS[lie]
    suite = conformance.suite(bench)
    assert {rule for rule in conformance.RULES if suite.findings(rule)} == rules


def test_every_rule_has_its_liar() -> None:
    """No rule of the suite is one that never finds anything."""
    assert {rule for _, rules in LIARS.values() for rule in rules} == set(conformance.RULES)


def test_what_parks_by_declaration_is_no_lie() -> None:
    """An operation without recovery parks, is settled by a person's one answer, and conforms."""
    suite = conformance.suite(PARKING)
    assert {rule: found for rule in conformance.RULES if (found := suite.findings(rule))} == {}


@pytest.mark.parametrize(
    ("mishap", "arrived"),
    [
        pytest.param(mishaps.lost_before, [False, True], id="not-executed"),
        pytest.param(mishaps.lost_after, [True], id="done"),
    ],
)
def test_person_answers_for_what_parks(mishap: mishaps.Mishap, arrived: list[bool]) -> None:
    """What is parked is sent again only when it was not done; in the end there is one of it."""
    story = losing.disturbed(conformance.suite(PARKING), mishap, only=(LIST, "create"))
    assert [sent.arrived for sent in story[0].sent if sent.step.address.type == "list"] == arrived
    assert (story[0].complaint, story[0].counts["lists"]) == ("", 1)


def test_finding_says_what_to_look_at() -> None:
    """A finding names rule, type and operation, and what was seen."""
    bench, _ = LIARS["a cost that is left out"]
    (found,) = conformance.suite(bench).findings("effects")
    assert (found.rule, found.subject, found.what) == ("effects", "toy/mailbox", "create")
    assert str(found).startswith("effects toy/mailbox create: costs ")


def test_excuse_covers_its_finding_only() -> None:
    """A finding with a reason in the bench is not reported; the others are."""
    bench, _ = LIARS["an operation without a chapter"]
    excused = dataclasses.replace(bench, excuses={"reached toy/list remove": "lists never end here"})
    assert [one.subject for one in conformance.suite(excused).findings("reached")] == ["toy/mailbox"]
