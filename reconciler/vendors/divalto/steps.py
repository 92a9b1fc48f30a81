"""Steps and problems of a case, in one shape. Pure."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from reconciler.contract import Case, Change, Kind, Operation, Step, Waiting
from reconciler.model import Json, Problem, Severity
from reconciler.vendors.divalto import catalogue, codes
from reconciler.vendors.divalto.options import Options


@dataclasses.dataclass(frozen=True)
class Bench:
    """What every decision works with: the case, the operations of its type, the operator's settings."""

    case: Case
    operations: Mapping[str, Operation]
    settings: Options

    def step(
        self,
        name: str,
        *,
        reason: str,
        part: str = "",
        changes: tuple[Change, ...] = (),
        body: Mapping[str, Json] | None = None,
        basis: Json = None,
        after: tuple[str, ...] = (),
    ) -> Step:
        """Return a step of an operation; a manual one where the vendor is said to lack the capability."""
        case, operation = self.case, self.operations[name]
        able = operation.capability is None or self.settings.able(operation.capability)
        manual = not able or operation.kind is Kind.MANUAL
        address = case.wanted.address
        return Step(
            address=address,
            operation=f"{name}:{part}" if part else name,
            kind=Kind.MANUAL if manual else operation.kind,
            reason=reason,
            target=case.observed.vendor_id if case.observed is not None else None,
            changes=changes,
            body=body or {},
            after=after,
            needs=case.wanted.needs,
            effects=operation.effects,
            revision=case.wanted.revision,
            basis=basis,
            instructions=operation.instructions.replace("{name}", address.name) if manual else "",
        )

    def problem(self, code: str, summary: str, *, severity: Severity = Severity.ERROR) -> Problem:
        """Return a problem with the object; the cure is that of its code."""
        return Problem(code, summary, codes.CODES[code].cure, severity=severity, address=str(self.case.wanted.address))

    def warning(self, code: str, summary: str) -> Problem:
        """Return a problem that keeps nothing from being done."""
        return self.problem(code, summary, severity=Severity.WARNING)

    def person(self, detail: str, *, since: str | None = None) -> Waiting:
        """Return that a person has to act first."""
        return Waiting(self.case.wanted.address, "person", detail, since, polled=False)

    def vendor(self, detail: str, *, since: str | None = None) -> Waiting:
        """Return that people at the vendor have to act first; they take their time."""
        return Waiting(self.case.wanted.address, "vendor", detail, since, polled=False)


def attach_step(bench: Bench, document: Mapping[str, Any], *, after: tuple[str, ...] = ()) -> Step:
    """Return the step that attaches a document."""
    named = f"{document['name']} ({document['type']}, {document['size']} bytes)"
    return bench.step(
        catalogue.ATTACH,
        part=str(document["part"]),
        reason="document is not attached",
        changes=(Change("/documents", None, named),),
        body={**document, "generated": None if document["generated"] is None else True},
        after=after,
    )
