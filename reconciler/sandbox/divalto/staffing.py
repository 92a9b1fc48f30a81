"""What the control plane offers of Divalto's staff beyond what it offers of everyone's (`divalto.md` section 9)."""

from collections.abc import Mapping
from datetime import datetime

from reconciler.sandbox import switches
from reconciler.sandbox.divalto import deciding, seeding
from reconciler.sandbox.divalto.store import Desk
from reconciler.sandbox.divalto.wire import seen
from reconciler.sandbox.messages import JsonObject
from reconciler.sandbox.simulator import Action

_DELAYS = {"A_TRAITER": "hoursATraiter", "EN_COURS": "hoursEnCours", "PROVISIONING": "hoursProvisioning"}


def actions(desk: Desk) -> Mapping[str, Action]:
    """Return the staff's decisions on orders and change requests, its policy, and the making of fixtures."""

    def decide(body: JsonObject, now: datetime) -> object:
        return seen(deciding.decide(desk, str(body["number"]), details=body, now=now))

    def decide_change(body: JsonObject, now: datetime) -> object:
        return seen(deciding.decide_change(desk, str(body["number"]), details=body, now=now))

    return {
        "POST /orders/{number}/decide": decide,
        "POST /siteChangeRequests/{number}/decide": decide_change,
        "GET /policy": lambda _, __: read_policy(desk),
        "POST /policy": lambda body, _: change_policy(desk, body),
        "POST /seed": lambda body, _: seeding.seed(desk, body),
    }


def read_policy(desk: Desk) -> JsonObject:
    """Return what the staff does by itself, and after how many hours in each status."""
    settings = switches.read(desk.settings)
    return {"auto": settings["auto"], "delaysHours": {name: settings[key] for name, key in _DELAYS.items()}}


def change_policy(desk: Desk, body: Mapping[str, object]) -> JsonObject:
    """Set what the policy names; ValueError when it names anything else."""
    delays = body.get("delaysHours", {})
    unknown = set(body) - {"auto", "delaysHours"}
    if unknown or not isinstance(delays, dict) or not set(delays) <= set(_DELAYS):
        raise ValueError(f"policy has auto and delaysHours of {', '.join(_DELAYS)}; nothing else")
    auto = {"auto": body["auto"]} if "auto" in body else {}
    changes = {**auto, **{_DELAYS[name]: hours for name, hours in delays.items()}}
    desk.settings = switches.merged(desk.settings, changes)
    return read_policy(desk)
