"""From a call to a request: encoding, secrets, and what may not become a header or a path."""

import asyncio
import dataclasses
import json
from typing import Any

import httpx
import pytest

from reconciler import errors
from reconciler.contract import Call
from reconciler.model import Secret
from tests.edges import http_samples
from tests.edges.http_samples import LIST, MAKE, ONE, SIGNED, Scripted, reply


def sent(call: Call, *, url: str = "http://127.0.0.1:9", signed: bool = False) -> httpx.Request:
    """Send a call and return the request that went out."""
    transport = Scripted(reply())

    async def main() -> None:
        wire = SIGNED if signed else http_samples.OPEN
        async with http_samples.client(transport, wire=wire, url=url) as client:
            await (client.send(call) if call.endpoint.mutates else client.reader.fetch(call))

    asyncio.run(main())
    return transport.requests[0]


def test_the_query_is_encoded_and_dollar_names_stay() -> None:
    """Values are percent-encoded whole; OData names keep their dollar."""
    request = sent(LIST.call(query={"$filter": "code eq 'a&b=c d+é'", "page": "1"}))

    assert request.url.raw_path == b"/api/things?$filter=code%20eq%20%27a%26b%3Dc%20d%2B%C3%A9%27&page=1"


def test_the_path_goes_behind_the_prefix_of_the_url() -> None:
    """A vendor that lives below a path is asked there; an encoded argument stays one segment."""
    request = sent(ONE.call({"id": "a/b?c"}), url="http://127.0.0.1:9/bss/")

    assert request.url.raw_path == b"/bss/api/things/a%2Fb%3Fc"


def test_secrets_in_a_body_are_opened_on_the_wire_only() -> None:
    """A secret, however deep, is sent as its value; the call still does not show it."""
    body: Any = {"name": "é", "options": [{"Value": Secret("canary")}], "none": None}
    call = MAKE.call(body=body)

    request = sent(call)

    assert json.loads(request.content) == {"name": "é", "options": [{"Value": "canary"}], "none": None}
    assert request.headers["content-type"] == "application/json; charset=utf-8"
    assert "canary" not in repr(call)


def test_an_empty_body_has_no_type_and_no_bytes() -> None:
    """A change without a body says so."""
    request = sent(MAKE.call())

    assert (request.content, request.headers["content-length"]) == (b"", "0")
    assert "content-type" not in request.headers


def test_the_headers_are_the_wire_s_the_call_s_and_ours() -> None:
    """The version header, the token and the call's own headers go out; cookies and proxies do not exist."""
    headers = sent(MAKE.call(headers={"Accept-Charges": "true"}), signed=True).headers

    assert (headers["x-api-version"], headers["accept-charges"]) == ("3.0", "true")
    assert headers["authorization"] == "Bearer token-canary-1"
    assert headers["user-agent"].startswith("reconciler/")
    assert headers["accept-encoding"] == "gzip, deflate"


def test_a_fixed_key_goes_out_as_its_header() -> None:
    """A vendor without sign-in gets its key in the header it names."""
    wire = dataclasses.replace(http_samples.OPEN, key_header=("X-Api-Key", Secret("canary")))
    transport = Scripted(reply())

    async def main() -> None:
        async with http_samples.client(transport, wire=wire) as client:
            await client.reader.fetch(LIST.call())

    asyncio.run(main())

    assert transport.requests[0].headers["x-api-key"] == "canary"


BAD_PATHS = ["/api/things/..", "/api/things/%2e%2e", "/api/things/.", "/api/things/1?x=y", "/api/things/1#x"]
BAD_PATHS += ["/api/things/a\r\nX: y", "/api/things/a\n", "/api/things/\x00", "/api/things/é", "/api/things/a b"]
BAD_PATHS += ["/api/things/%", "/api/things/%zz", "/api/things/a\\b", "/api/things/..%2f", "/api/things/%2E%2E%2F"]


@pytest.mark.parametrize("path", BAD_PATHS)
def test_a_path_that_is_not_plain_is_not_sent(path: str) -> None:
    """What could become another path, a query or a header is refused before anything leaves."""
    transport = Scripted(reply())

    async def main() -> None:
        async with http_samples.client(transport) as client:
            with pytest.raises((errors.NotSent, errors.WriteRefused)):
                await client.reader.fetch(Call(ONE, path))

    asyncio.run(main())

    assert transport.requests == []


BAD_HEADERS = [
    ("X-Note", "a\r\nX-Admin: 1"),
    ("X-Note", "a\nb"),
    ("X-Note", "a\x00"),
    ("X-Note", " a"),
    ("X-Note", "é"),
]
BAD_HEADERS += [("X\r\nY", "a"), ("X Y", "a"), ("", "a"), ("X:", "a"), ("X-Note", "\x7f")]
BAD_HEADERS += [("Host", "evil.example"), ("authorization", "Bearer x"), ("Content-Length", "1"), ("cookie", "a=b")]
BAD_HEADERS += [("Transfer-Encoding", "chunked"), ("X-HTTP-Method-Override", "DELETE"), ("connection", "keep-alive")]


@pytest.mark.parametrize(("name", "value"), BAD_HEADERS)
def test_a_header_that_could_be_two_or_is_ours_is_not_sent(name: str, value: str) -> None:
    """No value can add a header, and no call can set one that is the client's."""
    transport = Scripted(reply())

    async def main() -> None:
        async with http_samples.client(transport) as client:
            for call in (MAKE.call(headers={name: value}), LIST.call(headers={name: value})):
                with pytest.raises(errors.NotSent):
                    await (client.send(call) if call.endpoint.mutates else client.reader.fetch(call))
            assert client.requests == 0

    asyncio.run(main())

    assert transport.requests == []


@pytest.mark.parametrize("body", [{"a": float("nan")}, {"a": float("inf")}, {"a": {1, 2}}, {"a": "\ud800"}])
def test_a_body_that_is_not_json_is_not_sent(body: Any) -> None:
    """A value without a JSON form is our mistake; it is said without the value."""
    transport = Scripted(reply())

    async def main() -> None:
        async with http_samples.client(transport) as client:
            with pytest.raises(errors.NotSent, match="not JSON"):
                await client.send(MAKE.call(body=body))

    asyncio.run(main())

    assert transport.requests == []


def test_a_malformed_token_is_not_quoted() -> None:
    """A token that cannot be in a header is an error that does not show it."""

    def answer(request: httpx.Request) -> httpx.Response:
        return reply(data={"access_token": "canary\r\nX: y"})

    async def main() -> str:
        async with http_samples.client(httpx.MockTransport(answer), wire=SIGNED) as client:
            with pytest.raises(errors.NotSent) as caught:
                await client.send(MAKE.call())
            return str(caught.value)

    assert "canary" not in asyncio.run(main())
