"""The control plane: what a test or a person does to the simulated vendors from outside.

Served under `/_sim`. Documented in `docs/sandbox.md`; refusals are 400 or 404 with `{"error": text}`.
"""

import json
from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from reconciler.sandbox.clock import Clock
from reconciler.sandbox.gate import Gate
from reconciler.sandbox.messages import JsonObject
from reconciler.sandbox.simulator import Action as OwnAction

Endpoint = Callable[[Request], Awaitable[Response]]
Action = Callable[[JsonObject], object]


class Control:
    """The control plane of one simulator."""

    def __init__(self, gate: Gate, *, clock: Clock, changed: Callable[[], None]) -> None:
        self._gate = gate
        self._clock = clock
        self._changed = changed

    def routes(self) -> list[Route]:
        """Return the endpoints, relative to the simulator's place under `/_sim`."""
        gate, office = self._gate, self._gate.simulator.office
        return [
            self._route("/state", GET=lambda _: office.books(self._clock.now())),
            self._route("/reset", POST=lambda _: gate.reset()),
            self._route(
                "/settings",
                GET=lambda _: office.read_settings(),
                POST=self._change_settings,
            ),
            self._route("/clock", GET=lambda _: read_clock(self._clock), POST=self._advance),
            self._route(
                "/faults", GET=lambda _: self._faults(), POST=self._add_faults, DELETE=lambda _: gate.faults.clear()
            ),
            self._route("/faults/{key}", DELETE=self._remove_fault),
            self._route("/release", POST=self._release),
            self._route("/outbox", GET=lambda _: office.outbox(), DELETE=lambda _: office.clear_outbox()),
            self._route("/log", GET=lambda _: gate.log.to_json(), DELETE=lambda _: gate.log.clear()),
            self._route("/edit", POST=lambda body: office.edit(body, self._clock.now())),
            self._route("/delete", POST=self._delete),
            *self._own_routes(),
        ]

    def _own_routes(self) -> list[Route]:
        paths: dict[str, dict[str, Action]] = {}
        for name, action in self._gate.simulator.office.actions().items():
            method, _, path = name.partition(" ")
            paths.setdefault(path, {})[method] = _at_now(action, clock=self._clock)
        return [self._route(path, **actions) for path, actions in paths.items()]

    def _route(self, path: str, **actions: Action) -> Route:
        def before(body: JsonObject, *, action: Action) -> object:
            self._gate.settle()
            return action(body)

        bound = {method: _bind(before, action) for method, action in actions.items()}
        return Route(path, _endpoint(bound, changed=self._changed), methods=list(actions))

    def _change_settings(self, body: JsonObject) -> object:
        self._gate.simulator.office.change_settings(body)
        return self._gate.simulator.office.read_settings()

    def _advance(self, body: JsonObject) -> object:
        advance_clock(self._clock, body)
        self._gate.settle()
        return read_clock(self._clock)

    def _faults(self) -> JsonObject:
        paused = [
            {
                "fault": hold.fault,
                "kind": hold.kind,
                "n": hold.line.n,
                "method": hold.line.method,
                "path": hold.line.path,
            }
            for hold in self._gate.holds
        ]
        due = [
            {"at": due.at.isoformat(), "n": due.line.n, "method": due.request.method, "path": due.request.path}
            for due in self._gate.due
        ]
        return {"faults": self._gate.faults.to_json(), "paused": paused, "late": due}

    def _add_faults(self, body: JsonObject) -> object:
        many = body.get("faults", [body])
        if not isinstance(many, list) or not all(isinstance(item, dict) for item in many):
            raise ValueError("faults is not a list of objects")
        return [self._gate.faults.add(item).to_json() for item in many]

    def _remove_fault(self, body: JsonObject) -> object:
        key = str(body["key"])
        if not key.isdecimal() or not self._gate.faults.remove(int(key)):
            raise LookupError(f"fault {key} does not exist")
        return None

    def _release(self, body: JsonObject) -> object:
        wanted = body.get("fault")
        held = [hold for hold in self._gate.holds if wanted is None or hold.fault == wanted]
        for hold in held:
            hold.release(drop=body.get("drop") is True)
        return {"released": len(held)}

    def _delete(self, body: JsonObject) -> object:
        self._gate.simulator.office.delete(str(body.get("what")), str(body.get("id")))
        return None


def control_routes(
    gates: Mapping[str, Gate], *, clock: Clock, changed: Callable[[], None], single: bool
) -> list[Route | Mount]:
    """Return all control routes; `single` also offers the only simulator's right under `/_sim`."""
    routes: list[Route | Mount] = []
    for name, gate in gates.items():
        own = Control(gate, clock=clock, changed=changed).routes()
        routes.append(Mount(f"/_sim/{name}", routes=own))
        if single:
            routes.append(Mount("/_sim", routes=own))

    def advance(body: JsonObject) -> object:
        advance_clock(clock, body)
        for gate in gates.values():
            gate.settle()
        return read_clock(clock)

    def reset(_: JsonObject) -> object:
        for gate in gates.values():
            gate.reset()
        return None

    shared: dict[str, dict[str, Action]] = {
        "/_sim": {"GET": lambda _: {"simulators": list(gates)}},
        "/_sim/clock": {"GET": lambda _: read_clock(clock), "POST": advance},
        "/_sim/reset": {"POST": reset},
    }
    for path, actions in shared.items():
        routes.insert(0, Route(path, _endpoint(actions, changed=changed), methods=list(actions)))
    return routes


def read_clock(clock: Clock) -> JsonObject:
    """Return the simulated time and its distance from the time source in seconds."""
    return {"now": clock.now().isoformat(), "offset": clock.offset.total_seconds()}


def advance_clock(clock: Clock, body: Mapping[str, object]) -> None:
    """Move the clock by `advance` seconds; TypeError when that is no number."""
    seconds = body.get("advance")
    if not isinstance(seconds, int | float) or isinstance(seconds, bool):
        raise TypeError("advance is missing or no number; give seconds")
    clock.advance(seconds)


def _at_now(action: OwnAction, *, clock: Clock) -> Action:
    return lambda body: action(body, clock.now())


def _bind(before: Callable[..., object], action: Action) -> Action:
    return lambda body: before(body, action=action)


def _endpoint(actions: Mapping[str, Action], *, changed: Callable[[], None]) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        try:
            body = await _read_object(request)
            answer = actions[request.method if request.method != "HEAD" else "GET"]({**body, **request.path_params})
        except LookupError as error:
            return JSONResponse({"error": str(error)}, status_code=404)
        except (ValueError, TypeError) as error:
            return JSONResponse({"error": str(error)}, status_code=400)
        if request.method not in {"GET", "HEAD"}:
            changed()
        return JSONResponse({} if answer is None else answer)

    return endpoint


async def _read_object(request: Request) -> JsonObject:
    raw = await request.body()
    body = json.loads(raw) if raw else {}
    if isinstance(body, list):
        return {"faults": body}
    if not isinstance(body, dict):
        raise TypeError("the body is not a JSON object")
    return body
