"""The planner's reader against the wire of the BSS: every change it lists, tried in every disguise."""

import asyncio
import dataclasses

import httpx
import pytest

from reconciler import errors
from reconciler.contract import Call, Endpoint, Setup, Wire
from reconciler.model import Secret
from reconciler.vendors.interworks import wire
from reconciler.vendors.interworks.plugin import CREDENTIALS, Interworks
from tests.edges import http_samples

CHANGES = tuple(endpoint for endpoint in wire.ENDPOINTS if endpoint.mutates)
READS = tuple(endpoint for endpoint in wire.ENDPOINTS if not endpoint.mutates)
ARGUMENTS = {"id": "7", "system": "AVG"}


class Untouchable(httpx.AsyncBaseTransport):
    """A network that no request may reach."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Fail whoever sends something."""
        raise AssertionError(f"a request left: {request.method} {request.url.path}")


def bss() -> Wire:
    """Return the wire as the adapter hands it to the client, sign-in included."""
    return Interworks(Setup("interworks", {name: Secret(f"{name}-canary") for name in CREDENTIALS})).wire


def refuse(call: Call, spoken: Wire) -> int:
    """Try a call through the reader, expect the refusal, and return how many requests were made."""

    async def main() -> int:
        async with http_samples.client(Untouchable(), wire=spoken) as client:
            with pytest.raises(errors.WriteRefused):
                await client.reader.fetch(call)
            return client.requests

    return asyncio.run(main())


def test_the_wire_has_changes_and_reads() -> None:
    """The list that the next tests walk through is the adapter's own and not empty."""
    assert {*CHANGES, *READS} == set(bss().endpoints)
    assert len(CHANGES) >= 7
    assert {endpoint.method for endpoint in CHANGES} >= {"POST", "PUT", "PATCH"}


@pytest.mark.parametrize("endpoint", CHANGES, ids=lambda endpoint: endpoint.name)
def test_no_change_of_the_bss_passes_the_reader(endpoint: Endpoint) -> None:
    """Every change is refused before a sign-in or a socket."""
    assert refuse(endpoint.call(ARGUMENTS, body={}), bss()) == 0


@pytest.mark.parametrize("endpoint", CHANGES, ids=lambda endpoint: endpoint.name)
def test_a_change_that_calls_itself_a_read_does_not_pass(endpoint: Endpoint) -> None:
    """The wire's list decides by method and path; what a call says of itself counts for nothing."""
    lying = dataclasses.replace(endpoint, name="list-accounts", mutates=False)

    assert refuse(lying.call(ARGUMENTS, body={}), bss()) == 0


@pytest.mark.parametrize("endpoint", CHANGES, ids=lambda endpoint: endpoint.name)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "post", "GET ", "HEAD", "OPTIONS"])
def test_no_other_method_opens_the_path_of_a_change(endpoint: Endpoint, method: str) -> None:
    """Only GET is on the read list of the BSS, whatever the path."""
    other = Endpoint("other", method, endpoint.path)

    assert refuse(other.call(ARGUMENTS), bss()) == 0


@pytest.mark.parametrize("endpoint", READS, ids=lambda endpoint: endpoint.name)
def test_a_path_of_a_read_with_another_method_does_not_pass(endpoint: Endpoint) -> None:
    """A path that may be read may not be written."""
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert refuse(Endpoint(endpoint.name, method, endpoint.path).call(ARGUMENTS, body={}), bss()) == 0


@pytest.mark.parametrize("path", ["/things/execute", "/things/EXECUTE", "/things/%65xecute", "/things/e%78ecutE"])
def test_a_read_s_placeholder_does_not_open_a_change_in_disguise(path: str) -> None:
    """A path that a careless server would route to a change is a change: case and escapes do not hide it."""
    run = Endpoint("run", "POST", "/things/execute", mutates=True)
    search = Endpoint("search", "POST", "/things/{id}")
    spoken = dataclasses.replace(http_samples.OPEN, endpoints=(search, run))

    assert refuse(Call(search, path), spoken) == 0


def test_an_escaped_slash_does_not_open_a_longer_path() -> None:
    """One segment that becomes two when it is decoded is judged as the two."""
    run = Endpoint("run", "POST", "/things/{id}/execute", mutates=True)
    search = Endpoint("search", "POST", "/things/{id}")
    spoken = dataclasses.replace(http_samples.OPEN, endpoints=(search, run))

    assert refuse(search.call({"id": "7/execute"}), spoken) == 0
