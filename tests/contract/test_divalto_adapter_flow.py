"""Orders at Divalto from nothing to a certificate: entered once, submitted once, then watched."""

import pytest

from reconciler.contract import Call, Done, Kind, Satisfied, SyncStatus
from reconciler.errors import StepRefused
from reconciler.model import Severity
from tests.contract.adapter_bench import observed
from tests.contract.divalto_bench import Bench, make_vendor
from tests.contract.divalto_manifests import AGAIN, DEAL, DRAFT, FROM_OPPORTUNITY, NEW, ODATA, ORDER, PRIMO

WITH_A_QUOTE = "  quoteNumber: D-17\n"


@pytest.fixture
def placed() -> Bench:
    """Return a Divalto in which the order is submitted."""
    bench = Bench(ODATA)
    bench.settle()
    return bench


def test_an_order_is_entered_filled_and_submitted_once() -> None:
    """Draft, document, submission, in that order; another pass sends nothing."""
    bench = Bench(ODATA)

    sent = [one.step.operation.partition(":")[0] for one in bench.settle()]
    before = bench.mutations()

    assert sent == ["create", "attach", "submit"]
    assert bench.settle() == bench.settle() == []
    assert bench.mutations() == before == 3
    (order,) = bench.books("orders")
    assert (order["status"], order["submissions"], order["clientReference"]) == ("A_TRAITER", 1, "acme-infra/odata#1")


@pytest.mark.parametrize("decisions", [["take"], ["take", "validate"]], ids=["in-progress", "provisioning"])
def test_people_at_the_vendor_take_their_time(placed: Bench, decisions: list[str]) -> None:
    """Work at the vendor is waited for, since when is told, and nobody polls people."""
    for one in decisions:
        placed.decide_there(one)

    (waiting,) = placed.decide(ORDER).waiting

    status = placed.books("orders")[0]["status"]
    assert (waiting.party, waiting.detail, waiting.polled) == ("vendor", status, False)
    assert waiting.since == placed.books("orders")[0]["submittedUTC"]
    assert observed(placed.observe(), ORDER).status is SyncStatus.IN_PROGRESS


def test_a_processed_order_is_settled_and_has_a_certificate(placed: Bench) -> None:
    """TRAITEE is the end: no step, nobody waited for, the certificate is an asset without its secret."""
    for one in ("take", "validate", "provisioned"):
        placed.decide_there(one)

    decision, seen = placed.decide(ORDER), observed(placed.observe(), ORDER)

    assert (decision.steps, decision.waiting, decision.problems) == ((), (), ())
    assert seen.status is SyncStatus.SYNCHRONIZED
    assert seen.facts["assignedSiteNumber"] == "123456"
    (asset,) = seen.assets
    assert (asset.product, asset.quantity, asset.secrets) == ("ODATA", 1, {})
    assert asset.purchased_at
    assert "odata.divalto.example/123456/PROD" in asset.comment


def test_a_certificate_is_opened_only_where_it_is_sealed(placed: Bench) -> None:
    """Content and access code are read when they are to be sealed, and not again when they are."""
    for one in ("take", "validate", "provisioned"):
        placed.decide_there(one)
    placed.reveal = True

    (asset,) = observed(placed.observe(), ORDER).assets
    placed.kept = frozenset({asset.asset_id})
    before = len(placed.log())
    (again,) = observed(placed.observe(), ORDER).assets

    assert set(asset.secrets) == {"content", "access_code"}
    assert asset.secrets["access_code"].reveal() not in repr(asset)
    assert again.secrets == {}
    assert not [line for line in placed.log()[before:] if line["path"].endswith("/content")]


def test_a_new_site_gets_its_number_read_back() -> None:
    """An order for a new site tells the number that the vendor gave it."""
    bench = Bench(PRIMO)
    bench.settle()
    bench.decide_there("take")
    bench.decide_there("validate", assignedSiteNumber="200007")

    assert bench.plan() == []
    assert observed(bench.observe(), NEW).facts["assignedSiteNumber"] == "200007"


def test_a_made_purchase_order_is_attached_once() -> None:
    """It is told by its name, so that another way of drawing it makes no second document."""
    bench = Bench(PRIMO.replace("execute: true", "execute: false"))
    bench.settle()
    (document,) = bench.books("documents")

    bench.edit("documents", document["documentId"], sha256="0" * 64)

    assert document["fileName"].startswith("bon-de-commande-")
    assert bench.plan() == []


def test_an_opportunity_fills_the_site_and_the_plan_shows_it() -> None:
    """The prospect pre-fills the new site on our side; generation and solution are the opportunity's."""
    bench = Bench(FROM_OPPORTUNITY)

    (create, *_) = bench.plan()
    bench.settle()

    (shown,) = [one.after for one in create.changes if one.path == "/newSite"]
    assert isinstance(shown, dict)
    assert (shown["name"], shown["email"]) == ("Dupont Optique", "contact@dupont.example")
    (order,) = bench.books("orders")
    assert (order["status"], order["body"]["newSite"]) == ("A_TRAITER", shown)
    assert "generation" not in order["body"]
    assert bench.plan() == []
    assert bench.case(DEAL, bench.observe()).changes == ()


@pytest.mark.parametrize(
    ("manifest", "told"),
    [
        pytest.param(FROM_OPPORTUNITY.replace("0800001", "0800002"), "GAGNEE", id="won"),
        pytest.param(FROM_OPPORTUNITY.replace("0800001", "0800009"), "not an opportunity", id="unknown"),
        pytest.param(
            FROM_OPPORTUNITY.replace("  type:", "  generation: ONE\n  type:"), "/spec/generation", id="conflict"
        ),
        pytest.param(
            FROM_OPPORTUNITY.replace(', siretNumber: "12345678900011"', ""),
            "/spec/newSite/siretNumber",
            id="incomplete",
        ),
    ],
)
def test_an_opportunity_that_does_not_fit_is_refused_before_anything_is_sent(manifest: str, told: str) -> None:
    """Unknown, not active, contradicted or not enough for a new site: no step, and the field is named."""
    bench = Bench(manifest)

    decision = bench.decide(DEAL)

    assert decision.steps == ()
    assert [told in one.summary for one in decision.problems] == [True]
    assert bench.mutations() == 0


def test_an_entered_order_stays_a_draft_with_its_documents() -> None:
    """With `execute: false` an order is entered and validated, and never submitted."""
    bench = Bench(DRAFT)
    bench.settle()

    assert bench.plan() == []
    assert bench.decide(ORDER).problems == ()
    assert observed(bench.observe(), ORDER).status is SyncStatus.UNSYNCHRONIZED
    assert [one["status"] for one in bench.books("orders")] == ["BROUILLON"]


def test_a_draft_follows_its_manifest() -> None:
    """Before it is submitted, fields are corrected, and documents exchanged."""
    bench = Bench(DRAFT)
    bench.settle()
    bench.declare(DRAFT.replace("documents/bc.pdf", "documents/other.pdf") + WITH_A_QUOTE)

    sent = [one.step.operation.partition(":")[0] for one in bench.settle()]

    assert sent == ["correct", "detach", "attach"]
    assert bench.plan() == []
    (document,) = bench.books("documents")
    assert document["fileName"] == "other.pdf"
    assert bench.books("orders")[0]["body"]["divaltoQuoteNumber"] == "D-17"


def test_a_cleared_field_is_said_to_be_null() -> None:
    """A vendor may keep what a correction leaves out, so that null is sent for what is to go."""
    bench = Bench(DRAFT + WITH_A_QUOTE)
    bench.settle()
    bench.declare(DRAFT + "  quoteNumber: null\n")

    call = bench.prepare(bench.step(ORDER, "correct"))

    assert isinstance(call, Call)
    assert isinstance(call.body, dict)
    assert (call.body["divaltoQuoteNumber"], "comments" in call.body) == (None, False)
    bench.settle()
    assert bench.plan() == []


def test_what_the_manifest_does_not_say_is_left_as_it_is() -> None:
    """A field that is not managed keeps what a person wrote in the portal."""
    bench = Bench(DRAFT)
    bench.settle()
    body = {**bench.books("orders")[0]["body"], "comments": "call first"}
    bench.edit("orders", "CDE-2026-000001", body=body)

    bench.declare(DRAFT + WITH_A_QUOTE)
    bench.settle()

    assert bench.books("orders")[0]["body"]["comments"] == "call first"


def test_a_draft_that_changed_since_the_plan_is_not_submitted() -> None:
    """Nothing is submitted with lines other than the manifest's."""
    bench = Bench(DRAFT)
    bench.settle()
    bench.declare(ODATA)
    step = bench.step(ORDER, "submit")
    body = {**bench.books("orders")[0]["body"], "lines": [{"reference": "SAAS IO ODATA", "quantity": 1}]}
    bench.edit("orders", "CDE-2026-000001", body=body)

    with pytest.raises(StepRefused, match="items"):
        bench.prepare(step)


def test_lines_that_were_added_since_the_plan_are_not_submitted() -> None:
    """A manifest without lines stands for an order without lines."""
    bench = Bench(PRIMO.replace("execute: true", "execute: false"))
    bench.settle()
    bench.declare(PRIMO)
    (primo,) = bench.wanted
    step = bench.step(primo, "submit")
    body = {**bench.books("orders")[0]["body"], "lines": [{"reference": "SAAS UTILISATEUR", "quantity": 1}]}
    bench.edit("orders", "CDE-2026-000001", body=body)

    with pytest.raises(StepRefused, match="has lines"):
        bench.prepare(step)


def test_a_file_that_changed_since_the_plan_is_not_sent() -> None:
    """The bytes that go out are those that were planned."""
    bench = Bench(ODATA)
    create, attach, _ = bench.plan()
    bench.send(create)
    bench.files["documents/bc.pdf"] = b"%PDF-1.7 forged"

    with pytest.raises(StepRefused, match=r"documents/bc\.pdf changed"):
        bench.prepare(attach)


def test_an_order_that_the_vendor_would_refuse_is_not_submitted() -> None:
    """The dry run's findings come all at once, before the submission."""
    bench = Bench(ODATA)
    create, attach, submit = bench.plan()
    bench.send(create)
    bench.send(attach)
    bench.edit("sites", "123456", hosting="ON_PREMISE")

    with pytest.raises(StepRefused, match="SITE_NOT_SAAS"):
        bench.prepare(submit)
    decision = bench.decide(ORDER)

    assert decision.steps == ()
    assert ["SITE_NOT_SAAS" in one.summary for one in decision.problems] == [True]
    assert decision.problems[0].severity is Severity.ERROR


def test_a_delivery_date_in_the_past_is_refused_before_submission() -> None:
    """The day is judged in Paris, when it is planned and again before it is sent."""
    bench = Bench(ODATA.replace("2031-03-03", "2026-01-01"))
    create, attach, submit = bench.plan()
    bench.send(create)
    bench.send(attach)
    bench.pass_time(hours=23)

    with pytest.raises(StepRefused, match="in the past"):
        bench.prepare(submit)
    assert bench.decide(ORDER).steps == ()


def test_a_submission_names_the_version_that_was_looked_at() -> None:
    """A change between look and submission makes the vendor refuse it."""
    bench = Bench(ODATA)
    create, attach, submit = bench.plan()
    bench.send(create)
    bench.send(attach)
    call = bench.prepare(submit)
    bench.edit("orders", "CDE-2026-000001", statusReason=None)

    assert isinstance(call, Call)
    assert call.headers == {"If-Match": '"2"'}
    assert not isinstance(bench.send_call(submit, call), Done)
    assert bench.books("submissions") == []


def test_a_submission_is_replayed_and_not_repeated(placed: Bench) -> None:
    """The same bytes again are answered with the order, and there is one submission."""
    bench = Bench(ODATA)
    create, attach, submit = bench.plan()
    bench.send(create)
    bench.send(attach)
    call = bench.prepare(submit)

    outcomes = [bench.send_call(submit, call) for _ in range(2)]

    assert outcomes == [Done("CDE-2026-000001")] * 2
    assert len(bench.books("submissions")) == 1
    assert isinstance(bench.prepare(submit), Satisfied)


def test_a_raised_revision_is_another_order(placed: Bench) -> None:
    """Raising `revision` places exactly one more, with a reference of its own."""
    placed.decide_there("refuse", reason="non signé")
    placed.declare(AGAIN + "  replaces: CDE-2026-000001\n")

    placed.settle()

    assert placed.plan() == []
    references = [one["clientReference"] for one in placed.books("orders")]
    assert references == ["acme-infra/odata#1", "acme-infra/odata#2"]
    assert placed.books("orders")[1]["body"]["replacesOrderNumber"] == "CDE-2026-000001"


def test_a_lowered_revision_orders_nothing(placed: Bench) -> None:
    """Going back would look like a new order."""
    placed.decide_there("refuse", reason="non signé")
    placed.declare(AGAIN)
    placed.settle()
    placed.declare(ODATA)

    decision = placed.decide(ORDER)

    assert (decision.steps, [one.code for one in decision.problems]) == ((), ["E492"])


def test_a_missing_capability_makes_a_step_manual() -> None:
    """What the vendor does not offer is for a person, with instructions."""
    bench = Bench(DRAFT, vendor=make_vendor(capabilities={"submit": False}))
    bench.settle()
    bench.declare(ODATA)

    (step,) = bench.decide(ORDER).steps

    assert (step.kind, step.operation) == (Kind.MANUAL, "submit")
    assert "Soumettre" in step.instructions
