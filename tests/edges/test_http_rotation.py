"""A refresh token that changes with each use: used alone, its successor kept before anything is done with it."""

import asyncio
import contextlib
import dataclasses
import json
import urllib.parse
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from reconciler import errors
from reconciler.contract import Endpoint, Rotation, SignIn
from reconciler.model import Json, Secret
from reconciler.vendors.http import Client, Newest
from tests.edges import http_samples
from tests.edges.http_samples import LIST, MAKE, OPEN, Prepared, Server, reply


def read_successor(data: Json) -> Secret | None:
    """Return the refresh token of an answer."""
    given = data.get("refresh_token") if isinstance(data, dict) else None
    return Secret(given) if isinstance(given, str) else None


ROTATION = Rotation("refresh_token", None, read_successor)
SIGN_IN = SignIn(
    "/oauth/token", {"grant_type": "refresh_token", "client_secret": Secret("client-canary")}, http_samples.read_token
)
ROTATING = dataclasses.replace(OPEN, sign_in=dataclasses.replace(SIGN_IN, rotation=ROTATION))
DEAD = reply(400, {"error": "invalid_grant", "Message": "refresh-1 is dead, client-canary"})


class Notebook:
    """Keeps a credential in memory; `events` is what happened in order, requests included."""

    def __init__(self, newest: str | None = "refresh-1", *, configured: bool = False) -> None:
        self.events: list[str] = []
        self.failure: Exception | None = None
        self.busy: errors.Locked | None = None
        self._newest = None if newest is None else Secret(newest)
        self._configured = configured

    @contextlib.asynccontextmanager
    async def holding(self) -> AsyncIterator[None]:
        """Note when it is held and given back."""
        if self.busy is not None:
            raise self.busy
        self.events.append("hold")
        try:
            yield
        finally:
            self.events.append("let go")

    async def newest(self) -> Newest | None:
        """Return what was kept last."""
        return None if self._newest is None else Newest(self._newest, self._configured)

    async def prove(self) -> None:
        """Write what is kept, or fail."""
        assert self._newest is not None
        await self.keep(self._newest)

    async def keep(self, secret: Secret) -> None:
        """Keep it, or fail."""
        await asyncio.sleep(0)
        if self.failure is not None:
            raise self.failure
        self._newest = secret
        self.events.append(f"keep {secret.reveal()}")


class Host(httpx.AsyncBaseTransport):
    """Answers sign-ins from a list, else with the next token, and every other request with an empty list."""

    def __init__(self, notebook: Notebook, *answers: httpx.Response | Exception) -> None:
        self.sent: list[dict[str, str]] = []
        self._events = notebook.events
        self._answers = list(answers)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        await asyncio.sleep(0)
        if request.url.path != SIGN_IN.path:
            self._events.append(f"use {request.headers['authorization']}")
            return reply(data=[])
        form = dict(urllib.parse.parse_qsl(request.content.decode()))
        self.sent.append(form)
        self._events.append(f"post {form['refresh_token']}")
        answer = self._answers.pop(0) if self._answers else None
        if isinstance(answer, Exception):
            raise answer
        if answer is not None:
            return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)
        number = len(self.sent)
        return reply(data={"access_token": f"t{number}", "refresh_token": f"refresh-{number + 1}", "expires_in": 600})


def client(host: httpx.AsyncBaseTransport, notebook: Notebook | None, **options: Any) -> Client:
    """Make a client that signs in with the notebook's credential."""
    return http_samples.client(host, keeper=notebook, **{"wire": ROTATING, **options})


def test_the_successor_is_kept_before_the_token_is_used() -> None:
    """The present one is proved writable, then sent; its successor is durable before anything else happens."""
    notebook = Notebook()
    host = Host(notebook)

    async def main() -> None:
        async with client(host, notebook) as one:
            await one.reader.fetch(LIST.call())

    asyncio.run(main())

    expected = ["hold", "keep refresh-1", "post refresh-1", "keep refresh-2", "let go", "use Bearer t1"]
    assert notebook.events == expected
    assert host.sent[0]["client_secret"] == "client-canary"


def test_waiters_share_one_use() -> None:
    """However many reads and changes wait for a token, the credential is used once."""
    notebook = Notebook()
    host = Host(notebook)

    async def main() -> None:
        async with client(host, notebook, concurrency=20) as one:
            await asyncio.gather(*(one.reader.fetch(LIST.call()) for _ in range(20)), one.send(MAKE.call()))

    asyncio.run(main())

    assert len(host.sent) == 1


def test_a_credential_that_the_vendor_keeps_stays() -> None:
    """An answer without a successor means that the present one goes on."""
    notebook = Notebook()
    host = Host(notebook, reply(data={"access_token": "t"}))

    async def main() -> Newest | None:
        async with client(host, notebook) as one:
            await one.reader.fetch(LIST.call())
        return await notebook.newest()

    assert asyncio.run(main()) == Newest(Secret("refresh-1"), configured=False)


def test_a_ledger_that_cannot_be_written_costs_nothing() -> None:
    """The credential is not used up when its successor could not be kept."""
    notebook = Notebook()
    notebook.failure = errors.StateError("the disk is full; free space")
    host = Host(notebook)

    async def main() -> None:
        async with client(host, notebook) as one:
            with pytest.raises(errors.StateError, match="disk is full"):
                await one.reader.fetch(LIST.call())

    asyncio.run(main())

    assert host.sent == []


@pytest.mark.parametrize(
    ("configured", "text"),
    [
        (False, "acme has ended the consent that this project signs in with; run `reconciler login acme`"),
        (True, "acme does not accept the configured starting value any more; run `reconciler login acme`"),
    ],
    ids=["kept", "configured"],
)
def test_a_dead_credential_names_the_cure_and_is_tried_once(*, configured: bool, text: str) -> None:
    """An ended consent is said with the command that cures it, for every read, without asking the vendor again."""
    notebook = Notebook(configured=configured)
    host = Host(notebook, DEAD)

    async def main() -> None:
        async with client(host, notebook) as one:
            for _ in range(3):
                with pytest.raises(errors.SignInFailed) as caught:
                    await one.reader.fetch(LIST.call())
                assert str(caught.value) == text

    asyncio.run(main())

    assert len(host.sent) == 1


def test_a_lost_answer_is_named_as_what_may_have_killed_it() -> None:
    """When an answer of ours was lost before, a dead credential is most likely that: the person is told."""
    notebook = Notebook()
    host = Host(notebook, httpx.ReadError("reset"), DEAD)

    async def main() -> None:
        async with client(host, notebook) as one:
            with pytest.raises(errors.SignInFailed, match=r"answer to an earlier sign-in .* was lost.*login acme`$"):
                await one.reader.fetch(LIST.call())

    asyncio.run(main())

    assert len(host.sent) == 2


def test_without_any_credential_the_cure_is_named() -> None:
    """Nothing configured and nothing kept means that a person must consent first."""
    notebook = Notebook(None)
    host = Host(notebook)

    async def main() -> None:
        async with client(host, notebook) as one:
            with pytest.raises(errors.SignInFailed, match=r"no refresh_token yet.*; run `reconciler login acme`"):
                await one.reader.fetch(LIST.call())

    asyncio.run(main())

    assert host.sent == []


def test_refused_client_credentials_are_another_matter() -> None:
    """What is refused otherwise points at the configuration, and repeats none of what was sent."""
    notebook = Notebook()
    host = Host(notebook, reply(400, {"error": "invalid_client", "Message": "client-canary with refresh-1"}))

    async def main() -> None:
        async with client(host, notebook) as one:
            with pytest.raises(errors.SignInFailed, match=r"check vendors\.acme\.credentials") as caught:
                await one.reader.fetch(LIST.call())
            assert "canary" not in str(caught.value)
            assert "refresh-1" not in str(caught.value)

    asyncio.run(main())


@pytest.mark.parametrize(
    ("act", "error"),
    [
        (lambda one: one.reader.fetch(LIST.call()), errors.Locked),
        (lambda one: one.send(MAKE.call()), errors.NotSent),
    ],
    ids=["read", "change"],
)
def test_a_credential_in_use_elsewhere(act: Callable[[Client], Any], error: type[Exception]) -> None:
    """A read ends with the lock's own error; a change was not sent, so that its claim is released."""
    notebook = Notebook()
    notebook.busy = errors.Locked("in use; wait")

    async def main() -> None:
        async with client(Host(notebook), notebook) as one:
            with pytest.raises(error, match="in use; wait"):
                await act(one)

    asyncio.run(main())


def test_the_identity_host_is_another() -> None:
    """The form goes to the sign-in's own origin, without the API's headers, and the token to the API."""
    token = http_samples.http(json.dumps({"access_token": "t"}).encode())

    async def main() -> None:
        async with (
            Server(Prepared(token)).running() as identity,
            Server(Prepared(http_samples.http(b"[]"))).running() as api,
        ):
            elsewhere = dataclasses.replace(SIGN_IN, url=f"{identity.url}/id", rotation=ROTATION)
            wire = dataclasses.replace(OPEN, sign_in=elsewhere, headers={"X-Api-Version": "3.0"})
            async with http_samples.client(None, wire=wire, url=api.url, keeper=Notebook()) as one:
                await one.reader.fetch(LIST.call())
            assert [head.split("\r\n")[0] for head in identity.requests] == ["POST /id/oauth/token HTTP/1.1"]
            assert "x-api-version" not in identity.requests[0].lower()
            assert "authorization: Bearer t" in api.requests[0].replace("Authorization", "authorization")

    asyncio.run(main())


def test_the_identity_host_does_not_redirect() -> None:
    """A sign-in that is answered with a redirect gets no token: nothing is sent to where it points."""
    away = http_samples.http(b"", status="302 Found", headers=["Location: http://127.0.0.1:9/elsewhere"])

    async def main() -> int:
        async with Server(Prepared(away)).running() as identity:
            wire = dataclasses.replace(ROTATING, sign_in=dataclasses.replace(SIGN_IN, url=identity.url))
            async with http_samples.client(None, wire=wire) as one:
                with pytest.raises(errors.NotSent):
                    await one.send(MAKE.call())
            return len(identity.requests)

    assert asyncio.run(main()) == 1


@pytest.mark.parametrize(
    "url", ["http://login.example.com", "https://a@login.example.com", "ftp://x", "https://2130706433"]
)
def test_the_identity_host_is_vetted_like_the_api(url: str) -> None:
    """Plain http off loopback, users in URLs and odd addresses are refused before anything is sent."""
    wire = dataclasses.replace(ROTATING, sign_in=dataclasses.replace(SIGN_IN, url=url))

    async def main() -> None:
        with pytest.raises(errors.ConfigurationError, match=r"vendors\.acme\.loginUrl: "):
            http_samples.client(None, wire=wire)

    asyncio.run(main())


def test_a_private_identity_host_needs_leave() -> None:
    """An identity host with a private address is not connected to unless the vendor admits such addresses."""
    wire = dataclasses.replace(OPEN, sign_in=dataclasses.replace(SIGN_IN, url="https://127.0.0.1:9"))

    async def main() -> None:
        async with http_samples.client(None, wire=wire) as one:
            with pytest.raises(errors.NotSent, match=r"127\.0\.0\.1 is not admitted"):
                await one.send(MAKE.call())

    asyncio.run(main())


FIND = Endpoint("find", "GET", "/api/instances")


def test_secrets_in_a_query_are_sent_and_never_shown() -> None:
    """A secret in a query is encoded on the wire only: call, errors and the vendor's own words hide it."""
    seen: list[bytes] = []

    def refuse(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.raw_path)
        return reply(400, {"Message": "no licence query canary&1 or query%20canary%261"})

    wire = dataclasses.replace(OPEN, endpoints=(FIND,))
    call = FIND.call(query={"instanceId": Secret("query canary&1"), "page": "0"})

    async def main() -> str:
        async with http_samples.client(http_samples.Scripted(refuse), wire=wire) as one:
            with pytest.raises(errors.VendorError) as caught:
                await one.reader.fetch(call)
        return f"{caught.value!r} {caught.value} {call} {call!r}"

    text = asyncio.run(main())

    assert seen == [b"/api/instances?instanceId=query%20canary%261&page=0"]
    assert "canary" not in text
    assert "(secret)" in text
