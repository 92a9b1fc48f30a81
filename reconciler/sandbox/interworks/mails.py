"""The mails of the BSS and of the vendors behind it (sources 000 to 002); texts are made up."""

from reconciler.sandbox.interworks.records import Asset, Mail
from reconciler.sandbox.interworks.store import Books


def send_licence_key(books: Books, asset: Asset, *, to: str | None, at: str) -> None:
    """Mail the AVG certificate and licence key."""
    body = f"Certificate for {asset.product_name}, {asset.quantity} seats. License key: {asset.license_key}"
    _send(books, to=to, template="avg-license", subject="Your AVG license key", body=body, at=at)


def send_welcome(books: Books, asset: Asset, *, to: str | None, at: str) -> None:
    """Mail the BitTitan coupon code and the portal link."""
    body = f"Coupon code: {asset.coupon_code}. Redeem it at https://portal.bittitan.example/"
    _send(
        books,
        to=to,
        template="bittitan-welcome",
        subject="Welcome BitTitan Integration customer",
        body=body,
        at=at,
    )


def send_activation(books: Books, *, to: str | None, username: str, at: str) -> None:
    """Mail Panda's activation instructions."""
    body = f"Activate your account {username} at https://panda.example/activate"
    _send(books, to=to, template="panda-activation", subject="Activate your Panda account", body=body, at=at)


def _send(books: Books, *, to: str | None, template: str, subject: str, body: str, at: str) -> None:
    books.mails.put(Mail(id=books.count("mail"), to=to, template=template, subject=subject, body=body, at=at))
