"""The interworks.cloud BSS with AVG, Panda and BitTitan, written from `interworks.md` and its profile."""

from reconciler.sandbox.interworks.plugin import NAME, Interworks
from reconciler.sandbox.interworks.tokens import CLIENT_KEY, CLIENT_SECRET, PASSWORD, USERNAME

__all__ = ["CREDENTIALS", "NAME", "create"]

CREDENTIALS = {
    "clientKey": CLIENT_KEY,
    "clientSecret": CLIENT_SECRET,
    "username": USERNAME,
    "password": PASSWORD,
}


def create() -> Interworks:
    """Make a fresh BSS."""
    return Interworks()
