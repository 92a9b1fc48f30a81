"""What answers of Divalto prove: two levels of failure, and what each step's answer must show."""

import json
from typing import Any

import pytest

from reconciler.contract import Answer, Done, Kind, Outcome, Refused, Step, Unclear, Verdict
from reconciler.model import Address
from reconciler.vendors.divalto import answers, failures

ORDER, SITE = Address("divalto", "order", "odata"), Address("divalto", "site", "hq")
SHOWN = {
    "orderNumber": "CDE-1",
    "clientReference": "acme/odata#1",
    "version": 2,
    "status": "BROUILLON",
    "documents": [],
}
DOCUMENT = {"documentId": "D1", "documentType": "DEVIS"}
STATUSES = [*range(400, 430), 431, 451, *range(500, 512), 599]


def refusal(status: int, code: str = "X", **more: Any) -> dict[str, Any]:
    """Return the vendor's error body."""
    return {"error": status, "txterr": "Non", "code": code, **more}


def step(operation: str, *, target: str | None = "CDE-1", address: Address = ORDER, **body: Any) -> Step:
    """Return a step of an operation."""
    return Step(address, operation, Kind.UPDATE, "", target=target, body=body)


def expected(status: int) -> Verdict:
    """Return the verdict that the vendor's own body with a status is given, by the table of the reference."""
    if status in {400, 403, 404, 405, 409, 412, 413, 415, 422, 428}:
        return Verdict.REFUSED
    return {401: Verdict.SIGNED_OUT, 429: Verdict.RATE_LIMITED}.get(status, Verdict.UNCLEAR)


@pytest.mark.parametrize("status", STATUSES)
def test_every_failing_status_has_a_verdict(status: int) -> None:
    """A refusal in the vendor's words proves that nothing was done; what may have been done is unclear."""
    assert answers.judge(Answer(status, refusal(status))) is expected(status)


@pytest.mark.parametrize("status", [one for one in STATUSES if one != 404])
def test_a_failure_inside_a_success_counts_like_its_status(status: int) -> None:
    """`error` other than 0 and `result.common.resultcode` other than "0" are failures, whatever the status says."""
    common = {"common": {"resultcode": str(status), "errormessage": "Non"}}
    bodies: list[Any] = [
        refusal(status),
        {"error": 0, "result": json.dumps(common), "code": "X"},
        {"error": 0, "result": common, "code": "X"},
    ]

    assert [answers.judge(Answer(200, body)) for body in bodies] == [expected(status)] * 3


def test_a_missing_thing_inside_a_success_is_an_answer() -> None:
    """An envelope with 404 is readable as "there is none"; for a change it is a refusal."""
    answer = Answer(200, refusal(404, "NOT_FOUND"))

    assert answers.judge(answer) is Verdict.CLEAR
    assert failures.is_missing(answer)
    assert isinstance(answers.interpret(step("submit"), answer), Refused)


@pytest.mark.parametrize("told", [1, "17", -1, "KO", 200, 700, True, 10**9])
def test_a_failure_that_names_no_status_proves_nothing(told: Any) -> None:
    """A technical failure with a number of its own may have come after the change."""
    assert answers.judge(Answer(200, {"error": told, "txterr": "?"})) is Verdict.UNCLEAR


@pytest.mark.parametrize("status", [400, 404, 409, 422])
def test_a_page_instead_of_the_vendors_body_proves_nothing(status: int) -> None:
    """A proxy may have passed the request on; its page is no refusal."""
    assert answers.judge(Answer(status, None, readable=False)) is Verdict.UNCLEAR


@pytest.mark.parametrize("name", ["txterr", "txterror"])
def test_both_spellings_of_the_text_are_read(name: str) -> None:
    """The vendor's list of fields and its examples spell the error text differently."""
    assert answers.explain(Answer(422, {"error": 422, name: "Commande invalide"})) == "Commande invalide"


def test_findings_are_told_with_their_place() -> None:
    """Every line of `details` is part of the refusal."""
    details = [{"field": "/certificate", "code": "TOO_MANY", "message": "5 au plus", "severity": "error"}]

    assert "/certificate TOO_MANY 5 au plus" in answers.explain(Answer(422, refusal(422, details=details)))


@pytest.mark.parametrize("code", ["KEY_INVALID", "KEY_EXPIRED"])
def test_a_refused_key_comes_with_its_cure(code: str) -> None:
    """The operator is told where a new key is made."""
    assert "my.divalto.com" in answers.explain(Answer(401, refusal(401, code)))


def test_a_used_reference_is_a_conflict_with_the_number_of_its_order() -> None:
    """409 CLIENT_REFERENCE_CONFLICT names the order that has the reference."""
    body = refusal(409, "CLIENT_REFERENCE_CONFLICT", params={"orderNumber": "CDE-9"})

    outcome = answers.interpret(step("create", reference="acme/odata#1"), Answer(409, body))

    assert isinstance(outcome, Refused)
    assert outcome.conflict
    assert "CDE-9" in outcome.reason


def test_a_reference_of_a_deleted_order_is_said_to_be_used() -> None:
    """No number comes with the conflict then: there is no order to look at."""
    body = refusal(409, "CLIENT_REFERENCE_CONFLICT", params={"deleted": True})

    outcome = answers.interpret(step("create", reference="acme/odata#1"), Answer(409, body))

    assert isinstance(outcome, Refused)
    assert "a deleted order had this reference" in outcome.reason


@pytest.mark.parametrize("status", [412, 428])
def test_another_version_is_refused_and_to_be_looked_at_again(status: int) -> None:
    """A change between look and request is never overwritten."""
    outcome = answers.interpret(step("submit"), Answer(status, refusal(status)))

    assert isinstance(outcome, Refused)
    assert "plan again" in outcome.reason


@pytest.mark.parametrize(
    ("made", "answer", "outcome"),
    [
        pytest.param(step("create", target=None, reference="acme/odata#1"), SHOWN, Done("CDE-1"), id="created"),
        pytest.param(step("create", target=None, reference="acme/x#1"), SHOWN, Unclear, id="created-another"),
        pytest.param(step("correct"), SHOWN, Done("CDE-1"), id="corrected"),
        pytest.param(step("correct", target="CDE-2"), SHOWN, Unclear, id="corrected-another"),
        pytest.param(step("submit"), {**SHOWN, "status": "A_TRAITER"}, Done("CDE-1"), id="submitted"),
        pytest.param(step("submit"), SHOWN, Unclear, id="submitted-and-still-a-draft"),
        pytest.param(step("submit", target="CDE-2"), {**SHOWN, "status": "A_TRAITER"}, Unclear, id="submitted-another"),
        pytest.param(step("submit"), {}, Unclear, id="submitted-without-a-word"),
        pytest.param(step("complement:1"), {**SHOWN, "status": "EN_COURS"}, Done("CDE-1"), id="answered"),
        pytest.param(
            step("attach:D-1", type="DEVIS"),
            DOCUMENT,
            Done("CDE-1"),
            id="attached",
        ),
        pytest.param(
            step("attach:D-1", type="AUTRE"),
            DOCUMENT,
            Unclear,
            id="attached-another",
        ),
        pytest.param(step("detach:D1"), {"documentId": "D1", "deleted": True}, Done("CDE-1"), id="detached"),
        pytest.param(
            step("request", target="123456", address=SITE),
            {"id": "SCR-1", "status": "A_TRAITER", "siteNumber": "123456"},
            Done("123456"),
            id="requested",
        ),
        pytest.param(
            step("request", target="123456", address=SITE),
            {"id": "SCR-1", "status": "A_TRAITER", "siteNumber": "123457"},
            Unclear,
            id="requested-of-another-site",
        ),
        pytest.param(step("place"), SHOWN, Unclear, id="no-request-of-ours"),
    ],
)
def test_a_success_is_believed_only_when_it_shows_what_was_asked(
    made: Step, answer: Any, outcome: Outcome | type[Unclear]
) -> None:
    """What comes back must be of the same order, document or site; anything else proves nothing."""
    found = answers.interpret(made, Answer(200, answer))

    assert found == outcome if isinstance(outcome, Done) else isinstance(found, Unclear)
