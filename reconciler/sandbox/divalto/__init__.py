"""Divalto's partner portal with its sales administration, written from `divalto.md` sections 5 to 9 and its profile."""

from reconciler.sandbox.divalto.plugin import NAME, Divalto
from reconciler.sandbox.divalto.seeds import API_KEY, PASSWORD, PROJECT_CODE, USER_NAME

__all__ = ["CREDENTIALS", "NAME", "create", "create_deciding"]

CREDENTIALS = {
    "apiKey": f"{PROJECT_CODE}@{API_KEY}",
    "projectCode": PROJECT_CODE,
    "userName": USER_NAME,
    "password": PASSWORD,
}
_AT_ONCE = {"auto": "accept", "hoursATraiter": 0, "hoursEnCours": 0, "hoursProvisioning": 0}


def create() -> Divalto:
    """Make a fresh Divalto, whose staff waits to be told."""
    return Divalto()


def create_deciding() -> Divalto:
    """Make a fresh Divalto, whose staff accepts everything the next time it is asked for anything."""
    return Divalto(_AT_ONCE)
