"""Tokens: one sign-in for all who wait, renewed in time, and no hammering."""

import asyncio
import base64
import urllib.parse

import httpx
import pytest

from reconciler import errors
from reconciler.contract import Token
from reconciler.model import Secret
from reconciler.testing.clock import VirtualClock
from reconciler.vendors.http.tokens import Tokens
from tests.edges import http_samples
from tests.edges.http_samples import LIST, SIGN_IN, SIGNED, reply


class SignInDesk(httpx.AsyncBaseTransport):
    """Answers sign-ins from a list, the last one for ever, and every read with the token it carried."""

    def __init__(self, *answers: httpx.Response | Exception, lifetime: float = 600, slow: float = 0) -> None:
        self.clock = VirtualClock()
        self._slow = slow
        self.sign_ins: list[httpx.Request] = []
        self.used: list[str] = []
        self.go = asyncio.Event()
        self.go.set()
        self._answers = list(answers)
        self._lifetime = lifetime

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        if request.url.path != SIGN_IN.path:
            self.used.append(request.headers["authorization"].removeprefix("Bearer "))
            return reply(data=[])
        self.sign_ins.append(request)
        await self.go.wait()
        self.clock.advance(self._slow)
        if not self._answers:
            return reply(data={"access_token": f"t{len(self.sign_ins)}", "expires_in": self._lifetime})
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)


def test_the_sign_in_is_a_form_with_basic_credentials() -> None:
    """The client's key goes into Basic, the user's password into the form, on a connection of its own."""
    desk = SignInDesk()

    async def main() -> None:
        async with http_samples.client(desk, wire=SIGNED) as client:
            await client.reader.fetch(LIST.call())
            assert client.requests == 2

    asyncio.run(main())

    request = desk.sign_ins[0]
    assert base64.b64decode(request.headers["authorization"].removeprefix("Basic ")) == b"key-canary:secret-canary"
    assert urllib.parse.parse_qs(request.content.decode())["password"] == ["password-canary"]
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert (request.headers["x-api-version"], request.headers["connection"]) == ("3.0", "close")


def test_a_hundred_waiters_share_one_sign_in() -> None:
    """Everybody waits for the same token; nobody fetches a second one."""
    desk = SignInDesk()

    async def main() -> None:
        async with http_samples.client(desk, wire=SIGNED, concurrency=50) as client:
            await asyncio.gather(*(client.reader.fetch(LIST.call()) for _ in range(100)))

    asyncio.run(main())

    assert (len(desk.sign_ins), desk.used) == (1, ["t1"] * 100)


@pytest.mark.parametrize(
    "failure",
    [errors.Locked("in use; wait"), errors.SealingError("sealed to another key; give it")],
    ids=["locked", "sealed"],
)
def test_a_renewal_that_cannot_be_had_fails_one_call(failure: errors.ReconcilerError) -> None:
    """What ends a run before its first token is an error like any other of the vendor's once there was one."""
    answers: list[Token | errors.ReconcilerError] = [failure, Token(Secret("t1"), 600), failure]

    async def sign_in() -> Token:
        answer = answers.pop(0)
        if isinstance(answer, errors.ReconcilerError):
            raise answer
        return answer

    async def main() -> None:
        tokens = Tokens(sign_in, clock=VirtualClock())
        with pytest.raises(type(failure)):
            await tokens.current()
        assert await tokens.current() == Secret("t1")
        tokens.drop()
        with pytest.raises(errors.NotSent, match=str(failure)):
            await tokens.current()

    asyncio.run(main())


def test_a_waiter_that_is_cancelled_leaves_the_sign_in_to_the_others() -> None:
    """The first to ask may go; the sign-in it began still serves the rest."""
    clock = VirtualClock()

    async def main() -> int:
        desk = SignInDesk()
        desk.go.clear()
        async with http_samples.client(desk, wire=SIGNED, clock=clock) as client:
            first = asyncio.create_task(client.reader.fetch(LIST.call()))
            second = asyncio.create_task(client.reader.fetch(LIST.call()))
            await clock.sleep(1)
            first.cancel()
            await clock.sleep(1)
            desk.go.set()
            assert (await second).ok
            assert first.cancelled()
        return len(desk.sign_ins)

    assert asyncio.run(main()) == 1


@pytest.mark.parametrize(
    ("lifetime", "age", "sign_ins"),
    [(1199, 1168, 1), (1199, 1170, 2), (100, 89, 1), (100, 91, 2), (0, 0, 2), (-5, 0, 2)],
)
def test_a_token_is_renewed_before_it_ends(lifetime: float, age: float, sign_ins: int) -> None:
    """Thirty seconds, or a tenth of the lifetime if that is less, before the end a new one is got."""
    clock = VirtualClock()
    desk = SignInDesk(lifetime=lifetime)

    async def main() -> None:
        async with http_samples.client(desk, wire=SIGNED, clock=clock) as client:
            await client.reader.fetch(LIST.call())
            clock.advance(age)
            await client.reader.fetch(LIST.call())

    asyncio.run(main())

    assert len(desk.sign_ins) == sign_ins


def test_the_lifetime_counts_from_before_the_sign_in() -> None:
    """A token that took long to come has less of its life left than its answer says."""
    desk = SignInDesk(lifetime=100, slow=50)

    async def main() -> None:
        async with http_samples.client(desk, wire=SIGNED, clock=desk.clock) as client:
            await client.reader.fetch(LIST.call())
            desk.clock.advance(45)
            await client.reader.fetch(LIST.call())

    asyncio.run(main())

    assert len(desk.sign_ins) == 2


def test_the_sign_in_keeps_to_the_pace() -> None:
    """A sign-in is a request like any other to the vendor's limit."""
    clock = VirtualClock()

    async def main() -> None:
        async with http_samples.client(SignInDesk(), wire=SIGNED, clock=clock, per_second=1.0) as client:
            await client.reader.fetch(LIST.call())

    asyncio.run(main())

    assert clock.monotonic() == 1


@pytest.mark.parametrize("status", [400, 401, 403])
def test_refused_credentials_are_not_tried_again(status: int) -> None:
    """A sign-in that was refused stays refused for this client, however many ask."""
    desk = SignInDesk(reply(status, {"Message": "no"}))

    async def main() -> None:
        async with http_samples.client(desk, wire=SIGNED) as client:
            for _ in range(3):
                with pytest.raises(errors.SignInFailed, match=r"^acme does not accept the credentials: no; check"):
                    await client.reader.fetch(LIST.call())

    asyncio.run(main())

    assert len(desk.sign_ins) == 1


@pytest.mark.parametrize(
    "answer",
    [
        httpx.ConnectError("refused"),
        httpx.ReadError("reset"),
        reply(500),
        reply(302, Location="http://127.0.0.1:9/login"),
        httpx.Response(200, headers={"content-type": "text/html"}, content="<html>"),
        httpx.Response(200, headers=http_samples.JSON, content=""),
        reply(data={"token": "x"}),
        reply(429, Retry_After="5"),
    ],
    ids=["connect", "reset", "500", "redirect", "html", "empty", "no token", "limit"],
)
def test_a_sign_in_that_fails_otherwise_may_pass(answer: httpx.Response | Exception) -> None:
    """Whatever else goes wrong means that the waiting call was not sent; a later sign-in may work."""
    good = reply(data={"access_token": "t"})
    lasting, passing = SignInDesk(answer), SignInDesk(answer, good)

    async def main() -> None:
        async with http_samples.client(lasting, wire=SIGNED) as client:
            with pytest.raises(errors.NotSent):
                await client.send(http_samples.MAKE.call())
        async with http_samples.client(passing, wire=SIGNED) as client:
            assert (await client.reader.fetch(LIST.call())).ok

    asyncio.run(main())

    assert (len(lasting.sign_ins), len(passing.sign_ins)) == (1, 2)
