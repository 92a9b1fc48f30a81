"""Xarios Dimensions with its telephone systems, written from `dimensions.md` and its profile."""

from reconciler.sandbox.dimensions.plugin import LOGIN_NAME, NAME, Dimensions
from reconciler.sandbox.dimensions.seeds import (
    ACCOUNT_ID,
    CLIENT_ID,
    CLIENT_SECRET,
    ENTERPRISE_REFRESH_TOKEN,
    REFRESH_TOKEN,
)

__all__ = ["CREDENTIALS", "HOSTS", "NAME", "create"]

CREDENTIALS = {
    "clientId": CLIENT_ID,
    "clientSecret": CLIENT_SECRET,
    "refreshToken": REFRESH_TOKEN,
    "enterpriseRefreshToken": ENTERPRISE_REFRESH_TOKEN,
    "accountTenantId": ACCOUNT_ID,
}
HOSTS = {"url": NAME, "loginUrl": LOGIN_NAME}


def create() -> Dimensions:
    """Make a fresh Dimensions."""
    return Dimensions()
