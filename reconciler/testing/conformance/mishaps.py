"""What can happen to one request on its way, with any simulator: it is lost, answered badly, or its answer is bent.

A mishap gets the request and a way to carry it on. The simulator needs no faults of its own.
"""

import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any, TypeAlias

import httpx

Forward: TypeAlias = Callable[[], Awaitable[httpx.Response]]
Mishap: TypeAlias = Callable[[httpx.Request, Forward], Awaitable[httpx.Response]]
Bend: TypeAlias = Callable[[Any], Any]
"""A pure change of an answer's data."""

_NOT_KEPT = {"content-length", "transfer-encoding", "content-encoding"}


async def undisturbed(_request: httpx.Request, forward: Forward) -> httpx.Response:
    """Let it through."""
    return await forward()


async def lost_before(request: httpx.Request, _forward: Forward) -> httpx.Response:
    """Cut the connection before the vendor has read the request."""
    raise httpx.ReadError("connection reset", request=request)


async def lost_after(request: httpx.Request, forward: Forward) -> httpx.Response:
    """Let the vendor do what it was asked for, and lose its answer."""
    await forward()
    raise httpx.RemoteProtocolError("server disconnected without sending a response", request=request)


async def failed_after(_request: httpx.Request, forward: Forward) -> httpx.Response:
    """Let the vendor do what it was asked for; something in front of it answers with an error page."""
    await forward()
    return page(502)


def page(status: int) -> httpx.Response:
    """Return a page for people instead of an answer."""
    return httpx.Response(status, headers={"content-type": "text/html"}, content=b"<html><h1>Sorry</h1></html>")


def answering(status: int) -> Mishap:
    """Return a mishap: an answer of this status, without content, and nothing is done."""

    async def answer(_request: httpx.Request, _forward: Forward) -> httpx.Response:
        return httpx.Response(status, headers={"content-type": "application/json"}, content=b"{}")

    return answer


async def login_page(_request: httpx.Request, _forward: Forward) -> httpx.Response:
    """Answer with a page and status 200, as a proxy does to those who are signed out."""
    return page(200)


async def cut(_request: httpx.Request, forward: Forward) -> httpx.Response:
    """Deliver the first half of the answer."""
    response, body = await whole(forward)
    return _with(response, body[: len(body) // 2])


async def nothing(_request: httpx.Request, forward: Forward) -> httpx.Response:
    """Deliver an empty body."""
    response, _ = await whole(forward)
    return _with(response, b"")


READ_FAILURES: Mapping[str, Mishap] = {
    "connection lost": lost_before,
    "answer cut": cut,
    "empty answer": nothing,
    "login page": login_page,
    "status 401": answering(401),
    "status 403": answering(403),
    "status 429": answering(429),
    "status 500": answering(500),
}
"""Ways in which reading fails, none of which says that something is not there."""


def bent(bend: Bend) -> Mishap:
    """Return a mishap that changes the data of a good JSON answer."""

    async def carry(_request: httpx.Request, forward: Forward) -> httpx.Response:
        response, body = await whole(forward)
        try:
            data = json.loads(body)
        except ValueError:
            return _with(response, body)
        return _with(response, json.dumps(bend(data)).encode() if response.is_success else body)

    return carry


async def whole(forward: Forward) -> tuple[httpx.Response, bytes]:
    """Return an answer with all of its body."""
    response = await forward()
    assert isinstance(response.stream, httpx.AsyncByteStream)
    parts = [part async for part in response.stream]
    await response.aclose()
    return response, b"".join(parts)


def _with(response: httpx.Response, body: bytes) -> httpx.Response:
    kept = [(name, value) for name, value in response.headers.multi_items() if name.lower() not in _NOT_KEPT]
    return httpx.Response(response.status_code, headers=kept, content=body)


def more(data: Any) -> Any:
    """Put a member that nobody knows into every object; into a table of numbers, a number."""
    if isinstance(data, dict):
        numbers = data and all(type(value) is int for value in data.values())
        return {**{name: more(value) for name, value in data.items()}, "xConformance": 0 if numbers else {"new": [1]}}
    return [more(value) for value in data] if isinstance(data, list) else data


def without(name: str) -> Bend:
    """Return a bend that takes a member out of every object."""

    def bend(data: Any) -> Any:
        if isinstance(data, dict):
            return {key: bend(value) for key, value in data.items() if key != name}
        return [bend(value) for value in data] if isinstance(data, list) else data

    return bend


def shortened(path: tuple[str, ...]) -> Bend:
    """Return a bend that drops the last entry of each list at a path; `*` stands for every entry of a list."""

    def bend(data: Any, rest: tuple[str, ...]) -> Any:
        if not rest:
            return data[:-1] if isinstance(data, list) else data
        if rest[0] == "*":
            return [bend(value, rest[1:]) for value in data] if isinstance(data, list) else data
        if isinstance(data, dict) and rest[0] in data:
            return {**data, rest[0]: bend(data[rest[0]], rest[1:])}
        return data

    return lambda data: bend(data, path)


def lists_in(data: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the path of each list that is not empty."""
    if isinstance(data, dict):
        for name, value in data.items():
            yield from lists_in(value, (*path, name))
    if isinstance(data, list) and data:
        yield path
        for value in data:
            yield from lists_in(value, (*path, "*"))


def members_in(data: Any) -> Iterator[str]:
    """Yield the name of each member of each object."""
    if isinstance(data, dict):
        for name, value in data.items():
            yield name
            yield from members_in(value)
    if isinstance(data, list):
        for value in data:
            yield from members_in(value)
