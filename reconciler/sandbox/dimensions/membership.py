"""Who belongs to which tenant, with which roles, and under which address (`dimensions.md` 6.2 to 6.4)."""

from collections.abc import Sequence

from reconciler.sandbox.dimensions import roles
from reconciler.sandbox.dimensions.calls import Call
from reconciler.sandbox.dimensions.errors import USER_EXISTS, invalid, not_found
from reconciler.sandbox.dimensions.locating import account_of, customer_of
from reconciler.sandbox.dimensions.mails import ACCOUNT_ROLE, PORTAL_ROLE
from reconciler.sandbox.dimensions.patching import Change
from reconciler.sandbox.dimensions.records import Account, Customer, User
from reconciler.sandbox.dimensions.store import Books, Desk
from reconciler.sandbox.messages import JsonObject

_PORTAL = {PORTAL_ROLE, ACCOUNT_ROLE}


def tenant_of(desk: Desk, call: Call) -> Account | Customer:
    """Return the tenant whose users the path names; refused with 404."""
    return customer_of(desk, call) if "customer" in call.ids else account_of(desk, call)


def user_of(desk: Desk, call: Call) -> User:
    """Return the user the path names, its own or attached to the tenant; refused with 404."""
    tenant = tenant_of(desk, call)
    user = desk.books.users.get(call.ids["user"])
    if user is None:
        raise not_found()
    if user.primary_tenant != tenant.id and desk.books.guests.get(f"{tenant.id}:{user.id}") is None:
        raise not_found()
    return user


def roles_at(books: Books, user: User, *, tenant: str) -> tuple[str, ...]:
    """Return the roles a user has at a tenant."""
    if user.primary_tenant == tenant:
        return user.roles
    guest = books.guests.get(f"{tenant}:{user.id}")
    return () if guest is None else guest.roles


def shown(user: User, *, tenant: Account | Customer) -> JsonObject:
    """Return a user as a tenant's list shows it: without roles."""
    return {
        "id": user.id,
        "displayName": user.display_name,
        "email": user.email,
        "primaryTenant": user.primary_tenant,
        "isParent": user.primary_tenant != tenant.id,
    }


def portal_role(tenant: Account | Customer) -> str:
    """Return the role that lets a user sign in to the tenant's portal."""
    return ACCOUNT_ROLE if isinstance(tenant, Account) else PORTAL_ROLE


def check_roles(desk: Desk, wanted: Sequence[str], *, tenant: Account | Customer) -> None:
    """Refuse with 400 roles that a tenant's user cannot have together."""
    roles.check(wanted, reseller=isinstance(tenant, Account), extra=desk.settings.extra_roles)


def check_explicit(changes: Sequence[Change]) -> None:
    """Refuse with 400 a patch that adds or removes, by itself, a role that only a PBX gives."""
    for change in changes:
        single = change.steps[0] == "roles" and len(change.steps) == 2 and change.op in {"add", "remove"}
        if single and change.value in roles.PROTECTED:
            raise invalid(f"The role '{change.value}' cannot be changed.")


def check_new(books: Books, address: str, *, tenant: str) -> None:
    """Refuse with 400 an address that exists at the tenant, or has portal access anywhere."""
    if any(user.primary_tenant == tenant or _PORTAL & set(user.roles) for user in _having(books, address)):
        raise _exists()


def check_access(books: Books, user: User) -> None:
    """Refuse with 400 portal access for a user whose address someone else signs in with."""
    if any(other.id != user.id and _PORTAL & set(other.roles) for other in _having(books, user.email)):
        raise _exists()


def _having(books: Books, address: str) -> list[User]:
    return books.users.find("email", address.lower())


def _exists() -> Exception:
    return invalid("A user with this email exists already.", code=USER_EXISTS)
