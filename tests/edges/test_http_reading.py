"""The reader: what it repeats, how long it waits, and what it makes of each answer."""

import asyncio
import dataclasses
from collections.abc import Callable

import httpx
import pytest

from reconciler import errors
from reconciler.contract import Answer, Endpoint
from reconciler.testing.clock import VirtualClock
from tests.edges import http_samples
from tests.edges.http_samples import CHANGES, LIST, ONE, SEARCH, SIGNED, TOKEN, Scripted, reply


def fetch(
    transport: Scripted, *, clock: VirtualClock | None = None, signed: bool = False, missing_ok: bool = False
) -> Answer:
    """Fetch the list once with a client of its own."""

    async def main() -> Answer:
        wire = SIGNED if signed else http_samples.OPEN
        async with http_samples.client(transport, wire=wire, clock=clock) as client:
            return await client.reader.fetch(LIST.call(), missing_ok=missing_ok)

    return asyncio.run(main())


def test_a_clear_answer_is_returned_with_its_data() -> None:
    """A 2xx answer with JSON is what the reader is for; header names are lower case."""
    answer = fetch(Scripted(reply(data=[{"id": 1}], X_Total="1")))

    assert (answer.status, answer.data, answer.headers["x-total"]) == (200, [{"id": 1}], "1")


@pytest.mark.parametrize("endpoint", CHANGES, ids=lambda endpoint: endpoint.name)
def test_a_change_is_refused_before_anything_happens(endpoint: Endpoint) -> None:
    """No change gets through the reader, whatever its endpoint says of itself; not even a sign-in happens."""
    transport = Scripted(reply())
    arguments = {"id": "1"} if "{" in endpoint.path else {}
    honest = endpoint.call(arguments, body={})
    lying = Endpoint("harmless", endpoint.method, endpoint.path).call(arguments, body={})

    async def main() -> None:
        async with http_samples.client(transport, wire=SIGNED) as client:
            for call in (honest, lying):
                with pytest.raises(errors.WriteRefused):
                    await client.reader.fetch(call)
            assert client.requests == 0

    asyncio.run(main())

    assert (transport.requests, transport.tokens) == ([], 0)


def test_a_call_that_is_on_no_list_is_refused() -> None:
    """The read list is complete: what is not on it is not read."""
    transport = Scripted(reply())

    async def main() -> None:
        async with http_samples.client(transport) as client:
            with pytest.raises(errors.WriteRefused):
                await client.reader.fetch(Endpoint("secrets", "GET", "/api/secrets").call())

    asyncio.run(main())

    assert transport.requests == []


def test_a_path_of_a_read_and_of_a_change_is_a_change() -> None:
    """A reading endpoint with a placeholder does not open the changes whose path fits it too."""
    wire = dataclasses.replace(
        http_samples.OPEN,
        endpoints=(Endpoint("do", "POST", "/things/{id}"), Endpoint("run", "POST", "/things/execute", mutates=True)),
    )

    async def main() -> None:
        async with http_samples.client(Scripted(reply()), wire=wire) as client:
            with pytest.raises(errors.WriteRefused):
                await client.reader.fetch(Endpoint("do", "POST", "/things/{id}").call({"id": "execute"}))
            assert (await client.reader.fetch(Endpoint("do", "POST", "/things/{id}").call({"id": "7"}))).ok

    asyncio.run(main())


def test_a_read_by_post_is_a_read() -> None:
    """A search with a body is on the read list and goes out with it."""
    transport = Scripted(reply(data=[]))

    async def main() -> None:
        async with http_samples.client(transport) as client:
            await client.reader.fetch(SEARCH.call(body={"text": "a"}))

    asyncio.run(main())

    assert transport.requests[0].content == b'{"text":"a"}'


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (httpx.ConnectError("refused"), errors.NotSent),
        (httpx.ReadError("reset"), errors.NoAnswer),
        (reply(503), errors.VendorError),
        (reply(500, {"Message": "no luck"}), errors.VendorError),
    ],
    ids=["connect", "reset", "503", "500"],
)
def test_a_failed_read_is_tried_three_times(
    failure: httpx.Response | Exception, kind: type[errors.VendorError]
) -> None:
    """What may pass is tried again after growing waits, then reported."""
    transport, clock = Scripted(failure), VirtualClock()

    with pytest.raises(kind):
        fetch(transport, clock=clock)

    assert len(transport.requests) == 3
    assert clock.sleeps == [1.0, 2.0]


def test_a_503_that_names_a_time_is_given_it() -> None:
    """A vendor that is down and says for how long is not asked before."""
    clock = VirtualClock()

    assert fetch(Scripted(reply(503, Retry_After="30"), reply(data=[1])), clock=clock).data == [1]
    assert clock.monotonic() == 30


def test_a_read_that_fails_once_succeeds() -> None:
    """The reader gives what the second try brought."""
    transport = Scripted(httpx.RemoteProtocolError("cut"), reply(data=[1]))

    assert fetch(transport).data == [1]


@pytest.mark.parametrize(
    ("header", "wait"),
    [("7", 7.0), ("Thu, 01 Jan 2026 00:00:30 GMT", 30.0), ("0", 0.0), ("9999999999", 60.0), ("inf", 1.0), ("-1", 1.0)],
)
def test_a_rate_limit_is_waited_out(header: str, wait: float) -> None:
    """Both forms of Retry-After are obeyed up to a minute; no valid value means our own wait."""
    clock = VirtualClock()

    assert fetch(Scripted(reply(429, Retry_After=header), reply(data=[1])), clock=clock).data == [1]
    assert clock.monotonic() == wait


@pytest.mark.parametrize(("header", "tries"), [("1", 6), ("9999999999", 3), ("none", 6)])
def test_a_rate_limit_that_holds_ends_the_read(header: str, tries: int) -> None:
    """After six tries or two minutes of waiting the read is given up."""
    transport, clock = Scripted(reply(429, Retry_After=header)), VirtualClock()

    with pytest.raises(errors.RateLimited):
        fetch(transport, clock=clock)

    assert len(transport.requests) == tries
    assert clock.monotonic() <= 120


def test_a_rate_limit_holds_every_request_of_the_account() -> None:
    """One request that is told to wait keeps the others from asking meanwhile."""
    clock = VirtualClock()
    times: list[float] = []

    def answer(request: httpx.Request) -> httpx.Response:
        times.append(clock.monotonic())
        return reply(429, Retry_After="9") if len(times) == 1 else reply(data=[])

    async def main() -> None:
        async with http_samples.client(Scripted(answer), clock=clock, concurrency=1) as client:
            await asyncio.gather(*(client.reader.fetch(LIST.call()) for _ in range(3)))

    asyncio.run(main())

    assert times == [0, 9, 9, 9]


def test_a_token_that_is_refused_is_replaced_once() -> None:
    """After 401 the reader signs in anew and asks again with the new token."""
    transport = Scripted(reply(401), reply(data=[1]))

    assert fetch(transport, signed=True).data == [1]
    assert [request.headers["authorization"] for request in transport.requests] == [
        f"Bearer {TOKEN}1",
        f"Bearer {TOKEN}2",
    ]


def test_readers_refused_together_share_one_new_token() -> None:
    """Many reads that are refused for the same old token sign in anew once between them."""

    def answer(request: httpx.Request) -> httpx.Response:
        return reply(401) if request.headers["authorization"] == f"Bearer {TOKEN}1" else reply(data=[1])

    transport = Scripted(answer)

    async def main() -> list[Answer]:
        async with http_samples.client(transport, wire=SIGNED, concurrency=20) as client:
            return await asyncio.gather(*(client.reader.fetch(LIST.call()) for _ in range(20)))

    assert all(answer.ok for answer in asyncio.run(main()))
    assert (len(transport.requests), transport.tokens) == (40, 2)


def test_a_new_token_that_is_refused_too_ends_the_read() -> None:
    """One replay only: credentials are not hammered."""
    transport = Scripted(reply(401, {"Message": "who are you"}))

    with pytest.raises(errors.SignInFailed, match="who are you"):
        fetch(transport, signed=True)

    assert (len(transport.requests), transport.tokens) == (2, 2)


def test_a_500_on_a_read_signs_in_anew_once() -> None:
    """A live system answers 500 for an old token; three tries need two tokens, not three."""
    transport = Scripted(reply(500))

    with pytest.raises(errors.VendorError):
        fetch(transport, signed=True)

    assert (len(transport.requests), transport.tokens) == (3, 2)


def test_a_vendor_that_keeps_answering_500_is_not_signed_in_to_for_every_read() -> None:
    """Once each read is a single try there is no use for a new token, and none is asked for."""
    transport = Scripted(reply(500))

    async def main() -> None:
        async with http_samples.client(transport, wire=SIGNED) as client:
            for _ in range(9):
                with pytest.raises(errors.VendorError):
                    await client.reader.fetch(LIST.call())

    asyncio.run(main())

    assert (len(transport.requests), transport.tokens) == (3 * 3 + 6, 1 + 3)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (httpx.Response(200, headers={"content-type": "text/html"}, content="<html>"), errors.BadAnswer),
        (httpx.Response(200, headers={"content-type": "text/html"}, content="{}"), errors.BadAnswer),
        (httpx.Response(200, headers=http_samples.JSON), errors.BadAnswer),
        (httpx.Response(204), errors.BadAnswer),
        (httpx.Response(200, headers=http_samples.JSON, content='{"a":1,"a":2}'), errors.BadAnswer),
        (httpx.Response(200, headers=http_samples.JSON, content='[{"a":'), errors.BadAnswer),
        (httpx.Response(200, headers={**http_samples.JSON, "content-encoding": "br"}, content="x"), errors.BadAnswer),
        (reply(302, Location="http://127.0.0.1:9/api/other"), errors.BadAnswer),
        (reply(403, {"Message": "no right"}), errors.Forbidden),
        (reply(404), errors.VendorError),
        (reply(400), errors.VendorError),
    ],
    ids=["html", "json-as-html", "empty", "204", "twice", "cut", "brotli", "redirect", "403", "404", "400"],
)
def test_an_answer_that_time_will_not_mend_is_reported_at_once(
    answer: httpx.Response, kind: type[errors.VendorError]
) -> None:
    """A wrong shape, a redirect and a refusal are never data and never repeated."""
    transport = Scripted(answer)

    with pytest.raises(kind) as caught:
        fetch(transport)

    assert type(caught.value) is kind
    assert len(transport.requests) == 1


@pytest.mark.parametrize("content_type", ["", "application/json", "text/json", "application/problem+json"])
def test_json_is_taken_under_its_usual_names(content_type: str) -> None:
    """A missing content type and the known JSON types are read."""
    headers = {"content-type": content_type} if content_type else {}

    assert fetch(Scripted(httpx.Response(200, headers=headers, content="[1]"))).data == [1]


def test_a_missing_object_is_an_answer_when_asked_for() -> None:
    """A 404 that the caller expects is returned; a 404 page of a proxy is not."""
    assert fetch(Scripted(reply(404)), missing_ok=True).status == 404
    with pytest.raises(errors.BadAnswer):
        fetch(Scripted(httpx.Response(404, headers={"content-type": "text/html"}, content="<h1>")), missing_ok=True)


def test_the_vendors_words_are_cut_and_free_of_secrets() -> None:
    """An error quotes at most 200 characters of the vendor, and no token the vendor repeats."""

    def echo(request: httpx.Request) -> httpx.Response:
        return reply(400, {"Message": request.headers["authorization"] + " is odd " + "x" * 5000})

    with pytest.raises(errors.VendorError) as caught:
        fetch(Scripted(echo), signed=True)

    assert TOKEN not in str(caught.value)
    assert "(secret) is odd" in str(caught.value)
    assert len(str(caught.value)) < 300


def test_a_vendor_that_is_down_is_not_asked_three_times_for_ever() -> None:
    """After three reads in a row that failed for good each further one is a single try, until one succeeds."""
    transport = Scripted(*[reply(503)] * 10, reply(data=[]), httpx.ReadError("cut"), reply(data=[]))

    async def main(spend: Callable[[int], None]) -> None:
        async with http_samples.client(transport) as client:
            for _ in range(4):
                with pytest.raises(errors.VendorError):
                    await client.reader.fetch(LIST.call())
            spend(client.requests)
            await client.reader.fetch(LIST.call())
            await client.reader.fetch(ONE.call({"id": 1}))
            spend(client.requests)

    spent: list[int] = []
    asyncio.run(main(spent.append))

    assert spent == [10, 13]
