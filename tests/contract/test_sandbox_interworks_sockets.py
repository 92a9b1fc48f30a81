"""Rules that need real sockets: the sandbox under uvicorn on a loopback port, in its own process."""

import multiprocessing
import pathlib
from collections.abc import Callable, Iterator
from multiprocessing.queues import Queue
from typing import Any

import httpx
import pytest

from reconciler.sandbox import serve

LOGIN = {"grant_type": "password", "username": "demo", "password": "demo-password"}


class Server:
    """A sandbox process and a client of its interworks simulator."""

    def __init__(self, snapshot: pathlib.Path | None = None) -> None:
        """Start it on a free port and log in."""
        context = multiprocessing.get_context("spawn")
        urls: Queue[str] = context.Queue()
        self.process = context.Process(target=serve, args=(0, snapshot), kwargs={"ready": urls.put}, daemon=True)
        self.process.start()
        self.url = urls.get(timeout=30)
        self.client = httpx.Client(base_url=self.url + "/interworks", timeout=10)
        token = self.client.post("/oauth/token", auth=("demo-key", "demo-secret"), data=LOGIN).json()
        self.client.headers.update({"Authorization": "Bearer " + token["access_token"], "X-Api-Version": "3.0"})

    def control(self, method: str, path: str, **options: Any) -> Any:
        """Use the control plane."""
        return self.client.request(method, f"{self.url}/_sim/interworks{path}", **options).raise_for_status().json()

    def create(self) -> httpx.Response:
        """Create an account."""
        return self.client.post("/api/accounts", json={"name": "A"})

    def accounts(self) -> int:
        """Count the accounts in the books."""
        return len(self.control("GET", "/state")["accounts"])

    def wait_for(self, condition: Callable[[Any], bool]) -> None:
        """Ask the control plane until its faults look as they should."""
        assert any(condition(self.control("GET", "/faults")) for _ in range(2000))

    def stop(self) -> None:
        """Kill the process, as an accident would."""
        self.client.close()
        self.process.kill()
        self.process.join(10)


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    """Keep one server for the module."""
    server = Server()
    yield server
    server.stop()


@pytest.fixture
def server(running: Server) -> Server:
    """Return the server with empty books and the caller logged in."""
    running.control("POST", "/reset")
    token = running.client.post("/oauth/token", auth=("demo-key", "demo-secret"), data=LOGIN).json()
    running.client.headers["Authorization"] = "Bearer " + token["access_token"]
    return running


def fault_name(value: object) -> str | None:
    """Name a test by its fault."""
    return "-".join(map(str, value.values())) if isinstance(value, dict) else None


@pytest.mark.parametrize(
    ("fault", "error", "made"),
    [
        ({"kind": "drop_before"}, httpx.RemoteProtocolError, 0),
        ({"kind": "drop_after"}, httpx.RemoteProtocolError, 1),
        ({"kind": "drop_before", "reset": True}, httpx.ReadError, 0),
        ({"kind": "drop_after", "reset": True}, httpx.ReadError, 1),
        ({"kind": "hang", "seconds": 0}, httpx.RemoteProtocolError, 0),
        ({"kind": "truncate", "declared": True}, httpx.RemoteProtocolError, 1),
        ({"kind": "truncate", "declared": True, "bytes": 0}, httpx.RemoteProtocolError, 1),
    ],
    ids=fault_name,
)
def test_connection_is_really_cut(
    server: Server, fault: dict[str, Any], error: type[httpx.TransportError], made: int
) -> None:
    """A cut line is a protocol error to the client, a reset one a read error; the next call works."""
    server.control("POST", "/faults", json=fault)
    with pytest.raises(error):
        server.create()
    assert server.accounts() == made


def test_late_commit_survives_the_caller(server: Server) -> None:
    """A request whose caller timed out commits later, when the clock gets there."""
    server.control("POST", "/faults", json={"kind": "late", "seconds": 1000})
    with pytest.raises(httpx.ReadTimeout):
        server.client.post("/api/accounts", json={"name": "A"}, timeout=0.2)
    server.wait_for(lambda faults: bool(faults["late"]))
    assert server.accounts() == 0
    server.control("POST", "/clock", json={"advance": 1000})
    assert server.accounts() == 1


@pytest.mark.parametrize(("proceed", "made"), [(False, 0), (True, 1)])
def test_paused_request_of_a_dead_caller(server: Server, proceed: bool, made: int) -> None:
    """A request paused before its effect is dropped with its caller, unless told to proceed."""
    server.control("POST", "/faults", json={"kind": "pause_before", "proceed": proceed})
    with pytest.raises(httpx.ReadTimeout):
        server.client.post("/api/accounts", json={"name": "A"}, timeout=0.2)
    server.wait_for(lambda faults: not faults["paused"])
    assert server.accounts() == made


def test_snapshot_survives_a_kill(tmp_path: pathlib.Path) -> None:
    """What was answered is in the snapshot even when the server is killed."""
    path = tmp_path / "state.json"
    first = Server(path)
    first.create().raise_for_status()
    first.stop()
    second = Server(path)
    found = second.accounts()
    second.stop()
    assert found == 1


def test_only_loopback_is_served() -> None:
    """The sandbox refuses an address that others could reach."""
    with pytest.raises(ValueError, match="loopback"):
        serve(0, host="0.0.0.0")
