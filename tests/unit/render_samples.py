"""Sample values for the rendering tests: one rich plan, report, estate and set of problems.

`python -m tests.unit.render_samples` writes the golden files anew.
"""

import decimal
import pathlib
from datetime import UTC, datetime

from reconciler.contract import Change, Effect, Kind, Step, SyncStatus, Waiting
from reconciler.ledger.protocol import AssetRecord, ObjectRecord
from reconciler.model import Address, ManifestRef, Money, Place, Position, Problem, Range, Severity
from reconciler.plan.report import ApplyReport, Outcome, Result
from reconciler.plan.value import Action, Plan, Revision
from reconciler.render import (
    applied,
    findings,
    planned,
    standing,
    status_file,
    to_github,
    to_gitlab,
    to_html,
    to_json,
    to_junit,
    to_markdown,
    to_sarif,
    to_text,
)

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
CUSTOMER = ManifestRef("Account", "acme-dental", "specs/acme.yaml", 3)
ORDER = ManifestRef("Order", "acme-avg-2026", "specs/orders.yaml", 1)


def euros(amount: str) -> Money:
    """Return an amount in euros."""
    return Money(decimal.Decimal(amount), "EUR")


def action(address: str, kind: Kind, manifest: ManifestRef = CUSTOMER, **fields: object) -> Action:
    """Return an action; `depends_on` and `waits_for` go to it, the rest to its step."""
    depends_on = fields.pop("depends_on", ())
    waits_for = fields.pop("waits_for", "")
    fields = {"operation": kind.value, "reason": "", **fields}
    step = Step(address=Address.parse(address), kind=kind, **fields)  # type: ignore[arg-type]  # a table of keywords
    return Action(step, manifest, depends_on=depends_on, waits_for=waits_for)  # type: ignore[arg-type]  # as above


HELD = (
    "dimensions/pbx/acme-hq:update disrupts and waits for a maintenance window until 2026-06-06T21:00:00Z "
    "(2026-06-06 22:00 Europe/London)"
)


def plan() -> Plan:
    """Return a plan with every kind of thing a reviewer may meet."""
    return Plan(
        project="acme-infra",
        environment="staging",
        revision=Revision("0123456789abcdef0123456789abcdef01234567", dirty=True),
        created_at=NOON,
        content="sha256:c0ffee",
        tool="0.1.0",
        actions=(
            action(
                "interworks/account/acme-dental",
                Kind.CREATE,
                reason="not found at the vendor",
                changes=(
                    Change("/displayName", None, "Acme Dental"),
                    Change("/country", None, "GR"),
                ),
            ),
            action(
                "avg/sync/acme-dental",
                Kind.SYNC,
                reason="not synchronised with AVG",
                changes=(Change("/email", None, "it@acme.example"),),
                effects=frozenset({Effect.NOTIFIES}),
                depends_on=("interworks/account/acme-dental:create",),
            ),
            action(
                "avg/order/acme-avg-2026",
                Kind.EXECUTE,
                ORDER,
                reason="entered, not executed",
                effects=frozenset({Effect.COSTS, Effect.IRREVERSIBLE}),
                cost=euros("125.5"),
                max_price=euros("150"),
                revision=2,
                depends_on=("avg/sync/acme-dental:sync", "avg/order/acme-avg-2026:create@2"),
            ),
            action(
                "divalto/order/odata-hq",
                Kind.SUBMIT,
                ManifestRef("Order", "odata-hq", "specs/orders.yaml", 20),
                effects=frozenset({Effect.COSTS}),
                waits_for="divalto/site/hq: a person at the vendor decides",
            ),
            action(
                "dimensions/pbx/acme-hq",
                Kind.UPDATE,
                reason="differs",
                changes=(
                    Change("/hostRest", "https://a.example", "https://b.example"),
                    Change("/apiKey", "(secret)", "(secret)"),
                ),
                effects=frozenset({Effect.DISRUPTS}),
            ),
            action("dimensions/user/lea-martin", Kind.DELETE, reason="ensure: absent"),
            action(
                "dimensions/reseller/nordwind",
                Kind.MANUAL,
                reason="the vendor offers no call for it",
                instructions="create the reseller nordwind in the partner portal",
            ),
            action("interworks/account/old-shop", Kind.ADOPT, reason="found by its reference"),
            action("interworks/account/gone", Kind.FORGET, reason="its manifest was removed"),
        ),
        waiting=(
            Waiting(Address.parse("divalto/site/hq"), "vendor", "A_TRAITER", "2026-03-01T08:00:00Z"),
            Waiting(Address.parse("dimensions/pbx/acme-hq"), "maintenance", HELD),
        ),
        doubts=(Address.parse("panda/order/hotel-panda"),),
        unchanged=40,
        complete=False,
        problems=(
            Problem("E601", "bittitan could not be read: answer cut after page 2", address="bittitan/sync/acme-dental"),
            *problems()[1:],
        ),
    )


def apply_report() -> ApplyReport:
    """Return an apply with every outcome."""
    rows = (
        ("interworks/account/acme-dental", Kind.CREATE, Outcome.DONE, "4711", 1, None),
        ("interworks/account/old-shop", Kind.ADOPT, Outcome.ADOPTED, "4712", 0, None),
        ("avg/sync/acme-dental", Kind.SYNC, Outcome.FAILED, None, 3, "username is taken; choose another"),
        ("avg/order/acme-avg-2026", Kind.EXECUTE, Outcome.BLOCKED, None, 0, "avg/sync/acme-dental failed"),
        ("panda/order/hotel-panda", Kind.EXECUTE, Outcome.IN_DOUBT, None, 1, "no answer within 30 s"),
        ("bittitan/order/mail", Kind.EXECUTE, Outcome.PARKED, None, 2, "two matches by reference"),
        ("divalto/site/hq", Kind.REQUEST, Outcome.WAITING, "77", 1, None),
        ("dimensions/reseller/nordwind", Kind.MANUAL, Outcome.MANUAL, None, 0, None),
        ("dimensions/user/lea-martin", Kind.DELETE, Outcome.NOT_STARTED, None, 0, None),
    )
    return ApplyReport(
        run="r-0001",
        project="acme-infra",
        environment=None,
        plan_digest="sha256:feed",
        started_at=NOON,
        finished_at=NOON.replace(minute=3),
        results=tuple(
            Result(
                f"{address}:{kind.value}",
                Address.parse(address),
                kind,
                outcome,
                vendor_id=known,
                attempts=attempts,
                requests=attempts * 2,
                error=error,
            )
            for address, kind, outcome, known, attempts, error in rows
        ),
        requests=31,
    )


def problems() -> tuple[Problem, ...]:
    """Return an error with its place, a warning, and one that belongs to no file."""
    return (
        Problem(
            "E204",
            "unknown field emial",
            "did you mean email?",
            Place("specs/acme.yaml", Range(Position(4, 3), Position(4, 8)), "  emial: it@acme.example"),
        ),
        Problem(
            "W401",
            "deliveryDate is in the past",
            place=Place("specs/orders.yaml", Range(Position(9, 17), Position(9, 29)), '  deliveryDate: "2020-01-01"'),
            severity=Severity.WARNING,
        ),
        Problem("E301", "project names no vendor", "add one under vendors"),
    )


def objects() -> list[ObjectRecord]:
    """Return what a ledger remembers of three objects."""
    ready = {
        "type": "Ready",
        "status": "True",
        "reason": "Synchronized",
        "message": "",
        "last_transition_time": "2026-03-04T11:00:00Z",
    }
    stalled = {
        "type": "Stalled",
        "status": "True",
        "reason": "Refused",
        "message": "username is taken; choose another",
        "last_transition_time": "2026-03-04T11:30:00Z",
    }
    return [
        record("panda/sync/acme-dental", SyncStatus.FAILED, None, (stalled,)),
        record("interworks/account/acme-dental", SyncStatus.SYNCHRONIZED, "4711", (ready,), {"code": "C-4711"}),
        record("avg/sync/acme-dental", SyncStatus.SYNCHRONIZED, "4711-9", (ready,)),
    ]


def record(
    address: str,
    status: SyncStatus,
    vendor_id: str | None,
    conditions: tuple[dict[str, str], ...],
    facts: dict[str, str] | None = None,
) -> ObjectRecord:
    """Return what a ledger remembers of one object of the account acme-dental."""
    return ObjectRecord(
        address=Address.parse(address),
        kind="Account",
        name="acme-dental",
        vendor_id=vendor_id,
        applied={},
        sync_status=status,
        observed_at=NOON if vendor_id else None,
        manifest_revision="sha256:abcd",
        conditions=conditions,
        facts=facts or {},
    )


def assets() -> list[AssetRecord]:
    """Return two assets, one with a sealed key."""
    return [
        AssetRecord(Address.parse("panda/order/hotel-panda"), "P-2", "WG-EPP", 10, SyncStatus.IN_PROGRESS, None, None),
        AssetRecord(
            Address.parse("avg/order/acme-avg-2026"),
            "A-1",
            "AVG-BE",
            25,
            SyncStatus.SYNCHRONIZED,
            "2026-03-04T10:00:00Z",
            "2027-03-04T10:00:00Z",
            fingerprints={"license_key": "hmac:1a2b3c4d"},
            sealed={"license_key": b"age-encryption.org/v1..."},
        ),
    ]


def documents() -> dict[str, str]:
    """Return every format of the samples by the name of its golden file."""
    planned_report = planned.report(plan())
    applied_report = applied.report(apply_report())
    status_report = standing.status_report(objects(), project="acme-infra", generated_at=NOON)
    status = standing.status_document(objects(), project="acme-infra", generated_at=NOON)
    status_data = status_file.status_document("Account", "acme-dental", objects=objects(), assets=assets())
    return {
        "plan.txt": to_text.text(planned_report),
        "plan-color-60.txt": to_text.text(planned_report, color=True, width=60),
        "plan.json": to_json.text(to_json.plan(plan())),
        "plan.md": to_markdown.text(planned_report),
        "plan.html": to_html.text(planned_report),
        "plan-gitlab.json": to_gitlab.text(plan()),
        "apply.txt": to_text.text(applied_report),
        "apply.json": to_json.text(to_json.apply_report(apply_report())),
        "apply.md": to_markdown.text(applied_report),
        "validate.txt": to_text.text(findings.report(problems(), checked=5)),
        "validate.json": to_json.text(to_json.diagnostics(problems())),
        "validate.sarif": to_sarif.text(problems()),
        "validate-github.txt": to_github.text(problems()),
        "validate-junit.xml": to_junit.text(problems(), files=["specs/acme.yaml", "specs/ok.yaml"]),
        "status.txt": to_text.text(status_report),
        "status.md": to_markdown.text(status_report),
        "status.json": to_json.text(status),
        "status-file.yaml": status_file.to_yaml(status_data),
        "assets.txt": to_text.text(standing.asset_report(assets())),
        "assets.json": to_json.text(standing.asset_document(assets())),
    }


GOLDEN = pathlib.Path(__file__).with_name("golden") / "render"


def write_golden() -> None:
    """Write the golden files anew; review the difference before committing it."""
    for name, text in documents().items():
        (GOLDEN / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write_golden()
