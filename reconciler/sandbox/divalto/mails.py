"""The mails of Divalto (`divalto.md` section 8); texts are made up, and no mail holds an access code."""

from collections.abc import Iterable

from reconciler.sandbox.divalto.records import PARTNER, Certificate, Mail, Order
from reconciler.sandbox.divalto.store import Desk

PROCESSED, REFUSED, CERTIFICATE = "commande-traitee", "commande-refusee", "certificat"
PARTNER_ADDRESS = {PARTNER: "commandes@partner.example"}


def send_processed(desk: Desk, order: Order, *, at: str) -> None:
    """Tell the partner that an order is done."""
    _send(desk, order, _partner(order), template=PROCESSED, text=f"Commande {order.order_number} traitée", at=at)


def send_refused(desk: Desk, order: Order, *, at: str) -> None:
    """Tell the partner that an order is refused; the reason is on the order."""
    _send(desk, order, _partner(order), template=REFUSED, text=f"Commande {order.order_number} refusée", at=at)


def send_certificate(desk: Desk, order: Order, *, certificate: Certificate, at: str) -> None:
    """Tell the recipients of a certificate that it is there."""
    text = f"Certificat {certificate.id} du site {certificate.site_number}"
    _send(desk, order, certificate.recipients, template=CERTIFICATE, text=text, at=at)


def _partner(order: Order) -> tuple[str]:
    return (PARTNER_ADDRESS.get(order.partner, f"{order.partner.lower()}@partner.example"),)


def _send(desk: Desk, order: Order, addresses: Iterable[str], *, template: str, text: str, at: str) -> None:
    for address in addresses:
        mail = Mail(desk.books.count("mail"), address, template, text, text + ".", at, order.order_number)
        desk.books.mails.put(mail)
