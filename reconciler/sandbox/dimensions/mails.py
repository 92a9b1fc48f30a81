"""The mails of Dimensions and when they go out by themselves (`dimensions.md` 6.4, 6.7); texts are made up.

An invitation goes out when a user is created at an enabled tenant, else when the tenant is enabled, once
for each user with portal access. Welcome mails of the Connect client follow the same rule.
"""

import dataclasses

from reconciler.sandbox.dimensions.records import Customer, Mail, User
from reconciler.sandbox.dimensions.store import Books

INVITATION, CONNECT = "activation", "connect-welcome"
PORTAL_ROLE, ACCOUNT_ROLE, CONNECT_ROLE = "customer.user", "account.user", "customer.user.uc"


def send_invitation(books: Books, user: User, *, at: str) -> User:
    """Mail the link that activates portal access, and count it."""
    subject, body = "Activate your account", f"{user.display_name}, choose a password at https://portal.xarios.example/"
    _send(books, user, template=INVITATION, subject=subject, body=body, at=at)
    return books.users.put(dataclasses.replace(user, invitations=user.invitations + 1))


def send_connect_welcome(books: Books, user: User, *, at: str) -> User:
    """Mail the welcome of the Connect client, and count it."""
    subject, body = "Welcome to Connect", f"{user.display_name}, install the client from https://get.xarios.example/"
    _send(books, user, template=CONNECT, subject=subject, body=body, at=at)
    return books.users.put(dataclasses.replace(user, connect_mails=user.connect_mails + 1))


def greet(books: Books, customer: Customer, user: User, *, at: str) -> User:
    """Send a user of an enabled customer what it has not been sent yet and the customer's switches allow."""
    if customer.send_new_user_email and PORTAL_ROLE in user.roles and not user.invitations:
        user = send_invitation(books, user, at=at)
    return welcome(books, customer, user, at=at)


def welcome(books: Books, customer: Customer, user: User, *, at: str) -> User:
    """Send a user of an enabled customer the Connect welcome, if due."""
    if customer.send_connect_welcome_email and CONNECT_ROLE in user.roles and not user.connect_mails:
        user = send_connect_welcome(books, user, at=at)
    return user


def _send(books: Books, user: User, *, template: str, subject: str, body: str, at: str) -> None:
    books.mails.put(
        Mail(
            id=books.count("mail"),
            to=user.email,
            template=template,
            subject=subject,
            body=body,
            at=at,
            user_id=user.id,
            tenant_id=user.primary_tenant,
        )
    )
