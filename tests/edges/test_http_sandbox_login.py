"""The rotating sign-in against the simulator that has one, with its faults, in one process."""

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import httpx
import pytest

from reconciler import errors, sealing
from reconciler.contract import Endpoint, Rotation, SignIn
from reconciler.ledger.protocol import Ledger, Scope
from reconciler.model import Secret
from reconciler.reconcile.credentials import Keeper
from reconciler.sandbox import create_dimensions_app, dimensions
from reconciler.testing.clock import VirtualClock
from reconciler.testing.ledger import memory_ledger
from reconciler.testing.transport import SandboxTransport
from reconciler.vendors.http import Client
from tests.edges import http_samples
from tests.edges.rotation_samples import read_successor

T = TypeVar("T")
CUSTOMERS = Endpoint("customers", "GET", "/api/v1.0/customers")
START = Secret(dimensions.CREDENTIALS["refreshToken"])
SIGN_IN = SignIn(
    "/connect/token",
    {
        "grant_type": "refresh_token",
        "client_id": dimensions.CREDENTIALS["clientId"],
        "client_secret": Secret(dimensions.CREDENTIALS["clientSecret"]),
    },
    http_samples.read_token,
    rotation=Rotation("refresh_token", START, read_successor),
)
WIRE = dataclasses.replace(http_samples.OPEN, endpoints=(CUSTOMERS,), sign_in=SIGN_IN)
ORIGIN = "http://127.0.0.1:9"


class Bench:
    """A fresh simulator, a ledger, and clients that come and go as runs do, in virtual time."""

    def __init__(self, ledger: Ledger, key: Secret) -> None:
        self.clock = VirtualClock()
        self._app = create_dimensions_app(clock=self.clock.now)
        scopes = (Scope("acme-infra", None, ORIGIN),)
        self._keeper = Keeper(ledger, "acme", scopes, host=ORIGIN, start=START, key=key, clock=self.clock)

    def client(self) -> Client:
        """Make the client of one run."""
        return http_samples.client(SandboxTransport(self._app), wire=WIRE, clock=self.clock, keeper=self._keeper)

    async def read(self) -> int:
        """Make one run of one read; return its status."""
        async with self.client() as client:
            return (await client.reader.fetch(CUSTOMERS.call())).status

    async def control(self, method: str, path: str, body: Any = None) -> Any:
        """Ask the control plane."""
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self._app), base_url="http://sim") as control:
            return (await control.request(method, f"/_sim/{path}", json=body)).raise_for_status().json()


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Secret:
    """Return a key to seal to."""
    path = tmp_path_factory.mktemp("key") / "identity.txt"
    sealing.create_identity(path)
    return sealing.read_identity(path)


def play(key: Secret, scenario: Callable[[Bench], Awaitable[T]]) -> T:
    """Play a scenario with a ledger in memory."""

    async def main() -> T:
        ledger = memory_ledger()
        try:
            return await scenario(Bench(ledger, key))
        finally:
            await ledger.aclose()

    return asyncio.run(main())


@pytest.mark.parametrize("kills", [False, True], ids=["lenient", "reuse kills the family"])
def test_runs_follow_each_other(key: Secret, *, kills: bool) -> None:
    """Each run goes on with what the one before it was given, also where a reused token kills all of them."""

    async def scenario(bench: Bench) -> list[int]:
        await bench.control("POST", "settings", {"reuseKillsFamily": kills})
        return [await bench.read() for _ in range(3)]

    assert play(key, scenario) == [200, 200, 200]


def test_an_access_token_that_ends_in_a_run_is_renewed(key: Secret) -> None:
    """A run that outlives its access token signs in again, with the newest."""

    async def scenario(bench: Bench) -> list[int]:
        async with bench.client() as client:
            first = await client.reader.fetch(CUSTOMERS.call())
            bench.clock.advance(7200)
            second = await client.reader.fetch(CUSTOMERS.call())
        return [first.status, second.status, await bench.read()]

    assert play(key, scenario) == [200, 200, 200]


def test_a_lost_token_answer_ends_the_consent_and_says_so(key: Secret) -> None:
    """An answer that is lost after the vendor replaced the token cannot be made good: the person is told all of it."""

    async def scenario(bench: Bench) -> str:
        assert await bench.read() == 200
        await bench.control("POST", "faults", {"kind": "drop_after", "match": {"path": "/connect/token$", "count": 1}})
        with pytest.raises(errors.SignInFailed) as caught:
            await bench.read()
        return str(caught.value)

    said = play(key, scenario)

    assert "was lost" in said
    assert said.endswith("run `reconciler login acme`")


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "drop_before"},
        {"kind": "status_before", "status": 503},
        {"kind": "retry_after", "value": "2"},
    ],
    ids=lambda fault: fault["kind"],
)
def test_a_sign_in_that_did_nothing_passes(key: Secret, fault: dict[str, Any]) -> None:
    """Whatever fails before the vendor has replaced the token is tried again and loses nothing."""

    async def scenario(bench: Bench) -> list[int]:
        await bench.control("POST", "faults", {**fault, "match": {"path": "/connect/token$", "count": 1}})
        return [await bench.read(), await bench.read()]

    assert play(key, scenario) == [200, 200]


def test_a_credential_that_ended_for_lack_of_use(key: Secret) -> None:
    """A token that nobody used for longer than it lives is dead, and the cure is named."""

    async def scenario(bench: Bench) -> str:
        assert await bench.read() == 200
        bench.clock.advance(40 * 86_400)
        with pytest.raises(errors.SignInFailed) as caught:
            await bench.read()
        return str(caught.value)

    expected = "acme has ended the consent that this project signs in with; run `reconciler login acme`"
    assert play(key, scenario) == expected
