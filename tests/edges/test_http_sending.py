"""Sending a change: one attempt, whatever happens, and nobody can cut it short."""

import asyncio
import base64
import urllib.parse
from typing import Any

import httpx
import pytest

from reconciler import errors
from reconciler.contract import Answer, Call, Endpoint
from reconciler.model import Secret
from reconciler.testing.clock import VirtualClock
from tests.edges import http_samples
from tests.edges.http_samples import CHANGES, LIST, MAKE, ONE, SIGNED, Scripted, reply


def send(transport: Scripted, call: Call | None = None, *, signed: bool = False) -> Answer:
    """Send one change with a client of its own."""

    async def main() -> Answer:
        wire = SIGNED if signed else http_samples.OPEN
        async with http_samples.client(transport, wire=wire) as client:
            return await client.send(call or MAKE.call(body={"name": "a"}))

    return asyncio.run(main())


@pytest.mark.parametrize("status", [200, 201, 204, 302, 307, 400, 401, 403, 404, 409, 429, 500, 503])
def test_every_status_is_one_attempt_and_an_answer(status: int) -> None:
    """The sender repeats nothing and follows nothing; what an answer proves is for the engine."""
    transport = Scripted(httpx.Response(status, headers={"location": "http://127.0.0.1:9/api/things"}))

    assert send(transport, signed=True).status == status
    assert len(transport.requests) == 1


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (httpx.ConnectError("refused"), errors.NotSent),
        (httpx.LocalProtocolError("x"), errors.NotSent),
        (httpx.ReadError("reset"), errors.NoAnswer),
        (httpx.RemoteProtocolError("cut"), errors.NoAnswer),
        (RuntimeError("a bug in a library"), errors.NoAnswer),
        (TimeoutError("of the system"), errors.NoAnswer),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_a_failure_is_one_attempt(failure: Exception, kind: type[errors.VendorError]) -> None:
    """A failed attempt is reported as not sent only if that is certain, and never repeated."""
    transport = Scripted(failure)

    with pytest.raises(kind) as caught:
        send(transport)

    assert not getattr(caught.value, "deadline", False)
    assert len(transport.requests) == 1


def test_an_unreadable_answer_is_still_an_answer() -> None:
    """A page instead of JSON keeps its status and has no data."""
    answer = send(Scripted(httpx.Response(200, headers={"content-type": "text/html"}, content="<html>")))

    assert (answer.status, answer.readable, answer.data) == (200, False, None)


@pytest.mark.parametrize("size", [100, 5000], ids=["announced", "over"])
def test_an_answer_of_the_wrong_size_proves_nothing(size: int) -> None:
    """Fewer bytes than announced, or more than the limit, leave a change in doubt."""
    headers = {**http_samples.JSON, "content-length": str(size)}

    async def main() -> None:
        transport = Scripted(httpx.Response(200, headers=headers, content=b"[]"))
        async with http_samples.client(transport, max_bytes=1000) as client:
            with pytest.raises(errors.NoAnswer):
                await client.send(MAKE.call())

    asyncio.run(main())


@pytest.mark.parametrize("call", [LIST.call(), ONE.call({"id": 1}), Endpoint("x", "POST", "/x", mutates=True).call()])
def test_what_is_no_listed_change_is_refused(call: Call) -> None:
    """The sender sends the vendor's changes only, so that nothing escapes the claims."""
    transport = Scripted(reply())

    with pytest.raises(errors.WriteRefused):
        send(transport, call)

    assert transport.requests == []


@pytest.mark.parametrize("endpoint", CHANGES, ids=lambda endpoint: endpoint.name)
def test_a_change_asks_for_a_connection_of_its_own(endpoint: Endpoint) -> None:
    """No change goes out on a connection that the vendor may have closed already."""
    transport = Scripted(reply())

    send(transport, endpoint.call({"id": "1"} if "{" in endpoint.path else {}, body={}))

    assert transport.requests[0].headers["connection"] == "close"
    assert transport.requests[0].extensions["reconciler.fresh"] is True


def test_refused_credentials_send_nothing() -> None:
    """When no token can be had the change has not been sent, and the error names the vendor."""
    sent: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request.url.path)
        return reply(400, {"Message": "wrong password-canary"})

    async def main() -> None:
        async with http_samples.client(httpx.MockTransport(answer), wire=SIGNED, concurrency=1) as client:
            for _ in range(3):
                with pytest.raises(errors.SignInFailed, match=r"acme .*wrong \(secret\)"):
                    await client.send(MAKE.call())

    asyncio.run(main())

    assert sent == ["/oauth/token"]


class Gated(httpx.AsyncBaseTransport):
    """Holds every request until it is told to answer."""

    def __init__(self) -> None:
        self.arrived = asyncio.Event()
        self.go = asyncio.Event()
        self.answered = 0

    async def handle_async_request(self, _request: httpx.Request) -> httpx.Response:
        """Answer after `go`."""
        self.arrived.set()
        await self.go.wait()
        self.answered += 1
        return reply()


class Disguising(httpx.AsyncBaseTransport):
    """Never answers, and turns a cancellation into a failed read."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Wait for ever."""
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError as error:
            raise httpx.ReadError("closed", request=request) from error
        raise AssertionError("an event that nobody sets was set")


def test_cancelling_the_caller_does_not_cancel_the_request() -> None:
    """A change in flight is finished though nobody waits for it any more, and closing waits for it."""

    async def main() -> int:
        transport = Gated()
        async with http_samples.client(transport) as client:
            caller = asyncio.create_task(client.send(MAKE.call()))
            await transport.arrived.wait()
            caller.cancel()
            with pytest.raises(asyncio.CancelledError):
                await caller
            transport.go.set()
        return transport.answered

    assert asyncio.run(main()) == 1


def test_cancelling_the_caller_in_the_queue_sends_nothing() -> None:
    """A change that waits for a free slot is not in flight: cancelled, it never goes out."""

    async def main() -> tuple[int, int]:
        transport = Gated()
        async with http_samples.client(transport, concurrency=1) as client:
            first = asyncio.create_task(client.send(MAKE.call()))
            await transport.arrived.wait()
            second = asyncio.create_task(client.send(MAKE.call()))
            await asyncio.sleep(0)
            second.cancel()
            transport.go.set()
            await asyncio.gather(first, second, return_exceptions=True)
            await client.send(MAKE.call())
            return transport.answered, client.requests

    assert asyncio.run(main()) == (2, 2)


def test_no_more_than_the_allowed_number_is_in_flight() -> None:
    """The concurrency of the account bounds reads and changes together."""
    clock = VirtualClock()

    async def main() -> int:
        transport = Gated()
        async with http_samples.client(transport, clock=clock, concurrency=2) as client:
            work = [asyncio.create_task(client.send(MAKE.call())) for _ in range(3)]
            work += [asyncio.create_task(client.reader.fetch(LIST.call())) for _ in range(3)]
            await transport.arrived.wait()
            await clock.sleep(1)
            seen = client.requests
            transport.go.set()
            await asyncio.gather(*work)
            return seen

    assert asyncio.run(main()) == 2


def test_a_refusal_that_repeats_secrets_comes_without_them() -> None:
    """A failed answer goes to people and into the ledger: no token, credential or secret of the body is in it."""
    body_secret = "pbx canary/+1"

    def answer(request: httpx.Request) -> httpx.Response:
        token = request.headers["authorization"].removeprefix("Bearer ")
        key = base64.b64encode(b"password-canary").decode()
        text = f"{token}, {key}, {body_secret}, {urllib.parse.quote_plus(body_secret)} are odd"
        return reply(400, {"Type": "ValidationError", "Message": text, "Errors": [{"Field": token, body_secret: 1}]})

    body: Any = {"apiKey": [Secret(body_secret)]}

    refused = send(Scripted(answer), MAKE.call(body=body), signed=True)

    assert refused.data == {
        "Type": "ValidationError",
        "Message": "(secret), (secret), (secret), (secret) are odd",
        "Errors": [{"Field": "(secret)", "(secret)": 1}],
    }


def test_a_deadline_is_one_whatever_a_library_makes_of_it() -> None:
    """When our time is up the error says so, also if the transport reports the cancellation as its own failure."""

    async def main() -> None:
        async with http_samples.client(Disguising(), timeout=0.05) as client:
            with pytest.raises(errors.NoAnswer) as caught:
                await client.send(MAKE.call())
            assert caught.value.deadline

    asyncio.run(main())


def test_a_signed_out_change_leads_to_one_new_token() -> None:
    """Changes refused for the same old token sign in anew once between them, when the engine says so."""
    transport = Scripted(reply(401), reply(401), reply())

    async def main() -> None:
        async with http_samples.client(transport, wire=SIGNED) as client:
            await asyncio.gather(*(client.send(MAKE.call()) for _ in range(2)))
            client.signed_out()
            await client.send(MAKE.call())
            client.signed_out()
            await client.send(MAKE.call())

    asyncio.run(main())

    assert transport.tokens == 2


def test_a_rate_limited_change_holds_the_account() -> None:
    """After a limit the next request of the account starts when the vendor allows it."""
    clock = VirtualClock()

    async def main() -> None:
        async with http_samples.client(Scripted(reply(429, Retry_After="20"), reply()), clock=clock) as client:
            assert (await client.send(MAKE.call())).status == 429
            assert (await client.send(MAKE.call())).ok

    asyncio.run(main())

    assert clock.monotonic() == 20
