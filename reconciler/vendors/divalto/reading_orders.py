"""Reading orders with what hangs on them: opportunities, certificates, answered requests, a dry run of drafts.

Only what somebody needs is read: opportunities and the catalogue for orders that are still to be submitted, the
history of orders that wait for an answer, contents of certificates only where they are to be sealed.
"""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from reconciler.contract import Asset, Observed, Wanted
from reconciler.errors import VendorError
from reconciler.model import Address, Json, Secret
from reconciler.vendors.divalto import options, rows, showing, wire
from reconciler.vendors.divalto.client import attempt, attempts, reason_of
from reconciler.vendors.divalto.comparing import CATALOGUE
from reconciler.vendors.divalto.expanding import opportunity_address
from reconciler.vendors.divalto.locating import Orders, locate_orders
from reconciler.vendors.divalto.rounds import Round


@dataclasses.dataclass
class _Beside:
    """What was read beside the orders, by order number or opportunity code."""

    opportunities: dict[str, rows.Opportunity | VendorError | None] = dataclasses.field(default_factory=dict)
    answered: dict[str, int | VendorError] = dataclasses.field(default_factory=dict)
    findings: dict[str, tuple[rows.Finding, ...] | VendorError] = dataclasses.field(default_factory=dict)
    certificates: dict[str, rows.Certificate] = dataclasses.field(default_factory=dict)
    secrets: dict[str, Mapping[str, Secret] | VendorError] = dataclasses.field(default_factory=dict)


async def read_orders(this: Round) -> None:
    """Read the wanted orders into the round."""
    found = await locate_orders(this)
    coming = [address for address, orders in found.items() if all(row.status == wire.BROUILLON for row in orders)]
    beside = _Beside()
    await _read_opportunities(this, beside, coming)
    await _read_answers(this, beside, found)
    await _read_findings(this, beside, found)
    await _read_certificates(this, beside, found)
    for address, orders in found.items():
        try:
            this.objects[address] = tuple(_shown(beside, row, wanted=this.wanted[address]) for row in orders)
        except VendorError as error:
            this.lose(address, error)
    if coming and not this.focused:
        revision = await attempt(this.client.fetch_catalogue())
        if not isinstance(revision, VendorError):
            extra: dict[str, Json] = {"revision": str(revision.get("revision") or "")[:100]}
            this.objects[CATALOGUE] = (Observed("", "", {}, extra=extra),)


def _code(wanted: Wanted) -> str | None:
    code = wanted.fields.get("opportunity")
    return str(code) if code is not None else None


async def _read_opportunities(this: Round, beside: _Beside, coming: Iterable[Address]) -> None:
    codes = {address: code for address in coming if (code := _code(this.wanted[address])) is not None}
    if not this.settings.able(options.CAN_READ_OPPORTUNITIES):
        return
    asked = sorted(set(codes.values()))
    answers = await attempts([this.client.fetch_opportunity(code) for code in asked])
    beside.opportunities = dict(zip(asked, answers, strict=True))
    for code, answer in beside.opportunities.items():
        if not isinstance(answer, VendorError):
            this.objects[opportunity_address(code)] = (showing.opportunity(code, answer),)
    for address, code in codes.items():
        answer = beside.opportunities[code]
        if isinstance(answer, VendorError):
            this.lose(address, answer)


async def _read_answers(this: Round, beside: _Beside, found: Mapping[Address, Orders]) -> None:
    asked = sorted({row.number for orders in found.values() for row in orders if row.status == wire.EN_ATTENTE})
    answers = await attempts([this.client.fetch_passages(number) for number in asked])
    for number, answer in zip(asked, answers, strict=True):
        beside.answered[number] = answer if isinstance(answer, VendorError) else showing.answered(answer)


async def _read_findings(this: Round, beside: _Beside, found: Mapping[Address, Orders]) -> None:
    """Have drafts judged without effect, on a full look."""
    if this.focused or not this.settings.able(options.CAN_VALIDATE):
        return
    drafts = [row for orders in found.values() for row in orders if row.status == wire.BROUILLON and row.documents]
    answers = await attempts([this.client.fetch_findings(judged_body(row), judged_documents(row)) for row in drafts])
    beside.findings = {row.number: answer for row, answer in zip(drafts, answers, strict=True)}


def judged_body(row: rows.Order) -> dict[str, Json]:
    """Return a draft as the dry run takes it."""
    return {wire.REFERENCE: row.reference, **showing.order_body(showing.order_fields(row))}


def judged_documents(row: rows.Order) -> list[Json]:
    """Return a draft's documents as the dry run takes them."""
    return [
        {"documentType": one.type, "fileName": one.name, "size": one.size, "sha256": one.sha256}
        for one in row.documents
    ]


async def _read_certificates(this: Round, beside: _Beside, found: Mapping[Address, Orders]) -> None:
    known = [row for some in found.values() for row in some]
    # An order that does not tell of certificates may have some, unless it is not even submitted.
    orders = [row for row in known if row.certificates or (row.certificates is None and row.status != wire.BROUILLON)]
    if not orders or not this.settings.able(options.CAN_READ_CERTIFICATES):
        return
    numbers = {row.number for row in orders}
    if this.focused:
        answers = await attempts([this.client.fetch_certificates([number], number) for number in sorted(numbers)])
    else:
        answers = [await attempt(this.client.fetch_certificates(numbers))]
    listed = [row for answer in answers if not isinstance(answer, VendorError) for row in answer]
    beside.certificates = {row.id: row for row in listed}
    await _read_secrets(this, beside)


async def _read_secrets(this: Round, beside: _Beside) -> None:
    there = [number for number, one in sorted(beside.certificates.items()) if not one.empty]
    wanted = [number for number in there if this.scope.reveal and number not in this.scope.kept]
    answers = await attempts([this.client.fetch_content(number) for number in wanted])
    beside.secrets = dict(zip(wanted, answers, strict=True))


def _shown(beside: _Beside, row: rows.Order, *, wanted: Wanted) -> Observed:
    opportunity: Any = beside.opportunities.get(_code(wanted) or "")
    answered = beside.answered.get(row.number, 0)
    findings = beside.findings.get(row.number, ())
    for read in (opportunity, answered, findings):
        if isinstance(read, VendorError):
            raise read
    numbers = row.certificates
    if numbers is None:
        numbers = tuple(sorted(one.id for one in beside.certificates.values() if one.order == row.number))
    return showing.order(
        dataclasses.replace(row, certificates=numbers),
        wanted,
        prospect=opportunity.prospect if isinstance(opportunity, rows.Opportunity) else {},
        assets=_assets(beside, numbers),
        answered=answered if isinstance(answered, int) else 0,
        findings=findings if isinstance(findings, tuple) else (),
    )


def _assets(beside: _Beside, numbers: Sequence[str]) -> tuple[Asset, ...]:
    """Return an order's certificates; one whose content should have been read and was not is not ready."""
    return tuple(_asset(beside, number) for number in sorted(numbers))


def _asset(beside: _Beside, number: str) -> Asset:
    found, secrets = beside.certificates.get(number), beside.secrets.get(number)
    if found is None:
        return showing.coming(number, "not listed yet")
    if isinstance(secrets, VendorError):
        return showing.coming(number, f"its content cannot be read: {reason_of(secrets)}")
    return showing.asset(found, secrets or {})
