"""Composition: every vendor simulator on its own prefix, with one control plane and one clock.

Adding a vendor is one `Entry` in `REGISTRY`. The sandbox is a plain ASGI application; `serving` puts it
on a loopback port.
"""

import dataclasses
import pathlib
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send

from reconciler.sandbox import dimensions, divalto, interworks
from reconciler.sandbox.clock import Clock, TimeSource
from reconciler.sandbox.control import control_routes
from reconciler.sandbox.gate import HOST, Gate
from reconciler.sandbox.messages import JsonObject
from reconciler.sandbox.simulator import Simulator
from reconciler.sandbox.snapshot import read_snapshot, write_snapshot


@dataclasses.dataclass(frozen=True)
class Entry:
    """A simulator the sandbox knows: how to make it, the credentials it accepts, its hosts.

    `hosts` are the hosts the vendor has, as prefixes here, by the names `demo` gives their addresses;
    left empty, there is one, `url`, with the simulator's name as its prefix. `create_deciding` makes one
    whose people decide by themselves, where people decide.
    """

    name: str
    create: Callable[[], Simulator]
    credentials: Mapping[str, str]
    hosts: Mapping[str, str] = dataclasses.field(default_factory=dict)
    create_deciding: Callable[[], Simulator] | None = None

    @property
    def prefixes(self) -> Mapping[str, str]:
        """Return the prefix of each host by its name in `demo`."""
        return self.hosts or {"url": self.name}

    def deciding(self) -> "Entry":
        """Return the entry with people who decide by themselves."""
        return dataclasses.replace(self, create=self.create_deciding or self.create)


REGISTRY: Sequence[Entry] = (
    Entry(interworks.NAME, interworks.create, interworks.CREDENTIALS),
    Entry(dimensions.NAME, dimensions.create, dimensions.CREDENTIALS, dimensions.HOSTS),
    Entry(divalto.NAME, divalto.create, divalto.CREDENTIALS, create_deciding=divalto.create_deciding),
)


class Sandbox:
    """Vendor simulators under one ASGI application; `prefixed=False` puts the only one at the root."""

    def __init__(
        self,
        entries: Sequence[Entry],
        *,
        clock: TimeSource | None = None,
        snapshot: pathlib.Path | None = None,
        prefixed: bool = True,
    ) -> None:
        self.clock = Clock(clock)
        self.gates: dict[str, Gate] = {
            entry.name: Gate(entry.create(), clock=self.clock, changed=self.save) for entry in entries
        }
        self._doors = {prefix: self.gates[entry.name] for entry in entries for prefix in entry.prefixes.values()}
        self._snapshot = snapshot
        self._root = None if prefixed else next(iter(self.gates.values()))
        self._load()
        routes = control_routes(self.gates, clock=self.clock, changed=self.save, single=not prefixed)
        self._control = Starlette(routes=routes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request to the simulator its path names, or to the control plane."""
        if scope["type"] != "http":
            await self._control(scope, receive, send)
            return
        path: str = scope["path"].removeprefix(scope.get("root_path", ""))
        head, _, rest = path.lstrip("/").partition("/")
        door = head.lower()
        gate = self._doors.get(door) if self._root is None else self._root
        if gate is None or head == "_sim":
            await self._control(scope, receive, send)
            return
        place = {"path": path, HOST: ""} if self._root is not None else {"path": "/" + rest, HOST: door}
        await gate({**scope, **place}, receive, send)

    def save(self) -> None:
        """Write the snapshot, if one was asked for."""
        if self._snapshot is None:
            return
        books = {name: gate.simulator.office.dump() for name, gate in self.gates.items()}
        state: JsonObject = {"clockOffset": self.clock.offset.total_seconds(), "simulators": books}
        write_snapshot(self._snapshot, state)

    def _load(self) -> None:
        state = None if self._snapshot is None else read_snapshot(self._snapshot)
        if state is None:
            return
        offset, books = state.get("clockOffset"), state.get("simulators")
        self.clock.offset = timedelta(seconds=offset if isinstance(offset, int | float) else 0)
        for name, gate in self.gates.items():
            saved = books.get(name) if isinstance(books, dict) else None
            if isinstance(saved, dict):
                gate.simulator.office.load(saved)


def create_app(
    *, clock: TimeSource | None = None, snapshot: pathlib.Path | None = None, auto_decide: bool = False
) -> Sandbox:
    """Make the sandbox with every simulator on its prefix.

    `clock` returns the present moment with a time zone (default: real time). `snapshot` is a file the
    state is kept in; ValueError when it exists and is not a sandbox state. With `auto_decide` the people at
    a vendor accept whatever waits for them.
    """
    entries = [entry.deciding() for entry in REGISTRY] if auto_decide else REGISTRY
    return Sandbox(entries, clock=clock, snapshot=snapshot)


def create_interworks_app(*, clock: TimeSource | None = None, snapshot: pathlib.Path | None = None) -> Sandbox:
    """Make the interworks.cloud simulator alone, at the root: `/oauth/token`, `/api/...`, `/_sim/...`."""
    return Sandbox([_entry(interworks.NAME)], clock=clock, snapshot=snapshot, prefixed=False)


def create_dimensions_app(*, clock: TimeSource | None = None, snapshot: pathlib.Path | None = None) -> Sandbox:
    """Make the Dimensions simulator alone, both its hosts at the root: `/connect/...`, `/api/...`, `/_sim/...`."""
    return Sandbox([_entry(dimensions.NAME)], clock=clock, snapshot=snapshot, prefixed=False)


def create_divalto_app(*, clock: TimeSource | None = None, snapshot: pathlib.Path | None = None) -> Sandbox:
    """Make the Divalto simulator alone, at the root: `/v1/...`, `/_sim/...`."""
    return Sandbox([_entry(divalto.NAME)], clock=clock, snapshot=snapshot, prefixed=False)


def demo(base_url: str) -> dict[str, dict[str, str]]:
    """Return, for each simulator, the addresses of its hosts (`url` first) and the credentials it accepts."""
    root = base_url.rstrip("/")
    return {
        entry.name: {**{name: f"{root}/{prefix}" for name, prefix in entry.prefixes.items()}, **entry.credentials}
        for entry in REGISTRY
    }


def _entry(name: str) -> Entry:
    return next(entry for entry in REGISTRY if entry.name == name)
