"""What an answer of Dimensions proves: documented shapes are trusted, everything else proves nothing."""

import pytest

from reconciler.contract import Answer, Done, Kind, Outcome, Refused, Step, Unclear, Verdict
from reconciler.model import Address, Json, Secret
from reconciler.vendors.dimensions import answers, wire
from tests.contract.dimensions_bench import make_vendor

TIME = "2025-03-01T08:00:00.1234567Z"
DONE: dict[str, Json] = {"status": "success", "timestamp": TIME}
NOT_FOUND: dict[str, Json] = {"error": 404, "message": "Not Found", "status": "error", "timestamp": TIME}
EXISTS: dict[str, Json] = {"error": 400, "errorCode": "UserAlreadyExists", "message": "It exists.", "status": "error"}
ID = "6f0e0000-0000-4000-8000-000000000001"
TAKEN = f"UserAlreadyExists, It exists; {wire.CURES['useralreadyexists']}"
AT = "https://api.example.test/api/v1.0"


def step(kind: str = "user", operation: str = "create", target: str | None = None) -> Step:
    """Return a step whose answer is read."""
    address = Address("dimensions", kind, "acme")
    return Step(address, operation, Kind.CREATE, "", target, body={"email": "lea@acme.example"})


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        pytest.param(Answer(200, DONE), Verdict.CLEAR, id="envelope"),
        pytest.param(Answer(201, {"Data": {"id": ID}}), Verdict.CLEAR, id="parts-missing"),
        pytest.param(Answer(204), Verdict.CLEAR, id="mail-sent"),
        pytest.param(Answer(201, headers={"location": f"/users/{ID}"}), Verdict.CLEAR, id="only-an-address"),
        pytest.param(Answer(201, headers={"location": "/u"}, readable=False), Verdict.UNCLEAR, id="address-and-html"),
        pytest.param(Answer(201), Verdict.UNCLEAR, id="created-nothing-named"),
        pytest.param(Answer(200), Verdict.UNCLEAR, id="empty"),
        pytest.param(Answer(200, [1]), Verdict.UNCLEAR, id="a-list"),
        pytest.param(Answer(200, {"ok": True}), Verdict.UNCLEAR, id="another-object"),
        pytest.param(Answer(200, {"status": 1}), Verdict.UNCLEAR, id="status-no-text"),
        pytest.param(Answer(200, NOT_FOUND), Verdict.UNCLEAR, id="error-inside"),
        pytest.param(Answer(200, {"data": {}, "error": 500}), Verdict.UNCLEAR, id="error-beside-data"),
        pytest.param(Answer(200, readable=False), Verdict.UNCLEAR, id="no-json"),
        pytest.param(Answer(401), Verdict.SIGNED_OUT, id="401"),
        pytest.param(Answer(402, [{"op": "replace"}]), Verdict.REFUSED, id="402-echoes-a-patch"),
        pytest.param(Answer(402, readable=False), Verdict.REFUSED, id="402-without-json"),
        pytest.param(Answer(400, EXISTS), Verdict.REFUSED, id="400"),
        pytest.param(Answer(404, NOT_FOUND), Verdict.REFUSED, id="404"),
        pytest.param(Answer(404, readable=False), Verdict.UNCLEAR, id="404-of-a-proxy"),
        pytest.param(Answer(403), Verdict.REFUSED, id="403"),
        pytest.param(Answer(403, headers={"retry-after": "1"}), Verdict.RATE_LIMITED, id="403-that-asks-to-wait"),
        pytest.param(Answer(429), Verdict.RATE_LIMITED, id="429"),
        pytest.param(Answer(408, NOT_FOUND), Verdict.UNCLEAR, id="408"),
        pytest.param(Answer(500, NOT_FOUND), Verdict.UNCLEAR, id="500"),
        pytest.param(Answer(503, headers={"retry-after": "1"}), Verdict.UNCLEAR, id="503"),
        pytest.param(Answer(302), Verdict.UNCLEAR, id="redirect"),
    ],
)
def test_an_answer_proves_what_is_documented(answer: Answer, verdict: Verdict) -> None:
    """Only the vendor's envelope proves that something was done, only its refusals that nothing was."""
    assert answers.judge(answer) is verdict


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        pytest.param(Answer(400, EXISTS), TAKEN, id="code-message-and-cure"),
        pytest.param(Answer(402, {"apiKey": "k"}), "charges were not accepted, nothing was done", id="402"),
        pytest.param(Answer(500, {"message": 5}), "status 500 without an explanation", id="message-no-text"),
        pytest.param(Answer(400, {"message": "x" * 999}), "x" * answers.LONGEST, id="long"),
        pytest.param(
            Answer(400, {"errorCode": "TrialNotPermitted", "message": "No trials."}),
            "TrialNotPermitted, No trials; remove `trialDays`, or have the vendor grant the right to give trials",
            id="with-a-cure",
        ),
    ],
)
def test_a_failure_is_explained_in_short_words(answer: Answer, text: str) -> None:
    """The vendor's text is cut; the body of a 402 is our own request and is never shown."""
    assert answers.explain(answer) == text


@pytest.mark.parametrize(
    ("done", "answer", "outcome"),
    [
        pytest.param(step("customer"), Answer(201, {**DONE, "data": {"id": ID}}), Done(ID), id="customer"),
        pytest.param(step("pbx"), Answer(201, {**DONE, "data": {"ID": ID, "apiKey": "k"}}), Done(ID), id="pbx"),
        pytest.param(
            step(), Answer(201, {**DONE, "data": {"id": ID, "email": "Lea@Acme.example"}}), Done(ID), id="user"
        ),
        pytest.param(step("pbx"), Answer(201, DONE, {"location": f"{AT}/pbxs/{ID}"}), Done(ID), id="address"),
        pytest.param(step("reseller"), Answer(201, None, {"location": f"{AT}/accounts/{ID}/"}), Done(ID), id="no-body"),
        pytest.param(
            step(), Answer(201, {"data": {"roles": ["r"]}}, {"location": f"{AT}/users/{ID}"}), Done(ID), id="no-id"
        ),
        pytest.param(step(), Answer(200, DONE), Done(""), id="patched-instead"),
        pytest.param(step(), Answer(204), Done(""), id="patched-instead-no-body"),
        pytest.param(step(operation="update", target=ID), Answer(200, DONE), Done(ID), id="patch"),
        pytest.param(step(operation="assign:d"), Answer(201, DONE), Done(""), id="device"),
        pytest.param(step(operation="invite", target=ID), Answer(204), Done(ID), id="invitation"),
        pytest.param(step(), Answer(400, EXISTS), Refused(TAKEN, conflict=True), id="there"),
        pytest.param(step("pbx"), Answer(400, NOT_FOUND), Refused("Not Found"), id="refused"),
        pytest.param(
            step("pbx"),
            Answer(400, {"errorCode": "PbxInstanceInUse", "message": ""}),
            Refused("PbxInstanceInUse", conflict=True),
            id="instance-in-use",
        ),
        pytest.param(step("customer"), Answer(409, NOT_FOUND), Refused("Not Found", conflict=True), id="409"),
        pytest.param(step(operation="update"), Answer(400, EXISTS), Refused(TAKEN), id="p"),
    ],
)
def test_a_clear_answer_is_read(done: Step, answer: Answer, outcome: Outcome) -> None:
    """A creation gives an id; every other answer carries no data; a creation refused may be there already."""
    assert answers.interpret(done, answer) == outcome


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(None, id="none"),
        pytest.param([], id="list"),
        pytest.param({}, id="empty"),
        pytest.param({"id": ""}, id="empty-id"),
        pytest.param({"id": 7}, id="number"),
        pytest.param({"id": ".."}, id="dots"),
        pytest.param({"id": "a/b"}, id="slash"),
        pytest.param({"id": ID, "Id": ID}, id="twice"),
        pytest.param({"id": ID, "email": "other@acme.example"}, id="someone-else"),
        pytest.param({"id": ID, "email": {}}, id="email-no-text"),
        pytest.param({"id": ID, "roles": [1]}, id="roles-no-text"),
    ],
)
def test_a_creation_without_a_usable_id_proves_nothing(data: Json) -> None:
    """What came back must be what was asked for, with an id that can stand in a path."""
    assert isinstance(answers.interpret(step(), Answer(201, {**DONE, "data": data})), Unclear)


@pytest.mark.parametrize(
    "address", ["", "/", f"/pbxs/{ID}", f"/users/{ID}/devices/pbx/d/assign", "/users/", "/users/.."]
)
def test_an_address_of_something_else_proves_nothing(address: str) -> None:
    """Where a created user is said to be must be a user."""
    assert isinstance(answers.interpret(step(), Answer(201, DONE, {"location": address})), Unclear)


@pytest.mark.parametrize(
    ("expires", "lifetime"),
    [
        pytest.param({"expires_in": 3600}, 3600.0, id="number"),
        pytest.param({"expires_in": "3600"}, 3600.0, id="text"),
        pytest.param({}, 600.0, id="missing"),
        pytest.param({"expires_in": True}, 600.0, id="boolean"),
        pytest.param({"expires_in": -1}, 600.0, id="negative"),
    ],
)
def test_a_token_lives_as_long_as_it_says(expires: dict[str, Json], lifetime: float) -> None:
    """A lifetime that is missing or odd counts as ten minutes."""
    token = answers.read_token({"access_token": "t", **expires})
    assert (token.value, token.lifetime) == (Secret("t"), lifetime)


@pytest.mark.parametrize("data", [pytest.param(None, id="none"), pytest.param({"access_token": 1}, id="number")])
def test_a_token_answer_needs_a_token(data: Json) -> None:
    """Without an access token nobody is signed in."""
    with pytest.raises(ValueError, match="access_token"):
        answers.read_token(data)


@pytest.mark.parametrize(
    ("data", "secret"),
    [
        pytest.param({"refresh_token": "next"}, Secret("next"), id="replaced"),
        pytest.param({"refresh_token": ""}, None, id="empty"),
        pytest.param({}, None, id="kept"),
        pytest.param(None, None, id="none"),
    ],
)
def test_a_refresh_token_is_replaced_when_the_vendor_gives_another(data: Json, secret: Secret | None) -> None:
    """An answer without a new refresh token leaves the old one good."""
    assert answers.read_refresh_token(data) == secret


def test_signing_in_goes_to_the_identity_host() -> None:
    """The form carries the client; the refresh token is added by whoever keeps it; a person consents in a browser."""
    sign_in = make_vendor(loginUrl="https://login.example.com", redirect="http://127.0.0.1:9000").wire.sign_in
    assert sign_in is not None
    assert sign_in.url == "https://login.example.com"
    assert sign_in.form == {
        "grant_type": "refresh_token",
        "client_id": Secret("demo-client"),
        "client_secret": Secret("demo-client-secret"),
    }
    assert sign_in.rotation is not None
    assert (sign_in.rotation.field, sign_in.rotation.start) == ("refresh_token", Secret("demo-refresh-token"))
    assert sign_in.consent is not None
    assert sign_in.consent.query["scope"] == "openid offline_access onboarding"
    assert sign_in.consent.redirect == "http://127.0.0.1:9000"
