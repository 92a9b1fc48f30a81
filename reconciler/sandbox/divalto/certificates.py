"""Certificates: issued for an order, listed without their secret, read with it (`divalto.md` 3.3, 6.5 and profile)."""

import base64
import dataclasses
from datetime import datetime

from reconciler.sandbox.divalto import mails
from reconciler.sandbox.divalto.calls import Call
from reconciler.sandbox.divalto.cases import lines_of, part
from reconciler.sandbox.divalto.errors import not_found
from reconciler.sandbox.divalto.keeping import horizon_of
from reconciler.sandbox.divalto.moments import stamp
from reconciler.sandbox.divalto.records import Certificate, Order
from reconciler.sandbox.divalto.store import Desk
from reconciler.sandbox.divalto.wire import shown
from reconciler.sandbox.messages import JsonObject, Reply

ACCESS_CODE_LENGTH = 10


def issue(desk: Desk, order: Order, *, site_number: str, now: datetime) -> Order:
    """Issue an order's certificate and mail its recipients; an order has one. The caller keeps the order."""
    if order.certificate_ids:
        return order
    lines, site = lines_of(desk.catalog, order.body), desk.books.sites.get(site_number)
    recipients = part(order.body, "certificate").get("recipients")
    certificate = Certificate(
        id=f"CERT-{desk.books.count('certificate'):06d}",
        order_number=order.order_number,
        site_number=site_number,
        kind="ODATA" if any(line.odata for line in lines) else "LICENCE",
        issued_utc=stamp(now),
        recipients=tuple(str(item).strip() for item in recipients) if isinstance(recipients, list | tuple) else (),
        environments=tuple(
            {"code": code, "serviceUrl": f"https://odata.divalto.example/{site_number}/{code}/"}
            for code in (site.environments if site is not None else ("PROD",))
        ),
        partner=order.partner,
        access_code=desk.books.fake_text("access code", length=ACCESS_CODE_LENGTH),
    )
    desk.books.certificates.put(certificate)
    mails.send_certificate(desk, order, certificate=certificate, at=stamp(now))
    return dataclasses.replace(order, certificate_ids=(certificate.id,))


def list_certificates(desk: Desk, call: Call) -> Reply:
    """Answer `GET /certificates`; lists may lag."""
    order, site, horizon = call.query.get("orderNumber"), call.query.get("siteNumber"), horizon_of(desk, now=call.now)
    rows = [row for row in desk.books.certificates if row.partner == call.partner and row.issued_utc <= horizon]
    return call.listed(
        [_shown(row) for row in rows if order in {None, row.order_number} and site in {None, row.site_number}]
    )


def read_certificate(desk: Desk, call: Call) -> Reply:
    """Answer `GET /certificates/{certificate}`."""
    return call.answer(_shown(_certificate(desk, call)))


def read_content(desk: Desk, call: Call) -> Reply:
    """Answer `GET /certificates/{certificate}/content`: the only place with the secret."""
    row = _certificate(desk, call)
    text = f"-- certificat {row.id} {row.kind} site {row.site_number} code {row.access_code} --\n"
    return call.answer({"content": base64.b64encode(text.encode()).decode(), "accessCode": row.access_code})


def _certificate(desk: Desk, call: Call) -> Certificate:
    row = desk.books.certificates.get(call.ids["certificate"])
    if row is None or row.partner != call.partner:
        raise not_found(f"Certificat {call.ids['certificate']}")
    return row


def _shown(row: Certificate) -> JsonObject:
    return {**shown(row), "hasSecret": True}
