"""What answers of the BSS prove: judged for every status, read for every step, never trusted too far."""

from typing import Any

import pytest

from reconciler.contract import Answer, Done, Kind, Refused, Step, Unclear, Verdict
from reconciler.model import Address, Json, Secret
from reconciler.vendors.interworks import answers, wire
from tests.contract.interworks_bench import make_vendor

ERROR = {"Type": "ValidationError", "Message": "no", "Errors": []}
ACCOUNT, SYNC, ORDER = (
    Address("interworks", "account", "a"),
    Address("avg", "sync", "a"),
    Address("avg", "order", "o"),
)


def step(address: Address, operation: str, target: str | None = None, **body: Json) -> Step:
    """Return a step as far as reading an answer needs it."""
    return Step(address, operation, Kind.UPDATE, "why", target=target, body=body)


STEPS = {
    "account": step(ACCOUNT, "create", reference="a"),
    "patch": step(ACCOUNT, "update", "101"),
    "options": step(SYNC, "set-options", "101:AVG"),
    "synchronise": step(SYNC, "synchronize"),
    "order": step(ORDER, "create", reference="p/o#1"),
    "execute": step(ORDER, "execute", "guid-1"),
    "resend": step(ORDER, "resend", "asset-1"),
}


@pytest.mark.parametrize("status", range(100, 600))
def test_every_status_has_a_verdict(status: int) -> None:
    """Judging is total; only what the table names counts as not done."""
    refusing = {400, 403, 404, 405, 409, 415, 422}
    special = {401: Verdict.SIGNED_OUT, 429: Verdict.RATE_LIMITED, **dict.fromkeys(refusing, Verdict.REFUSED)}
    expected = Verdict.CLEAR if 200 <= status < 300 else special.get(status, Verdict.UNCLEAR)

    assert answers.judge(Answer(status, ERROR)) is expected


@pytest.mark.parametrize("status", sorted(wire.REFUSING))
@pytest.mark.parametrize(
    "body", [{"readable": False}, {"data": None}, {"data": []}, {"data": "no"}], ids=["html", "empty", "list", "text"]
)
def test_refusal_in_other_words_than_the_vendors_proves_nothing(status: int, body: dict[str, Any]) -> None:
    """A 4xx without the vendor's JSON object may be a proxy's that has passed the request on."""
    assert answers.judge(Answer(status, **body)) is Verdict.UNCLEAR


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        pytest.param(Answer(403, {"Type": "RateLimit"}), Verdict.RATE_LIMITED, id="type"),
        pytest.param(Answer(403, {"type": "ratelimit"}), Verdict.RATE_LIMITED, id="any-case"),
        pytest.param(Answer(403, None, {"retry-after": "3"}), Verdict.RATE_LIMITED, id="retry-after"),
        pytest.param(Answer(403, {"Type": "Forbidden"}), Verdict.REFUSED, id="right"),
        pytest.param(Answer(403, None, readable=False), Verdict.REFUSED, id="page"),
        pytest.param(Answer(429, None, readable=False), Verdict.RATE_LIMITED, id="429-page"),
        pytest.param(Answer(401, None, readable=False), Verdict.SIGNED_OUT, id="401-page"),
    ],
)
def test_rate_limits_are_told_from_missing_rights(answer: Answer, verdict: Verdict) -> None:
    """A 403 is a rate limit by its type or by Retry-After, else a missing right."""
    assert answers.judge(answer) is verdict


@pytest.mark.parametrize(
    ("name", "data", "number"),
    [
        pytest.param("account", {"id": 101, "code": "a"}, "101", id="account"),
        pytest.param("account", {"ID": 101}, "101", id="account-without-code"),
        pytest.param("patch", {"id": 101}, "101", id="patch"),
        pytest.param("options", [{"SystemCode": "AVG", "ID": "role", "Value": "User"}], "101:AVG", id="options"),
        pytest.param("synchronise", {"Code": 0, "Result": "AVG-1"}, "AVG-1", id="synchronise"),
        pytest.param("synchronise", {"code": 0}, "", id="synchronise-without-result"),
        pytest.param("order", {"id": "guid-1", "name": "p/o#1"}, "guid-1", id="order"),
        pytest.param("execute", {"Code": 0, "Result": "GUID-1", "assetIds": []}, "guid-1", id="execute"),
        pytest.param("resend", {"Code": 0}, "asset-1", id="resend"),
    ],
)
def test_good_answers_are_done(name: str, data: Json, number: str) -> None:
    """A 2xx in the promised shape gives the vendor's id."""
    assert answers.interpret(STEPS[name], Answer(200, data)) == Done(number)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        pytest.param("account", {"name": "A"}, id="account-without-id"),
        pytest.param("account", {"id": "101"}, id="account-id-text"),
        pytest.param("account", {"id": 101, "code": "b"}, id="account-of-another"),
        pytest.param("patch", {"id": 102}, id="patch-of-another"),
        pytest.param("options", {"Fields": []}, id="options-no-list"),
        pytest.param("options", [{"Value": "x"}], id="options-without-id"),
        pytest.param("synchronise", {"Message": "ok"}, id="synchronise-without-code"),
        pytest.param("synchronise", {"Code": "0"}, id="synchronise-code-text"),
        pytest.param("order", {"id": "guid-1", "name": "q/o#1"}, id="order-of-another"),
        pytest.param("order", {"name": "p/o#1"}, id="order-without-id"),
        pytest.param("execute", {"Code": 0, "Result": "guid-2"}, id="execute-of-another"),
        pytest.param("execute", {"Code": -2003, "Message": "vendor unavailable"}, id="execute-with-code"),
        pytest.param("execute", {}, id="execute-without-code"),
        pytest.param("resend", {}, id="resend-without-code"),
    ],
)
def test_wrong_shapes_are_unclear(name: str, data: Json) -> None:
    """A 2xx that does not say what it should proves nothing; an execution with an error code may have billed."""
    assert isinstance(answers.interpret(STEPS[name], Answer(200, data)), Unclear)


@pytest.mark.parametrize("name", sorted(STEPS))
@pytest.mark.parametrize(
    "answer",
    [
        Answer(200, None),
        Answer(204, None),
        Answer(200, None, readable=False),
        Answer(200, "text"),
        Answer(200, 7),
        Answer(302, None),
        Answer(500, ERROR),
        Answer(404, None, readable=False),
    ],
    ids=["empty", "204", "html", "text", "number", "redirect", "500", "404-page"],
)
def test_reading_an_answer_is_total(name: str, answer: Answer) -> None:
    """No answer makes reading fail, and none of these counts as done."""
    assert isinstance(answers.interpret(STEPS[name], answer), Unclear)


@pytest.mark.parametrize("name", ["synchronise", "resend"])
def test_error_code_inside_a_200_is_a_refusal(name: str) -> None:
    """A service manager's code other than 0 is a clear no where nothing is billed."""
    outcome = answers.interpret(STEPS[name], Answer(200, {"Code": -1003, "Message": "taken"}))

    assert outcome == Refused("taken, code -1003")


@pytest.mark.parametrize(("kind", "conflict"), [("Conflict", True), ("conflict", True), ("ValidationError", False)])
def test_conflicts_are_marked(kind: str, conflict: bool) -> None:
    """A refusal because of what exists already is told apart."""
    answer = Answer(400, {"Type": kind, "Message": "no"})

    assert answers.interpret(STEPS["account"], answer) == Refused(f"{kind}, no", conflict=conflict)


def test_unknown_operation_is_unclear() -> None:
    """A step of another version is never taken for done."""
    assert isinstance(answers.interpret(step(ACCOUNT, "paint"), Answer(200, {"id": 1})), Unclear)


def test_vendor_text_is_short() -> None:
    """The vendor's own words are cut, and their absence is said."""
    assert len(answers.explain(Answer(400, {"Message": "x" * 5000}))) == answers.LONGEST
    assert answers.explain(Answer(500)) == "status 500 without an explanation"


@pytest.mark.parametrize(
    ("lifetime", "seconds"),
    [(1199, 1199.0), ("1199", 1199.0), (None, 600.0), (-1, 600.0), (True, 600.0), ("soon", 600.0), (10**12, 600.0)],
)
def test_token_without_a_sane_lifetime_lives_ten_minutes(lifetime: Json, seconds: float) -> None:
    """A missing or odd `expires_in` counts as ten minutes."""
    token = answers.read_token({"access_token": "t", "expires_in": lifetime})

    assert (token.value, token.lifetime) == (Secret("t"), seconds)


@pytest.mark.parametrize("data", [None, [], {}, {"access_token": ""}, {"access_token": 5}])
def test_answer_without_a_token_is_refused(data: Json) -> None:
    """Without a token there is nothing to go on with."""
    with pytest.raises(ValueError, match="no access_token"):
        answers.read_token(data)


def test_sign_in_keeps_key_and_secret_out_of_the_form() -> None:
    """Client key and secret go in HTTP Basic only, as documented."""
    sign_in = make_vendor().wire.sign_in

    assert sign_in is not None
    assert sign_in.path == "/oauth/token"
    assert sign_in.form["grant_type"] == "password"
    assert sorted(sign_in.form) == ["grant_type", "password", "username"]
    assert sign_in.basic == (Secret("demo-key"), Secret("demo-secret"))


def test_only_listed_changes_mutate() -> None:
    """The reader's allow-list holds GET alone; every other method is a change."""
    assert {end.method for end in wire.ENDPOINTS if not end.mutates} == {"GET"}
    assert all(end.mutates for end in wire.ENDPOINTS if end.method != "GET")
